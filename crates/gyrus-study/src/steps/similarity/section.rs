//! Model against model on the page.

use gyrus_encoding::Estimate;
use gyrus_report::{
    Cell, Curve, Depth, Palette, Panel, Path, Paths, ScoreByLayer, Section, Spread, Svg, Table, Training,
};

use super::{Compared, Matches, ModelPair, Similarity};
use crate::Error;
use crate::steps::figures::shown;
use crate::steps::sections::figure;

/// Drawings of the section, each also a file of its own.
pub struct Drawings {
    /// Debiased CKA of all layers.
    pub debiased: Svg,
    /// Biased CKA of all layers.
    pub biased: Svg,
    /// The depths of the most alike layers; none for a single model.
    pub matches: Option<Svg>,
    /// The map of all layers.
    pub map: Svg,
}

/// The section of the page.
///
/// # Errors
/// An [`Error::Report`] if a number cannot be shown.
pub fn section(found: &Similarity, drawings: Drawings, words: usize) -> Result<Section, Error> {
    let settings = &found.settings;
    let gap = match settings.gap {
        0 => "no gap: where words are alike because they follow each other, values are too high and p too small"
            .to_owned(),
        gap => format!("only words more than {gap} apart"),
    };
    let null = match settings.shifts {
        0 => "no null was asked for".to_owned(),
        shifts => format!("the null moves the words of one model around {shifts} times"),
    };
    let prose = format!(
        "Linear CKA, debiased for the number of words and columns, between all layers of all models over all words of the \
         story ({gap}). Intervals leave out {} groups of consecutive words one by one; {null}. Values of \
         every pair of layers stand in `similarity.parquet`.",
        settings.groups
    );
    let section = Section::new("Model against model").prose(prose).table(pairs(found)?).figure(figure(
        drawings.debiased,
        &format!(
            "Linear CKA, debiased, between all layers of all models and the first untrained twin of each, over all words of \
             the story; n = {words} words."
        ),
        "Blocks on the diagonal are layers of one model; bright cells off it are layers of different models that \
             are alike.",
    ));
    let section = match drawings.matches {
        None => section,
        Some(matches) => section.figure(figure(
            matches,
            &format!(
                "For each layer of the model in the panel's name the depth of the most alike layer of every other model; \
                 n = {words} words."
            ),
            "On the rising diagonal the same depths are most alike; on a level line one layer is most alike to all.",
        )),
    };
    let shares =
        found.shares.map(|share| share.map_or("an undefined share".into(), |share| format!("{:.0} %", 100.0 * share)));
    Ok(section
        .figure(figure(
            drawings.map,
            &format!(
                "All layers on a plane whose distances are as near as can be to arccos of debiased CKA (classical \
                 scaling); it shows {} and {} of the squared distances. Lines join the layers of a model in order, from \
                 the small point. n = {words} words.",
                shares[0], shares[1]
            ),
            "Lines that run side by side are models that change their states in the same order.",
        ))
        .figure(figure(
            drawings.biased,
            &format!("The first figure, biased, for comparison with papers that report it so; n = {words} words."),
            "Cells that are brighter here than above owe it to chance.",
        )))
}

fn pairs(found: &Similarity) -> Result<Table, Error> {
    let caption = "Pairs of models. Alike: mean CKA of layers at the same relative depth. By chance: its mean over shifts. \
         Slope: of the depth of the most alike layer on a layer's own depth, 1 where depths correspond; off the \
         diagonal: mean distance between the two depths. The slope and the distance from the first model to the second, \
         then back.";
    let header =
        ["model", "and", "alike", "by chance", "p", "slope", "off the diagonal", "slope back", "off the diagonal back"];
    let mut table = Table::new(caption, header);
    for ModelPair { models, alike, chance, p, matches } in &found.pairs {
        let [a, b] = models.map(|model| Cell::text(found.models[model].label()));
        let [forth, back] = matches;
        table = table.row(vec![
            a,
            b,
            estimate(alike)?,
            Cell::Number { value: *chance, digits: 3 },
            Cell::PValue(*p),
            estimate(&forth.slope)?,
            estimate(&forth.deviation)?,
            estimate(&back.slope)?,
            estimate(&back.deviation)?,
        ])?;
    }
    Ok(table.defined())
}

fn estimate(estimate: &Estimate) -> Result<Cell, Error> {
    Ok(Cell::Estimate { estimate: shown(estimate)?, digits: 3 })
}

/// Depths of the most alike layers of other models, a panel for each trained model; none for a single one.
///
/// # Errors
/// An [`Error::Report`] if a value cannot be drawn.
pub fn correspondences(found: &Similarity, palette: &Palette) -> Result<Option<Svg>, Error> {
    let trained = found.models.iter().enumerate().filter(|(_, model)| !model.untrained && model.layers > 1);
    let panels = trained.map(|(at, model)| {
        let curves = found
            .pairs
            .iter()
            .filter_map(|pair| against(pair, at))
            .map(|(other, matches)| curve(&found.models[other], matches));
        Ok(Panel {
            name: model.name.clone(),
            curves: curves.collect::<Result<_, Error>>()?,
            controls: None,
            ceiling: None,
        })
    });
    let panels: Vec<Panel> = panels.collect::<Result<_, Error>>()?;
    if panels.iter().all(|panel| panel.curves.is_empty()) {
        return Ok(None);
    }
    let figure = ScoreByLayer {
        title: "Which depth of another model each layer is most like".into(),
        score: "depth of the most alike layer (0 the first, 1 the last)".into(),
        depth: Depth::Fraction,
        spread: Spread::Bars,
        panels,
    };
    Ok(Some(figure.svg(palette)?))
}

/// The other model of a pair, and the matches of model `at` there.
fn against(pair: &ModelPair, at: usize) -> Option<(usize, &Matches)> {
    match pair.models {
        [a, b] if a == at => Some((b, &pair.matches[0])),
        [a, b] if b == at => Some((a, &pair.matches[1])),
        _ => None,
    }
}

fn curve(other: &Compared, matches: &Matches) -> Result<Curve, Error> {
    let last = (other.layers.max(2) - 1) as f64;
    let depth = |best: &Option<usize>| gyrus_report::Estimate::bare(best.map_or(f64::NAN, |layer| layer as f64 / last));
    let training = if other.untrained { Training::Untrained } else { Training::Trained };
    let scores = matches.best.iter().map(depth).collect::<Result<_, _>>()?;
    Ok(Curve { model: other.name.clone(), training, scores })
}

/// The map of all layers.
///
/// # Errors
/// An [`Error::Report`] if a value cannot be drawn.
pub fn map(found: &Similarity, palette: &Palette) -> Result<Svg, Error> {
    let places = Compared::places(&found.models);
    let paths = found.models.iter().zip(places).map(|(model, layers)| {
        let step = |at: &Option<[f64; 2]>| {
            let [x, y] = at.unwrap_or([f64::NAN; 2]);
            Ok((gyrus_report::Estimate::bare(x)?, gyrus_report::Estimate::bare(y)?))
        };
        let steps = found.points[layers].iter().map(step).collect::<Result<_, Error>>()?;
        let training = if model.untrained { Training::Untrained } else { Training::Trained };
        Ok(Path { model: model.name.clone(), training, steps })
    });
    let figure = Paths {
        title: "How all layers lie to each other".into(),
        x: "first axis (radians)".into(),
        y: "second axis (radians)".into(),
        paths: paths.collect::<Result<_, Error>>()?,
    };
    Ok(figure.svg(palette)?)
}
