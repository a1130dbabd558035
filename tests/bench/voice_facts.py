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

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../models/common"))
from power import AUDIBLE, between, db, mean_and_furthest, treble  # noqa: E402

PRESETS = "meeting-voice", "voice-recording"
THIRD = 2 ** (1 / 6)  # half a third of an octave


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
        signed = lambda differences: "{:+.2f}, {:+.2f} dB".format(*mean_and_furthest(differences))
        row("clean speech in: energy above 10 kHz, mean and furthest", signed(kept), "within 1 dB")
        row("first 250 ms after 3 s of silence, mean and furthest", signed(onsets), "within 1 dB")
        with open(os.path.join(data, "manifest.csv")) as f:
            music = [r for r in csv.DictReader(f) if r["split"] == "dev" and r["kind"] == "noise: music"]
        for i, clip in enumerate(music):
            x, rate = sf.read(os.path.join(data, clip["file"]), always_2d=True)
            x = x[:, 0] * 10 ** (-float(clip["gain_db"] or 0) / 20)
            if rate != 48000:
                x = resample_poly(x, 48000 // np.gcd(rate, 48000), rate // np.gcd(rate, 48000))
            x = x / max(1, np.abs(x).max())
            y, whole = cleaned(x, 48000), between(x, 48000, 0, 24000)
            centres = [c for c in 1000 * 2 ** (np.arange(-13, 14) / 3) if between(x, 48000, c / THIRD, c * THIRD) > AUDIBLE * whole]
            losses = [db(between(y, 48000, c / THIRD, c * THIRD) / between(x, 48000, c / THIRD, c * THIRD)) for c in centres]
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
