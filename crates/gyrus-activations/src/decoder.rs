//! Batches through a model, one block in memory at a time.
//!
//! All batches pass a block before the next one is loaded: peak memory is one block and the states of every token,
//! and of those as many as may be wait in a file.

use std::path::PathBuf;
use std::sync::Arc;

use crate::Error;
use crate::architecture::Architecture;
use crate::batch::{Batch, Rows};
use crate::block::{Block, Place};
use crate::checkpoint::Checkpoint;
use crate::engine::Engine;
use crate::entrance::Entrance;
use crate::exit::Exit;
use crate::in_order::{Pieces, in_order};
use crate::joined::Joined;
use crate::memory::AtOnce;
use crate::streams::Streams;
use crate::turns::TurnTables;
use gyrus_types::Progress;

/// Which states are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layers {
    /// Every layer's, the input of the first block included.
    Every,
    /// Every layer's, and the output of the last block before the final norm as layer `n_layers + 1`.
    EveryAndUnnormed,
    /// Only the output of the final norm.
    Last,
}

/// States of the kept rows of one batch at one layer.
pub(crate) struct Kept<'a> {
    /// Index of the layer, 0 for the input of the first block.
    pub(crate) layer: usize,
    /// Index of the batch.
    pub(crate) batch: usize,
    /// `(n_rows, width)`, every value finite.
    pub(crate) states: &'a [f32],
    /// Number of kept rows.
    pub(crate) n_rows: usize,
}

/// Hears the states of every batch, layer by layer and in each in order.
pub(crate) type Visit<'a> = &'a mut dyn FnMut(Kept<'_>) -> Result<(), Error>;

/// A model on a device.
pub(crate) struct Decoder<'a, E: Engine> {
    checkpoint: &'a Checkpoint,
    engine: &'a E,
    /// Blocks held in memory: all or none.
    blocks: Vec<Arc<Block<E>>>,
    /// Bytes for the states between two blocks, and the folder for what does not fit.
    room: (Option<u64>, PathBuf),
}

impl<'a, E: Engine> Decoder<'a, E> {
    /// A model whose blocks are loaded one by one, with `room` bytes for the states between them
    /// and a folder for a temporary file with what does not fit.
    pub(crate) fn streamed(checkpoint: &'a Checkpoint, engine: &'a E, room: (Option<u64>, PathBuf)) -> Self {
        Self { checkpoint, engine, blocks: Vec::new(), room }
    }

    /// A model with all its blocks in memory.
    pub(crate) fn resident(checkpoint: &'a Checkpoint, engine: &'a E) -> Result<Self, Error> {
        let n_layers = checkpoint.architecture().n_layers();
        let load = |layer| Ok::<_, Error>(Block::load(checkpoint, layer, engine)?.into());
        let blocks = (0..n_layers).map(load).collect::<Result<_, _>>()?;
        Ok(Self { checkpoint, engine, blocks, room: (None, PathBuf::new()) })
    }

    /// Sends `batches` through the model and gives `visit` the kept states. Progress counts tokens times layers.
    pub(crate) fn run(
        &self,
        batches: &[Batch],
        layers: Layers,
        visit: Visit<'_>,
        on_progress: &mut dyn FnMut(Progress),
    ) -> Result<(), Error> {
        let architecture = self.checkpoint.architecture();
        let longest = batches.iter().map(Batch::length).max().unwrap_or(0);
        let tables = TurnTables::new(architecture, longest);
        let tokens: usize = batches.iter().map(|batch| batch.ids().len()).sum();
        let mut progress = Progress { done: 0, total: (tokens * architecture.n_layers()) as u64 };
        let entrance = Entrance::load(self.checkpoint, batches, self.engine)?;
        let mut streams = self.enter(&entrance, batches, layers, visit)?;
        let (mut entrance, columns) = (Some(entrance), architecture.attention.joined_width());
        for layer in 0..architecture.n_layers() {
            let (block, exit) = (self.block(layer)?, self.exit_after(layer)?);
            let joined = entrance.take().and_then(|entrance| Joined::of(entrance, &block, columns, self.engine));
            let step = Step { layer, block, exit, joined, layers, tables: &tables, engine: self.engine, architecture };
            step.run(batches, &mut streams, visit, &mut |tokens| {
                progress.done += tokens;
                on_progress(progress);
            })?;
        }
        Ok(())
    }

    /// The streams before the first block.
    fn enter(
        &self,
        entrance: &Entrance<'_, E>,
        batches: &[Batch],
        layers: Layers,
        visit: Visit<'_>,
    ) -> Result<Streams<'a, E>, Error> {
        let (room, scratch) = self.room.clone();
        let width = self.checkpoint.architecture().width;
        let mut streams = Streams::new(self.engine, batches, width, room, scratch)?;
        for (index, batch) in batches.iter().enumerate() {
            let x = entrance.states(batch);
            if layers != Layers::Last {
                let states = self.engine.download(&kept(&x, batch, self.engine))?;
                checked(Kept { layer: 0, batch: index, states: &states, n_rows: batch.n_kept() }, visit)?;
            }
            streams.put(index, x)?;
        }
        Ok(streams)
    }

    fn block(&self, layer: usize) -> Result<Arc<Block<E>>, Error> {
        match self.blocks.get(layer) {
            Some(block) => Ok(block.clone()),
            None => Ok(Block::load(self.checkpoint, layer, self.engine)?.into()),
        }
    }

    /// What follows the last block, if `layer` is that.
    fn exit_after(&self, layer: usize) -> Result<Option<Exit<E>>, Error> {
        let last = layer + 1 == self.checkpoint.architecture().n_layers();
        last.then(|| Exit::load(self.checkpoint, self.engine)).transpose()
    }
}

