"""What the scripts that write fixtures share: where files go, and how values are written down."""
import json
from pathlib import Path

import numpy as np

DATA = Path("crates/gyrus-formats/tests/data")


def folder(name):
    """The folder of a format, made if it is not there."""
    place = DATA / name
    place.mkdir(parents=True, exist_ok=True)
    return place


def plain(value):
    """A value as JSON knows it; NaN becomes null, and an array its shape and its values in C order."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind in "SUO":
            return [plain(item) for item in value.ravel().tolist()]
        return {"shape": list(value.shape), "values": [plain(float(item)) for item in value.ravel()]}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, float) and np.isnan(value):
        return None
    return value


def expect(place, values):
    """Writes `expected.json` beside the files."""
    (place / "expected.json").write_text(json.dumps(plain(values), indent=None, separators=(",", ":")) + "\n")


def numbers(*shape, start=0.0):
    """Numbers that differ and that float32 holds exactly."""
    count = int(np.prod(shape))
    return (start + (np.arange(count) * 37 % 101) / 8.0 - 3.0).reshape(shape)
