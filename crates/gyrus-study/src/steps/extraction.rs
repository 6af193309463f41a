//! Every layer's state of every word, for every model, its untrained twins, and every window.

use std::path::{Path, PathBuf};

use gyrus_activations::{Checkpoint, Extraction, Memory, Need, Sink, extract_to, need};
use gyrus_types::{TokenWindow, Tokens, Transcript};
use gyrus_windows::{ShuffledWords, Tokenizer, WindowSpec, WordTokens, windows};

use crate::activation_files::ActivationWriter;
use crate::cache::Stage;
use crate::desk::Desk;
use crate::hash::{text_hash, transcript_hash};
use crate::keep::Keep;
use crate::lock::Lock;
use crate::piece::Piece;
use crate::run::Pieces;
use crate::settings::{ModelEntry, Pooling, Study};
use crate::space::require_space;
use crate::steps::layers::{COMPARED, Reducer, reduced_file};
use crate::{Error, Event};

/// Name of the step.
const STEP: &str = "activations";

/// Which weights of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// The trained ones.
    Trained,
    /// Random ones, drawn from the model's own initialiser with this twin's seed.
    Twin(u64),
    /// The trained ones, given the story's words in random order.
    Shuffled,
}

impl Variant {
    /// The trained model, then its `twins` twins.
    pub fn all(twins: u64) -> impl Iterator<Item = Self> {
        std::iter::once(Self::Trained).chain(Self::twins(twins))
    }

    /// The `twins` twins alone.
    pub fn twins(twins: u64) -> impl Iterator<Item = Self> {
        (1..=twins).map(Self::Twin)
    }

    /// Name in tables: `trained`, `twin-1`, ..., `shuffled`.
    pub fn name(self) -> String {
        match self {
            Self::Trained => "trained".into(),
            Self::Twin(twin) => format!("twin-{twin}"),
            Self::Shuffled => "shuffled".into(),
        }
    }
}

/// The file of one model variant at one window, within the results.
pub fn activations_file(model: &str, variant: Variant, window: WindowSpec) -> PathBuf {
    let folder = match variant {
        Variant::Trained => model.to_owned(),
        Variant::Twin(_) | Variant::Shuffled => format!("{model}-{}", variant.name()),
    };
    PathBuf::from("activations").join(folder).join(format!("{}.safetensors", window_in_file_name(window)))
}

/// A window in the name of a file: not every file system takes the signs of a stride.
pub fn window_in_file_name(window: WindowSpec) -> String {
    window.to_string().replace([':', '='], "-")
}

/// Every file that the step leaves, those of shuffled words apart, in a fixed order.
pub fn all_files(desk: &Desk) -> Vec<PathBuf> {
    let variants = || Variant::all(desk.study.words.twins);
    desk.study
        .models
        .iter()
        .flat_map(|model| variants().flat_map(|variant| files(desk, &model.name, variant)))
        .collect()
}

/// Every variant that a model is run as.
fn variants(study: &Study) -> impl Iterator<Item = Variant> + use<> {
    let shuffled = study.canaries.shuffled_words.then_some(Variant::Shuffled);
    Variant::all(study.words.twins).chain(shuffled)
}

/// The files of one model variant.
fn files(desk: &Desk, model: &str, variant: Variant) -> Vec<PathBuf> {
    let windows = variant_windows(desk, variant).into_iter();
    match desk.study.words.keep {
        Keep::None => {
            let compared = is_compared(variant).then(|| activations_file(model, variant, desk.study.words.main));
            windows.map(|window| reduced_file(model, variant, window)).chain(compared).collect()
        }
        _ => windows.map(|window| activations_file(model, variant, window)).collect(),
    }
}

/// Whether the layers of a variant are compared with those of other models.
pub fn is_compared(variant: Variant) -> bool {
    matches!(variant, Variant::Trained | Variant::Twin(1))
}

