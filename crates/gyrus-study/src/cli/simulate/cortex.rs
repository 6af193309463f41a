//! `gyrus simulate cortex`: recordings of patients with electrodes in their cortex who hear a story.

use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, ValueEnum};
use gyrus_simulation::ImplantParams;
use gyrus_study::{CortexSources, MapName, SimulatedCortex};

use super::super::{note, say};
use super::arrays::write_arrays;

/// The story, what is known of its words, and the patients.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The story: a table with the columns word, start and end.
    #[arg(long)]
    words: PathBuf,
    /// Vectors of words: `word v1 v2 ...`.
    #[arg(long)]
    vectors: PathBuf,
    /// How often words occur: a table of word and count.
    #[arg(long)]
    counts: PathBuf,
    /// The folder to write: recordings and electrodes of each patient, and the truth in `truth.json`.
    #[arg(long)]
    out: PathBuf,
    /// How the recordings are laid out.
    #[arg(long, value_enum, default_value_t = Layout::Bids)]
    layout: Layout,
    /// The levels that electrodes hear, as features: one tensor (words, width) per level.
    #[arg(long)]
    levels_out: Option<PathBuf>,
    /// Number of patients.
    #[arg(long, default_value_t = ImplantParams::default().patients)]
    patients: usize,
    /// Electrodes of each.
    #[arg(long, default_value_t = ImplantParams::default().electrodes)]
    electrodes: usize,
    /// Share of electrodes that hear nothing.
    #[arg(long, default_value_t = ImplantParams::default().deaf)]
    deaf: f64,
    /// Where in the cortex which levels are heard.
    #[arg(long, value_enum, default_value_t = MapName::Hierarchy)]
    map: MapName,
    /// Median share of the variance of responses at words that the words explain; 0 for none.
    #[arg(long, default_value_t = ImplantParams::default().signal)]
    signal: f64,
    /// How often each patient hears the story; noise alone differs.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    repeats: u16,
    /// Samples in a second.
    #[arg(long, default_value_t = ImplantParams::default().rate)]
    rate: f64,
    /// Decides places, weights and noise.
    #[arg(long)]
    seed: u64,
}

/// How recordings are laid out in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Layout {
    /// As a BIDS tree with signals as EDF, for `[bids]` of a study file.
    Bids,
    /// As one array and one table for each patient, for `[[recordings]]`; the only one with repeats.
    Arrays,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if arguments.layout == Layout::Bids && arguments.repeats > 1 {
        bail!(
            "a tree holds each recording once, `--repeats` asks for {}: `--layout arrays` has repeats",
            arguments.repeats
        );
    }
    let Arguments { words, vectors, counts, .. } = arguments;
    let cortex = SimulatedCortex::hear(CortexSources { words, vectors, counts }, arguments.params(), arguments.seed)?;
    cortex.notes().for_each(note);
    if let Some(path) = &arguments.levels_out {
        cortex.write_levels(path)?;
    }
    let implant = cortex.implant();
    match arguments.layout {
        Layout::Bids => cortex.write_tree(&arguments.out)?,
        Layout::Arrays => write_arrays(&arguments.out, implant, arguments.repeats.into())?,
    }
    cortex.write_truth(&arguments.out)?;
    let electrodes = implant.truth().iter().map(Vec::len).sum::<usize>();
    let seconds = (implant.samples() - 1) as f64 / arguments.rate;
    say(format_args!(
        "{} patients, {electrodes} electrodes, {seconds:.1} s at {} Hz",
        implant.patients().len(),
        arguments.rate
    ));
    Ok(())
}

impl Arguments {
    fn params(&self) -> ImplantParams {
        ImplantParams {
            patients: self.patients,
            electrodes: self.electrodes,
            deaf: self.deaf,
            map: self.map.map(),
            signal: self.signal,
            rate: self.rate,
            ..ImplantParams::default()
        }
    }
}
