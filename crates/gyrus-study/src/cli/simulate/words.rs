//! `gyrus simulate words`: when each word of a text would be spoken.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use gyrus_simulation::{SpeechParams, spoken};
use gyrus_study::write_whole;
use gyrus_types::{Interval, Transcript};

use super::super::say;

/// The text and its reader.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The text: a blank line ends a paragraph, two a section.
    #[arg(long)]
    text: PathBuf,
    /// Decides how durations and pauses scatter.
    #[arg(long)]
    seed: u64,
    /// Words a minute, pauses included.
    #[arg(long, default_value_t = SpeechParams::default().words_per_minute)]
    rate: f64,
    /// The table to write: columns word, start and end in seconds, separated by tabs.
    #[arg(long)]
    out: PathBuf,
}

/// Runs the command.
pub fn run(Arguments { text, seed, rate, out }: &Arguments) -> anyhow::Result<()> {
    let content = std::fs::read_to_string(text).with_context(|| format!("could not read `{}`", text.display()))?;
    let params = SpeechParams { words_per_minute: *rate, ..SpeechParams::default() };
    let story = spoken(content, &params, *seed).with_context(|| format!("could not speak `{}`", text.display()))?;
    write_whole(out, table(&story).as_bytes())?;
    let times = story.timed().times;
    let end = times.last().map_or(0.0, Interval::offset);
    say(format_args!("{} words, {} of them spoken, in {end:.1} s", story.words().len(), times.len()));
    Ok(())
}

/// A row for each word, times in milliseconds of precision; `n/a` for words that are not spoken.
fn table(story: &Transcript) -> String {
    let mut table = String::from("word\tstart\tend\n");
    for (i, word) in story.words().iter().enumerate() {
        let times = match word.time {
            Some(time) => format!("{:.3}\t{:.3}", time.onset(), time.offset()),
            None => "n/a\tn/a".into(),
        };
        table += &format!("{}\t{times}\n", field(story.word_text(i)));
    }
    table
}

/// A field as every reader of tables understands it: one with quotation marks stands in some, its own doubled.
fn field(word: &str) -> String {
    if word.contains('"') { format!("\"{}\"", word.replace('"', "\"\"")) } else { word.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotation_marks_of_speech_are_doubled() {
        assert_eq!(field("\"Oh,\""), "\"\"\"Oh,\"\"\"");
        assert_eq!(field("said"), "said");
    }
}
