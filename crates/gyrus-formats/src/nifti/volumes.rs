//! Volumes, one after the other.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;

use flate2::read::MultiGzDecoder;

use super::file::NiftiFile;
use crate::Error;

/// Bytes after the last volume that are read to see that they are whole.
const AFTER: u64 = 1 << 16;

/// A file that is being read, with the last volume read from it.
pub(super) struct Volumes<'a> {
    file: &'a NiftiFile,
    source: Box<dyn Read>,
    next: usize,
    bytes: Vec<u8>,
}

impl<'a> Volumes<'a> {
    /// Goes to the first volume.
    pub fn open(file: &'a NiftiFile, volumes: Range<usize>) -> Result<Self, Error> {
        let read = Error::read(file.path());
        let mut plain = File::open(file.path()).map_err(read)?;
        let before = file.header().begin + (file.volume_bytes() * volumes.start) as u64;
        let mut opened = Self { file, source: Box::new(io::empty()), next: volumes.start, bytes: Vec::new() };
        if !file.is_compressed() {
            plain.seek(SeekFrom::Start(before)).map_err(read)?;
            opened.source = Box::new(plain);
            return Ok(opened);
        }
        let mut source = MultiGzDecoder::new(BufReader::with_capacity(1 << 16, plain));
        let skipped = io::copy(&mut source.by_ref().take(before), &mut io::sink());
        match skipped {
            Ok(skipped) if skipped == before => {}
            Ok(skipped) => return Err(opened.wrong("begins after the end of the file, at byte", skipped)),
            Err(said) => return Err(opened.wrong("cannot be decompressed", said)),
        }
        opened.source = Box::new(source);
        Ok(opened)
    }

    /// Reads the next volume.
    pub fn advance(&mut self) -> Result<(), Error> {
        let size = self.file.volume_bytes();
        self.bytes.clear();
        // Room is made as bytes come, not as the header says.
        let read = self.source.by_ref().take(size as u64).read_to_end(&mut self.bytes);
        match read {
            Ok(read) if read == size => {}
            Ok(read) => return Err(self.wrong(&format!("has fewer than {size} bytes"), read)),
            Err(said) => return Err(self.wrong("cannot be read", said)),
        }
        self.next += 1;
        if self.next == self.file.volumes() && self.file.is_compressed() {
            // The sum that is checked stands after the last byte.
            let rest = io::copy(&mut self.source.by_ref().take(AFTER), &mut io::sink());
            rest.map_err(|said| self.wrong("is followed by what cannot be decompressed", said))?;
        }
        Ok(())
    }

    /// The value of a voxel, given as the place of its number in the volume that was read last.
    pub fn value(&self, voxel: usize) -> f64 {
        let (header, size) = (self.file.header(), self.file.header().number.bytes());
        let stored = header.number.read(header.order, &self.bytes[voxel * size..(voxel + 1) * size]);
        let [slope, intercept] = header.scale;
        stored * slope + intercept
    }

    fn wrong(&self, wrong: &str, value: impl ToString) -> Error {
        Error::content(self.file.path(), format!("volume {} (from 0)", self.next), wrong, value)
    }
}

impl fmt::Debug for Volumes<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Volumes").field("file", self.file).field("next", &self.next).finish()
    }
}
