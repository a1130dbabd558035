#!/usr/bin/env python3
"""How well the voice detector (dsp/voice/voice_activity.cpp) does: voice_activity.py DATA prints hits and false alarms on the development
recordings with noise at 10 dB.

Labels come from the clean recording: frames within 30 dB of its loudest ones, pauses shorter than 0.2 s filled.
"""
import csv
import ctypes
import os
import sys

import numpy as np
import soundfile
from scipy.ndimage import binary_closing

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
sys.path.insert(0, os.path.join(ROOT, "models/common"))
import product  # noqa: E402

THRESHOLD, HANGOVER = 0.7, 0.03  # as the effect's defaults
FILL = 20  # frames


def run(samples, rate):
    """Rows of features, probability, decision; moved so that row t belongs to the frame around 10 ms * t."""
    lib = product.library()
    width, samples, lag = lib.activity_features() + 2, np.ascontiguousarray(samples, np.float32), ctypes.c_double()
    rows = np.zeros((len(samples) * 100 // rate + 1, width), np.float32)
    count = lib.activity_run(product.pointer(samples), len(samples), ctypes.c_double(rate), ctypes.c_float(THRESHOLD), ctypes.c_double(HANGOVER),
                             product.pointer(rows), ctypes.byref(lag))
    return rows[:count][round(lag.value * 100):]


def labels(clean, rate):
    n = rate // 100
    energy = np.convolve(np.square(clean[: len(clean) // n * n]).reshape(-1, n).mean(1), np.ones(3) / 3, "same")
    speech = energy > np.quantile(energy, 0.98) * 1e-3
    return binary_closing(np.pad(speech, FILL), np.ones(FILL))[FILL:-FILL]


def development(data, snr=10.0):
    """The recordings of voice48 and voice16 with their noises, at one level of noise; half of each without speech."""
    sys.path.insert(0, data)
    import mix_dev

    rows = [r for r in csv.DictReader(open(f"{data}/manifest.csv")) if r["split"] == "dev"]
    pack = lambda p: sorted((r for r in rows if r["file"].startswith(p + "/")), key=lambda r: r["file"])
    noises = pack("noise")
    for speech, rate, seed in ((pack("speech_fullband_mit"), 48000, 1), ([r for r in pack("speech_16k") if float(r["seconds"]) > 4], 16000, 2)):
        rng = np.random.default_rng(seed)
        for k in range(40):
            x = mix_dev.load(speech[k % len(speech)], rate)[: 8 * rate]
            x = np.concatenate([np.zeros(2 * rate), x, np.zeros(2 * rate)])
            row = noises[int(rng.integers(len(noises)))]
            v = mix_dev.fit(mix_dev.load(row, rate), len(x), rng)
            v *= mix_dev.active_rms(x, rate) / (np.sqrt(np.mean(v**2)) + 1e-12) * 10 ** (-snr / 20)
            yield x, x + v, rate, row["file"]


def measure(data):
    by_noise, total = {}, np.zeros(4)
    for clean, noisy, rate, noise in development(data):
        rows, truth = run(noisy, rate), labels(clean, rate)
        n = min(len(rows), len(truth))
        found, truth = rows[:n, -1] > 0.5, truth[:n]
        counts = np.array([np.sum(found & truth), np.sum(truth), np.sum(found & ~truth), np.sum(~truth)])
        kind = os.path.basename(noise).split("-")[0].rstrip("0123456789_.opus")
        by_noise[kind] = by_noise.get(kind, 0) + counts
        total += counts
    print(f"{'noise at 10 dB':28} hits  false alarms")
    for kind, (hit, speech, false, pause) in [*sorted(by_noise.items()), ("all", total)]:
        print(f"{kind:28} {hit / speech:4.1%} {false / pause:6.1%}")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    measure(sys.argv[1])
