// The audio that the engine takes, checked before a worker is started or a file is read through. (dsp/engine.cpp has the last word.)
import { RinseError } from './errors.js';

export function checkLimits(sampleRate: number, channels: number): void {
  if (!(sampleRate >= 8000 && sampleRate <= 192000)) {
    throw new RinseError('bad-audio', `the sample rate is ${sampleRate} Hz; 8000 to 192000 Hz are accepted`);
  }
  if (!(channels >= 1 && channels <= 8)) throw new RinseError('bad-audio', `there are ${channels} channels; 1 to 8 are accepted`);
}
