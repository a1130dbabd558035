#!/usr/bin/env python3
"""What several microphones in a simulated room give: microphones.py RINSE DATA [--split train] prints the direct-to-reverberant ratio that
dereverberation gains with four microphones, and what beamforming gains in noise. Voices and noises of the development split."""
import argparse
import csv
import os
import subprocess
import tempfile

import numpy as np
import soundfile
from repairs import Bench, sdr, si_sdr
from scipy.signal import fftconvolve, resample_poly

RATE, FINER = 16000, 4
SOUND = 343.0  # m/s
ROOM = np.array([6.0, 5.0, 3.0])  # m
EARLY_SECONDS = 0.05


def response(source, microphone, t60, seconds=0.5):
    """Image method (Allen & Berkley 1979), all walls with the reflection that gives the T60 by Sabine's formula."""
    volume, surface = np.prod(ROOM), 2 * (ROOM[0] * ROOM[1] + ROOM[1] * ROOM[2] + ROOM[0] * ROOM[2])
    reflection = np.sqrt(1 - min(0.99, 0.161 * volume / (surface * t60)))
    order = int(seconds * SOUND / min(ROOM) / 2) + 1
    images = np.stack(np.meshgrid(*[np.arange(-order, order + 1)] * 3, *[[0, 1]] * 3, indexing="ij"), -1).reshape(-1, 6)
    turn, mirror = images[:, :3], images[:, 3:]
    way = np.linalg.norm((1 - 2 * mirror) * source + 2 * turn * ROOM - microphone, axis=1)
    loss = reflection ** np.abs(2 * turn - mirror).sum(1) / way
    at = np.round(way / SOUND * RATE * FINER).astype(int)
    near = at < int(seconds * RATE * FINER)
    return resample_poly(np.bincount(at[near], loss[near], int(seconds * RATE * FINER)), 1, FINER) * FINER


def place(x, source, array, t60):
    """What the microphones [4] hear of x at the source, and of that the direct sound with the first reflections."""
    heard, early = [], []
    for microphone in array:
        h = response(source, microphone, t60)
        border = int(np.argmax(np.abs(h))) + int(EARLY_SECONDS * RATE)
        heard.append(fftconvolve(x, h)[: len(x)])
        early.append(fftconvolve(x, h[:border])[: len(x)])
    return np.stack(heard, 1), np.stack(early, 1)


def load(data, row, seconds):
    x, rate = soundfile.read(os.path.join(data, row["file"]), always_2d=True)
    return np.resize(resample_poly(x[:, 0], RATE, rate) if rate != RATE else x[:, 0], int(seconds * RATE))


def spoken(folder, voice):
    """A voice without a room of its own, by espeak-ng."""
    path = os.path.join(folder, "spoken.wav")
    text = "The quick brown fox jumps over the lazy dog while seven wizards quietly judge the boxing match. Nobody complains about the price."
    subprocess.run(["espeak-ng", "-v", voice, "-s", "160", "-w", path, text], check=True)
    x, rate = soundfile.read(path)
    return np.resize(resample_poly(x, RATE, rate), 12 * RATE)


def dereverb(bench, voices, what):
    """The second half of twelve seconds: the room has been heard."""
    source, array, rows = np.array([2.0, 3.5, 1.6]), [np.array([4.0 + 0.3 * c, 2.0, 1.2]) for c in range(4)], []
    for x in voices:
        heard, early = place(x, source, array, 0.5)
        late = slice(len(x) // 2, None)
        row = [sdr(early[late].ravel(), heard[late].ravel())]
        for effect, params in (("dereverb", {"tail": 0}), ("dereverb-offline", {})):
            row.append(sdr(early[late].ravel(), bench.clean(heard, effect, **params)[late].ravel()) - row[0])
        rows.append(row)
    print(f"\nfour microphones, T60 0.5 s: direct-to-reverberant ratio, dB, each of {len(rows)} {what}")
    for k, name in enumerate(("before", "dereverb gains", "dereverb-offline gains")):
        print(f"{name:24}", " ".join(f"{r[k]:5.1f}" for r in rows), f"  mean {np.mean([r[k] for r in rows]):.2f}")


def beamform(bench, voices, noises):
    """The second half of twelve seconds, at 0 dB; what a microphone hears of the voice is the reference for what it gives."""
    rng, array, rows = np.random.default_rng(5), [np.array([3.0 + 0.1 * c, 2.0, 1.2]) for c in range(4)], []
    for x, z in zip(voices, noises):
        voice = place(x, np.array([2.0, 3.5, 1.6]), array, 0.3)[0]
        noise = place(z, np.array([4.8, 3.2, 1.4]), array, 0.3)[0]
        late = slice(len(x) // 2, None)
        noise *= np.sqrt(np.mean(voice[late] ** 2) / np.mean(noise[late] ** 2))
        noise += rng.standard_normal(noise.shape) * np.sqrt(np.mean(voice**2)) * 10 ** (-30 / 20)  # the microphones' own
        best = lambda y: max(si_sdr(voice[late, c], y[late, c]) for c in range(4))
        way = lambda effect, method: best(bench.clean(voice + noise, effect, method=method))
        rows.append([best(voice + noise), way("beamform", 1), way("beamform", 0), way("beamform-offline", 1), way("beamform-offline", 0)])
    print("\nfour microphones 10 cm apart, T60 0.3 s, noise from elsewhere at 0 dB: SI-SDR, dB, each of", len(rows), "voices and noises")
    for k, name in enumerate(("best microphone", "delay-and-sum, live", "MVDR, live", "delay-and-sum, files", "MVDR, files")):
        print(f"{name:24}", " ".join(f"{r[k]:5.1f}" for r in rows), f"  mean {np.mean([r[k] for r in rows]):.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rinse"), parser.add_argument("data"), parser.add_argument("--split", default="dev")
    parser.add_argument("--only")
    args = parser.parse_args()
    rows = [r for r in csv.DictReader(open(f"{args.data}/manifest.csv")) if r["split"] == args.split]
    pack = lambda name: [r for r in rows if r["file"].startswith(name + "/")]
    voices = [load(args.data, r, 12) for name in ("speech_16k", "speech_fullband_mit") for r in [r for r in pack(name) if float(r["seconds"]) > 8][:4]]
    voices = [x for x in voices if np.mean(x[len(x) // 2:] ** 2) > 0.25 * np.mean(x**2)]  # who speaks in the second half, too
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(args.rinse, folder, RATE)
        if args.only != "beamform":
            dereverb(bench, [spoken(folder, v) for v in ("en", "en+f3", "de", "en+m5")], "voices by espeak-ng, which are dry")
            dereverb(bench, voices, "recorded voices, whose own rooms count as direct sound")
        if args.only != "dereverb":
            noises = [r for r in pack("noise") if float(r["seconds"]) > 4]
            noises = [load(args.data, r, 12) for r in noises[:: max(1, len(noises) // len(voices))]]
            beamform(bench, voices, noises[: len(voices)])


if __name__ == "__main__":
    main()
