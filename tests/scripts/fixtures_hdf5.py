"""HDF5 and NWB files by h5py: every layout, filter and type that labs' files have, old format and newest."""
import h5py
import numpy as np

from fixtures import expect, folder, numbers

TYPES = ["<f4", "<f8", ">f4", ">f8", "<f2", "i1", "u1", "<i2", ">i2", "<u2", "<i4", ">u4", "<i8", "<u8", ">i8"]


def layouts(file, expected):
    """Data sets of each layout and filter."""
    data = numbers(23, 5)
    filters = {
        "contiguous": {},
        "chunked": {"chunks": (4, 2)},
        "gzip": {"chunks": (4, 3), "compression": "gzip"},
        "shuffled": {"chunks": (7, 5), "compression": "gzip", "shuffle": True},
        "fast": {"chunks": (23, 5), "compression": "lzf", "shuffle": True},
        "checked": {"chunks": (5, 5), "fletcher32": True, "compression": "gzip"},
        "one-chunk": {"chunks": (23, 5), "compression": "gzip"},
        "one-plain-chunk": {"chunks": (23, 5)},
        "growing": {"chunks": (4, 5), "maxshape": (None, 5), "compression": "gzip"},
        "growing-twice": {"chunks": (4, 2), "maxshape": (None, None)},
    }
    for name, options in filters.items():
        file.create_dataset(f"layouts/{name}", data=data, **options)
        expected[f"layouts/{name}"] = data
    space, plist = h5py.h5s.create_simple(data.shape), h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_layout(h5py.h5d.COMPACT)
    compact = h5py.h5d.create(file["layouts"].id, b"compact", h5py.h5t.IEEE_F64LE, space, plist)
    compact.write(h5py.h5s.ALL, h5py.h5s.ALL, data)
    expected["layouts/compact"] = data
    partly = file.create_dataset("layouts/partly", shape=(9, 2), chunks=(3, 2), dtype="f8", fillvalue=7.5)
    partly[3:5] = 1.25
    expected["layouts/partly"] = partly[()]
    file.create_dataset("layouts/never", shape=(3, 2), dtype="f4")
    expected["layouts/never"] = np.zeros((3, 2))


def types(file, expected):
    """Data sets of each type of number, text and truth."""
    for kind in TYPES:
        name = f"types/{np.dtype(kind).newbyteorder('=')}-{'big' if kind[0] == '>' else 'little'}"
        values = np.array([[0, 1, 2], [100, 3, 127]]) if kind[-2] == "u" else np.array([[0, -1, 2], [100, -128, 127]])
        file[name] = values.astype(kind)
        expected[name] = values
    file["types/bool"] = np.array([True, False, True])
    file["types/scalar"] = 2.5
    file["types/empty"] = np.zeros((0, 4))
    file["types/cube"] = numbers(3, 4, 2)
    file["types/nan"] = np.array([1.0, np.nan, np.inf])
    expected.update({
        "types/bool": np.array([1.0, 0.0, 1.0]), "types/scalar": np.array(2.5), "types/empty": np.zeros((0, 4)),
        "types/cube": numbers(3, 4, 2),
    })
    words = ["one", "zwei", "drei\u00df", ""]
    file.create_dataset("texts/variable", data=words, dtype=h5py.string_dtype())
    file["texts/fixed"] = np.array([word.encode() for word in words], dtype="S6")
    file["texts/scalar"] = "a text"
    file.create_dataset("texts/zipped", data=words, dtype=h5py.string_dtype(), chunks=(2,), compression="gzip")


def attributes(file):
    """Attributes of numbers and texts, and references."""
    group = file.create_group("attributes")
    group.attrs["rate"] = 512.0
    group.attrs["count"] = np.int32(-3)
    group.attrs["several"] = np.array([1.5, 2.5], dtype=">f4")
    group.attrs["unit"] = "volts"
    group.attrs["fixed"] = np.bytes_("fixed text")
    group.attrs["names"] = ["a", "bc"]
    group.attrs["good"] = True
    group.attrs["target"] = file["layouts/gzip"].ref
    references = np.array([file["layouts/gzip"].ref, file["types"].ref], dtype=h5py.ref_dtype)
    file.create_dataset("attributes/references", data=references, dtype=h5py.ref_dtype)
    for i in range(12):
        group.attrs[f"more-{i}"] = i


def many(file):
    """More links than a group holds in its header."""
    for i in range(40):
        file[f"many/item-{i:02}"] = float(i)


