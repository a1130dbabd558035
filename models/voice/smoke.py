#!/usr/bin/env python3
"""The whole way in a minute, on voices and noises made here: the layers, mixtures, training, export, C++ equal to PyTorch. Fails where the loss does not
go down. npm run train:smoke runs it."""
import csv
import os
import subprocess
import sys
import tempfile

import numpy as np
import soundfile
import torch
from scipy.signal import firwin, lfilter, resample_poly

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../common")]
import clips  # noqa: E402
import export  # noqa: E402
import features  # noqa: E402
import network  # noqa: E402
import path  # noqa: E402
from deep_filter import by_torch, deep_filter  # noqa: E402
from heard import Heard  # noqa: E402
from pesq import Pesq  # noqa: E402
from product import library, pointer  # noqa: E402
from recurrent import Gru  # noqa: E402
from teacher import Teacher  # noqa: E402
from train import Mean  # noqa: E402

SENTENCES = ("The quick brown fox jumps over the lazy dog.", "We hear the noise between the sentences.", "Seven ships sailed south on Sunday.")
VOICES = ("en", "en+f3", "en+m5", "de")
STEPS, LEAST_GAIN = 150, 0.8
MOST_OFF = 0.3  # of PESQ


def make_data(folder):
    """Clips with the manifest that ../shared/data has."""
    rows, rng = [], np.random.default_rng(1)

    def row(name, **columns):
        rows.append({"file": name, "split": "train", "gain_db": "0", "bandwidth_hz": "", "speaker": "", "kind": "", **columns})

    for pack in ("speech_16k", "noise"):
        os.makedirs(os.path.join(folder, pack))
    for voice in VOICES:
        for i, sentence in enumerate(SENTENCES):
            name = f"speech_16k/{voice}-{i}.wav"
            subprocess.run(["espeak-ng", "-v", voice, "-w", os.path.join(folder, name), sentence], check=True)
            row(name, speaker=voice, bandwidth_hz="10000")
    for i in range(3):
        x = np.cumsum(rng.standard_normal(48000 * 4)) if i == 0 else rng.standard_normal(48000 * 4)
        name = f"noise/{i}.wav"
        soundfile.write(os.path.join(folder, name), (0.3 * x / np.abs(x).max()).astype(np.float32), 48000)
        row(name, kind="noise")
    with open(os.path.join(folder, "manifest.csv"), "w", newline="") as f:
        writer = csv.DictWriter(f, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def compare(what, ways, inputs, most=1e-5):
    """Both ways give the same answer and the same gradients of the inputs."""
    results = []
    for way in ways:
        for x in inputs:
            x.grad = None
        y = way()
        (y * torch.cos(torch.arange(y.numel()).reshape(y.shape))).sum().backward()
        results.append([y.detach(), *(x.grad for x in inputs)])
    for theirs, ours in zip(*results):
        off = ((theirs - ours).abs().max() / theirs.abs().max()).item()
        if not off < most:
            raise SystemExit(f"{what} differs from torch's by {off:.2g}")


def check_layers():
    """The layers in C++ give torch's own answers and gradients."""
    torch.manual_seed(1)
    for inputs, units, both in ((48, 48, False), (48, 24, True)):
        layer, x = Gru(inputs, units, batch_first=True, bidirectional=both), torch.randn(64, 20, inputs, requires_grad=True)
        compare("the recurrent layer", (lambda: torch.nn.GRU.forward(layer, x)[0], lambda: layer(x)), [x, *layer.parameters()])
    for block in (network.DualPath(32), network.AheadPath(48)):  # the latter: more than a chunk
        x = torch.randn(2, 128, 16, block.along.input_size, requires_grad=True)
        for arguments in ((x, path.across(x.shape), block.across, block.across_out, block.across_norm), (x, block.over_time(x.shape), block.along, block.along_out, block.along_norm)):
            parameters = [p for module in arguments[2:] for p in module.parameters()]
            compare("a path", (lambda: path.by_torch(*arguments), lambda: path.walk(*arguments)), [x, *parameters], 3e-5)  # sums of thousands of floats
    answer, noisy = torch.randn(3, 20, network.POSITIONS, network.OUTPUTS, requires_grad=True), torch.randn(3, 20, network.POSITIONS, 2)
    bins = features.layout()[0]
    for ahead in (0, network.AHEAD):
        compare("the deep filter", (lambda: by_torch(answer, noisy, bins, ahead), lambda: deep_filter(answer, noisy, bins, ahead)), [answer])


def check_heard():
    """Frames of a low sound, as the product makes them, come out of Heard as they went in: its windows are the product's, and halves meet where they should."""
    sound = lfilter(firwin(801, 4500, fs=48000), 1, np.random.default_rng(1).standard_normal(24000))
    _, spectrum = features.analyse(sound)
    frames = torch.from_numpy(features.positions(spectrum))[None]
    heard = Heard()(frames, frames[:, :-1])
    off = ((heard - frames[:, 1:-1]).abs().max() / frames.abs().max()).item()
    if not off < 0.01:
        raise SystemExit(f"what is heard differs from what was said by {off:.2g}")


def check_pesq(recording):
    """The loss's PESQ is the product's, and so are both windows: in frames for low latency the same sound is heard."""
    voice = clips.decode(recording)
    voice = voice[np.flatnonzero(np.abs(voice) > 0.02 * np.abs(voice).max())[0] :][:86400]  # the product skips silence at either end
    noise = voice.std() * np.random.default_rng(1).standard_normal(len(voice))
    heard, model = Heard(), Pesq()
    for db in (0, 10, 20, 40):
        both = voice, voice + noise * 10 ** (-db / 20)
        low = [np.ascontiguousarray(resample_poly(x, 1, 3), np.float32) for x in both]
        product = library().wide_band_pesq(*(pointer(x) for x in low), len(low[0]))
        for low_latency in (False, True):
            spectra = [torch.from_numpy(features.positions(features.analyse(x, inputs=False, low_latency=low_latency)[1]))[None] for x in both]
            sounds = [heard.sound(x, x[:, :-1], torch.tensor([low_latency])) for x in spectra]
            here = model(*(part for sound, x in zip(sounds, spectra) for part in (sound, x[:, 1:-1])), torch.tensor([24000.0])).item()
            if not abs(here - product) < MOST_OFF:
                raise SystemExit(f"PESQ at {db} dB is {product} by the product, {here} by the loss (low latency: {low_latency})")


def check_teacher(recording):
    """What is taught of a voice in noise lies nearer to the truth than what was heard; of a voice alone, or of none, it is the truth."""
    voice = clips.decode(recording)[:76800]
    noise = 0.5 * voice.std() * np.random.default_rng(1).standard_normal(len(voice))
    mixtures = [(voice, noise), (voice, 0 * noise), (0 * voice, noise), (voice, 0.3 * noise)]
    frames = lambda x: torch.from_numpy(features.positions(features.analyse(x, inputs=False)[1]))
    inputs = torch.from_numpy(np.stack([features.analyse(v + n)[0] for v, n in mixtures]))
    noisy, clean = (torch.stack([frames(x) for x in xs]) for xs in ([v + n for v, n in mixtures], [v for v, _ in mixtures]))
    error = lambda x: (x - clean).square().sum((1, 2, 3))
    taught = error(Teacher().targets(inputs, noisy, clean))
    if not ((taught[1:3] == 0).all() and (taught[[0, 3]] > 0).all() and (taught[[0, 3]] < 0.5 * error(noisy)[[0, 3]]).all()):
        raise SystemExit(f"the teacher's targets are off the truth by {taught.tolist()}, what was heard by {error(noisy).tolist()}")


def check_mean():
    """Of weights that were 1 … n, each counting by its number: (2 n + 1) / 3."""
    net = torch.nn.Linear(1, 1)
    mean, count = Mean(net), 10
    for k in range(count):
        net.weight.data.fill_(k + 1)
        mean.add(net)
    found = mean.net.weight.item()
    if not abs(found - (2 * count + 1) / 3) < 1e-4:
        raise SystemExit(f"the mean of weights is {found}")


def main():
    check_layers()
    check_heard()
    check_mean()
    with tempfile.TemporaryDirectory() as folder:
        make_data(folder)
        check_pesq(os.path.join(folder, "speech_16k", "en-0.wav"))
        check_teacher(os.path.join(folder, "speech_16k", "en-0.wav"))
        cache = os.path.join(folder, "cache")
        train = [sys.executable, os.path.join(HERE, "train.py"), folder, "--cache", cache, "--steps", str(STEPS), "--batch", "4", "--seconds", "1", "--rate", "4e-3"]
        subprocess.run(train, check=True)
        with open(os.path.join(cache, "voice.csv")) as f:
            losses = [float(line.split(",")[7]) for line in f]
        if not losses[-1] < LEAST_GAIN * losses[0]:
            raise SystemExit(f"the loss in the exam went from {losses[0]} to {losses[-1]}: training does not work")
        net, _ = export.load(os.path.join(cache, "voice.pt"))
        export.export(net, os.path.join(folder, "voice.safetensors"), {"network": "voice"})
        for_files = network.VoiceNet(ahead=True)
        for_files.load_state_dict(net.state_dict(), strict=False)
        for norm in (norm for path in for_files.ahead for norm in (path.across_norm, path.along_norm)):
            norm.weight.data.fill_(0.5)  # it began by letting through
        for_files.split_last()  # the product takes any depth
        export.export(for_files.eval(), os.path.join(folder, "voice-ahead.safetensors"), {"network": "voice-ahead"})
        print(f"the loss in the exam went from {losses[0]} to {losses[-1]}; the export answers as PyTorch does")


if __name__ == "__main__":
    main()
