//! What one file of a recording holds, found by going through its tags once.

use std::path::Path;

use super::channel::ChannelInfo;
use super::code::{NEXT_FILE, block, holds, tag};
use super::inflate;
use super::notes::Notes;
use super::tag::{Tag, Tags};
use crate::Error;
use crate::samples::Form;
use crate::source::Source;

/// What stands among the samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Item {
    /// Samples.
    Buffer { tag: Tag, form: Form },
    /// So many buffers that were not written.
    Buffers(u64),
    /// So many samples that were not written.
    Samples(u64),
}

/// How a file names the one that continues it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Next {
    pub name: Option<String>,
    pub number: Option<i64>,
}

/// All but the samples.
#[derive(Debug, Clone, Default)]
pub(super) struct Contents {
    pub channels: Vec<ChannelInfo>,
    /// Longer names of all channels, or none.
    pub long_names: Vec<String>,
    pub bad: Vec<String>,
    /// Number of channels that it says.
    pub count: Option<i64>,
    pub rate: Option<f64>,
    pub lowpass: Option<f64>,
    pub highpass: Option<f64>,
    /// Seconds after the beginning of 1970.
    pub date: Option<f64>,
    pub first_sample: Option<i64>,
    pub items: Vec<Item>,
    pub notes: Notes,
    pub next: Option<Next>,
}

/// A file.
#[derive(Debug)]
pub(super) struct Part {
    pub source: Source,
    pub contents: Contents,
}

impl Part {
    pub fn open(path: &Path) -> Result<Self, Error> {
        let source = inflate::open(path)?;
        let mut walk =
            Walk { source: &source, contents: Contents::default(), blocks: Vec::new(), raw: None, other: None };
        for tag in Tags::new(&source)? {
            walk.enter(&tag?)?;
        }
        if walk.raw.is_none() {
            let wrong =
                "has no continuous samples: epochs, averages and other kinds of FIF files are not read".to_owned();
            return Err(Error::Whole { path: path.to_owned(), wrong });
        }
        let contents = walk.contents;
        Ok(Self { source, contents })
    }
}

/// On the way through the tags.
struct Walk<'a> {
    source: &'a Source,
    contents: Contents,
    /// Blocks in which we are.
    blocks: Vec<i32>,
    /// The block of samples, once it was begun.
    raw: Option<i32>,
    /// Role and name of the other file that is being described.
    other: Option<(f64, Next)>,
}

impl Walk<'_> {
    fn enter(&mut self, found: &Tag) -> Result<(), Error> {
        let within = self.blocks.last().copied().unwrap_or(0);
        match (within, found.kind) {
            (_, tag::BLOCK_START) => self.begin(found),
            (_, tag::BLOCK_END) => self.end(found),
            (block::INFO, _) => self.info(found),
            (block::LONG_CHANNEL, tag::CHANNEL_NAME) => {
                self.contents.long_names.push(found.text(self.source)?);
                Ok(())
            }
            (block::BAD_CHANNELS, tag::NAMES) => {
                self.contents.bad.extend(found.names(self.source)?);
                Ok(())
            }
            (block::ANNOTATIONS, _) => self.contents.notes.read(found, self.source),
            (block::OTHER_FILE, _) => self.other_file(found),
            (block::RAW | block::CONTINUOUS, _) => self.samples(found),
            _ => Ok(()),
        }
    }

    fn begin(&mut self, found: &Tag) -> Result<(), Error> {
        let block = found.whole(self.source)? as i32;
        match block {
            block::RAW | block::CONTINUOUS if self.raw.is_some_and(|raw| raw == block) => {
                return Err(found.wrong(self.source, "begins a second block of samples", block));
            }
            // A block of either kind may stand within one of the other.
            block::RAW | block::CONTINUOUS => self.raw = Some(block),
            block::SHIELDED => {
                let wrong = "begins samples taken with MaxShield, which mean nothing before MaxFilter or SSS";
                return Err(found.wrong(self.source, wrong, block));
            }
            block::OTHER_FILE => self.other = Some((NEXT_FILE, Next::default())),
            _ => {}
        }
        self.blocks.push(block);
        Ok(())
    }

    fn end(&mut self, found: &Tag) -> Result<(), Error> {
        let block = found.whole(self.source)? as i32;
        if self.blocks.pop() != Some(block) {
            return Err(found.wrong(self.source, "ends a block in which we are not", block));
        }
        let other = self.other.take_if(|_| block == block::OTHER_FILE);
        if let Some((NEXT_FILE, next)) = other.filter(|(_, next)| *next != Next::default()) {
            self.contents.next.get_or_insert(next);
        }
        Ok(())
    }

    fn info(&mut self, found: &Tag) -> Result<(), Error> {
        let (source, contents) = (self.source, &mut self.contents);
        match found.kind {
            tag::CHANNELS => contents.count = Some(found.whole(source)?),
            tag::RATE => contents.rate = Some(found.number(source)?),
            tag::LOWPASS => contents.lowpass = Some(found.number(source)?),
            tag::HIGHPASS => contents.highpass = Some(found.number(source)?),
            tag::DATE => contents.date = date(&found.numbers(source)?),
            tag::CHANNEL => contents.channels.push(ChannelInfo::read(found, source)?),
            _ => {}
        }
        Ok(())
    }

    fn other_file(&mut self, found: &Tag) -> Result<(), Error> {
        let Some((role, next)) = &mut self.other else { return Ok(()) };
        match found.kind {
            tag::REF_ROLE => *role = found.number(self.source)?,
            tag::REF_NAME => next.name = Some(found.text(self.source)?),
            tag::REF_NUMBER => next.number = Some(found.whole(self.source)?),
            _ => {}
        }
        Ok(())
    }

    fn samples(&mut self, found: &Tag) -> Result<(), Error> {
        let skipped = || {
            let skipped = found.whole(self.source)?;
            let wrong = || found.wrong(self.source, "skips a number that is none from 0", skipped);
            u64::try_from(skipped).map_err(|_| wrong())
        };
        let item = match found.kind {
            tag::FIRST_SAMPLE => {
                self.contents.first_sample = Some(found.whole(self.source)?);
                return Ok(());
            }
            tag::BUFFER => Item::Buffer { tag: *found, form: form(found, self.source)? },
            tag::SKIPPED_BUFFERS => Item::Buffers(skipped()?),
            tag::SKIPPED_SAMPLES => Item::Samples(skipped()?),
            _ => return Ok(()),
        };
        self.contents.items.push(item);
        Ok(())
    }
}

/// How the samples of a buffer lie.
fn form(found: &Tag, source: &Source) -> Result<Form, Error> {
    match found.holds {
        holds::I16 | holds::PACKED16 => Ok(Form::I16Be),
        holds::I32 => Ok(Form::I32Be),
        holds::F32 => Ok(Form::F32Be),
        holds::F64 => Ok(Form::F64Be),
        other => Err(found.wrong(source, "holds samples of a type that is not read (complex, or unknown)", other)),
    }
}

/// Seconds after the beginning of 1970 that no date is beyond.
const LONGEST: f64 = 1e12;

/// Seconds, or seconds and microseconds.
pub(super) fn date(numbers: &[f64]) -> Option<f64> {
    let seconds = numbers.first()? + numbers.get(1).map_or(0.0, |micro| micro * 1e-6);
    (seconds.abs() <= LONGEST).then_some(seconds)
}
