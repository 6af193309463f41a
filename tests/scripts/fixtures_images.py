"""NIfTI images by nibabel: both versions, both byte orders, every type, plain and compressed, with masks and parcels."""
import nibabel as nib
import numpy as np

from fixtures import expect, folder, numbers

SHAPE = (4, 3, 2)
TYPES = ["u1", "i1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"]


def affine():
    """A rotation, sizes and an offset."""
    angle = 0.3
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    found = np.eye(4)
    found[:3, :3] = turn @ np.diag([2.0, 3.0, -2.5])
    found[:3, 3] = [-10.0, 20.0, 30.5]
    return found


def save(place, name, data, kind=nib.Nifti1Image, order="<", form="s", unit="sec", step=1.5):
    """A file, with the numbers as they are."""
    header = kind.header_class(endianness=order)
    header.set_data_dtype(data.dtype.newbyteorder(order))
    image = kind(data, affine() if form else None, header)
    if form:
        image.set_sform(affine(), 1 if form == "s" else 0)
        image.set_qform(affine(), 1 if form == "q" else 0)
    else:
        image.header.set_zooms((2.0, 3.0, 2.5, step)[:data.ndim])
    if data.ndim == 4:
        image.header.set_zooms(image.header.get_zooms()[:3] + (step,))
        image.header.set_xyzt_units("mm", unit)
    nib.save(image, place / name)
    return nib.load(place / name)


def main():
    place = folder("nifti")
    found = {"volumes": {}, "affines": {}}
    for kind in TYPES:
        values = (np.arange(24).reshape(SHAPE) * 5 % 120 - (0 if kind[0] == "u" else 60)).astype(kind)
        for order, name in (("<", "little"), (">", "big")):
            image = save(place, f"type-{kind}-{name}.nii", values, order=order)
            found["volumes"][f"type-{kind}-{name}.nii"] = image.get_fdata()
    data = numbers(*SHAPE, 6).astype("f4")
    found["data"] = data.astype("f8")
    found["affines"]["bold.nii.gz"] = save(place, "bold.nii.gz", data, step=0.72).affine
    found["affines"]["quaternion.nii"] = save(place, "quaternion.nii", data, form="q", unit="msec", step=1500.0).affine
    found["affines"]["sizes.nii"] = save(place, "sizes.nii", data, form=None).affine
    found["affines"]["second.nii.gz"] = save(place, "second.nii.gz", data, kind=nib.Nifti2Image).affine
    found["affines"]["second-big.nii"] = save(place, "second-big.nii", data, kind=nib.Nifti2Image, order=">").affine
    # nibabel itself finds slope and intercept for numbers that are stored as 16 bits.
    header = nib.Nifti1Header()
    header.set_data_dtype("i2")
    nib.save(nib.Nifti1Image(data.astype("f8") + 2.0, affine(), header), place / "scaled.nii.gz")
    found["scaled"] = nib.load(place / "scaled.nii.gz").get_fdata()
    mask = np.zeros(SHAPE, dtype="u1")
    mask[1, 0, 1] = mask[0, 2, 0] = mask[3, 1, 1] = 1
    mask[2, 2, 0] = 7
    save(place, "mask.nii.gz", mask)
    found["masked"] = data[mask != 0].T
    found["places"] = np.argwhere(mask)
    found["coordinates"] = nib.affines.apply_affine(affine(), np.argwhere(mask))
    parcels = np.zeros(SHAPE, dtype="i2")
    parcels[:2], parcels[3, 1:], parcels[2, 0, 0] = 5, 1001, -3
    save(place, "parcels.nii", parcels)
    labels = np.unique(parcels[parcels != 0])
    found["labels"] = labels
    found["sizes"] = np.array([(parcels == label).sum() for label in labels])
    found["means"] = np.stack([data[parcels == label].mean(axis=0, dtype="f8") for label in labels], axis=1)
    found["centres"] = np.stack([nib.affines.apply_affine(affine(), np.argwhere(parcels == label)).mean(axis=0)
                                 for label in labels])
    save(place, "other-shape.nii", mask[:3])
    shifted = nib.Nifti1Image(mask, affine() + np.array([[0, 0, 0, 1.0]] + [[0] * 4] * 3))
    nib.save(shifted, place / "other-affine.nii")
    expect(place, found)


if __name__ == "__main__":
    main()
