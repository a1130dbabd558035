#!/usr/bin/env python3
"""Each preset on a recording that it is for: presets.py RINSE DATA prints a table. Voices, noises, music, rustle, rooms and drums of the development
split; where there is no clean reference, what `rinse inspect` measures."""
import csv
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import soundfile
from repairs import RATE, load, si_sdr
from scipy.signal import fftconvolve, lfilter

SECONDS = 8


def rms(x):
    return np.sqrt(np.mean(x**2) + 1e-20)


def under(x, noise, snr):
    return x + noise * (rms(x) / rms(noise) * 10 ** (-snr / 20))


class Material:
    def __init__(self, data):
        rows = [r for r in csv.DictReader(open(os.path.join(data, "manifest.csv"))) if r["split"] == "dev"]
        self.of = lambda folder, *words: sorted((r for r in rows if r["file"].startswith(folder) and (not words or any(w in r["kind"] + r["file"] for w in words))), key=lambda r: r["file"])
        self.load = lambda row, seconds=SECONDS: load(data, row, seconds)
        self.rng = np.random.default_rng(1)
        self.voice = self.load(self.of("speech_fullband_mit/")[2])
        self.music = self.load(self.of("noise/", "music")[0])
        self.hiss = self.rng.standard_normal(SECONDS * RATE)
        self.noise = lambda *words: self.load(self.of("noise", *words)[0])

    def hum(self, hz=50.0):
        t = np.arange(SECONDS * RATE) / RATE
        return sum(np.sin(2 * np.pi * h * hz * t + h) / h for h in range(1, 10))

    def crackle(self, x):
        y = x.copy()
        for at in self.rng.integers(0, len(x) - 40, 15 * SECONDS):
            n = int(self.rng.integers(1, 30))
            y[at:at + n] += self.rng.uniform(-0.4, 0.4) * np.hanning(n + 2)[1:-1]
        return y

    def rustle(self):
        x, at, rows = np.zeros(SECONDS * RATE), 0, self.of("rustle", "friction", "cloth")
        while at < len(x) - RATE:
            y = self.load(rows[int(self.rng.integers(len(rows)))], 1)[: RATE // 2]
            x[at:at + len(y)] += y * self.rng.uniform(0.1, 0.6)
            at += len(y) + int(self.rng.uniform(0, 1.2) * RATE)
        return x

    def room(self, dry):
        h = self.load(self.of("rir")[2], 2)
        h = h[int(np.argmax(np.abs(h))):]
        early = h * (np.arange(len(h)) < RATE // 20)
        return [fftconvolve(dry, r)[: len(dry)] / np.abs(h).sum() * 20 for r in (early, h)]

    def drums(self, wanted):
        """The drum's hits, soft and strong, and what else its microphone hears of the kit."""
        kit = [r for r in self.of("drums_muldjord/") if "snaretop" in r["file"]]
        name = lambda r: os.path.basename(r["file"])
        own, rest = [r for r in kit if name(r).startswith(wanted)], [r for r in kit if not name(r).startswith(wanted)]
        x, v = np.zeros(SECONDS * RATE), np.zeros(SECONDS * RATE)
        for step, at in enumerate(range(0, len(x) - 2 * RATE, RATE // 8)):
            for into, rows, gain, due in ((x, own, self.rng.choice([1.0, 0.3, 0.1]), step % 4 == 0), (v, rest, 0.12, step % 2 == 1 or self.rng.random() < 0.3)):
                if due:
                    y = self.load(rows[int(self.rng.integers(len(rows)))], 3)[: len(x) - at] * gain
                    into[at:at + len(y)] += y
        return x, x + v

    def several(self):
        """The voice at two microphones, a little later and softer at the other; noise from elsewhere, later at the first."""
        n, shift = self.noise("helicopter"), 9
        one, two = under(self.voice, n, 0), under(0.8 * np.roll(self.voice, shift), np.roll(n, -2 * shift) * 1.1, 0)
        return self.voice, np.stack([one, two], 1)


def cases(m):
    """preset, what it hears, the reference or None, the recording"""
    low = lfilter([0.2], [1, -0.8], m.hiss)
    cut = np.clip(m.voice, *(np.quantile(np.abs(m.voice), 0.97) * np.array([-1, 1])))
    voice_in_room = m.room(m.voice)
    telephone = np.fft.irfft(np.fft.rfft(m.voice) * ((lambda f: (f > 300) & (f < 3400))(np.fft.rfftfreq(len(m.voice), 1 / RATE))))
    yield "meeting-voice", "voice, dogs barking, 5 dB", m.voice, under(m.voice, m.noise("dog bark"), 5)
    yield "voice-recording", "voice, dogs barking, 5 dB", m.voice, under(m.voice, m.noise("dog bark"), 5)
    yield "steady-noise", "voice, rain, 5 dB", m.voice, under(m.voice, m.noise("noise: rain"), 5)
    yield "podcast-voice", "voice, hum, room noise, 18 dB", m.voice, under(under(m.voice, m.hum(), 20), m.noise("radiator"), 18)
    yield "lavalier-rustle", "voice, rustle", m.voice, m.voice + m.rustle()
    yield "interview-outdoors", "voice, sea and wind, 5 dB", m.voice, under(m.voice, m.noise("sea waves"), 5)
    yield "old-record", "music, crackle, hum, hiss", m.music, m.crackle(under(under(m.music, m.hum(60), 30), m.hiss, 25))
    yield "lecture-hall", "voice in a measured room", *voice_in_room
    yield "reverberant-voice", "voice in a measured room", *voice_in_room
    yield "phone", "telephone voice, rain, 8 dB", telephone, under(telephone, m.noise("noise: rain"), 8)
    for drum, start in (("snare", "Snare"), ("kick", "Kdrum"), ("toms", "Tom")):
        yield f"drums-{drum}", f"{drum} and the rest of the kit", *m.drums(start)
    yield "music-gentle", "music, hiss, 20 dB", m.music, under(m.music, low, 20)
    yield "field-recording", "birds, hiss, 10 dB", m.noise("birds"), under(m.noise("birds"), m.hiss, 10)
    yield "clipping", "voice, cut for 3 % of the time", m.voice, cut
    yield "hum", "voice, hum, 10 dB", m.voice, under(m.voice, m.hum(), 10)
    yield "several-microphones", "voice, helicopter at 0 dB, two microphones", *m.several()
    yield "loudness-only", "voice", None, 0.3 * m.voice


def main():
    rinse, data = sys.argv[1:3]
    print("| preset | on | before | after |\n| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        into, out, reference = (os.path.join(folder, n) for n in ("in.wav", "out.wav", "clean.wav"))
        output = lambda *command: subprocess.run([rinse, *command], check=True, capture_output=True, text=True).stdout

        def figures(clean, path):
            if clean is None:
                report = json.loads(output("inspect", path, "--json"))
                return f"{report['integrated_lufs']:.1f} LUFS, {report['true_peak_dbtp']:.1f} dBTP"
            x = soundfile.read(path, always_2d=True)[0].mean(1)
            if "voice" not in on:
                return f"SI-SDR {si_sdr(clean, x):.1f} dB"
            soundfile.write(reference, clean, RATE, subtype="FLOAT")
            soundfile.write(path + ".wav", x, RATE, subtype="FLOAT")
            row = next(csv.DictReader(output("score", "--clean", reference, "--est", path + ".wav", "--metrics", "pesq_wb,stoi,si_sdr", "--format", "csv").splitlines()))
            return f"SI-SDR {float(row['si_sdr']):.1f} dB, PESQ {float(row['pesq_wb']):.2f}, STOI {float(row['stoi']):.3f}"

        for preset, on, clean, recording in cases(Material(data)):
            soundfile.write(into, recording, RATE, subtype="FLOAT")
            subprocess.run([rinse, "clean", into, out, "--preset", preset], check=True)
            print(f"| {preset} | {on} | {figures(clean, into)} | {figures(clean, out)} |", flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main()
