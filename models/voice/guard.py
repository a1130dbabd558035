#!/usr/bin/env python3
"""What the music guard of voice-denoise goes by: guard.py DATA CHECKPOINT... For thresholds of the smoothed probability of speech (kSpoken in
dsp/effects/voice_denoise.cpp) and how long it must lie above them (kDoubtSeconds), on clips that training does not hear: the share of pieces of
music taken for a voice, and the share of voices under music not heard."""
import os
import sys

import numpy as np
import scipy.signal

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../common"))
import export  # noqa: E402
import features  # noqa: E402
import mixing  # noqa: E402
import product  # noqa: E402
import safetensors  # noqa: E402

CACHE = os.path.join(HERE, "../../build/training")
PIECES, SECONDS, SNR = 60, 12, -2.5
WORD_SECONDS, THRESHOLDS, SPOKEN = 0.1, (0.7, 0.75, 0.8, 0.85, 0.9, 0.95), (0, 0.1, 0.2, 0.3, 0.5)  # seconds


def pieces(data):
    """Music alone, and voices under it."""
    mixer, length = mixing.Mixer(data, CACHE, [2**31 + 2], exam=True), SECONDS * mixing.RATE
    level = lambda x: x / np.float32(np.sqrt(np.mean(x**2)) + 1e-9) * np.float32(0.05)
    music = [level(mixer.music(length)) for _ in range(PIECES)]
    voices = (mixer.sentences(length)[0] for _ in range(PIECES))
    return music, [m + v * np.float32(0.05 * 10 ** (SNR / 20) / mixing.active_rms(v)) for m, v in zip(music, voices)]


def smoothed(net, samples):
    """The probability of speech as the effect smooths it."""
    rate = 1 - np.exp(-0.01 / WORD_SECONDS)
    return scipy.signal.lfilter([rate], [1, rate - 1], net.run(features.analyse(samples)[0])[1][:, 0])


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    music, voices = pieces(sys.argv[1])
    print("checkpoint,threshold,longer than s,music taken for a voice,voices not heard")
    for checkpoint in sys.argv[2:]:
        tensors = safetensors.rounded(export.folded(export.load(checkpoint)[0]))[0]
        alone, under = (np.array([smoothed(product.VoiceNet(tensors), x) for x in xs]) for xs in (music, voices))
        for threshold in THRESHOLDS:
            a, u = (0.01 * (x > threshold).sum(1) for x in (alone, under))
            for seconds in SPOKEN:
                print(f"{os.path.basename(checkpoint)},{threshold},{seconds},{np.mean(a > seconds):.3f},{np.mean(u <= seconds):.3f}", flush=True)


if __name__ == "__main__":
    main()
