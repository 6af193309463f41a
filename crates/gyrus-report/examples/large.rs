//! Writes a page of a made-up study of 12 models with 33 layers, 700 electrodes and 8 context windows.
//!
//! `cargo run --release -p gyrus-report --example large -- /tmp/large.html`

use std::error::Error;
use std::{env, fs};

use gyrus_report::{Chart, Choice, Column, Dataset, Kind, Measure, Page, Palette, Section};

const MODELS: usize = 12;
const LAYERS: usize = 33;
const ELECTRODES: usize = 700;
const WINDOWS: usize = 8;
const ROWS: usize = MODELS * LAYERS * ELECTRODES * WINDOWS;

fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args().nth(1).ok_or("give a file to write")?;
    let measure = || Measure::new("r", "r").with_interval();
    let lines = Chart::new(Kind::Lines, "scores", "Scores by layer")
        .across("layer", "layer")
        .measure(measure())
        .series("model")
        .choice(Choice::one("window", "Window"))
        .choice(Choice::one("electrode", "Electrode"));
    let brain = Chart::new(Kind::Brain, "scores", "Scores on the cortex")
        .down("electrode", "electrode")
        .measure(measure())
        .places("places", "electrode")
        .choice(Choice::one("model", "Model"))
        .choice(Choice::one("window", "Window"))
        .choice(Choice::one("layer", "Layer"));
    let page = Page::new("A large study", "12 models, 33 layers, 700 electrodes and 8 windows, all made up.")
        .section(Section::new("Scores by layer").chart(lines))
        .section(Section::new("On the cortex").chart(brain))
        .colors(Palette::new((0..MODELS).map(|i| format!("model-{i}"))))
        .dataset(scores()?)
        .dataset(places()?);
    fs::write(path, page.html()?)?;
    Ok(())
}

/// A number in -1..1 that looks random and is always the same.
fn noise(i: usize) -> f64 {
    ((i as f64 * 12.9898).sin() * 43_758.545_3).fract()
}

fn scores() -> Result<Dataset, Box<dyn Error>> {
    let texts = |name: &dyn Fn(usize) -> String| Column::Texts((0..ROWS).map(name).collect());
    let score = |i: usize| {
        let (layer, electrode) = ((i / WINDOWS / ELECTRODES % LAYERS) as f64, i / WINDOWS % ELECTRODES);
        0.1 + 0.2 * noise(electrode) + 0.1 * (layer / 10.0).sin() + 0.02 * noise(i)
    };
    let numbers = |add: f64| Column::Numbers((0..ROWS).map(|i| score(i) + add * (1.0 + 0.2 * noise(i + 7))).collect());
    Ok(Dataset::new("scores", "r of every layer, electrode and window.")
        .column("model", texts(&|i| format!("model-{}", i / WINDOWS / ELECTRODES / LAYERS)))?
        .column("layer", Column::Numbers((0..ROWS).map(|i| (i / WINDOWS / ELECTRODES % LAYERS) as f64).collect()))?
        .column("electrode", texts(&|i| format!("E{}", i / WINDOWS % ELECTRODES)))?
        .column("window", texts(&|i| format!("{}w", 1 << (i % WINDOWS))))?
        .column("r", numbers(0.0))?
        .column("r_low", numbers(-0.05))?
        .column("r_high", numbers(0.05))?)
}

fn places() -> Result<Dataset, Box<dyn Error>> {
    let names = Column::Texts((0..ELECTRODES).map(|i| format!("E{i}")).collect());
    let axis = |seed: usize, middle: f64, reach: f64| {
        Column::Numbers((0..ELECTRODES).map(|i| middle + reach * noise(i + seed)).collect())
    };
    Ok(Dataset::new("places", "Where the electrodes are.")
        .column("electrode", names)?
        .column("x", axis(1, 0.0, 60.0))?
        .column("y", axis(5000, -20.0, 60.0))?
        .column("z", axis(9000, 10.0, 40.0))?)
}