/// The windows that a variant is run with: twins and shuffled words serve only the headline numbers.
pub fn variant_windows(desk: &Desk, variant: Variant) -> Vec<WindowSpec> {
    match variant {
        Variant::Trained => desk.study.words.windows.clone(),
        Variant::Twin(_) | Variant::Shuffled => vec![desk.study.words.main],
    }
}

/// Runs every model.
///
/// # Errors
/// A model, tokenizer or window that cannot be used, or a file that cannot be written.
pub fn pieces(desk: &mut Desk) -> Result<(), Error> {
    let (models, pieces) = all_pieces(desk);
    let own: Vec<_> = pieces.iter().filter(|piece| desk.makes(piece)).map(|piece| models[piece.place]).collect();
    let bytes = disk(desk, &own, |_| true);
    (desk.on_event)(Event::Note(format!("states take {} MiB on disk", bytes.div_ceil(1 << 20))));
    if !desk.options.dry_run {
        require_space(&desk.options.out, disk(desk, &own, |file| !desk.path(file).exists()))?;
    }
    desk.each(pieces, |desk, piece| {
        let (model, variant) = models[piece.place];
        extract_once(desk, model, variant)
    })
}

/// Every model variant with its piece: all trained models, then all first twins, and so on, so that parts of a study get
/// about as much of each.
fn all_pieces<'a>(desk: &Desk<'a>) -> (Vec<(&'a ModelEntry, Variant)>, Vec<Piece<'a>>) {
    let study = desk.study;
    let models = variants(study).flat_map(|variant| study.models.iter().map(move |model| (model, variant)));
    let models: Vec<(&ModelEntry, Variant)> = models.collect();
    let piece = |(place, (model, variant)): (usize, &(&'a ModelEntry, Variant))| {
        let name = format!("{}-{}", model.name, variant.name());
        Piece { name, ..Piece::of_source(STEP, place, &model.name, Vec::new()) }
    };
    let pieces = models.iter().enumerate().map(piece).collect();
    (models, pieces)
}

/// What a piece reads that is made of `variants` of the model or features `source`.
pub fn reads<'a>(study: &Study, source: &'a str, variants: &[Variant]) -> Vec<(&'a str, Variant)> {
    let is_model = study.models.iter().any(|model| model.name == source);
    if is_model { variants.iter().map(|variant| (source, *variant)).collect() } else { Vec::new() }
}

/// The files of the states that `reads` names, at `window`.
pub fn window_files(desk: &Desk, reads: &[(&str, Variant)], window: WindowSpec) -> Vec<PathBuf> {
    let file = match desk.study.words.keep {
        Keep::None => reduced_file,
        _ => activations_file,
    };
    reads.iter().map(|(model, variant)| file(model, *variant, window)).collect()
}

/// Whether all states that `reads` names are there and whole.
pub fn all_there(desk: &Desk, reads: &[(&str, Variant)]) -> bool {
    reads.iter().all(|(model, variant)| desk.lacks(&stage(desk, entry(desk, model), *variant)).is_none())
}

/// Makes what is not there of the states that `reads` names, or waits for whoever is making it.
///
/// # Errors
/// As [`pieces`].
pub fn require(desk: &mut Desk, reads: &[(&str, Variant)]) -> Result<(), Error> {
    for (model, variant) in reads {
        let model = entry(desk, model);
        if desk.lacks(&stage(desk, model, *variant)).is_some() {
            extract_once(desk, model, *variant)?;
        }
    }
    Ok(())
}

fn entry<'a>(desk: &Desk<'a>, model: &str) -> &'a ModelEntry {
    desk.study.models.iter().find(|entry| entry.name == model).expect("only states of models are read")
}

/// Every file of one model's states, those of shuffled words apart.
pub fn model_files(desk: &Desk, model: &str) -> Vec<PathBuf> {
    if desk.study.models.iter().all(|entry| entry.name != model) {
        return Vec::new();
    }
    Variant::all(desk.study.words.twins).flat_map(|variant| files(desk, model, variant)).collect()
}

