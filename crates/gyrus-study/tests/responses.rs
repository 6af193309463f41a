//! `gyrus responses`: a made-up recording with a planted answer to words, and what must be refused.

use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use gyrus_formats::edf::{EdfChannel, write_edf};
use gyrus_study::read_tensors;
use gyrus_tests::Draws;
use ndarray::{Array1, Array2, Axis, s};
use safetensors::{Dtype, SafeTensors};

use crate::arrays::{Outcome, call, check_refused, numbers, program, random, read_table, texts, write_matrices};

mod arrays;

const RATE: f64 = 100.0;
const SECONDS: usize = 120;
/// What words evoke in channel A, .1 s after their centre.
const ANSWER: f64 = 3.0;

/// Onset and end of each word, in seconds; they pause after each tenth.
fn words(until: f64) -> Vec<(f64, f64)> {
    let (mut draws, mut words, mut time) = (Draws::new(5), Vec::new(), 0.5);
    while time < until {
        words.push((time, time + 0.3));
        time += 0.35 + 0.2 * draws.uniform() + if words.len() % 10 == 0 { 1.5 } else { 0.0 };
    }
    words
}

fn transcript(words: &[(f64, f64)], unit: f64) -> Result<String, Box<dyn Error>> {
    let mut text = "word,start,end\n".to_owned();
    for (place, (from, to)) in words.iter().enumerate() {
        writeln!(text, "w{place},{},{}", from * unit, to * unit)?;
    }
    Ok(text)
}

/// Noise in `A`, `B` and `C`, with the answer to words in `A`; `flat` never changes and `clipped` sticks to its end.
fn signals() -> Vec<(&'static str, Array1<f64>)> {
    let samples = SECONDS * RATE as usize;
    let mut draws = Draws::new(3);
    let mut noise = || Array1::from_shape_simple_fn(samples, || draws.normal());
    let (mut a, b, c) = (noise(), noise(), noise());
    for (from, to) in words(SECONDS as f64 - 2.0) {
        let at = ((0.5 * (from + to) + 0.1) * RATE).round() as usize;
        a.slice_mut(s![at - 5..=at + 5]).map_inplace(|value| *value += ANSWER);
    }
    let clipped = noise().mapv(|value| value.min(1.0));
    vec![("A", a), ("B", b), ("C", c), ("flat", Array1::from_elem(samples, 7.0)), ("clipped", clipped)]
}

/// A folder with `rec.edf` and `story.csv`.
fn folder() -> Result<tempfile::TempDir, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let signals = signals();
    let channels: Vec<EdfChannel<'_>> = signals
        .iter()
        .map(|(name, values)| EdfChannel { name, unit: "uV", rate: RATE, values: values.view() })
        .collect();
    write_edf(&folder.path().join("rec.edf"), &channels)?;
    fs::write(folder.path().join("story.csv"), transcript(&words(SECONDS as f64 - 2.0), 1.0)?)?;
    Ok(folder)
}

/// The one tensor of a file.
fn responses(path: &Path) -> Result<Array2<f32>, Box<dyn Error>> {
    let mut file = read_tensors(path)?;
    assert_eq!(file.len(), 1);
    let (name, values) = file.remove(0);
    assert_eq!(name, "responses");
    Ok(values)
}

const LINE: &str = "responses rec.edf --transcript story.csv";

