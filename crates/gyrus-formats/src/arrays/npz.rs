//! Several arrays of NumPy in one zip file.

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use ndarray::ArrayD;
use zip::ZipArchive;
use zip::read::ZipFile;

use super::npy::Header;
use crate::Error;

/// An open file; each reading opens it anew.
pub(super) struct Npz {
    path: PathBuf,
    names: Vec<String>,
}

impl Npz {
    pub fn open(path: &Path) -> Result<Self, Error> {
        let archive = archive(path)?;
        let plain = |name: Cow<'_, str>| name.strip_suffix(".npy").unwrap_or(&name).to_owned();
        let names = archive.file_names().map(|name| name.map(plain)).collect::<Result<_, _>>();
        let names = names.map_err(|said| Error::content(path, "a name in the zip file", "cannot be read", said))?;
        Ok(Self { path: path.to_owned(), names })
    }

    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The shape of an array that is there.
    pub fn shape(&self, name: &str) -> Result<Vec<usize>, Error> {
        self.with(name, |source| Header::read(&self.path, name, source).map(|header| header.shape))
    }

    /// An array that is there.
    pub fn read(&self, name: &str) -> Result<ArrayD<f64>, Error> {
        self.with(name, |source| Header::read(&self.path, name, source)?.array(&self.path, name, source))
    }

    fn with<T>(
        &self,
        name: &str,
        read: impl Fn(&mut ZipFile<'_, BufReader<File>>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut archive = archive(&self.path)?;
        let entry = if archive.index_for_name(name).is_some() { name.to_owned() } else { format!("{name}.npy") };
        let mut source = archive
            .by_name(&entry)
            .map_err(|said| Error::content(&self.path, format!("array {name}"), "cannot be read", said))?;
        read(&mut source)
    }
}

fn archive(path: &Path) -> Result<ZipArchive<BufReader<File>>, Error> {
    let file = File::open(path).map_err(Error::read(path))?;
    ZipArchive::new(BufReader::new(file))
        .map_err(|said| Error::content(path, "the file", "is no zip file that can be read", said))
}

impl fmt::Debug for Npz {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Npz").field("path", &self.path).field("names", &self.names).finish()
    }
}
