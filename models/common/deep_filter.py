"""What the voice network's answer does to a spectrum, as dsp/nn/voice_frame.h's VoiceFrame::answer: filters over frames bounded to the unit circle
for the bins (deep filtering, Mack & Habets 2020; Schröter 2022), gains for the bands above. On a CPU by deep_filter.cpp."""
import torch

from product import library
from recurrent import address


def by_torch(answer, noisy, bins, ahead):
    z = answer[..., :bins, :].unflatten(-1, (-1, 2))
    magnitude = (z.square().sum(-1, keepdim=True) + 1e-12).sqrt()
    filters, gains = z * (torch.tanh(magnitude) / magnitude), torch.sigmoid(answer[..., bins:, 2 * ahead : 2 * ahead + 1])
    before = lambda frames: torch.nn.functional.pad(noisy, (0, 0, 0, 0, frames, 0))[:, : noisy.shape[1]]
    re, im = 0, 0
    for k in range(filters.shape[-2]):
        past, f = before(k)[..., :bins, :], filters[..., k, :]
        re = re + f[..., 0] * past[..., 0] - f[..., 1] * past[..., 1]
        im = im + f[..., 0] * past[..., 1] + f[..., 1] * past[..., 0]
    return torch.cat([torch.stack([re, im], -1), before(ahead)[..., bins:, :] * gains], -2)[:, ahead:]


class Filtered(torch.autograd.Function):
    @staticmethod
    def forward(ctx, answer, noisy, bins, ahead):
        batch, channels, time, positions = answer.shape
        ctx.save_for_backward(answer, noisy)
        ctx.sizes = batch, channels // 2, time, positions, bins, ahead
        estimate = torch.empty_like(noisy)
        library().deep_filter_forward(address(answer), address(noisy), *ctx.sizes, address(estimate))
        return estimate

    @staticmethod
    def backward(ctx, given):
        answer, noisy = ctx.saved_tensors
        to, given = torch.empty_like(answer), given.contiguous()
        library().deep_filter_backward(address(answer), address(noisy), address(given), *ctx.sizes, address(to))
        return to, None, None, None


def deep_filter(answer, noisy, bins, ahead):
    """answer [batch][time][positions][2 taps], noisy [batch][time][positions][2] -> the estimate, as noisy. The answer means the frame `ahead` before;
    so the estimate ends as many before noisy does."""
    if answer.is_cuda:
        return by_torch(answer, noisy, bins, ahead)
    answer = answer.permute(0, 3, 1, 2).contiguous()  # the network has it so: nothing is copied
    return Filtered.apply(answer, noisy.contiguous(), bins, ahead)[:, ahead:]
