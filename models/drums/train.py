#!/usr/bin/env python3
"""Trains the drums' network (dsp/drums/drum_mask.cpp): train.py DATA [--hours H] [--epochs E]. Writes dsp/drums/drum_weights.cpp.

The features are the product's own. What a drum's microphone hears is put together from single hits: the drum in strong hits and ghost notes of
all velocities, and all other pieces of a kit as bleed.
"""
import argparse
import ctypes
import os
import sys
import time

import numpy as np
import torch
from scipy.signal import resample_poly

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "../..")
sys.path[:0] = [os.path.join(HERE, "../common")]
import clips  # noqa: E402
import compiled  # noqa: E402
import mixing  # noqa: E402
import product  # noqa: E402
from recurrent import Gru  # noqa: E402

CACHE = os.path.join(ROOT, "build/training")
SECONDS, FEATURES, UNITS, BANDS = 8.0, 51, 64, 24
DRUMS = ("snare", "kick", "toms")
BATCH, RATE, POWER, MISSING, SNR_SHARE = 32, 4e-3, 0.4, 3.0, 3e-4


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.inside, self.gru, self.out = torch.nn.Linear(FEATURES, UNITS), Gru(UNITS, UNITS, batch_first=True), torch.nn.Linear(UNITS, BANDS)

    def forward(self, x):
        return torch.sigmoid(self.out(self.gru(torch.tanh(self.inside(x)))))


