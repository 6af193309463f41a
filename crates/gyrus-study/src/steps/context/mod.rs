//! What a longer context changes in the states of each layer: `context.parquet`.

mod section;
mod table;

use std::path::PathBuf;

use gyrus_encoding::Estimate;
use gyrus_similarity::contextual_difference;
use gyrus_windows::WindowSpec;
use serde::{Deserialize, Serialize};

pub use self::section::{contents, section};
use crate::Error;
use crate::activation_files::ActivationFile;
use crate::desk::Desk;
use crate::keep::Keep;
use crate::layer_pairs::cka_interval;
use crate::piece::Piece;
use crate::settings::Study;
use crate::steps::extraction::{self, Variant, activations_file, model_files};
use crate::store::write_json;
use crate::tables::write_table;

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

/// Name of the step.
const STEP: &str = "context";

/// Asks every model by itself, where there are several windows and states are kept.
///
/// # Errors
/// A file of states that cannot be read.
pub fn pieces(desk: &mut Desk) -> Result<(), Error> {
    let asked = Asked::of(desk.study);
    let settings = format!("{:?} {:?}", desk.study.similarity, desk.study.words);
    let study = desk.study;
    let reads = |name| extraction::reads(study, name, &Variant::all(study.words.twins).collect::<Vec<_>>());
    let pieces = asked.names.iter().enumerate();
    let pieces = pieces.map(|(place, name)| Piece::of_source(STEP, place, name, reads(name)));
    desk.each(pieces.collect(), |desk, piece| {
        let states = desk.content_key(&model_files(desk, piece.source));
        let model = desk.material.model_hash(piece.source).to_owned();
        desk.piece(piece, &[&settings, &model, &states], |desk| {
            let content = contents_of(desk, piece.source, asked.reference, &asked.others)?;
            Ok(ModelContext { name: piece.source.to_owned(), content })
        })
    })
}

/// What is asked of which models.
struct Asked<'a> {
    names: Vec<&'a str>,
    reference: WindowSpec,
    others: Vec<WindowSpec>,
}

impl<'a> Asked<'a> {
    fn of(study: &'a Study) -> Self {
        let words = &study.words;
        let reference = longest(&words.windows).unwrap_or(words.main);
        let others: Vec<WindowSpec> = words.windows.iter().copied().filter(|window| *window != reference).collect();
        let asked = !others.is_empty() && words.keep != Keep::None;
        let names = study.models.iter().filter(|_| asked).map(|model| model.name.as_str()).collect();
        Self { names, reference, others }
    }
}

/// Runs the step.
///
/// # Errors
/// A piece that cannot be read, or a file that cannot be written.
pub fn run(desk: &mut Desk) -> Result<(), Error> {
    let Asked { names, reference, others } = Asked::of(desk.study);
    let settings = format!("{:?} {:?} {}", desk.study.similarity, desk.study.words, desk.models_key());
    let made = desk.pieces_key(STEP, names.iter().copied());
    desk.step(STEP, &[&settings, &made], |desk| {
        let text = |window: &WindowSpec| window.to_string();
        let models = desk.read_pieces(STEP, names)?;
        let found = Contexts { reference: text(&reference), windows: others.iter().map(text).collect(), models };
        write_table(&desk.path(FILES[0]), table::table(&found))?;
        write_json(&desk.path(FILES[1]), &found)?;
        Ok(FILES.map(PathBuf::from).to_vec())
    })
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
        let plan = desk.study.similarity.plan(MEMORY).with_rows_besides();
        let cka = plan.run(&states, &mut |_, _| ())?;
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
