"""What the trainers of networks for dsp/nn/band_mask.h share: the network, its features (the product's own), the loss and the loop."""
import argparse
import ctypes
import os
import time

import numpy as np
import torch

import clips
import product
import safetensors
from recurrent import Gru

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
CACHE = os.path.join(ROOT, "build/training")
SECONDS, FEATURES, UNITS, BANDS = 8.0, 51, 64, 24
BATCH, RATE, POWER, MISSING, SNR_SHARE = 32, 4e-3, 0.4, 3.0, 3e-4


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.inside, self.gru, self.out = torch.nn.Linear(FEATURES, UNITS), Gru(UNITS, UNITS, batch_first=True), torch.nn.Linear(UNITS, BANDS)

    def forward(self, x):
        return torch.sigmoid(self.out(self.gru(torch.tanh(self.inside(x)))))


def example(wanted, other, kind):
    """Two sounds at 48 kHz that are heard together -> inputs [frames][features], band amplitudes of both together and of what is wanted [frames][bands]."""

    def rows(samples):
        lib, x = product.library(), np.array(samples, np.float32)
        out = np.zeros((len(x) * 100 // clips.RATE, lib.band_features() + lib.band_count()), np.float32)
        count = lib.band_run(product.pointer(x), len(x), ctypes.c_double(clips.RATE), kind, product.pointer(out))
        return out[:count, : lib.band_features()], out[:count, lib.band_features():]

    inputs, heard = rows(wanted + other)
    clean = rows(wanted)[1]
    scale = 1 / (clean.max() + 1e-12)
    return inputs.astype(np.float16), np.sqrt(heard * scale).astype(np.float32), np.sqrt(clean * scale).astype(np.float32)


def loss(gain, heard, clean):
    """Compressed amplitudes, where what is missing counts more than what is left; and the signal-to-noise ratio of all bands."""
    a, b = clean.clamp_min(1e-5) ** POWER, (gain * heard).clamp_min(1e-5) ** POWER
    signal = clean.square().sum((1, 2))
    snr = torch.log10(signal / ((gain * heard - clean).square().sum((1, 2)) + 1e-4 * signal + 1e-9) + 1e-3)
    return ((a - b).square() + MISSING * (a - b).clamp_min(0).square()).mean() - SNR_SHARE * snr.mean()


def main(doc, make, path, hours):
    """`make`((seed, count, data)) gives stacked examples; the weights go to `path`."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--hours", type=float, default=hours)
    parser.add_argument("--epochs", type=int, default=16)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--ahead", action="store_true", help="for the network that answers late, for files, which stands in the same file")
    args = parser.parse_args()
    late = args.ahead * product.library().band_ahead()  # builds it once, before there are several processes
    torch.manual_seed(1)
    torch.set_num_threads(1)
    net = Net()

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
    judged = lambda gain, which: loss(gain[:, late:], *(d[which, : d.shape[1] - late] for d in data[1:]))
    apart = lambda gain: judged(gain, slice(held)).item()
    with torch.no_grad():
        print(f"kept apart, unprocessed: {apart(torch.ones_like(data[1][:held])):.5f}")
    for epoch in range(args.epochs):
        for batch in (held + torch.randperm(total - held)).split(BATCH):
            if len(batch) < BATCH:
                continue
            for group in optimizer.param_groups:
                group["lr"] = RATE * (1 - step / steps)
            value = judged(net(data[0][batch].float()), batch)
            optimizer.zero_grad()
            value.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            step += 1
        with torch.no_grad():
            print(f"epoch {epoch + 1}, {time.time() - start:.0f} s: loss {value.item():.5f}, kept apart {apart(net(data[0][:held].float())):.5f}", flush=True)
    prefix = "ahead." if args.ahead else ""
    tensors = safetensors.named(net, {"inside.": prefix + "in.", "gru.": prefix + "gru.", "out.": prefix + "out."})
    there = safetensors.read(path)[0] if os.path.exists(path) else {}
    others = {key: value for key, value in there.items() if key.startswith("ahead.") != args.ahead}
    safetensors.write(path, others | safetensors.rounded(tensors)[0], {"network": os.path.splitext(os.path.basename(path))[0]})