class Kit(mixing.Mixer):
    """Hits by drum, and for each drum what is bleed to it."""

    def __init__(self, data, seed):
        super().__init__(data, CACHE, seed)
        rows, _ = clips.prepare(data, CACHE)
        name = lambda r: os.path.basename(r["file"])
        kit = [r for r in rows if r["pack"] == "drums_muldjord"]
        snares = {}
        for r in rows:
            if r["pack"] == "drums_snares":
                snares.setdefault(name(r).split("_vl")[0], []).append(r)
        of = lambda *starts: [r for r in kit if name(r).startswith(starts)]
        per = lambda rows, key: list({k: [r for r in rows if key(r) == k] for k in {key(r) for r in rows}}.values())
        side = lambda r: name(r).split("_")[0] + name(r).split("_")[-1]
        self.targets = ([*snares.values(), *per(of("Snare_"), side)], per(of("Kdrum"), side), per(of("Tom"), side))
        self.bleeds = ([r for r in kit if not name(r).startswith("Snare")], [r for r in kit if not name(r).startswith("Kdrum")],
                       [r for r in kit if not name(r).startswith("Tom")])
        self.other_snares = [r for rows in snares.values() for r in rows]
        self.hats = of("Hihat", "Ride")

    def hit(self, row, speed, tilt):
        x = clips.load(row, self.samples, 0, 4 * clips.RATE)
        if speed != 100:
            x = resample_poly(x, 100, speed).astype(np.float32)
        state = self.rng.bit_generator.state
        self.rng.bit_generator.state = tilt
        x = self.tilt(x, 10)
        self.rng.bit_generator.state = state
        return x

    def pattern(self, drum):
        """What the microphone hears of its drum, and of all else."""
        rng, length = self.rng, int(SECONDS * clips.RATE)
        wanted, bleed = np.zeros(length, np.float32), np.zeros(length, np.float32)
        sixteenth = 60 / rng.uniform(60, 180) / 4
        group = self.targets[drum][int(rng.integers(len(self.targets[drum])))]
        loudness = [np.abs(clips.load(r, self.samples, 0, clips.RATE)).max() for r in group]
        order = np.argsort(loudness)
        soft, strong = [group[i] for i in order[: max(1, len(order) // 3)]], [group[i] for i in order[len(order) // 3:]]
        speed, tilt, other = int(rng.integers(85, 118)), self.fresh(), self.fresh()
        ghosts, level = rng.uniform(0, 0.4), rng.uniform(-3, 9)

        def put(buffer, x, step, gain):
            at = int(max(0, step * sixteenth + rng.normal(0, 0.006)) * clips.RATE)
            n = min(len(x), length - at)
            if n > 0:
                buffer[at:at + n] += x[:n] * np.float32(gain)

        beat, hats = int(rng.choice([4, 8, 8, 16])), int(rng.choice([1, 2, 2, 4]))
        pieces = self.hats[int(rng.integers(len(self.hats)))]
        for step in range(int(SECONDS / sixteenth)):
            if step % beat == beat // 2 and rng.random() < 0.9:
                put(wanted, self.hit(strong[int(rng.integers(len(strong)))], speed, tilt), step, 10 ** (rng.uniform(-6, 0) / 20))
            elif rng.random() < ghosts:
                put(wanted, self.hit(soft[int(rng.integers(len(soft)))], speed, tilt), step, 10 ** (rng.uniform(-6 - level, 0) / 20))
            if step % hats == 0:
                put(bleed, self.hit(pieces if rng.random() < 0.7 else self.hats[int(rng.integers(len(self.hats)))], 100, other), step, 10 ** (rng.uniform(-6, 0) / 20))
            if rng.random() < 0.15:
                put(bleed, self.hit(self.bleeds[drum][int(rng.integers(len(self.bleeds[drum])))], 100, other), step, 1)
            if drum > 0 and step % 8 == 4:
                x = self.hit(self.other_snares[int(rng.integers(len(self.other_snares)))], 100, other)
                put(bleed, x / (np.abs(x).max() + 1e-9), step, 10 ** (rng.uniform(-40, -20) / 20))
        top = np.abs(wanted).max() + 1e-9
        lift = rng.uniform(12, 32) if drum == 0 else 20 * np.log10(top / (np.abs(bleed).max() + 1e-9)) - rng.uniform(3, 26)
        bleed *= np.float32(10 ** (lift / 20))
        if drum == 0:  # shells and kit were recorded at levels of their own
            bleed *= np.float32(top / 0.7) if rng.random() < 0.5 else 1
        hiss = rng.standard_normal(length).astype(np.float32) * np.float32(top * 10 ** (rng.uniform(-90, -55) / 20))
        gain = np.float32(10 ** (rng.uniform(-30, 0) / 20) / (np.abs(wanted + bleed).max() + 1e-9))
        return wanted * gain, (bleed + hiss) * gain

    def fresh(self):
        return np.random.default_rng(int(self.rng.integers(2**31))).bit_generator.state


def rows(samples, drum):
    lib, x = product.library(), np.array(samples, np.float32)
    out = np.zeros((len(x) * 100 // clips.RATE, lib.drum_features() + lib.drum_bands()), np.float32)
    count = lib.drum_run(product.pointer(x), len(x), ctypes.c_double(clips.RATE), drum, product.pointer(out))
    return out[:count, : lib.drum_features()], out[:count, lib.drum_features():]


def example(kit):
    drum = int(kit.rng.choice(3, p=(0.6, 0.2, 0.2)))
    wanted, bleed = kit.pattern(drum)
    inputs, heard = rows(wanted + bleed, drum)
    clean = rows(wanted, drum)[1]
    scale = 1 / (clean.max() + 1e-12)
    return inputs.astype(np.float16), np.sqrt(heard * scale).astype(np.float32), np.sqrt(clean * scale).astype(np.float32)


def make(args):
    seed, count, data = args
    kit = Kit(data, [seed, 5])
    return [np.stack(x) for x in zip(*(example(kit) for _ in range(count)))]


def loss(gain, heard, clean):
    """Compressed amplitudes, where what is missing counts more than what is left; and the signal-to-noise ratio of all bands."""
    a, b = clean.clamp_min(1e-5) ** POWER, (gain * heard).clamp_min(1e-5) ** POWER
    signal = clean.square().sum((1, 2))
    snr = torch.log10(signal / ((gain * heard - clean).square().sum((1, 2)) + 1e-4 * signal + 1e-9) + 1e-3)
    return ((a - b).square() + MISSING * (a - b).clamp_min(0).square()).mean() - SNR_SHARE * snr.mean()


def write(net):
    tensors = compiled.named(net, {"inside.": "in.", "gru.": "gru.", "out.": "out."})
    compiled.write(os.path.join(ROOT, "dsp/drums/drum_weights.cpp"), "drums/drum_weights.h", "drumWeights", "models/drums/train.py", tensors)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?")
    parser.add_argument("--hours", type=float, default=6)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()
    torch.manual_seed(1)
    torch.set_num_threads(1)
    net = Net()
    if not args.data:  # weights that say nothing, for a first build
        return write(net)
    start, count = time.time(), int(args.hours * 3600 / SECONDS / 16)
    with torch.multiprocessing.Pool(args.processes) as pool:
        parts = []
        for part in pool.imap_unordered(make, [(s, count, args.data) for s in range(16)]):
            parts.append(part)
            print(f"{len(parts)}/16 made, {time.time() - start:.0f} s", flush=True)
    data = [torch.from_numpy(np.concatenate([p[i] for p in parts])) for i in range(3)]
    held, total = len(data[0]) // 20, len(data[0])
    optimizer = torch.optim.AdamW(net.parameters(), RATE)
    steps, step = args.epochs * ((total - held) // BATCH), 0
    for epoch in range(args.epochs):
        for batch in (held + torch.randperm(total - held)).split(BATCH):
            if len(batch) < BATCH:
                continue
            for group in optimizer.param_groups:
                group["lr"] = RATE * (1 - step / steps)
            value = loss(net(data[0][batch].float()), data[1][batch], data[2][batch])
            optimizer.zero_grad()
            value.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            step += 1
        with torch.no_grad():
            apart = loss(net(data[0][:held].float()), data[1][:held], data[2][:held]).item()
            through = loss(torch.ones_like(data[1][:held]), data[1][:held], data[2][:held]).item()
        print(f"epoch {epoch + 1}, {time.time() - start:.0f} s: loss {value.item():.5f}, on patterns kept apart {apart:.5f} (unprocessed {through:.5f})", flush=True)
        write(net)


if __name__ == "__main__":
    main()
