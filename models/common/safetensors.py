"""Tensors in safetensors files with a checksum, as cli/weights_file.cpp and worklet/src/model.ts read them."""
import json
import struct
import zlib

import numpy as np

SMALLEST_MATRIX = 768  # values; what is smaller stays float: in int8 the first, the last and the depthwise layers cost more than they weigh
SPARED, SPARED_OF_SCALES = 14, 16  # bits of a float that are not kept


def write(path, tensors, about=None):
    """tensors: name -> float32 or int8 array; about: what the file says of itself (topology, signal contract)."""
    header, parts, offset = {}, [], 0
    like = lambda name: (tensors[name].dtype.name, name.endswith(".scale"))  # like beside like: gzip makes a thirtieth less of it
    for name in sorted(tensors, key=like):
        tensor = np.ascontiguousarray(tensors[name])
        kind = {"float32": "F32", "int8": "I8"}[tensor.dtype.name]
        if kind == "F32" and not np.isfinite(tensor).all():
            raise ValueError(f"{name} holds values that are no numbers")
        data = tensor.tobytes()
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [offset, offset + len(data)]}
        parts.append(data)
        offset += len(data)
    body = b"".join(parts)
    header["__metadata__"] = {"format": "pt", "crc32": str(zlib.crc32(body)), "rinse": json.dumps(about or {})}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + body)


def read(path):
    """name -> array, and what the file says of itself."""
    with open(path, "rb") as f:
        header = json.loads(f.read(struct.unpack("<Q", f.read(8))[0]))
        body = f.read()
    about = header.pop("__metadata__")
    if str(zlib.crc32(body)) != about["crc32"]:
        raise ValueError(f"{path}: damaged: its checksum is another one than its header says")
    kinds = {"F32": np.float32, "I8": np.int8}
    tensor = lambda t: np.frombuffer(body[slice(*t["data_offsets"])], kinds[t["dtype"]]).reshape(t["shape"])
    return {name: tensor(t) for name, t in header.items()}, json.loads(about["rinse"])


def cut(x, bits, up=False):
    """float32 without so many of the lowest bits: zeros that gzip takes away. To the nearest, or away from zero."""
    grain = 1 << bits
    return ((x.astype(np.float32).view(np.uint32) + np.uint32(grain - 1 if up else grain // 2)) & np.uint32(2**32 - grain)).view(np.float32)


def quantize(weight):
    """Rows of a weight as int8 and their scales: weight ~ q * scale[row]."""
    rows = weight.reshape(len(weight), -1)
    scale = cut(np.abs(rows).max(axis=1) / 127, SPARED_OF_SCALES, up=True)
    q = np.round(rows / np.where(scale > 0, scale, 1)[:, None]).astype(np.int8)
    return q.reshape(weight.shape), scale


def rounded(tensors, spared=()):
    """Matrices as int8 with a scale for each row, all else and those spared as floats of fewer bits; and all as floats again, as C++ will have them."""
    stored, values = {}, {}
    for name, tensor in tensors.items():
        values[name] = stored[name] = cut(tensor, SPARED)
        if tensor.ndim > 1 and tensor.size >= SMALLEST_MATRIX and name not in spared:
            stored[name], stored[name + ".scale"] = quantize(tensor)
            values[name] = stored[name] * stored[name + ".scale"].reshape([-1] + [1] * (tensor.ndim - 1))
    return stored, values


def named(net, names):
    """The tensors of a module, under the core's names: {"inside.": "in."}; those of a GRU without their `_l0`."""
    out = {}
    for key, value in net.state_dict().items():
        prefix = next(p for p in names if key.startswith(p))
        out[names[prefix] + key[len(prefix):].replace("_l0", "")] = value.detach().numpy()
    return out
