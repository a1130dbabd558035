"""The product's own features (dsp/nn/voice_frame.cpp) for the trainer."""
import ctypes
import os
import subprocess

import numpy as np

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
HOP, BINS = 480, 481
_library = None


def library():
    global _library
    if _library is None:
        path = os.path.join(ROOT, "build/native/librinse_features.so")
        if os.path.exists(os.path.join(ROOT, "build/native/build.ninja")):  # elsewhere the library travels along, built
            subprocess.run(["cmake", "--build", os.path.join(ROOT, "build/native"), "--target", "rinse_features"], check=True, stdout=subprocess.DEVNULL)
        _library = ctypes.CDLL(path)
        _library.voice_edges.restype = ctypes.POINTER(ctypes.c_int)
    return _library


def layout():
    """Positions one bin wide, and the first bins of the bands above with the end of the last."""
    lib = library()
    bins, positions = lib.voice_bins(), lib.voice_positions()
    return bins, [lib.voice_edges()[b] for b in range(positions - bins + 1)]


def analyse(samples, inputs=True):
    """samples -> (input [frames][positions][3], spectrum [frames][481] complex64) of the house frame at 48 kHz."""
    samples = np.ascontiguousarray(samples, np.float32)
    frames = len(samples) // HOP
    spectrum = np.empty((frames, BINS), np.complex64)
    features = np.empty((frames, library().voice_positions(), 3), np.float32) if inputs else None
    pointer = lambda a: a.ctypes.data_as(ctypes.c_void_p) if a is not None else None
    library().voice_features(pointer(samples), frames, pointer(features), pointer(spectrum))
    return features, spectrum


def mask(output):
    """[positions][2] of the network -> complex gains [481]."""
    gain = np.empty(BINS, np.complex64)
    output = np.ascontiguousarray(output, np.float32)
    library().voice_mask(output.ctypes.data_as(ctypes.c_void_p), gain.ctypes.data_as(ctypes.c_void_p))
    return gain
