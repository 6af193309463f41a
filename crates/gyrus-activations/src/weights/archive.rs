//! A zip archive of stored entries, as `torch.save` writes it: each entry is a stretch of the file.
//!
//! Names and places come from the directory at the end of the file, with the zip64 fields for more than 4 GB;
//! the checksum of an entry is compared where it is read whole, unless it is zero: PyTorch can be told to leave it out.

use std::collections::HashMap;
use std::ops::Range;

use crate::weights::bytes::Bytes;
use crate::weights::checksum::crc32;
use crate::weights::flaw::Flaw;

const ENTRY: &[u8] = b"PK\x03\x04";
const DIRECTORY_ENTRY: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
const END_64: &[u8] = b"PK\x06\x06";
const LOCATOR_64: &[u8] = b"PK\x06\x07";

/// Bytes of the end record, without its comment.
const END_LENGTH: usize = 22;
/// Bytes of the record that says where the zip64 end record is; it stands before the end record.
const LOCATOR_LENGTH: usize = 20;
/// The extra field with the numbers that do not fit into 32 bits.
const EXTRA_64: u16 = 1;
/// Stands in a 32-bit field for "see the zip64 field".
const ELSEWHERE: u64 = u32::MAX as u64;
/// The flag of an encrypted entry.
const ENCRYPTED: u16 = 1;

/// Every entry of an archive, known to lie inside it.
#[derive(Debug)]
pub(crate) struct Archive<'a> {
    file: &'a [u8],
    entries: HashMap<&'a str, Entry>,
}

/// A stretch of the file.
#[derive(Debug)]
struct Entry {
    place: Range<usize>,
    checksum: u32,
}

/// What the end of an archive says about its directory.
struct Directory {
    start: usize,
    entries: u64,
}

/// A line of the directory.
struct Line<'a> {
    name: &'a str,
    flags: u16,
    method: u16,
    checksum: u32,
    packed: u64,
    size: u64,
    /// Place of the entry's own header.
    start: u64,
}

impl<'a> Archive<'a> {
    /// Reads the directory of the archive `file`.
    pub(crate) fn new(file: &'a [u8]) -> Result<Self, Flaw> {
        let directory = directory(file)?;
        let mut bytes = Bytes::new(file, directory.start);
        let mut entries = HashMap::new();
        for _ in 0..directory.entries {
            let line = line(&mut bytes)?;
            let entry = Entry { place: place(file, &line, directory.start)?, checksum: line.checksum };
            if entries.insert(line.name, entry).is_some() {
                return Err(Flaw::Damaged(format!("the archive has two entries `{}`", line.name)));
            }
        }
        Ok(Self { file, entries })
    }

    /// The name of every entry, in no order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.entries.keys().copied()
    }

    /// Where in the file the contents of an entry are.
    pub(crate) fn place(&self, name: &str) -> Option<Range<usize>> {
        self.entries.get(name).map(|entry| entry.place.clone())
    }

    /// The contents of an entry, compared with its checksum.
    pub(crate) fn contents(&self, name: &str) -> Result<Option<&'a [u8]>, Flaw> {
        let Some(Entry { place, checksum }) = self.entries.get(name) else { return Ok(None) };
        let contents = &self.file[place.clone()];
        if *checksum != 0 && *checksum != crc32(contents) {
            return Err(Flaw::Damaged(format!("the archive's entry `{name}` does not have its checksum")));
        }
        Ok(Some(contents))
    }
}

/// Finds the directory from the end record, which is the last thing in the file but for a comment.
fn directory(file: &[u8]) -> Result<Directory, Flaw> {
    let damaged = || Flaw::Damaged("the directory at its end is missing".into());
    let last = file.len().checked_sub(END_LENGTH).ok_or_else(damaged)?;
    let is_end = |&at: &usize| {
        let comment = [file[at + END_LENGTH - 2], file[at + END_LENGTH - 1]];
        file[at..].starts_with(END) && usize::from(u16::from_le_bytes(comment)) == last - at
    };
    let end = (last.saturating_sub(usize::from(u16::MAX))..=last).rev().find(is_end).ok_or_else(damaged)?;
    let mut bytes = Bytes::new(file, end + END.len());
    let (_disks, _entries_here) = (bytes.u32()?, bytes.u16()?);
    let (entries, _length, start) = (bytes.u16()?, bytes.u32()?, u64::from(bytes.u32()?));
    if entries == u16::MAX || start == ELSEWHERE {
        return directory_64(file, end);
    }
    Ok(Directory { start: index(start)?, entries: entries.into() })
}

