#!/usr/bin/env python3
"""Draws logs of training: curves.py OUT.png LOG... (build/training/voice.csv, voice-ahead.csv). Needs Debian's python3-matplotlib."""
import csv
import os
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

OF = {"voice": "", "voice-ahead": ", for files"}


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
    for path in sys.argv[2:]:
        of = OF[os.path.splitext(os.path.basename(path))[0]]
        with open(path) as f:
            columns = list(zip(*([float(x) for x in row] for row in csv.reader(f))))
        for index, label in ((3, "mixtures of training"), (4, "exam")):
            left.plot(columns[2], columns[index], label=label + of)
        for index, label in ((5, "speech"), (6, "music")):
            right.plot(columns[2], columns[index], label=label + of)
    left.set(xlabel="hours heard", ylabel="loss of the spectra")
    right.set(xlabel="hours heard", ylabel="frames told right")
    for axis in (left, right):
        axis.legend()
        axis.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(sys.argv[1], dpi=80)


if __name__ == "__main__":
    main()
