//! What the cost of a study depends on.

use crate::Error;
use crate::desk::Desk;
use crate::steps::extraction::{Variant, variant_windows};
use crate::steps::fits;
use crate::steps::layers::COMPARED;
use crate::steps::similarity;

use super::rates;

/// A model or a set of features, as the analysis sees it.
#[derive(Debug, Clone)]
pub struct Source {
    /// Layers, the input of the first block included.
    pub layers: usize,
    /// Columns of a layer's states in the model.
    pub width: usize,
    /// Columns of a layer's states on disk.
    pub kept: usize,
    /// Columns of a layer as it is fitted.
    pub reduced: usize,
    /// Windows of trained weights, and twins: as often is every layer fitted for the headline numbers.
    pub series: usize,
    /// Windows of trained weights.
    pub windows: usize,
    /// Whether it is a model.
    pub model: bool,
}

impl Source {
    /// Layers that are compared with those of other models: with those of one twin.
    fn compared(&self) -> usize {
        self.layers * if self.model { 2 } else { 1 }
    }

    /// Processor seconds of `tokens` on their way through all blocks of the model.
    pub fn passage(&self, tokens: f64) -> f64 {
        tokens * (self.layers - 1) as f64 * rates::token_layer(self.width)
    }
}

/// What the cost of a study depends on.
#[derive(Debug)]
pub struct Sizes {
    /// Words of the story.
    pub words: usize,
    /// Rows of the analysis.
    pub rows: usize,
    /// Outer folds.
    pub folds: usize,
    /// Inner folds of all outer ones.
    inner: usize,
    /// Blocks of held-out rows.
    blocks: usize,
    /// Columns of the controls.
    controls: usize,
    /// Targets of each listener and then of the group.
    pub panels: Vec<usize>,
    /// Targets of each panel that is fitted, the group last.
    pub fitted: Vec<usize>,
    /// Whether listeners share their targets.
    pub shared: bool,
    /// Lags after a word.
    pub lags: usize,
    /// Groups of rows that intervals of similarities leave out.
    groups: usize,
    /// Moved recordings of the null.
    shifts: usize,
    /// Whether similarities have a null.
    moved_words: bool,
    /// Draws of intervals.
    pub draws: usize,
    /// Penalties that are tried.
    penalties: usize,
    /// Models, then features.
    pub sources: Vec<Source>,
    /// Tokens of which the likelihood is asked, about.
    pub text_tokens: f64,
    /// Tokens of all items of benchmarks, about.
    pub item_tokens: f64,
    /// Bytes of words and recordings in memory, and of the program.
    pub material: u64,
}

/// Bytes of the program with its tables.
const PROGRAM: u64 = 80 << 20;

/// Bytes of the sums of a block of held-out rows of a target: those of scores, and of what folds owe each other.
const SUM: usize = 110;

/// Characters of a token, about.
const CHARACTERS: f64 = 3.0;

impl Sizes {
    /// The sizes of the study on `desk`.
    ///
    /// # Errors
    /// Responses that cannot be made.
    pub fn of(desk: &Desk) -> Result<Self, Error> {
        let (study, listeners) = (desk.study, &desk.material.story.listeners);
        let own: Vec<usize> = listeners.iter().map(|heard| heard.targets.len()).collect();
        let shared = study.targets() == crate::settings::Targets::Shared;
        let group = if shared { own.first().copied().unwrap_or(0) } else { own.iter().sum() };
        let signals: usize =
            listeners.iter().map(|heard| heard.recording.signal().len() * (1 + heard.repeats.len())).sum();
        let folds = desk.design.folds().len();
        let neighbours = 2 * study.controls.neighbours + 1;
        let panels: Vec<usize> = own.into_iter().chain([group]).collect();
        let fitted = panels[panels.len() - fits::n_panels(desk)?..].to_vec();
        Ok(Self {
            words: desk.material.story.transcript.words().len(),
            rows: desk.clock.len(),
            folds,
            inner: (0..folds).map(|fold| desk.design.inner(fold).len()).sum(),
            blocks: desk.clock.len().div_ceil(study.encoding.block),
            controls: study.controls.words.len() * neighbours + usize::from(study.controls.sound),
            panels,
            fitted,
            shared,
            lags: study.lags.as_ref().map_or(1, |lags| lags.lags().len()),
            groups: study.similarity.groups.max(1),
            shifts: study.inference.shifts,
            moved_words: study.similarity.shifts > 0,
            draws: study.inference.draws,
            penalties: desk.design.penalties().penalties().len(),
            sources: sources(desk),
            text_tokens: study.text.characters as f64 / CHARACTERS * 2.0,
            item_tokens: item_bytes(desk) as f64 / CHARACTERS,
            material: PROGRAM + (8 * signals) as u64,
        })
    }

