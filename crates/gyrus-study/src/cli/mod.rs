//! The commands of the program, one file each.

mod benchmark;
mod cache;
mod completions;
mod controls;
mod data;
mod device;
mod encode;
mod examples;
mod extract;
mod hidden_states;
mod interruption;
mod man;
mod news;
mod positions;
mod reading;
mod recording;
mod report;
mod responses;
mod run;
mod similarity;
mod simulate;
mod status;
mod submit;
mod suggestion;
mod table;
mod train;
mod verify_model;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Parser, Subcommand};
use gyrus_study::{Study, file_hash};

pub use self::interruption::Interruption;

/// Measures how language models resemble the human brain.
#[derive(Debug, Parser)]
#[command(name = "gyrus", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a study: from recordings and models to tables, figures and a page.
    #[command(after_help = examples::RUN)]
    Run(run::Arguments),
    /// Put together what the parts of a study made, one after the other in `gyrus run --shard I/N`.
    #[command(after_help = examples::MERGE)]
    Merge(run::MergeArguments),
    /// Submit a study to a Slurm cluster, as jobs that follow each other; what is finished is not submitted again.
    #[command(after_help = examples::SUBMIT)]
    Submit(submit::Arguments),
    /// Why steps of a study are made anew, and what in its results belongs to no step any more.
    #[command(subcommand)]
    Cache(cache::Command),
    /// Make the page of a study again, from its results alone.
    #[command(after_help = examples::REPORT)]
    Report(report::Arguments),
    /// What a results folder holds: steps done and missing, sizes, and where the time went.
    #[command(after_help = examples::STATUS)]
    Status(status::Arguments),
    /// A table of results as comma-separated text, for programs that read no Parquet.
    #[command(after_help = examples::TABLE)]
    Table(table::Arguments),
    /// Every layer's state of every word of a text, for each context window.
    #[command(after_help = examples::EXTRACT)]
    Extract(extract::Arguments),
    /// Hidden states and logits of given token ids.
    #[command(after_help = examples::HIDDEN_STATES)]
    HiddenStates(hidden_states::Arguments),
    /// Compare models with reference hidden states.
    #[command(after_help = examples::VERIFY_MODEL)]
    VerifyModel(verify_model::Arguments),
    /// Fit encoding models of plain arrays: features by layer against responses.
    #[command(after_help = examples::ENCODE)]
    Encode(Box<encode::Arguments>),
    /// Shallow properties of the words of a text, a row per word: rate, length, frequency, surprisal and others.
    #[command(after_help = examples::CONTROLS)]
    Controls(Box<controls::Arguments>),
    /// Features that know where a row stands and nothing of the stimulus: what they predict has leaked.
    #[command(after_help = examples::POSITIONS)]
    Positions(positions::Arguments),
    /// What an EDF recording holds; its signals as arrays, or as plain EDF.
    #[command(after_help = examples::RECORDING)]
    Recording(recording::Arguments),
    /// From a recording on disk to the responses of words: read, prepared and averaged around each word, in bounded memory.
    Responses(Box<responses::Arguments>),
    /// Linear CKA between all layers of all given files.
    #[command(after_help = examples::SIMILARITY)]
    Similarity(similarity::Arguments),
    /// Make what was never recorded: times of words, vectors of words, and a cortex that hears them.
    #[command(subcommand)]
    Simulate(simulate::Command),
    /// How well a model answers the items of a benchmark, scored as lm-evaluation-harness does.
    #[command(after_help = examples::BENCHMARK)]
    Benchmark(benchmark::Arguments),
    /// Train small language models from a recipe.
    #[command(after_help = examples::TRAIN)]
    Train(train::Arguments),
    /// Data sets: which there are, whether one is whole on disk, and what is missing from a server.
    #[command(subcommand)]
    Data(data::Command),
    /// What completes options and names in a shell.
    #[command(after_help = examples::COMPLETIONS)]
    Completions(completions::Arguments),
    /// Pages of the manual.
    #[command(after_help = examples::MAN)]
    Man(man::Arguments),
}

impl Cli {
    /// Runs the command; a run says to `interruption` what it is at.
    pub fn run(self, interruption: &Interruption) -> anyhow::Result<()> {
        let answer = self.answer(interruption);
        interruption.finish();
        answer
    }

