//! Writes every figure and one page, with made-up numbers, into the directory given as argument.
//!
//! `cargo run --release -p gyrus-report --example gallery -- /tmp/gallery`

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use gyrus_report::{
    Cell, Curve, Depth, Difference, DifferenceGroup, Differences, Estimate, Figure, HeatMap, Line, Page, Palette,
    Panel, ScoreByLayer, Section, Spread, Svg, Table, TickGroup, Training, Trend, TrendPoint,
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const MODELS: [(&str, usize); 5] =
    [("stories260K", 6), ("babyllama-105", 9), ("babyllama-361", 13), ("tiny-gpt", 13), ("random-llama", 9)];
const REGIONS: [&str; 7] = ["LATL", "RATL", "LPTL", "LIPL", "LPreM", "LIFG", "mean of all regions"];

fn main() -> Result<()> {
    let directory = PathBuf::from(env::args().nth(1).ok_or("give a directory to write into")?);
    fs::create_dir_all(&directory)?;
    let palette = Palette::new(MODELS.map(|(name, _)| name));
    let figures = [
        ("score_by_layer", score_by_layer(Depth::Layer, Spread::Bars, 5)?.svg(&palette)?),
        ("score_by_depth", score_by_layer(Depth::Fraction, Spread::Band, 3)?.svg(&palette)?),
        ("similarity_layers", similarity_of_layers().svg()?),
        ("similarity_models", similarity_of_models().svg()?),
        ("trend", trend()?.svg(&palette)?),
        ("unique", unique()?.svg(&palette)?),
    ];
    for (name, svg) in &figures {
        fs::write(directory.join(format!("{name}.svg")), svg.as_str())?;
    }
    fs::write(directory.join("report.html"), page(&figures)?)?;
    Ok(())
}

/// A number in -1..1 that looks random and is always the same.
fn noise(i: usize) -> f64 {
    let x = (i as f64 * 12.9898).sin() * 43758.5453;
    2.0 * (x - x.floor()) - 1.0
}

fn score_by_layer(depth: Depth, spread: Spread, n_models: usize) -> Result<ScoreByLayer> {
    let mut panels = Vec::new();
    for (r, region) in REGIONS.iter().enumerate() {
        let mut curves = Vec::new();
        for (m, (model, layers)) in MODELS.iter().take(n_models).enumerate() {
            for (training, gain) in [(Training::Trained, 0.10), (Training::Untrained, 0.01)] {
                let score = |layer: usize| {
                    let rise = 1.0 - (-3.0 * layer as f64 / *layers as f64).exp();
                    0.12 + 0.02 * r as f64 + (gain + 0.012 * m as f64) * rise + 0.004 * noise(layer + 31 * m + 7 * r)
                };
                let estimate = |layer| Estimate::new(score(layer), score(layer) - 0.02, score(layer) + 0.022);
                let mut scores = (0..*layers).map(estimate).collect::<std::result::Result<Vec<_>, _>>()?;
                if r == 1 && m == 2 {
                    scores[4] = Estimate::undefined();
                }
                curves.push(Curve { model: (*model).into(), training, scores });
            }
        }
        let controls = Some(Estimate::new(0.11 + 0.02 * r as f64, 0.10 + 0.02 * r as f64, 0.125 + 0.02 * r as f64)?);
        let ceiling = Some(Estimate::bare(0.27 + 0.02 * r as f64)?);
        panels.push(Panel { name: (*region).into(), curves, controls, ceiling });
    }
    let title = "Every trained model predicts every region better than its untrained twin".into();
    Ok(ScoreByLayer { title, score: "correlation r on held-out scans".into(), depth, spread, panels })
}

fn similarity_of_layers() -> HeatMap {
    let groups: Vec<TickGroup> = MODELS
        .iter()
        .map(|(name, layers)| TickGroup { name: (*name).into(), ticks: (0..*layers).map(|l| l.to_string()).collect() })
        .collect();
    let places: Vec<(usize, f64)> = MODELS
        .iter()
        .enumerate()
        .flat_map(|(m, (_, layers))| (0..*layers).map(move |l| (m, l as f64 / (*layers - 1) as f64)))
        .collect();
    let cka = |a: (usize, f64), b: (usize, f64)| {
        let base = if a.0 == b.0 { 1.0 } else { 0.75 };
        base * (-1.8 * (a.1 - b.1).powi(2)).exp() - if a.0.max(b.0) == 4 && a.0 != b.0 { 0.6 } else { 0.0 }
    };
    let values = places.iter().flat_map(|&a| places.iter().map(move |&b| cka(a, b))).collect();
    HeatMap {
        title: "Layers at the same depth are alike across models".into(),
        value: "debiased linear CKA".into(),
        groups,
        values,
        range: Some((0.0, 1.0)),
    }
}

fn similarity_of_models() -> HeatMap {
    let n = MODELS.len();
    let value = |i: usize| if i == 7 { f64::NAN } else { (1.0 - 0.17 * (i / n).abs_diff(i % n) as f64).max(-0.05) };
    HeatMap {
        title: "Similarity of the best layers".into(),
        value: "debiased linear CKA".into(),
        groups: MODELS.iter().map(|(name, _)| TickGroup { name: (*name).into(), ticks: vec!["best".into()] }).collect(),
        values: (0..n * n).map(value).collect(),
        range: None,
    }
}

fn trend() -> Result<Trend> {
    let mut points = Vec::new();
    for (m, (model, _)) in MODELS.iter().enumerate() {
        for step in 0..2 {
            let x = 2.4 - 0.05 * m as f64 - 0.012 * step as f64;
            let y = 0.22 + 0.02 * m as f64 + 0.012 * noise(m + 3 * step);
            points.push(TrendPoint {
                label: if step == 0 { (*model).into() } else { format!("{model}, half trained") },
                model: Some((*model).into()),
                x: Estimate::new(x, x - 0.01, x + 0.012)?,
                y: Estimate::new(y, y - 0.018, y + 0.02)?,
            });
        }
    }
    Ok(Trend {
        title: "Better language models are more similar to the brain".into(),
        x: "held-out text (bits per character; lower is better)".into(),
        y: "brain similarity (r of the best layer)".into(),
        points,
        line: Some(Line { slope: -0.4, intercept: 1.18 }),
        note: "r = \u{2212}0.91 [\u{2212}0.98, \u{2212}0.72], p = 0.03 by permutation over 5 models (made-up numbers)"
            .into(),
    })
}

fn unique() -> Result<Differences> {
    let mut groups = Vec::new();
    for (r, region) in REGIONS.iter().enumerate() {
        let mut rows = Vec::new();
        for (m, (model, _)) in MODELS.iter().enumerate() {
            let value = 0.03 - 0.012 * m as f64 + 0.012 * noise(r + 5 * m);
            let estimate = if r == 2 && m == 3 {
                Estimate::undefined()
            } else {
                Estimate::new(value, value - 0.014, value + 0.015)?
            };
            rows.push(Difference { model: (*model).into(), estimate });
        }
        groups.push(DifferenceGroup { name: (*region).into(), rows });
    }
    Ok(Differences {
        title: "What each model adds beyond rate and sound power".into(),
        difference: "unique contribution (r of both \u{2212} r of the controls)".into(),
        groups,
    })
}

fn table() -> Result<Table> {
    let mut table =
        Table::new("Best layer of each model, chosen on other folds.", ["model", "layers", "peak", "r", "p"]);
    for (m, (model, layers)) in MODELS.iter().enumerate() {
        let value = 0.22 + 0.02 * m as f64;
        let estimate = Estimate::new(if m == 3 { f64::NAN } else { value }, value - 0.02, value + 0.02)?;
        table = table.row(vec![
            Cell::text(*model),
            Cell::Count(*layers as u64),
            Cell::Number { value: 0.5 + 0.05 * m as f64, digits: 2 },
            Cell::Estimate { estimate, digits: 3 },
            Cell::PValue(0.0002 * 10f64.powi(m as i32 - 1)),
        ])?;
    }
    Ok(table)
}

fn page(figures: &[(&str, Svg)]) -> Result<String> {
    let mut section =
        Section::new("Figures").prose("All numbers on this page are made up: it shows what a page looks like.");
    for (name, svg) in figures {
        section = section.figure(Figure::new(
            svg.clone(),
            format!("The figure {name}, drawn from made-up numbers."),
            "that no label covers another, and that each model keeps its colour from figure to figure.",
        ));
    }
    let scores = Section::new("Scores")
        .prose("The table below holds one row per model.\n\nAn interval is a 95 % bootstrap interval over blocks of held-out scans.")
        .table(table()?)
        .command("gyrus report results/alice")
        .note("One model has no defined score here, and is listed all the same.");
    let page = Page::new("A gallery of figures", "Every kind of figure and table that a report can hold.")
        .warning("All numbers are made up.")
        .warning("Differences between trained models are not significant.")
        .section(scores)
        .section(section)
        .provenance("seed", "42")
        .provenance("folds", "6 contiguous, gap 10 s")
        .provenance("data", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
    Ok(page.html()?)
}
