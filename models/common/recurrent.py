"""torch.nn.GRU with gru.cpp inside where it trains on a CPU; the same weights, the same answers."""
import ctypes

import torch

from product import library


def address(tensor):
    return ctypes.c_void_p(tensor.data_ptr())


class Steps(torch.autograd.Function):
    """x [time][inputs][lanes] -> states [time][units][lanes]."""

    @staticmethod
    def forward(ctx, x, wi, wh, bi, bh, reverse):
        time, inputs, lanes = x.shape
        units = wh.shape[1]
        states, kept = x.new_empty(time, units, lanes), x.new_empty(time, 4 * units, lanes)
        library().gru_forward(*map(address, (x, wi, wh, bi, bh)), time, inputs, units, ctypes.c_long(lanes), reverse, address(states), address(kept))
        ctx.save_for_backward(x, wi, wh, states, kept)
        ctx.reverse = reverse
        return states

    @staticmethod
    def backward(ctx, given):
        x, wi, wh, states, kept = ctx.saved_tensors
        (time, inputs, lanes), units = x.shape, wh.shape[1]
        dx, given = torch.zeros_like(x), given.contiguous()
        dwi, dwh, dbi, dbh = torch.zeros_like(wi), torch.zeros_like(wh), wi.new_zeros(3 * units), wi.new_zeros(3 * units)
        library().gru_backward(*map(address, (x, wi, wh)), time, inputs, units, ctypes.c_long(lanes), ctx.reverse,
                               *map(address, (states, kept, given, dx, dwi, dwh, dbi, dbh)))
        return dx, dwi, dwh, dbi, dbh, None


class Gru(torch.nn.GRU):
    """One layer, [batch][time][inputs] -> [batch][time][units], both directions one behind the other where there are two."""

    def forward(self, x):
        batch, lanes = len(x), library().gru_lanes()
        if x.is_cuda or batch % lanes or self.input_size % 4 or self.hidden_size % 8:
            return super().forward(x)[0]
        x = x.permute(1, 2, 0).contiguous()
        weights = lambda suffix: [getattr(self, name + suffix) for name in ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")]
        states = [Steps.apply(x, *weights(""), False)]
        if self.bidirectional:
            states.append(Steps.apply(x, *weights("_reverse"), True))
        return torch.cat(states, 1).permute(2, 0, 1)