/// Bytes that the states of some model variants, or what is kept instead, take on disk, of those with a file that is `wanted`.
fn disk(desk: &Desk, models: &[(&ModelEntry, Variant)], wanted: impl Fn(&Path) -> bool) -> u64 {
    let some = models.iter().filter(|(model, variant)| files(desk, &model.name, *variant).iter().any(|f| wanted(f)));
    some.map(|(model, variant)| variant_disk(desk, model, *variant)).sum()
}

/// Bytes that the states of one model variant, or what is kept instead, take on disk.
pub fn variant_disk(desk: &Desk, model: &ModelEntry, variant: Variant) -> u64 {
    let n_words = desk.material.story.transcript.words().len();
    let architecture = desk.material.checkpoint(&model.name).architecture();
    let lists = variant_windows(desk, variant).len() as u64;
    match desk.study.words.keep {
        Keep::None => {
            let compared = Keep::Components(COMPARED).disk(architecture, n_words);
            lists * reduced_bytes(desk, architecture.n_layers()) + u64::from(is_compared(variant)) * compared
        }
        keep => lists * keep.disk(architecture, n_words),
    }
}

/// The model, by its place in the study, and the variant that the step `step` reads; none for another step.
pub fn variant_of(study: &Study, step: &str) -> Option<(usize, Variant)> {
    let named = |model: &ModelEntry| variants(study).find(|variant| variant_step(model, *variant) == step);
    study.models.iter().enumerate().find_map(|(i, model)| Some((i, named(model)?)))
}

/// What the passage of a model variant through the story needs.
///
/// # Errors
/// A tokenizer or window that cannot be used.
pub fn variant_need(desk: &Desk, model: &ModelEntry, variant: Variant) -> Result<Need, Error> {
    // Order and weights change nothing here.
    let (checkpoint, specs) = (desk.material.checkpoint(&model.name), variant_windows(desk, variant));
    let (tokens, wanted, _) = told_windows(desk, model, (checkpoint, Variant::Trained), &specs)?;
    let memory = Memory { limit: desk.options.memory, scratch: desk.options.out.clone() };
    Ok(need(checkpoint, desk.device, &tokens, &wanted, &Extraction { memory, ..Extraction::default() })?)
}

/// Name of the step of a model variant.
fn variant_step(model: &ModelEntry, variant: Variant) -> String {
    format!("{STEP}-{}-{}", model.name, variant.name())
}

/// Bytes of a model's reduced layers at one window.
fn reduced_bytes(desk: &Desk, n_layers: usize) -> u64 {
    let settings = &desk.study.encoding;
    // Without components the widths differ from layer to layer; this counts what is chosen to be small.
    let numbers = (n_layers + 1) * desk.design.folds().len() * desk.clock.len() * settings.components.unwrap_or(0);
    (numbers * size_of::<f64>()) as u64
}

/// The step of a model variant with everything that decides it.
fn stage(desk: &Desk, model: &ModelEntry, variant: Variant) -> Stage {
    let parts = parts(desk, model, variant);
    desk.stage(&variant_step(model, variant), &parts.iter().map(String::as_str).collect::<Vec<_>>())
}

/// What decides the states of a model variant.
fn parts(desk: &Desk, model: &ModelEntry, variant: Variant) -> [String; 4] {
    let specs = variant_windows(desk, variant);
    let words = &desk.study.words;
    let settings = format!(
        "{specs:?} {} {:?} {:?} {:?} {:?} {}",
        words.keep, words.pooling, words.overflow, words.bos, words.tokens, desk.study.seed
    );
    // Where layers are reduced as they pass, the analysis has its part in what is left of them.
    let analysis = match words.keep {
        Keep::None => desk.analysis_key(),
        _ => String::new(),
    };
    [settings, desk.material.model_hash(&model.name).to_owned(), desk.material.story_hash.clone(), analysis]
}

