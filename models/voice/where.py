#!/usr/bin/env python3
"""Tells where a network loses what it loses: where.py DATA CHECKPOINT. Parts of its answers to the judge's mixtures (judge.py) are replaced by the truth, one
at a time; what PESQ, STOI and SI-SDR gain by that is the most that could be gained there."""
import os
import sys

import numpy as np
import scipy.signal
import soundfile

import judge
from train import PAUSE_DB

BIN = 50  # Hz; a frame is as long as that tells: 20 ms
BANDS = ((0, 1000), (1000, 2500), (2500, 4750), (4750, 8000))  # Hz; the network answers for single bins up to the third
SPEECH = slice(200 // BIN, 5000 // BIN)


def frames(x, rate):
    size = rate // BIN
    return scipy.signal.stft(x, rate, np.sqrt(scipy.signal.windows.hann(size, False)), size, size // 2)[2]


def sound(spectrum, rate):
    size = rate // BIN
    return scipy.signal.istft(spectrum, rate, np.sqrt(scipy.signal.windows.hann(size, False)), size, size // 2)[1]


def band(low, high):
    def replaced(answer, truth):
        out = answer.copy()
        out[low // BIN : high // BIN] = truth[low // BIN : high // BIN]
        return out

    return replaced


def times(pauses):
    def replaced(answer, truth):
        power = np.sum(np.abs(truth[SPEECH]) ** 2, axis=0)
        return np.where((power < np.quantile(power, 0.95) * 10 ** (-PAUSE_DB / 10)) == pauses, truth, answer)

    return replaced


PARTS = {"nothing": lambda answer, truth: answer}
PARTS |= {f"{low} to {high} Hz": band(low, high) for low, high in BANDS}
PARTS |= {"pauses": times(True), "speech": times(False)}
PARTS |= {"magnitude": lambda answer, truth: np.abs(truth) * np.exp(1j * np.angle(answer)), "phase": lambda answer, truth: np.abs(answer) * np.exp(1j * np.angle(truth))}


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    folder = judge.prepared(sys.argv[1])
    name, cleaned = judge.cleaner(sys.argv[2], folder)
    print("set,the truth in," + ",".join(judge.METRICS) + ",gained " + ",gained ".join(judge.METRICS))
    for kind in judge.SETS:
        answers, out = cleaned(kind), f"{folder}/{kind}/{name}-replaced"
        os.makedirs(out, exist_ok=True)
        for part, replaced in PARTS.items():
            for file in os.listdir(answers):
                answer, rate = soundfile.read(f"{answers}/{file}")
                truth, _ = soundfile.read(f"{folder}/{kind}/clean/{file}")
                both = sound(replaced(frames(answer, rate), frames(truth, rate)), rate)[: len(answer)]
                soundfile.write(f"{out}/{file}", both.astype(np.float32), rate, subtype="FLOAT")
            means = judge.scores(f"{folder}/{kind}", out).mean(0)
            before = means if part == "nothing" else before
            print(",".join([kind, part, *(f"{v:.3f}" for v in (*means, *(means - before)))]), flush=True)


if __name__ == "__main__":
    main()
