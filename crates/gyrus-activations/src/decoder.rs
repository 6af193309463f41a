//! Batches through a model, one layer in memory at a time.
//!
//! All batches pass a layer before the next one is loaded: peak memory is one layer and the states of every token.

use burn::tensor::Tensor;
use gyrus_types::Progress;
use rayon::prelude::*;

use crate::Error;
use crate::architecture::Position;
use crate::batch::{Batch, Rows};
use crate::checkpoint::Checkpoint;
use crate::device::{Device, Place};
use crate::layer::{Block, Norm, on_host, tensor};
use crate::rotary::Turns;

/// Which layers' states are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layers {
    /// Every one, the input of the first block included.
    Every,
    /// Only the output of the final norm.
    Last,
}

/// States of the kept rows of one batch at one layer.
pub(crate) struct Kept<'a> {
    /// Index of the layer, 0 for the input of the first block.
    pub(crate) layer: usize,
    /// Index of the batch.
    pub(crate) batch: usize,
    /// `(kept, width)`, every value finite.
    pub(crate) states: &'a [f32],
}

/// A model on a device.
pub(crate) struct Decoder<'a> {
    checkpoint: &'a Checkpoint,
    device: &'a Device,
    /// Blocks held in memory: all or none.
    blocks: Vec<Block>,
}

impl<'a> Decoder<'a> {
    /// A model whose layers are loaded one by one.
    pub(crate) fn streamed(checkpoint: &'a Checkpoint, device: &'a Device) -> Self {
        Self { checkpoint, device, blocks: Vec::new() }
    }

    /// A model with all its layers in memory.
    pub(crate) fn resident(checkpoint: &'a Checkpoint, device: &'a Device) -> Result<Self, Error> {
        let n_layers = checkpoint.architecture().n_layers;
        let blocks = (0..n_layers).map(|layer| Block::load(checkpoint, layer, device)).collect::<Result<_, _>>()?;
        Ok(Self { checkpoint, device, blocks })
    }

    /// Sends `batches` through the model and gives `visit` the kept states, layer by layer and in each in order.
    /// Progress counts tokens times layers.
    pub(crate) fn run(
        &self,
        batches: &[Batch],
        layers: Layers,
        visit: &mut dyn FnMut(Kept<'_>) -> Result<(), Error>,
        on_progress: &mut dyn FnMut(Progress),
    ) -> Result<(), Error> {
        let n_layers = self.checkpoint.architecture().n_layers;
        let turns = self.turns(batches);
        let tokens: usize = batches.iter().map(|batch| batch.ids().len()).sum();
        let mut progress = Progress { done: 0, total: (tokens * n_layers) as u64 };
        let mut states = self.embed(batches)?;
        if layers == Layers::Every {
            for (index, (batch, x)) in batches.iter().zip(&states).enumerate() {
                let kept = read(batch.select(x.clone(), Rows::Kept, self.device))?;
                checked(Kept { layer: 0, batch: index, states: &kept }, visit)?;
            }
        }
        for layer in 0..n_layers {
            let (block, norm) = (self.block(layer)?, self.norm_after(layer)?);
            let step = Step { layer, block, norm, layers, turns: &turns, device: self.device };
            states = step.run(batches, states, visit, &mut |tokens| {
                progress.done += tokens;
                on_progress(progress);
            })?;
        }
        Ok(())
    }

    fn block(&self, layer: usize) -> Result<Block, Error> {
        match self.blocks.get(layer) {
            Some(block) => Ok(block.clone()),
            None => Block::load(self.checkpoint, layer, self.device),
        }
    }

    /// The final norm, if `layer` is the last.
    fn norm_after(&self, layer: usize) -> Result<Option<Norm>, Error> {
        let last = layer + 1 == self.checkpoint.architecture().n_layers;
        last.then(|| Norm::load(self.checkpoint, &self.checkpoint.inventory().final_norm)).transpose()
    }

    fn turns(&self, batches: &[Batch]) -> Turns {
        let architecture = self.checkpoint.architecture();
        let Position::Rotary(rotary) = architecture.position;
        rotary.turns(architecture.attention.head_dim, batches.iter().map(Batch::length).max().unwrap_or(0))
    }

    /// The input of the first block, `(tokens, width)` for each batch; each token is looked up once.
    fn embed(&self, batches: &[Batch]) -> Result<Vec<Tensor<2>>, Error> {
        let width = self.checkpoint.architecture().width;
        let mut distinct: Vec<u32> = batches.iter().flat_map(Batch::ids).copied().collect();
        distinct.sort_unstable();
        distinct.dedup();
        let table = self.checkpoint.rows(&self.checkpoint.inventory().embedding, &distinct)?;
        let row = |id: &u32| &table[distinct.partition_point(|other| other < id) * width..][..width];
        let embed = |batch: &Batch| {
            let values: Vec<f32> = batch.ids().iter().flat_map(row).copied().collect();
            tensor(values, [batch.ids().len(), width], self.device)
        };
        Ok(batches.iter().map(embed).collect())
    }
}

/// One layer, ready for every batch.
struct Step<'a> {
    layer: usize,
    block: Block,
    /// The final norm, after the last block.
    norm: Option<Norm>,
    layers: Layers,
    turns: &'a Turns,
    device: &'a Device,
}

