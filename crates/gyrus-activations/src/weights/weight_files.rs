//! All weight files of a model as one collection of named tensors.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::weights::index::Index;
use crate::weights::stored::Stored;
use crate::weights::weight_file::WeightFile;

/// What a folder may hold, the first found is read.
const PLACES: [(&str, Kind); 4] = [
    ("model.safetensors", Kind::File),
    ("model.safetensors.index.json", Kind::Index),
    ("pytorch_model.bin", Kind::File),
    ("pytorch_model.bin.index.json", Kind::Index),
];

/// What stands under a name.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// All weights.
    File,
    /// The names of the files that hold them.
    Index,
}

/// The tensors of a model, each in exactly one mapped file.
#[derive(Debug)]
pub(crate) struct WeightFiles {
    /// The file, or the index, or the folder that errors name when no single file is to blame.
    path: PathBuf,
    files: Vec<WeightFile>,
    /// The file of each tensor.
    file_of: BTreeMap<String, usize>,
}

impl WeightFiles {
    /// Maps every weight file in the folder `dir`: the first of `model.safetensors`, `model.safetensors.index.json`,
    /// `pytorch_model.bin` and `pytorch_model.bin.index.json`.
    ///
    /// # Errors
    /// One that names the file: absent, unreadable, damaged, of a kind that is not read, or at odds with its index.
    pub(crate) fn open(dir: &Path) -> Result<Self, Error> {
        // A link to nowhere counts as found, so that opening it says what is wrong.
        let place = PLACES.iter().find(|(name, _)| dir.join(name).symlink_metadata().is_ok());
        match place {
            Some((name, Kind::File)) => Self::open_file(&dir.join(name)),
            Some((name, Kind::Index)) => Self::open_listed(dir, &dir.join(name)),
            None => Err(Error::NoWeights { dir: dir.into() }),
        }
    }

    /// Maps the one file `path`: PyTorch's format if it ends in `.bin`, safetensors else.
    pub(crate) fn open_file(path: &Path) -> Result<Self, Error> {
        Self::gather(path.into(), vec![WeightFile::open(path)?])
    }

    fn open_listed(dir: &Path, path: &Path) -> Result<Self, Error> {
        let index = Index::open(path)?;
        let files = index.files().map(|file| open_shard(dir, path, file)).collect::<Result<_, _>>()?;
        let all = Self::gather(path.into(), files)?;
        for (tensor, file) in index.tensors() {
            if all.file_of.get(tensor).is_none_or(|&i| all.files[i].path() != dir.join(file)) {
                let (index, file, tensor) = (path.into(), file.into(), tensor.into());
                return Err(Error::IndexedTensor { index, file, tensor });
            }
        }
        Ok(all)
    }

    fn gather(path: PathBuf, files: Vec<WeightFile>) -> Result<Self, Error> {
        let mut file_of: BTreeMap<String, usize> = BTreeMap::new();
        for (i, file) in files.iter().enumerate() {
            for tensor in file.names() {
                if let Some(first) = file_of.insert(tensor.into(), i) {
                    let (first, second) = (files[first].path().into(), file.path().into());
                    return Err(Error::DuplicateTensor { tensor: tensor.into(), first, second });
                }
            }
        }
        Ok(Self { path, files, file_of })
    }

    /// Whether some file has the tensor.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.file_of.contains_key(name)
    }

    /// Every tensor in the files, in alphabetical order, whatever its number type.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.file_of.keys().map(String::as_str)
    }

    /// The shape of a tensor.
    pub(crate) fn shape(&self, name: &str) -> Result<&[usize], Error> {
        Ok(&self.find(name)?.1.shape)
    }

    /// Checks that `name` has floating-point numbers in `shape`.
    pub(crate) fn check(&self, name: &str, shape: &[usize]) -> Result<(), Error> {
        let (file, stored) = self.find(name)?;
        file.check_floats(name, stored)?;
        if stored.shape != shape {
            let (expected, found) = (shape.to_vec(), stored.shape.clone());
            return Err(Error::Shape { path: file.path().into(), tensor: name.into(), expected, found });
        }
        Ok(())
    }

    /// All floating-point numbers of a tensor, the last axis fastest.
    pub(crate) fn values(&self, name: &str) -> Result<Vec<f32>, Error> {
        let (file, stored) = self.find(name)?;
        file.check_floats(name, stored)?;
        let mut values = vec![0.0; stored.len()];
        self.read(name, &mut values)?;
        Ok(values)
    }

    /// Reads all floating-point numbers of a tensor into `values`, the last axis fastest.
    ///
    /// Memory that has been used before is filled about five times faster than new memory.
    ///
    /// # Panics
    /// If the tensor has more or fewer numbers than `values`.
    pub(crate) fn read(&self, name: &str, values: &mut [f32]) -> Result<(), Error> {
        let (file, stored) = self.find(name)?;
        file.read(name, stored, values)
    }

    /// The floating-point numbers of some rows of a tensor of at least one axis, one row after the other;
    /// no other row is read.
    ///
    /// # Panics
    /// If a row is not below the first number of the shape.
    pub(crate) fn rows(&self, name: &str, rows: &[u32]) -> Result<Vec<f32>, Error> {
        let (file, stored) = self.find(name)?;
        file.rows(name, stored, rows)
    }

    /// All numbers of a tensor of 64-bit integers, the last axis fastest.
    pub(crate) fn integers(&self, name: &str) -> Result<Vec<i64>, Error> {
        let (file, stored) = self.find(name)?;
        file.integers(name, stored)
    }

    /// The one file, or the index of several.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn find(&self, name: &str) -> Result<(&WeightFile, &Stored), Error> {
        let missing = || Error::MissingTensor { path: self.path.clone(), tensor: name.into() };
        let file = &self.files[*self.file_of.get(name).ok_or_else(missing)?];
        Ok((file, file.find(name).ok_or_else(missing)?))
    }
}

