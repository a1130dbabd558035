"""What is heard of a voice network's answers: the product plays the first half of a frame from the first answer, the second half from the second one
(network.py, again), and adds them up. Errors that cancel there do no harm, so the loss looks at that sound and its spectrum instead of at frames by
themselves (Wisdom et al. 2019, "Differentiable consistency constraints for improved deep speech enhancement")."""
import features
import numpy as np
import torch


class Heard(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.bins = features.layout()[0]
        self.half = self.bins  # samples in half a frame at the rate that holds just these bins, 9.6 kHz
        windows = np.stack([features.window(low)[:: features.HOP // self.half] for low in (False, True)])
        self.register_buffer("window", torch.from_numpy(windows[0]))
        self.register_buffer("whole", torch.from_numpy((windows * windows[0]).reshape(2, 2, -1).sum(1)))  # both halves together

    def frames(self, spectrum, flip):
        """[batch][time][positions][2], flipped as the network sees it -> windowed frames [batch][time][samples] of its bins."""
        bins = torch.view_as_complex((spectrum[..., : self.bins, :] * flip).contiguous())
        return torch.fft.irfft(torch.nn.functional.pad(bins, (0, 1)), 2 * self.half) * self.window

    def sound(self, now, again, low_latency):
        """Estimates [batch][time + 1][positions][2] by the first answer and [batch][time][positions][2] by the second one (the same once more, where there is
        only one) -> [batch][time][samples], the hops that they meet in; low_latency [batch]: whether they are of frames windowed so."""
        flip = torch.from_numpy(features.flip(now.shape[1])).to(now.device)
        hops = self.frames(now[:, 1:], flip[1:])[..., : self.half] + self.frames(again, flip[:-1])[..., self.half :]
        return hops / self.whole[low_latency.long()][:, None]

    def spectra(self, sound, now, again):
        """Of that sound, as estimates, of the frames from 1 on to the last of the second answer; of bands, which have no phase here, the mean."""
        frames = again.shape[1]
        flip = torch.from_numpy(features.flip(frames)).to(now.device)
        bins = torch.fft.rfft(torch.cat([sound[:, :-1], sound[:, 1:]], -1) * self.window)[..., : self.bins]
        bands = 0.5 * (now[:, 1:frames] + again[:, 1:])[..., self.bins :, :]
        return torch.cat([torch.view_as_real(bins) * flip[1:frames], bands], -2)

    def forward(self, now, again):
        """Both in one, for frames of the house."""
        return self.spectra(self.sound(now, again, torch.zeros(len(now), dtype=torch.bool, device=now.device)), now, again)
