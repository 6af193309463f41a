//! Writes continuous recordings in single precision as FIF, as MNE reads it.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use ndarray::Array2;

use super::channel::BYTES;
use super::code::{block, holds, kind_code, tag, unit_code};
use crate::whole_file::write_whole;
use crate::{ChannelKind, Error};

/// Bytes of a name that fit a channel's description.
const NAME: usize = 15;
/// Shape of a sensor that is an electrode, and of one that is none.
const ELECTRODE: i32 = 1;
const NO_COIL: i32 = 0;

/// A channel that is to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct FifChannel {
    /// Its name, 1 to 15 letters of ASCII.
    pub name: String,
    /// What it measures.
    pub kind: ChannelKind,
    /// Unit of its values, for instance `V`; empty for plain numbers.
    pub unit: String,
    /// Where it is, in metres in the frame of the head.
    pub position: Option<[f32; 3]>,
}

/// What is to be written besides the samples.
#[derive(Debug, Clone, PartialEq)]
pub struct FifHeader {
    /// Its channels, one or more.
    pub channels: Vec<FifChannel>,
    /// Samples a second.
    pub rate: f32,
    /// Frequencies in hertz that it was filtered to.
    pub band: [f32; 2],
}

/// Writes a recording to `path`, whole or not at all: `buffers`, `(samples, channels)`, one after the other.
///
/// Buffers are taken as they come and only one is in memory. The same input gives the same bytes: no date is written.
/// MNE wants names that end with `raw.fif`, `_ieeg.fif`, `_eeg.fif` or `_meg.fif`, and reads up to 2 GB without a warning.
///
/// # Errors
/// [`Error::Write`], also for a buffer that has not one column per channel or is longer than 2 GB; [`Error::Whole`] for
/// no channels, a name that is none, too long or stands twice, a unit that FIF has no number for, and a rate that is no
/// positive number.
pub fn write_fif(path: &Path, header: &FifHeader, buffers: impl IntoIterator<Item = Array2<f32>>) -> Result<(), Error> {
    if let Some(wrong) = wrong(header) {
        return Err(Error::Whole { path: path.to_owned(), wrong: format!("cannot be written: {wrong}") });
    }
    write_whole(path, |file| {
        beginning(file, header)?;
        for (i, buffer) in buffers.into_iter().enumerate() {
            let bytes = i32::try_from(buffer.len() * 4).ok().filter(|_| buffer.ncols() == header.channels.len());
            let said = || format!("buffer {i} (from 0) of {:?} for {} channels", buffer.dim(), header.channels.len());
            let size = bytes.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, said()))?;
            head(file, tag::BUFFER, holds::F32, size)?;
            let bytes: Vec<u8> = buffer.iter().flat_map(|value| value.to_be_bytes()).collect();
            file.write_all(&bytes)?;
        }
        whole(file, tag::BLOCK_END, block::RAW)?;
        whole(file, tag::BLOCK_END, block::MEASUREMENT)?;
        words(file, &[tag::NOTHING, 0, 0, -1])
    })
}

/// What is wrong with a header, if anything is.
fn wrong(header: &FifHeader) -> Option<String> {
    let mut names = BTreeSet::new();
    let plain = |name: &str| (1..=NAME).contains(&name.len()) && name.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    let mut twice = |name: &str| !names.insert(name.to_owned());
    let channel = |channel: &FifChannel| {
        let name = &channel.name;
        if !plain(name) {
            return Some(format!("name is not 1 to 15 letters of ASCII: `{name}`"));
        }
        if unit_code(&channel.unit).is_none() {
            return Some(format!("channel `{name}` has a unit that FIF has no number for: `{}`", channel.unit));
        }
        twice(name).then(|| format!("name stands twice: `{name}`"))
    };
    match header.channels.is_empty() {
        true => Some("there are no channels".to_owned()),
        false if !(header.rate.is_finite() && header.rate > 0.0) => {
            Some(format!("rate is no positive number: `{}`", header.rate))
        }
        false => header.channels.iter().find_map(channel),
    }
}

/// All before the first buffer.
fn beginning(file: &mut dyn Write, header: &FifHeader) -> io::Result<()> {
    // An identity of zeros: version 1.3, no machine and no date.
    head(file, tag::FILE_ID, holds::ID, 20)?;
    words(file, &[0x1_0003, 0, 0, 0, 0])?;
    whole(file, tag::DIRECTORY_AT, -1)?;
    whole(file, tag::FREE_LIST, -1)?;
    whole(file, tag::BLOCK_START, block::MEASUREMENT)?;
    whole(file, tag::BLOCK_START, block::INFO)?;
    whole(file, tag::CHANNELS, header.channels.len() as i32)?;
    real(file, tag::RATE, header.rate)?;
    real(file, tag::HIGHPASS, header.band[0])?;
    real(file, tag::LOWPASS, header.band[1])?;
    for (i, about) in header.channels.iter().enumerate() {
        channel(file, i as i32 + 1, about)?;
    }
    whole(file, tag::BLOCK_END, block::INFO)?;
    whole(file, tag::BLOCK_START, block::RAW)
}

/// A channel, with a scale of 1.
fn channel(file: &mut dyn Write, number: i32, about: &FifChannel) -> io::Result<()> {
    let (unit, power) = unit_code(&about.unit).unwrap_or((0, 0));
    let position = about.position.unwrap_or([f32::NAN; 3]);
    let electrodes = [ChannelKind::Eeg, ChannelKind::Ecog, ChannelKind::Seeg, ChannelKind::Dbs];
    let coil = if electrodes.contains(&about.kind) { ELECTRODE } else { NO_COIL };
    head(file, tag::CHANNEL, holds::CHANNEL, BYTES as i32)?;
    words(file, &[number, number, kind_code(about.kind)])?;
    reals(file, &[1.0, 1.0])?;
    words(file, &[coil])?;
    reals(file, &position)?;
    // The place of a reference, and directions that electrodes lack.
    reals(file, &[0.0; 9])?;
    words(file, &[unit, power])?;
    let mut name = [0; NAME + 1];
    name[..about.name.len()].copy_from_slice(about.name.as_bytes());
    file.write_all(&name)
}

fn head(file: &mut dyn Write, kind: i32, holds: u32, size: i32) -> io::Result<()> {
    words(file, &[kind, holds.cast_signed(), size, 0])
}

fn whole(file: &mut dyn Write, kind: i32, number: i32) -> io::Result<()> {
    head(file, kind, holds::I32, 4)?;
    words(file, &[number])
}

fn real(file: &mut dyn Write, kind: i32, number: f32) -> io::Result<()> {
    head(file, kind, holds::F32, 4)?;
    reals(file, &[number])
}

fn words(file: &mut dyn Write, numbers: &[i32]) -> io::Result<()> {
    numbers.iter().try_for_each(|number| file.write_all(&number.to_be_bytes()))
}

fn reals(file: &mut dyn Write, numbers: &[f32]) -> io::Result<()> {
    numbers.iter().try_for_each(|number| file.write_all(&number.to_be_bytes()))
}
