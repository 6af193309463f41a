//! Which channels of a recording are used: by the table of channels beside it, and by the file itself.

use std::path::{Path, PathBuf};

use gyrus_formats::{ChannelKind, Signals};

use super::channels::{ChannelRow, NEURAL};
use super::reader::LeftOut;
use crate::Error;

/// What a table of channels is to a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    /// Its own: every channel of the table must be in the file.
    Own,
    /// That of the recording it was made from, which had other channels and perhaps another rate.
    Origin,
}

/// A channel that is used.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct KeptChannel {
    /// Its place in the file.
    pub signal: usize,
    /// Its name.
    pub name: String,
    /// Samples a second, where the recording's own table says it.
    pub rate: Option<f64>,
}

/// The channels that are used, and those that are not.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub channels: Vec<KeptChannel>,
    pub left_out: Vec<LeftOut>,
}

impl Kept {
    /// By the recording's own table, in its order; channels that only the file has are left out.
    ///
    /// # Errors
    /// [`Error::MissingChannel`] for a good channel that the file lacks.
    pub fn by_table(file: &dyn Signals, rows: &[ChannelRow], table: &Path) -> Result<Self, Error> {
        let mut kept = Self::default();
        for row in rows {
            match &row.left_out {
                Some(reason) => kept.leave(&row.name, reason),
                None => {
                    let signal = file.find(&row.name).ok_or_else(|| missing(file, row, rows, table))?;
                    kept.channels.push(KeptChannel { signal, name: row.name.clone(), rate: row.rate });
                }
            }
        }
        for channel in file.channels().iter().filter(|channel| rows.iter().all(|row| row.name != channel.name)) {
            kept.leave(&channel.name, "not in the table of channels");
        }
        Ok(kept)
    }

    /// By what the file says of its channels, in its order, and by a table of the recording that it was made from, if there is
    /// one: what either calls bad or no channel of the brain is left out.
    pub fn by_file(file: &dyn Signals, origin: &[ChannelRow]) -> Self {
        let mut kept = Self::default();
        for (signal, channel) in file.channels().iter().enumerate() {
            let row = origin.iter().find(|row| row.name == channel.name);
            let reason = match (channel.bad, row, kind(channel.kind)) {
                (true, ..) => Some("bad, says the file".to_owned()),
                (_, Some(row), _) => row.left_out.clone(),
                (_, None, Some(kind)) if NEURAL.contains(&kind) => None,
                (_, None, kind) => Some(format!("type {}", kind.unwrap_or("unknown"))),
            };
            match reason {
                Some(reason) => kept.leave(&channel.name, &reason),
                None => kept.channels.push(KeptChannel { signal, name: channel.name.clone(), rate: None }),
            }
        }
        for row in origin.iter().filter(|row| file.find(&row.name).is_none()) {
            kept.leave(&row.name, row.left_out.as_deref().unwrap_or("not in the recording"));
        }
        kept
    }

    fn leave(&mut self, channel: &str, reason: &str) {
        self.left_out.push(LeftOut { channel: channel.to_owned(), reason: reason.to_owned() });
    }
}

/// How BIDS calls a kind of channel; none where it is no channel of the brain, or the file does not say.
fn kind(kind: ChannelKind) -> Option<&'static str> {
    match kind {
        ChannelKind::Ecog => Some("ECOG"),
        ChannelKind::Seeg => Some("SEEG"),
        ChannelKind::Eeg => Some("EEG"),
        ChannelKind::Meg => Some("MEGMAG"),
        _ => None,
    }
}

fn missing(file: &dyn Signals, row: &ChannelRow, rows: &[ChannelRow], table: &Path) -> Error {
    let unlisted = file.channels().iter().filter(|channel| rows.iter().all(|row| row.name != channel.name));
    let found = unlisted.map(|channel| channel.name.clone()).collect();
    Error::MissingChannel { path: table.into(), channel: row.name.clone(), file: file.path().into(), found }
}

/// What `table` is to a recording in `root`, the folder of the data set or of a derivative of it.
pub(super) fn relation(table: &Path, root: &PathBuf, raw: &PathBuf) -> Table {
    if root == raw || table.starts_with(root) { Table::Own } else { Table::Origin }
}
