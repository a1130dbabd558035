"""What the voice network's answer does to a spectrum, as dsp/nn/voice_frame.h's VoiceFrame::answer: filters over frames bounded to the unit circle
for the bins (deep filtering, Mack & Habets 2020; Schröter 2022), gains for the bands above. On a CPU by deep_filter.cpp."""
import torch

from product import library
from recurrent import address


def by_torch(answer, noisy, bins):
    z = answer[..., :bins, :].unflatten(-1, (-1, 2))
    magnitude = (z.square().sum(-1, keepdim=True) + 1e-12).sqrt()
    filters, gains, x = z * (torch.tanh(magnitude) / magnitude), torch.sigmoid(answer[..., bins:, :1]), noisy[..., :bins, :]
    re, im = 0, 0
    for k in range(filters.shape[-2]):
        past = torch.nn.functional.pad(x, (0, 0, 0, 0, k, 0))[:, : x.shape[1]]
        f = filters[..., k, :]
        re = re + f[..., 0] * past[..., 0] - f[..., 1] * past[..., 1]
        im = im + f[..., 0] * past[..., 1] + f[..., 1] * past[..., 0]
    return torch.cat([torch.stack([re, im], -1), noisy[..., bins:, :] * gains], -2)


class Filtered(torch.autograd.Function):
    @staticmethod
    def forward(ctx, answer, noisy, bins):
        batch, channels, time, positions = answer.shape
        ctx.save_for_backward(answer, noisy)
        ctx.sizes = batch, channels // 2, time, positions, bins
        estimate = torch.empty_like(noisy)
        library().deep_filter_forward(address(answer), address(noisy), *ctx.sizes, address(estimate))
        return estimate

    @staticmethod
    def backward(ctx, given):
        answer, noisy = ctx.saved_tensors
        to, given = torch.zeros_like(answer), given.contiguous()
        library().deep_filter_backward(address(answer), address(noisy), address(given), *ctx.sizes, address(to))
        return to, None, None


def deep_filter(answer, noisy, bins):
    """answer [batch][time][positions][2 taps], noisy [batch][time][positions][2] -> the estimate, as noisy."""
    if answer.is_cuda:
        return by_torch(answer, noisy, bins)
    return Filtered.apply(answer.permute(0, 3, 1, 2).contiguous(), noisy.contiguous(), bins)  # the network has it so: nothing is copied
