//! `gyrus controls`: shallow properties of the words of a text, as features that stand beside or against a model's layers.

mod bits;
mod envelope;
mod tensors;

use std::collections::HashMap;
use std::path::PathBuf;

use anyhow::ensure;
use clap::{Args, ValueEnum};
use gyrus_encoding::{
    Envelope, WordColumns, WordProperty, WordRows, WordSources, story_counts, wanted_spellings, word_frequencies,
    word_properties,
};
use gyrus_recordings::{WordVectors, read_counts, read_vectors};
use gyrus_study::Event;
use gyrus_types::{Sampling, Transcript};

use self::bits::BitsArguments;
use self::envelope::EnvelopeArguments;
use self::tensors::Tensors;
use super::news::{Log, News};
use super::reading::read_transcript;

/// The text, the properties and what they are made of.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The words: a table with the columns word, start, end (.csv or .tsv), or plain text.
    #[arg(long)]
    transcript: PathBuf,
    /// Properties, separated by commas: rate, onset, duration, length, syllables, frequency, position-in-sentence, position-in-story,
    /// surprisal, entropy, static, envelope [default: all that can be made of what is given].
    #[arg(long, value_delimiter = ',')]
    properties: Vec<WordProperty>,
    /// What becomes of the rows, which decides what rate and onset are.
    #[arg(long, value_enum, default_value = "events")]
    rows: RowsName,
    /// How often words occur, for frequency: `word<TAB>count` in each line [default: the words of the text itself].
    #[arg(long)]
    counts: Option<PathBuf>,
    /// Vectors of words, for static: a text file of GloVe or word2vec, `word v1 v2 ...` in each line.
    #[arg(long)]
    vectors: Option<PathBuf>,
    #[command(flatten, next_help_heading = "Sound")]
    envelope: EnvelopeArguments,
    #[command(flatten, next_help_heading = "Surprisal and entropy")]
    bits: BitsArguments,
    /// What stands where a word has no value; how many have none is said.
    #[arg(long, value_enum, default_value = "nan", help_heading = "Options")]
    undefined: Undefined,
    /// Write one tensor `controls` with all properties side by side, in the order of `--properties`.
    #[arg(long, help_heading = "Options")]
    stack: bool,
    /// The file to write: one tensor (words, 1 or width) per property, under its name.
    #[arg(long, help_heading = "Options")]
    out: PathBuf,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RowsName {
    /// Words are spread over scans or samples: rate and onset are 1 for each word.
    Events,
    /// Words are the samples: rate is in words per second around the word, onset in seconds since the word before ended.
    Samples,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum Undefined {
    /// NaN, which `gyrus encode` refuses in features.
    Nan,
    /// The mean of the property over the words that have it.
    Mean,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut news = News::new(Log::Text);
    let transcript = read_transcript(&arguments.transcript)?;
    let properties = arguments.properties(&transcript)?;
    let files = Files::read(arguments, &transcript, &properties)?;
    let sources = files.sources(arguments.rows.into());
    if properties.contains(&WordProperty::Frequency) {
        news.show(Event::Note(arguments.source_of_frequency(&transcript, &sources)));
    }
    let needs_bits = |property: &WordProperty| matches!(property, WordProperty::Surprisal | WordProperty::Entropy);
    let bits =
        if properties.iter().any(needs_bits) { arguments.bits.read(&transcript, &mut news)? } else { Vec::new() };
    let mut tensors = Tensors::default();
    for property in properties {
        for (name, sources) in bits::sources(property, &bits, &sources) {
            let columns = word_properties(&transcript, &[property], &sources)?.remove(0);
            arguments.said(&name, property, &columns).into_iter().for_each(|line| news.show(Event::Note(line)));
            let mean = arguments.undefined == Undefined::Mean;
            tensors.push(name, if mean { columns.with_means() } else { columns });
        }
    }
    tensors.write(&arguments.out, arguments.stack)
}

/// What the files hold, as far as it is needed.
#[derive(Debug)]
struct Files {
    counts: Option<HashMap<String, f64>>,
    vectors: Option<WordVectors>,
    envelope: Option<(Vec<f64>, Sampling)>,
}

impl Files {
    fn read(arguments: &Arguments, transcript: &Transcript, properties: &[WordProperty]) -> anyhow::Result<Self> {
        let wants = |property| properties.contains(&property);
        let counts = arguments.counts.as_deref().filter(|_| wants(WordProperty::Frequency));
        let vectors = arguments.vectors.as_deref().filter(|_| wants(WordProperty::Static));
        Ok(Self {
            counts: counts.map(read_counts).transpose()?,
            vectors: vectors.map(|path| read_vectors(path, &wanted_spellings(transcript))).transpose()?,
            envelope: if wants(WordProperty::Envelope) { arguments.envelope.read()? } else { None },
        })
    }

    fn sources(&self, rows: WordRows) -> WordSources<'_> {
        let envelope = self.envelope.as_ref();
        WordSources {
            rows,
            counts: self.counts.as_ref(),
            vectors: self.vectors.as_ref().map(|found| (&found.vectors, found.width)),
            envelope: envelope.map(|(samples, sampling)| Envelope { samples, sampling: *sampling }),
            ..WordSources::default()
        }
    }
}

