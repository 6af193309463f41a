//! `gyrus simulate podcast`: a data set in the layout of the Podcast ECoG data set, with a response planted at a known lag.

use std::path::PathBuf;

use clap::Args;
use gyrus_simulation::PlantedParams;
use gyrus_study::SimulatedPodcast;

use super::super::say;

/// How much is made, and what is planted.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The folder to write: a BIDS tree with stimuli and derivatives, and the truth in `truth.json`.
    #[arg(long)]
    out: PathBuf,
    /// Seconds of the recording.
    #[arg(long, default_value_t = PlantedParams::default().seconds)]
    seconds: f64,
    /// Number of patients; every second one is recorded at 2048 Hz, with channels that are no electrodes.
    #[arg(long, default_value_t = PlantedParams::default().patients)]
    subjects: usize,
    /// From the onset of a word to the middle of the response to it, in seconds.
    #[arg(long, default_value_t = PlantedParams::default().lag, allow_negative_numbers = true)]
    lag: f64,
    /// Decides words, features and noise.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Runs the command.
pub fn run(Arguments { out, seconds, subjects, lag, seed }: &Arguments) -> anyhow::Result<()> {
    let params = PlantedParams { seconds: *seconds, patients: *subjects, lag: *lag, ..PlantedParams::default() };
    let podcast = SimulatedPodcast::new(out, params, *seed)?;
    podcast.write_tree(out)?;
    say(format_args!("{} words, {subjects} patients, {seconds} s, a response at {lag} s", podcast.words()));
    Ok(())
}
