#!/usr/bin/env python3
"""Makes the weights that ship from a checkpoint: export.py [CHECKPOINT]. Batch norm is folded into the layer before it, matrices become int8;
what is written is read back by the product's own C++ and must answer as PyTorch does, else nothing is kept."""
import copy
import os
import sys

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "../..")
sys.path.insert(0, os.path.join(HERE, "../common"))
import checkpoint  # noqa: E402
import features  # noqa: E402
import network  # noqa: E402
import product  # noqa: E402
import safetensors  # noqa: E402

TOLERANCE = 1e-4  # of answers around one
FRAMES, FRAMES_AHEAD = 40, 5 * network.CHUNK  # where it hears ahead, those at the end lack what follows: what is answered does not
GRU = "weight_ih", "weight_hh", "bias_ih", "bias_hh"
AFTER = "across_out", "along_out", "across_norm", "along_norm"  # the recurrent layers of a block


def paths(net):
    """The recurrent blocks by their names."""
    return [(f"{part}.{i}", block) for part in ("fine", "middle", "ahead") for i, block in enumerate(getattr(net, part))]


def recurrent(block):
    """Names, layers and the ends of the names that PyTorch gives."""
    return ("across.there", block.across, ""), ("across.back", block.across, "_reverse"), ("along", block.along, "")


def folded(net):
    """Tensors by the names that dsp/nn/voice_net.cpp asks for, float32."""
    out = {}

    def layer(name, weight, bias):
        out[name + ".weight"], out[name + ".bias"] = weight.detach().numpy(), bias.detach().numpy()

    def causal(name, block):
        norm, conv = block.norm, block.layer
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        outputs = 1 if isinstance(conv, torch.nn.ConvTranspose2d) else 0
        weight = block.weight() * scale.reshape([-1 if d == outputs else 1 for d in range(4)])
        layer(name, weight, (conv.bias - norm.running_mean) * scale + norm.bias)

    causal("down.0", net.down[0])
    for i in (1, 2):
        causal(f"down.{i}.depthwise", net.down[i].depthwise)
        causal(f"down.{i}.pointwise", net.down[i].pointwise)
    for at, block in paths(net):
        for name, gru, end in recurrent(block):
            for part in GRU:
                out[f"{at}.{name}.{part}"] = getattr(gru, f"{part}_l0{end}").detach().numpy()
        for name in AFTER:
            part = getattr(block, name)
            layer(f"{at}.{name}", part.weight, part.bias)
    for i, block in enumerate(net.up):
        causal(f"up.{i}", block)
    for name in network.LAST:
        layer(name, getattr(net, name).weight, getattr(net, name).bias)
    return out


def rounded(net):
    """Its tensors as they ship, and as floats again. The first layer is all that knows single bins: it stays float."""
    return safetensors.rounded(folded(net), spared=("down.0.weight",))


def with_values(net, values):
    """The network with folded and rounded values: its batch norms do nothing any more."""
    net = copy.deepcopy(net)
    modules = {"down.0": net.down[0].layer} | {name: getattr(net, name) for name in network.LAST}
    modules |= {f"down.{i}.{part}": getattr(net.down[i], part).layer for i in (1, 2) for part in ("depthwise", "pointwise")}
    modules |= {f"up.{i}": block.layer for i, block in enumerate(net.up)}
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.weight.data.fill_(1), module.bias.data.fill_(0), module.running_mean.fill_(0), module.running_var.fill_(1 - module.eps)
    for at, block in paths(net):
        modules |= {f"{at}.{name}": getattr(block, name) for name in AFTER}
        for name, gru, end in recurrent(block):
            for part in GRU:
                getattr(gru, f"{part}_l0{end}").data = torch.from_numpy(values[f"{at}.{name}.{part}"].astype(np.float32))
    for name, module in modules.items():
        module.weight.data = torch.from_numpy(values[name + ".weight"].astype(np.float32))
        module.bias.data = torch.from_numpy(values[name + ".bias"].astype(np.float32))
    first = net.down[0]
    first.layer.weight.data, first.beside.weight.data = first.layer.weight.data.split([network.NOW, network.BESIDE], 1)
    return net


def answers(net, inputs):
    """[answers][frames][positions][outputs] and the heads' probabilities."""
    with torch.no_grad():
        answers, heads = net(torch.from_numpy(inputs)[None])
    return np.stack([a[0].numpy() for a in answers]), torch.sigmoid(heads)[0].numpy()


def export(net, path, about):
    """Writes the weights, or raises when C++ answers otherwise than PyTorch. Returns what the whole network says to some input."""
    stored, values = rounded(net)
    rng = np.random.default_rng(1)
    t = np.arange((FRAMES_AHEAD if len(net.ahead) else FRAMES) * features.HOP) / 48000
    samples = (0.1 * np.sign(np.sin(2 * np.pi * 120 * t)) * (np.sin(2 * np.pi * 3 * t) > 0) + 0.02 * rng.standard_normal(len(t))).astype(np.float32)
    inputs, _ = features.analyse(samples)
    output, heads = answers(with_values(net, values), inputs)
    whole, _ = answers(net, inputs)
    found, found_heads = product.VoiceNet(stored).run(inputs)
    answered = len(found_heads)
    worst = max(np.abs(found - output[:, :answered]).max(), np.abs(found_heads - heads[:answered]).max())
    if not worst <= TOLERANCE:
        raise SystemExit(f"C++ and PyTorch differ by {worst:.2g}; {TOLERANCE} is accepted")
    safetensors.write(path, stored, about)
    print(f"{path}: {os.path.getsize(path)} bytes; C++ and PyTorch differ by {worst:.2g}; int8 moves answers by {np.abs(whole - output).mean():.2g} in the mean")
    return {"inputs": inputs, "output": output, "heads": heads}


def load(path):
    """A checkpoint's network, ready to answer, and its state."""
    state = checkpoint.read(path)
    net = checkpoint.empty(state)
    if lacking := checkpoint.fill(net, state):
        raise SystemExit(f"{path} lacks {', '.join(lacking)}")
    return net.eval(), state


def main():
    net, state = load(sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "build/training/voice.pt"))
    name = checkpoint.which(state)
    about = {"rate": 48000, "frame": 960, "hop": 480, "window": "square-root Hann", "positions": network.POSITIONS, "inputs": network.INPUTS, "outputs": network.OUTPUTS, "heads": ["speech", "music"], "step": state["step"], "hours_heard": round(state["heard"], 2), "minutes": round(state["spent"], 1), "seed": state["args"]["seed"]}
    golden = export(net, os.path.join(HERE, f"{name}.safetensors"), {"network": name, **about})
    if name == "voice":
        safetensors.write(os.path.join(ROOT, "tests/golden/voice.safetensors"), golden)
    # What training goes on from: whole values, batch norms as they are.
    whole = {k: v.numpy() for k, v in net.state_dict().items() if v.is_floating_point()}
    safetensors.write(os.path.join(HERE, f"{name}-checkpoint.safetensors"), whole, about)


if __name__ == "__main__":
    main()