#[test]
fn a_planted_answer_is_found_at_its_lag() -> Outcome {
    let folder = folder()?;
    let answer = program().call(
        folder.path(),
        format!("{LINE} --channels A,B --lags -0.1,0,0.1 --window 0.1 --precision f64 --out r").split(' '),
    )?;
    let n = words(SECONDS as f64 - 2.0).len();
    assert!(answer.complaint.contains(&format!("{n} of {n} words of `story.csv` are rows")), "{answer:?}");
    let bytes = fs::read(folder.path().join("r"))?;
    let file = SafeTensors::deserialize(&bytes)?;
    let tensor = file.tensor("responses")?;
    assert_eq!((tensor.dtype(), tensor.shape()), (Dtype::F64, &[n, 6][..]));
    let values: Vec<f64> = tensor.data().as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
    let values = Array2::from_shape_vec((n, 6), values)?;
    // By definition: the mean of the samples whose times are within .05 s of the centre and the lag.
    let signals = signals();
    for (row, (from, to)) in words(SECONDS as f64 - 2.0).into_iter().enumerate() {
        for (column, (lag, channel)) in
            [(-0.1, 0), (-0.1, 1), (0.0, 0), (0.0, 1), (0.1, 0), (0.1, 1)].into_iter().enumerate()
        {
            let t = 0.5 * (from + to) + lag;
            let inside = |i: &usize| (*i as f64 / RATE - t).abs() <= 0.05 + 1e-9;
            let some: Vec<f64> = (0..SECONDS * RATE as usize).filter(inside).map(|i| signals[channel].1[i]).collect();
            let mean = some.iter().sum::<f64>() / some.len() as f64;
            assert!((values[[row, column]] - mean).abs() < 1e-3, "{row} {column}");
        }
    }
    let mean = values.mean_axis(Axis(0)).ok_or("rows")?;
    assert!(
        mean[4] > ANSWER - 0.5 && mean.iter().enumerate().all(|(column, mean)| column == 4 || *mean < 1.5),
        "{mean}"
    );
    let (_, metadata) = SafeTensors::read_metadata(&bytes)?;
    let about = metadata.metadata().as_ref().and_then(|said| said.get("responses")).ok_or("metadata")?;
    let about: serde_json::Value = serde_json::from_str(about)?;
    assert_eq!(about["channels"], serde_json::json!(["A", "B"]));
    assert_eq!(about["lags"], serde_json::json!([-0.1, 0.0, 0.1]));
    assert_eq!(about["words"].as_array().map(Vec::len), Some(n));
    Ok(())
}

#[test]
fn channels_that_are_no_good_are_named() -> Outcome {
    let folder = folder()?;
    let answer = program().call(folder.path(), format!("{LINE} --out r").split(' '))?;
    for said in [
        "1 of 5 channels never change: flat",
        "1 of 5 channels stand at their lowest or highest value in more than 1 % of samples: clipped",
    ] {
        assert!(answer.complaint.contains(said), "{answer:?}");
    }
    assert_eq!(responses(&folder.path().join("r"))?.ncols(), 5);
    Ok(())
}

#[test]
fn electrodes_that_answer_are_kept() -> Outcome {
    let folder = folder()?;
    for contrast in ["evoked", "silence"] {
        let line = format!("{LINE} --lags 0,0.1 --responsive {contrast} --electrodes-out table.parquet --out r");
        let answer = program().call(folder.path(), line.split(' '))?;
        assert!(answer.complaint.contains("1 of 5 electrodes answer"), "{answer:?}");
        assert!(answer.complaint.contains("left out: B, C, flat, clipped"), "{answer:?}");
        let found = responses(&folder.path().join("r"))?;
        assert_eq!(found.ncols(), 2);
        assert!(found.column(1).mean() > Some(ANSWER as f32 - 0.5));
        let table = read_table(&folder.path().join("table.parquet"))?;
        assert_eq!(texts(&table, "name")?, ["A", "B", "C", "flat", "clipped"]);
        assert!(numbers(&table, "q")?[0] <= 0.05 && numbers(&table, "effect")?[0] > 0.1);
    }
    check_refused(
        folder.path(),
        &format!("{LINE} --channels B,C --responsive evoked --level 0.01 --out r"),
        &["none of 2 electrodes answers"],
    )
}

#[test]
fn chunks_and_threads_change_nothing() -> Outcome {
    let folder = folder()?;
    let steps = "reference = \"common-average\"\nsteps = [{ high_gamma = { bands = [[20.0, 40.0]] } }, { resample = { rate = 50.0 } }]";
    fs::write(folder.path().join("steps.toml"), steps)?;
    let line = format!("{LINE} --channels A,B,C --prepare steps.toml --lags -0.1:0.3:0.1 --precision f64");
    for (memory, threads) in [("1", 1), ("300K", 2), ("1G", 2)] {
        call(folder.path(), &format!("{line} --memory {memory} --threads {threads} --out r{memory}"))?;
    }
    let read = |name: &str| fs::read(folder.path().join(name));
    assert_eq!(read("r1")?, read("r300K")?);
    assert_eq!(read("r1")?, read("r1G")?);
    assert!(responses(&folder.path().join("r1"))?.iter().all(|value| *value >= 0.0));
    Ok(())
}

