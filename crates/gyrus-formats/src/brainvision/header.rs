//! What a BrainVision header says of the samples.

use std::collections::BTreeSet;

use super::sections::{Sections, Value};
use crate::Error;
use crate::samples::{Form, Line};
use crate::signals::{can_be_rate, plain_unit};

const COMMON: &str = "common infos";
/// Unit of a channel whose header says none.
const UNIT: &str = "uV";

/// How samples of several channels follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// All channels of a moment stand together.
    ByMoment,
    /// All moments of a channel stand together.
    ByChannel,
}

/// A channel as a header has it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Described {
    pub name: String,
    pub unit: String,
    pub line: Line,
}

/// A header.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Header {
    pub data: String,
    pub markers: Option<String>,
    pub form: Form,
    pub order: Order,
    /// Samples a second.
    pub rate: f64,
    pub channels: Vec<Described>,
    /// Samples of a channel, if it says so.
    pub samples: Option<u64>,
}

impl Header {
    pub fn new(sections: &Sections) -> Result<Self, Error> {
        let common = |key: &str| sections.must(COMMON, key);
        let says = |key: &str, word: &str, wrong: &'static str| match sections.get(COMMON, key) {
            Some(value) if !value.is(word) => Err(value.wrong(wrong)),
            _ => Ok(()),
        };
        says("dataformat", "binary", "is a format of samples that is not read, which must be BINARY")?;
        says("datatype", "timedomain", "is a type of data that is not read, which must be TIMEDOMAIN")?;
        let order = common("dataorientation")?;
        let order = match order.text.to_ascii_uppercase().as_str() {
            "MULTIPLEXED" => Order::ByMoment,
            "VECTORIZED" => Order::ByChannel,
            _ => return Err(order.wrong("is neither MULTIPLEXED nor VECTORIZED")),
        };
        let micro = |number: &f64| can_be_rate(1e6 / number);
        let interval =
            common("samplinginterval")?.number("is no interval: a positive number of microseconds", micro)?;
        let count = common("numberofchannels")?.number("is no number of channels from 1", |n: &usize| *n > 0)?;
        let counted = |value: Value<'_>| value.number("is no number of samples from 1", |n: &u64| *n > 0);
        Ok(Self {
            data: common("datafile")?.text.to_owned(),
            markers: sections.get(COMMON, "markerfile").map(|value| value.text.to_owned()),
            form: form(sections)?,
            order,
            rate: 1e6 / interval,
            channels: channels(sections, count)?,
            samples: sections.get(COMMON, "datapoints").map(counted).transpose()?,
        })
    }
}

/// How a sample lies in the file.
fn form(sections: &Sections) -> Result<Form, Error> {
    let binary = "binary infos";
    let big = sections.get(binary, "usebigendianorder").is_some_and(|value| value.is("yes"));
    let format = sections.must(binary, "binaryformat")?;
    match (format.text.to_ascii_uppercase().as_str(), big) {
        ("INT_16", false) => Ok(Form::I16Le),
        ("INT_16", true) => Ok(Form::I16Be),
        ("UINT_16", false) => Ok(Form::U16Le),
        ("UINT_16", true) => Ok(Form::U16Be),
        ("INT_32", false) => Ok(Form::I32Le),
        ("INT_32", true) => Ok(Form::I32Be),
        ("IEEE_FLOAT_32", false) => Ok(Form::F32Le),
        ("IEEE_FLOAT_32", true) => Ok(Form::F32Be),
        _ => Err(format.wrong("is none of INT_16, UINT_16, INT_32 and IEEE_FLOAT_32")),
    }
}

fn channels(sections: &Sections, count: usize) -> Result<Vec<Described>, Error> {
    let lines = sections.numbered("channel infos", "ch");
    let content = |wrong: String| Error::Whole { path: sections.path().to_owned(), wrong };
    if let Some(missing) = (1..=count).find(|number| lines.get(number - 1).is_none_or(|(found, _)| found != number)) {
        return Err(content(format!("counts {count} channels and describes no `Ch{missing}`")));
    }
    if lines.len() > count {
        return Err(content(format!("counts {count} channels and describes {}", lines.len())));
    }
    let mut names = BTreeSet::new();
    let channel = |(_, value): &(usize, Value<'_>)| {
        let parts = value.parts();
        let part = |i: usize| parts.get(i).map_or("", |part| part.trim());
        let gain = match part(2) {
            "" => Some(1.0),
            text => text.parse().ok().filter(|gain: &f64| gain.is_finite() && *gain != 0.0),
        };
        let gain = gain.ok_or_else(|| value.wrong("has a resolution that is no number other than 0"))?;
        let name = part(0).to_owned();
        if !names.insert(name.clone()) {
            return Err(value.wrong("has a name that stands twice"));
        }
        let unit = if part(3).is_empty() { UNIT.to_owned() } else { plain_unit(part(3)) };
        Ok(Described { name, unit, line: Line::proportional(gain) })
    };
    lines.iter().map(channel).collect()
}
