//! The fits of some layers at every lag, and their null.
//!
//! Recording and controls go around their run together, as in the null of the headline numbers; what is held against the
//! null is what a layer adds to the controls at a lag, the largest over layers and lags of each target.

use std::ops::Range;

use gyrus_encoding::RowOrder;
use gyrus_types::Progress;

use super::fits::{Fits, Ready};
use super::map::Map;
use super::parts::{Part, parts};
use crate::desk::Desk;
use crate::settings::Share;
use crate::steps::extraction::Variant;
use crate::steps::layers::Layers;
use crate::{Error, Event};

/// A walk over targets and the layers of one model after the other.
pub struct Walk<'a> {
    fits: Fits<'a>,
    parts: Vec<Part>,
    lags: usize,
    /// The responses of the only part, where there is only one: they serve every walk.
    ready: Option<Ready>,
}

impl<'a> Walk<'a> {
    /// Nothing fitted yet.
    ///
    /// # Errors
    /// Responses that cannot be made, or runs that are too short for the null.
    pub fn new(desk: &Desk<'a>) -> Result<Self, Error> {
        let (study, listeners) = (desk.study, &desk.material.story.listeners);
        let mut panels = desk.clock.panels(listeners)?;
        let group = panels.pop().expect("the group is always there");
        let (encoding, null_penalties) = (&study.encoding, study.inference.null_penalties);
        let (rule, share) = (encoding.rule(&group.groups), encoding.share);
        let parts = match share {
            Share::None => parts(desk.clock, listeners, study.targets()),
            // Targets of a lag that share a penalty stand in memory together.
            Share::All | Share::Groups => Part::whole(listeners, study.targets()),
        };
        let fits = Fits { design: desk.design, rule, share, group, shifts: shifts(desk)?, null_penalties };
        Ok(Self { fits, parts, lags: desk.clock.lags().len(), ready: None })
    }

    /// The map of `layers` of the model or features `source`.
    ///
    /// # Errors
    /// A file of activations that cannot be read, or a fit that fails.
    pub fn map(&mut self, desk: &mut Desk<'a>, source: &str, layers: Range<usize>) -> Result<Map, Error> {
        let states = Layers::open(desk, (source, Variant::Trained, desk.study.words.main))?;
        let mut map = Map::new((layers.len(), self.lags, self.fits.group.targets.len()), self.fits.shifts.len());
        let total = (self.parts.len() * layers.len()) as u64;
        for (i, part) in self.parts.iter().enumerate() {
            let ready = match self.ready.take() {
                Some(ready) => ready,
                None => self
                    .fits
                    .ready(part, part.responses(desk.clock, &desk.material.story.listeners, desk.study.targets())?)?,
            };
            for (at, layer) in layers.clone().enumerate() {
                self.fits.layer(&states.layer(layer)?, at, &ready, &mut map)?;
                let progress = Progress { done: (i * layers.len() + at + 1) as u64, total };
                (desk.on_event)(Event::Progress { step: "lags".into(), progress, unit: "layers" });
            }
            self.ready = (self.parts.len() == 1).then_some(ready);
        }
        Ok(map)
    }
}

/// The orders of rows of the null of the map; none where it has no null.
fn shifts(desk: &Desk) -> Result<Vec<RowOrder>, Error> {
    let (inference, seed) = (&desk.study.inference, desk.study.seed.wrapping_add(2));
    match asked_shifts(desk) {
        0 => Ok(Vec::new()),
        asked => Ok(inference.orders(desk.clock.runs(), asked, seed)?),
    }
}

/// Draws of the null of the map.
pub fn asked_shifts(desk: &Desk) -> usize {
    desk.study.lag_map.shifts.unwrap_or(desk.study.inference.shifts)
}
