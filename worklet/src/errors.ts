// What can go wrong, with a code for programs and a sentence for people.

export type RinseErrorCode =
  | 'bad-recipe' // unknown effect, parameter or version, value out of range
  | 'bad-audio' // sample rate, channel count or length out of range
  | 'empty-file'
  | 'not-media' // no container that can be read
  | 'no-audio' // a container without an audio track
  | 'undecodable' // an audio track that this browser can't decode, or an encrypted one
  | 'truncated' // the file ends in the middle
  | 'no-wasm' // the WebAssembly module could not be loaded or compiled
  | 'bad-model' // a network's weights could not be loaded, are damaged, or are of another network
  | 'no-worklet' // the audio worklet could not be started
  | 'no-worker' // the worker could not be started
  | 'trapped' // the engine failed while running
  | 'no-space'; // memory or browser storage is full

export class RinseError extends Error {
  override readonly name = 'RinseError';
  constructor(
    readonly code: RinseErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The sentence in anything that was thrown. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
