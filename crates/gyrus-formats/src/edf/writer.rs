//! Signals to an EDF file, each at 16 bits over its own range.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use ndarray::ArrayView1;

use super::header::{DIGITAL, LABEL, PART, PER_RECORD, PHYSICAL, PREFILTER, TRANSDUCER, UNIT, header_bytes};
use super::record_length::{RecordLength, record_length};
use super::scale::Scale;
use crate::Error;
use crate::whole_file::write_whole;

/// What the header's four characters can count.
const MOST_SIGNALS: usize = 9_999;
/// What its eight characters can.
const MOST_RECORDS: usize = 99_999_999;

/// A channel that is to be written.
#[derive(Debug, Clone)]
pub struct EdfChannel<'a> {
    /// Its name, at most 16 letters of ASCII.
    pub name: &'a str,
    /// Unit of its values, at most 8 letters; the letter for micro becomes `u`.
    pub unit: &'a str,
    /// Samples a second.
    pub rate: f64,
    /// Its values, finite.
    pub values: ArrayView1<'a, f64>,
}

/// Writes `channels` to `path`, whole or not at all; the same channels give the same bytes.
///
/// Each channel's physical range is that of its values, so a value comes back within half of 1/65535 of it.
/// Records last a whole second, or otherwise so long that rates are exact; the last one is filled up with last values.
/// No date is known, so the file bears the first that EDF has, 1 January 1985.
///
/// # Errors
/// [`Error::Write`]; [`Error::EdfChannel`] for a name that is empty, too long, not ASCII or stands twice, a value that is not
/// finite, values beyond what a header of eight characters can say, and rates or lengths that fit no common record.
pub fn write_edf(path: &Path, channels: &[EdfChannel<'_>]) -> Result<(), Error> {
    let wrong = |channel: &str, (wrong, value): (&'static str, String)| {
        let (path, channel) = (path.to_owned(), channel.to_owned());
        Error::EdfChannel { path, channel, wrong, value }
    };
    let mut names = BTreeSet::new();
    if let Some(channel) = channels.iter().find(|channel| !names.insert(channel.name)) {
        return Err(wrong(channel.name, ("has a name that stands twice", channel.name.to_owned())));
    }
    let signal = |channel| Signal::new(channel).map_err(|said| wrong(channel.name, said));
    let signals = channels.iter().map(signal).collect::<Result<Vec<_>, _>>()?;
    let lengths: Vec<(f64, usize)> = channels.iter().map(|channel| (channel.rate, channel.values.len())).collect();
    let holds = |length: &RecordLength| length.records <= MOST_RECORDS && (1..=MOST_SIGNALS).contains(&channels.len());
    let length = record_length(&lengths).filter(holds).ok_or_else(|| {
        let said = "and the others have rates (Hz) and samples that fit no common record";
        wrong(channels.first().map_or("", |channel| channel.name), (said, format!("{lengths:?}")))
    })?;
    write_whole(path, |file| {
        file.write_all(&header(&signals, &length))?;
        (0..length.records).try_for_each(|record| write_record(file, &signals, &length, record))
    })
}

/// A channel with what its header says.
struct Signal<'a, 'b> {
    channel: &'a EdfChannel<'b>,
    unit: String,
    scale: Scale,
    ends: [String; 2],
}

impl<'a, 'b> Signal<'a, 'b> {
    /// What the header says of a channel, or what is wrong with it and the value.
    fn new(channel: &'a EdfChannel<'b>) -> Result<Self, (&'static str, String)> {
        let plain = |text: &str| text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && text.trim() == text;
        let (name, values) = (channel.name, &channel.values);
        if name.is_empty() || name.len() > LABEL.1 || !plain(name) {
            return Err(("has a name that is not 1 to 16 letters of ASCII", name.to_owned()));
        }
        let unit = channel.unit.replace(['\u{b5}', '\u{3bc}'], "u");
        if unit.len() > UNIT.1 || !plain(&unit) {
            return Err(("has a unit that is not up to 8 letters of ASCII", unit));
        }
        if let Some(sample) = values.iter().position(|value| !value.is_finite()) {
            return Err((
                "has a value that is not finite, at sample (from 0)",
                format!("{sample}: {}", values[sample]),
            ));
        }
        let (scale, ends) = Scale::around(values.iter().copied()).ok_or_else(|| {
            let low = values.iter().copied().fold(f64::INFINITY, f64::min);
            let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let said = "has values too small or too large for eight characters; choose another unit";
            (said, format!("{low:e} .. {high:e}"))
        })?;
        Ok(Self { channel, unit, scale, ends })
    }
}

fn header(signals: &[Signal<'_, '_>], length: &RecordLength) -> Vec<u8> {
    let n = signals.len();
    let mut bytes = vec![b' '; PART * (n + 1)];
    let mut put = |at: usize, text: &str| bytes[at..at + text.len()].copy_from_slice(text.as_bytes());
    let (own, records, seconds) = (header_bytes(n).to_string(), length.records.to_string(), length.seconds.to_string());
    let first = [(0, "0"), (8, "X X X X"), (88, "Startdate X X X X"), (168, "01.01.85"), (176, "00.00.00")];
    first.iter().for_each(|(at, text)| put(*at, text));
    [(184, &own), (236, &records), (244, &seconds), (252, &n.to_string())].iter().for_each(|(at, text)| put(*at, text));
    for (i, signal) in signals.iter().enumerate() {
        let place = |(offset, width): (usize, usize)| PART + n * offset + i * width;
        put(place(LABEL), signal.channel.name);
        put(place(TRANSDUCER), "");
        put(place(UNIT), &signal.unit);
        put(place(PREFILTER), "");
        for end in [0, 1] {
            put(place(PHYSICAL[end]), &signal.ends[end]);
            put(place(DIGITAL[end]), &signal.scale.digital[end].to_string());
        }
        put(place(PER_RECORD), &length.per_record[i].to_string());
    }
    bytes
}

fn write_record(
    file: &mut dyn Write,
    signals: &[Signal<'_, '_>],
    length: &RecordLength,
    record: usize,
) -> io::Result<()> {
    for (signal, per_record) in signals.iter().zip(&length.per_record) {
        let values = &signal.channel.values;
        let last = values.len().saturating_sub(1);
        for sample in record * per_record..(record + 1) * per_record {
            file.write_all(&signal.scale.digital(values[sample.min(last)]).to_le_bytes())?;
        }
    }
    Ok(())
}
