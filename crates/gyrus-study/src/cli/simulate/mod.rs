//! `gyrus simulate`: makes what was never recorded.

mod arrays;
mod cortex;
mod podcast;
mod vectors;
mod words;

use clap::Subcommand;

use super::examples;

/// What to make.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// When each word of a text would be spoken by somebody who reads it aloud.
    #[command(after_help = examples::SIMULATE_WORDS)]
    Words(words::Arguments),
    /// Static vectors of a story's words, and their counts, from plain texts.
    #[command(after_help = examples::SIMULATE_VECTORS)]
    Vectors(vectors::Arguments),
    /// Recordings of patients with electrodes in their cortex who hear a story, and the truth about them.
    #[command(after_help = examples::SIMULATE_CORTEX)]
    Cortex(Box<cortex::Arguments>),
    /// A tree like the Podcast ECoG data set's, raw and prepared, with a response planted at a known lag.
    #[command(after_help = examples::SIMULATE_PODCAST)]
    Podcast(podcast::Arguments),
}

/// Runs the command.
pub fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Words(arguments) => words::run(arguments),
        Command::Vectors(arguments) => vectors::run(arguments),
        Command::Cortex(arguments) => cortex::run(arguments),
        Command::Podcast(arguments) => podcast::run(arguments),
    }
}
