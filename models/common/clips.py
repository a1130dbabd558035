"""The recordings of DATA/manifest.csv as one array of 16-bit samples at 48 kHz, decoded once into a folder that git ignores."""
import csv
import json
import os
import sys

import numpy as np

RATE = 48000


def decode(path, gain_db=0.0):
    """Its first channel at 48 kHz, float32, the gain taken back that it was stored with."""
    import soundfile
    from scipy.signal import resample_poly

    x, rate = soundfile.read(path, dtype="float32", always_2d=True)
    x = x[:, 0] * np.float32(10 ** (-gain_db / 20))
    if rate == RATE:
        return x
    common = np.gcd(rate, RATE)
    return resample_poly(x, RATE // common, rate // common).astype(np.float32)


def prepare(data, folder, split="train"):
    """Decodes every clip of a split that is not there yet; returns the rows with `start` and `length` in the array, and the array."""
    os.makedirs(folder, exist_ok=True)
    index, samples = os.path.join(folder, f"{split}.json"), os.path.join(folder, f"{split}.i16")
    if not os.path.exists(index):
        rows, start = [], 0
        with open(os.path.join(data, "manifest.csv")) as f, open(samples + ".part", "wb") as out:
            wanted = [r for r in csv.DictReader(f) if r["split"] == split]
            for i, row in enumerate(wanted):
                path = os.path.join(data, row["file"])
                x = decode(path, float(row["gain_db"] or 0))
                peak = float(np.abs(x).max(initial=1e-9))  # very soft and very loud clips keep all their bits
                (np.clip(np.round(x / peak * 32767), -32768, 32767).astype("<i2")).tofile(out)
                rows.append({"file": row["file"], "pack": row["file"].split("/")[0], "speaker": row["speaker"], "kind": row["kind"],
                             "bandwidth": float(row["bandwidth_hz"] or RATE / 2), "peak": peak, "start": start, "length": len(x)})
                start += len(x)
                if i % 200 == 0:
                    print(f"decoded {i} of {len(wanted)} clips", file=sys.stderr, flush=True)
        os.replace(samples + ".part", samples)
        with open(index + ".part", "w") as f:
            json.dump(rows, f)
        os.replace(index + ".part", index)  # last: what is there is whole
    with open(index) as f:
        return json.load(f), np.memmap(samples, dtype="<i2", mode="r")


def load(row, samples, start, length):
    """The clip at its natural level from sample `start` on, `length` samples at most, float32."""
    start, end = row["start"] + start, row["start"] + min(row["length"], start + length)
    return samples[start:end].astype(np.float32) * np.float32(row["peak"] / 32767)
