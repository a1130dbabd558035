#!/usr/bin/env python3
"""The mean of a network's weights before and after a run of training (Izmailov et al. 2018): average.py EARLIER LATER [--share S] writes build/training/NAME.pt. S is LATER's
share. EARLIER may be what is committed (NAME-checkpoint.safetensors). Where LATER has blocks that EARLIER lacks, EARLIER lets through there."""
import argparse
import os
import sys

import torch

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../common"))
import checkpoint  # noqa: E402

OUT = os.path.join(HERE, "../../build/training")


def mean(earlier, later, share):
    def of(name):
        new = later[name]
        if not new.is_floating_point():
            return new
        if name in earlier:
            return torch.lerp(earlier[name], new, share)
        return share * new if "norm" in name else new  # a path adds its norm's output: without that it lets through

    return {name: of(name) for name in later}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("earlier"), parser.add_argument("later")
    parser.add_argument("--share", type=float, default=0.5)
    args = parser.parse_args()
    state = checkpoint.read(args.later)
    state["net"] = mean(checkpoint.read(args.earlier)["net"], state["net"], args.share)
    torch.save(state, os.path.join(OUT, f"{checkpoint.which(state)}.pt"))
