"""Writes the small files that the readers of `gyrus-formats` are held to, with what is in them as JSON.

Needs numpy, scipy, h5py, pynwb, nibabel, torch and safetensors, and hdf5storage for one of the files. Run it from the top folder: python3 tests/scripts/arrays_fixtures.py
Each format has a script of its own beside this one; the files are written below crates/gyrus-formats/tests/data/.
The same versions write the same numbers; headers may bear a date.
"""
import fixtures_arrays
import fixtures_hdf5
import fixtures_images
import fixtures_matlab
import fixtures_sounds

if __name__ == "__main__":
    for script in (fixtures_hdf5, fixtures_matlab, fixtures_arrays, fixtures_images, fixtures_sounds):
        script.main()
