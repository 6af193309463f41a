//! The decoder body over weights that are being learnt.
//!
//! The body is the one that gives states, on burn's tensors: whoever asks for logits can ask those for their gradients.
//! Weights have the names, shapes and order of a [`Checkpoint`]'s; what is learnt from what is not known here.

use burn::tensor::module::embedding;
use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::Error;
use crate::architecture::{Gain, Positions};
use crate::batch::{Batch, Rows};
use crate::block::{Block, Place};
use crate::checkpoint::Checkpoint;
use crate::entrance::sinusoids;
use crate::exit::Exit;
use crate::gpu::{Gpu, Linear, Norm};
use crate::inventory::{LinearSlots, NormSlots, Slot};
use crate::turns::TurnTables;

/// A model's body on one of burn's devices, for sequences of one length.
pub struct Differentiable {
    checkpoint: Checkpoint,
    device: Device,
    engine: Gpu,
    length: usize,
    tables: TurnTables,
}

impl Differentiable {
    /// The body of `checkpoint`, whose own weights are not looked at, for sequences of `length` tokens.
    ///
    /// # Errors
    /// [`Error::SequenceTooLong`] beyond the model's limit.
    pub fn new(checkpoint: &Checkpoint, device: &Device, length: usize) -> Result<Self, Error> {
        let architecture = checkpoint.architecture();
        if length > architecture.limit {
            return Err(Error::SequenceTooLong { sequence: 0, length, limit: architecture.limit });
        }
        Ok(Self {
            checkpoint: checkpoint.clone(),
            device: device.clone(),
            engine: Gpu::new(device.clone(), None, None),
            length,
            tables: TurnTables::new(architecture, length),
        })
    }

    /// Logits of the next token, `(tokens, vocabulary)`, for sequences `ids` one after the other.
    ///
    /// `weights` are all weights in the order of [`Checkpoint::weights`], each in one row.
    ///
    /// # Errors
    /// [`Error::TokenId`] for a token without an embedding.
    ///
    /// # Panics
    /// If there are more or fewer weights or numbers in them than the model has, or the sequences are no whole number.
    pub fn logits(&self, weights: &[Tensor<1>], ids: &[u32]) -> Result<Tensor<2>, Error> {
        assert!(ids.len().is_multiple_of(self.length), "{} tokens in sequences of {}", ids.len(), self.length);
        crate::passes::check_vocabulary(ids, self.checkpoint.architecture().vocabulary)?;
        let weights = Weights { body: self, weights };
        let batch = Batch::whole(ids.to_vec(), self.length);
        let (architecture, inventory) = (self.checkpoint.architecture(), self.checkpoint.inventory());
        let mut x = weights.entrance(&batch);
        for (layer, slots) in inventory.blocks.iter().enumerate() {
            let block = Block::of(slots, &|slots| Ok(weights.linear(slots)), &|slots| Ok(weights.norm(slots)))?;
            let turns = architecture.layers[layer].rotary.as_ref().map(|rotary| self.tables.of(rotary));
            let place = Place {
                engine: &self.engine,
                architecture,
                layer,
                turns,
                batch: &batch,
                rows: Rows::All,
                joined: None,
            };
            x = block.forward(x, &place);
        }
        Ok(weights.exit(&x))
    }
}

/// The weights as the engine takes them.
struct Weights<'a> {
    body: &'a Differentiable,
    weights: &'a [Tensor<1>],
}

