//! A small study run as it stands now, and what it said on the way.
//!
//! It stands here and not in the library of these tests, which knows no crate of ours.

use std::error::Error;

use gyrus_activations::{DeviceChoice, Precision, open_device};
use gyrus_study::{Event, Options, Study, run};
use gyrus_tests::SmallStudy;

/// Which steps ran and which were found, in order; pieces of steps, made of one model or some of its layers each, are counted apart.
#[derive(Debug, Default, PartialEq)]
pub struct Walk {
    pub ran: Vec<String>,
    pub found: Vec<String>,
    pub notes: Vec<String>,
    /// Pieces that were made.
    pub pieces: Vec<String>,
}

/// Steps of which there are pieces.
const PIECED: [&str; 6] = ["benchmarks-", "fits-", "encoding-", "lags-", "dimension-", "context-"];

/// Runs the study file of `study` as it stands now.
pub fn walk(study: &SmallStudy) -> Result<Walk, Box<dyn Error>> {
    walk_only(study, None)
}

/// As [`walk`], one step alone.
pub fn walk_only(study: &SmallStudy, only: Option<&str>) -> Result<Walk, Box<dyn Error>> {
    let options = Options {
        only: only.into_iter().map(str::to_owned).collect(),
        ..Options::new(study.results(), "the tests".into())
    };
    let (mut walk, mut pieces_found) = (Walk::default(), 0);
    let is_piece = |step: &str| PIECED.iter().any(|pieced| step.starts_with(pieced));
    let mut on_event = |event| match event {
        Event::Finished { step, .. } if is_piece(&step) => walk.pieces.push(step),
        Event::Found { step, .. } if is_piece(&step) => pieces_found += 1,
        Event::Finished { step, .. } => walk.ran.push(step),
        Event::Found { step, .. } => walk.found.push(step),
        Event::Note(note) => walk.notes.push(note),
        _ => {}
    };
    let device = open_device(DeviceChoice::Cpu, Precision::Full)?;
    let outcome = run(&Study::open(&study.file())?, &device, &options, &mut on_event)?;
    assert_eq!(outcome.report, study.results().join("report.html"));
    let steps = (walk.ran.len() + walk.pieces.len(), walk.found.len() + pieces_found);
    assert_eq!((outcome.ran, outcome.found), steps);
    Ok(walk)
}
