"""Noises and music made in code at 48 kHz, each another: hiss, hum, keyboards, knocks, drops, engines, calls, tunes."""
import numpy as np
import scipy.fft
import scipy.signal

from clips import RATE


def shape(x, gain):
    """Filters by gain(Hz), linear, zero phase."""
    size = scipy.fft.next_fast_len(len(x), real=True)
    spectrum = scipy.fft.rfft(x, size)  # in single precision, as x is
    spectrum *= gain(np.linspace(0, RATE / 2, len(spectrum), dtype=np.float32)).astype(np.float32)
    return scipy.fft.irfft(spectrum, size)[: len(x)]


def sloped(x, corner, slope):
    """Filters by a slope, dB an octave, above the corner, Hz."""
    return shape(x, lambda hz: (np.maximum(hz, corner) / corner) ** (slope / 6.02))


class Sounds:
    """All from one generator of random numbers, rng; each of them takes a length in samples and gives [samples]."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)

    def chance(self, probability):
        return self.rng.random() < probability

    def tilt(self, x, most_db):
        """A random slope and two random bumps: another microphone."""
        slope, bumps = self.rng.uniform(-most_db, most_db), [(self.rng.uniform(2, 4.2), self.rng.uniform(-most_db, most_db)) for _ in range(2)]

        def gain(hz):
            octaves = np.log10(np.maximum(hz, 20))
            db = slope * (octaves - 3)
            for centre, height in bumps:
                db = db + height * np.exp(-((octaves - centre) / 0.15) ** 2)
            return 10 ** (db / 20)

        return shape(x, gain)

    def hiss(self, length):
        """Noise of a random slope, slowly swelling: hiss, fans, wind, traffic."""
        x = self.rng.standard_normal(length).astype(np.float32)
        slope, corner = self.rng.uniform(-12, 3), self.rng.uniform(50, 2000)
        x = sloped(x, corner, slope)
        if self.chance(0.5):
            knots = 10 ** (self.rng.uniform(-12, 0, 2 + length // (RATE // 2)) / 20)
            x *= np.interp(np.linspace(0, len(knots) - 1, length), np.arange(len(knots)), knots).astype(np.float32)
        return x

    def hum(self, length):
        base, t = self.rng.choice([50.0, 60.0]) + self.rng.uniform(-0.3, 0.3), np.arange(length) / RATE
        if self.chance(0.3):
            base = self.rng.uniform(80, 400)  # a machine
        return sum(self.rng.uniform(0.1, 1) / h * np.sin(2 * np.pi * (h * base * t + self.rng.random())) for h in range(1, int(self.rng.integers(3, 20)))).astype(np.float32) + 0.02 * self.hiss(length)

    def keys(self, length):
        """Strokes: short resonant bursts, in runs."""
        x, at = np.zeros(length, np.float32), 0
        while True:
            at += int(self.rng.exponential(0.15 if self.chance(0.8) else 1.0) * RATE) + RATE // 50
            if at >= length:
                return x
            n = min(int(self.rng.uniform(0.005, 0.05) * RATE), length - at)
            t = np.arange(n) / RATE
            stroke = self.rng.standard_normal(n) * np.exp(-t * self.rng.uniform(100, 600)) + np.sin(2 * np.pi * self.rng.uniform(500, 6000) * t) * np.exp(-t * self.rng.uniform(100, 400))
            x[at:at + n] += (self.rng.uniform(0.2, 1) * stroke).astype(np.float32)

    def tune(self, length):
        """A few bars: notes of a scale with harmonics, struck or held, sometimes with vibrato, with a body that rings, gliding from the last note or
        blown, so as a voice is; sometimes with drums."""
        x, beat = np.zeros(length, np.float32), self.rng.uniform(0.25, 0.8) * RATE
        scale = np.array([(0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 4, 7, 9, 12, 14)][int(self.rng.integers(3))])
        root = self.rng.uniform(55, 220)

        def add(at, voice):
            end = min(at + len(voice), length)
            if end > max(at, 0):
                x[max(at, 0):end] += voice[max(-at, 0):end - at].astype(np.float32)

        for _ in range(int(self.rng.integers(1, 4))):  # voices
            octave, roll, held = 2.0 ** self.rng.integers(0, 3), self.rng.uniform(0.6, 2.0), self.chance(0.5)
            steps, level = self.rng.choice([0.5, 1, 2, 4]), self.rng.uniform(0.3, 1)
            vibrato = self.rng.uniform(0.002, 0.008) if self.chance(0.3) else 0.0
            glide = self.rng.uniform(0.01, 0.06) if self.chance(0.3) else 0.0  # seconds
            breath = 10 ** (self.rng.uniform(-40, -15) / 20) if self.chance(0.3) else 0.0
            ringing = [(self.rng.uniform(200, 4000), self.rng.uniform(0.1, 0.5), self.rng.uniform(5, 20)) for _ in range(3 if self.chance(0.4) else 0)]  # Hz, octaves, dB
            body = lambda hz: 10 ** (sum(db * np.exp(-((np.log2(hz / at) / width) ** 2)) for at, width, db in ringing) / 20)
            last = root * octave
            for k in range(int(-self.rng.integers(0, 4)), int(length / (steps * beat)) + 1):
                chord = self.rng.integers(len(scale), size=int(self.rng.choice([1, 1, 2, 3])))
                t = np.arange(int(steps * beat * self.rng.uniform(0.7, 1.2))) / RATE
                envelope = np.minimum(1, t / self.rng.uniform(0.003, 0.08)) * (np.minimum(1, (t[-1] - t) / 0.05) if held else np.exp(-t * self.rng.uniform(2, 8)))
                for note in chord:
                    hz = root * octave * 2 ** (scale[note] / 12)
                    cycles = hz * t + glide * (last - hz) * (1 - np.exp(-t / glide)) if glide else hz * t
                    phase = 2 * np.pi * cycles + vibrato * hz / 5.5 * np.sin(2 * np.pi * 5.5 * t)
                    tops = range(1, max(2, min(12, int(RATE / 2.2 / hz))))
                    sound = sum(body(h * hz) * np.sin(h * phase) / h**roll for h in tops)
                    if breath:
                        sound += breath * np.sqrt(np.mean(sound**2)) * self.rng.standard_normal(len(t))
                    add(int(k * steps * beat), level * envelope * sound)
                    last = hz
        if self.chance(0.5):
            for k in range(int(2 * length / beat) + 1):
                t = np.arange(RATE // 5) / RATE
                kind = k % 4 if self.chance(0.8) else int(self.rng.integers(4))
                if kind == 0:  # bass drum
                    add(int(k * beat / 2), 1.5 * np.sin(2 * np.pi * 55 * (t + 0.02 * (1 - np.exp(-t * 60)))) * np.exp(-t * 18))
                else:  # snare, cymbal
                    add(int(k * beat / 2), np.diff(self.rng.standard_normal(len(t) + 1)) * np.exp(-t * (25 if kind == 2 else 70)) * (0.5 if kind == 2 else 0.2))
        return x

    def knocks(self, length):
        """Clocks, taps, drops, steps: a body with a few resonances, struck again and again."""
        x, at = np.zeros(length, np.float32), 0.0
        modes = [(self.rng.uniform(200, 9000), self.rng.uniform(0.002, 0.05), self.rng.uniform(0.1, 1)) for _ in range(int(self.rng.integers(1, 7)))]
        t = np.arange(int(0.25 * RATE)) / RATE
        pace, jitter = RATE / self.rng.uniform(0.7, 9), self.rng.choice([0.0, 0.02, 0.4])
        while at < length:
            stroke = sum(a * np.exp(-t / d) * np.sin(2 * np.pi * hz * self.rng.uniform(0.97, 1.03) * t) for hz, d, a in modes)
            stroke += self.rng.uniform(0, 0.5) * self.rng.standard_normal(len(t)) * np.exp(-t / self.rng.uniform(0.001, 0.01))
            n = min(len(t), length - int(at))
            x[int(at):int(at) + n] += (self.rng.uniform(0.4, 1) * stroke[:n]).astype(np.float32)
            at += max(RATE / 50, pace * (1 + jitter * self.rng.standard_normal()))
        return x

    def drops(self, length):
        """Rain, fire, boiling, crackle: a few or very many small strokes at random times, some far louder than others, that ring shortly; a roar behind."""
        x, count = np.zeros(length, np.float32), 1 + self.rng.poisson(10 ** self.rng.uniform(0.5, 3.7) * length / RATE)
        loudness = np.minimum(self.rng.pareto(self.rng.uniform(1.2, 4), count), 30) * self.rng.choice([-1, 1], count)
        np.add.at(x, self.rng.integers(length, size=count), loudness.astype(np.float32))
        t = np.arange(int(0.05 * RATE)) / RATE
        ring = self.rng.standard_normal(len(t)) * np.exp(-t / 10 ** self.rng.uniform(-4, -2))
        ring += self.rng.uniform(0, 4) * np.sin(2 * np.pi * self.rng.uniform(300, 8000) * t) * np.exp(-t / 10 ** self.rng.uniform(-3.3, -1.8))
        x = scipy.signal.oaconvolve(x, ring.astype(np.float32))[:length]
        roar = self.hiss(length)
        return x / np.sqrt(np.mean(x**2)) + roar * np.float32(10 ** (self.rng.uniform(-40, 6) / 20) / np.sqrt(np.mean(roar**2)))

    def engine(self, length):
        """Motors, saws, propellers: many harmonics of a base that wanders, and the breath of it."""
        knots = 2 + length // (RATE // 4)
        base = 10 ** self.rng.uniform(0.9, 2.35) * 2 ** (np.cumsum(self.rng.normal(0, self.rng.uniform(0.005, 0.15), knots)))
        turns = np.cumsum(np.interp(np.arange(length), np.linspace(0, length, knots), base)) / RATE
        top, roll = max(2, int(min(60, RATE / 2.2 / base.max()))), self.rng.uniform(0, 1.5)
        lines = np.zeros(2049, complex)
        lines[1:top] = self.rng.uniform(0.2, 1, top - 1) / np.arange(1, top) ** roll * np.exp(2j * np.pi * self.rng.random(top - 1))
        period = scipy.fft.irfft(lines) * 2048
        x = period[(turns % 1 * 4096).astype(int)]  # one turn, read as fast as it turns
        return (x + self.rng.uniform(0.1, 3) * self.hiss(length) * (1 + self.rng.uniform(0, 1) * np.sin(2 * np.pi * turns))).astype(np.float32)

    def calls(self, length):
        """Birds, cocks, alarms: short tones with a few harmonics that glide up and down."""
        x, at = np.zeros(length, np.float32), int(self.rng.exponential(0.2) * RATE)
        low, shape_of, pause = self.rng.uniform(350, 3500), self.rng.normal(0, 0.6, 3), self.rng.uniform(0.05, 0.8)
        while at < length:
            n = min(int(self.rng.uniform(0.04, 0.7) * RATE), length - at)
            u = np.linspace(0, 1, n)
            hz = low * 2 ** (shape_of[0] * u + shape_of[1] * np.sin(np.pi * u) + 0.2 * shape_of[2] * np.sin(2 * np.pi * self.rng.uniform(2, 30) * u))
            phase = 2 * np.pi * np.cumsum(hz) / RATE
            call = sum(np.sin(h * phase) / h ** self.rng.uniform(0.5, 2) for h in range(1, int(self.rng.integers(2, 7))))
            x[at:at + n] += (self.rng.uniform(0.3, 1) * np.sin(np.pi * u) ** 0.5 * call).astype(np.float32)
            at += n + int(self.rng.exponential(pause) * RATE)
        return x
