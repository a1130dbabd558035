// Starts one of the compiled modules through its Emscripten glue. Runs in page, worker, worklet and Node.
import type { Instance } from './glue.js';
import { RinseError, reasonOf } from './errors.js';

/** One instance of the module with its own memory. */
export function startInstance<Glue>(createGlue: (options: Instance) => Glue, module: WebAssembly.Module): Glue {
  let failure: unknown;
  const glue = createGlue({
    locateFile: (path) => path,
    instantiateWasm: (imports, done) => {
      try {
        const instance = new WebAssembly.Instance(module, imports);
        done(instance, module);
        return instance.exports;
      } catch (e) {
        failure = e; // Emscripten would only log it
        throw e;
      }
    },
  });
  if (!failure) return glue;
  throw new RinseError('no-wasm', `the WebAssembly module could not be started: ${reasonOf(failure)}`, { cause: failure });
}
