#!/usr/bin/env python3
"""Writes tests/golden/nn.safetensors: for each layer of dsp/nn its weights, an input sequence and what PyTorch makes of it.
tests/cpp/nn_test.cpp compares. Needs python3-torch; run again only when a layer is added."""
import os

import numpy as np
import torch
from torch import nn

import safetensors

HERE = os.path.dirname(os.path.abspath(__file__))
FRAMES = 7


def main():
    torch.manual_seed(1)
    tensors = {}

    def keep(name, module, x, y):
        for key, value in module.state_dict().items():
            tensors[f"{name}.{key.replace('_l0', '')}"] = value.numpy()
        tensors[f"{name}.x"], tensors[f"{name}.y"] = x.detach().numpy().astype(np.float32), y.detach().numpy().astype(np.float32)

    def frames(y):  # [1][channels][time][width] -> [time][width][channels]
        return y[0].permute(1, 2, 0).contiguous()

    x = torch.randn(FRAMES, 13)
    linear = nn.Linear(13, 10)
    keep("linear", linear, x, linear(x))

    # Grouped: a convolution of length one in groups is the same thing.
    x = torch.randn(FRAMES, 12)
    grouped = nn.Conv1d(12, 20, 1, groups=4)
    keep("grouped", grouped, x, grouped(x.T[None])[0].T)
    tensors["grouped.weight"] = tensors["grouped.weight"][:, :, 0]

    x = torch.randn(FRAMES, 11)
    gru = nn.GRU(11, 16)
    keep("gru", gru, x, gru(x[:, None])[0][:, 0])

    parts = [nn.GRU(6, 8) for _ in range(2)]
    x = torch.randn(FRAMES, 12)
    y = torch.cat([p(part[:, None])[0][:, 0] for p, part in zip(parts, x.split(6, dim=1))], dim=1)
    for g, p in enumerate(parts):
        keep(f"grouped_gru.{g}", p, x, y)
    tensors["grouped_gru.x"], tensors["grouped_gru.y"] = tensors["grouped_gru.0.x"], tensors["grouped_gru.0.y"]

    norm = nn.LayerNorm(24)
    nn.init.normal_(norm.weight), nn.init.normal_(norm.bias)
    x = torch.randn(FRAMES, 24)
    keep("norm", norm, x, norm(x))

    def conv(name, module, inputs, width, time_kernel, dilation=1):
        x = torch.randn(1, inputs, FRAMES, width)
        padded = nn.functional.pad(x, (0, 0, (time_kernel - 1) * dilation, 0))  # the past only
        keep(name, module, frames(x), frames(module(padded)))

    conv("conv", nn.Conv2d(3, 10, (3, 5), stride=(1, 2), padding=(0, 2)), 3, 17, 3)
    conv("dilated", nn.Conv2d(4, 8, (2, 3), padding=(0, 1), dilation=(3, 1)), 4, 9, 2, 3)
    conv("temporal", nn.Conv2d(8, 12, (4, 1)), 8, 1, 4)
    conv("depthwise", nn.Conv2d(8, 8, (3, 3), stride=(1, 2), padding=(0, 1), groups=8), 8, 9, 3)

    transposed = nn.ConvTranspose2d(6, 9, (2, 5), stride=(1, 2), padding=(0, 2))
    x = torch.randn(1, 6, FRAMES, 8)
    keep("transposed", transposed, frames(x), frames(transposed(x)[:, :, :FRAMES]))  # what would lie in the future is cut

    x = torch.linspace(-12, 12, 64)
    keep("sigmoid", nn.Sigmoid(), x, torch.sigmoid(x))
    keep("tanh", nn.Tanh(), x, torch.tanh(x))

    q, scale = safetensors.quantize(tensors["linear.weight"])
    tensors["quantized.weight"], tensors["quantized.weight.scale"] = q, scale
    safetensors.write(os.path.join(HERE, "../../tests/golden/nn.safetensors"), tensors, {"made by": "models/common/golden.py"})


if __name__ == "__main__":
    main()
