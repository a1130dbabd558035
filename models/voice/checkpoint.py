"""Checkpoints of the voice networks: build/training/NAME.pt, and what is committed, NAME-checkpoint.safetensors, which has no optimizer's state."""
import os

import network
import safetensors
import torch

HERE = os.path.dirname(os.path.abspath(__file__))


def committed(name):
    """`voice` or `voice-ahead`, as training goes on from it."""
    return os.path.join(HERE, f"{name}-checkpoint.safetensors")


def read(path):
    """Its state: net (tensors by name), step, heard (hours), spent (minutes), args (of the run)."""
    if not path.endswith(".safetensors"):
        return torch.load(path, map_location="cpu")
    tensors, about = safetensors.read(path)
    net = {name: torch.from_numpy(t.copy()) for name, t in tensors.items()}
    ahead = any(name.startswith("ahead.") for name in net)
    return {"net": net, "step": about["step"], "heard": about["hours_heard"], "spent": about["minutes"], "args": {"ahead": ahead, "seed": about["seed"]}}


def empty(state):
    """A network as deep as the one that it is of."""
    return network.VoiceNet(which(state) == "voice-ahead", blocks(state))


def blocks(state):
    """How many there are in the middle."""
    return sum(name.startswith("middle.") and name.endswith(".along_norm.weight") for name in state["net"])


def fill(net, state):
    """Gives a network its weights; the names of those that it lacks. What is committed has no counters of batches, and none are needed."""
    return [name for name in net.load_state_dict(state["net"], strict=False).missing_keys if not name.endswith("num_batches_tracked")]


def which(state):
    """The network that it is of."""
    return "voice-ahead" if state["args"].get("ahead") else "voice"