impl Arguments {
    /// The properties asked for, or all that can be made of what is given.
    fn properties(&self, transcript: &Transcript) -> anyhow::Result<Vec<WordProperty>> {
        let option = |property| match property {
            WordProperty::Surprisal | WordProperty::Entropy => Some(("--model", self.bits.is_given())),
            WordProperty::Static => Some(("--vectors", self.vectors.is_some())),
            WordProperty::Envelope => Some(("--envelope", self.envelope.is_given())),
            _ => None,
        };
        if self.properties.is_empty() {
            let has_times = !transcript.timed().rows.is_empty();
            let can = |property: &WordProperty| {
                option(*property).is_none_or(|(_, given)| given) && (has_times || !property.is_timed())
            };
            return Ok(WordProperty::ALL.into_iter().filter(can).collect());
        }
        for (at, property) in self.properties.iter().enumerate() {
            ensure!(!self.properties[..at].contains(property), "the property `{property}` is asked for twice");
            if let Some((option, given)) = option(*property) {
                let source = property.source().unwrap_or_default();
                ensure!(given, "the property `{property}` needs {source}; give it with `{option}`");
            }
        }
        Ok(self.properties.clone())
    }

    fn source_of_frequency(&self, transcript: &Transcript, sources: &WordSources<'_>) -> String {
        match (&self.counts, sources.counts) {
            (Some(path), Some(counts)) => {
                let (unseen, path) = (word_frequencies(transcript, counts).1, path.display());
                format!(
                    "frequency is that of `{path}`, where {unseen} of {} words do not occur",
                    transcript.words().len()
                )
            }
            _ => format!(
                "frequency is counted in the text itself, which has {} spellings",
                story_counts(transcript).len()
            ),
        }
    }

    /// What must be said of a property's undefined words.
    fn said(&self, name: &str, property: WordProperty, columns: &WordColumns) -> Option<String> {
        let (none, all) = (columns.undefined.len(), columns.values.nrows());
        let instead = match (property, self.undefined) {
            (WordProperty::Static, _) => "no vector and get the mean vector of the others",
            (_, Undefined::Mean) => "no value and get the mean of the others",
            (_, Undefined::Nan) => "no value and are NaN",
        };
        (none > 0).then(|| format!("{name}: {none} of {all} words have {instead}"))
    }
}

impl From<RowsName> for WordRows {
    fn from(name: RowsName) -> Self {
        match name {
            RowsName::Events => Self::Events,
            RowsName::Samples => Self::Samples,
        }
    }
}
