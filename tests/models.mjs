// The networks' weights, by name, as a host hands them to the core.
import { readFileSync } from 'node:fs';

/** @param {string} name */
const model = (name) => new Uint8Array(readFileSync(new URL(`../models/voice/${name}.safetensors`, import.meta.url))).buffer;
export const models = { voice: model('voice'), 'voice-ahead': model('voice-ahead') };
