//! A small study run as it stands now, and what it said on the way.
//!
//! It stands here and not in the library of these tests, which knows no crate of ours.

use std::error::Error;

use gyrus_activations::{DeviceChoice, Precision, open_device};
use gyrus_study::{Event, Options, Study, run};
use gyrus_tests::SmallStudy;

/// Which steps ran and which were found, in order.
#[derive(Debug, Default, PartialEq)]
pub struct Walk {
    pub ran: Vec<String>,
    pub found: Vec<String>,
    pub notes: Vec<String>,
}

/// Runs the study file of `study` as it stands now.
pub fn walk(study: &SmallStudy) -> Result<Walk, Box<dyn Error>> {
    walk_only(study, None)
}

/// As [`walk`], one step alone.
pub fn walk_only(study: &SmallStudy, only: Option<&str>) -> Result<Walk, Box<dyn Error>> {
    let options = Options {
        out: study.results(),
        only: only.map(Into::into),
        dry_run: false,
        memory: None,
        style: gyrus_study::Style::default(),
        command: "gyrus run study.toml".into(),
        program: "the tests".into(),
    };
    let mut walk = Walk::default();
    let mut on_event = |event| match event {
        Event::Finished { step } => walk.ran.push(step),
        Event::Found { step } => walk.found.push(step),
        Event::Note(note) => walk.notes.push(note),
        _ => {}
    };
    let device = open_device(DeviceChoice::Cpu, Precision::Full)?;
    let outcome = run(&Study::open(&study.file())?, &device, &options, &mut on_event)?;
    assert_eq!(outcome.report, study.results().join("report.html"));
    assert_eq!((outcome.ran, outcome.found), (walk.ran.len(), walk.found.len()));
    Ok(walk)
}
