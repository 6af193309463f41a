"""WAV files by scipy and by the standard library's wave, and the forms they do not write, by hand."""
import struct
import wave

import numpy as np
import scipy.io.wavfile

from fixtures import expect, folder

RATE = 8000


def chunk(name, data):
    """A chunk with its padding."""
    return name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def by_hand(path, sound, bits, tag=1, width=None, extra=b"", first=b"RIFF", size=None, extensible=False):
    """A file with whatever is asked for."""
    channels, width = sound[1], width or bits // 8
    form = struct.pack("<HHIIHH", 0xFFFE if extensible else tag, channels, RATE, RATE * channels * width, channels * width,
                       width * 8 if extensible else bits)
    if extensible:
        guid = struct.pack("<H", tag) + bytes.fromhex("000000001000800000aa00389b71")
        form += struct.pack("<HHI", 22, bits, 3) + guid
    data = b"data" + struct.pack("<I", len(sound[0]) if size is None else size) + sound[0]
    body = b"WAVE" + extra + chunk(b"fmt ", form) + data
    path.write_bytes(first + struct.pack("<I", 0xFFFFFFFF if first == b"RF64" else len(body)) + body)


def main():
    place = folder("wav")
    time = np.arange(160) / RATE
    sound = np.stack([0.8 * np.sin(2 * np.pi * 440 * time), 0.5 * np.cos(2 * np.pi * 200 * time)], axis=1)
    whole = {8: (sound * 127 + 128).astype("u1"), 16: (sound * 32767).astype("<i2"), 32: (sound * (2**31 - 1)).astype("<i4")}
    expected = {"u8": (whole[8].astype("f8") - 128) / 128, "i16": whole[16] / 2**15, "i32": whole[32] / 2**31,
                "f32": sound.astype("f4").astype("f8"), "f64": sound}
    scipy.io.wavfile.write(place / "u8.wav", RATE, whole[8])
    scipy.io.wavfile.write(place / "i16.wav", RATE, whole[16])
    scipy.io.wavfile.write(place / "i32.wav", RATE, whole[32])
    scipy.io.wavfile.write(place / "f32.wav", RATE, sound.astype("f4"))
    scipy.io.wavfile.write(place / "f64.wav", RATE, sound)
    steps = np.round(sound * (2**23 - 1)).astype("<i4")
    packed = np.ascontiguousarray(steps).view("u1").reshape(-1, 2, 4)[:, :, :3].tobytes()
    with wave.open(str(place / "i24.wav"), "wb") as file:
        file.setparams((2, 3, RATE, len(steps), "NONE", ""))
        file.writeframes(packed)
    expected["i24"] = steps / 2**23
    with wave.open(str(place / "mono.wav"), "wb") as file:
        file.setparams((1, 2, RATE, len(steps), "NONE", ""))
        file.writeframes(np.ascontiguousarray(whole[16][:, 0]).tobytes())
    expected["mono"] = whole[16][:, :1] / 2**15
    # A list of an odd number of bytes, which is padded, and 24 bits in four bytes, at the high end.
    by_hand(place / "odd.wav", ((steps << 8).tobytes(), 2), 24, width=4, extra=chunk(b"LIST", b"INFOx"), extensible=True)
    expected["odd"] = steps / 2**23
    data = whole[16].tobytes()
    sizes = chunk(b"ds64", struct.pack("<QQQI", 0, len(data), len(steps), 0))
    by_hand(place / "rf64.wav", (data, 2), 16, first=b"RF64", extra=sizes, size=0xFFFFFFFF)
    by_hand(place / "piped.wav", (data + b"\1", 2), 16, size=0xFFFFFFFF)
    expected["rf64"] = expected["piped"] = expected["i16"]
    by_hand(place / "compressed.wav", (data, 2), 16, tag=0x55)
    expect(place, {name: np.round(values, 12) for name, values in expected.items()})


if __name__ == "__main__":
    main()
