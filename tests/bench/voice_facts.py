#!/usr/bin/env python3
"""What the presets for voices keep: voice_facts.py RINSE DATA DEV prints a table. DEV is what DATA/mix_dev.py wrote; run by `npm run quality`."""
import csv
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import soundfile as sf
from scipy.signal import resample_poly

PRESETS = "meeting-voice", "voice-recording"
THIRD = 2 ** (1 / 6)  # half a third of an octave
AUDIBLE = 1e-6  # share of the energy that a band must hold to count: -60 dB


def power_between(x, rate, low, high):
    spectrum, hz = np.abs(np.fft.rfft(x)) ** 2, np.fft.rfftfreq(len(x), 1 / rate)
    return spectrum[(hz >= low) & (hz < high)].sum() + 1e-20


def db(ratio):
    return 10 * np.log10(ratio)


def treble(x, y, rate):
    """What y has above 10 kHz over what x has, dB; None where x has nothing there that is heard."""
    if power_between(x, rate, 10000, 20000) > AUDIBLE * power_between(x, rate, 0, 24000):
        return db(power_between(y, rate, 10000, 20000) / power_between(x, rate, 10000, 20000))
    return None


def facts(rinse, data, dev, preset):
    """What is measured, what was found, what is wanted."""
    rows = []
    with tempfile.TemporaryDirectory() as work:

        def cleaned(x, rate):
            paths = [os.path.join(work, name) for name in ("in.wav", "out.wav")]
            sf.write(paths[0], x, rate, subtype="FLOAT")
            subprocess.run([rinse, "clean", *paths, "--preset", preset], check=True)
            return sf.read(paths[1])[0]

        def row(what, found, wanted):
            rows.append((what, found, wanted))

        scores, kept, onsets = [], [], []
        for name in ("voice48", "voice16"):
            folder, out = os.path.join(dev, name), os.path.join(work, name)
            os.makedirs(out)
            for file in sorted(os.listdir(os.path.join(folder, "clean"))):
                x, rate = sf.read(os.path.join(folder, "clean", file))
                y = cleaned(x, rate)
                sf.write(os.path.join(out, file), y, rate, subtype="FLOAT")
                kept.append(treble(x, y, rate))
                frames = np.square(x[: len(x) // 480 * 480]).reshape(-1, 480).mean(axis=1)
                start = max(0, int(np.argmax(frames > frames.max() * 1e-2)) * 480 - 960)  # before the first loud frame
                speech = np.concatenate([np.zeros(3 * rate), x[start:start + 2 * rate]])
                after = slice(3 * rate, 3 * rate + rate // 4)
                onsets.append(db(np.square(cleaned(speech, rate)[after]).sum() / np.square(speech[after]).sum()))
            score = subprocess.run([rinse, "score", "--clean", os.path.join(folder, "clean"), "--est", out, "--metrics", "pesq_wb,stoi", "--format", "json"], check=True, capture_output=True)
            scores += json.loads(score.stdout)["files"]
        pesq, stoi = ([f[k] for f in scores] for k in ("pesq_wb", "stoi"))
        row("clean speech in: PESQ-WB, mean and worst", f"{np.mean(pesq):.2f}, {min(pesq):.2f}", "≥ 4.2")
        row("clean speech in: STOI, mean and worst", f"{np.mean(stoi):.3f}, {min(stoi):.3f}", "")
        kept = [t for t in kept if t is not None]
        row("clean speech in: energy above 10 kHz, mean and furthest", f"{np.mean(kept):+.2f}, {max(kept, key=abs):+.2f} dB", "within 1 dB")
        row("first 250 ms after 3 s of silence, mean and furthest", f"{np.mean(onsets):+.2f}, {max(onsets, key=abs):+.2f} dB", "within 1 dB")
        with open(os.path.join(data, "manifest.csv")) as f:
            music = [r for r in csv.DictReader(f) if r["split"] == "dev" and r["kind"] == "noise: music"]
        for i, clip in enumerate(music):
            x, rate = sf.read(os.path.join(data, clip["file"]), always_2d=True)
            x = x[:, 0] * 10 ** (-float(clip["gain_db"] or 0) / 20)
            if rate != 48000:
                x = resample_poly(x, 48000 // np.gcd(rate, 48000), rate // np.gcd(rate, 48000))
            x = x / max(1, np.abs(x).max())
            y, whole = cleaned(x, 48000), power_between(x, 48000, 0, 24000)
            centres = [c for c in 1000 * 2 ** (np.arange(-13, 14) / 3) if power_between(x, 48000, c / THIRD, c * THIRD) > AUDIBLE * whole]
            losses = [db(power_between(y, 48000, c / THIRD, c * THIRD) / power_between(x, 48000, c / THIRD, c * THIRD)) for c in centres]
            row(f"music alone ({len(x) / 48000:.0f} s, clip {i + 1}): worst third-octave band", f"{min(losses):+.1f} dB at {centres[int(np.argmin(losses))]:.0f} Hz", "above −3 dB")
    return rows


def main():
    tables = [facts(*sys.argv[1:4], preset) for preset in PRESETS]
    print("| fact | " + " | ".join(PRESETS) + " | wanted |\n| --- |" + " ---: |" * (len(PRESETS) + 1))
    for same in zip(*tables):
        what, _, wanted = same[0]
        print("| " + " | ".join([what, *(found for _, found, _ in same), wanted]) + " |")


if __name__ == "__main__":
    main()
