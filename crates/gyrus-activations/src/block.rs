//! One block of the decoder on a device: its weights, and what it does to states.

use crate::Error;
use crate::architecture::{Architecture, Placement};
use crate::batch::{Batch, Rows};
use crate::checkpoint::Checkpoint;
use crate::engine::{Engine, Heads};
use crate::inventory::{BlockSlots, LinearSlots, NormSlots};
use crate::joined::Joined;
use crate::rotary::Turns;

/// The weights of one block.
pub(crate) struct Block<E: Engine> {
    attention_norm: Option<E::Norm>,
    /// Queries, keys and values in one product.
    attention_input: E::Linear,
    query_norm: Option<E::Norm>,
    key_norm: Option<E::Norm>,
    attention_output: E::Linear,
    attention_output_norm: Option<E::Norm>,
    feed_forward_norm: Option<E::Norm>,
    /// Gate and up in one product where there is a gate.
    feed_forward_input: E::Linear,
    feed_forward_output: E::Linear,
    feed_forward_output_norm: Option<E::Norm>,
}

/// What a block needs to know of the model and the batch it works on.
pub(crate) struct Place<'a, E: Engine> {
    pub(crate) engine: &'a E,
    pub(crate) architecture: &'a Architecture,
    /// Index of the block.
    pub(crate) layer: usize,
    /// The rotations of every position, where the block turns its queries and keys.
    pub(crate) turns: Option<&'a Turns>,
    pub(crate) batch: &'a Batch,
    /// The rows whose states are computed.
    pub(crate) rows: Rows,
    /// Queries, keys and values, where they were made before.
    pub(crate) joined: Option<&'a Joined<E>>,
}

impl<E: Engine> Block<E> {
    /// Block `layer` of a model; its weights pass through host memory one product at a time.
    pub(crate) fn load(checkpoint: &Checkpoint, layer: usize, engine: &E) -> Result<Self, Error> {
        let linear = |slots: &LinearSlots| {
            let weights = checkpoint.linear(slots)?;
            let bytes = (weights.values.len() * size_of::<f32>()) as u64;
            match engine.largest_array() {
                Some(limit) if bytes > limit => Err(Error::TooLarge { layer, bytes, limit }),
                _ => Ok(engine.linear(weights)),
            }
        };
        let norm = |slots: &NormSlots| Ok(engine.norm(checkpoint.norm(slots)?));
        Self::of(&checkpoint.inventory().blocks[layer], &linear, &norm)
    }

    /// The block of `slots`, each product and each norm as it is given.
    pub(crate) fn of(
        slots: &BlockSlots,
        linear: &dyn Fn(&LinearSlots) -> Result<E::Linear, Error>,
        norm: &dyn Fn(&NormSlots) -> Result<E::Norm, Error>,
    ) -> Result<Self, Error> {
        let norm = |slots: &Option<NormSlots>| slots.as_ref().map(norm).transpose();
        Ok(Self {
            attention_norm: norm(&slots.attention_norm)?,
            attention_input: linear(&slots.attention_input)?,
            query_norm: norm(&slots.query_norm)?,
            key_norm: norm(&slots.key_norm)?,
            attention_output: linear(&slots.attention_output)?,
            attention_output_norm: norm(&slots.attention_output_norm)?,
            feed_forward_norm: norm(&slots.feed_forward_norm)?,
            feed_forward_input: linear(&slots.feed_forward_input)?,
            feed_forward_output: linear(&slots.feed_forward_output)?,
            feed_forward_output_norm: norm(&slots.feed_forward_output_norm)?,
        })
    }

