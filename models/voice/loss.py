"""What training makes small. It looks at the positions that the network sees, not at waveforms: on a CPU that is a third of the time."""
import features
import numpy as np
import torch
from deep_filter import deep_filter
from heard import Heard
from pesq import BEST, Pesq

POWER, COMPLEX_SHARE, MISSING, MISSING_TREBLE, SNR_SHARE, PESQ_SHARE, HEADS_SHARE = 0.3, 0.3, 0.5, 1.5, 0.6, 0.5, 0.1
TREBLE_HZ = 8000
SILENT = 1e-3  # of the power of a clip, which is scaled to one


class Loss(torch.nn.Module):
    """Compressed spectra, magnitudes and complex values, over the positions that the network sees; each weighs what it covers of the ear's
    bandwidths (ERB), none above the bandwidth of the clip. To it come the signal-to-noise ratio in the bins, which is nearly that of the
    waveform, and PESQ."""

    def __init__(self, ahead=0):
        super().__init__()
        self.ahead = ahead  # frames that the network hears after the one it answers for
        self.pesq, self.heard = Pesq(), Heard()
        self.bins, edges = features.layout()
        hz = np.arange(features.BINS) * 50.0
        share = 50 / (24.7 * (4.37 * hz / 1000 + 1))  # of an ERB in a bin, Glasberg & Moore 1990
        low = np.concatenate([np.arange(self.bins), edges[:-1]])
        weight = np.add.reduceat(share, low)
        self.register_buffer("top", torch.from_numpy(np.append(low[1:], features.BINS) * 50.0).float())
        self.register_buffer("weight", torch.from_numpy(weight).float())
        self.register_buffer("missing", torch.where(self.top > TREBLE_HZ, MISSING_TREBLE, MISSING).float())

    def forward(self, output, noisy, target, bandwidth, told, low_latency, truth):
        """The part of the spectra, all of it, and the mean of PESQ. PESQ goes by the truth, the rest by the target, which may be a teacher's (teacher.py):
        he leaves some noise, and what is as loud as that would count for nothing."""
        answers, heads = output
        now, again = (deep_filter(a, noisy, self.bins, self.ahead + k) for k, a in enumerate(answers))
        low = low_latency[:, None, None, None]
        again = torch.where(low, now[:, :-1], again)  # there is no second answer there
        frames = again.shape[1]
        sound, clean = (self.heard.sound(*x, low_latency) for x in ((now, again), (truth[:, : frames + 1], truth[:, :frames])))
        estimate = torch.where(low, now[:, 1:frames], self.heard.spectra(sound, now, again))
        target, truth = target[:, 1:frames], truth[:, 1:frames]
        spectra, snr = self.of(estimate, target, bandwidth)
        pesq = self.pesq(clean, truth, sound, estimate, bandwidth)
        heard = SNR_SHARE * snr + PESQ_SHARE * (pesq - BEST)
        speaking = truth[..., : self.bins, :].square().sum((1, 2, 3)) > SILENT
        heard = heard[speaking].sum() / len(truth)
        heads = torch.nn.functional.binary_cross_entropy_with_logits(heads, told)
        return spectra, spectra - heard + HEADS_SHARE * heads, pesq[speaking].mean()

    def of(self, estimate, target, bandwidth):
        weight = self.weight * (self.top[None] <= bandwidth[:, None]).float()
        weight = (weight / weight.mean())[:, None]

        def compress(x):
            magnitude = (x.square().sum(-1) + 1e-8).sqrt()
            small = magnitude ** POWER
            return small, x * (small / magnitude)[..., None]

        (a, x), (b, y) = compress(target), compress(estimate)
        magnitude = (a - b).square() + self.missing * (a - b).clamp_min(0).square()
        bins = lambda x: (x[..., : self.bins, :].square().sum((1, 2, 3)))
        signal = bins(target)
        snr = torch.log10((signal + SILENT) / (bins(target - estimate) + 0.001 * signal + SILENT))
        spectra = (weight * ((1 - COMPLEX_SHARE) * magnitude + COMPLEX_SHARE * (x - y).square().sum(-1))).mean()
        return spectra, snr
