"""MATLAB files: versions 5 and 7 by scipy, 7.3 by h5py as MATLAB lays it out, and recordings in the layouts of naplib and CND."""
import struct

import h5py
import numpy as np
import scipy.io
import scipy.sparse

from fixtures import expect, folder, numbers

#: Names of MATLAB's classes by the types of numpy.
CLASSES = {"f8": "double", "f4": "single", "i1": "int8", "u1": "uint8", "i2": "int16", "u2": "uint16", "i4": "int32",
           "u4": "uint32", "i8": "int64", "u8": "uint64", "b1": "logical"}


def cells(*values, shape=None):
    """A cell array."""
    array = np.empty(len(values), dtype=object)
    for i, value in enumerate(values):
        array[i] = value
    return array.reshape(shape or (1, -1), order="F")


def structs(*rows):
    """A struct array of dictionaries with the same keys."""
    array = np.empty((1, len(rows)), dtype=[(name, object) for name in rows[0]])
    for i, row in enumerate(rows):
        array[0, i] = tuple(row.values())
    return array


def variables():
    """One variable of each kind."""
    found = {f"of_{CLASSES[kind]}": (np.arange(12).reshape(4, 3) * 3 % 128 % (2 if kind == "b1" else 128)).astype(kind)
             for kind in CLASSES}
    found["negative"] = np.array([[-1, -128], [5, 7]], dtype="i1")
    found["cube"] = numbers(2, 3, 4)
    found["row"] = numbers(1, 70)
    found["single_number"] = np.array([[2.5]])
    found["nothing"] = np.zeros((0, 3))
    found["odd"] = np.array([[1.0, np.nan, 2.0]])
    found["waves"] = numbers(2, 3) + 1j * numbers(2, 3, start=9.0)
    found["word"] = "gr\u00fc\u00dfe"
    found["no_word"] = ""
    found["rows_of_text"] = np.array(["ab ", "cde"])
    found["list"] = cells(numbers(2, 2), "text", cells("a", 1.0), np.zeros((0, 0)))
    found["grid"] = cells(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, shape=(2, 3))
    found["one_struct"] = {"rate": 512.0, "label": "HG", "inner": {"x": numbers(1, 3)}}
    found["many_structs"] = structs({"name": "first", "data": numbers(2, 3)}, {"name": "second", "data": numbers(4, 1)})
    found["thin"] = scipy.sparse.csc_matrix(np.array([[0.0, 2.0, 0.0], [1.5, 0.0, -3.0]]))
    return found


def tree(value):
    """A value as JSON, the way the tests compare it."""
    if scipy.sparse.issparse(value):
        return {"sparse": value.toarray()}
    if isinstance(value, dict):
        return {"struct": [{name: tree(item) for name, item in value.items()}]}
    if isinstance(value, str):
        return {"text": [value] if value else []}
    if isinstance(value, (float, int)):
        return {"numbers": np.array([[float(value)]])}
    if value.dtype.names:
        return {"struct": [{name: tree(row[name]) for name in value.dtype.names} for row in value.ravel(order="F")]}
    if value.dtype == object:
        return {"cells": [tree(item) for item in value.ravel(order="F")], "shape": list(value.shape)}
    if value.dtype.kind == "U":
        return {"text": [str(row) for row in value]}
    if value.dtype.kind == "c":
        return {"real": value.real, "imaginary": value.imag}
    return {"numbers": value.astype("f8")}


