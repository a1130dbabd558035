#!/usr/bin/env python3
"""Makes training mixtures of speech and noise at 48 kHz, each another, all from one seed: mixing.py DATA OUT [COUNT] writes some to listen to.

A mixture is speech of one speaker in sentences with pauses, sometimes in a room, sometimes filtered, at any level, and noise: recorded ones,
voices of others, single sounds strewn about, and fans, hum, wind, hiss, keyboards, knocks, drops, engines, calls and music made in sounds.py; each varied in speed,
direction and sound. The bandwidth up to which the speech is known goes with it: a loss must not look above.
"""
import os
import sys
import zlib
from dataclasses import dataclass

import numpy as np
import scipy.fft
import scipy.ndimage
from scipy.signal import fftconvolve, firwin, resample_poly

import clips
from sounds import Sounds, shape, sloped

RATE = clips.RATE
SPEECH = ("speech_fullband_pd", "speech_fullband_mit", "speech_more_fullband", "speech_more_16k", "speech_16k")
NOISE = ("noise", "noise_more")
EVENTS = ("rustle", "rustle_more", "drums_snares", "drums_muldjord")  # single sounds, not voices: strewn about
PLAIN = 0.4  # of the mixtures are a voice and a recorded noise and nothing else
NOTHING_SAID = 0.1  # of a clip's level: what is softer is its pauses
EXAM_SHARE = 12  # one clip in so many is heard in exams only
ROOMS = ("rir", "rir_more")


