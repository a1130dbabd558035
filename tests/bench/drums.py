#!/usr/bin/env python3
"""What debleed and debleed-offline do for a snare's microphone: drums.py RINSE DATA WORK [--quick] prints a table over the drums44 mixtures of
../shared/data/mix_dev.py (made in WORK where they are not there), beside a conventional gate with the threshold and times that suit each file best (found by search against the
reference: nobody who mixes has that)."""
import argparse
import os
import subprocess
import sys
import tempfile

import numpy as np
import soundfile
from repairs import Bench, sdr, si_sdr
from scipy.signal import istft, stft

RATE, FRAME = 44100, 441
HIT, GHOST = 12.0, 12.0  # dB: a hit rises by this within 20 ms; a ghost note lies this far below the loudest hit


def hits(clean):
    """Frames in which the drum is hit, and the peak level after each, dB."""
    level = 10 * np.log10(np.square(clean[: len(clean) // FRAME * FRAME]).reshape(-1, FRAME).mean(1) + 1e-12)
    padded = np.append([-120, -120], level)  # silence before
    at = [t for t in range(len(level) - 6) if level[t] > padded[t] + HIT and level[t] > level.max() - 50 and level[t] >= padded[t + 1]]
    at = [t for k, t in enumerate(at) if k == 0 or t - at[k - 1] > 5]
    return at, [level[t:t + 4].max() for t in at]


def bleed_left(clean, noisy, out):
    """The bleed with the gains that the mixture got, bin by bin: what is left of it, apart from the drum's own tail."""
    spectra = lambda x: stft(x, RATE, nperseg=2 * FRAME, noverlap=3 * FRAME // 2)[2]
    gain = np.minimum(np.abs(spectra(out)) / (np.abs(spectra(noisy)) + 1e-9), 1)
    left = istft(gain * spectra(noisy - clean), RATE, nperseg=2 * FRAME, noverlap=3 * FRAME // 2)[1]
    return np.resize(left, len(clean))


def measure(clean, noisy, out):
    """SI-SDR, SNR, median change of a ghost note's level, share of them kept within 1 dB, what is left of the bleed between hits."""
    at, peaks = hits(clean)
    energy = lambda x, t: np.sum(x[t * FRAME:(t + 6) * FRAME] ** 2) + 1e-12
    change = np.array([10 * np.log10(energy(out, t) / energy(clean, t)) for t in at])
    ghost = np.array(peaks) < max(peaks) - GHOST
    between = np.ones(len(clean), bool)
    for t in at:
        between[max(0, (t - 3) * FRAME):(t + 30) * FRAME] = False  # 300 ms
    left = 10 * np.log10((np.sum(bleed_left(clean, noisy, out)[between] ** 2) + 1e-12) / (np.sum((noisy - clean)[between] ** 2) + 1e-12)) if between.sum() > RATE // 4 else np.nan
    return np.array([si_sdr(clean, out), sdr(clean, out), np.median(change[ghost]) if ghost.any() else np.nan,
                     100 * np.mean(np.abs(change[ghost]) <= 1) if ghost.any() else np.nan, left])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rinse"), parser.add_argument("data"), parser.add_argument("work")
    parser.add_argument("--quick", action="store_true", help="without the search for a gate")
    args = parser.parse_args()
    folder = os.path.join(args.work, "drums44")
    if not os.path.isdir(folder):
        subprocess.run([sys.executable, os.path.join(args.data, "mix_dev.py"), args.work], check=True)
    rows = {"noisy": [], "best gate": [], "auto-gate": [], "debleed": [], "debleed-offline": [], "debleed-offline, -8 dB": []}
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(args.rinse, scratch, RATE)
        for name in sorted(os.listdir(os.path.join(folder, "clean"))):
            clean, noisy = (soundfile.read(os.path.join(folder, kind, name))[0] for kind in ("clean", "noisy"))
            rows["noisy"].append(measure(clean, noisy, noisy))
            rows["auto-gate"].append(measure(clean, noisy, bench.clean(noisy, "auto-gate")))
            for effect in ("debleed", "debleed-offline"):
                rows[effect].append(measure(clean, noisy, bench.clean(noisy, effect)))
            rows["debleed-offline, -8 dB"].append(measure(clean, noisy, bench.clean(noisy, "debleed-offline", sensitivity=-8)))
            if not args.quick:
                tried = [bench.clean(noisy, "gate", range=-80, threshold=t, hold=h, release=r, attack=0.5) for t in range(-56, -8, 4) for h, r in ((20, 100), (60, 250), (100, 500))]
                rows["best gate"].append(measure(clean, noisy, max(tried, key=lambda y: si_sdr(clean, y))))
    title = f"drums44, means of {len(rows['debleed'])} files"
    print(f"{title:28} SI-SDR     SNR  ghost notes' level, dB  within 1 dB, %  bleed left between hits, dB")
    for name, values in rows.items():
        if values:
            v = np.nanmean(values, 0)
            print(f"{name:28} {v[0]:6.2f}  {v[1]:6.2f}  {v[2]:10.2f}  {v[3]:20.0f}  {v[4]:15.1f}")
    for name in ("debleed-offline", "best gate")[: 1 if args.quick else 2]:
        print(f"SI-SDR, {name}, each:", " ".join(f"{v[0]:.2f}" for v in rows[name]))


if __name__ == "__main__":
    main()