class SevenThree:
    """Writes values as MATLAB does in version 7.3."""

    def __init__(self, path):
        self.file = h5py.File(path, "w", userblock_size=512, libver="earliest")
        self.path, self.count = path, 0
        self.references = self.file.create_group("#refs#")

    def close(self):
        self.file.close()
        header = b"MATLAB 7.3 MAT-file, Platform: GLNXA64, Created by the fixtures of gyrus".ljust(116) + bytes(8)
        with open(self.path, "r+b") as file:
            file.write(header + struct.pack("<H", 0x0200) + b"IM")

    def refer(self, value):
        """A reference to a value that is put among the referred ones."""
        name = f"#refs#/{self.count:04x}"
        self.count += 1
        self.put(name, value)
        return self.file[name].ref

    def data(self, path, array, kind, **attributes):
        options = {"compression": "gzip", "shuffle": True} if array.size > 8 and array.dtype != h5py.ref_dtype else {}
        data = self.file.create_dataset(path, data=array, **options)
        data.attrs["MATLAB_class"] = np.bytes_(kind)
        for name, value in attributes.items():
            data.attrs[name] = value

    def empty(self, path, shape, kind):
        self.data(path, np.array(shape, dtype="u8"), kind, MATLAB_empty=np.uint8(1))

    def put(self, path, value):
        if scipy.sparse.issparse(value):
            group = self.file.create_group(path)
            group.attrs.update({"MATLAB_class": np.bytes_("double"), "MATLAB_sparse": np.uint64(value.shape[0])})
            group["data"], group["ir"], group["jc"] = value.data, value.indices.astype("u8"), value.indptr.astype("u8")
        elif isinstance(value, dict):
            group = self.file.create_group(path)
            group.attrs["MATLAB_class"] = np.bytes_("struct")
            for name, item in value.items():
                self.put(f"{path}/{name}", item)
        elif isinstance(value, str):
            if value:
                self.data(path, np.array([[ord(c)] for c in value], dtype="u2"), "char", MATLAB_int_decode=np.int32(2))
            else:
                self.empty(path, (0, 0), "char")
        elif isinstance(value, (float, int)):
            self.data(path, np.array([[float(value)]]), "double")
        elif value.dtype.names:
            group = self.file.create_group(path)
            group.attrs["MATLAB_class"] = np.bytes_("struct")
            for name in value.dtype.names:
                references = np.array([[self.refer(row[name])] for row in value.ravel(order="F")], dtype=h5py.ref_dtype)
                self.file.create_dataset(f"{path}/{name}", data=references, dtype=h5py.ref_dtype)
        elif value.dtype == object:
            references = np.empty(value.shape[::-1], dtype=h5py.ref_dtype)
            for place in np.ndindex(*value.shape):
                references[place[::-1]] = self.refer(value[place])
            self.data(path, references, "cell")
        elif value.dtype.kind == "U":
            units = np.array([[ord(c) for c in row] for row in value], dtype="u2")
            self.data(path, units.T, "char", MATLAB_int_decode=np.int32(2))
        elif value.size == 0:
            self.empty(path, value.shape, CLASSES[value.dtype.str[1:]])
        elif value.dtype.kind == "c":
            pairs = np.empty(value.T.shape, dtype=[("real", "f8"), ("imag", "f8")])
            pairs["real"], pairs["imag"] = value.T.real, value.T.imag
            self.data(path, pairs, "double")
        elif value.dtype == bool:
            self.data(path, value.T.astype("u1"), "logical", MATLAB_int_decode=np.int32(1))
        else:
            self.data(path, value.T, CLASSES[value.dtype.str[1:]])


def big_endian(path):
    """A file of the other byte order, by hand, with elements in the small form."""
    def element(kind, data):
        if len(data) <= 4:
            return struct.pack(">HH", len(data), kind) + data.ljust(4, b"\0")
        return struct.pack(">II", kind, len(data)) + data + bytes(-len(data) % 8)

    body = element(6, struct.pack(">II", 6, 0)) + element(5, struct.pack(">ii", 2, 3)) + element(1, b"x")
    body += element(3, struct.pack(">6h", 1, -2, 300, 4, 5, 6))
    text = element(6, struct.pack(">II", 4, 0)) + element(5, struct.pack(">ii", 1, 4)) + element(1, b"word")
    text += element(17, "na\u00efv".encode("utf-16-be"))
    header = b"MATLAB 5.0 MAT-file, by hand".ljust(124) + struct.pack(">H", 0x0100) + b"MI"
    path.write_bytes(header + b"".join(struct.pack(">II", 14, len(part)) + part for part in (body, text)))


