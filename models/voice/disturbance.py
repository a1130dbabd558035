"""What PESQ minds (ITU-T P.862, after Martín-Doñas et al. 2018, who trained with it first), on the positions that the network sees: the difference
of loudness in Bark bands, and once more where something is added. Without what PESQ does to line up delays and responses: here nothing moves."""
import features
import numpy as np
import torch

BIN_HZ, POSITION_HZ = 31.25, 50.0
LEVEL = 512 * 512 * 0.375 / 2 * 1e7  # of a bin: PESQ's frames of speech with 350 … 3250 Hz at 1e7
SYLLABLE = 32  # frames, 320 ms
MOST = 45.0  # of a frame


class Disturbance(torch.nn.Module):
    """[batch] of 0.1 and 0.0309 times the symmetric and the asymmetric disturbance: by so much PESQ falls from 4.5."""

    def __init__(self):
        super().__init__()
        count, width, density, threshold, exponent, scale = features.bark().T
        bins, edges = features.layout()
        low = np.concatenate([np.arange(bins), edges[:-1]]) * POSITION_HZ - POSITION_HZ / 2
        high = np.append(low[1:], edges[-1] * POSITION_HZ)
        tops = np.cumsum(count) * BIN_HZ - BIN_HZ / 2
        bottoms = np.append(-BIN_HZ / 2, tops[:-1])
        shared = np.clip(np.minimum(tops[:, None], high) - np.maximum(bottoms[:, None], low), 0, None)  # Hz of a position in a band
        keep = lambda name, x: self.register_buffer(name, torch.from_numpy(np.ascontiguousarray(x)).float())
        keep("bands", (shared / POSITION_HZ * density[:, None] * LEVEL).T)
        keep("speech", ((low >= 350) & (high <= 3250)) * (high - low) / POSITION_HZ)
        keep("top", tops)
        keep("width", np.append(0, width[1:]))
        keep("threshold", threshold)
        keep("exponent", exponent)
        keep("scale", scale)

    def loudness(self, power):
        rise = (0.5 + 0.5 * power / self.threshold) ** self.exponent - 1
        return self.scale * rise.clamp_min(0)

    def over_time(self, x):
        x = (x.clamp_max(MOST) ** 6 + 1e-6).unfold(1, SYLLABLE, SYLLABLE // 2).mean(2) ** (1 / 6)
        return (x.square().mean(1) + 1e-6).sqrt()

    def forward(self, clean, estimate, bandwidth):
        """clean and estimate [batch][time][positions][2] as the trainer's loss has them, bandwidth [batch] in Hz."""
        power = lambda x: x.square().sum(-1)  # of a bin; a band's is the mean of its bins'
        x, y = power(clean), power(estimate)
        level = (x * self.speech).sum(2).mean(1)[:, None, None] + 1e-6
        x, y = (p / level @ self.bands for p in (x, y))
        audible = lambda p: (p * (p > self.threshold))[..., 1:].sum(2, keepdim=True)
        heard = audible(x)
        y = y * ((heard + 5e3) / (audible(y) + 5e3)).clamp(3e-4, 5)
        loud_x, loud_y = self.loudness(x), self.loudness(y)
        known = (self.top <= bandwidth[:, None, None]) * self.width
        difference = ((loud_y - loud_x).abs() - 0.25 * torch.minimum(loud_x, loud_y)).clamp_min(0) * known
        factor = ((y + 50) / (x + 50)) ** 1.2
        factor = torch.where(factor < 3, torch.zeros_like(factor), factor.clamp_max(12))
        width = self.width.sum()
        quiet = ((heard[..., 0] + 1e5) / 1e7) ** 0.04
        symmetric = (difference.square().sum(2) / width + 1e-6).sqrt() * width / quiet
        asymmetric = (difference * factor).sum(2) / quiet
        return 0.1 * self.over_time(symmetric) + 0.0309 * self.over_time(asymmetric)
