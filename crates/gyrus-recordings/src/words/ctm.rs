//! CTM, the time-marked words of NIST and Kaldi: `file channel start duration word [confidence]`, `;;` before comments.

use std::path::Path;

use gyrus_types::Transcript;

use super::story::{Story, lasting};
use crate::Error;
use crate::praat::decode;

/// The words of `recording` (its file and channel with a space between) in the bytes of the CTM file `path`; of the only
/// one if none is named.
pub(super) fn read_ctm(path: &Path, bytes: &[u8], recording: Option<&str>) -> Result<Transcript, Error> {
    let text = decode(path, bytes)?;
    let (mut story, mut found) = (Story::default(), Vec::<String>::new());
    let mut wanted = recording.map(String::from);
    for (line, entry) in text.lines().enumerate().map(|(i, line)| (i + 1, line.trim_start_matches('\u{feff}').trim())) {
        if entry.is_empty() || entry.starts_with(";;") {
            continue;
        }
        let wrong = |(wrong, value)| Error::Line { path: path.into(), line, wrong, value };
        let fields: Vec<&str> = entry.split_whitespace().collect();
        let &[file, channel, start, duration, word, ..] = &fields[..] else {
            return Err(wrong(("has not file, channel, start, duration and word", entry.into())));
        };
        let of = format!("{file} {channel}");
        if wanted.get_or_insert_with(|| of.clone()) == &of {
            lasting(start, duration).and_then(|time| story.push(word, time)).map_err(wrong)?;
        }
        if found.last() != Some(&of) && !found.contains(&of) {
            found.push(of);
        }
    }
    let one = if recording.is_some() { found.iter().any(|of| Some(of) == wanted.as_ref()) } else { found.len() <= 1 };
    match one {
        true => story.finish(path),
        false => Err(Error::Several {
            path: path.into(),
            what: "file and channel",
            wanted: recording.unwrap_or_default().into(),
            found,
        }),
    }
}