def trial(name, samples, electrodes=3, rate=100.0):
    """A trial as naplib has it, on disk channels by time."""
    start = float(samples)
    return {"name": name, "sound": numbers(samples * 4, 1, start=start), "soundf": rate * 4,
            "resp": numbers(electrodes, samples, start=start), "dataf": rate, "duration": samples / rate,
            "befaft": np.array([[0.5, 0.25]]), "aud": numbers(2, samples), "script": f"the words of {name}",
            "chname": cells(*[f"ch{i}" for i in range(electrodes)])}


def naplib(place):
    out = structs(trial("s1", 20), trial("s2", 31))
    scipy.io.savemat(place / "naplib-v5.mat", {"out": out}, do_compression=True)
    file = SevenThree(place / "naplib-v73.mat")
    file.put("out", out)
    file.close()
    few = structs({name: value for name, value in trial("only", 12).items()
                   if name in ("name", "sound", "soundf", "resp", "dataf")})
    scipy.io.savemat(place / "naplib-few.mat", {"out": few})
    exported(place)
    return {"resp": [numbers(3, n, start=float(n)).T for n in (20, 31)], "aud": [numbers(2, n).T for n in (20, 31)],
            "sound": [numbers(n * 4, start=float(n)) for n in (20, 31)]}


def exported(place):
    """The same trials as naplib's own export gives them to hdf5storage, if that is installed."""
    try:
        import hdf5storage
    except ImportError:
        return
    rows = []
    for name, samples in (("s1", 20), ("s2", 31)):
        found = trial(name, samples)
        names = np.array([["ch0", "ch1", "ch2x"]])
        rows.append({**found, "name": np.array([name]), "script": np.array([found["script"]]), "chname": names,
                     "soundf": np.array([[400.0]]), "dataf": np.array([[100.0]]), "duration": np.array([samples / 100.0])})
    path = place / "naplib-export.mat"
    path.unlink(missing_ok=True)
    hdf5storage.savemat(str(path), {"out": structs(*rows)}, appendmat=False, format="7.3")


def cnd(place):
    eeg = {"deviceName": "BioSemi", "fs": 64.0, "data": cells(numbers(30, 4), numbers(17, 4, start=5.0)),
           "origTrialPosition": np.array([[2.0, 1.0]]),
           "chanlocs": structs(*[{"labels": f"A{i + 1}", "X": float(i), "Y": 0.5, "Z": -float(i)} for i in range(4)]),
           "extChan": structs({"data": cells(numbers(30, 2), numbers(17, 2)), "description": "Mastoids"})}
    stim = {"names": cells("envelope", "word onset"), "fs": 64.0,
            "data": cells(numbers(30, 1), np.eye(30, 2), numbers(17, 1), np.eye(17, 2), shape=(2, 2)),
            "stimIdxs": np.array([[1.0, 2.0]])}
    scipy.io.savemat(place / "dataSub1.mat", {"eeg": eeg}, do_compression=True)
    scipy.io.savemat(place / "dataStim.mat", {"stim": stim})
    for name, variable, value in (("dataSub2.mat", "eeg", eeg), ("dataStim-v73.mat", "stim", stim)):
        file = SevenThree(place / name)
        file.put(variable, value)
        file.close()
    return {"eeg": [numbers(30, 4), numbers(17, 4, start=5.0)], "external": [numbers(30, 2), numbers(17, 2)],
            "envelope": [numbers(30, 1), numbers(17, 1)], "word onset": [np.eye(30, 2), np.eye(17, 2)]}


def main():
    place = folder("matlab")
    found = variables()
    scipy.io.savemat(place / "v5.mat", found)
    scipy.io.savemat(place / "v7.mat", found, do_compression=True)
    scipy.io.savemat(place / "v4.mat", {"x": numbers(2, 3)}, format="4")
    file = SevenThree(place / "v73.mat")
    for name, value in found.items():
        file.put(name, value)
    file.close()
    big_endian(place / "big.mat")
    expect(place, {name: tree(value) for name, value in found.items()})
    place = folder("naplib")
    expect(place, naplib(place))
    place = folder("cnd")
    expect(place, cnd(place))


if __name__ == "__main__":
    main()
