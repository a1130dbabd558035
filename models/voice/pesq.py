"""PESQ as a loss: the perceptual model of ITU-T P.862.2 on what is heard, in PyTorch (Martín-Doñas et al. 2018 trained with parts of it first). As the
product's own (dsp/metrics/pesq), whose tables it takes, but for what lines up delays (here nothing moves), every 10 ms instead of 16, and with the treble that
the network answers for in bands from frames of 20 ms. smoke.py compares the two."""
import features
import numpy as np
import torch

FRAME, BIN_HZ, BINS = 0.032, 31.25, 256  # s, Hz
LEVEL = 512 * 512 * 0.375 / 2 * 1e7  # of 350 … 3250 Hz in PESQ's frames, as it sets it
SPEECH = slice(12, 105)  # those bins
POSITION = 480 / 576  # power in a bin of 50 Hz of a frame of the house, over that in one of 31.25 Hz of a frame of the sound, for noise
SYLLABLE = 32  # frames, 320 ms
GAIN_MEMORY = 0.2 ** (10 / 16)  # 0.2 in frames of 16 ms
MOST = 45.0  # of a frame
BEST = 4.64  # opinion
LEAST_LEVEL = 1e-3  # of the estimate, as power, over the truth's: below, it is not made louder


class Pesq(torch.nn.Module):
    """[batch]: mean opinion scores for wide-band speech, 1 … 4.64."""

    def __init__(self):
        super().__init__()
        count, width, density, threshold, exponent, scale = features.bark().T
        self.bins, edges = features.layout()
        self.lowest = round((self.bins - 0.5) * 50 / BIN_HZ)  # bins that the sound holds
        rate = 2 * self.bins * 50  # Hz, of the sound, which heard.py makes of the bins: as many samples in a hop
        samples = int(FRAME * rate)
        at = np.arange(samples) + (FRAME * rate - samples) / 2 + 0.5
        window = 0.5 - 0.5 * np.cos(2 * np.pi * at / (FRAME * rate))
        turn = 2 * np.pi * np.outer(at, np.arange(self.lowest)) * BIN_HZ / rate
        hz = np.arange(BINS) * BIN_HZ
        z = np.exp(-2j * np.pi * hz / 16000)
        b0, b1, b2, a1, a2 = features.pesq_input()
        response = np.abs((b0 + b1 * z + b2 * z**2) / (1 + a1 * z + a2 * z**2)) ** 2
        ends = np.cumsum(count).astype(int)
        to_bark = np.zeros((BINS, len(count)))
        for band, (begin, end) in enumerate(zip(np.append(0, ends), ends)):
            to_bark[begin:end, band] = density[band] * response[begin:end]
        to_bark[0] = 0
        low, high = np.array(edges[:-1]) * 50.0 - 25, np.array(edges[1:]) * 50.0 - 25
        shared = np.clip(np.minimum(hz[:, None] + BIN_HZ / 2, high) - np.maximum(hz[:, None] - BIN_HZ / 2, low), 0, None) / BIN_HZ  # of a bin in a band
        keep = lambda name, x: self.register_buffer(name, torch.from_numpy(np.ascontiguousarray(x)).float())
        keep("transform", np.concatenate([window[:, None] * np.cos(turn), window[:, None] * np.sin(turn)], 1))
        keep("from_bins", to_bark[: self.lowest] * LEVEL)
        keep("from_bands", shared[self.lowest :].T @ to_bark[self.lowest :] * LEVEL / POSITION)
        keep("top", ends * BIN_HZ - BIN_HZ / 2)
        keep("width", np.append(0, width[1:]))
        keep("threshold", threshold)
        keep("exponent", exponent)
        keep("scale", scale)
        keep("memory", (1 - GAIN_MEMORY) * GAIN_MEMORY ** np.arange(4)[::-1])

    def powers(self, sound, spectra):
        """Of bins from the sound [batch][hops][samples], and of bands from the spectra of the frames between these hops [batch][hops - 1][positions][2]."""
        parts = sound.flatten(1).unfold(1, len(self.transform), self.bins) @ self.transform
        bins = parts[..., : self.lowest].square() + parts[..., self.lowest :].square()
        bands = spectra[..., self.bins :, :].square().sum(-1)
        frames = bins.shape[1]
        return bins, torch.lerp(bands[:, :frames], bands[:, 1 : frames + 1], 0.6)  # a frame's middle lies 1.6 hops behind its beginning

    def audible(self, power, times=1.0):
        return (power * (power > times * self.threshold))[..., 1:].sum(2, keepdim=True)

    def loudness(self, power):
        rise = (0.5 + 0.5 * power / self.threshold) ** self.exponent - 1
        return self.scale * rise.clamp_min(0)

    def over_time(self, x):
        x = (x.clamp_max(MOST) ** 6 + 1e-6).unfold(1, SYLLABLE, SYLLABLE // 2).mean(2) ** (1 / 6)
        return (x.square().mean(1) + 1e-6).sqrt()

    def forward(self, clean_sound, clean, sound, estimate, bandwidth):
        """Sounds and spectra of the truth and of an estimate, as for powers(); bandwidth [batch] in Hz, above which nothing counts."""
        both = [self.powers(clean_sound, clean), self.powers(sound, estimate)]
        levels = [bins[..., SPEECH].sum(2).mean(1)[:, None, None] + 1e-6 for bins, _ in both]
        levels[1] = levels[1] + LEAST_LEVEL * levels[0]
        x, y = ((bins / level) @ self.from_bins + (bands / level) @ self.from_bands for (bins, bands), level in zip(both, levels))
        # Steady filtering is minded little (section 10.2.4) …
        speaking = self.audible(x, 100.0) >= 1e7
        mean = lambda p: (p * ((p > 100 * self.threshold) & speaking)).mean(1, keepdim=True)
        x = x * ((mean(y) + 1000) / (mean(x) + 1000)).clamp(0.01, 100)
        # … and so are changes of gain (10.2.5).
        heard = self.audible(x)
        gain = ((heard + 5e3) / (self.audible(y) + 5e3)).transpose(1, 2)
        gain = torch.nn.functional.conv1d(torch.nn.functional.pad(gain, (len(self.memory) - 1, 0), mode="replicate"), self.memory[None, None])
        y = y * gain.transpose(1, 2).clamp(3e-4, 5)
        loud_x, loud_y = self.loudness(x), self.loudness(y)
        known = (self.top <= bandwidth[:, None, None]) * self.width
        difference = ((loud_y - loud_x).abs() - 0.25 * torch.minimum(loud_x, loud_y)).clamp_min(0) * known  # 10.2.7
        factor = ((y + 50) / (x + 50)) ** 1.2  # 10.2.8
        factor = torch.where(factor < 3, torch.zeros_like(factor), factor.clamp_max(12))
        width = self.width.sum()
        quiet = ((heard[..., 0] + 1e5) / 1e7) ** 0.04  # 10.2.10
        symmetric = (difference.square().sum(2) / width + 1e-6).sqrt() * width / quiet
        asymmetric = (difference * factor).sum(2) / quiet
        raw = 4.5 - 0.1 * self.over_time(symmetric) - 0.0309 * self.over_time(asymmetric)  # 10.2.13
        return 0.999 + 4 * torch.sigmoid(1.3669 * raw - 3.8224)  # P.862.2, eq. 1
