//! What follows the last block: the final norm, and the way back to the embedding's width.

use crate::Error;
use crate::checkpoint::Checkpoint;
use crate::engine::Engine;

/// From the output of the last block to the last state.
pub(crate) struct Exit<E: Engine> {
    norm: Option<E::Norm>,
    projection: Option<E::Linear>,
}

impl<E: Engine> Exit<E> {
    pub(crate) fn load(checkpoint: &Checkpoint, engine: &E) -> Result<Self, Error> {
        let inventory = checkpoint.inventory();
        let norm = inventory.final_norm.as_ref().map(|slots| checkpoint.norm(slots)).transpose()?;
        let projection = inventory.project_out.as_ref().map(|slots| checkpoint.linear(slots)).transpose()?;
        Ok(Self::of(norm.map(|weights| engine.norm(weights)), projection.map(|weights| engine.linear(weights))))
    }

    pub(crate) fn of(norm: Option<E::Norm>, projection: Option<E::Linear>) -> Self {
        Self { norm, projection }
    }

    /// The last state, `(rows, embedding width)`.
    pub(crate) fn states(&self, x: &E::Array, engine: &E) -> E::Array {
        let normed = match &self.norm {
            Some(norm) => engine.normalise(x, norm),
            None => x.clone(),
        };
        match &self.projection {
            Some(projection) => engine.product(&normed, projection),
            None => normed,
        }
    }
}
