//! Every layer's state of every word, for every model, its untrained twins, and every window.

use std::path::PathBuf;

use gyrus_activations::{Checkpoint, Extraction, Memory, extract_to};
use gyrus_types::{TokenWindow, Tokens};
use gyrus_windows::{Tokenizer, WindowSpec, WordTokens, windows};

use crate::activation_files::ActivationWriter;
use crate::hash::text_hash;
use crate::run::Desk;
use crate::settings::{ModelEntry, Pooling};
use crate::{Error, Event};

/// Which weights of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// The trained ones.
    Trained,
    /// Random ones, drawn from the model's own initialiser with this twin's seed.
    Twin(u64),
}

impl Variant {
    /// The trained model, then its `twins` twins.
    pub fn all(twins: u64) -> impl Iterator<Item = Self> {
        std::iter::once(Self::Trained).chain((1..=twins).map(Self::Twin))
    }

    /// Name in tables: `trained`, `twin-1`, ...
    pub fn name(self) -> String {
        match self {
            Self::Trained => "trained".into(),
            Self::Twin(twin) => format!("twin-{twin}"),
        }
    }
}

/// The file of one model variant at one window, within the results.
pub fn activations_file(model: &str, variant: Variant, window: WindowSpec) -> PathBuf {
    let folder = match variant {
        Variant::Trained => model.to_owned(),
        Variant::Twin(_) => format!("{model}-{}", variant.name()),
    };
    PathBuf::from("activations").join(folder).join(format!("{window}.safetensors"))
}

/// Every file that the step leaves, in a fixed order.
pub fn all_files(desk: &Desk) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for model in &desk.study.models {
        for variant in Variant::all(desk.study.words.twins) {
            let windows = variant_windows(desk, variant).into_iter();
            files.extend(windows.map(|window| activations_file(&model.name, variant, window)));
        }
    }
    files
}

/// The windows that a variant is run with: twins serve only the headline numbers.
pub fn variant_windows(desk: &Desk, variant: Variant) -> Vec<WindowSpec> {
    match variant {
        Variant::Trained => desk.study.words.windows.clone(),
        Variant::Twin(_) => vec![desk.study.words.main],
    }
}

/// Runs the step for every model.
///
/// # Errors
/// A model, tokenizer or window that cannot be used, or a file that cannot be written.
pub fn run(desk: &mut Desk) -> Result<(), Error> {
    let bytes = disk(desk);
    (desk.on_event)(Event::Note(format!("states take {} MiB on disk", bytes.div_ceil(1 << 20))));
    for model in &desk.study.models {
        for variant in Variant::all(desk.study.words.twins) {
            extract_variant(desk, model, variant)?;
        }
    }
    Ok(())
}

/// Bytes that the states of all models take on disk.
fn disk(desk: &Desk) -> u64 {
    let n_words = desk.material.transcript.words().len();
    let mut bytes = 0;
    for model in &desk.study.models {
        let one = desk.study.words.keep.disk(desk.material.checkpoint(&model.name).architecture(), n_words);
        let lists = Variant::all(desk.study.words.twins).map(|variant| variant_windows(desk, variant).len());
        bytes += one * lists.sum::<usize>() as u64;
    }
    bytes
}

fn extract_variant(desk: &mut Desk, model: &ModelEntry, variant: Variant) -> Result<(), Error> {
    let name = format!("activations-{}-{}", model.name, variant.name());
    let specs = variant_windows(desk, variant);
    let words = &desk.study.words;
    let settings = format!(
        "{specs:?} {} {:?} {:?} {:?} {:?} {}",
        words.keep, words.pooling, words.overflow, words.bos, words.tokens, desk.study.seed
    );
    let hashes = desk.material.model_hash(&model.name).to_owned();
    let story = desk.material.story_hash.clone();
    desk.step(&name, &[&settings, &hashes, &story], |desk| {
        let mut checkpoint = desk.material.checkpoint(&model.name).clone();
        if let Variant::Twin(twin) = variant {
            checkpoint = checkpoint.untrained(twin_seed(desk.study.seed, &model.name, twin));
        }
        let (tokens, wanted) = read_windows(desk, model, &checkpoint, &specs)?;
        let on_event = &mut *desk.on_event;
        let mut on_progress =
            |progress| on_event(Event::Progress { step: name.clone(), progress, unit: "tokens x layers" });
        let pooling = match desk.study.words.pooling {
            Pooling::Last => gyrus_activations::Pooling::Last,
            Pooling::Mean => gyrus_activations::Pooling::Mean,
            Pooling::Sum => gyrus_activations::Pooling::Sum,
        };
        let files: Vec<PathBuf> = specs.iter().map(|spec| activations_file(&model.name, variant, *spec)).collect();
        let lists: Vec<_> =
            files.iter().zip(&wanted).map(|(file, list)| (desk.options.out.join(file), list.len())).collect();
        let keep = desk.study.words.keep;
        let mut writer = ActivationWriter::new(checkpoint.architecture(), &lists, keep, false)?;
        let memory = Memory { limit: desk.options.memory, scratch: desk.options.out.clone() };
        let extraction = Extraction { pooling, unnormed: false, memory };
        extract_to(&checkpoint, desk.device, &tokens, &wanted, &extraction, &mut writer, &mut on_progress)?;
        writer.finish()?;
        Ok(files)
    })
}

/// A twin's own seed: twins of models with blocks of the same shape must not share their weights.
fn twin_seed(seed: u64, model: &str, twin: u64) -> u64 {
    let hash = text_hash(&format!("{seed} {twin} {model}"));
    u64::from_str_radix(&hash[..16], 16).expect("a hash is hexadecimal")
}

/// The story's tokens, and the window of every word for every specification.
fn read_windows(
    desk: &mut Desk,
    model: &ModelEntry,
    checkpoint: &Checkpoint,
    specs: &[WindowSpec],
) -> Result<(Tokens, Vec<Vec<TokenWindow>>), Error> {
    let transcript = &desk.material.transcript;
    let (bos, reading) = (desk.study.words.bos, desk.study.words.tokens);
    let tokenizer = Tokenizer::open(&model.folder)?.with_bos(bos)?;
    let tokens = tokenizer.read(transcript, reading)?;
    tokenizer.check_tokens(&tokens, checkpoint.architecture().vocabulary)?;
    let words = WordTokens::new(&tokens, transcript, reading.last_token())?;
    let mut wanted = Vec::with_capacity(specs.len());
    for spec in specs {
        let found = windows(&tokens, &words, *spec, checkpoint.architecture().limit, desk.study.words.overflow)?;
        if found.clipped > 0 {
            let note =
                format!("{}: {} windows of `{spec}` were clipped to the model's limit", model.name, found.clipped);
            (desk.on_event)(Event::Note(note));
        }
        wanted.push(found.windows);
    }
    Ok((tokens, wanted))
}
