//! What `channels.tsv` says of each channel.

use std::collections::BTreeSet;
use std::path::Path;

use polars::prelude::Column;

use crate::Error;
use crate::text_columns::{TextColumns, field};

/// Types of channels that measure the brain.
pub(super) const NEURAL: [&str; 9] =
    ["ECOG", "SEEG", "DBS", "EEG", "MEGMAG", "MEGGRADAXIAL", "MEGGRADPLANAR", "MEG", "MAG"];

/// A row of the table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ChannelRow {
    pub name: String,
    /// Samples a second, where the table says it.
    pub rate: Option<f64>,
    /// Why the channel is not used, if it is not.
    pub left_out: Option<String>,
}

/// The rows of the table `path`, in order.
///
/// # Errors
/// [`Error::MissingColumn`]; [`Error::Row`] for a name that is empty or stands twice, a rate that is no positive number, or a
/// status that is neither good nor bad.
pub(super) fn read_channels(path: &Path) -> Result<Vec<ChannelRow>, Error> {
    let table = TextColumns::read(path)?;
    let (names, kinds) = (table.column("name")?, table.column("type")?);
    let [rates, states, reasons] =
        ["sampling_frequency", "status", "status_description"].map(|column| table.optional(column));
    let mut seen = BTreeSet::new();
    let row = |row: usize| {
        let wrong = |wrong, value: &str| Error::Row { path: path.into(), row: row + 1, wrong, value: value.into() };
        let known = |column: Option<&Column>| known(column, row);
        let name = field(names, row);
        if name.is_empty() || !seen.insert(name.to_owned()) {
            return Err(wrong("has a name that is empty or stands twice", name));
        }
        let rate = known(rates).map(|text| hertz(&text).ok_or_else(|| wrong("has no rate in Hz", &text)));
        let kind = field(kinds, row).to_ascii_uppercase();
        let state = known(states).map(|state| state.to_ascii_lowercase());
        let left_out = match state.as_deref() {
            _ if !NEURAL.contains(&kind.as_str()) => Some(format!("type {kind}")),
            None | Some("good") => None,
            Some("bad") => Some(known(reasons).map_or("bad".into(), |reason| format!("bad: {reason}"))),
            Some(other) => return Err(wrong("has a status that is neither good nor bad", other)),
        };
        Ok(ChannelRow { name: name.to_owned(), rate: rate.transpose()?, left_out })
    };
    (0..table.rows()).map(row).collect()
}

/// The field of a column that is there and says something.
pub(super) fn known(column: Option<&Column>, row: usize) -> Option<String> {
    column.map(|column| field(column, row)).filter(|text| !["", "n/a"].contains(text)).map(ToOwned::to_owned)
}

fn hertz(text: &str) -> Option<f64> {
    text.parse().ok().filter(|rate: &f64| rate.is_finite() && *rate > 0.0)
}
