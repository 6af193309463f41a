//! A MATLAB file of any version that is read.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::{Value, v5, v73};
use crate::Error;
use crate::hdf5::Hdf5File;

/// Bytes of the header of version 5.
const HEADER: u64 = 128;

/// An open MATLAB file, whose variables are read where they are needed.
#[derive(Debug)]
pub struct MatFile(Version);

#[derive(Debug)]
enum Version {
    Five(v5::File),
    SevenThree(v73::File),
}

impl MatFile {
    /// Opens the file `path` and lists its variables.
    ///
    /// # Errors
    /// [`Error::Read`]; [`Error::Content`] for version 4, for what is no MATLAB file, and for a list that is cut off.
    pub fn open(path: &Path) -> Result<Self, Error> {
        if Hdf5File::is_one(path)? {
            return v73::File::open(path).map(|file| Self(Version::SevenThree(file)));
        }
        let read = Error::read(path);
        let mut header = Vec::new();
        File::open(path).map_err(read)?.take(HEADER).read_to_end(&mut header).map_err(read)?;
        let wrong = |wrong: &str| Err(Error::content(path, "the file", wrong, beginning(&header)));
        match header.get(124..128) {
            Some([_, 1, b'I', b'M'] | [1, _, b'M', b'I']) => v5::File::open(path).map(|file| Self(Version::Five(file))),
            Some([_, 2, b'I', b'M'] | [2, _, b'M', b'I']) => wrong("says it is of version 7.3 and is no HDF5 file"),
            _ if is_version_4(&header) => {
                wrong("is of MATLAB's version 4, which is not read; save it again with `save -v7`")
            }
            _ => wrong("is no MATLAB file"),
        }
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        match &self.0 {
            Version::Five(file) => file.path(),
            Version::SevenThree(file) => file.path(),
        }
    }

    /// Names of the variables, in the order of the file.
    pub fn names(&self) -> Vec<String> {
        match &self.0 {
            Version::Five(file) => file.names(),
            Version::SevenThree(file) => file.names().to_vec(),
        }
    }

    /// The variable of that name, with all that is in it.
    ///
    /// # Errors
    /// [`Error::Missing`] with the names, for one that is not there; [`Error::Content`] for one that cannot be read;
    /// [`Error::Read`].
    pub fn read(&self, name: &str) -> Result<Value, Error> {
        if !self.names().iter().any(|there| there == name) {
            return Err(Error::missing(self.path(), "variable", name, self.names()));
        }
        match &self.0 {
            Version::Five(file) => file.read(name),
            Version::SevenThree(file) => file.read(name),
        }
    }
}

/// The first letters of a header, as a message shows them.
fn beginning(header: &[u8]) -> String {
    header.iter().take(20).map(|byte| byte.escape_ascii().to_string()).collect()
}

/// Whether the first bytes are those of version 4: a number that codes machine, precision and kind, and sizes after it.
fn is_version_4(header: &[u8]) -> bool {
    let word = |at: usize| header.get(at..at + 4).and_then(|bytes| bytes.first_chunk::<4>());
    let valid = |kind: u32| {
        let digits = [kind / 1000, kind / 100 % 10, kind / 10 % 10, kind % 10];
        digits[0] <= 4 && digits[1] == 0 && digits[2] <= 5 && digits[3] <= 2
    };
    let read = [u32::from_le_bytes, u32::from_be_bytes];
    read.into_iter().any(|read| {
        let words = [0, 4, 8, 12].map(|at| word(at).map(|bytes| read(*bytes)));
        matches!(words, [Some(kind), Some(_), Some(_), Some(imaginary)] if valid(kind) && imaginary <= 1)
    })
}
