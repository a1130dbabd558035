"""Power of a sound between two frequencies, and what of a voice's treble is left."""
import numpy as np

AUDIBLE = 1e-6  # share of the energy that a band must hold to count: -60 dB


def between(x, rate, low, high):
    spectrum, hz = np.abs(np.fft.rfft(x)) ** 2, np.fft.rfftfreq(len(x), 1 / rate)
    return spectrum[(hz >= low) & (hz < high)].sum() + 1e-20


def db(ratio):
    return 10 * np.log10(ratio)


def treble(x, y, rate):
    """What y has above 10 kHz over what x has, dB; None where x has nothing there that is heard."""
    above = between(x, rate, 10000, 20000)
    return db(between(y, rate, 10000, 20000) / above) if above > AUDIBLE * between(x, rate, 0, 24000) else None


def mean_and_furthest(differences):
    """Of those, dB, that are known."""
    known = [d for d in differences if d is not None]
    return np.mean(known), max(known, key=abs)
