#!/usr/bin/env python3
"""The mean of checkpoints' weights (stochastic weight averaging, Izmailov et al. 2018): average.py CHECKPOINT CHECKPOINT... writes build/training/voice.pt,
or voice-ahead.pt for the network that hears ahead.
For the ends of runs that follow one another: their mean is better than each. What else is in the checkpoint is the last one's."""
import os
import sys

import torch

import export

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../build/training")


def mean(tensors):
    return torch.stack(tensors).mean(0) if tensors[0].is_floating_point() else tensors[-1]


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    checkpoints = [torch.load(path, map_location="cpu") for path in sys.argv[1:]]
    nets = [c["net"] for c in checkpoints]
    torch.save({**checkpoints[-1], "net": {name: mean([net[name] for net in nets]) for name in nets[0]}}, os.path.join(OUT, f"{export.which(checkpoints[-1])}.pt"))