def active_rms(x):
    """RMS over the 20 ms frames within 30 dB of the loudest one."""
    n = RATE // 50
    if len(x) < n:
        return float(np.sqrt(np.mean(x ** 2) + 1e-20))
    energy = np.square(x[: len(x) // n * n]).reshape(-1, n).mean(axis=1)
    return float(np.sqrt(energy[energy > energy.max() * 1e-3].mean() + 1e-20)) if energy.max() > 0 else 1e-10


@dataclass
class Mixture:
    noisy: np.ndarray  # [samples]
    clean: np.ndarray  # [samples]
    bandwidth: float  # Hz, up to which clean is known
    music: bool  # there is music in it


class Mixer(Sounds):
    """One stream of mixtures; give each worker a seed of its own. An exam's are made of clips that no others hold."""

    def __init__(self, data, cache, seed, exam=False):
        super().__init__(seed)
        rows, self.samples = clips.prepare(data, cache)
        self.levels = {}
        kept = lambda r: zlib.crc32((r["file"] if "unknown" in r["speaker"] else r["speaker"] or r["file"]).encode()) % EXAM_SHARE == 0
        for pack in {r["pack"] for r in rows}:  # small sets of clips have too few to keep some
            if len({kept(r) for r in rows if r["pack"] == pack}) == 2:
                rows = [r for r in rows if r["pack"] != pack or kept(r) == exam]
        of = lambda packs: [r for r in rows if r["pack"] in packs]
        self.noises, self.rooms, self.events = of(NOISE), of(ROOMS), of(EVENTS)
        self.recorded_music = [r for r in self.noises if "music" in r["kind"]]
        speech = of(SPEECH)
        self.speakers = {}
        for i, row in enumerate(speech):  # unlabelled speakers, hundreds under one name: eight clips count as one
            known = row["speaker"] and "unknown" not in row["speaker"]
            self.speakers.setdefault(row["speaker"] if known else f"{row['pack']} {i // 8}", []).append(row)
        self.names = sorted(self.speakers)
        # A speaker counts by the root of what there is of him: the long sets don't drown the many voices, nor the other way round.
        seconds = np.array([sum(r["length"] for r in self.speakers[n]) / RATE for n in self.names])
        self.weights = np.sqrt(seconds) / np.sqrt(seconds).sum()

    def level(self, row):
        """RMS of a whole clip where it is active."""
        if row["file"] not in self.levels:
            self.levels[row["file"]] = active_rms(clips.load(row, self.samples, 0, row["length"]))
        return self.levels[row["file"]]

    def pick(self, rows, length):
        """A stretch of one of the clips; shorter where the clip is."""
        row = rows[int(self.rng.integers(len(rows)))]
        start = int(self.rng.integers(max(1, row["length"] - length + 1)))
        return clips.load(row, self.samples, start, length)

    def looped(self, x, length):
        """As long as wanted, from anywhere in x on."""
        return np.resize(np.roll(x, -int(self.rng.integers(len(x)))) if len(x) < length else x, length)

    def sentences(self, length):
        """Clips of one speaker with pauses; the samples, and the bandwidth up to which they are speech."""
        rows = self.speakers[self.names[int(self.rng.choice(len(self.names), p=self.weights))]]
        speed, out, bandwidth = (self.rng.choice([0.9, 0.95, 1.05, 1.1]) if self.chance(0.3) else 1.0), [], RATE / 2
        total = int(self.rng.uniform(0, 3) * RATE) if self.chance(0.3) else 0
        out.append(np.zeros(total, np.float32))
        while total < length:
            row = rows[int(self.rng.integers(len(rows)))]
            x = self.pick([row], length)
            if total == 0 and self.chance(0.3):  # a recording that begins in the middle of a word
                x = x[int(self.rng.integers(max(1, len(x) // 2))):]
            level = self.level(row)
            if active_rms(x) < NOTHING_SAID * level:
                continue
            if speed != 1.0:  # pitch and pace together, as tape does it
                x = resample_poly(x, 20, round(20 * speed)).astype(np.float32)
            x = x / np.float32(level) * np.float32(0.1)
            pause = np.zeros(int(self.rng.exponential(0.4) * RATE), np.float32)
            out += [x, pause]
            total += len(x) + len(pause)
            bandwidth = min(bandwidth, row["bandwidth"] * speed)
        return np.concatenate(out)[:length], bandwidth

    def puffs(self, voice):
        """Breath that strikes the microphone, a part of the voice: gusts where syllables begin."""
        hop, out = RATE // 100, np.zeros_like(voice)
        energy = 10 * np.log10(np.square(voice[: len(voice) // hop * hop]).reshape(-1, hop).mean(axis=1) + 1e-9)
        onsets = np.flatnonzero((energy[3:] > energy[:-3] + 10) & (energy[3:] > energy.max() - 25)) + 2
        level, often = active_rms(voice) * 10 ** (self.rng.uniform(-10, 6) / 20), self.rng.uniform(0.3, 1)
        corner, slope, last = self.rng.uniform(40, 250), self.rng.uniform(-18, -9), -RATE
        for at in onsets * hop:
            if at - last < RATE // 5 or not self.chance(often):
                continue
            n, last = min(int(self.rng.uniform(0.03, 0.2) * RATE), len(voice) - at), at
            u = np.arange(n) / n
            gust = sloped(self.rng.standard_normal(n).astype(np.float32), corner, slope)
            gust *= np.minimum(1, u / 0.1) * (1 - u) ** self.rng.uniform(1, 4)
            out[at:at + n] += gust * np.float32(level * self.rng.uniform(0.2, 1) / (active_rms(gust) + 1e-9))
        return out

    def babble(self, length):
        return sum(self.sentences(length)[0] * np.float32(self.rng.uniform(0.3, 1)) for _ in range(int(self.rng.integers(3, 8))))

    def music(self, length):
        if self.recorded_music and self.chance(0.4):
            music = self.looped(self.pick(self.recorded_music, length), length)
        else:
            music = self.tune(length)
        return self.varied(music, length) if self.chance(0.4) else self.tilt(music, 6)

    def strewn(self, length):
        """Recorded single sounds, one now and then."""
        x, at, gap = np.zeros(length, np.float32), int(self.rng.exponential(0.3) * RATE), self.rng.uniform(0.05, 1)
        rows = [self.events[int(i)] for i in self.rng.integers(len(self.events), size=3)]
        while at < length:
            y = self.pick([rows[int(self.rng.integers(3))]], 2 * RATE)[: length - at]
            x[at:at + len(y)] += y / (np.abs(y).max() + 1e-9) * np.float32(self.rng.uniform(0.2, 1))
            at += int(min(len(y), RATE) * self.rng.uniform(0.2, 1)) + int(self.rng.exponential(gap) * RATE)
        return x

    def varied(self, x, length):
        """The same thing another time: faster or slower, backwards, through something that rings, in a room, in bursts."""
        if self.chance(0.6):
            x = resample_poly(x, 20, int(self.rng.integers(11, 34))).astype(np.float32)
        if self.chance(0.15):
            x = x[::-1]
        x = self.looped(x, length)
        if self.chance(0.25):
            peaks = [(self.rng.uniform(2, 4), self.rng.uniform(-15, 15), self.rng.uniform(0.02, 0.1)) for _ in range(3)]
            x = shape(x, lambda hz: 10 ** (sum(h * np.exp(-((np.log10(np.maximum(hz, 20)) - c) / w) ** 2) for c, h, w in peaks) / 20))
        if self.chance(0.2):
            x = fftconvolve(x, self.room())[:length].astype(np.float32)
        if self.chance(0.15):
            rate, depth = self.rng.uniform(0.5, 12), self.rng.uniform(0.3, 1)
            x = x * (1 - depth * (np.sin(2 * np.pi * (rate * np.arange(length) / RATE + self.rng.random())) > self.rng.uniform(-0.5, 0.8))).astype(np.float32)
        return self.tilt(x, 8)

    def recorded(self, length, varied=1):
        """A recorded noise, by that share another time (varied), and whether it is music."""
        row = self.noises[int(self.rng.integers(len(self.noises)))]
        x, again = self.pick([row], 2 * length), self.chance(varied)
        return self.varied(x, length) if again else self.looped(x, length), "music" in row["kind"]

    def noise(self, length):
        """Noise, and whether it is music."""
        kind = self.rng.random()
        if kind < 0.5:
            return self.recorded(length)
        if kind < 0.6:
            return self.music(length), True
        makers = (self.babble, self.hiss, self.hum, self.keys, self.knocks, self.drops, self.engine, self.calls, self.strewn if self.events else self.knocks)
        made = makers[int(self.rng.choice(9, p=(0.2, 0.17, 0.08, 0.08, 0.1, 0.1, 0.1, 0.07, 0.1)))](length)
        return (self.varied(made, length) if self.chance(0.4) else made), False

    def room(self):
        """An impulse response from the direct sound on: measured ones, or single reflections that grow dense into a decaying tail."""
        if self.rooms and self.chance(0.5):
            response = self.pick(self.rooms, 60 * RATE)  # whole
            response = response[int(np.argmax(np.abs(response))):][: RATE]
            return response / np.float32(np.abs(response).max() + 1e-9)
        t60, size = self.rng.uniform(0.15, 0.9), self.rng.uniform(0.003, 0.02)  # seconds; size: to the first reflections
        t = np.arange(int(t60 * RATE)) / RATE
        dense = self.rng.random(len(t)) < np.minimum(1, (t / size) ** 2 * 0.002)  # echo density grows with the square of time
        response = self.rng.standard_normal(len(t)) * dense / np.sqrt(np.minimum(1, (t / size) ** 2 * 0.002) + 1e-3) * 10 ** (-3 * t / t60)
        response *= 10 ** (self.rng.uniform(-12, 6) / 20) / np.sqrt(np.sum(response**2) + 1e-9)  # against the direct sound
        response = shape(response.astype(np.float32), lambda hz: 1 / np.sqrt(1 + (hz / self.rng.uniform(2000, 8000)) ** 2))  # walls and air
        response[0] = 1
        return response

    def codec(self, x):
        """What a coder at a low rate leaves: spectral lines that are weak beside their neighbours are gone, frame by frame."""
        hop = 480
        frames = np.lib.stride_tricks.sliding_window_view(np.pad(x, (hop, 2 * hop - len(x) % hop)), 2 * hop)[::hop]
        window = np.hanning(2 * hop + 1)[:-1].astype(np.float32) ** 0.5
        spectrum = scipy.fft.rfft(frames * window)
        power = np.abs(spectrum) ** 2
        spectrum[power < scipy.ndimage.uniform_filter1d(power, 25, axis=1) * 10 ** (self.rng.uniform(-25, -8) / 10)] = 0
        pieces = scipy.fft.irfft(spectrum) * window
        out = np.zeros((len(pieces) + 1) * hop, np.float32)
        out[:-hop] += pieces[:, :hop].ravel()
        out[hop:] += pieces[:, hop:].ravel()
        return out[hop:][: len(x)]

    def limited(self, sounds, top):
        """With nothing above the top, or as a resampler does it: through a lower rate and back, with what its filter leaves of the images."""
        if self.chance(0.5) or top > RATE / 3:  # the nearest whole factor is one: no lower rate
            return [shape(x, lambda hz: (hz < top).astype(float)) for x in sounds]
        factor = round(RATE / 2 / top)
        taps = firwin(2 * factor * int(self.rng.integers(2, 17)) + 1, 1 / factor, window=("kaiser", self.rng.uniform(2, 12)))
        return [resample_poly(resample_poly(x, 1, factor), factor, 1, window=taps)[: len(x)].astype(np.float32) for x in sounds]

    def placed(self, clean):
        """A voice somewhere, before some microphone: what of it is to stay, and all that is heard of it."""
        heard = clean
        if self.chance(0.3):
            room = self.room()
            early = room[: RATE // 20].copy()  # what is to stay: the direct path and 50 ms
            early[-RATE // 100:] *= np.linspace(1, 0, RATE // 100, dtype=np.float32)
            clean, heard = (fftconvolve(clean, r)[: len(clean)].astype(np.float32) for r in (early, room))
        if self.chance(0.5):
            state = self.rng.bit_generator.state
            clean = self.tilt(clean, 6)
            self.rng.bit_generator.state = state  # the same microphone for what is heard
            heard = self.tilt(heard, 6)
        return clean, heard

    def around(self, length):
        """One noise or two, and whether there is music in it."""
        noise, music = self.noise(length)
        if not music and self.chance(0.3):
            other, music = self.noise(length)
            noise = noise / np.float32(active_rms(noise)) + other / np.float32(active_rms(other)) * np.float32(10 ** (self.rng.uniform(-15, 0) / 20))
        return noise, music

    def mixture(self, seconds=4.0):
        length = int(seconds * RATE)
        clean, bandwidth = self.sentences(length)
        if self.chance(0.08):
            clean = clean + self.puffs(clean)
        heard, plain = clean, self.chance(PLAIN)
        befalls = lambda share: not plain and self.chance(share)
        if plain:  # as most recordings are: a voice near its microphone, one noise
            noise, music = self.recorded(length, varied=0.5)
            snr = self.rng.uniform(-5, 15)
        else:
            clean, heard = self.placed(clean)
            alone = self.chance(0.12)
            if alone or self.chance(0.08):
                clean, heard = clean * 0, heard * 0  # nobody speaks
            noise, music = (self.music(length), True) if alone else self.around(length)
            snr = self.rng.uniform(25, 50) if self.chance(0.15) else self.rng.triangular(-10, 0, 25)
        level = max(active_rms(heard), 1e-3)
        noise = noise / np.float32(np.sqrt(np.mean(noise ** 2)) + 1e-9) * np.float32(level * 10 ** (-snr / 20))
        if self.chance(0.06 if plain else 0.2):
            noise, music = noise * 0, False  # a clean recording must stay as it is
        noisy = heard + noise
        top = max(bandwidth, 8000) if plain or self.chance(0.5) else RATE / 2  # recorded at the rate of the voice's clip, as whole files are
        if befalls(0.35):  # a telephone, a cheap headset, another rate
            top = min(top, float(self.rng.choice([3800, 7600, 8000, 8000, 8000, 11000, 15500])))
        if top < RATE / 2:
            clean, noisy = self.limited((clean, noisy), top)
        if befalls(0.05):
            noisy = self.codec(noisy)
        if self.chance(0.2):  # what a converter adds, above a band limit too
            noisy = noisy + np.float32(np.abs(noisy).max() * 10 ** (self.rng.uniform(-100, -50) / 20)) * self.rng.standard_normal(length, np.float32)
        gain = np.float32(10 ** (self.rng.uniform(-30, 0) / 20) / max(np.abs(noisy).max(), 1e-6))
        clean, noisy = clean * gain, noisy * gain
        if self.chance(0.3):
            noisy = np.round(noisy * 32768) / 32768  # 16 bits
        if befalls(0.05):
            limit = np.float32(self.rng.uniform(0.3, 0.9) * np.abs(noisy).max())
            noisy = np.clip(noisy, -limit, limit)
        return Mixture(noisy.astype(np.float32), clean.astype(np.float32), bandwidth, music)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    import soundfile

    out, count = sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 8
    mixer = Mixer(sys.argv[1], os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../build/training"), seed=1)
    for kind in ("noisy", "clean"):
        os.makedirs(os.path.join(out, kind), exist_ok=True)
    for k in range(count):
        mixture = mixer.mixture(8.0)
        for kind, x in (("noisy", mixture.noisy), ("clean", mixture.clean)):
            soundfile.write(os.path.join(out, kind, f"{k:03d}.wav"), x, RATE, subtype="FLOAT")


if __name__ == "__main__":
    main()