/// Extracts a model variant, while no other part of the study does.
fn extract_once(desk: &mut Desk, model: &ModelEntry, variant: Variant) -> Result<(), Error> {
    let _alone = match desk.options.pieces {
        Pieces::Of(_) if !desk.options.dry_run => Some(Lock::making(&desk.options.out, &variant_step(model, variant))?),
        _ => None,
    };
    extract_variant(desk, model, variant)
}

fn extract_variant(desk: &mut Desk, model: &ModelEntry, variant: Variant) -> Result<(), Error> {
    let (name, parts) = (variant_step(model, variant), parts(desk, model, variant));
    desk.step(&name, &parts.each_ref().map(String::as_str), |desk| {
        let passage = Passage::new(desk, model, variant, &name)?;
        match desk.study.words.keep {
            Keep::None => passage.reduce(desk)?,
            keep => passage.keep(desk, keep)?,
        }
        Ok(files(desk, &model.name, variant))
    })
}

/// One model variant on its way through the story.
struct Passage<'a> {
    model: &'a str,
    variant: Variant,
    step: &'a str,
    checkpoint: Checkpoint,
    tokens: Tokens,
    specs: Vec<WindowSpec>,
    windows: Vec<Vec<TokenWindow>>,
}

impl<'a> Passage<'a> {
    fn new(desk: &mut Desk, model: &'a ModelEntry, variant: Variant, step: &'a str) -> Result<Self, Error> {
        let mut checkpoint = desk.material.checkpoint(&model.name).clone();
        if let Variant::Twin(twin) = variant {
            checkpoint = checkpoint.untrained(twin_seed(desk.study.seed, &model.name, twin));
        }
        let specs = variant_windows(desk, variant);
        let (tokens, windows) = read_windows(desk, model, (&checkpoint, variant), &specs)?;
        Ok(Self { model: &model.name, variant, step, checkpoint, tokens, specs, windows })
    }

    /// Gives `sink` every layer.
    fn through(&self, desk: &mut Desk, sink: &mut dyn Sink) -> Result<(), Error> {
        let on_event = &mut *desk.on_event;
        let mut on_progress =
            |progress| on_event(Event::Progress { step: self.step.to_owned(), progress, unit: "tokens x layers" });
        let pooling = match desk.study.words.pooling {
            Pooling::Last => gyrus_activations::Pooling::Last,
            Pooling::Mean => gyrus_activations::Pooling::Mean,
            Pooling::Sum => gyrus_activations::Pooling::Sum,
        };
        let memory = Memory { limit: desk.options.memory, scratch: desk.options.out.clone() };
        let extraction = Extraction { pooling, unnormed: false, memory };
        let Self { checkpoint, tokens, windows, .. } = self;
        Ok(extract_to(checkpoint, desk.device, tokens, windows, &extraction, sink, &mut on_progress)?)
    }

    /// Writes the states of every window.
    fn keep(&self, desk: &mut Desk, keep: Keep) -> Result<(), Error> {
        let lists: Vec<_> = self.lists(desk, activations_file);
        let transcript = transcript_hash(&desk.material.story.transcript);
        let mut writer = ActivationWriter::new(self.checkpoint.architecture(), &transcript, &lists, keep, false)?;
        self.through(desk, &mut writer)?;
        writer.finish()
    }

    /// Reduces every layer as the analysis reads it, and forgets its states.
    fn reduce(&self, desk: &mut Desk) -> Result<(), Error> {
        let architecture = self.checkpoint.architecture();
        let transcript = transcript_hash(&desk.material.story.transcript);
        let main = self.specs.iter().position(|spec| *spec == desk.study.words.main);
        let compared = main.filter(|_| is_compared(self.variant)).map(|main| {
            let list = &self.lists(desk, activations_file)[main..=main];
            Ok::<_, Error>((
                main,
                ActivationWriter::new(architecture, &transcript, list, Keep::Components(COMPARED), false)?,
            ))
        });
        let mut reducer =
            Reducer::new(architecture, self.lists(desk, reduced_file), desk.clock, desk.design, compared.transpose()?);
        self.through(desk, &mut reducer)?;
        if let Some(loss) = reducer.finish()? {
            let loss = 100.0 * loss;
            let note = format!(
                "{}: comparisons read {COMPARED} components, which leave out at most {loss:.2} % of a layer's variance",
                self.step
            );
            (desk.on_event)(Event::Note(note));
        }
        Ok(())
    }

