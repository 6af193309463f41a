//! What a longer context changes in the states of each layer: `context.parquet`.

mod section;
mod table;

use std::path::PathBuf;

use gyrus_encoding::Estimate;
use gyrus_similarity::contextual_difference;
use gyrus_types::Progress;
use gyrus_windows::WindowSpec;
use serde::{Deserialize, Serialize};

pub use self::section::{contents, section};
use crate::activation_files::ActivationFile;
use crate::keep::Keep;
use crate::layer_pairs::cka_interval;
use crate::run::Desk;
use crate::steps::extraction::{Variant, activations_file, all_files};
use crate::store::write_json;
use crate::tables::write_table;
use crate::{Error, Event};

/// The files of the step, within the results.
pub const FILES: [&str; 2] = ["context.parquet", "context.json"];

/// Memory for Gram tiles in bytes.
const MEMORY: usize = 64 << 20;

/// The findings of the step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contexts {
    /// The window that others are held against: the full context, or the longest there is.
    pub reference: String,
    /// The other windows, in the order of the study.
    pub windows: Vec<String>,
    /// Trained models; none if there is one window only, or states are not kept.
    pub models: Vec<ModelContext>,
}

/// One trained model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelContext {
    /// Its name.
    pub name: String,
    /// `[window][layer]`.
    pub content: Vec<Vec<Content>>,
}

/// How much of a layer comes from further back than a window reaches.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// 1 less the debiased CKA of the states within the window and with the reference.
    pub cka: Estimate,
    /// Mean over words of 1 less the cosine of the two states; undefined where only components are kept.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub cosine: f64,
}

/// Runs the step.
///
/// # Errors
/// A file of states that cannot be read.
pub fn run(desk: &mut Desk) -> Result<(), Error> {
    let settings = format!("{:?} {:?} {}", desk.study.similarity, desk.study.words, desk.models_key());
    let states = desk.content_key(&all_files(desk));
    desk.step("context", &[&settings, &states], |desk| {
        let found = contexts(desk)?;
        write_table(&desk.path(FILES[0]), table::table(&found))?;
        write_json(&desk.path(FILES[1]), &found)?;
        Ok(FILES.map(PathBuf::from).to_vec())
    })
}

fn contexts(desk: &mut Desk) -> Result<Contexts, Error> {
    let words = &desk.study.words;
    let reference = longest(&words.windows).unwrap_or(words.main);
    let others: Vec<WindowSpec> = words.windows.iter().copied().filter(|window| *window != reference).collect();
    let asked = !others.is_empty() && words.keep != Keep::None;
    let names: Vec<&str> = desk.study.models.iter().filter(|_| asked).map(|model| model.name.as_str()).collect();
    let mut models = Vec::new();
    for (done, name) in names.iter().enumerate() {
        models.push(ModelContext { name: (*name).to_owned(), content: contents_of(desk, name, reference, &others)? });
        let progress = Progress { done: done as u64 + 1, total: names.len() as u64 };
        (desk.on_event)(Event::Progress { step: "context".into(), progress, unit: "models" });
    }
    let text = |window: &WindowSpec| window.to_string();
    Ok(Contexts { reference: text(&reference), windows: others.iter().map(text).collect(), models })
}

/// The full context, or the window of the most words, or of the most tokens.
fn longest(windows: &[WindowSpec]) -> Option<WindowSpec> {
    let length = |window: &WindowSpec| match window {
        WindowSpec::Tokens(tokens) => (0, tokens.get()),
        WindowSpec::Words(words) => (1, words.get()),
        WindowSpec::FullStride(_) => (2, 0),
        WindowSpec::Full => (3, 0),
    };
    windows.iter().copied().max_by_key(length)
}

/// `[window][layer]`.
fn contents_of(
    desk: &Desk,
    name: &str,
    reference: WindowSpec,
    windows: &[WindowSpec],
) -> Result<Vec<Vec<Content>>, Error> {
    let open = |window| ActivationFile::open(&desk.path(activations_file(name, Variant::Trained, window)));
    let (whole, parts) = (open(reference)?, windows.iter().map(|window| open(*window)).collect::<Result<Vec<_>, _>>()?);
    let mut content = vec![Vec::new(); windows.len()];
    for layer in 0..whole.n_layers() {
        let mut states = parts.iter().map(|file| file.layer(layer)).collect::<Result<Vec<_>, _>>()?;
        states.push(whole.layer(layer)?);
        let cka = desk.study.similarity.plan(MEMORY).run(&states, &mut |_, _| ())?;
        for (window, content) in content.iter_mut().enumerate() {
            let pair = (window, windows.len());
            let Estimate { value, low, high } = cka_interval(&cka, pair);
            let cosine = match desk.study.words.keep {
                Keep::F32 | Keep::F16 => contextual_difference(states[pair.0].view(), states[pair.1].view())?.mean,
                Keep::Components(_) | Keep::None => f64::NAN,
            };
            content.push(Content { cka: Estimate { value: 1.0 - value, low: 1.0 - high, high: 1.0 - low }, cosine });
        }
    }
    Ok(content)
}