#[test]
fn words_past_the_end_are_counted_and_encode_takes_the_rest() -> Outcome {
    let folder = folder()?;
    let heard = words(SECONDS as f64 + 20.0);
    fs::write(folder.path().join("story.csv"), transcript(&heard, 1.0)?)?;
    let inside = heard.iter().filter(|(from, to)| 0.5 * (from + to) + 0.25 <= SECONDS as f64 - 1.0 / RATE).count();
    let features = random(heard.len(), 4, 1);
    write_matrices(&folder.path().join("f"), &[("layer.0", &features)])?;
    let line = format!("{LINE} --channels A,B --lags 0.2 --rows-of f=g --out r");
    let answer = program().call(folder.path(), line.split(' '))?;
    let said = format!(
        "{} of {} words are no rows: a window around them ends after the recording",
        heard.len() - inside,
        heard.len()
    );
    assert!(answer.complaint.contains(&said), "{said}: {answer:?}");
    assert_eq!(responses(&folder.path().join("r"))?.dim(), (inside, 2));
    assert_eq!(read_tensors(&folder.path().join("g"))?[0].1, features.slice(s![..inside, ..]));
    call(
        folder.path(),
        "encode --features g --responses r --folds 3 --inner-folds 2 --penalties 1:100:3 --out scores",
    )?;
    call(folder.path(), &format!("{LINE} --channels A --rows all --out all"))?;
    let all = responses(&folder.path().join("all"))?;
    assert_eq!(all.nrows(), heard.len());
    assert!(all[[heard.len() - 1, 0]].is_nan() && all[[0, 0]].is_finite());
    check_refused(
        folder.path(),
        &format!("{LINE} --rows-of r=g --out all"),
        &["tensor `responses` of `r` has", "words of the transcript"],
    )
}

#[test]
fn what_cannot_be_right_is_refused() -> Outcome {
    let folder = folder()?;
    let refused =
        |options: &str, expected: &[&str]| check_refused(folder.path(), &format!("{LINE} --out r {options}"), expected);
    refused("--channels A,D", &["`rec.edf` has no channel `D`; it has A, B, C, flat, clipped"])?;
    refused("--channels A,A", &["`A` stands twice"])?;
    refused("--window 0.001", &["is shorter than the `0.01` s between samples"])?;
    refused("--start 1000", &["no word is a row of the recording, which lasts from 1000 to 1119.99 s"])?;
    refused("--level 0", &["`--level` must be above 0"])?;
    refused("--prepare none.toml", &["could not read `none.toml`"])?;
    let steps = |text: &str, expected: &[&str]| -> Outcome {
        fs::write(folder.path().join("steps.toml"), text)?;
        refused("--prepare steps.toml", expected)
    };
    steps("reference = \"mean\"", &["`steps.toml` is no list of steps", "mean"])?;
    steps("step = []", &["`steps.toml` is no list of steps", "step"])?;
    steps(
        "steps = [{ filter = { notch = { frequencies = [60.0] } } }]",
        &["the steps of `steps.toml` cannot be done to `rec.edf`", "below 50 Hz", "60"],
    )?;
    let story = |text: String, expected: &[&str]| -> Outcome {
        fs::write(folder.path().join("story.csv"), text)?;
        refused("", expected)
    };
    story(transcript(&words(60.0), 1000.0)?, &["`story.csv`", "milliseconds"])?;
    let far = words(60.0).into_iter().map(|(from, to)| (from + 1300.0, to + 1300.0)).collect::<Vec<_>>();
    story(transcript(&far, 1.0)?, &["`story.csv`", "longer recording"])?;
    story("word,start,end\na,n/a,n/a\n".into(), &["no word of `story.csv` has a time"])
}
