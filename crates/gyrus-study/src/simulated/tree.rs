//! Recordings of simulated patients as a data set in the BIDS layout.

use std::path::Path;

use gyrus_recordings::bids::{Channel, Dataset, Event, Status, Subject, write};
use gyrus_simulation::{Contact, Implant, Patient};
use gyrus_types::{Interval, Transcript};

use crate::Error;
use crate::store::write_whole;

/// The task of the data set.
pub const TASK: &str = "story";

/// What the recordings are, after `desc-` in the files' names.
pub const DESCRIPTION: &str = "highgamma";

/// Writes the tree: a high-gamma recording of each patient as EDF, with its electrodes, and the words as events.
pub fn write_tree(folder: &Path, implant: &Implant, story: &Transcript, seed: u64) -> Result<(), Error> {
    let events = events(story);
    let subject = |(patient, known): (usize, &Patient)| Subject {
        name: known.name.clone(),
        channels: known.contacts.iter().map(channel).collect(),
        signal: implant.signal(patient, 0),
        rate: implant.params().rate,
        events: events.clone(),
    };
    let dataset = Dataset {
        name: "A simulated cortex that hears a story".into(),
        readme: readme(implant, seed),
        authors: vec!["gyrus simulate cortex".into()],
        licence: Some("CC0".into()),
        task: TASK.into(),
        description: Some(DESCRIPTION.into()),
        space: "MNI152NLin2009cAsym".into(),
        subjects: implant.patients().iter().enumerate().map(subject).collect(),
    };
    write(folder, &dataset)?;
    // Validators of the layout complain of files that it does not know.
    write_whole(&folder.join(".bidsignore"), b"truth.json\nlevels.safetensors\n")
}

fn channel(contact: &Contact) -> Channel {
    Channel {
        name: contact.name.clone(),
        kind: "ECOG".into(),
        unit: "uV".into(),
        status: Status::Good,
        position: Some(contact.position),
        region: Some(contact.region.into()),
    }
}

/// The words that have a time.
fn events(story: &Transcript) -> Vec<Event> {
    let timed = story.timed();
    let event = |(row, time): (&usize, &Interval)| Event {
        onset: time.onset(),
        duration: time.offset() - time.onset(),
        word: Some(story.word_text(*row).to_owned()),
    };
    timed.rows.iter().zip(&timed.times).map(event).collect()
}

fn readme(implant: &Implant, seed: u64) -> String {
    let params = implant.params();
    format!(
        "Nobody was recorded: `gyrus simulate cortex` made these envelopes of high gamma from seed {seed}. {} patients have {} \
         electrodes each, of which a share of {} hears nothing. What is true of each electrode stands in `truth.json`, \
         which no analysis reads.\n",
        params.patients, params.electrodes, params.deaf,
    )
}
