//! What can be wrong with the files of a data set.

use std::path::PathBuf;

/// A file that cannot be used, with the place and the value that are wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A manifest that is not one of a data set.
    #[error(transparent)]
    Data(#[from] gyrus_data::Error),
    /// A file or folder that cannot be read.
    #[error("read `{}`", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A text file that is not in the encoding it claims.
    #[error("`{}` is not valid {encoding} at byte {byte} (from 0)", path.display())]
    Encoding {
        /// The file.
        path: PathBuf,
        /// The encoding that its first bytes announce.
        encoding: &'static str,
        /// Where it breaks, in bytes from 0.
        byte: usize,
    },
    /// A manifest that is not valid TOML or lacks a field.
    #[error("understand the manifest `{}`", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What the parser says, with line and column.
        source: Box<toml::de::Error>,
    },
    /// A manifest with a value that cannot be right.
    #[error("manifest `{}` has a wrong {field}: `{value}`", path.display())]
    ManifestValue {
        /// The file.
        path: PathBuf,
        /// The field and what is expected of it.
        field: &'static str,
        /// Its value.
        value: String,
    },
    /// A numeric table without a single row.
    #[error("`{}` has no rows", path.display())]
    EmptyTable {
        /// The file.
        path: PathBuf,
    },
    /// A row of a numeric table that is too short or too long.
    #[error("`{}` line {line} has {found} columns instead of {expected}: `{row}`", path.display())]
    Columns {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Columns it has.
        found: usize,
        /// Columns it should have.
        expected: usize,
        /// The row.
        row: String,
    },
    /// A numeric table with too few or too many rows.
    #[error("`{}` has {found} rows instead of {expected}", path.display())]
    RowCount {
        /// The file.
        path: PathBuf,
        /// Rows it has.
        found: usize,
        /// Rows it should have.
        expected: usize,
    },
    /// A field of a table that is not a finite number.
    #[error("`{}` line {line}, column {column} (from 1) is not a finite number: `{value}`", path.display())]
    Number {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// The field.
        value: String,
    },
    /// A line of a text file with a value that cannot be right.
    #[error("`{}` line {line} {wrong}: `{value}`", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// What is wrong with it.
        wrong: &'static str,
        /// The value.
        value: String,
    },
    /// A TextGrid that breaks its own form.
    #[error("`{}` line {line}: {place}: expected {expected}, found {found}", path.display())]
    TextGrid {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Tier and interval, from 1, or another part of the file.
        place: String,
        /// What should stand there.
        expected: &'static str,
        /// What stands there, or that the file ends.
        found: String,
    },
    /// An interval that ends before it begins, or begins before the one in front of it has ended.
    #[error(
        "`{}` line {line}: interval {interval} (from 1) of tier `{tier}` is backward or overlaps the one before, which ends at {previous} s: `{onset} .. {offset}`",
        path.display()
    )]
    IntervalOrder {
        /// The file.
        path: PathBuf,
        /// Line of the interval's label, from 1.
        line: usize,
        /// The tier.
        tier: String,
        /// The interval, from 1.
        interval: usize,
        /// End of the interval before, in seconds.
        previous: f64,
        /// Its begin in seconds.
        onset: f64,
        /// Its end in seconds.
        offset: f64,
    },
    /// A label of a TextGrid that cannot be a word.
    #[error("`{}` interval {interval} (from 1) of tier `{tier}` {wrong}: `{value}`", path.display())]
    Label {
        /// The file.
        path: PathBuf,
        /// The tier.
        tier: String,
        /// The interval, from 1.
        interval: usize,
        /// What is wrong with it.
        wrong: &'static str,
        /// The value.
        value: String,
    },
    /// A tier that a TextGrid does not have.
    #[error("`{}` has no interval tier `{tier}`, only: `{}`", path.display(), found.join("`, `"))]
    MissingTier {
        /// The file.
        path: PathBuf,
        /// The tier asked for.
        tier: String,
        /// The tiers there are.
        found: Vec<String>,
    },
    /// A word of the text that the intervals do not spell.
    #[error(
        "word {word} (from 1) of `{}` is `{text}`, but `{}` says {intervals}; list a spelling exception in the manifest if this is meant",
        text_path.display(),
        grid_path.display()
    )]
    Mismatch {
        /// The text.
        text_path: PathBuf,
        /// The TextGrid.
        grid_path: PathBuf,
        /// Number of the word, from 1.
        word: usize,
        /// The word.
        text: String,
        /// The intervals compared with it: number from 1, label, times.
        intervals: String,
    },
    /// A word of the text after the last interval.
    #[error("word {word} (from 1) of `{}` is `{text}`, but the intervals of `{}` end before it", text_path.display(), grid_path.display())]
    WordsLeft {
        /// The text.
        text_path: PathBuf,
        /// The TextGrid.
        grid_path: PathBuf,
        /// Number of the word, from 1.
        word: usize,
        /// The word.
        text: String,
    },
    /// A spoken interval after the last word of the text.
    #[error("`{}` says {intervals} after the last word of `{}`", grid_path.display(), text_path.display())]
    IntervalsLeft {
        /// The text.
        text_path: PathBuf,
        /// The TextGrid.
        grid_path: PathBuf,
        /// The interval: number from 1, label, times.
        intervals: String,
    },
    /// A spelling exception that was needed more or less often than the manifest says.
    #[error(
        "spelling exception `{text}` spoken as `{spoken}` is listed {listed} times and needed {used} times; correct its `count` in the manifest or remove it"
    )]
    SpellingCount {
        /// Spelling of the text.
        text: String,
        /// Spelling of the intervals.
        spoken: String,
        /// Times it is listed.
        listed: usize,
        /// Times it was needed.
        used: usize,
    },
    /// A table of words that is not CSV or TSV.
    #[error("understand the table `{}`", path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// What polars says.
        source: Box<polars::error::PolarsError>,
    },
    /// A column that a table of words does not have.
    #[error("`{}` has no column `{column}`, only: `{}`", path.display(), found.join("`, `"))]
    MissingColumn {
        /// The file.
        path: PathBuf,
        /// The column wanted.
        column: String,
        /// The columns there are.
        found: Vec<String>,
    },
    /// A row of a table of words that cannot be a word.
    #[error("`{}` row {row} (from 1, below the header) {wrong}: `{value}`", path.display())]
    Row {
        /// The file.
        path: PathBuf,
        /// Row below the header, from 1.
        row: usize,
        /// What is wrong with it.
        wrong: &'static str,
        /// The value.
        value: String,
    },
    /// Times of words that cannot be seconds.
    #[error("times of words in `{}` are {likely}, not seconds: {seen}", path.display())]
    TimeUnit {
        /// The file.
        path: PathBuf,
        /// What they probably are.
        likely: &'static str,
        /// What says so.
        seen: String,
    },
    /// A file of several stories, recordings or channels, of which none or another one was asked for.
    #[error("`{}` has no {what} `{wanted}` alone, say which: `{}`", path.display(), found.join("`, `"))]
    Several {
        /// The file.
        path: PathBuf,
        /// What there are several of.
        what: &'static str,
        /// What was asked for.
        wanted: String,
        /// What there is.
        found: Vec<String>,
    },
    /// A subject that the data set does not have.
    #[error("`{}` has no subject `{subject}`, only: `{}`", folder.display(), found.join("`, `"))]
    UnknownSubject {
        /// The folder of signals.
        folder: PathBuf,
        /// The subject asked for.
        subject: String,
        /// The subjects there are.
        found: Vec<String>,
    },
    /// Not one listener whose signal can be used.
    #[error("`{}` has no usable listener ({refused} refused)", folder.display())]
    NoListener {
        /// The folder of signals.
        folder: PathBuf,
        /// Listeners refused.
        refused: usize,
    },
    /// A file of a listener that is absent, or of which there are several.
    #[error("`{}` has {} files `{pattern}` instead of one{}", folder.display(), found.len(), listed(found))]
    OneFile {
        /// The folder searched.
        folder: PathBuf,
        /// Pattern of the file name.
        pattern: String,
        /// Names found.
        found: Vec<String>,
    },
    /// A note beside a recording that is not JSON.
    #[error("understand `{}`", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Where and what.
        source: serde_json::Error,
    },
    /// A note beside a recording with a value that cannot be used.
    #[error("field `{field}` of `{}` {wrong}: `{value}`", path.display())]
    JsonField {
        /// The file.
        path: PathBuf,
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        wrong: &'static str,
        /// The value.
        value: String,
    },
    /// A channel of a table that the recording lacks.
    #[error("channel `{channel}` of `{}` is not in `{}`, which has: `{}`", path.display(), file.display(), found.join("`, `"))]
    MissingChannel {
        /// The table.
        path: PathBuf,
        /// The channel.
        channel: String,
        /// The recording.
        file: PathBuf,
        /// The channels that it has and the table does not.
        found: Vec<String>,
    },
    /// Electrodes in other spaces than the place that distances are measured from.
    #[error(
        "electrodes of `{subject}` in `{}` are in the space `{}`, distances are from {landmark} in the space `{space}`",
        folder.display(),
        found.join("`, `")
    )]
    OtherSpace {
        /// The data set.
        folder: PathBuf,
        /// Whose electrodes.
        subject: String,
        /// The spaces there are.
        found: Vec<String>,
        /// Where distances begin.
        landmark: String,
        /// Its space.
        space: String,
    },
    /// A name or text that cannot stand in a BIDS tree.
    #[error("the data set for `{}` has {wrong}: `{value}`", folder.display())]
    BidsName {
        /// The folder.
        folder: PathBuf,
        /// What it is and what is wrong with it.
        wrong: &'static str,
        /// The text.
        value: String,
    },
    /// A file of signals that cannot be used.
    #[error(transparent)]
    Format(#[from] gyrus_formats::Error),
    /// A recording that was interrupted.
    #[error("`{}` has a gap from {start} to {end} s: cut the recording there, or fill it", path.display())]
    Gap {
        /// The file.
        path: PathBuf,
        /// Seconds after the first sample at which nothing more was recorded.
        start: f64,
        /// Seconds at which it went on.
        end: f64,
    },
    /// A surface that electrodes cannot be put on.
    #[error("use the surface `{}`", path.display())]
    Surface {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<gyrus_surfaces::Error>,
    },
    /// Signals that cannot be prepared as asked for.
    #[error("prepare `{}`", path.display())]
    Prepare {
        /// The file.
        path: PathBuf,
        /// What cannot be done.
        source: Box<gyrus_signals::Error>,
    },
    /// A channel with a value that was not recorded, or is infinite.
    #[error("channel `{channel}` of `{}` is not finite {seconds} s after its first sample: `{value}`; call it bad, or leave it out", path.display())]
    NotFinite {
        /// The file.
        path: PathBuf,
        /// The channel.
        channel: String,
        /// Seconds after the first sample.
        seconds: f64,
        /// The value.
        value: f64,
    },
    /// A channel that never changes where it is to have a standard deviation.
    #[error("channel `{channel}` of `{}` never changes, so it cannot be standardised: call it bad", path.display())]
    Constant {
        /// The file.
        path: PathBuf,
        /// The channel.
        channel: String,
    },
    /// A value that would not be valid.
    #[error("`{}` holds a value that is not valid", path.display())]
    Types {
        /// The file it came from.
        path: PathBuf,
        /// What is wrong.
        source: gyrus_types::Error,
    },
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!(": `{}`", names.join("`, `")) }
}
