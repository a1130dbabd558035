#!/usr/bin/env python3
"""Trains the network that tells a drum from the rest of the kit: train.py DATA [--hours H] [--epochs E]. Writes drum.safetensors.

What a drum's microphone hears is put together from single hits: the drum in strong hits and ghost notes of all velocities, and all other pieces of a
kit as bleed.
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


class Kit(mixing.Mixer):
    """Hits by drum, and for each drum what is bleed to it."""

    def __init__(self, data, seed):
        super().__init__(data, band_mask.CACHE, seed)
        rows, _ = clips.prepare(data, band_mask.CACHE)
        name = lambda r: os.path.basename(r["file"])
        kit = [r for r in rows if r["pack"] == "drums_muldjord"]
        snares = {}
        for r in rows:
            if r["pack"] == "drums_snares":
                snares.setdefault(name(r).split("_vl")[0], []).append(r)
        of = lambda *starts: [r for r in kit if name(r).startswith(starts)]
        per = lambda rows, key: list({k: [r for r in rows if key(r) == k] for k in {key(r) for r in rows}}.values())
        side = lambda r: name(r).split("_")[0] + name(r).split("_")[-1]
        self.targets = ([*snares.values(), *per(of("Snare_"), side)], per(of("Kdrum"), side), per(of("Tom"), side))
        self.bleeds = ([r for r in kit if not name(r).startswith("Snare")], [r for r in kit if not name(r).startswith("Kdrum")],
                       [r for r in kit if not name(r).startswith("Tom")])
        self.other_snares = [r for rows in snares.values() for r in rows]
        self.hats = of("Hihat", "Ride")

    def hit(self, row, speed=100):
        x = clips.load(row, self.samples, 0, 3 * clips.RATE)
        return x if speed == 100 else resample_poly(x, 100, speed).astype(np.float32)

    def pattern(self, drum):
        """What the microphone hears of its drum, and of all else."""
        rng, length = self.rng, int(band_mask.SECONDS * clips.RATE)
        wanted, bleed = np.zeros(length, np.float32), np.zeros(length, np.float32)
        sixteenth = 60 / rng.uniform(60, 180) / 4
        group = self.targets[drum][int(rng.integers(len(self.targets[drum])))]
        loudness = [np.abs(clips.load(r, self.samples, 0, clips.RATE)).max() for r in group]
        order = np.argsort(loudness)
        soft, strong = [group[i] for i in order[: max(1, len(order) // 3)]], [group[i] for i in order[len(order) // 3:]]
        speed = int(rng.integers(78, 128))
        ghosts, level = rng.uniform(0, 0.4), rng.uniform(-3, 9)

        def put(buffer, x, step, gain):
            at = int(max(0, step * sixteenth + rng.normal(0, 0.006)) * clips.RATE)
            n = min(len(x), length - at)
            if n > 0:
                buffer[at:at + n] += x[:n] * np.float32(gain)

        beat, hats = int(rng.choice([4, 8, 8, 16])), int(rng.choice([1, 2, 2, 4]))
        pieces = self.hats[int(rng.integers(len(self.hats)))]
        for step in range(int(band_mask.SECONDS / sixteenth)):
            if step % beat == beat // 2 and rng.random() < 0.9:
                put(wanted, self.hit(strong[int(rng.integers(len(strong)))], speed), step, 10 ** (rng.uniform(-6, 0) / 20))
            elif rng.random() < ghosts:
                put(wanted, self.hit(soft[int(rng.integers(len(soft)))], speed), step, 10 ** (rng.uniform(-6 - level, 0) / 20))
            if step % hats == 0:
                put(bleed, self.hit(pieces if rng.random() < 0.7 else self.hats[int(rng.integers(len(self.hats)))]), step, 10 ** (rng.uniform(-6, 0) / 20))
            if rng.random() < 0.15:
                put(bleed, self.hit(self.bleeds[drum][int(rng.integers(len(self.bleeds[drum])))]), step, 1)
            if drum > 0 and step % 8 == 4:
                x = self.hit(self.other_snares[int(rng.integers(len(self.other_snares)))])
                put(bleed, x / (np.abs(x).max() + 1e-9), step, 10 ** (rng.uniform(-40, -20) / 20))
        wanted, bleed = self.tilt(wanted, 12), self.tilt(bleed, 8)  # another microphone, another kit
        top = np.abs(wanted).max() + 1e-9
        lift = rng.uniform(12, 32) if drum == 0 else 20 * np.log10(top / (np.abs(bleed).max() + 1e-9)) - rng.uniform(3, 26)
        bleed *= np.float32(10 ** (lift / 20))
        if drum == 0:  # shells and kit were recorded at levels of their own
            bleed *= np.float32(top / 0.7) if rng.random() < 0.5 else 1
        hiss = rng.standard_normal(length).astype(np.float32) * np.float32(top * 10 ** (rng.uniform(-90, -55) / 20))
        gain = np.float32(10 ** (rng.uniform(-30, 0) / 20) / (np.abs(wanted + bleed).max() + 1e-9))
        return wanted * gain, (bleed + hiss) * gain


def make(args):
    seed, count, data = args
    kit, out = Kit(data, [seed, 5]), []
    for _ in range(count):
        drum = int(kit.rng.choice(3, p=(0.6, 0.2, 0.2)))  # snare, kick, toms
        out.append(band_mask.example(*kit.pattern(drum), drum))
    return [np.stack(x) for x in zip(*out)]


if __name__ == "__main__":
    band_mask.main(__doc__, make, os.path.join(HERE, "drum.safetensors"), 14)
