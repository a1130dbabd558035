#!/usr/bin/env python3
"""Scores checkpoints as the product will be scored, on clips that training does not hear: judge.py DATA CHECKPOINT... Voices and noises of the
train split's exam (mixing.py), mixed as DATA/mix_dev.py mixes those of the development split; cleaned by `rinse clean`, measured by
`rinse score`. What a loss, an architecture or a mixture is worth is decided here and not on the development split."""
import csv
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import soundfile
from scipy.signal import resample_poly

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "../..")
sys.path.insert(0, os.path.join(HERE, "../common"))
import clips  # noqa: E402
import export  # noqa: E402
import mixing  # noqa: E402
import safetensors  # noqa: E402

CACHE = os.path.join(ROOT, "build/training")
RINSE = os.path.join(ROOT, "build/native/rinse")
FILES, SECONDS = 24, 8
SNRS = (-2.5, 2.5, 7.5, 12.5)
SETS = {"voice48": (("speech_fullband_mit", "speech_more_fullband"), 48000), "voice16": (("speech_16k", "speech_more_16k"), 16000)}
UPSAMPLED, QUIET = "voice16 in 48", 0.03  # those of voice16 as a headset's or an editor's resampler hands them on: images above 8 kHz, soft, 16 bits
METRICS = "pesq_wb", "stoi", "si_sdr"


def mixtures(data, folder):
    """Writes them once: folder/<set>/noisy and clean, 32-bit floats."""
    mixer = mixing.Mixer(data, CACHE, [2**31 + 1], exam=True)
    voices = [r for name in mixer.names for r in mixer.speakers[name]]
    for name, (packs, rate) in SETS.items():
        speech = [r for r in voices if r["pack"] in packs and r["length"] > 4 * clips.RATE]
        for kind in ("noisy", "clean"):
            os.makedirs(os.path.join(folder, name, kind), exist_ok=True)
        for k in range(FILES):
            clean = clips.load(speech[k * 7 % len(speech)], mixer.samples, 0, SECONDS * clips.RATE)
            noise = mixer.looped(mixer.pick(mixer.noises, len(clean)), len(clean))
            noise = noise * mixing.active_rms(clean) / (np.sqrt(np.mean(noise**2)) + 1e-12) * 10 ** (-SNRS[k % 4] / 20)
            noisy = clean + noise
            gain = min(1.0, 0.95 / np.abs(noisy).max())
            for kind, x in (("noisy", noisy), ("clean", clean)):
                x = x if rate == clips.RATE else resample_poly(x, rate // 8000, clips.RATE // 8000)
                soundfile.write(os.path.join(folder, name, kind, f"{k:02d}.wav"), (x * gain).astype(np.float32), rate, subtype="FLOAT")


def upsampled(folder):
    for kind in ("noisy", "clean"):
        os.makedirs(os.path.join(folder, UPSAMPLED, kind), exist_ok=True)
        for file in os.listdir(os.path.join(folder, "voice16", kind)):
            x, rate = soundfile.read(os.path.join(folder, "voice16", kind, file))
            soundfile.write(os.path.join(folder, UPSAMPLED, kind, file), QUIET * resample_poly(x, 3, 1), 3 * rate, subtype="PCM_16")


def scores(folder, estimate):
    """A row for each file, and their means."""
    table = subprocess.run([RINSE, "score", "--clean", f"{folder}/clean", "--est", estimate, "--metrics", ",".join(METRICS), "--format", "csv"], check=True, capture_output=True, text=True).stdout
    *files, means = [[float(r[m]) for m in METRICS] for r in csv.DictReader(table.splitlines())]
    return files, means


def cleaned(sounds, effect, weights, out, *options):
    os.makedirs(out, exist_ok=True)
    one = lambda f: subprocess.run([RINSE, "clean", *options, f"--{effect}.guard=1", "--weights", weights, f"{sounds}/{f}", f"{out}/{f}"], check=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(one, os.listdir(sounds)))
    return out


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    folder = os.path.join(CACHE, "judge")
    if not os.path.exists(f"{folder}/done"):
        mixtures(sys.argv[1], folder)
        open(f"{folder}/done", "w").close()
    if not os.path.exists(f"{folder}/{UPSAMPLED}"):
        upsampled(folder)
    print("checkpoint," + ",".join(f"{s} {m}" for s in (*SETS, "both", UPSAMPLED) for m in METRICS) + ",clean pesq_wb,least")

    def row(name, estimate):
        """estimate(set, kind): where noisy or clean files lie, cleaned."""
        found = [scores(f"{folder}/{s}", estimate(s, "noisy"))[1] for s in (*SETS, UPSAMPLED)]
        kept = [file[0] for s in SETS for file in scores(f"{folder}/{s}", estimate(s, "clean"))[0]]
        print(name + "," + ",".join(f"{v:.3f}" for v in (*found[0], *found[1], *np.mean(found[:2], axis=0), *found[2], np.mean(kept), min(kept))), flush=True)

    row("noisy", lambda s, kind: f"{folder}/{s}/{kind}")
    for checkpoint in sys.argv[2:]:
        name = os.path.splitext(os.path.basename(checkpoint))[0]
        weights = f"{folder}/{name}.safetensors"
        net, state = export.load(checkpoint)
        which = export.which(state)
        safetensors.write(weights, safetensors.rounded(export.folded(net))[0], {"network": which})
        effect = {"voice": "voice-denoise", "voice-ahead": "voice-denoise-offline"}[which]
        clean = lambda *options: lambda s, kind: cleaned(f"{folder}/{s}/{kind}", effect, weights, f"{folder}/{s}/{name} {kind}", *options)
        row(name, clean())
        if which == "voice":
            row(f"{name} at 10 ms", clean("--low-latency"))


if __name__ == "__main__":
    main()
