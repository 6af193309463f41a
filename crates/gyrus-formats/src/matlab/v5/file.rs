//! The variables of a file, found by their tags and read where they are needed.

use std::fs;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use flate2::bufread::ZlibDecoder;

use super::bytes::{Bytes, COMPRESSED, MATRIX};
use super::matrix::{head, matrix};
use crate::Error;
use crate::matlab::Value;
use crate::number::Order;

/// Bytes of the header.
const HEADER: u64 = 128;

/// Bytes of a variable in which its name is found: tag, flags, up to some ten sizes, and the name.
const NAMED_IN: u64 = 1024;

/// An open file.
#[derive(Debug)]
pub(in crate::matlab) struct File {
    path: PathBuf,
    order: Order,
    variables: Vec<Variable>,
}

/// Where a variable is.
#[derive(Debug)]
struct Variable {
    name: String,
    compressed: bool,
    /// First byte after the tag.
    begin: u64,
    size: u64,
}

impl File {
    /// Finds the variables of the file `path`, whose header has been looked at.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let read = Error::read(path);
        let mut file = fs::File::open(path).map_err(read)?;
        let length = file.metadata().map_err(read)?.len();
        let mut header = [0; HEADER as usize];
        file.read_exact(&mut header).map_err(read)?;
        let order = if header[126..] == *b"IM" { Order::Little } else { Order::Big };
        let mut found = Self { path: path.to_owned(), order, variables: Vec::new() };
        let mut at = HEADER;
        // What is too short for a tag is padding.
        while at + 8 <= length {
            let mut tag = [0; 8];
            file.seek(SeekFrom::Start(at)).and_then(|_| file.read_exact(&mut tag)).map_err(read)?;
            let [kind, size] = [0, 4].map(|i| order.u32([tag[i], tag[i + 1], tag[i + 2], tag[i + 3]]));
            let (begin, size) = (at + 8, u64::from(size));
            if ![MATRIX, COMPRESSED].contains(&kind) {
                return Err(Error::content(
                    path,
                    format!("byte {at} (from 0)"),
                    "begins no variable, by its type",
                    kind,
                ));
            }
            if begin + size > length {
                return Err(Error::Length { path: path.to_owned(), found: length, expected: begin + size });
            }
            let mut variable = Variable { name: String::new(), compressed: kind == COMPRESSED, begin, size };
            variable.name = found.name(&variable)?;
            // Nameless variables are MATLAB's own.
            if !variable.name.is_empty() {
                found.variables.push(variable);
            }
            at = begin + size;
        }
        Ok(found)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn names(&self) -> Vec<String> {
        self.variables.iter().map(|variable| variable.name.clone()).collect()
    }

    /// The variable of that name, which is there.
    pub fn read(&self, name: &str) -> Result<Value, Error> {
        let variable = self.variables.iter().find(|variable| variable.name == name);
        let variable = variable.expect("the caller has looked for the name");
        let mut bytes = Vec::new();
        self.content(variable, u64::MAX, &mut bytes)?;
        matrix(Bytes::new(&self.path, name, self.order, &bytes).element()?, 0)
    }

    fn name(&self, variable: &Variable) -> Result<String, Error> {
        let mut bytes = Vec::new();
        self.content(variable, NAMED_IN, &mut bytes)?;
        let place = format!("at byte {} of the file", variable.begin);
        // The tag promises more than these first bytes.
        let Some(after_tag) = bytes.get(8..) else {
            return Err(Bytes::new(&self.path, &place, self.order, &bytes).wrong("has no room for a tag", bytes.len()));
        };
        head(&mut Bytes::new(&self.path, &place, self.order, after_tag)).map(|head| head.name)
    }

    /// The first `most` bytes of a variable, with its tag, decompressed.
    fn content(&self, variable: &Variable, most: u64, bytes: &mut Vec<u8>) -> Result<(), Error> {
        let read = Error::read(&self.path);
        let mut file = fs::File::open(&self.path).map_err(read)?;
        if !variable.compressed {
            file.seek(SeekFrom::Start(variable.begin - 8)).map_err(read)?;
            file.take((variable.size + 8).min(most)).read_to_end(bytes).map_err(read)?;
            return Ok(());
        }
        file.seek(SeekFrom::Start(variable.begin)).map_err(read)?;
        let packed = BufReader::new(file.take(variable.size));
        // A matrix says its own size first, in four bytes.
        let (most, name) = (most.min(8 + u64::from(u32::MAX)), &variable.name);
        ZlibDecoder::new(packed).take(most).read_to_end(bytes).map(drop).map_err(|said| {
            Error::content(
                &self.path,
                format!("variable `{name}` at byte {}", variable.begin),
                "cannot be decompressed",
                said,
            )
        })
    }
}
