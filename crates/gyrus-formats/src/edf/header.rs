//! What an EDF header says, checked against itself.

use std::collections::BTreeSet;
use std::ops::Range;

use super::field::{Field, Fields};
use super::scale::Scale;
use crate::Error;
use crate::samples::Form;

/// Bytes of the part of the header that every file has, and of the part of each signal.
pub(super) const PART: usize = 256;
/// How EDF+ and BDF+ name a signal that is no signal but text with times.
const ANNOTATIONS: [&str; 2] = ["EDF Annotations", "BDF Annotations"];

/// Fields of a signal's part: their first byte and their width. All signals' first fields stand together, then all second.
pub(super) const LABEL: (usize, usize) = (0, 16);
pub(super) const TRANSDUCER: (usize, usize) = (16, 80);
pub(super) const UNIT: (usize, usize) = (96, 8);
pub(super) const PHYSICAL: [(usize, usize); 2] = [(104, 8), (112, 8)];
pub(super) const DIGITAL: [(usize, usize); 2] = [(120, 8), (128, 8)];
pub(super) const PREFILTER: (usize, usize) = (136, 80);
pub(super) const PER_RECORD: (usize, usize) = (216, 8);

/// A signal of an EDF file.
#[derive(Debug, Clone, PartialEq)]
pub struct EdfSignal {
    /// Its name.
    pub name: String,
    /// What measured it, often nothing.
    pub transducer: String,
    /// Unit of its values, for instance `uV`.
    pub unit: String,
    /// What it was filtered by, often nothing.
    pub prefilter: String,
    /// Samples in a record.
    pub per_record: usize,
    pub(super) scale: Scale,
    /// First byte of its samples in a record.
    pub(super) offset: usize,
}

/// What the first part of a header says of the whole file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Kind {
    /// 16 bits in EDF, 24 in BDF.
    pub form: Form,
    /// Whether text with times is in it, as EDF+ and BDF+ have it.
    pub plus: bool,
    /// Whether there may be gaps between records.
    pub discontinuous: bool,
}

/// A whole header.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Header {
    pub kind: Kind,
    pub signals: Vec<EdfSignal>,
    /// Bytes of text with times, in a record.
    pub annotations: Vec<Range<usize>>,
    /// Records that the header counts; nothing if it says that they were not counted.
    pub records: Option<u64>,
    pub record_seconds: f64,
    pub record_bytes: u64,
}

/// What file it is and the number of signals, by the first part of the header.
pub(super) fn kind(first: &Fields<'_>) -> Result<(Kind, usize), Error> {
    let version = Field::new(0..8, "version");
    let form = match first.text(&version).as_str() {
        "0" => Form::I16Le,
        "\u{ff}BIOSEMI" => Form::I24Le,
        other => return Err(first.wrong(&version, "is not that of EDF, which is 0", other)),
    };
    let reserved = first.text(&Field::new(192..236, "kind of file"));
    let plus = ["EDF+", "BDF+"].iter().any(|kind| reserved.starts_with(kind));
    let discontinuous = plus && reserved[4..].starts_with('D');
    let signals = first.number(&Field::new(252..256, "number of signals"), "is no number from 1", |n: usize| n > 0)?;
    let bytes = Field::new(184..192, "bytes in the header");
    first.number(&bytes, "is not 256 for the file and 256 for each signal", |n: u64| n == header_bytes(signals))?;
    Ok((Kind { form, plus, discontinuous }, signals))
}

/// Bytes of a header of so many signals.
pub(super) fn header_bytes(signals: usize) -> u64 {
    (PART as u64) * (signals as u64 + 1)
}

/// The whole header of a file of that kind with `n` signals.
pub(super) fn header(fields: &Fields<'_>, kind: Kind, n: usize) -> Result<Header, Error> {
    let counted = |records: i64| records == -1 || records > 0;
    let records = fields.number(&Field::new(236..244, "number of records"), "is no number from 1", counted)?;
    let positive = |seconds: f64| (1e-9..=1e9).contains(&seconds);
    let duration = Field::new(244..252, "seconds of a record");
    let record_seconds = fields.number(&duration, "is no positive number", positive)?;
    let (mut signals, mut annotations, mut offset, mut names) = (Vec::new(), Vec::new(), 0_u64, BTreeSet::new());
    for i in 0..n {
        let label = field(n, i, LABEL, "name".into());
        let name = fields.text(&label);
        let called = format!("of signal {} (from 1) `{name}`", i + 1);
        let per_record = field(n, i, PER_RECORD, format!("samples in a record {called}"));
        let per_record = fields.number(&per_record, "is no number from 1", |samples: u32| samples > 0)?;
        let end = offset + kind.form.bytes() as u64 * u64::from(per_record);
        if ANNOTATIONS.contains(&name.as_str()) {
            annotations.push(offset as usize..end as usize);
        } else if names.insert(name.clone()) {
            let scale = scale(fields, kind.form, (n, i), &called)?;
            let text = |at| fields.text(&field(n, i, at, String::new()));
            let (transducer, unit, prefilter) = (text(TRANSDUCER), text(UNIT), text(PREFILTER));
            let (per_record, offset) = (per_record as usize, offset as usize);
            signals.push(EdfSignal { name, transducer, unit, prefilter, per_record, scale, offset });
        } else {
            return Err(fields.wrong(&label, "stands twice", name));
        }
        offset = end;
    }
    let records = u64::try_from(records).ok();
    Ok(Header { kind, signals, annotations, records, record_seconds, record_bytes: offset })
}

/// A field of signal `i` of `n`.
pub(super) fn field(n: usize, i: usize, (offset, width): (usize, usize), name: String) -> Field {
    let start = PART + n * offset + i * width;
    Field::new(start..start + width, name)
}

/// The scale of signal `i` of `n`; whether its physical range is one is left to whoever reads it.
fn scale(fields: &Fields<'_>, form: Form, (n, i): (usize, usize), called: &str) -> Result<Scale, Error> {
    let ends = ["minimum", "maximum"];
    let [physical, digital] = [("physical", PHYSICAL), ("digital", DIGITAL)]
        .map(|(kind, at)| [0, 1].map(|end| field(n, i, at[end], format!("{kind} {} {called}", ends[end]))));
    let number = |at: &Field| fields.number(at, "is no finite number", f64::is_finite);
    let (most, wrong) = match form {
        Form::I24Le => (1 << 23, "is no number of 24 bits"),
        _ => (1 << 15, "is no number of 16 bits"),
    };
    let step = |at: &Field| fields.number(at, wrong, |step| (-most..most).contains(&step));
    let scale = Scale {
        physical: [number(&physical[0])?, number(&physical[1])?],
        digital: [step(&digital[0])?, step(&digital[1])?],
    };
    match scale.digital[0] < scale.digital[1] {
        true => Ok(scale),
        false => Err(fields.wrong(&digital[1], "is not above the minimum", scale.digital[1].to_string())),
    }
}
