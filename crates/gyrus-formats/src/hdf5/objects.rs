//! Everything that is in a file, by its path and by its address.

use std::collections::{BTreeMap, HashMap, HashSet};

use hdf5_reader::Dataset;
use hdf5_reader::group::Group;

use super::{DataSet, Hdf5File};
use crate::Error;

/// How deep groups may lie in groups.
const DEEPEST: usize = 64;

/// A group or a data set.
#[derive(Debug, Clone)]
pub enum Object {
    /// A group, with its path.
    Group(String),
    /// A data set.
    DataSet(Box<DataSet>),
}

/// A group or a data set as the library has it.
enum Found {
    Group,
    DataSet(Box<Dataset>),
}

/// All objects that links of the file lead to.
pub(super) struct Objects {
    /// Path of the first link that leads to an address, and what is there.
    by_address: HashMap<u64, (String, Found)>,
    /// Addresses of data sets by path.
    by_path: BTreeMap<String, u64>,
}

impl Objects {
    /// Follows every link of the file; a group that is met again is not walked again.
    pub fn walk(root: Group) -> hdf5_reader::error::Result<Self> {
        let mut found = Self { by_address: HashMap::new(), by_path: BTreeMap::new() };
        let mut walked = HashSet::from([root.address()]);
        let mut open = vec![(String::new(), root, 0)];
        while let Some((path, group, depth)) = open.pop() {
            let (groups, data_sets) = group.members()?;
            for data_set in data_sets {
                let (path, address) = (format!("{path}/{}", data_set.name()), data_set.address());
                found.by_path.insert(path.clone(), address);
                found.by_address.entry(address).or_insert_with(|| (path, Found::DataSet(Box::new(data_set))));
            }
            for group in groups {
                let (path, address) = (format!("{path}/{}", group.name()), group.address());
                found.by_address.entry(address).or_insert_with(|| (path.clone(), Found::Group));
                if depth < DEEPEST && walked.insert(address) {
                    open.push((path, group, depth + 1));
                }
            }
        }
        Ok(found)
    }

    /// Paths of all data sets, in alphabetical order.
    pub fn data_sets(&self) -> impl Iterator<Item = &str> {
        self.by_path.keys().map(String::as_str)
    }

    /// What is at an address.
    pub fn at(&self, file: &Hdf5File, address: u64) -> Result<Object, Error> {
        match self.by_address.get(&address) {
            Some((path, Found::Group)) => Ok(Object::Group(path.clone())),
            Some((path, Found::DataSet(data_set))) => {
                DataSet::new(file, path.clone(), (**data_set).clone()).map(|found| Object::DataSet(Box::new(found)))
            }
            None => Err(Error::content(file.path(), "a reference", "leads to no object", format!("{address:#x}"))),
        }
    }
}

impl std::fmt::Debug for Objects {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_set().entries(self.by_path.keys()).finish()
    }
}
