#!/usr/bin/env python3
"""Scores checkpoints as the product will be scored, on clips that training does not hear: judge.py DATA CHECKPOINT... [--low-latency]. Voices and noises
of the train split's exam (mixing.py), mixed as DATA/mix_dev.py mixes those of the development split; cleaned by `rinse clean`, measured by `rinse score`.
After the means stands what a file gains over the first checkpoint, with its standard error: what is less than twice that may be chance. A checkpoint may be
what is committed (NAME-checkpoint.safetensors). What a loss, an architecture or a mixture is worth is decided here and not on the development split."""
import argparse
import csv
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import soundfile
from scipy.signal import resample_poly

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "../..")
sys.path.insert(0, os.path.join(HERE, "../common"))
import checkpoint  # noqa: E402
import clips  # noqa: E402
import export  # noqa: E402
import mixing  # noqa: E402
import power  # noqa: E402
import safetensors  # noqa: E402

CACHE = os.path.join(ROOT, "build/training")
RINSE = os.path.join(ROOT, "build/native/rinse")
FILES, FEW, SECONDS = 96, 24, 8  # of each set; of those that are looked at once more, clean and resampled
SNRS = (-2.5, 2.5, 7.5, 12.5)
SETS = {"voice48": (("speech_fullband_mit", "speech_more_fullband"), 48000), "voice16": (("speech_16k", "speech_more_16k"), 16000)}
UPSAMPLED, QUIET = "voice16 in 48", 0.03  # those of voice16 as a headset's or an editor's resampler hands them on: images above 8 kHz, soft, 16 bits
CLEAN = "clean"  # without noise, both kinds
METRICS = "pesq_wb", "stoi", "si_sdr", "csig"  # the last: a mean opinion of what the voice itself has suffered (Hu & Loizou 2008)


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


def others(folder):
    """Made from the first of those: resampled, and clean ones to be cleaned."""
    for kind in ("noisy", "clean"):
        for name in (UPSAMPLED, CLEAN):
            os.makedirs(os.path.join(folder, name, kind), exist_ok=True)
        for k in range(FEW):
            x, rate = soundfile.read(os.path.join(folder, "voice16", kind, f"{k:02d}.wav"))
            soundfile.write(os.path.join(folder, UPSAMPLED, kind, f"{k:02d}.wav"), QUIET * resample_poly(x, 3, 1), 3 * rate, subtype="PCM_16")
            for name in SETS:
                shutil.copy(os.path.join(folder, name, "clean", f"{k:02d}.wav"), os.path.join(folder, CLEAN, kind, f"{name}-{k:02d}.wav"))


def prepared(data):
    """The folder in which all of them lie."""
    folder = os.path.join(CACHE, f"judge-{FILES}")
    if not os.path.exists(f"{folder}/done"):
        mixtures(data, folder)
        others(folder)
        open(f"{folder}/done", "w").close()
    return folder


def scores(folder, estimate):
    """[files][metrics]"""
    table = subprocess.run([RINSE, "score", "--clean", f"{folder}/clean", "--est", estimate, "--metrics", ",".join(METRICS), "--format", "csv"], check=True, capture_output=True, text=True).stdout
    return np.array([[float(r[m]) for m in METRICS] for r in csv.DictReader(table.splitlines())][:-1])  # the last row are their means


def treble_kept(folder, estimate):
    """Of clean voices, what is left above 10 kHz, dB: mean and furthest."""
    heard = [[soundfile.read(f"{x}/{name}") for x in (f"{folder}/clean", estimate)] for name in os.listdir(estimate)]
    return power.mean_and_furthest(power.treble(x, y, rate) for (x, rate), (y, _) in heard)


def cleaner(path, folder, options=()):
    """A checkpoint's name, and what cleans a set with it and tells where its files lie."""
    name = os.path.splitext(os.path.basename(path))[0]
    weights = f"{folder}/{name}.safetensors"
    net, state = export.load(path)
    which = checkpoint.which(state)
    safetensors.write(weights, export.rounded(net)[0], {"network": which})
    effect = {"voice": "voice-denoise", "voice-ahead": "voice-denoise-offline"}[which]

    def cleaned(sounds):
        noisy, out = f"{folder}/{sounds}/noisy", f"{folder}/{sounds}/{name}"
        os.makedirs(out, exist_ok=True)
        one = lambda f: subprocess.run([RINSE, "clean", *options, f"--{effect}.guard=1", "--weights", weights, f"{noisy}/{f}", f"{out}/{f}"], check=True)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(one, os.listdir(noisy)))
        return out

    return name, cleaned


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data"), parser.add_argument("checkpoints", nargs="+")
    parser.add_argument("--low-latency", action="store_true")
    args = parser.parse_args()
    folder = prepared(args.data)
    print("checkpoint," + ",".join(f"{s} {m}" for s in (*SETS, "both", UPSAMPLED) for m in METRICS) + ",clean pesq_wb,least,clean treble,furthest," + ",".join(f"gained {m},error" for m in METRICS))
    first = None

    def row(name, estimate):
        """estimate(set): where its files lie, cleaned. Returns the scores of both sets' files."""
        places = [(f"{folder}/{s}", estimate(s)) for s in (*SETS, UPSAMPLED, CLEAN)]
        *both, resampled, clean = (scores(*place) for place in places)
        files = np.concatenate(both)
        gained = files - (files if first is None else first)
        means = (x.mean(0) for x in (*both, files, resampled))
        errors = zip(gained.mean(0), gained.std(0) / np.sqrt(len(files)))
        print(",".join([name, *(f"{v:.3f}" for v in (*np.concatenate(list(means)), clean[:, 0].mean(), clean[:, 0].min(), *treble_kept(*places[-1]), *np.concatenate(list(errors))))]), flush=True)
        return files

    row("noisy", lambda s: f"{folder}/{s}/noisy")
    for path in args.checkpoints:
        files = row(*cleaner(path, folder, ["--low-latency"] if args.low_latency else []))
        first = files if first is None else first


if __name__ == "__main__":
    main()