    /// States `(tokens, width)` to `(rows, width)`, as [`Placement`] says.
    pub(crate) fn forward(&self, x: E::Array, place: &Place<'_, E>) -> E::Array {
        let engine = place.engine;
        let norm = |x: &E::Array, norm: &Option<E::Norm>| match norm {
            Some(norm) => engine.normalise(x, norm),
            None => x.clone(),
        };
        let attention = |x: E::Array, sum: E::Array| engine.product_added(&x, &self.attention_output, sum);
        let feed_forward = |x: E::Array, sum: E::Array| engine.product_added(&x, &self.feed_forward_output, sum);
        match place.architecture.placement {
            Placement::Before => {
                let mixed = self.mixed(&norm(&x, &self.attention_norm), place);
                let y = attention(mixed, place.kept(x));
                let inner = self.inner(&norm(&y, &self.feed_forward_norm), place);
                feed_forward(inner, y)
            }
            Placement::Residual => {
                let x = norm(&x, &self.attention_norm);
                let mixed = self.mixed(&x, place);
                let y = norm(&attention(mixed, place.kept(x)), &self.feed_forward_norm);
                feed_forward(self.inner(&y, place), y)
            }
            Placement::After => {
                let mixed = self.mixed(&x, place);
                let y = norm(&attention(mixed, place.kept(x)), &self.attention_output_norm);
                let inner = self.inner(&y, place);
                norm(&feed_forward(inner, y), &self.feed_forward_output_norm)
            }
            Placement::Outputs | Placement::Both => {
                let mixed = self.mixed(&norm(&x, &self.attention_norm), place);
                let change = engine.product(&mixed, &self.attention_output);
                let y = engine.add(place.kept(x), &norm(&change, &self.attention_output_norm));
                let inner = self.inner(&norm(&y, &self.feed_forward_norm), place);
                let change = engine.product(&inner, &self.feed_forward_output);
                engine.add(y, &norm(&change, &self.feed_forward_output_norm))
            }
            Placement::ParallelShared => {
                let normed = norm(&x, &self.attention_norm);
                let mixed = self.mixed(&normed, place);
                let inner = self.inner(&place.kept(normed), place);
                feed_forward(inner, attention(mixed, place.kept(x)))
            }
            Placement::Parallel => {
                let mixed = self.mixed(&norm(&x, &self.attention_norm), place);
                let x = place.kept(x);
                let inner = self.inner(&norm(&x, &self.feed_forward_norm), place);
                feed_forward(inner, attention(mixed, x))
            }
        }
    }

    /// Queries, keys and values of states, `(tokens, width)` to `(tokens, queries | keys | values)`.
    pub(crate) fn joined(&self, x: &E::Array, engine: &E) -> E::Array {
        match &self.attention_norm {
            Some(norm) => engine.product(&engine.normalise(x, norm), &self.attention_input),
            None => engine.product(x, &self.attention_input),
        }
    }

    /// What the heads see in x, `(tokens, width)` to `(rows, queries)`.
    fn mixed(&self, x: &E::Array, place: &Place<'_, E>) -> E::Array {
        let joined = match place.joined {
            Some(joined) => joined.of_batch(place.batch, place.engine),
            None => match place.batch.chosen(place.rows) {
                // The other rows' keys and values are seen, their queries are not asked for.
                Some(rows) => {
                    let queries = place.architecture.attention.query_width();
                    place.engine.product_in_part(x, &self.attention_input, queries, rows)
                }
                None => place.engine.product(x, &self.attention_input),
            },
        };
        let heads = Heads {
            attention: &place.architecture.attention,
            layer: &place.architecture.layers[place.layer],
            norms: self.query_norm.as_ref().zip(self.key_norm.as_ref()),
            turns: place.turns,
        };
        place.engine.attend(joined, place.batch, place.rows, &heads)
    }

    /// The inside of the feed-forward half, `(rows, width)` to `(rows, inner width)`.
    fn inner(&self, x: &E::Array, place: &Place<'_, E>) -> E::Array {
        let inner = &place.architecture.feed_forward;
        place.engine.product_activated(x, &self.feed_forward_input, inner.activation, inner.gated)
    }
}

impl<E: Engine> Place<'_, E> {
    /// The rows whose states are computed.
    fn kept(&self, x: E::Array) -> E::Array {
        match self.batch.chosen(self.rows) {
            Some(rows) => self.engine.select(&x, rows),
            None => x,
        }
    }
}
