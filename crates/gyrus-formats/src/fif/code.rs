//! Numbers that FIF gives to tags, blocks, types, kinds of channels and units.
//!
//! Source: the constants of the format as MNE publishes them (mne-tools/fiff-constants).

use crate::ChannelKind;

/// Tags.
pub(super) mod tag {
    pub const FILE_ID: i32 = 100;
    pub const DIRECTORY_AT: i32 = 101;
    pub const BLOCK_START: i32 = 104;
    pub const BLOCK_END: i32 = 105;
    pub const FREE_LIST: i32 = 106;
    pub const NOTHING: i32 = 108;
    pub const REF_ROLE: i32 = 115;
    pub const REF_NUMBER: i32 = 117;
    pub const REF_NAME: i32 = 118;
    pub const CHANNELS: i32 = 200;
    pub const RATE: i32 = 201;
    pub const CHANNEL: i32 = 203;
    pub const DATE: i32 = 204;
    pub const COMMENT: i32 = 206;
    pub const FIRST_SAMPLE: i32 = 208;
    pub const LOWPASS: i32 = 219;
    pub const HIGHPASS: i32 = 223;
    pub const CHANNEL_NAME: i32 = 258;
    pub const BUFFER: i32 = 300;
    pub const SKIPPED_BUFFERS: i32 = 301;
    pub const SKIPPED_SAMPLES: i32 = 303;
    pub const NAMES: i32 = 3507;
    pub const BEGINNINGS: i32 = 3568;
    pub const ENDS: i32 = 3569;
}

/// Blocks.
pub(super) mod block {
    pub const MEASUREMENT: i32 = 100;
    pub const INFO: i32 = 101;
    pub const RAW: i32 = 102;
    pub const CONTINUOUS: i32 = 112;
    pub const LONG_CHANNEL: i32 = 113;
    pub const OTHER_FILE: i32 = 118;
    pub const SHIELDED: i32 = 119;
    pub const BAD_CHANNELS: i32 = 359;
    pub const ANNOTATIONS: i32 = 3810;
}

/// Types of what a tag holds.
pub(super) mod holds {
    pub const I16: u32 = 2;
    pub const I32: u32 = 3;
    pub const F32: u32 = 4;
    pub const F64: u32 = 5;
    pub const TEXT: u32 = 10;
    pub const PACKED16: u32 = 16;
    pub const CHANNEL: u32 = 30;
    pub const ID: u32 = 31;
}

/// Role of the file that continues this one.
pub(super) const NEXT_FILE: f64 = 2.0;
/// A channel of none of our kinds.
const MISCELLANEOUS: i32 = 502;

const KINDS: [(i32, ChannelKind); 10] = [
    (1, ChannelKind::Meg),
    (2, ChannelKind::Eeg),
    (3, ChannelKind::Stimulus),
    (202, ChannelKind::Eog),
    (301, ChannelKind::Reference),
    (302, ChannelKind::Emg),
    (402, ChannelKind::Ecg),
    (802, ChannelKind::Seeg),
    (803, ChannelKind::Dbs),
    (902, ChannelKind::Ecog),
];

const UNITS: [(i32, &str); 13] = [
    (3, "s"),
    (4, "A"),
    (5, "K"),
    (7, "rad"),
    (101, "Hz"),
    (103, "Pa"),
    (107, "V"),
    (109, "Ohm"),
    (110, "S"),
    (112, "T"),
    (114, "C"),
    (201, "T/m"),
    (202, "Am"),
];

const PREFIXES: [(i32, &str); 9] =
    [(0, ""), (-3, "m"), (-6, "u"), (-9, "n"), (-12, "p"), (-15, "f"), (3, "k"), (6, "M"), (9, "G")];

pub(super) fn kind(code: i32) -> ChannelKind {
    KINDS.iter().find(|(known, _)| *known == code).map_or(ChannelKind::Other, |(_, kind)| *kind)
}

pub(super) fn kind_code(kind: ChannelKind) -> i32 {
    KINDS.iter().find(|(_, known)| *known == kind).map_or(MISCELLANEOUS, |(code, _)| *code)
}

/// A unit and the power of ten before it; empty for a unit that is none or has no name here.
pub(super) fn unit(code: i32, power: i32) -> String {
    let Some((_, unit)) = UNITS.iter().find(|(known, _)| *known == code) else { return String::new() };
    match PREFIXES.iter().find(|(known, _)| *known == power) {
        Some((_, prefix)) => format!("{prefix}{unit}"),
        None => format!("1e{power} {unit}"),
    }
}

/// The code of a unit and the power of ten before it; nothing for one that has none here. An empty unit is a number.
pub(super) fn unit_code(text: &str) -> Option<(i32, i32)> {
    let known = UNITS.iter().flat_map(|(code, _)| PREFIXES.iter().map(move |(power, _)| (*code, *power)));
    if text.is_empty() { Some((0, 0)) } else { known.into_iter().find(|(code, power)| unit(*code, *power) == text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_units_go_there_and_back() {
        assert!(KINDS.iter().all(|(code, _)| kind_code(kind(*code)) == *code));
        assert_eq!((kind(502), kind_code(ChannelKind::Audio)), (ChannelKind::Other, 502));
        for text in ["", "V", "uV", "fT", "T/m", "s"] {
            let (code, power) = unit_code(text).expect("a unit");
            assert_eq!(unit(code, power), text);
        }
        assert_eq!((unit_code("furlong"), unit(107, -7), unit(-1, 0)), (None, "1e-7 V".to_owned(), String::new()));
    }
}
