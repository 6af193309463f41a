"""Writes the files that `gyrus-surfaces` is tested on, with nibabel, and what nibabel reads from them.

Run it from the top folder: python3 tests/scripts/surfaces_fixtures.py
"""
import json
import struct
from pathlib import Path

import nibabel as nib
import numpy as np
from nibabel import freesurfer, gifti

FOLDER = Path("crates/gyrus-surfaces/tests/data")
NAMES = ["unknown", "superiortemporal", "middletemporal", "Größe"]
COLOURS = np.array([[25, 5, 25, 0], [140, 220, 220, 0], [160, 100, 50, 0], [220, 20, 10, 0]])


def octahedron():
    """A subdivided octahedron, bent so that no coordinate is round."""
    points = [[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]]
    faces = [[0, 2, 4], [2, 1, 4], [1, 3, 4], [3, 0, 4], [2, 0, 5], [1, 2, 5], [3, 1, 5], [0, 3, 5]]
    points = [np.array(p, float) for p in points]
    for _ in range(2):
        middles, finer = {}, []

        def middle(a, b):
            key = (min(a, b), max(a, b))
            if key not in middles:
                middles[key] = len(points)
                points.append(points[a] + points[b])
            return middles[key]

        for a, b, c in faces:
            x, y, z = middle(b, c), middle(c, a), middle(a, b)
            finer += [[a, z, y], [z, b, x], [y, x, c], [x, y, z]]
        faces = finer
    points = np.array([p / np.linalg.norm(p) for p in points])
    return (points * [41.5, 60.25, 33.1] + [-30, 2, 7.7]).astype(np.float32), np.array(faces, np.int32)


def volume(head, valid):
    return {
        "head": head, "valid": valid, "filename": "../mri/filled.mgz", "volume": [256, 256, 256],
        "voxelsize": [1, 1, 1], "xras": [-1, 0, 0], "yras": [0, 0, -1], "zras": [0, 1, 0],
        "cras": [-5.5, 17.25, -3.125],
    }


def old_annotation(path, labels):
    """The older table of colours, which nibabel reads and does not write."""
    packed = COLOURS[:, 0] + (COLOURS[:, 1] << 8) + (COLOURS[:, 2] << 16)
    out = struct.pack(">i", len(labels))
    for vertex, label in enumerate(labels):
        out += struct.pack(">ii", vertex, packed[label] if label >= 0 else 0)
    out += struct.pack(">ii", 1, len(NAMES))
    for text in ["old.txt"]:
        out += struct.pack(">i", len(text) + 1) + text.encode() + b"\0"
    for name, colour in zip(NAMES, COLOURS):
        text = name.encode() + b"\0"
        out += struct.pack(">i", len(text)) + text + struct.pack(">4i", *colour)
    path.write_bytes(out)


def surface_image(points, faces, encoding, endian, order="RowMajorOrder", centre=None, space=0):
    meta = {} if centre is None else {f"VolGeomC_{axis}": str(x) for axis, x in zip("RAS", centre)}
    arrays = []
    for data, intent, kind in [(points, "pointset", "NIFTI_TYPE_FLOAT32"), (faces, "triangle", "NIFTI_TYPE_INT32")]:
        # nibabel writes the bytes in the order that the array has.
        array = gifti.GiftiDataArray(
            data, intent=f"NIFTI_INTENT_{intent.upper()}", datatype=kind, encoding=encoding, endian=endian,
            ordering=order, coordsys=gifti.GiftiCoordSystem(space, 0),
            meta=gifti.GiftiMetaData(meta) if intent == "pointset" else None,
        )
        arrays.append(array)
    return gifti.GiftiImage(darrays=arrays)


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    points, faces = octahedron()
    stamp = "created by a test on a day"
    for name, info in [("plain", None), ("footer", volume([2, 0, 20], "1  # volume info valid")),
                       ("short", volume([20], "1  # volume info valid")),
                       ("scanner", volume([2, 1, 20], "1  # volume info valid")),
                       ("invalid", volume([2, 0, 20], "0  # volume info invalid"))]:
        freesurfer.write_geometry(FOLDER / f"lh.{name}", points, faces, stamp, info)
    labels = np.arange(len(points)) % 5 - 1
    freesurfer.write_annot(FOLDER / "lh.new.annot", labels, COLOURS, NAMES)
    old_annotation(FOLDER / "lh.old.annot", labels)
    freesurfer.write_morph_data(FOLDER / "lh.curv", np.sin(np.arange(len(points))).astype(np.float32), len(faces))
    lines = [f"{v} {points[v][0]:.3f} {points[v][1]:.3f} {points[v][2]:.3f} {v / 4}" for v in (3, 7, 40)]
    (FOLDER / "lh.test.label").write_text("#!ascii label  , from subject test vox2ras=TkReg\n3\n" + "\n".join(lines) + "\n")

    for name, encoding, endian, order in [
        ("ascii", "ASCII", "little", "RowMajorOrder"), ("base64", "B64BIN", "little", "RowMajorOrder"),
        ("gzip", "B64GZ", "little", "RowMajorOrder"), ("columns", "B64GZ", "little", "ColumnMajorOrder"),
    ]:
        nib.save(surface_image(points, faces, encoding, endian, order, (1.5, -2.25, 8)), FOLDER / f"{name}.surf.gii")
    nib.save(surface_image(points, faces, "B64GZ", "little", centre=(1, 2, 3), space=1), FOLDER / "scanner.surf.gii")
    # nibabel names the order of bytes and writes that of the machine, so the other one is made by hand.
    big = surface_image(points.astype(">f4").view("<f4"), faces.astype(">i4").view("<i4"), "B64BIN", "little").to_xml()
    (FOLDER / "big.surf.gii").write_bytes(big.replace(b"LittleEndian", b"BigEndian"))

    table = gifti.GiftiLabelTable()
    for key, (name, colour) in enumerate(zip(NAMES, COLOURS / 255)):
        label = gifti.GiftiLabel(key * 3, *colour[:3], 1)
        label.label = name
        table.labels.append(label)
    keys = np.where(labels < 0, 77, labels * 3).astype(np.int32)
    for name, encoding in [("ascii", "ASCII"), ("gzip", "B64GZ")]:
        array = gifti.GiftiDataArray(keys, "NIFTI_INTENT_LABEL", "NIFTI_TYPE_INT32", encoding=encoding)
        nib.save(gifti.GiftiImage(darrays=[array], labeltable=table), FOLDER / f"{name}.label.gii")

    expected = {"points": points.astype(float).tolist(), "triangles": faces.tolist(), "names": NAMES}
    for name in ("plain", "footer", "short", "scanner", "invalid"):
        p, f = freesurfer.read_geometry(FOLDER / f"lh.{name}")
        assert np.array_equal(p, points) and np.array_equal(f, faces)
    for name in ("new", "old"):
        found, _, names = freesurfer.read_annot(FOLDER / f"lh.{name}.annot")
        assert [n.decode() for n in names] == NAMES and np.array_equal(found, labels), name
    for name in ("ascii", "base64", "gzip", "columns", "scanner", "big"):
        image = nib.load(FOLDER / f"{name}.surf.gii")
        p, f = image.agg_data(("pointset", "triangle"))
        assert np.allclose(p, points, atol=1e-4) and np.array_equal(f, faces), name
    expected["regions"] = [int(x) if x >= 0 else None for x in labels]
    expected["curvature"] = freesurfer.read_morph_data(FOLDER / "lh.curv").astype(float).tolist()
    (FOLDER / "expected.json").write_text(json.dumps(expected) + "\n")


if __name__ == "__main__":
    main()
