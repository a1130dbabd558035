"""Recurrent paths through x [batch][time][positions][channels]: x + norm(linear(gru(x))) along one of its axes. On a CPU by path.cpp."""
import ctypes
import functools

import torch

from product import library
from recurrent import address

GRU = "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"


class Ways(ctypes.Structure):
    """Which floats of x the sequences go through; path.cpp says how."""

    _fields_ = [("first", ctypes.c_void_p), ("begin", ctypes.c_void_p), ("count", ctypes.c_long), ("stride", ctypes.c_long),
                ("steps", ctypes.c_int), ("skip", ctypes.c_int), ("channels", ctypes.c_int)]

    def __init__(self, first, stride, steps, channels, begin=None, skip=0):
        first = first.reshape(-1)
        self.tensors = first * channels, torch.zeros_like(first) if begin is None else begin.reshape(-1)  # C++ points into them
        super().__init__(*map(address, self.tensors), len(first), stride * channels, steps, skip, channels)

    def rows(self):
        """[sequences][steps] of x as rows of channels; and which of them are there."""
        steps = torch.arange(self.steps)
        rows = (self.tensors[0][:, None] + self.stride * steps) // self.channels
        return rows, steps >= self.tensors[1][:, None]


@functools.lru_cache(64)
def across(shape):
    """Along the positions of each frame."""
    batch, time, positions, channels = shape
    return Ways(torch.arange(batch * time) * positions, 1, positions, channels)


@functools.lru_cache(64)
def along(shape):
    """Along time at each position."""
    batch, time, positions, channels = shape
    return Ways(torch.arange(batch)[:, None] * time * positions + torch.arange(positions), positions, time, channels)


@functools.lru_cache(64)
def ahead(shape, chunk, beyond):
    """Against time, from `beyond` frames after a chunk back to its beginning, where the answers to the chunk's own frames count."""
    batch, time, positions, channels = shape
    ends = torch.arange(chunk, time + chunk, chunk) + beyond - 1  # the frames that the sequences begin with
    lanes = torch.arange(batch)[:, None, None] * time * positions + torch.arange(positions)[:, None] + ends * positions
    return Ways(lanes, -positions, chunk + beyond, channels, (ends - time + 1).clamp_min(0).expand(lanes.shape).contiguous(), beyond)


def pointers(tensors, directions):
    """As Layers and Gradients in path.cpp; `tensors`: four of each direction, then four."""
    grus, rest = tensors[: 4 * directions], tensors[4 * directions:]
    by_kind = [grus[4 * d + kind] if d < directions else None for kind in range(4) for d in range(2)]
    return (ctypes.c_void_p * 12)(*(t.data_ptr() if t is not None else None for t in (*by_kind, *rest)))


class Walk(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, ways, *tensors):
        ctx.ways, ctx.directions = ways, len(tensors) // 4 - 1
        y, states = x.clone(), x.new_empty(ways.count, ways.steps, ways.channels)
        kept = x.new_empty(ways.count, ways.steps, 4 * ways.channels)
        library().path_forward(ctypes.byref(ways), pointers(tensors, ctx.directions), ctx.directions, *map(address, (x, y, states, kept)))
        ctx.save_for_backward(x, states, kept, *tensors)
        return y

    @staticmethod
    def backward(ctx, given):
        x, states, kept, *tensors = ctx.saved_tensors
        given = given.contiguous()
        dx, gradients = given.clone(), [torch.zeros_like(t) for t in tensors]
        library().path_backward(ctypes.byref(ctx.ways), pointers(tensors, ctx.directions), ctx.directions, *map(address, (x, states, kept, given, dx)),
                                pointers(gradients, ctx.directions))
        return dx, None, *gradients


def by_torch(x, ways, gru, linear, norm):
    rows, there = (t.to(x.device) for t in ways.rows())
    flat = x.reshape(-1, ways.channels)
    rows, there = rows.clamp(0, len(flat) - 1), there[..., None]
    y = norm(linear(gru(flat[rows] * there)[0])) * there
    y[:, : ways.skip] = 0
    return flat.index_add(0, rows.reshape(-1), y.reshape(-1, ways.channels)).reshape(x.shape)


def walk(x, ways, gru, linear, norm):
    """x + norm(linear(gru(x))) along these ways; gru: a torch.nn.GRU of one layer, that keeps the channels."""
    if x.is_cuda or ways.count % library().gru_lanes() or ways.channels % 16:
        return by_torch(x, ways, gru, linear, norm)
    ends = ("", "_reverse") if gru.bidirectional else ("",)
    return Walk.apply(x.contiguous(), ways, *(getattr(gru, name + end) for end in ends for name in GRU), linear.weight, linear.bias, norm.weight, norm.bias)
