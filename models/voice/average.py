#!/usr/bin/env python3
"""The mean of a network's weights before and after a run of training (Izmailov et al. 2018): average.py EARLIER LATER [--share S] writes build/training/NAME.pt. S is LATER's
share. EARLIER may be what is committed (NAME-checkpoint.safetensors); where LATER is deeper, EARLIER is brought to its depth as it was."""
import argparse
import os
import sys

import torch

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../common"))
import checkpoint  # noqa: E402

OUT = os.path.join(HERE, "../../build/training")


def mean(earlier, later, share):
    """Of two states."""
    if checkpoint.which(earlier) != checkpoint.which(later) or checkpoint.blocks(earlier) > checkpoint.blocks(later):
        raise SystemExit("EARLIER must be of the same network as LATER, and no deeper")
    net = checkpoint.empty(earlier)
    checkpoint.fill(net, earlier)
    for _ in range(checkpoint.blocks(later) - checkpoint.blocks(earlier)):
        net.split_last()
    old = net.state_dict()
    return {name: torch.lerp(old[name], new, share) if new.is_floating_point() else new for name, new in later["net"].items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("earlier"), parser.add_argument("later")
    parser.add_argument("--share", type=float, default=0.5)
    args = parser.parse_args()
    state = checkpoint.read(args.later)
    state["net"] = mean(checkpoint.read(args.earlier), state, args.share)
    torch.save(state, os.path.join(OUT, f"{checkpoint.which(state)}.pt"))
