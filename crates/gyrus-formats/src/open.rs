//! Opens a file of signals of whatever format.

use std::path::Path;

use crate::brainvision::BrainVisionFile;
use crate::edf::EdfFile;
use crate::fif::{FifFile, inflate};
use crate::nwb::NwbFile;
use crate::source::Source;
use crate::{Error, Signals};

/// What is read, for errors.
const KNOWN: &str =
    "EDF and BDF (.edf, .bdf), BrainVision (.vhdr with .eeg and .vmrk), FIF (.fif, .fif.gz), NWB (.nwb)";
/// The identity that FIF files begin with, in either order of bytes.
const FIF: [&[u8]; 2] = [b"\0\0\0\x64\0\0\0\x1f", b"\x64\0\0\0\x1f\0\0\0"];

/// Opens a file of signals, told by its name and its first bytes; samples are read later, where they are needed.
///
/// Of a BrainVision recording any of the three files may be named.
///
/// # Errors
/// [`Error::Unknown`] for a file of another format, [`Error::Companion`] for the samples or markers of a BrainVision recording
/// without a header beside them, and what the reader of the format says: [`EdfFile::open`], [`BrainVisionFile::open`],
/// [`FifFile::open`], [`NwbFile::open`], for which a file with several series is one too many.
pub fn open(path: &Path) -> Result<Box<dyn Signals>, Error> {
    let source = Source::open(path)?;
    let mut first = source.take(0, 8.min(source.length()))?;
    if first.starts_with(&inflate::BEGINNING) {
        first = inflate::first(path, 8)?;
    }
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let text = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&first).to_ascii_lowercase();
    match ending.as_str() {
        _ if FIF.contains(&&first[..]) => Ok(Box::new(FifFile::open(path)?)),
        "vmrk" => Ok(Box::new(BrainVisionFile::open(&header_of(path)?)?)),
        _ if text.starts_with(b"brain") => Ok(Box::new(BrainVisionFile::open(path)?)),
        _ if first == b"0       " || first == b"\xffBIOSEMI" => Ok(Box::new(EdfFile::open(path)?)),
        // Names that are meant, of files that are not: their readers know what is wrong.
        "edf" | "bdf" => Ok(Box::new(EdfFile::open(path)?)),
        "vhdr" => Ok(Box::new(BrainVisionFile::open(path)?)),
        "fif" => Ok(Box::new(FifFile::open(path)?)),
        "nwb" => Ok(Box::new(NwbFile::open(path, None)?)),
        "eeg" => Ok(Box::new(BrainVisionFile::open(&header_of(path)?)?)),
        _ => Err(Error::Unknown { path: path.to_owned(), known: KNOWN }),
    }
}

/// The header of a BrainVision recording of which another file is named.
fn header_of(path: &Path) -> Result<std::path::PathBuf, Error> {
    let header = path.with_extension("vhdr");
    let name = header.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let hint = "it is read by its header, which must have the same name";
    if header.is_file() { Ok(header) } else { Err(Error::Companion { path: path.to_owned(), name, hint }) }
}
