//! The models that are compared, with their states.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::desk::Desk;
use crate::matrix_file::MatrixFile;
use crate::steps::extraction::{Variant, activations_file, is_compared};

/// A model as it is compared with others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compared {
    /// Its name in the study.
    pub name: String,
    /// Whether it is the first untrained twin of that model.
    pub untrained: bool,
    /// Number of layers.
    pub layers: usize,
}

impl Compared {
    /// What it is called where trained models and twins stand side by side.
    pub fn label(&self) -> String {
        if self.untrained { format!("{} untrained", self.name) } else { self.name.clone() }
    }

    /// The layers of each of `models` among those of all.
    pub fn places(models: &[Self]) -> Vec<Range<usize>> {
        let mut end = 0;
        let place = |model: &Self| {
            end += model.layers;
            end - model.layers..end
        };
        models.iter().map(place).collect()
    }
}

/// The trained models at the main window, each followed by its first twin, then features of any origin; and the mapped file of
/// each, a matrix `(words, width)` for every layer.
pub fn sources(desk: &Desk) -> Result<(Vec<Compared>, Vec<MatrixFile>), Error> {
    let (mut models, mut files) = (Vec::new(), Vec::new());
    let variants = || Variant::all(desk.study.words.twins).filter(|variant| is_compared(*variant));
    for (model, variant) in desk.study.models.iter().flat_map(|model| variants().map(move |variant| (model, variant))) {
        let file = MatrixFile::open(&desk.path(activations_file(&model.name, variant, desk.study.words.main)))?;
        let untrained = matches!(variant, Variant::Twin(_));
        models.push(Compared { name: model.name.clone(), untrained, layers: file.len() });
        files.push(file);
    }
    for features in &desk.study.features {
        let file = MatrixFile::open(&features.file)?;
        models.push(Compared { name: features.name.clone(), untrained: false, layers: file.len() });
        files.push(file);
    }
    Ok((models, files))
}
