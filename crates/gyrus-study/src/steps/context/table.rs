//! The table of the step.

use super::{Content, Contexts};
use crate::tables::Table;

/// Model, layer, window and content.
type Row<'a> = (&'a str, u32, &'a str, Content);

/// One row per model, layer and window.
pub fn table(found: &Contexts) -> Table {
    let rows: Vec<Row> = found
        .models
        .iter()
        .flat_map(|model| {
            let windows = found.windows.iter().zip(&model.content);
            windows.flat_map(|(window, layers)| {
                let layers = layers.iter().enumerate();
                layers.map(|(layer, content)| (model.name.as_str(), layer as u32, window.as_str(), *content))
            })
        })
        .collect();
    let texts = |pick: fn(&Row) -> String| rows.iter().map(pick).collect::<Vec<_>>();
    let numbers = |pick: &dyn Fn(&Content) -> f64| rows.iter().map(|row| pick(&row.3)).collect::<Vec<_>>();
    Table::new()
        .texts("model", &texts(|row| row.0.to_owned()))
        .counts("layer", &rows.iter().map(|row| row.1).collect::<Vec<_>>())
        .texts("window", &texts(|row| row.2.to_owned()))
        .texts("reference", &vec![found.reference.clone(); rows.len()])
        .numbers("difference", &numbers(&|content| content.cka.value))
        .numbers("difference_low", &numbers(&|content| content.cka.low))
        .numbers("difference_high", &numbers(&|content| content.cka.high))
        .numbers("cosine_difference", &numbers(&|content| content.cosine))
}