    /// The models among the sources.
    pub fn models(&self) -> impl Iterator<Item = &Source> {
        self.sources.iter().filter(|source| source.model)
    }

    /// Targets of the group.
    pub fn group(&self) -> usize {
        self.panels.last().copied().unwrap_or(0)
    }

    /// Layers that are compared with each other: those of models and of one twin of each.
    pub fn layers(&self) -> usize {
        self.sources.iter().map(Source::compared).sum()
    }

    /// Bytes of the sums of rows of Gram matrices, of all layers and without each group of rows.
    pub fn row_sums(&self) -> u64 {
        (8 * self.words * self.layers() * (2 * self.groups + 4)) as u64
    }

    /// Bytes of the states of one layer at all windows, of the model that has most.
    pub fn layer_states(&self) -> u64 {
        let columns = self.models().map(|source| source.windows * source.kept).max().unwrap_or(0);
        (4 * self.words * columns) as u64
    }

    /// Bytes of the sums of held-out blocks of the model that has most, fitted as often as `series` says.
    pub fn sums(&self, series: impl Fn(&Source) -> usize) -> u64 {
        let most = self.sources.iter().map(|source| source.layers * series(source)).max().unwrap_or(0);
        (SUM * most * self.blocks * self.panels.iter().sum::<usize>()) as u64
    }

    /// Processor seconds of a fit of `columns` for `targets`: moments, an eigenvalue problem for each training set, every
    /// penalty for every target in every inner fold, and with `intervals` a problem for each ordered pair of folds.
    fn fit(&self, columns: usize, targets: usize, intervals: bool) -> f64 {
        let (n, p, t) = (self.rows as f64, columns as f64, targets as f64);
        let pairs = if intervals { self.folds * (self.folds - 1) } else { 0 };
        let problems = (self.folds + self.inner + pairs) as f64;
        let trials = 2.0 * (self.penalties * self.inner) as f64 * p * p * t;
        2.0 * n * p * (p + t) * rates::MOMENT + 10.0 * p.powi(3) * problems * rates::EIGEN + trials * rates::TRIAL
    }

    /// Processor seconds of the components of a layer of so many columns.
    fn components(&self, columns: usize) -> f64 {
        let (n, p) = (self.words as f64, columns as f64);
        let least = n.min(p);
        (n * p * least + 10.0 * least.powi(3)) * rates::COMPONENT
    }

    /// Processor seconds of what is kept of the states of every layer, at so many windows.
    pub fn kept(&self, source: &Source, windows: usize) -> f64 {
        if source.kept == source.width { 0.0 } else { (source.layers * windows) as f64 * self.components(source.width) }
    }

    /// Processor seconds of the fits of every layer, once, on panels of so many targets each.
    pub fn fits(&self, source: &Source, panels: &[usize]) -> f64 {
        let columns = source.reduced + self.controls;
        let fits: f64 = panels.iter().map(|targets| self.fit(columns, *targets, true)).sum();
        source.layers as f64 * (fits + self.folds as f64 * self.components(source.kept))
    }

    /// Processor seconds of the null of every layer.
    pub fn nulls(&self, source: &Source) -> f64 {
        let columns = source.reduced + self.controls;
        source.layers as f64 * self.fit(columns, self.shifts * self.group(), false)
    }

    /// Processor seconds of fits on positions in the recording, of which there are some hundred, alone and with the controls.
    pub fn positions(&self) -> f64 {
        const POSITIONS: usize = 150;
        [POSITIONS, POSITIONS + self.controls].into_iter().map(|p| self.fit(p, self.group(), true)).sum()
    }

    /// Processor seconds of the fits of every layer at every lag.
    pub fn maps(&self, source: &Source) -> f64 {
        let fit = self.fit(source.reduced + self.controls, self.lags * self.group(), false);
        source.layers as f64 * (fit + self.folds as f64 * self.components(source.kept))
    }

