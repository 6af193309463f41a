//! The fits of every layer at every lag, and their null.
//!
//! Recording and controls go around their run together, as in the null of the headline numbers; what is held against the
//! null is what a layer adds to the controls at a lag, the largest over layers and lags of each target.

use gyrus_encoding::{Maxima, RowOrder};
use gyrus_types::Progress;
use ndarray::{Array3, Axis};

use super::fits::Fits;
use super::parts::{Part, parts};
use crate::run::Desk;
use crate::settings::Share;
use crate::steps::extraction::Variant;
use crate::steps::layers::Layers;
use crate::{Error, Event};

/// The scores of one model.
#[derive(Debug)]
pub struct Map {
    /// Name of the model.
    pub model: String,
    /// r of controls and layer together, mean over folds, `(layers, lags, targets)`.
    pub r: Array3<f64>,
    /// The same less r of the controls alone at that lag.
    pub added: Array3<f64>,
    /// The null of each target over all layers and lags.
    pub null: Maxima,
}

/// A walk over all models, layers and targets.
pub struct Walk<'a, 'b> {
    desk: &'a mut Desk<'b>,
    fits: Fits<'a>,
}

impl<'a, 'b> Walk<'a, 'b> {
    /// Nothing fitted yet.
    ///
    /// # Errors
    /// Responses that cannot be made.
    pub fn new(desk: &'a mut Desk<'b>, shifts: &'a [RowOrder]) -> Result<Self, Error>
    where
        'b: 'a,
    {
        let mut panels = desk.clock.panels(&desk.material.story.listeners)?;
        let group = panels.pop().expect("the group is always there");
        let (encoding, null_penalties) = (&desk.study.encoding, desk.study.inference.null_penalties);
        let (rule, share) = (encoding.rule(&group.groups), encoding.share);
        let fits = Fits { design: desk.design, rule, share, group, shifts, null_penalties };
        Ok(Self { desk, fits })
    }

    /// The map of every model, in the order of the study.
    ///
    /// # Errors
    /// A file of activations that cannot be read, or a fit that fails.
    pub fn maps(self) -> Result<Vec<Map>, Error> {
        let (listeners, targets) = (&self.desk.material.story.listeners, self.desk.study.targets());
        let (lags, n) = (self.desk.clock.lags().len(), self.fits.group.targets.len());
        let mut maps = Vec::new();
        for name in self.desk.study.names() {
            let layers = self.layers(name)?.n_layers();
            let (r, null) = (Array3::from_elem((layers, lags, n), f64::NAN), Maxima::new(n, self.fits.shifts.len()));
            maps.push(Map { model: name.to_owned(), added: r.clone(), r, null });
        }
        let parts = match self.fits.share {
            Share::None => parts(self.desk.clock, listeners, targets),
            // Targets of a lag that share a penalty stand in memory together.
            Share::All | Share::Groups => Part::whole(listeners, targets),
        };
        let total = (parts.len() * maps.iter().map(|map| map.r.len_of(Axis(0))).sum::<usize>()) as u64;
        let mut done = 0;
        for part in &parts {
            let ready = self.fits.ready(part, part.responses(self.desk.clock, listeners, targets)?)?;
            for map in &mut maps {
                let layers = self.layers(&map.model)?;
                for layer in 0..layers.n_layers() {
                    self.fits.layer(&layers.layer(layer)?, layer, &ready, map)?;
                    done += 1;
                    let progress = Progress { done, total };
                    (self.desk.on_event)(Event::Progress { step: "lags".into(), progress, unit: "layers" });
                }
            }
        }
        Ok(maps)
    }

    fn layers(&self, model: &str) -> Result<Layers<'b>, Error> {
        Layers::open(self.desk, (model, Variant::Trained, self.desk.study.words.main))
    }
}
