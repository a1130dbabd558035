#!/usr/bin/env python3
"""Trains the network that tells a voice from the rustle on its microphone: train.py DATA [--hours H] [--epochs E]. Writes rustle.safetensors.

Rustle is recorded cloth, leaves, cards and thumps, one event after the other over sentences; steady noise, where there is some, is to stay.
"""
import os
import sys

import numpy as np
from scipy.signal import resample_poly

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "../common")]
import band_mask  # noqa: E402
import clips  # noqa: E402
import mixing  # noqa: E402
import sounds  # noqa: E402


class Microphone(mixing.Mixer):
    def __init__(self, data, seed):
        super().__init__(data, band_mask.CACHE, seed)
        self.rustles = [r for r in clips.prepare(data, band_mask.CACHE)[0] if r["pack"] in ("rustle", "rustle_more")]

    def rustle(self, length, top):
        """Events with gaps, each with a peak of -24 to 3 dB against the voice's."""
        x, at = np.zeros(length, np.float32), int(self.rng.uniform(0, 1.5) * clips.RATE)
        gap = self.rng.uniform(0.1, 1.5)
        while at < length:
            y = self.pick([self.rustles[int(self.rng.integers(len(self.rustles)))]], int(self.rng.uniform(0.1, 2) * clips.RATE))
            speed = int(self.rng.integers(80, 125))
            y = self.tilt(resample_poly(y, 100, speed).astype(np.float32), 8)[: length - at]
            fade = min(240, len(y) // 4)
            y[:fade] *= np.linspace(0, 1, fade, dtype=np.float32)
            y[len(y) - fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
            x[at:at + len(y)] += y / (np.abs(y).max() + 1e-9) * np.float32(top * 10 ** (self.rng.uniform(-24, 3) / 20))
            at += len(y) + int(self.rng.exponential(gap) * clips.RATE)
        return x

    def pair(self):
        length = int(band_mask.SECONDS * clips.RATE)
        voice, bandwidth = self.sentences(length)
        if self.chance(0.3):
            voice = np.convolve(voice, self.room()[:2400])[:length].astype(np.float32)
        if self.chance(0.5):
            voice = self.tilt(voice, 8)
        level = max(mixing.active_rms(voice), 1e-3)
        if self.chance(0.5):
            noise = self.hiss(length)
            voice = voice + noise / np.float32(np.sqrt(np.mean(noise**2)) + 1e-9) * np.float32(level * 10 ** (-self.rng.uniform(15, 50) / 20))
        rustle = self.rustle(length, np.abs(voice).max() + 1e-6) if self.chance(0.9) else np.zeros(length, np.float32)
        if bandwidth < 12000:  # a voice without treble under a rustle with it would teach that treble is rustle
            voice, rustle = (sounds.shape(x, lambda hz: (hz < bandwidth).astype(float)).astype(np.float32) for x in (voice, rustle))
        gain = np.float32(10 ** (self.rng.uniform(-30, 0) / 20) / (np.abs(voice + rustle).max() + 1e-9))
        return voice * gain, rustle * gain


def make(args):
    seed, count, data = args
    microphone = Microphone(data, [seed, 9])
    return [np.stack(x) for x in zip(*(band_mask.example(*microphone.pair(), 0) for _ in range(count)))]


if __name__ == "__main__":
    band_mask.main(__doc__, make, os.path.join(HERE, "rustle.safetensors"), 8)