fn directory_64(file: &[u8], end: usize) -> Result<Directory, Flaw> {
    let damaged = || Flaw::Damaged("the zip64 directory at its end is missing".into());
    let mut bytes = Bytes::new(file, end.checked_sub(LOCATOR_LENGTH).ok_or_else(damaged)?);
    if bytes.take(LOCATOR_64.len())? != LOCATOR_64 {
        return Err(damaged());
    }
    let (_disk, end) = (bytes.u32()?, bytes.u64()?);
    let mut bytes = Bytes::new(file, index(end)?);
    if bytes.take(END_64.len())? != END_64 {
        return Err(damaged());
    }
    let (_length, _versions, _disks, _entries_here) = (bytes.u64()?, bytes.u32()?, bytes.u64()?, bytes.u64()?);
    let (entries, _length, start) = (bytes.u64()?, bytes.u64()?, bytes.u64()?);
    Ok(Directory { start: index(start)?, entries })
}

fn line<'a>(bytes: &mut Bytes<'a>) -> Result<Line<'a>, Flaw> {
    let at = bytes.at();
    if bytes.take(DIRECTORY_ENTRY.len())? != DIRECTORY_ENTRY {
        return Err(Flaw::Damaged(format!("no directory entry at byte {at}")));
    }
    let (_versions, flags, method, _time) = (bytes.u32()?, bytes.u16()?, bytes.u16()?, bytes.u32()?);
    let (checksum, mut packed, mut size) = (bytes.u32()?, u64::from(bytes.u32()?), u64::from(bytes.u32()?));
    let (name, extra, comment) = (bytes.u16()?, bytes.u16()?, bytes.u16()?);
    let (_attributes, mut start) = (bytes.take(8)?, u64::from(bytes.u32()?));
    let name = str::from_utf8(bytes.take(name.into())?)
        .map_err(|_| Flaw::Damaged(format!("the directory entry at byte {at} has a name that is not UTF-8")))?;
    let mut long = extra_64(bytes.take(extra.into())?)?;
    bytes.take(comment.into())?;
    for field in [&mut size, &mut packed, &mut start] {
        if *field == ELSEWHERE {
            *field = long.u64()?;
        }
    }
    Ok(Line { name, flags, method, checksum, packed, size, start })
}

/// The zip64 field among the extra fields of an entry; empty if there is none.
fn extra_64(extra: &[u8]) -> Result<Bytes<'_>, Flaw> {
    let mut bytes = Bytes::new(extra, 0);
    while extra.len() - bytes.at() >= 4 {
        let (kind, length) = (bytes.u16()?, bytes.u16()?);
        let field = bytes.take(length.into())?;
        if kind == EXTRA_64 {
            return Ok(Bytes::new(field, 0));
        }
    }
    Ok(Bytes::new(&[], 0))
}

/// Where the contents of an entry are, checked against its own header and the start of the directory.
fn place(file: &[u8], line: &Line<'_>, end: usize) -> Result<Range<usize>, Flaw> {
    let name = line.name;
    if line.flags & ENCRYPTED != 0 {
        return Err(Flaw::Unread(format!("its entry `{name}` is encrypted")));
    }
    if line.method != 0 {
        return Err(Flaw::Unread(format!("its entry `{name}` is compressed, which `torch.save` never does")));
    }
    let damaged = || Flaw::Damaged(format!("the archive's entry `{name}` is not where the directory says"));
    let mut bytes = Bytes::new(file, index(line.start)?);
    if bytes.take(ENTRY.len())? != ENTRY || line.packed != line.size {
        return Err(damaged());
    }
    bytes.take(22)?;
    let (name_length, extra) = (bytes.u16()?, bytes.u16()?);
    if bytes.take(name_length.into())? != name.as_bytes() {
        return Err(damaged());
    }
    bytes.take(extra.into())?;
    let start = bytes.at();
    match start.checked_add(index(line.size)?) {
        Some(stop) if stop <= end && end <= file.len() => Ok(start..stop),
        _ => Err(damaged()),
    }
}

fn index(place: u64) -> Result<usize, Flaw> {
    usize::try_from(place).map_err(|_| Flaw::Damaged(format!("the archive speaks of byte {place}")))
}