    /// Processor seconds of the distances between all words at every layer, trained and not.
    pub fn neighbours(&self, source: &Source) -> f64 {
        let components = 2.0 * self.folds as f64 * self.components(source.kept);
        let distances = 2.0 * (self.words as f64).powi(2) * source.kept as f64 * rates::DISTANCE;
        source.compared() as f64 * (distances + components)
    }

    /// Processor seconds of the fits of every layer with as many components as other models have.
    pub fn matched(&self, source: &Source) -> f64 {
        source.compared() as f64 * self.fit(source.reduced + self.controls, self.group(), true)
    }

    /// Processor seconds of the similarity of all pairs of layers: a Gram matrix of each, and the product of each pair of them.
    pub fn similarity(&self) -> f64 {
        let columns: usize = self.sources.iter().map(|source| source.compared() * source.kept).sum();
        let layers = self.layers() as f64;
        (self.words as f64).powi(2) * (columns as f64 * rates::GRAM + layers * layers * rates::PRODUCT)
    }

    /// Processor seconds of the null of similarities, where there is one: for each of the blocks of layers that fit its memory
    /// a Gram matrix of each layer and transforms of its diagonals, and products of all pairs, at any number of shifts.
    pub fn similarity_null(&self) -> f64 {
        let (n, layers) = (self.words as f64, self.layers() as f64);
        let columns: usize = self.sources.iter().map(|source| source.compared() * source.kept).sum();
        let of_block = (similarity::MEMORY as f64 / 8.0 / n).sqrt();
        let diagonals = columns as f64 * rates::GRAM + layers * n.log2() * rates::TRANSFORM;
        let moved = (layers / of_block).ceil() * diagonals + layers * layers * rates::PRODUCT;
        if self.moved_words { n * n * moved } else { 0.0 }
    }

    /// Processor seconds of what context adds to the states: likewise, of the windows of each layer.
    pub fn context(&self, source: &Source) -> f64 {
        let (windows, kept) = (source.windows as f64, source.kept as f64);
        let of_layer = windows * kept * rates::GRAM + windows * windows * rates::PRODUCT;
        source.layers as f64 * (self.words as f64).powi(2) * of_layer
    }

    /// Bytes of what a series of fits on those panels leaves: sums of blocks, and with a null r of every shift.
    pub fn fit_bytes(&self, source: &Source, panels: &[usize], moved: bool) -> u64 {
        let sums = 8 * (3 * self.blocks + self.folds * (self.folds + 1)) * panels.iter().sum::<usize>();
        let null = if moved { 8 * self.folds * self.shifts * self.group() } else { 0 };
        let responses = 8 * 2 * self.blocks * panels.iter().sum::<usize>();
        (source.layers * (sums + null) + responses) as u64
    }

    /// Bytes of what the fits at every lag leave.
    pub fn map_bytes(&self, source: &Source) -> u64 {
        (16 * source.layers * self.lags * self.group()) as u64
    }
}

fn sources(desk: &Desk) -> Vec<Source> {
    let words = &desk.study.words;
    let fitted = |width: usize| desk.study.encoding.components.map_or(width, |components| components.min(width));
    let delays = desk.study.scans.as_ref().map_or(1, |scans| scans.delays.len().max(1));
    let models = desk.study.models.iter().map(|model| {
        let architecture = desk.material.checkpoint(&model.name).architecture();
        let (windows, width) = (variant_windows(desk, Variant::Trained).len(), architecture.width);
        let kept = words.keep.columns(width);
        Source {
            layers: architecture.n_layers() + 1,
            width,
            kept: if kept == 0 { COMPARED } else { kept },
            reduced: fitted(width * delays),
            series: windows + words.twins as usize,
            windows,
            model: true,
        }
    });
    let features = desk.study.features.iter().map(|features| {
        let file = crate::matrix_file::MatrixFile::open(&features.file).ok();
        let width = file.as_ref().map_or(0, |file| file.shape(0).1);
        let layers = file.as_ref().map_or(1, crate::matrix_file::MatrixFile::len);
        Source { layers, width, kept: width, reduced: fitted(width * delays), series: 1, windows: 0, model: false }
    });
    models.chain(features).collect()
}

/// Bytes of the files of all benchmarks.
fn item_bytes(desk: &Desk) -> u64 {
    let files = desk.study.benchmarks.iter().flat_map(|entry| &entry.data);
    files.filter_map(|file| std::fs::metadata(file).ok()).map(|file| file.len()).sum()
}
