"""The product's own C++ for trainers: the library rinse_training (models/common/*.cpp), built when a build folder is there."""
import ctypes
import os
import subprocess

import numpy as np

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
_library = None


def library():
    global _library
    if _library is None:
        build = os.path.join(ROOT, "build/native")
        if os.path.exists(os.path.join(build, "build.ninja")):  # elsewhere the library travels along, built
            subprocess.run(["cmake", "--build", build, "--target", "rinse_training"], check=True, stdout=subprocess.DEVNULL)
        _library = ctypes.CDLL(os.path.join(build, "librinse_training.so"))
        _library.wide_band_pesq.restype = ctypes.c_double
        _library.voice_edges.restype = ctypes.POINTER(ctypes.c_int)
        _library.weights_new.restype = _library.net_new.restype = ctypes.c_void_p
        _library.weights_add.restype = _library.net_error.restype = ctypes.c_char_p
    return _library


def pointer(array):
    return array.ctypes.data_as(ctypes.c_void_p) if array is not None else None


class VoiceNet:
    """dsp/nn/voice_net.cpp with these tensors (name -> float32 or int8)."""

    def __init__(self, tensors):
        lib = library()
        self.tensors = {name: np.ascontiguousarray(t) for name, t in tensors.items()}  # C++ points into them
        weights = ctypes.c_void_p(lib.weights_new())
        for name, t in self.tensors.items():
            wrong = lib.weights_add(weights, name.encode(), t.dtype == np.int8, (ctypes.c_int * t.ndim)(*t.shape), t.ndim, pointer(t), ctypes.c_long(t.nbytes))
            if wrong:
                raise ValueError(wrong.decode())
        self.net = ctypes.c_void_p(lib.net_new(weights))
        if not self.net:
            raise ValueError(lib.net_error().decode())

    def run(self, inputs):
        """inputs [frames][positions][inputs] -> its answers [2][answered][positions][outputs], and probabilities of speech and music [answered][2]: all
        frames, but for the last ones where it hears ahead."""
        lib, inputs = library(), np.ascontiguousarray(inputs, np.float32)
        answered = max(0, len(inputs) - lib.net_delay(self.net))
        answers, heads = np.empty((2, answered, inputs.shape[1], lib.voice_outputs()), np.float32), np.empty((answered, 2), np.float32)
        lib.net_run(self.net, pointer(inputs), len(inputs), pointer(answers[0]), pointer(answers[1]), pointer(heads))
        return answers, heads
