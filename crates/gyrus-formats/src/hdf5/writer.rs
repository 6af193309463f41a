//! Writes matrices of single precision as HDF5: one group, whose data sets lie whole one after the other.
//!
//! The oldest form of the format that every reader knows: a superblock of version 0, a table of symbols in one node, object
//! headers of version 1. Source: the HDF Group's file format specification, version 3.0.

use std::io::{self, Write};
use std::path::Path;

use ndarray::ArrayView2;

use crate::Error;
use crate::whole_file::write_whole;

/// Bytes of the superblock, of the header of the group, of the node of its tree and of what is before names in the heap.
const SUPERBLOCK: u64 = 96;
const GROUP: u64 = 40;
const TREE: u64 = 544;
const HEAP: u64 = 32;
/// Bytes of an entry of the table of symbols, and before the first.
const SYMBOL: u64 = 40;
const SYMBOLS: u64 = 8;
/// Half of the children that a node of the tree has room for; one is used.
const TREE_RANK: u16 = 16;
/// An address that is none.
const NOWHERE: u64 = u64::MAX;
/// Data sets that the one node of symbols can count.
const MOST: usize = 65_534;

/// Bytes of the header of a data set, of which its messages have all but 16.
const DATA_SET: u64 = 16 + MESSAGES;
const MESSAGES: u64 = (8 + 24) + (8 + 24) + (8 + 8) + (8 + 24);

/// A data set that is to be written: its name and its values, `(rows, columns)`.
pub type NewDataSet<'a> = (&'a str, ArrayView2<'a, f32>);

/// Writes data sets of the first group to `path`, whole or not at all; the same data sets give the same bytes.
///
/// # Errors
/// [`Error::Write`]; [`Error::Content`] for a name that is empty, `.`, stands twice or holds `/` or a character that is none of
/// printable ASCII, and for more than 65,534 data sets.
pub fn write_hdf5(path: &Path, data_sets: &[NewDataSet<'_>]) -> Result<(), Error> {
    let mut sorted: Vec<&NewDataSet<'_>> = data_sets.iter().collect();
    sorted.sort_by_key(|(name, _)| *name);
    let plain = |name: &str| name.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'/');
    if let Some((name, _)) = sorted.iter().find(|(name, _)| name.is_empty() || *name == "." || !plain(name)) {
        return Err(Error::content(path, "data set", "has a name that cannot be written", name));
    }
    if let Some(pair) = sorted.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(Error::content(path, "data set", "has a name that stands twice", pair[0].0));
    }
    if sorted.len() > MOST {
        return Err(Error::content(path, "the file", format!("can hold {MOST} data sets, not"), sorted.len()));
    }
    let plan = Plan::new(&sorted);
    write_whole(path, |file| {
        file.write_all(&plan.superblock())?;
        file.write_all(&plan.group())?;
        file.write_all(&plan.headers(&sorted))?;
        sorted.iter().try_for_each(|(_, values)| write_values(file, values))
    })
}

/// Where everything lies.
struct Plan {
    /// Where each name begins in the heap, and the bytes of all.
    names: Vec<u64>,
    name_bytes: u64,
    /// Room for symbols in their node.
    room: u64,
    headers: u64,
    /// Where the values of each data set begin.
    values: Vec<u64>,
    end: u64,
}