/// One block, ready for every batch.
struct Step<'a, E: Engine> {
    layer: usize,
    block: Arc<Block<E>>,
    /// What follows the last block.
    exit: Option<Exit<E>>,
    /// What the first block's product would give.
    joined: Option<Joined<E>>,
    layers: Layers,
    tables: &'a TurnTables,
    engine: &'a E,
    architecture: &'a Architecture,
}

/// The states of a batch after a block unless it was the last, and its kept rows with the layers they belong to.
type Answer<A> = (Option<A>, Vec<(usize, Vec<f32>)>);

impl<E: Engine> Step<'_, E> {
    /// Every batch through the block; `on_progress` hears how many tokens have passed.
    fn run(
        &self,
        batches: &[Batch],
        streams: &mut Streams<'_, E>,
        visit: Visit<'_>,
        on_progress: &mut dyn FnMut(u64),
    ) -> Result<(), Error> {
        let mut pass = Pass { batches, streams, visit, on_progress };
        let one = |index: usize, x| self.one(&batches[index], x);
        if self.engine.side_by_side() {
            return in_order(batches.len(), at_once(self.engine).batches, &mut pass, one);
        }
        (0..batches.len()).try_for_each(|index| {
            let x = pass.take(index)?;
            pass.give(index, one(index, x)?)
        })
    }

    /// In the last block only the kept rows are computed.
    fn one(&self, batch: &Batch, x: E::Array) -> Result<Answer<E::Array>, Error> {
        let (layer, engine) = (self.layer, self.engine);
        let turns = self.architecture.layers[layer].rotary.as_ref().map(|rotary| self.tables.of(rotary));
        let rows = if self.exit.is_some() { Rows::Kept } else { Rows::All };
        let joined = self.joined.as_ref();
        let place = Place { engine, architecture: self.architecture, layer, turns, batch, rows, joined };
        let x = self.block.forward(x, &place);
        let Some(exit) = &self.exit else {
            let wanted = self.layers != Layers::Last;
            let states = wanted.then(|| engine.download(&kept(&x, batch, engine))).transpose()?;
            return Ok((Some(x), states.into_iter().map(|states| (layer + 1, states)).collect()));
        };
        let mut answers = vec![(layer + 1, engine.download(&exit.states(&x, engine))?)];
        if self.layers == Layers::EveryAndUnnormed {
            answers.push((layer + 2, engine.download(&x)?));
        }
        Ok((None, answers))
    }
}

/// All batches on their way through a block.
struct Pass<'a, 's, E: Engine> {
    batches: &'a [Batch],
    streams: &'a mut Streams<'s, E>,
    visit: Visit<'a>,
    on_progress: &'a mut dyn FnMut(u64),
}

impl<E: Engine> Pieces for Pass<'_, '_, E> {
    type Input = E::Array;
    type Output = Answer<E::Array>;

    fn take(&mut self, index: usize) -> Result<E::Array, Error> {
        self.streams.take(index, &self.batches[index])
    }

    fn give(&mut self, index: usize, (x, kept): Answer<E::Array>) -> Result<(), Error> {
        let n_rows = self.batches[index].n_kept();
        for (layer, states) in kept {
            checked(Kept { layer, batch: index, states: &states, n_rows }, self.visit)?;
        }
        if let Some(x) = x {
            self.streams.put(index, x)?;
        }
        (self.on_progress)(self.batches[index].ids().len() as u64);
        Ok(())
    }
}

/// What is computed at a time: enough to keep every thread busy.
pub(crate) fn at_once<E: Engine>(engine: &E) -> AtOnce {
    match engine.side_by_side() {
        true => AtOnce { threads: rayon::current_num_threads(), batches: 4 * rayon::current_num_threads() },
        false => AtOnce { threads: 1, batches: 1 },
    }
}

/// The kept rows.
fn kept<E: Engine>(x: &E::Array, batch: &Batch, engine: &E) -> E::Array {
    match batch.chosen(Rows::Kept) {
        Some(rows) => engine.select(x, rows),
        None => x.clone(),
    }
}

/// Visits states that are all finite.
fn checked(kept: Kept<'_>, visit: Visit<'_>) -> Result<(), Error> {
    match kept.states.iter().find(|x| !x.is_finite()) {
        Some(&value) => Err(Error::NotFinite { layer: kept.layer, value }),
        None => visit(kept),
    }
}
