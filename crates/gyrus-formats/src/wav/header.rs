//! The chunks before the sound.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use crate::Error;

/// Chunks that a file may have before its sound.
const MOST_CHUNKS: usize = 10_000;

/// A size that means "not known yet" or "see the chunk ds64".
const UNKNOWN: u32 = u32::MAX;

/// How a number of the sound is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// A whole number of so many bytes, from 1 to 4; one byte has no sign.
    Whole(usize),
    Float32,
    Float64,
}

impl Encoding {
    /// Bytes of a number.
    pub fn bytes(self) -> usize {
        match self {
            Self::Whole(bytes) => bytes,
            Self::Float32 => 4,
            Self::Float64 => 8,
        }
    }
}

/// What the header says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Header {
    pub rate: f64,
    pub channels: usize,
    pub encoding: Encoding,
    /// First byte of the sound.
    pub begin: u64,
    /// Samples of each channel.
    pub samples: usize,
}

/// A chunk: its name, its size, and the first byte of its content.
struct Chunk {
    name: [u8; 4],
    size: u32,
    begin: u64,
}

/// The header of a file; its sound ends within the file.
pub(super) fn read(path: &Path, file: &mut File) -> Result<Header, Error> {
    let read = Error::read(path);
    let length = file.metadata().map_err(read)?.len();
    let mut first = [0; 12];
    if length < 12 {
        return Err(Error::Length { path: path.to_owned(), found: length, expected: 12 });
    }
    file.read_exact(&mut first).map_err(read)?;
    if !matches!(&first[..4], b"RIFF" | b"RF64") || first[8..] != *b"WAVE" {
        return Err(Error::content(
            path,
            "the file",
            "is no WAV file, by its first letters",
            first[..4].escape_ascii(),
        ));
    }
    let (mut at, mut format, mut long) = (12, None, None);
    for _ in 0..MOST_CHUNKS {
        let chunk = chunk(path, file, at, length)?;
        match &chunk.name {
            b"fmt " => format = Some(self::format(path, &content(path, file, &chunk, 40, length)?, chunk.begin)?),
            b"ds64" => {
                let sizes = content(path, file, &chunk, 16, length)?;
                long = sizes.get(8..).and_then(|bytes| bytes.first_chunk()).map(|bytes| u64::from_le_bytes(*bytes));
            }
            b"data" => {
                let Some((rate, channels, encoding)) = format else {
                    return Err(Error::content(
                        path,
                        format!("byte {at}"),
                        "begins the sound before its format",
                        "data",
                    ));
                };
                let samples = samples(path, &chunk, long, length, channels * encoding.bytes())?;
                return Ok(Header { rate, channels, encoding, begin: chunk.begin, samples });
            }
            _ => {}
        }
        // Chunks are padded to two bytes.
        at = chunk.begin + u64::from(chunk.size).next_multiple_of(2);
    }
    Err(Error::content(path, "the file", "has too many chunks before its sound", MOST_CHUNKS))
}

fn chunk(path: &Path, file: &mut File, at: u64, length: u64) -> Result<Chunk, Error> {
    if at.checked_add(8).is_none_or(|end| end > length) {
        return Err(Error::content(
            path,
            format!("byte {at}"),
            "is where the sound should begin, and the file ends at",
            length,
        ));
    }
    let mut tag = [0; 8];
    file.seek(SeekFrom::Start(at)).and_then(|_| file.read_exact(&mut tag)).map_err(Error::read(path))?;
    let [a, b, c, d, size @ ..] = tag;
    Ok(Chunk { name: [a, b, c, d], size: u32::from_le_bytes(size), begin: at + 8 })
}

/// The first bytes of a chunk.
fn content(path: &Path, file: &mut File, chunk: &Chunk, most: u32, length: u64) -> Result<Vec<u8>, Error> {
    let expected = chunk.begin + u64::from(chunk.size);
    if expected > length {
        return Err(Error::Length { path: path.to_owned(), found: length, expected });
    }
    let mut bytes = Vec::new();
    file.take(u64::from(chunk.size.min(most))).read_to_end(&mut bytes).map_err(Error::read(path))?;
    Ok(bytes)
}

/// Rate, channels and encoding.
fn format(path: &Path, bytes: &[u8], at: u64) -> Result<(f64, usize, Encoding), Error> {
    let wrong = |wrong: &str, value: u32| Err(Error::content(path, format!("byte {at}: format"), wrong, value));
    let number = |at: usize| bytes.get(at..at + 2).map(|bytes| u16::from_le_bytes([bytes[0], bytes[1]]));
    let rate = bytes.get(4..8).and_then(|bytes| bytes.first_chunk()).map(|bytes| u32::from_le_bytes(*bytes));
    let (Some(tag), Some(channels), Some(rate), Some(frame), Some(bits)) =
        (number(0), number(2), rate, number(12), number(14))
    else {
        return wrong("has too few bytes", bytes.len() as u32);
    };
    // The extensible form says the kind of numbers further back.
    let tag = if tag == 0xfffe { number(24).unwrap_or(tag) } else { tag };
    if rate == 0 || channels == 0 {
        return wrong("has no rate or no channels", rate);
    }
    if frame % channels != 0 {
        return wrong("has samples whose bytes do not fit its channels", frame.into());
    }
    let width = frame / channels;
    let encoding = match (tag, width) {
        (1, 1..=4) if (1..=width * 8).contains(&bits) => Encoding::Whole(width.into()),
        (1, _) => return wrong("has whole numbers of other than 8, 16, 24 or 32 bits", bits.into()),
        (3, 4) if bits == 32 => Encoding::Float32,
        (3, 8) if bits == 64 => Encoding::Float64,
        (3, _) => return wrong("has floats of other than 32 or 64 bits", bits.into()),
        _ => return wrong("is compressed or unknown, which is not read; its number is", tag.into()),
    };
    Ok((f64::from(rate), channels.into(), encoding))
}

/// How many samples of `frame` bytes the sound has.
fn samples(path: &Path, chunk: &Chunk, long: Option<u64>, length: u64, frame: usize) -> Result<usize, Error> {
    let (available, frame) = (length - chunk.begin, frame as u64);
    let size = match (chunk.size, long) {
        (UNKNOWN, Some(long)) => long,
        // Programs that write to a pipe do not know the size.
        (UNKNOWN, None) => available - available % frame,
        (size, _) => size.into(),
    };
    if size > available {
        return Err(Error::Length { path: path.to_owned(), found: length, expected: chunk.begin.saturating_add(size) });
    }
    if size % frame != 0 {
        let wrong = format!("is no whole number of samples of {frame} bytes");
        return Err(Error::content(path, "size of the sound", wrong, size));
    }
    Ok((size / frame) as usize)
}
