//! What a FIF file says of a channel, in 96 bytes and a longer name elsewhere.

use super::code::{holds, kind, unit};
use super::tag::{Tag, text};
use crate::source::Source;
use crate::{ChannelKind, Error};

/// Bytes that describe a channel.
pub(super) const BYTES: usize = 96;

/// A channel; a raw number times `gain` is a value in its unit.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ChannelInfo {
    /// The short name: at most 15 bytes.
    pub name: String,
    pub kind: ChannelKind,
    pub unit: String,
    pub gain: f64,
    /// Where it is, in metres.
    pub position: Option<[f64; 3]>,
}

impl ChannelInfo {
    pub fn read(tag: &Tag, source: &Source) -> Result<Self, Error> {
        if (tag.holds, tag.size) != (holds::CHANNEL, BYTES as u64) {
            let said = format!("type {}, {} bytes", tag.holds, tag.size);
            return Err(tag.wrong(source, "should describe a channel by type 30 in 96 bytes", said));
        }
        let bytes = tag.bytes(source)?;
        let (words, _) = bytes.as_chunks::<4>();
        let whole = |i: usize| i32::from_be_bytes(words[i]);
        let real = |i: usize| f64::from(f32::from_be_bytes(words[i]));
        let place = [6, 7, 8].map(real);
        // Software that does not know a place writes zeros, or what is no number.
        let known = place.iter().all(|number| number.is_finite()) && place.iter().any(|number| *number != 0.0);
        Ok(Self {
            name: text(&bytes[80..BYTES]),
            kind: kind(whole(2)),
            unit: unit(whole(18), whole(19)),
            gain: real(4) * real(3),
            position: known.then_some(place),
        })
    }
}