    /// A file and a number of words for each window.
    fn lists(&self, desk: &Desk, file: fn(&str, Variant, WindowSpec) -> PathBuf) -> Vec<(PathBuf, usize)> {
        let one = |(spec, list): (&WindowSpec, &Vec<_>)| (desk.path(file(self.model, self.variant, *spec)), list.len());
        self.specs.iter().zip(&self.windows).map(one).collect()
    }
}

/// A twin's own seed: twins of models with blocks of the same shape must not share their weights.
fn twin_seed(seed: u64, model: &str, twin: u64) -> u64 {
    let hash = text_hash(&format!("{seed} {twin} {model}"));
    u64::from_str_radix(&hash[..16], 16).expect("a hash is hexadecimal")
}

/// The tokens of `transcript`, and those of every word.
///
/// # Errors
/// A tokenizer that cannot be used, or a token that the model does not know.
pub fn read_story(
    desk: &Desk,
    model: &ModelEntry,
    checkpoint: &Checkpoint,
    transcript: &Transcript,
) -> Result<(Tokens, WordTokens), Error> {
    let (bos, reading) = (desk.study.words.bos, desk.study.words.tokens);
    let tokenizer = Tokenizer::open(&model.folder)?.with_bos(bos)?;
    let tokens = tokenizer.read(transcript, reading)?;
    tokenizer.check_tokens(&tokens, checkpoint.architecture().vocabulary)?;
    let words = WordTokens::new(&tokens, transcript, reading.last_token())?;
    Ok((tokens, words))
}

/// The story's tokens, and the window of every word for every specification; of shuffled words those of the order in
/// which they are read, each window in the row of its word.
fn read_windows(
    desk: &mut Desk,
    model: &ModelEntry,
    of: (&Checkpoint, Variant),
    specs: &[WindowSpec],
) -> Result<(Tokens, Vec<Vec<TokenWindow>>), Error> {
    let (tokens, wanted, notes) = told_windows(desk, model, of, specs)?;
    notes.into_iter().map(Event::Note).for_each(&mut *desk.on_event);
    Ok((tokens, wanted))
}

/// Tokens, windows, and what the user should know of them.
type Told = (Tokens, Vec<Vec<TokenWindow>>, Vec<String>);

/// As [`read_windows`], with the notes.
fn told_windows(
    desk: &Desk,
    model: &ModelEntry,
    (checkpoint, variant): (&Checkpoint, Variant),
    specs: &[WindowSpec],
) -> Result<Told, Error> {
    let told = &desk.material.story.transcript;
    // The same order for all models.
    let seed = desk.study.seed.wrapping_add(3);
    let shuffled = (variant == Variant::Shuffled).then(|| ShuffledWords::new(told, seed)).transpose()?;
    let transcript = shuffled.as_ref().map_or(told, ShuffledWords::transcript);
    let (tokens, words) = read_story(desk, model, checkpoint, transcript)?;
    let (mut wanted, mut notes) = (Vec::with_capacity(specs.len()), Vec::new());
    for spec in specs {
        let found = windows(&tokens, &words, *spec, checkpoint.architecture().limit, desk.study.words.overflow)?;
        if found.clipped > 0 {
            notes.push(format!(
                "{}: {} windows of `{spec}` were clipped to the model's limit",
                model.name, found.clipped
            ));
        }
        wanted.push(shuffled.as_ref().map_or_else(|| found.windows.clone(), |shuffled| shuffled.rows(&found.windows)));
    }
    Ok((tokens, wanted, notes))
}