impl Weights<'_> {
    /// From ids to the input of the first block, `(tokens, width)`.
    fn entrance(&self, batch: &Batch) -> Tensor<2> {
        let Differentiable { checkpoint, device, engine, length, .. } = self.body;
        let (architecture, inventory) = (checkpoint.architecture(), checkpoint.inventory());
        let ids: Vec<i32> = batch.ids().iter().map(|&id| id as i32).collect();
        let ids = Tensor::<2, Int>::from_data(TensorData::new(ids, [1, batch.ids().len()]), device);
        let rows: Tensor<3> = embedding(self.matrix(&inventory.embedding), ids);
        let [_, tokens, columns] = rows.dims();
        let x = rows.reshape([tokens, columns]);
        let x = if architecture.embedding.scale == 1.0 { x } else { x * architecture.embedding.scale };
        let x = match &inventory.project_in {
            Some(slots) => product(x, &self.linear(slots)),
            None => x,
        };
        let width = architecture.width;
        let positions = match architecture.embedding.positions {
            None => None,
            Some(Positions::Learned { offset }) => {
                let slot = inventory.positions.as_ref().expect("learned positions have a table");
                Some(self.matrix(slot).narrow(0, offset, *length))
            }
            Some(Positions::Sinusoidal { offset }) => {
                let rows = (offset..offset + length).flat_map(|position| sinusoids(position, width)).collect();
                Some(engine.tensor::<2>(rows, [*length, width]))
            }
        };
        let x = match positions {
            Some(positions) => {
                let sum = x.reshape([batch.sequences(), *length, width]) + positions.unsqueeze::<3>();
                sum.reshape([tokens, width])
            }
            None => x,
        };
        match &inventory.embedding_norm {
            Some(slots) => crate::engine::Engine::normalise(engine, &x, &self.norm(slots)),
            None => x,
        }
    }

    /// From the output of the last block to logits, `(tokens, vocabulary)`.
    fn exit(&self, x: &Tensor<2>) -> Tensor<2> {
        let Differentiable { checkpoint, engine, .. } = self.body;
        let (architecture, inventory) = (checkpoint.architecture(), checkpoint.inventory());
        let exit = Exit::<Gpu>::of(
            inventory.final_norm.as_ref().map(|slots| self.norm(slots)),
            inventory.project_out.as_ref().map(|slots| self.linear(slots)),
        );
        let weight = self.matrix(inventory.output()).transpose();
        let bias = inventory.output_bias().map(|slot| self.row(slot).unsqueeze::<2>());
        let logits = product(exit.states(x, engine), &Linear { weight, bias });
        match architecture.output.softcap {
            Some(cap) => (logits / cap).tanh() * cap,
            None => logits,
        }
    }

    fn row(&self, slot: &Slot) -> Tensor<1> {
        self.weights[slot.index as usize].clone()
    }

    fn matrix(&self, slot: &Slot) -> Tensor<2> {
        self.row(slot).reshape([slot.shape[0], slot.shape[1]])
    }

    /// A product's weights, outputs in the order queries, keys, values or gate, rest.
    fn linear(&self, slots: &LinearSlots) -> Linear {
        let joined = match slots.weights.as_slice() {
            [one] => self.matrix(one),
            several => Tensor::cat(several.iter().map(|slot| self.matrix(slot)).collect(), 0),
        };
        let bias = (!slots.biases.is_empty()).then(|| self.joined(&slots.biases));
        let order = slots.grouping.map(|grouping| {
            let rows: Vec<i32> = grouping.order().iter().map(|&row| row as i32).collect();
            Tensor::<1, Int>::from_data(TensorData::new(rows.clone(), [rows.len()]), &self.body.device)
        });
        let (joined, bias) = match order {
            Some(order) => (joined.select(0, order.clone()), bias.map(|bias| bias.select(0, order))),
            None => (joined, bias),
        };
        let weight = if slots.transposed { joined } else { joined.transpose() };
        Linear { weight, bias: bias.map(|bias| bias.unsqueeze::<2>()) }
    }

    fn norm(&self, slots: &NormSlots) -> Norm {
        let stretched = |own: &[Slot]| {
            let joined = self.joined(own);
            let repeats = slots.width / joined.dims()[0];
            joined.unsqueeze::<2>().repeat_dim(1, repeats)
        };
        let gain = match slots.norm.gain {
            Gain::None => None,
            Gain::Weight => Some(stretched(&slots.weights)),
            Gain::OnePlusWeight => Some(stretched(&slots.weights) + 1.0),
        };
        let gain = gain.unwrap_or_else(|| Tensor::ones([1, slots.width], &self.body.device));
        let bias = slots.norm.bias.then(|| stretched(&slots.biases));
        Norm { kind: slots.norm.kind, epsilon: slots.norm.epsilon, gain, bias, span: slots.span }
    }

    fn joined(&self, slots: &[Slot]) -> Tensor<1> {
        match slots {
            [one] => self.row(one),
            several => Tensor::cat(several.iter().map(|slot| self.row(slot)).collect(), 0),
        }
    }
}

fn product(x: Tensor<2>, linear: &Linear) -> Tensor<2> {
    let y = x.matmul(linear.weight.clone());
    match &linear.bias {
        Some(bias) => y + bias.clone(),
        None => y,
    }
}
