//! An HDF5 file and the way to what is in it.

use std::fmt;
use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use hdf5_reader::group::Group;
use hdf5_reader::{FilterRegistry, OpenOptions, error};

use super::objects::Objects;
use super::{Attributes, DataSet, Object, lzf};
use crate::Error;

/// Bytes that a value may take though the file is smaller.
const SMALL: u64 = 16 << 20;

/// Deflate makes a byte of at most 1032 bytes.
const DEFLATE: u64 = 1032;

/// An open HDF5 file.
pub struct Hdf5File {
    path: PathBuf,
    /// Bytes that an array of the file may take.
    most: u64,
    file: hdf5_reader::Hdf5File,
    objects: OnceLock<Objects>,
}

impl Hdf5File {
    /// Opens the file `path`; nothing but its first block is read.
    ///
    /// # Errors
    /// [`Error::Read`]; [`Error::Content`] for a file that is no HDF5 file.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let read = Error::read(path);
        let length = fs::metadata(path).map_err(read)?.len();
        fs::File::open(path).map_err(read)?;
        let most = length.saturating_mul(DEFLATE).max(SMALL);
        let bytes = usize::try_from(most).unwrap_or(usize::MAX);
        let mut filters = FilterRegistry::default();
        filters.register(lzf::ID, Box::new(|_, packed, _| lzf::unpack(packed)));
        let options = OpenOptions::default()
            .with_filter_registry(filters)
            .with_max_read_bytes(bytes)
            .with_max_chunk_bytes(bytes.min(1 << 30))
            .with_max_object_header_bytes(usize::try_from(length).unwrap_or(usize::MAX).min(64 << 20));
        let file = hdf5_reader::Hdf5File::open_with_options(path, options)
            .map_err(|said| Error::content(path, "the file", "is no HDF5 file that can be read", said))?;
        Ok(Self { path: path.to_owned(), most, file, objects: OnceLock::new() })
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the first bytes are those of an HDF5 file, at the start or after a block of the user's.
    ///
    /// # Errors
    /// [`Error::Read`].
    pub fn is_one(path: &Path) -> Result<bool, Error> {
        let read = Error::read(path);
        let mut file = fs::File::open(path).map_err(read)?;
        let length = file.metadata().map_err(read)?.len();
        let mut at = 0;
        while at + 8 <= length {
            let mut bytes = [0; 8];
            file.seek(SeekFrom::Start(at)).and_then(|_| file.read_exact(&mut bytes)).map_err(read)?;
            if bytes == *b"\x89HDF\r\n\x1a\n" {
                return Ok(true);
            }
            at = if at == 0 { 512 } else { at.saturating_mul(2) };
        }
        Ok(false)
    }

    /// Names of the groups in the group `path`, which is `/` for the first one.
    ///
    /// # Errors
    /// [`Error::Missing`] for a group that is not there; [`Error::Content`] for what cannot be read.
    pub fn groups(&self, path: &str) -> Result<Vec<String>, Error> {
        self.members(path).map(|(groups, _)| groups)
    }

    /// Names of the data sets in the group `path`.
    ///
    /// # Errors
    /// As [`Hdf5File::groups`].
    pub fn data_sets(&self, path: &str) -> Result<Vec<String>, Error> {
        self.members(path).map(|(_, data_sets)| data_sets)
    }

    fn members(&self, path: &str) -> Result<(Vec<String>, Vec<String>), Error> {
        self.group(path)?.member_names().map_err(|said| self.wrong(path, &said))
    }

    /// Paths of all data sets of the file, in alphabetical order.
    ///
    /// # Errors
    /// [`Error::Content`] for what cannot be read.
    pub fn all_data_sets(&self) -> Result<Vec<String>, Error> {
        Ok(self.objects()?.data_sets().map(|path| path.trim_start_matches('/').to_owned()).collect())
    }

    /// Whether there is a group of that path.
    pub fn has_group(&self, path: &str) -> bool {
        self.file.group(path).is_ok()
    }

    /// Whether there is a data set of that path.
    pub fn has_data_set(&self, path: &str) -> bool {
        self.file.dataset(path).is_ok()
    }

    /// The data set of that path.
    ///
    /// # Errors
    /// [`Error::Missing`] with what there is, for a data set that is not there; [`Error::Content`] for one that cannot be read.
    pub fn data_set(&self, path: &str) -> Result<DataSet, Error> {
        match self.file.dataset(path) {
            Ok(data_set) => DataSet::new(self, path.to_owned(), data_set),
            Err(said) => match innermost(&said) {
                error::Error::DatasetNotFound(_) | error::Error::GroupNotFound(_) => {
                    Err(Error::missing(&self.path, "data set", path, self.all_data_sets()?))
                }
                _ => Err(self.wrong(path, &said)),
            },
        }
    }

    /// The attributes of the group or data set of that path.
    ///
    /// # Errors
    /// [`Error::Missing`]; [`Error::Content`] for what cannot be read.
    pub fn attributes(&self, path: &str) -> Result<Attributes, Error> {
        if let Ok(group) = self.file.group(path) {
            return group.attributes().map(Attributes::new).map_err(|said| self.wrong(path, &said));
        }
        self.data_set(path).map(|data_set| data_set.attributes())
    }

    /// What a reference leads to.
    ///
    /// # Errors
    /// [`Error::Content`] for one that leads nowhere.
    pub fn referred(&self, reference: u64) -> Result<Object, Error> {
        self.objects()?.at(self, reference)
    }

    fn objects(&self) -> Result<&Objects, Error> {
        if let Some(objects) = self.objects.get() {
            return Ok(objects);
        }
        let root = self.file.root_group().map_err(|said| self.wrong("/", &said))?;
        let objects = Objects::walk(root).map_err(|said| self.wrong("/", &said))?;
        Ok(self.objects.get_or_init(|| objects))
    }

    fn group(&self, path: &str) -> Result<Group, Error> {
        self.file.group(path).map_err(|said| match innermost(&said) {
            error::Error::GroupNotFound(_) => {
                let above = path.trim_end_matches('/').rsplit_once('/').map_or("", |(above, _)| above);
                let there = self.file.group(above).and_then(|group| group.member_names());
                Error::missing(&self.path, "group", path, there.map(|(groups, _)| groups).unwrap_or_default())
            }
            _ => self.wrong(path, &said),
        })
    }

    pub(super) fn wrong(&self, place: &str, said: &error::Error) -> Error {
        Error::content(&self.path, format!("HDF5 object {place}"), "cannot be read", said)
    }

    /// Bytes that an array of the file may take.
    pub(crate) fn most(&self) -> u64 {
        self.most
    }
}

impl fmt::Debug for Hdf5File {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Hdf5File").field(&self.path).finish()
    }
}

/// What is wrong, without where.
fn innermost(said: &error::Error) -> &error::Error {
    let mut said = said;
    while let error::Error::Context { source, .. } = said {
        said = source;
    }
    said
}
