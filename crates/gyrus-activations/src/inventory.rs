//! Every weight that an architecture needs: its name, its shape, and how it begins before training.
//!
//! Weights are numbered in a fixed order, so an untrained model draws each one from its own random stream.

use crate::architecture::{Architecture, Output};
use crate::family::Names;

/// One weight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slot {
    /// Place in the fixed order, from 0.
    pub(crate) index: u64,
    pub(crate) name: String,
    pub(crate) shape: Vec<usize>,
    pub(crate) beginning: Beginning,
}

/// How a weight begins before training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beginning {
    Normal,
    Zeros,
    Ones,
}

/// A matrix `(out, in)` with or without a bias `(out)`.
#[derive(Debug, Clone)]
pub(crate) struct LinearSlots {
    pub(crate) weight: Slot,
    pub(crate) bias: Option<Slot>,
}

/// The weights of one block.
#[derive(Debug, Clone)]
pub(crate) struct BlockSlots {
    pub(crate) attention_norm: Slot,
    /// Query, key and value.
    pub(crate) attention_input: [LinearSlots; 3],
    pub(crate) attention_output: LinearSlots,
    pub(crate) feed_forward_norm: Slot,
    /// Gate and up.
    pub(crate) feed_forward_input: [LinearSlots; 2],
    pub(crate) feed_forward_output: LinearSlots,
}

/// The weights of a model.
#[derive(Debug, Clone)]
pub(crate) struct Inventory {
    pub(crate) embedding: Slot,
    pub(crate) blocks: Vec<BlockSlots>,
    pub(crate) final_norm: Slot,
    /// None where the embedding is used again.
    pub(crate) head: Option<Slot>,
}

impl Inventory {
    /// The weights of `architecture` under `names`, those of the body after `prefix`.
    pub(crate) fn new(architecture: &Architecture, names: &Names, prefix: &str) -> Self {
        let mut count = Counter { next: 0 };
        let (width, vocabulary) = (architecture.width, architecture.vocabulary);
        let body = |name: &str| format!("{prefix}{name}.weight");
        Self {
            embedding: count.slot(body(names.embedding), vec![vocabulary, width], Beginning::Normal),
            blocks: (0..architecture.n_layers)
                .map(|layer| count.block(architecture, names, &format!("{prefix}{}.{layer}.", names.block)))
                .collect(),
            final_norm: count.slot(body(names.final_norm), vec![width], Beginning::Ones),
            head: (architecture.output == Output::Own)
                .then(|| count.slot(format!("{}.weight", names.head), vec![vocabulary, width], Beginning::Normal)),
        }
    }

    /// Every weight in the fixed order.
    pub(crate) fn slots(&self) -> Vec<&Slot> {
        let blocks = self.blocks.iter().flat_map(BlockSlots::slots);
        std::iter::once(&self.embedding).chain(blocks).chain([&self.final_norm]).chain(&self.head).collect()
    }

    /// The matrix `(vocabulary, width)` that makes logits of states.
    pub(crate) fn output(&self) -> &Slot {
        self.head.as_ref().unwrap_or(&self.embedding)
    }
}

impl BlockSlots {
    fn slots(&self) -> Vec<&Slot> {
        let inputs = self.attention_input.iter().chain([&self.attention_output]);
        let outputs = self.feed_forward_input.iter().chain([&self.feed_forward_output]);
        [&self.attention_norm, &self.feed_forward_norm]
            .into_iter()
            .chain(inputs.chain(outputs).flat_map(|linear| std::iter::once(&linear.weight).chain(&linear.bias)))
            .collect()
    }
}

/// Numbers the weights as they are listed.
struct Counter {
    next: u64,
}

impl Counter {
    fn slot(&mut self, name: String, shape: Vec<usize>, beginning: Beginning) -> Slot {
        let index = self.next;
        self.next += 1;
        Slot { index, name, shape, beginning }
    }

    fn linear(&mut self, name: String, [out, input]: [usize; 2], bias: bool) -> LinearSlots {
        LinearSlots {
            weight: self.slot(format!("{name}.weight"), vec![out, input], Beginning::Normal),
            bias: bias.then(|| self.slot(format!("{name}.bias"), vec![out], Beginning::Zeros)),
        }
    }

    fn block(&mut self, architecture: &Architecture, names: &Names, block: &str) -> BlockSlots {
        let (width, attention, inner) = (architecture.width, &architecture.attention, &architecture.feed_forward);
        let (queries, keys) = (attention.query_width(), attention.key_width());
        let name = |name: &str| format!("{block}{name}");
        let gain = |name: &str| format!("{block}{name}.weight");
        BlockSlots {
            attention_norm: self.slot(gain(names.attention_norm), vec![width], Beginning::Ones),
            attention_input: [
                self.linear(name(names.query), [queries, width], attention.input_bias),
                self.linear(name(names.key), [keys, width], attention.input_bias),
                self.linear(name(names.value), [keys, width], attention.input_bias),
            ],
            attention_output: self.linear(name(names.attention_output), [width, queries], attention.output_bias),
            feed_forward_norm: self.slot(gain(names.feed_forward_norm), vec![width], Beginning::Ones),
            feed_forward_input: [
                self.linear(name(names.gate), [inner.width, width], inner.bias),
                self.linear(name(names.up), [inner.width, width], inner.bias),
            ],
            feed_forward_output: self.linear(name(names.down), [width, inner.width], inner.bias),
        }
    }
}
