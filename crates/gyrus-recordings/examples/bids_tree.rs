//! Writes a small data set that nobody recorded, as a BIDS tree: `cargo run --example bids_tree FOLDER`.

use std::path::Path;

use gyrus_recordings::Error;
use gyrus_recordings::bids::{Channel, Dataset, Event, Status, Subject, write};
use ndarray::Array2;

fn channel(i: usize) -> Channel {
    let x = if i.is_multiple_of(2) { -40.0 } else { 42.0 };
    Channel {
        name: format!("G{i}"),
        kind: if i == 5 { "MISC" } else { "ECOG" }.into(),
        unit: "uV".into(),
        status: if i == 3 { Status::Bad("noise".into()) } else { Status::Good },
        position: (i != 5).then_some([x - i as f64, -30.0 + i as f64, 12.5]),
        region: (i != 5).then(|| "STG".into()),
    }
}

fn subject(name: &str) -> Subject {
    let words = ["the", "gull", "sat", "by", "its", "lamp"];
    let event =
        |(i, word): (usize, &&str)| Event { onset: 0.5 + 0.4 * i as f64, duration: 0.3, word: Some((*word).into()) };
    Subject {
        name: name.into(),
        channels: (0..6).map(channel).collect(),
        signal: Array2::from_shape_fn((1300, 6), |(i, k)| 50.0 * (0.01 * (k + 1) as f64 * i as f64).sin()),
        rate: 256.0,
        events: words.iter().enumerate().map(event).collect(),
    }
}

fn main() -> Result<(), Error> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "bids-tree".into());
    let dataset = Dataset {
        name: "Nobody".into(),
        readme: "A data set that nobody recorded.".into(),
        authors: vec!["Nobody".into()],
        licence: Some("CC0".into()),
        task: "story".into(),
        description: None,
        space: "MNI152NLin2009cAsym".into(),
        subjects: vec![subject("01"), subject("02")],
    };
    write(Path::new(&folder), &dataset)
}
