"""Arrays by NumPy and by safetensors: every type, both byte orders, both orders of axes, packed and not."""
import numpy as np
import torch
from safetensors.torch import save_file

from fixtures import expect, folder, numbers

TYPES = ["<f8", ">f8", "<f4", ">f4", "<f2", "i1", "u1", "<i2", ">i2", "<u2", ">i4", "<u4", "<i8", ">u8", "?"]


def main():
    place = folder("arrays")
    found = {"npy": {}, "npz": {}, "tensors": {}}
    for kind in TYPES:
        values = np.array([[0, 1, 2], [100, 3, 127]]) if kind[-2:-1] == "u" or kind == "u1" else np.array([[0, -1, 2], [100, -128, 127]])
        array = values.astype(kind)
        name = f"{np.dtype(kind).name}-{'big' if kind[0] == '>' else 'little'}.npy"
        np.save(place / name, array)
        found["npy"][name] = array.astype("f8")
    matrix = numbers(7, 3)
    others = {"columns.npy": np.asfortranarray(matrix), "row.npy": numbers(5), "one.npy": np.array(2.5),
              "none.npy": np.zeros((0, 4)), "nan.npy": np.array([[1.0, np.nan]])}
    for name, array in others.items():
        np.save(place / name, array)
        found["npy"][name] = array.reshape(-1, 1) if array.ndim < 2 else array
    np.save(place / "cube.npy", numbers(2, 3, 4))
    np.save(place / "words.npy", np.array(["a", "b"]))
    arrays = {"x": matrix, "turned": np.asfortranarray(matrix), "y": numbers(4).astype(">f4")}
    np.savez(place / "plain.npz", **arrays)
    np.savez_compressed(place / "packed.npz", **arrays)
    np.savez(place / "single.npz", x=matrix)
    found["npz"] = {name: array.astype("f8").reshape(-1, 1) if array.ndim < 2 else array for name, array in arrays.items()}
    kinds = ["float16", "bfloat16", "float32", "float64", "int8", "uint8", "int16", "int32", "int64", "bool"]
    tensors = {kind: torch.tensor([[0, 1, 2], [3, 100, 64]]).to(getattr(torch, kind)) for kind in kinds}
    tensors["row"] = torch.tensor([1.5, 2.5])
    save_file(tensors, place / "tensors.safetensors")
    found["tensors"] = {name: tensor.double().reshape(len(tensor), -1).numpy() for name, tensor in tensors.items()}
    expect(place, found)


if __name__ == "__main__":
    main()
