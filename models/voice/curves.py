#!/usr/bin/env python3
"""Draws the logs of training (build/training/voice.csv and voice-ahead.csv) into curves.png beside this file. Needs Debian's python3-matplotlib."""
import csv
import os

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
    for name, of in (("voice", ""), ("voice-ahead", ", for files")):
        with open(os.path.join(HERE, f"../../build/training/{name}.csv")) as f:
            columns = list(zip(*([float(x) for x in row] for row in csv.reader(f))))
        for index, label in ((3, "mixtures of training"), (4, "exam")):
            left.plot(columns[2], columns[index], label=label + of)
        for index, label in ((5, "speech"), (6, "music")):
            right.plot(columns[2], columns[index], label=label + of)
    left.set(xlabel="hours heard", ylabel="loss of the spectra", ylim=(0.05, 0.35))
    right.set(xlabel="hours heard", ylabel="frames told right", ylim=(0.4, 1))
    for axis in (left, right):
        axis.legend()
        axis.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(os.path.join(HERE, "curves.png"), dpi=80)


if __name__ == "__main__":
    main()
