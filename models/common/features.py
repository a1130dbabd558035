"""The product's own features (dsp/nn/voice_frame.cpp) for the trainer."""
import numpy as np

from product import library, pointer

HOP, BINS = 480, 481


def layout():
    """Positions one bin wide, and the first bins of the bands above with the end of the last."""
    lib = library()
    bins, positions = lib.voice_bins(), lib.voice_positions()
    return bins, [lib.voice_edges()[b] for b in range(positions - bins + 1)]


def bark():
    """[49][6]: the Bark bands of PESQ (dsp/metrics/pesq/bark.h): bins of 31.25 Hz, width, density, threshold of hearing, exponent, loudness scale."""
    table = np.empty((49, 6))
    library().bark_bands(pointer(table))
    return table


def pesq_input():
    """[5]: b0, b1, b2, a1, a2 of PESQ's input filter for wide-band speech at 16 kHz (dsp/metrics/pesq/input.h)."""
    coefficients = np.empty(5)
    library().wide_band_input(pointer(coefficients))
    return coefficients


def window(low_latency):
    """[960]: what frames are multiplied by."""
    samples = np.empty(2 * HOP, np.float32)
    library().voice_window(low_latency, pointer(samples))
    return samples


def analyse(samples, inputs=True, low_latency=False):
    """samples -> (input [frames][positions][inputs], spectrum [frames][481] complex64) of the house frame at 48 kHz, or of that for low latency."""
    samples = np.ascontiguousarray(samples, np.float32)
    frames = len(samples) // HOP
    spectrum = np.empty((frames, BINS), np.complex64)
    features = np.empty((frames, library().voice_positions(), library().voice_inputs()), np.float32) if inputs else None
    library().voice_features(pointer(samples), frames, low_latency, pointer(features), pointer(spectrum))
    return features, spectrum


def turned(spectrum):
    """[frames][481] -> real and imaginary parts of the bins as the network sees them, [frames][bins][2]."""
    bins = layout()[0]
    return np.ascontiguousarray(spectrum[:, :bins]).view(np.float32).reshape(len(spectrum), bins, 2) * flip(len(spectrum))


def positions(spectrum):
    """[frames][481] -> [frames][positions][2]: the bins turned, and in the first place of a band the root of its power, a bin's mean."""
    bins, edges = layout()
    out = np.zeros((len(spectrum), bins + len(edges) - 1, 2), np.float32)
    out[:, :bins] = turned(spectrum)
    power = spectrum[:, edges[0] :].real ** 2 + spectrum[:, edges[0] :].imag ** 2
    out[:, bins:, 0] = np.sqrt(np.add.reduceat(power, np.array(edges[:-1]) - edges[0], axis=1) / np.diff(edges))
    return out


def flip(frames):
    """[frames][bins][1]: the sign that makes a steady tone in the middle of a bin stand still from frame to frame: a hop turns odd bins around."""
    sign = np.ones((frames, layout()[0], 1), np.float32)
    sign[1::2, 1::2] = -1
    return sign