/// The states of a batch after a layer, and its kept rows where they are wanted.
type Answer = (Tensor<2>, Option<Vec<f32>>);

impl Step<'_> {
    /// The states of every batch after the layer; `on_progress` hears how many tokens have passed.
    fn run(
        &self,
        batches: &[Batch],
        states: Vec<Tensor<2>>,
        visit: &mut dyn FnMut(Kept<'_>) -> Result<(), Error>,
        on_progress: &mut dyn FnMut(u64),
    ) -> Result<Vec<Tensor<2>>, Error> {
        let (mut inputs, mut outputs) = (states.into_iter(), Vec::with_capacity(batches.len()));
        for group in batches.chunks(self.together()) {
            for (x, kept) in self.group(group.iter().zip(inputs.by_ref()).collect())? {
                if let Some(states) = kept {
                    checked(Kept { layer: self.layer + 1, batch: outputs.len(), states: &states }, visit)?;
                }
                outputs.push(x);
            }
            on_progress(group.iter().map(|batch| batch.ids().len() as u64).sum());
        }
        Ok(outputs)
    }

    /// Batches between two reports of progress: enough to keep every thread busy.
    fn together(&self) -> usize {
        match self.device.place() {
            Place::Host => 8 * rayon::current_num_threads(),
            Place::Gpu => 1,
        }
    }

    /// Some batches through the layer, on the processor side by side.
    fn group(&self, inputs: Vec<(&Batch, Tensor<2>)>) -> Result<Vec<Answer>, Error> {
        match self.device.place() {
            Place::Host => inputs.into_par_iter().map(|(batch, x)| self.one(batch, x)).collect(),
            Place::Gpu => inputs.into_iter().map(|(batch, x)| self.one(batch, x)).collect(),
        }
    }

    /// After the last block only the kept rows are computed.
    fn one(&self, batch: &Batch, x: Tensor<2>) -> Result<Answer, Error> {
        let rows = if self.norm.is_some() { Rows::Kept } else { Rows::All };
        let x = self.block.forward(x, batch, rows, self.turns, self.device)?;
        let kept = match (&self.norm, self.layers) {
            (Some(norm), _) => Some(norm.forward(x.clone(), self.device)?),
            (None, Layers::Every) => Some(batch.select(x.clone(), Rows::Kept, self.device)),
            (None, Layers::Last) => None,
        };
        Ok((x, kept.map(read).transpose()?))
    }
}

fn read(x: Tensor<2>) -> Result<Vec<f32>, Error> {
    on_host(x, <[f32]>::to_vec)
}

/// Visits states that are all finite.
fn checked(kept: Kept<'_>, visit: &mut dyn FnMut(Kept<'_>) -> Result<(), Error>) -> Result<(), Error> {
    match kept.states.iter().find(|x| !x.is_finite()) {
        Some(&value) => Err(Error::NotFinite { layer: kept.layer, value }),
        None => visit(kept),
    }
}
