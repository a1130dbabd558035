// Finds and loads the files that come with the package: the wasm, the networks, the worklet's processor and the worker. Bundlers see the
// `new URL(…, import.meta.url)` and take the files along; `assets` in the options overrides where they are.
import type { Core } from './engine.js';
import { RinseError, reasonOf } from './errors.js';
import type { Models } from './model.js';
import { modelsOf, type Recipe } from './recipe.js';

export interface Assets {
  /** Address of rinse.wasm. */
  wasm?: string | URL;
  /** Address of rinse-metrics.wasm. */
  metricsWasm?: string | URL;
  /** Addresses of the networks' weights, by name (EffectInfo.model): NAME.safetensors. */
  models?: Record<string, string | URL>;
  /** Address of rinse-processor.js. */
  processor?: string | URL;
  /** Address of rinse-worker.js. */
  worker?: string | URL;
}

const here = {
  wasm: () => new URL('./rinse.wasm', import.meta.url),
  metricsWasm: () => new URL('./rinse-metrics.wasm', import.meta.url),
  processor: () => new URL('./rinse-processor.js', import.meta.url),
};

/** Where a network's weights lie: written out for bundlers, which look for such addresses. */
const modelUrl: Record<string, () => URL> = {
  voice: () => new URL('./voice.safetensors', import.meta.url),
  'voice-ahead': () => new URL('./voice-ahead.safetensors', import.meta.url),
  rustle: () => new URL('./rustle.safetensors', import.meta.url),
  drum: () => new URL('./drum.safetensors', import.meta.url),
};

/** What `make` gives for an address, made once; a failure is not remembered, so that the next call tries again. */
function once<T>(make: (url: string) => Promise<T>): (url: string | URL) => Promise<T> {
  const made = new Map<string, Promise<T>>();
  return (address) => {
    const url = String(address);
    let thing = made.get(url);
    if (!thing) {
      thing = make(url);
      made.set(url, thing);
      thing.catch(() => made.delete(url));
    }
    return thing;
  };
}

async function get(url: string): Promise<ArrayBuffer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return response.arrayBuffer();
}

const compiled = once(async (url) => {
  const bytes = await get(url).catch((e: unknown) => {
    throw new RinseError('no-wasm', `the WebAssembly could not be loaded from ${url}: ${reasonOf(e)}`, { cause: e });
  });
  try {
    return await WebAssembly.compile(bytes);
  } catch (e) {
    throw new RinseError(
      'no-wasm',
      `${url} could not be compiled: ${reasonOf(e)}. The page's Content-Security-Policy must allow 'wasm-unsafe-eval' in script-src, and the browser must support WebAssembly SIMD.`,
      { cause: e },
    );
  }
});

const weights = once((url) =>
  get(url).catch((e: unknown) => {
    throw new RinseError('bad-model', `a model could not be loaded from ${url}: ${reasonOf(e)}`, { cause: e });
  }),
);

/** The networks that the recipe needs. */
export async function loadModels(recipe: Recipe, assets?: Assets): Promise<Models> {
  const address = (name: string) => assets?.models?.[name] ?? modelUrl[name]!();
  return Object.fromEntries(await Promise.all(modelsOf(recipe).map(async (name) => [name, await weights(address(name))])));
}

/** The core with the networks that the recipe needs. */
export async function loadCore(recipe: Recipe, assets?: Assets): Promise<Core> {
  const [module, models] = await Promise.all([compiled(assets?.wasm ?? here.wasm()), loadModels(recipe, assets)]);
  return { module, models };
}

/** The module of the measures. */
export const loadMetricsWasm = (assets?: Assets) => compiled(assets?.metricsWasm ?? here.metricsWasm());

const added = new WeakMap<BaseAudioContext, Map<string, Promise<void>>>();

/** Adds the processor's module to the context, once. */
export function addProcessor(context: BaseAudioContext, assets?: Assets): Promise<void> {
  const url = String(assets?.processor ?? here.processor());
  if (!context.audioWorklet) {
    return Promise.reject(new RinseError('no-worklet', 'this page has no AudioWorklet: it must be served over https or from localhost'));
  }
  const ofContext = added.get(context) ?? new Map<string, Promise<void>>();
  added.set(context, ofContext);
  let ready = ofContext.get(url);
  if (!ready) {
    ready = context.audioWorklet.addModule(url).catch((e: unknown) => {
      ofContext.delete(url);
      throw new RinseError('no-worklet', `the audio worklet could not be loaded from ${url}: ${reasonOf(e)}`, { cause: e });
    });
    ofContext.set(url, ready);
  }
  return ready;
}

/** Starts a worker of its own for one job. */
export function startWorker(assets?: Assets): Worker {
  try {
    if (assets?.worker) return new Worker(assets.worker, { type: 'module' });
    return new Worker(new URL('./rinse-worker.js', import.meta.url), { type: 'module' });
  } catch (e) {
    throw new RinseError('no-worker', `the worker could not be started: ${reasonOf(e)}`, { cause: e });
  }
}
