//! What is fitted of a model: which weights, at which window, with which predictors.

use gyrus_windows::WindowSpec;

use crate::settings::Study;
use crate::steps::extraction::{Variant, window_in_file_name};
use crate::steps::scores::Predictors;

/// One series of fits, over all layers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Job {
    /// Which weights, given which words.
    pub variant: Variant,
    /// Context window.
    pub window: WindowSpec,
    /// What predicts.
    pub predictors: Predictors,
    /// Whether moved recordings are fitted too.
    pub moved: bool,
}

impl Job {
    /// Everything that is fitted of the model or features `name`.
    pub fn all(study: &Study, name: &str) -> Vec<Self> {
        let main = study.words.main;
        let joint = |variant, window| {
            let moved = window == main && matches!(variant, Variant::Trained | Variant::Shuffled);
            Self { variant, window, predictors: Predictors::Joint, moved }
        };
        let alone = Self { predictors: Predictors::Layer, moved: false, ..joint(Variant::Trained, main) };
        if study.features.iter().any(|features| features.name == name) {
            // Features of any origin have neither twins nor windows.
            return vec![joint(Variant::Trained, main), alone];
        }
        let windows = study.words.windows.iter().map(|window| joint(Variant::Trained, *window));
        let twins = Variant::twins(study.words.twins).map(|twin| joint(twin, main));
        let shuffled = study.canaries.shuffled_words.then(|| joint(Variant::Shuffled, main));
        windows.chain([alone]).chain(twins).chain(shuffled).collect()
    }

    /// The one that every headline number is of: trained weights at the main window, on top of the controls.
    pub fn main(study: &Study) -> Self {
        let (variant, window) = (Variant::Trained, study.words.main);
        Self { variant, window, predictors: Predictors::Joint, moved: true }
    }

    /// Shuffled words at the main window, on top of the controls.
    pub fn shuffled(study: &Study) -> Self {
        Self { variant: Variant::Shuffled, ..Self::main(study) }
    }

    /// Whether the group alone is fitted, and no listener.
    pub fn of_group(self) -> bool {
        self.variant == Variant::Shuffled
    }

    /// Its name, which is a file name too.
    pub fn name(self) -> String {
        let alone = if self.predictors == Predictors::Layer { "-alone" } else { "" };
        format!("{}-{}{alone}", self.variant.name(), window_in_file_name(self.window))
    }
}
