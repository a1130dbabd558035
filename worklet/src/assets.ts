// Finds and loads the files that come with the package: the wasm, the worklet's processor and the worker. Bundlers see the
// `new URL(…, import.meta.url)` and take the files along; `assets` in the options overrides where they are.
import { RinseError, reasonOf } from './errors.js';

export interface Assets {
  /** Address of rinse.wasm. */
  wasm?: string | URL;
  /** Address of rinse-metrics.wasm. */
  metricsWasm?: string | URL;
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

const modules = new Map<string, Promise<WebAssembly.Module>>();

/** Fetches and compiles the wasm once; a failure is not remembered, so that the next call tries again. */
export const loadWasm = (assets?: Assets) => load(String(assets?.wasm ?? here.wasm()));

/** The same for the measures. */
export const loadMetricsWasm = (assets?: Assets) => load(String(assets?.metricsWasm ?? here.metricsWasm()));

function load(url: string): Promise<WebAssembly.Module> {
  let module = modules.get(url);
  if (!module) {
    module = compile(url);
    modules.set(url, module);
    module.catch(() => modules.delete(url));
  }
  return module;
}

async function compile(url: string): Promise<WebAssembly.Module> {
  let bytes: ArrayBuffer;
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    bytes = await response.arrayBuffer();
  } catch (e) {
    throw new RinseError('no-wasm', `the WebAssembly could not be loaded from ${url}: ${reasonOf(e)}`, { cause: e });
  }
  try {
    return await WebAssembly.compile(bytes);
  } catch (e) {
    throw new RinseError(
      'no-wasm',
      `${url} could not be compiled: ${reasonOf(e)}. The page's Content-Security-Policy must allow 'wasm-unsafe-eval' in script-src, and the browser must support WebAssembly SIMD.`,
      { cause: e },
    );
  }
}

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
