#!/usr/bin/env python3
"""Trains the voice network: train.py DATA [--minutes M] [--resume] [--name N]. Checkpoints, the log and the decoded data go to build/training.

Mixtures and the product's own features are made by processes of their own; the loss compares compressed spectra (power 0.3), weighs bins by
the ear's bandwidth, minds what is missing more than what is left over, and does not look above the bandwidth of the clean clip.
"""
import argparse
import os
import sys
import time

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../common"))
import features  # noqa: E402
import mixing  # noqa: E402
import network  # noqa: E402

CACHE = os.path.join(HERE, "../../build/training")
POWER, COMPLEX_SHARE, MISSING = 0.3, 0.3, 0.5


class Mixtures(torch.utils.data.IterableDataset):
    def __init__(self, data, seconds, seed):
        self.data, self.seconds, self.seed = data, seconds, seed

    def __iter__(self):
        info = torch.utils.data.get_worker_info()
        mixer = mixing.Mixer(self.data, CACHE, [self.seed, info.id if info else 0])
        while True:
            noisy, clean, bandwidth = mixer.mixture(self.seconds)
            inputs, spectrum = features.analyse(noisy)
            _, target = features.analyse(clean, inputs=False)
            scale = 1 / (np.sqrt(np.mean(np.abs(spectrum) ** 2)) + 1e-9)  # every clip as loud to the loss
            view = lambda x: torch.from_numpy((x * np.float32(scale)).view(np.float32).reshape(*x.shape, 2))
            yield torch.from_numpy(inputs), view(spectrum), view(target), np.float32(bandwidth)


class Loss(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.bins, edges = features.layout()
        band = np.searchsorted(np.array(edges), np.arange(self.bins, features.BINS), side="right") - 1
        hz = np.arange(features.BINS) * 50.0
        weight = 1 / (24.7 * (4.37 * hz / 1000 + 1))  # 1 / ERB, Glasberg & Moore 1990
        self.register_buffer("band", torch.from_numpy(band))
        self.register_buffer("hz", torch.from_numpy(hz).float())
        self.register_buffer("weight", torch.from_numpy(weight / weight.mean()).float())

    def gains(self, output):
        """As VoiceFrame::mask: complex for the bins, real above; [..., 481, 2]."""
        z = output[..., : self.bins, :]
        magnitude = z.norm(dim=-1, keepdim=True).clamp_min(1e-6)
        bands = torch.sigmoid(output[..., self.bins:, 0])[..., self.band]
        return torch.cat([z * (torch.tanh(magnitude) / magnitude), torch.stack([bands, torch.zeros_like(bands)], dim=-1)], dim=-2)

    def forward(self, output, noisy, clean, bandwidth):
        g = self.gains(output)
        estimate = torch.stack([g[..., 0] * noisy[..., 0] - g[..., 1] * noisy[..., 1], g[..., 0] * noisy[..., 1] + g[..., 1] * noisy[..., 0]], dim=-1)
        weight = self.weight * (self.hz[None] < bandwidth[:, None]).float()
        weight = (weight / weight.mean())[:, None]

        def compress(x):
            magnitude = (x.square().sum(-1) + 1e-8).sqrt()
            small = magnitude ** POWER
            return small, x * (small / magnitude)[..., None]

        (a, x), (b, y) = compress(clean), compress(estimate)
        magnitude = (a - b).square() + MISSING * (a - b).clamp_min(0).square()
        return (weight * ((1 - COMPLEX_SHARE) * magnitude + COMPLEX_SHARE * (x - y).square().sum(-1))).mean()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--name", default="voice")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--rate", type=float, default=1e-3, help="learning rate")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()

    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(args.seed)
    net, loss = network.VoiceNet().to(device), Loss().to(device)
    optimizer = torch.optim.AdamW(net.parameters(), args.rate, weight_decay=1e-4)
    checkpoint, step, heard, spent = os.path.join(CACHE, f"{args.name}.pt"), 0, 0.0, 0.0
    if args.resume:
        state = torch.load(checkpoint, map_location=device)
        net.load_state_dict(state["net"]), optimizer.load_state_dict(state["optimizer"])
        step, heard, spent = state["step"], state["heard"], state["spent"]
    batches = iter(torch.utils.data.DataLoader(Mixtures(args.data, args.seconds, args.seed + step), args.batch, num_workers=args.workers, prefetch_factor=4))
    print(f"{sum(p.numel() for p in net.parameters())} parameters on {device}, {torch.get_num_threads()} threads", flush=True)

    def save():
        torch.save({"net": net.state_dict(), "optimizer": optimizer.state_dict(), "step": step, "heard": heard, "spent": spent + time.time() - start, "args": vars(args)}, checkpoint + ".part")
        os.replace(checkpoint + ".part", checkpoint)

    start, recent, last = time.time(), [], time.time()
    while time.time() - start < args.minutes * 60:
        inputs, noisy, clean, bandwidth = (x.to(device) for x in next(batches))
        value = loss(net(inputs), noisy, clean, bandwidth)
        for group in optimizer.param_groups:  # warm-up, then the square root's decay of the time spent
            group["lr"] = args.rate * min(1, (step + 1) / 200) * (1 - (time.time() - start) / (args.minutes * 60)) ** 0.5
        optimizer.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        step, heard = step + 1, heard + args.batch * args.seconds / 3600
        recent.append(value.item())
        if time.time() - last > 30:
            with torch.no_grad():
                unprocessed = loss(torch.full_like(net(inputs), 20.0), noisy, clean, bandwidth).item()
            line = f"{(spent + time.time() - start) / 60:.1f} min, step {step}, {heard:.2f} h heard, loss {np.mean(recent):.4f} (the last batch unprocessed: {unprocessed:.4f})"
            print(line, flush=True)
            with open(os.path.join(CACHE, f"{args.name}.log"), "a") as log:
                log.write(line + "\n")
            recent, last = [], time.time()
            save()
    save()


if __name__ == "__main__":
    main()