impl Plan {
    fn new(data_sets: &[&NewDataSet<'_>]) -> Self {
        let room = (data_sets.len() as u64).next_multiple_of(2).max(8);
        // The first name of a heap is empty.
        let mut name_bytes = 8;
        let names = data_sets.iter().map(|(name, _)| next(&mut name_bytes, name.len() as u64 + 1)).collect();
        let headers = SUPERBLOCK + GROUP + TREE + HEAP + name_bytes + SYMBOLS + room * SYMBOL;
        let mut end = headers + DATA_SET * data_sets.len() as u64;
        let values = data_sets.iter().map(|(_, values)| next(&mut end, 4 * values.len() as u64)).collect();
        Self { names, name_bytes, room, headers, values, end }
    }

    fn superblock(&self) -> Vec<u8> {
        let mut bytes = b"\x89HDF\r\n\x1a\n".to_vec();
        // Versions of all parts, then bytes of an address and of a length.
        bytes.extend([0, 0, 0, 0, 0, 8, 8, 0]);
        bytes.extend(((self.room / 2) as u16).to_le_bytes());
        bytes.extend(TREE_RANK.to_le_bytes());
        bytes.extend([0; 4]);
        longs(&mut bytes, &[0, NOWHERE, self.end, NOWHERE]);
        // The first group as a symbol that names its tree and its heap.
        longs(&mut bytes, &[0, SUPERBLOCK, 1, SUPERBLOCK + GROUP, SUPERBLOCK + GROUP + TREE]);
        bytes
    }

    /// The first group: its header, tree, heap and symbols.
    fn group(&self) -> Vec<u8> {
        let tree = SUPERBLOCK + GROUP;
        let heap = tree + TREE;
        let symbols = heap + HEAP + self.name_bytes;
        let mut bytes = header(1, GROUP - 16);
        message(&mut bytes, 0x11, &pair(tree, heap));
        bytes.extend(b"TREE\0\0");
        bytes.extend(u16::from(!self.names.is_empty()).to_le_bytes());
        let last = self.names.last().copied().unwrap_or(0);
        longs(&mut bytes, &[NOWHERE, NOWHERE, 0, symbols, last]);
        bytes.resize((GROUP + TREE) as usize, 0);
        bytes.extend(b"HEAP\0\0\0\0");
        // No free room: a free list that begins at 1.
        longs(&mut bytes, &[self.name_bytes, 1, heap + HEAP]);
        bytes
    }

    /// Names, symbols, and the headers of all data sets.
    fn headers(&self, data_sets: &[&NewDataSet<'_>]) -> Vec<u8> {
        let mut bytes = vec![0; 8];
        for ((name, _), at) in data_sets.iter().zip(&self.names) {
            bytes.resize(*at as usize, 0);
            bytes.extend(name.as_bytes());
        }
        bytes.resize(self.name_bytes as usize, 0);
        bytes.extend(b"SNOD\x01\0");
        bytes.extend((data_sets.len() as u16).to_le_bytes());
        for (i, name) in self.names.iter().enumerate() {
            longs(&mut bytes, &[*name, self.headers + DATA_SET * i as u64, 0, 0, 0]);
        }
        bytes.resize((self.name_bytes + SYMBOLS + self.room * SYMBOL) as usize, 0);
        data_sets.iter().zip(&self.values).for_each(|((_, values), at)| data_set(&mut bytes, values, *at));
        bytes
    }
}

/// Where the next `bytes` begin, which end at a multiple of 8.
fn next(end: &mut u64, bytes: u64) -> u64 {
    let begin = *end;
    *end += bytes.next_multiple_of(8);
    begin
}

/// The header of a data set whose values begin at `at`.
fn data_set(bytes: &mut Vec<u8>, values: &ArrayView2<'_, f32>, at: u64) {
    bytes.extend(header(4, MESSAGES));
    let mut space = vec![1, 2, 0, 0, 0, 0, 0, 0];
    longs(&mut space, &[values.nrows() as u64, values.ncols() as u64]);
    message(bytes, 0x01, &space);
    // A number of 4 bytes, little end first: sign in bit 31, exponent of 8 bits from 23 on, 23 bits of mantissa, bias 127.
    let number = [0x11, 0x20, 31, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0, 0, 0, 0, 0];
    message(bytes, 0x03, &number);
    message(bytes, 0x05, &[2, 2, 2, 1, 0, 0, 0, 0]);
    // Whole, from `at` on; an empty one lies nowhere.
    let mut place = vec![3, 1];
    place.extend(pair(if values.is_empty() { NOWHERE } else { at }, 4 * values.len() as u64));
    place.resize(24, 0);
    message(bytes, 0x08, &place);
}

/// The first 16 bytes of an object's header.
fn header(messages: u16, bytes: u64) -> Vec<u8> {
    let mut header = vec![1, 0];
    header.extend(messages.to_le_bytes());
    header.extend(1_u32.to_le_bytes());
    header.extend((bytes as u32).to_le_bytes());
    header.extend([0; 4]);
    header
}

/// A message of a header; `content` has a multiple of 8 bytes.
fn message(bytes: &mut Vec<u8>, kind: u16, content: &[u8]) {
    bytes.extend(kind.to_le_bytes());
    bytes.extend((content.len() as u16).to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend(content);
}

fn pair(a: u64, b: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    longs(&mut bytes, &[a, b]);
    bytes
}

fn longs(bytes: &mut Vec<u8>, numbers: &[u64]) {
    bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
}

fn write_values(file: &mut dyn Write, values: &ArrayView2<'_, f32>) -> io::Result<()> {
    for row in values.rows() {
        let bytes: Vec<u8> = row.iter().flat_map(|value| value.to_le_bytes()).collect();
        file.write_all(&bytes)?;
    }
    file.write_all(&[0; 8][..(4 * values.len()).next_multiple_of(8) - 4 * values.len()])
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::hdf5::Hdf5File;

    /// Some matrices, one of them empty.
    fn matrices(n: usize) -> Vec<(String, Array2<f32>)> {
        let matrix =
            |i: usize| Array2::from_shape_fn((3 * i, 5), |(row, column)| (i * row) as f32 - 0.5 * column as f32);
        (0..n).map(|i| (format!("layer-{i}"), matrix(i))).collect()
    }

    fn written(path: &Path, matrices: &[(String, Array2<f32>)]) -> Result<(), Error> {
        let views: Vec<NewDataSet<'_>> = matrices.iter().map(|(name, values)| (name.as_str(), values.view())).collect();
        write_hdf5(path, &views)
    }

    #[test]
    fn what_is_written_is_read() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        for n in [0, 1, 4, 49] {
            let path = folder.path().join(format!("{n}.hdf5"));
            let matrices = matrices(n);
            written(&path, &matrices)?;
            let file = Hdf5File::open(&path)?;
            assert_eq!(file.data_sets("/")?.len(), n);
            for (name, values) in &matrices {
                let data = file.data_set(name)?;
                assert_eq!(data.shape(), values.shape());
                if !values.is_empty() {
                    let rows = data.rows(0..values.nrows())?;
                    assert!(rows.iter().zip(values).all(|(a, b)| *a == f64::from(*b)), "{name}");
                }
            }
        }
        Ok(())
    }

    #[test]
    fn names_that_cannot_be_written_are_named() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("x.hdf5");
        let values = Array2::zeros((1, 1));
        for (names, expected) in [
            (vec![""], "has a name that cannot be written: ``"),
            (vec!["a/b"], "has a name that cannot be written: `a/b`"),
            (vec!["ä"], "has a name that cannot be written: `ä`"),
            (vec!["a", "b", "a"], "has a name that stands twice: `a`"),
        ] {
            let views: Vec<NewDataSet<'_>> = names.into_iter().map(|name| (name, values.view())).collect();
            let said = write_hdf5(&path, &views).err().map(|error| error.to_string());
            assert!(said.as_deref().is_some_and(|said| said.ends_with(expected)), "{said:?}");
            assert!(!path.exists());
        }
        Ok(())
    }
}
