//! Contextual content on the page.

use gyrus_encoding::{Estimate, RankTest};
use gyrus_report::{Cell, Curve, Depth, Palette, Panel, ScoreByLayer, Section, Spread, Svg, Table, Training};

use super::{Contexts, ModelContext};
use crate::Error;
use crate::steps::figures::shown;
use crate::steps::sections::figure;
use crate::steps::text::TextScore;

/// Fewest models of which a relation with their quality is asked.
const FEWEST: usize = 4;

/// Orders of models that a test looks at, at most.
const ORDERS: usize = 9999;

/// The section of the page; none where there is nothing to compare.
///
/// # Errors
/// An [`Error::Report`] if a number cannot be shown.
pub fn section(
    found: &Contexts,
    text: &[TextScore],
    drawing: Option<Svg>,
    (seed, words): (u64, usize),
) -> Result<Option<Section>, Error> {
    let Some(drawing) = drawing else { return Ok(None) };
    let prose = format!(
        "How much of a layer's states comes from further back than a window reaches: 1 less the debiased CKA of the states \
         of all words within the window and with `{}`. Every value, with intervals and the mean cosine difference, stands \
         in `context.parquet`.",
        found.reference
    );
    let section = Section::new("What context adds to the states").prose(prose).table(means(found)?);
    let section = match text.len() >= FEWEST {
        true => section.table(relations(found, text, seed)?),
        false => section,
    };
    Ok(Some(section.figure(figure(
        drawing,
        &format!(
            "Contextual content of each layer: 1 less CKA of its states within a window and with `{}`; n = {words} words.",
            found.reference
        ),
        "0: the window holds all that the layer knows; layer 0 knows single tokens only, and positions where a model adds them there.",
    ))))
}

fn means(found: &Contexts) -> Result<Table, Error> {
    let caption = "Mean over layers of the contextual content, and of the mean cosine difference.";
    let header = ["model".to_owned()].into_iter();
    let header = header.chain(found.windows.iter().flat_map(|window| [window.clone(), format!("{window}, cosine")]));
    let mut table = Table::new(caption, header);
    for model in &found.models {
        let number = |value| Cell::Number { value, digits: 3 };
        let cells = model.content.iter().enumerate().flat_map(|(window, layers)| {
            let cosine = layers.iter().map(|content| content.cosine).sum::<f64>() / layers.len() as f64;
            [number(mean(model, window)), number(cosine)]
        });
        table = table.row(std::iter::once(Cell::text(&model.name)).chain(cells).collect())?;
    }
    Ok(table.defined())
}

/// Mean contextual content over the layers of a model.
fn mean(model: &ModelContext, window: usize) -> f64 {
    let layers = &model.content[window];
    layers.iter().map(|content| content.cka.value).sum::<f64>() / layers.len() as f64
}

fn relations(found: &Contexts, text: &[TextScore], seed: u64) -> Result<Table, Error> {
    let caption = "Whether models that predict text better have more contextual content: rank correlation over models of bits \
         per character (fewer is better) with the mean over layers; p, two-sided, over orders of the models.";
    let mut table = Table::new(caption, ["window", "models", "rank correlation", "p"]);
    for (window, name) in found.windows.iter().enumerate() {
        let pair = |model: &ModelContext| {
            let text = text.iter().find(|text| text.model == model.name)?;
            Some((text.bits_per_character, mean(model, window)))
        };
        let (bits, content): (Vec<f64>, Vec<f64>) = found.models.iter().filter_map(pair).unzip();
        let RankTest { rho, p } = RankTest::of(&bits, &content, ORDERS, seed);
        let number = Cell::Number { value: rho, digits: 2 };
        table = table.row(vec![Cell::Code(name.clone()), Cell::Count(bits.len() as u64), number, Cell::PValue(p)])?;
    }
    Ok(table)
}

/// Contextual content by layer, a panel for each window; none where there is nothing to compare.
///
/// # Errors
/// An [`Error::Report`] if a value cannot be drawn.
pub fn contents(found: &Contexts, palette: &Palette) -> Result<Option<Svg>, Error> {
    if found.models.is_empty() {
        return Ok(None);
    }
    let panels = found.windows.iter().enumerate().map(|(window, name)| {
        let curve = |model: &ModelContext| {
            let score = |estimate: &Estimate| shown(estimate);
            let scores =
                model.content[window].iter().map(|content| score(&content.cka)).collect::<Result<_, Error>>()?;
            Ok(Curve { model: model.name.clone(), training: Training::Trained, scores })
        };
        let curves = found.models.iter().map(curve).collect::<Result<_, Error>>()?;
        Ok(Panel { name: name.clone(), curves, controls: None, ceiling: None })
    });
    let figure = ScoreByLayer {
        title: "What lies outside a window".into(),
        score: format!("1 - CKA with `{}` (95 % interval)", found.reference),
        depth: Depth::Fraction,
        spread: Spread::Bars,
        panels: panels.collect::<Result<_, Error>>()?,
    };
    Ok(Some(figure.svg(palette)?))
}
