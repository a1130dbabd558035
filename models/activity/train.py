#!/usr/bin/env python3
"""Trains the voice detector's network (dsp/voice/voice_activity.cpp): train.py DATA [--hours H] [--epochs E]. Writes dsp/voice/activity_weights.cpp.

The features are the product's own; labels come from the clean recording (tests/bench/voice_activity.py, which measures the result, too).
"""
import argparse
import os
import sys
import time

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "../..")
sys.path[:0] = [os.path.join(HERE, "../common"), os.path.join(ROOT, "tests/bench")]
import compiled  # noqa: E402
import mixing  # noqa: E402
import safetensors  # noqa: E402
import voice_activity  # noqa: E402
from recurrent import Gru  # noqa: E402

CACHE = os.path.join(ROOT, "build/training")
SECONDS, FEATURES, UNITS = 12.0, 41, 48
BATCH, RATE = 64, 4e-3


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.inside, self.gru, self.out = torch.nn.Linear(FEATURES, UNITS), Gru(UNITS, UNITS, batch_first=True), torch.nn.Linear(UNITS, 1)

    def forward(self, x):
        return self.out(self.gru(torch.tanh(self.inside(x))))[..., 0]


def example(mixer):
    """Features and labels of twelve seconds in which somebody speaks now and then; other voices do not count as noise."""
    length = int(SECONDS * mixing.RATE)
    clean = mixer.sentences(length)[0]
    for _ in range(int(mixer.rng.integers(0, 3))):  # more pauses than reading has
        at, pause = int(mixer.rng.integers(length)), int(mixer.rng.uniform(0.5, 4) * mixing.RATE)
        clean[at:at + pause] = 0
    truth = voice_activity.labels(clean, mixing.RATE)
    noise = mixer.noise(length)[0] if mixer.chance(0.8) else mixer.looped(mixer.pick(mixer.noises, length), length)
    level = mixing.active_rms(clean) if np.any(clean) else 0.1
    noise = noise / (np.sqrt(np.mean(noise**2)) + 1e-9) * level * 10 ** (-mixer.rng.uniform(0, 25) / 20)
    noisy = (clean + noise) * 10 ** (mixer.rng.uniform(-50, 0) / 20)
    if mixer.chance(0.3):
        noisy = mixer.tilt(noisy.astype(np.float32), 6)
    rows = voice_activity.run(noisy, mixing.RATE)
    frames = int(SECONDS * 100) - 20
    return rows[:frames, :FEATURES].astype(np.float16), truth[:frames]


def make(args):
    seed, count, data = args
    mixer = mixing.Mixer(data, CACHE, seed=[77, seed])
    mixer.babble = mixer.hiss  # who speaks is spoken
    return [np.stack(x) for x in zip(*(example(mixer) for _ in range(count)))]


def write(net):
    tensors = safetensors.named(net, {"inside.": "in.", "gru.": "gru.", "out.": "out."})
    compiled.write(os.path.join(ROOT, "dsp/voice/activity_weights.cpp"), "voice/activity_weights.h", "activityWeights", "models/activity/train.py", safetensors.rounded(tensors)[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?")
    parser.add_argument("--hours", type=float, default=8)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()
    torch.manual_seed(1)
    torch.set_num_threads(1)
    net = Net()
    if not args.data:  # weights that say nothing, for a first build
        return write(net)  # and after its sizes have changed
    start = time.time()
    count = int(args.hours * 3600 / SECONDS / 16)
    with torch.multiprocessing.Pool(args.processes) as pool:
        parts = []
        for part in pool.imap_unordered(make, [(s, count, args.data) for s in range(16)]):
            parts.append(part)
            print(f"{len(parts)}/16 made, {time.time() - start:.0f} s", flush=True)
    x, y = (torch.from_numpy(np.concatenate([p[i] for p in parts])) for i in (0, 1))
    held = len(x) // 20
    optimizer = torch.optim.AdamW(net.parameters(), RATE)
    share = y[held:].float().mean()
    steps, step = args.epochs * ((len(x) - held) // BATCH), 0
    for epoch in range(args.epochs):
        order = held + torch.randperm(len(x) - held)
        for batch in order.split(BATCH):
            if len(batch) < BATCH:
                continue
            for group in optimizer.param_groups:
                group["lr"] = RATE * (1 - step / steps)
            truth = y[batch].float()
            weight = torch.where(truth > 0.5, 0.5 / share, 0.5 / (1 - share))
            loss = torch.nn.functional.binary_cross_entropy_with_logits(net(x[batch].float()), truth, weight)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            step += 1
        with torch.no_grad():
            found = net(x[:held].float())[:, 50:] > 0
        truth = y[:held, 50:]
        print(f"epoch {epoch + 1}, {time.time() - start:.0f} s: frames of mixtures kept apart: hits {found[truth].float().mean():.1%}, false alarms {found[~truth].float().mean():.1%}", flush=True)
    write(net)


if __name__ == "__main__":
    main()
