// A network's weights (a safetensors file) into an instance of the core: reads the header, hands the tensors over. What they mean is
// checked by the core when an effect asks for them.
import type { Glue } from './glue.js';
import { RinseError, reasonOf } from './errors.js';

/** The files of the networks that a recipe needs, by their names (EffectInfo.model). */
export type Models = Record<string, ArrayBuffer>;

interface TensorEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const held = new WeakMap<Glue, Set<string>>();

/** Copies those that the instance does not hold yet. Throws `bad-model`. */
export function addModels(glue: Glue, models: Models): void {
  const names = held.get(glue) ?? new Set<string>();
  held.set(glue, names);
  for (const [name, file] of Object.entries(models)) {
    if (names.has(name)) continue;
    addModel(glue, name, file);
    names.add(name);
  }
}

function addModel(glue: Glue, name: string, file: ArrayBuffer): void {
  const { header, body } = read(name, file);
  const { __metadata__: about, ...entries } = header as Record<string, TensorEntry> & { __metadata__?: { crc32?: unknown } };
  const tensors = Object.entries(entries).map(([id, { dtype, shape, data_offsets: [from, to] }]) => {
    if (dtype !== 'F32' && dtype !== 'I8') throw bad(name, `${id} is of the type ${dtype}; F32 and I8 are accepted`);
    return { name: id, type: dtype, shape, from, to };
  });
  glue.HEAPU8.set(body, glue.modelBuffer(name, body.length));
  const wrong = glue.addModel(name, tensors, Number(about?.crc32 ?? -1) >>> 0);
  if (wrong) throw bad(name, wrong);
}

/** Eight bytes of length, a header in JSON, the tensors. */
function read(name: string, file: ArrayBuffer): { header: object; body: Uint8Array } {
  try {
    const length = Number(new DataView(file).getBigUint64(0, true));
    const header: unknown = JSON.parse(String.fromCharCode(...new Uint8Array(file, 8, length)));
    if (typeof header !== 'object' || header === null) throw new Error('its header is no object');
    return { header, body: new Uint8Array(file, 8 + length) };
  } catch (e) {
    throw bad(name, `no safetensors file (${reasonOf(e)})`);
  }
}

const bad = (name: string, why: string) => new RinseError('bad-model', `the model "${name}": ${why}`);