fn open_shard(dir: &Path, index: &Path, file: &str) -> Result<WeightFile, Error> {
    let path = dir.join(file);
    match path.try_exists() {
        Ok(false) => Err(Error::MissingShard { index: index.into(), file: file.into() }),
        _ => WeightFile::open(&path),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    const ONE: &str = r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#;
    const OTHER: &str = r#"{"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#;

    /// A folder with some files.
    fn folder(files: &[(&str, Vec<u8>)]) -> TempDir {
        let dir = TempDir::new().expect("a folder");
        for (name, bytes) in files {
            fs::write(dir.path().join(name), bytes).expect("a file");
        }
        dir
    }

    /// A safetensors file with this header and as many bytes of numbers.
    fn file(header: &str, numbers: usize) -> Vec<u8> {
        [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &vec![0; numbers]].concat()
    }

    fn check(files: &[(&str, Vec<u8>)], expected: &str) {
        let error = WeightFiles::open(folder(files).path()).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error}");
    }

    fn check_header(header: &str, expected: &str) {
        check(&[("model.safetensors", file(header, 8))], "model.safetensors` is not a whole safetensors file");
        check(&[("model.safetensors", file(header, 8))], expected);
    }

    fn check_index(map: &str, expected: &str) {
        let index = format!(r#"{{"weight_map": {map}}}"#).into_bytes();
        let (one, other) = (file(ONE, 8), file(OTHER, 8));
        check(&[("model.safetensors.index.json", index), ("1.safetensors", one), ("2.safetensors", other)], expected);
    }

    #[test]
    fn headers_that_lie_about_their_length_are_refused() {
        let whole = file(ONE, 8);
        let with_length = |length: u64| [&length.to_le_bytes(), &whole[8..]].concat();
        for length in [u64::MAX, 1 << 40, 100_000_001, 10_000, 63, 0] {
            check(&[("model.safetensors", with_length(length))], "damaged or cut short, 70 bytes");
        }
    }

    #[test]
    fn a_file_cut_short_anywhere_is_damaged() {
        let whole = file(ONE, 8);
        for end in 0..whole.len() {
            check(&[("model.safetensors", whole[..end].to_vec())], "damaged or cut short");
        }
        check(&[("model.safetensors", file(ONE, 9))], "damaged or cut short");
    }

    #[test]
    fn tensors_that_do_not_fill_the_file_are_refused() {
        let header = |shape: &str, offsets: &str| {
            format!(
                r#"{{"a":{{"dtype":"F32","shape":[1],"data_offsets":[0,4]}},"b":{{"dtype":"F32","shape":{shape},"data_offsets":{offsets}}}}}"#
            )
        };
        assert!(WeightFiles::open(folder(&[("model.safetensors", file(&header("[1]", "[4,8]"), 8))]).path()).is_ok());
        check_header(&header("[1]", "[0,4]"), "b");
        check_header(&header("[1]", "[8,12]"), "b");
        check_header(&header("[1]", "[4,12]"), "");
        check_header(&header("[2]", "[4,12]"), "");
        check_header(&header("[1]", "[4,0]"), "");
        check_header(&header("[2]", "[4,8]"), "");
        check_header(&header("[4294967296,4294967296,1]", "[4,8]"), "");
        check_header(&header("[4611686018427387905]", "[4,8]"), "");
        check_header(&header("[-1]", "[4,8]"), "");
        check_header(r#"{"a":{"dtype":"Q4","shape":[2],"data_offsets":[0,8]}}"#, "Q4");
        check_header(r#"{"a":{"dtype":"F32""#, "");
    }

    #[test]
    fn names_that_are_not_text_are_refused() {
        let mut bytes = file(ONE, 8);
        bytes[10] = 0xff;
        check(&[("model.safetensors", bytes)], "is not a whole safetensors file");
    }

    #[test]
    fn places_are_tried_in_order() -> Result<(), Error> {
        let index = br#"{"weight_map": {"b": "2.safetensors"}}"#.to_vec();
        let dir = folder(&[
            ("model.safetensors", file(ONE, 8)),
            ("model.safetensors.index.json", index),
            ("2.safetensors", file(OTHER, 8)),
            ("pytorch_model.bin", Vec::new()),
        ]);
        let names = || WeightFiles::open(dir.path()).map(|files| files.names().collect::<String>());
        assert_eq!(names()?, "a");
        fs::remove_file(dir.path().join("model.safetensors")).expect("the file");
        assert_eq!(names()?, "b");
        fs::remove_file(dir.path().join("model.safetensors.index.json")).expect("the file");
        assert!(
            names().is_err_and(|error| error.to_string().contains("pytorch_model.bin` is not a whole PyTorch file"))
        );
        fs::remove_file(dir.path().join("pytorch_model.bin")).expect("the file");
        assert!(names().is_err_and(|error| matches!(error, Error::NoWeights { .. })));
        Ok(())
    }

    #[test]
    fn an_index_cannot_leave_its_folder() {
        for name in ["../x", "/etc/passwd", "a/1.safetensors", "..", ".", "", "./1.safetensors", "..\\\\x"] {
            check_index(&format!(r#"{{"a": "{name}"}}"#), "expected the plain name of a file beside it");
        }
        check_index(r#"{"a": 5}"#, "expected a file name");
        check_index("{}", "expected a list of at least one tensor");
        check_index("[]", "expected an object");
    }

    #[test]
    fn a_missing_shard_is_named_with_its_index() {
        check_index(
            r#"{"a": "1.safetensors", "b": "3.safetensors"}"#,
            "model.safetensors.index.json` lists the weight file `3.safetensors`, which is missing",
        );
    }

    #[test]
    fn a_tensor_that_is_not_in_its_shard_is_named() {
        let elsewhere = "places tensor `b` in `1.safetensors`, which does not have it";
        check_index(r#"{"a": "1.safetensors", "b": "1.safetensors"}"#, elsewhere);
        check_index(r#"{"a": "2.safetensors", "b": "1.safetensors"}"#, "which does not have it");
    }

    #[test]
    fn a_tensor_in_two_shards_is_named() {
        let index = br#"{"weight_map": {"a": "1.safetensors", "b": "2.safetensors"}}"#.to_vec();
        let (one, other) = (file(ONE, 8), file(ONE, 8));
        check(
            &[("model.safetensors.index.json", index), ("1.safetensors", one), ("2.safetensors", other)],
            "tensor `a` is in two files",
        );
    }

    #[test]
    fn what_is_not_a_weight_file_is_named() {
        let dir = TempDir::new().expect("a folder");
        fs::create_dir(dir.path().join("model.safetensors")).expect("a folder");
        let error = WeightFiles::open(dir.path()).expect_err("a folder").to_string();
        assert!(error.ends_with("model.safetensors` is not a file"), "{error}");
        let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n".to_vec();
        check(&[("pytorch_model.bin", pointer)], "run `git lfs pull`");
        check(&[("model.safetensors", Vec::new())], "it is empty");
    }

    #[test]
    fn shapes_and_types_are_compared() -> Result<(), Error> {
        let header = r#"{"a":{"dtype":"I8","shape":[8],"data_offsets":[0,8]}}"#;
        let quantised = WeightFiles::open(folder(&[("model.safetensors", file(header, 8))]).path())?;
        let error = quantised.check("a", &[4, 4]).expect_err("quantised").to_string();
        assert!(error.contains("type `I8`") && error.contains("quantised checkpoints are not read"), "{error}");
        let floats = WeightFiles::open(folder(&[("model.safetensors", file(ONE, 8))]).path())?;
        assert!(
            floats.check("a", &[1, 2]).is_err_and(|error| error.to_string().contains("shape [2], expected [1, 2]"))
        );
        assert!(floats.check("b", &[2]).is_err_and(|error| error.to_string().contains("has no tensor `b`")));
        assert_eq!((floats.values("a")?, floats.integers("a").is_err()), (vec![0.0; 2], true));
        Ok(())
    }
}
