//! Events whose column `trial_type` holds a dictionary of Python, as those of MEG-MASC: words are those whose `kind` is
//! `word`.

use std::path::Path;

use gyrus_types::{Interval, Transcript};

use super::literal::{Literal, dictionary};
use super::story::{Story, lasting};
use crate::Error;
use crate::text_columns::{TextColumns, field};

/// The words of the events `path` in order of their onsets; their times are those of the columns, on the recording's clock.
pub(super) fn read_dictionaries(path: &Path) -> Result<Transcript, Error> {
    let table = TextColumns::read(path)?;
    let (onsets, durations, kinds) = (table.column("onset")?, table.column("duration")?, table.column("trial_type")?);
    let mut words: Vec<(String, Interval, usize)> = Vec::new();
    for row in 0..table.rows() {
        let wrong = |(wrong, value)| Error::Row { path: path.into(), row: row + 1, wrong, value };
        let said = field(kinds, row);
        let entries = dictionary(said).map_err(|what| wrong((what, said.into())))?;
        let text = |name: &str| entries.iter().find(|(key, _)| key == name).map(|(_, value)| value);
        if text("kind") != Some(&Literal::Text("word".into())) {
            continue;
        }
        let Some(Literal::Text(word)) = text("word") else { return Err(wrong(("has no word", said.into()))) };
        let time = lasting(field(onsets, row), field(durations, row)).map_err(wrong)?;
        let time = time.ok_or_else(|| wrong(("has a word without a time", word.clone())))?;
        words.push((word.trim().into(), time, row));
    }
    words.sort_by(|(_, a, _), (_, b, _)| a.onset().total_cmp(&b.onset()));
    let mut story = Story::default();
    for (word, time, row) in words {
        let wrong = |(wrong, value)| Error::Row { path: path.into(), row: row + 1, wrong, value };
        story.push(&word, Some(time)).map_err(wrong)?;
    }
    story.finish(path)
}