def nwb(place, name, kind, uneven=False, bad=True):
    """A file in the layout of NWB 2: two series, a table of electrodes, and words."""
    with h5py.File(place / name, "w", libver=kind) as file:
        file.attrs.update({"neurodata_type": "NWBFile", "nwb_version": "2.6.0"})
        data = np.round(numbers(40, 3) * 100).astype("i2")
        series = file.create_group("acquisition/ElectricalSeries")
        series.attrs.update({"neurodata_type": "ElectricalSeries"})
        series.create_dataset("data", data=data, chunks=(16, 3), compression="gzip")
        series["data"].attrs.update({"conversion": 1e-6, "offset": 0.5, "unit": "volts", "resolution": -1.0})
        series["channel_conversion"] = np.array([1.0, 2.0, 0.5])
        if uneven:
            series["timestamps"] = np.concatenate([np.arange(20), np.arange(30, 50)]) / 100.0 + 2.0
        else:
            series["starting_time"] = 2.0
            series["starting_time"].attrs.update({"rate": 100.0, "unit": "seconds"})
        table = file.create_group("general/extracellular_ephys/electrodes")
        table.attrs.update({"neurodata_type": "DynamicTable", "colnames": ["location", "label", "x", "group_name"]})
        table["id"] = np.arange(5)
        table.create_dataset("location", data=["STG", "STG", "HG", "HG", "IFG"], dtype=h5py.string_dtype())
        table.create_dataset("label", data=[f"LG{i}" for i in range(5)], dtype=h5py.string_dtype())
        table.create_dataset("group_name", data=["grid"] * 3 + ["depth"] * 2, dtype=h5py.string_dtype())
        for axis, start in zip("xyz", (10.0, -20.0, 30.0)):
            table[axis] = start + np.arange(5)
        if bad:
            table["bad"] = np.array([False, False, False, False, True])
        series["electrodes"] = np.array([3, 0, 4])
        series["electrodes"].attrs["table"] = table.ref
        other = file.create_group("processing/ecephys/LFP/envelope")
        other.attrs.update({"neurodata_type": "ElectricalSeries"})
        other["data"] = numbers(12)
        other["data"].attrs.update({"conversion": 2.0, "unit": "volts"})
        other["timestamps"] = np.arange(12) / 10.0
        sound = file.create_group("acquisition/sound")
        sound.attrs.update({"neurodata_type": "TimeSeries"})
        sound["data"] = numbers(50)
        sound["data"].attrs.update({"conversion": 1.0, "unit": "Pa"})
        sound["starting_time"] = 0.0
        sound["starting_time"].attrs["rate"] = 50.0
        words = file.create_group("intervals/words")
        words.attrs.update({"neurodata_type": "TimeIntervals", "colnames": ["start_time", "stop_time", "label"]})
        words["id"] = np.arange(3)
        words["start_time"], words["stop_time"] = np.array([2.5, 2.0, 2.25]), np.array([2.75, 2.125, 2.5])
        words.create_dataset("label", data=["three", "one", "two"], dtype=h5py.string_dtype())
    return data * 1e-6 * np.array([1.0, 2.0, 0.5]) + 0.5


def by_pynwb(place):
    """A file that pynwb itself wrote, if it is installed."""
    from datetime import datetime, timezone

    import pynwb
    from pynwb.ecephys import ElectricalSeries
    start = datetime(2020, 1, 1, tzinfo=timezone.utc)
    file = pynwb.NWBFile("a session", "an identifier", start)
    device = file.create_device("array")
    group = file.create_electrode_group("grid", "a grid", "STG", device)
    for i in range(4):
        file.add_electrode(x=float(i), y=2.0, z=-3.0, location="STG", group=group)
    region = file.create_electrode_table_region([2, 0], "two of them")
    file.add_acquisition(ElectricalSeries(
        name="ieeg", data=numbers(30, 2), electrodes=region, rate=64.0, starting_time=1.0, conversion=1e-3))
    file.add_trial(start_time=1.25, stop_time=1.5)
    with pynwb.NWBHDF5IO(place / "pynwb.nwb", "w") as io:
        io.write(file, cache_spec=False)


def main():
    place = folder("hdf5")
    for name, kind in (("old.h5", "earliest"), ("new.h5", "latest"), ("v110.h5", ("v110", "v110"))):
        expected = {}
        with h5py.File(place / name, "w", libver=kind) as file:
            layouts(file, expected)
            types(file, expected)
            attributes(file)
            many(file)
    expect(place, expected)
    place = folder("nwb")
    volts = nwb(place, "even.nwb", "earliest")
    gap = np.insert(nwb(place, "gap.nwb", "latest", uneven=True, bad=False), [20] * 10, np.nan, axis=0)
    by_pynwb(place)
    expect(place, {"even": volts, "gap": gap, "envelope": 2.0 * numbers(12, 1), "pynwb": 1e-3 * numbers(30, 2)})


if __name__ == "__main__":
    main()
