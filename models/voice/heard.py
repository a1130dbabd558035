"""What is heard of a voice network's answers: the product plays the first half of a frame from the first answer, the second half from the second one
(network.py, again), and adds them up. Errors that cancel there do no harm, so the loss looks at the spectrum of that sound instead of at frames by
themselves (Wisdom et al. 2019, "Differentiable consistency constraints for improved deep speech enhancement")."""
import features
import numpy as np
import torch


class Heard(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.bins = features.layout()[0]
        self.half = self.bins  # samples in half a frame at the rate that holds just these bins
        self.register_buffer("window", torch.from_numpy(np.sin(np.pi * np.arange(2 * self.half) / (2 * self.half))).float())

    def sound(self, spectrum, flip):
        """[batch][time][positions][2], flipped as the network sees it -> windowed frames [batch][time][samples] of its bins."""
        bins = torch.view_as_complex((spectrum[..., : self.bins, :] * flip).contiguous())
        return torch.fft.irfft(torch.nn.functional.pad(bins, (0, 1)), 2 * self.half) * self.window

    def forward(self, now, again):
        """Estimates [batch][time][positions][2] by either answer, the second one a frame shorter -> as those, of frames from 1 on, to the last of the
        second. Of bands, which have no phase here, the mean."""
        frames = again.shape[1]
        flip = torch.from_numpy(features.flip(frames + 1)).to(now.device)
        rising = self.sound(now[:, 1 : frames + 1], flip[1:])[..., : self.half]
        falling = self.sound(again, flip[:-1])[..., self.half :]
        hops = rising + falling
        bins = torch.fft.rfft(torch.cat([hops[:, :-1], hops[:, 1:]], -1) * self.window)[..., : self.bins]
        bands = 0.5 * (now[:, 1:frames] + again[:, 1:])[..., self.bins :, :]
        return torch.cat([torch.view_as_real(bins) * flip[1:frames], bands], -2)