    fn answer(self, interruption: &Interruption) -> anyhow::Result<()> {
        match self.command {
            Command::Run(arguments) => run::run(&arguments, interruption),
            Command::Merge(arguments) => run::merge(&arguments, interruption),
            Command::Submit(arguments) => submit::run(&arguments).context("could not submit the study"),
            Command::Cache(command) => cache::run(&command).context("could not go over the finished steps"),
            Command::Report(arguments) => report::run(&arguments).context("could not make the report"),
            Command::Extract(arguments) => extract::run(&arguments).context("could not extract states"),
            Command::HiddenStates(arguments) => hidden_states::run(&arguments).context("could not give hidden states"),
            Command::VerifyModel(arguments) => verify_model::run(&arguments),
            Command::Encode(arguments) => encode::run(&arguments).context("could not encode"),
            Command::Controls(arguments) => controls::run(&arguments).context("could not make controls"),
            Command::Positions(arguments) => positions::run(&arguments).context("could not make position features"),
            Command::Recording(arguments) => recording::run(&arguments).context("could not read the recording"),
            Command::Responses(arguments) => responses::run(&arguments).context("could not make responses"),
            Command::Similarity(arguments) => similarity::run(&arguments).context("could not compare the files"),
            Command::Simulate(command) => simulate::run(&command).context("could not simulate"),
            Command::Benchmark(arguments) => benchmark::run(&arguments).context("could not score the benchmark"),
            Command::Train(arguments) => train::run(&arguments).context("could not train"),
            Command::Data(command) => data::run(&command),
            Command::Status(arguments) => status::run(&arguments).context("could not tell the status"),
            Command::Table(arguments) => table::run(&arguments).context("could not show the table"),
            Command::Completions(arguments) => completions::run(&arguments).context("could not write completions"),
            Command::Man(arguments) => man::run(&arguments).context("could not write the manual"),
        }
    }
}

/// Prints what failed and, where that is known, what to do.
#[expect(clippy::print_stderr, reason = "errors go to standard error")]
pub fn complain(error: &anyhow::Error) {
    let (text, colored) = (format!("{error:#}"), colored());
    let head =
        |word: &str, color: u8| if colored { format!("\u{1b}[1;{color}m{word}:\u{1b}[0m") } else { format!("{word}:") };
    eprintln!("{} {}", head("error", 31), text.trim_end());
    if let Some(name) = suggestion::suggestion(&text) {
        eprintln!("{} did you mean `{name}`?", head("hint", 36));
    }
    let hint = error.chain().find_map(|cause| cause.downcast_ref::<gyrus_study::Error>()?.hint());
    if let Some(hint) = hint {
        eprintln!("{} {hint}", head("hint", 36));
    }
}

/// Whether standard error takes colours: a terminal, unless `NO_COLOR` is set (no-color.org).
fn colored() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) && std::io::stderr().is_terminal()
}

/// Where the results of `study` go: to `out`, or where it is not given, below `results`.
fn results_of(study: &Study, out: Option<&Path>) -> PathBuf {
    out.map_or_else(|| PathBuf::from("results").join(&study.name), Path::to_owned)
}

/// SHA-256 of the program, which stands in the key of every step.
fn program_hash() -> anyhow::Result<String> {
    Ok(file_hash(&std::env::current_exe()?)?)
}

/// Prints a line that the user should know.
#[expect(clippy::print_stderr, reason = "notes go to standard error")]
fn note(line: String) {
    eprintln!("note: {line}");
}

/// Prints a line of results.
#[expect(clippy::print_stdout, reason = "standard output carries results")]
fn say(line: impl std::fmt::Display) {
    println!("{line}");
}

#[cfg(test)]
mod tests {
    use clap::{Command as Shape, CommandFactory};

    use super::*;

    /// The commands below `shape` that have none below them, by their whole names.
    fn leaves(shape: &Shape, name: &str) -> Vec<(String, Shape)> {
        let below: Vec<&Shape> = shape.get_subcommands().filter(|below| below.get_name() != "help").collect();
        match below.is_empty() {
            true => vec![(name.to_owned(), shape.clone())],
            false => {
                below.into_iter().flat_map(|shape| leaves(shape, &format!("{name} {}", shape.get_name()))).collect()
            }
        }
    }

    #[test]
    fn every_command_has_examples_that_can_be_read() {
        for (name, shape) in leaves(&Cli::command(), "gyrus") {
            let help = shape.get_after_help().map(ToString::to_string).unwrap_or_default();
            let examples: Vec<&str> = help
                .lines()
                .filter_map(|line| line.trim_start_matches("Example: ").trim().strip_prefix("gyrus "))
                .collect();
            assert!(!examples.is_empty(), "`{name}` has no example");
            for example in examples {
                let words = example.split_whitespace().take_while(|word| !["|", ">", "\\"].contains(word));
                let read = Cli::try_parse_from(["gyrus"].into_iter().chain(words.map(|word| word.trim_matches('\''))));
                assert!(read.is_ok(), "`{example}`: {}", read.err().map(|error| error.to_string()).unwrap_or_default());
                assert!(format!("gyrus {example}").starts_with(&name), "`{example}` below `{name}`");
            }
        }
    }
}
