#!/usr/bin/env python3
"""What the repairs do to known damage: repairs.py RINSE DATA prints a table. Voices and music of the development split; clicks, clipping and hum are
planted."""
import csv
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import soundfile
from scipy.signal import resample_poly

RATE = 48000


def load(data, row, seconds):
    x, rate = soundfile.read(os.path.join(data, row["file"]), always_2d=True)
    x = x[:, 0]
    if rate != RATE:
        g = np.gcd(rate, RATE)
        x = resample_poly(x, RATE // g, rate // g)
    x = np.resize(x, seconds * RATE)  # short ones over again
    return 0.5 * x / np.abs(x).max()


def sdr(clean, estimate):
    return 10 * np.log10(np.sum(clean**2) / (np.sum((estimate - clean) ** 2) + 1e-20))


def si_sdr(clean, estimate):
    return sdr(clean * (clean @ estimate) / (clean @ clean), estimate)


class Bench:
    def __init__(self, rinse, folder, rate=RATE):
        self.rinse, self.folder, self.rate = rinse, folder, rate

    def clean(self, x, effect, **params):
        into, out, recipe = (os.path.join(self.folder, n) for n in ("in.wav", "out.wav", "recipe.json"))
        soundfile.write(into, x, self.rate, subtype="FLOAT")
        with open(recipe, "w") as f:
            json.dump({"version": 1, "chain": [{"effect": effect, "params": params}]}, f)
        subprocess.run([self.rinse, "clean", into, out, "--recipe", recipe], check=True)
        return soundfile.read(out)[0]


def declick(bench, sounds):
    rng, found, planted, false, seconds, gains = np.random.default_rng(3), 0, 0, 0, 0.0, []
    for x in sounds:
        y = bench.clean(x, "declick")
        changed = np.flatnonzero(np.abs(y - x) > 1e-7)
        false += (np.diff(changed) > 100).sum() + (len(changed) > 0)
        seconds += len(x) / RATE
        z, places = x.copy(), []
        for at in rng.integers(2000, len(x) - 2000, 20):
            length = int(rng.integers(1, 40))
            click = rng.standard_normal(length)
            z[at:at + length] += click * rng.uniform(0.1, 0.5) / np.abs(click).max()
            places.append(slice(at, at + length))
        y = bench.clean(z, "declick")
        for s in places:
            before, after = np.sum((z[s] - x[s]) ** 2), np.sum((y[s] - x[s]) ** 2)
            planted += 1
            found += np.abs(y[s] - z[s]).max() > 1e-6
            gains.append(10 * np.log10(before / (after + 1e-12)))
    return f"{found / planted:.1%} of the clicks found, {false / seconds:.2f} false ones a second, {np.mean(gains):.1f} dB better there"


def declip(bench, sounds):
    gains = []
    for x in sounds:
        low, high = 0.0, 1.0
        for _ in range(40):
            level = (low + high) / 2
            low, high = (level, high) if sdr(x, np.clip(x, -level, level)) < 5 else (low, level)
        cut = np.clip(x, -level, level)
        gains.append(sdr(x, bench.clean(cut, "declip")) - sdr(x, cut))
    return f"clipped to an SDR of 5 dB: {np.mean(gains):+.1f} dB, worst {np.min(gains):+.1f} dB"


def dehum(bench, sounds, hz, drift):
    rows = []
    for x in sounds:
        t = np.arange(len(x)) / RATE
        phase = 2 * np.pi * np.cumsum(hz + drift * np.sin(2 * np.pi * t / 20)) / RATE
        hum = sum(np.sin(h * phase + h) / h for h in range(1, 13))
        hum *= 10 ** (-30 / 20) / np.sqrt(np.mean(hum**2))
        s = slice(4 * RATE, None)
        alone = bench.clean(hum, "dehum")
        rows.append([si_sdr(x[s], (x + hum)[s]), si_sdr(x[s], bench.clean(x + hum, "dehum")[s]), 10 * np.log10(np.sum(alone[s] ** 2) / np.sum(hum[s] ** 2)), min(99.0, si_sdr(x, bench.clean(x, "dehum")))])
    before, after, left, untouched = np.mean(rows, 0)
    return f"hum alone {left:.0f} dB; SI-SDR of the voice {before:.1f} to {after:.1f} dB; without hum {untouched:.0f} dB"


def main():
    rinse, data = sys.argv[1:3]
    rows = [r for r in csv.DictReader(open(os.path.join(data, "manifest.csv"))) if r["split"] == "dev"]
    voices = [load(data, r, 10) for r in sorted((r for r in rows if r["file"].startswith("speech_fullband_mit/")), key=lambda r: r["file"])[:4]]
    music = [load(data, r, 8) for r in sorted((r for r in rows if "music" in r["kind"]), key=lambda r: r["file"])[:3]]
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(rinse, folder)
        print("| effect | on | what came of it |\n| --- | --- | --- |")
        for name, sounds in (("voices", voices), ("music", music)):
            print(f"| declick | {name} | {declick(bench, sounds)} |")
            print(f"| declip | {name} | {declip(bench, [x[: 5 * RATE] for x in sounds[:2]])} |")
        for hz, drift in ((50, 0.0), (60, 0.3), (120, 0.1)):
            print(f"| dehum | voices, {hz} Hz, drifting by {drift} Hz | {dehum(bench, [np.tile(x, 2) for x in voices[:2]], hz, drift)} |")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main()
