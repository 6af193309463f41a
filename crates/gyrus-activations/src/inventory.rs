//! Every weight that an architecture needs: its name, its shape, and how it begins before training.
//!
//! Weights are numbered in a fixed order, so an untrained model draws each one from its own random stream.

use crate::architecture::{Architecture, Attention, Gain, HeadNorm, Norm, Placement, Positions, Span};
use crate::family::{AttentionNames, Family, FeedForwardNames, Names};

/// One weight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slot {
    /// Place in the fixed order, from 0.
    pub(crate) index: u64,
    pub(crate) name: String,
    pub(crate) shape: Vec<usize>,
    pub(crate) beginning: Beginning,
}

impl Slot {
    /// How many numbers it has.
    pub(crate) fn size(&self) -> usize {
        self.shape.iter().product()
    }
}

/// How a weight begins before training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beginning {
    Normal,
    Zeros,
    Ones,
}

/// The weights of one product: matrices whose outputs stand one after the other, and their biases.
#[derive(Debug, Clone)]
pub(crate) struct LinearSlots {
    /// Each `(outputs, inputs)`, or `(inputs, outputs)` if transposed.
    pub(crate) weights: Vec<Slot>,
    /// One for each matrix, or none.
    pub(crate) biases: Vec<Slot>,
    pub(crate) inputs: usize,
    /// Of all matrices.
    pub(crate) outputs: usize,
    pub(crate) transposed: bool,
    /// How outputs are stored, where that is not queries, keys, values.
    pub(crate) grouping: Option<Grouping>,
}

/// Outputs stored as, for each key head, its queries, its key and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grouping {
    /// Key heads.
    pub(crate) groups: usize,
    /// Query heads of each.
    pub(crate) queries: usize,
    pub(crate) head_dim: usize,
}

/// The weights of a norm, stretched to the row it works on.
#[derive(Debug, Clone)]
pub(crate) struct NormSlots {
    pub(crate) norm: Norm,
    /// Gains, one after the other, repeated as often as needed; none if there is no gain.
    pub(crate) weights: Vec<Slot>,
    /// As `weights`.
    pub(crate) biases: Vec<Slot>,
    /// Numbers in a row.
    pub(crate) width: usize,
    /// Numbers that one mean is taken over.
    pub(crate) span: usize,
}

/// The weights of one block; which norms there are depends on the placement.
#[derive(Debug, Clone)]
pub(crate) struct BlockSlots {
    pub(crate) attention_norm: Option<NormSlots>,
    /// Queries, keys and values.
    pub(crate) attention_input: LinearSlots,
    pub(crate) query_norm: Option<NormSlots>,
    pub(crate) key_norm: Option<NormSlots>,
    pub(crate) attention_output: LinearSlots,
    pub(crate) attention_output_norm: Option<NormSlots>,
    pub(crate) feed_forward_norm: Option<NormSlots>,
    /// Gate, if there is one, and the rest.
    pub(crate) feed_forward_input: LinearSlots,
    pub(crate) feed_forward_output: LinearSlots,
    pub(crate) feed_forward_output_norm: Option<NormSlots>,
}

/// The weights of a model.
#[derive(Debug, Clone)]
pub(crate) struct Inventory {
    pub(crate) embedding: Slot,
    /// The learned table of positions.
    pub(crate) positions: Option<Slot>,
    pub(crate) embedding_norm: Option<NormSlots>,
    /// From the embedding's width to the model's.
    pub(crate) project_in: Option<LinearSlots>,
    pub(crate) blocks: Vec<BlockSlots>,
    /// From the model's width to the embedding's.
    pub(crate) project_out: Option<LinearSlots>,
    pub(crate) final_norm: Option<NormSlots>,
    /// None where the embedding is used again.
    pub(crate) head: Option<Slot>,
    pub(crate) head_bias: Option<Slot>,
}

/// What some files call the parts that others call differently.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Naming {
    /// Stands before all names but the head's.
    pub(crate) prefix: &'static str,
    pub(crate) head: &'static str,
}

impl Inventory {
    /// The weights of `architecture` as `family` names them.
    pub(crate) fn new(architecture: &Architecture, family: &Family, naming: Naming) -> Self {
        let mut count = Counter { next: 0, architecture, family };
        let (width, embedding, vocabulary) = (architecture.width, architecture.embedding, architecture.vocabulary);
        let names = &family.names;
        let body = |name: &str| format!("{}{name}", naming.prefix);
        let weight = |name: &str| format!("{}{name}.weight", naming.prefix);
        let is_projected = embedding.width != width;
        Self {
            embedding: count.matrix(weight(names.embedding), [vocabulary, embedding.width]),
            positions: match embedding.positions {
                Some(Positions::Learned { offset }) => {
                    Some(count.matrix(weight(names.positions), [architecture.limit + offset, width]))
                }
                Some(Positions::Sinusoidal { .. }) | None => None,
            },
            embedding_norm: names.embedding_norm.map(|name| count.norm(&body(name))),
            project_in: is_projected.then(|| count.product(&body(names.project_in), [width, embedding.width], false)),
            blocks: (0..architecture.n_layers())
                .map(|layer| count.block(&body(&format!("{}.{layer}.", names.block))))
                .collect(),
            project_out: is_projected.then(|| count.product(&body(names.project_out), [embedding.width, width], false)),
            final_norm: architecture.final_norm.then(|| count.norm(&body(names.final_norm))),
            head: (!architecture.output.tied)
                .then(|| count.matrix(format!("{}.weight", naming.head), [vocabulary, embedding.width])),
            head_bias: architecture
                .output
                .bias
                .then(|| count.slot(format!("{}.bias", naming.head), vec![vocabulary], Beginning::Zeros)),
        }
    }

    /// Every weight in the fixed order.
    pub(crate) fn slots(&self) -> Vec<&Slot> {
        let mut slots = vec![&self.embedding];
        slots.extend(&self.positions);
        slots.extend(norm_slots(&self.embedding_norm));
        slots.extend(self.project_in.iter().flat_map(LinearSlots::slots));
        slots.extend(self.blocks.iter().flat_map(BlockSlots::slots));
        slots.extend(self.project_out.iter().flat_map(LinearSlots::slots));
        slots.extend(norm_slots(&self.final_norm));
        slots.extend(&self.head);
        slots.extend(&self.head_bias);
        slots
    }

    /// Every weight that states need, in the fixed order.
    pub(crate) fn body_slots(&self) -> Vec<&Slot> {
        let mut slots = self.slots();
        slots.truncate(slots.len() - usize::from(self.head.is_some()) - usize::from(self.head_bias.is_some()));
        slots
    }

    /// The matrix `(vocabulary, embedding width)` that makes logits of states.
    pub(crate) fn output(&self) -> &Slot {
        self.head.as_ref().unwrap_or(&self.embedding)
    }

    /// What is added to logits, `(vocabulary)`.
    pub(crate) fn output_bias(&self) -> Option<&Slot> {
        self.head_bias.as_ref()
    }
}

impl BlockSlots {
    /// Every weight in the fixed order.
    pub(crate) fn slots(&self) -> Vec<&Slot> {
        [
            norm_slots(&self.attention_norm),
            self.attention_input.slots(),
            norm_slots(&self.query_norm),
            norm_slots(&self.key_norm),
            self.attention_output.slots(),
            norm_slots(&self.attention_output_norm),
            norm_slots(&self.feed_forward_norm),
            self.feed_forward_input.slots(),
            self.feed_forward_output.slots(),
            norm_slots(&self.feed_forward_output_norm),
        ]
        .concat()
    }
}

fn norm_slots(norm: &Option<NormSlots>) -> Vec<&Slot> {
    norm.iter().flat_map(NormSlots::slots).collect()
}

impl LinearSlots {
    /// Every weight in the fixed order.
    pub(crate) fn slots(&self) -> Vec<&Slot> {
        let bias = |i: usize| self.biases.get(i);
        self.weights.iter().enumerate().flat_map(|(i, weight)| std::iter::once(weight).chain(bias(i))).collect()
    }
}

impl NormSlots {
    /// Every weight in the fixed order.
    pub(crate) fn slots(&self) -> Vec<&Slot> {
        self.weights.iter().chain(&self.biases).collect()
    }
}

impl Grouping {
    /// The stored row of each output in the order queries, keys, values.
    pub(crate) fn order(self) -> Vec<u32> {
        let heads = self.queries + 2;
        let rows = |group: usize, head: usize| {
            let start = (group * heads + head) * self.head_dim;
            (start..start + self.head_dim).map(|row| row as u32)
        };
        let parts = [0..self.queries, self.queries..self.queries + 1, self.queries + 1..heads];
        let of = |part: std::ops::Range<usize>| {
            (0..self.groups).flat_map(move |group| part.clone().flat_map(move |head| rows(group, head)))
        };
        parts.into_iter().flat_map(of).collect()
    }
}

/// Numbers the weights as they are listed.
struct Counter<'a> {
    next: u64,
    architecture: &'a Architecture,
    family: &'a Family,
}

impl Counter<'_> {
    fn slot(&mut self, name: String, shape: Vec<usize>, beginning: Beginning) -> Slot {
        let index = self.next;
        self.next += 1;
        Slot { index, name, shape, beginning }
    }

    fn matrix(&mut self, name: String, shape: [usize; 2]) -> Slot {
        self.slot(name, shape.into(), Beginning::Normal)
    }

    fn product(&mut self, name: &str, shape: [usize; 2], bias: bool) -> LinearSlots {
        self.products(&[(name.into(), shape[0])], shape[1], bias, false)
    }

    /// Matrices of some outputs each with the same inputs.
    fn products(&mut self, parts: &[(String, usize)], inputs: usize, bias: bool, transposed: bool) -> LinearSlots {
        let (mut weights, mut biases) = (Vec::new(), Vec::new());
        for (name, outputs) in parts {
            let shape = if transposed { [inputs, *outputs] } else { [*outputs, inputs] };
            weights.push(self.matrix(format!("{name}.weight"), shape));
            if bias {
                biases.push(self.slot(format!("{name}.bias"), vec![*outputs], Beginning::Zeros));
            }
        }
        let outputs = parts.iter().map(|(_, outputs)| outputs).sum();
        LinearSlots { weights, biases, inputs, outputs, transposed, grouping: None }
    }

    fn norm(&mut self, name: &str) -> NormSlots {
        let width = self.architecture.width;
        self.norms(self.architecture.norm, &[name.into()], [width, width, width])
    }

    /// A norm with several weights of `stored` numbers each, over rows of `width` in stretches of `span`.
    fn norms(&mut self, norm: Norm, names: &[String], [stored, width, span]: [usize; 3]) -> NormSlots {
        let gain = match norm.gain {
            Gain::None => None,
            Gain::Weight => Some(Beginning::Ones),
            Gain::OnePlusWeight => Some(Beginning::Zeros),
        };
        let mut slots = |end: &str, beginning: Option<Beginning>| -> Vec<Slot> {
            let beginning = beginning.into_iter();
            beginning
                .flat_map(|beginning| names.iter().map(move |name| (name, beginning)))
                .map(|(name, beginning)| self.slot(format!("{name}.{end}"), vec![stored], beginning))
                .collect()
        };
        let weights = slots("weight", gain);
        let biases = slots("bias", norm.bias.then_some(Beginning::Zeros));
        NormSlots { norm, weights, biases, width, span }
    }

    fn block(&mut self, block: &str) -> BlockSlots {
        let Names { attention_output, feed_forward_output, transposed, .. } = self.family.names;
        let (width, attention) = (self.architecture.width, &self.architecture.attention);
        let inner = self.architecture.feed_forward;
        let name = |name: &str| format!("{block}{name}");
        let mut norms = self.family.norms(self.architecture.placement).iter().map(|norm| name(norm));
        let [first, second, third, fourth] = [(); 4].map(|()| norms.next());
        let [attention_norm, attention_output_norm, feed_forward_norm, feed_forward_output_norm] =
            match self.architecture.placement {
                Placement::Before | Placement::Residual | Placement::Parallel | Placement::ParallelShared => {
                    [first, None, second, None]
                }
                Placement::After | Placement::Outputs => [None, first, None, second],
                Placement::Both => [first, second, third, fourth],
            };
        BlockSlots {
            attention_norm: attention_norm.map(|name| self.norm(&name)),
            attention_input: self.attention_input(block),
            query_norm: attention.head_norm.map(|rule| self.head_norm(block, rule, Side::Query)),
            key_norm: attention.head_norm.map(|rule| self.head_norm(block, rule, Side::Key)),
            attention_output: self.products(
                &[(name(attention_output), width)],
                attention.query_width(),
                attention.output_bias,
                transposed,
            ),
            attention_output_norm: attention_output_norm.map(|name| self.norm(&name)),
            feed_forward_norm: feed_forward_norm.map(|name| self.norm(&name)),
            feed_forward_input: self.feed_forward_input(block),
            feed_forward_output: self.products(
                &[(name(feed_forward_output), width)],
                inner.width,
                inner.bias,
                transposed,
            ),
            feed_forward_output_norm: feed_forward_output_norm.map(|name| self.norm(&name)),
        }
    }

    fn attention_input(&mut self, block: &str) -> LinearSlots {
        let (width, attention) = (self.architecture.width, &self.architecture.attention);
        let (queries, keys) = (attention.query_width(), attention.key_width());
        let name = |name: &str| format!("{block}{name}");
        let (parts, grouping) = match self.family.names.attention {
            AttentionNames::Apart([q, k, v]) => (vec![(name(q), queries), (name(k), keys), (name(v), keys)], None),
            AttentionNames::Joined(joined) => (vec![(name(joined), queries + 2 * keys)], None),
            AttentionNames::Grouped(joined) => (vec![(name(joined), queries + 2 * keys)], Grouping::of(attention)),
        };
        let slots = self.products(&parts, width, attention.input_bias, self.family.names.transposed);
        LinearSlots { grouping, ..slots }
    }

    fn head_norm(&mut self, block: &str, rule: HeadNorm, side: Side) -> NormSlots {
        let attention = &self.architecture.attention;
        let names = self.family.head_norm.expect("a family whose heads are normalised names their norms");
        let (name, heads) = match side {
            Side::Query => (names.query, attention.heads),
            Side::Key => (names.key, attention.kv_heads),
        };
        let (dim, width) = (attention.head_dim, heads * attention.head_dim);
        let name = format!("{block}{name}");
        match rule.span {
            Span::Head => self.norms(rule.norm, &[name], [dim, width, dim]),
            Span::All => self.norms(rule.norm, &[name], [width, width, width]),
            Span::OwnHead => {
                let names: Vec<String> = (0..heads).map(|head| format!("{name}.{head}")).collect();
                self.norms(rule.norm, &names, [dim, width, dim])
            }
        }
    }

    fn feed_forward_input(&mut self, block: &str) -> LinearSlots {
        let (width, inner) = (self.architecture.width, self.architecture.feed_forward);
        let name = |name: &str| format!("{block}{name}");
        let parts = match self.family.names.feed_forward {
            FeedForwardNames::One(one) => vec![(name(one), if inner.gated { 2 * inner.width } else { inner.width })],
            FeedForwardNames::Apart([gate, up]) => vec![(name(gate), inner.width), (name(up), inner.width)],
        };
        self.products(&parts, width, inner.bias, self.family.names.transposed)
    }
}

/// Queries or keys.
#[derive(Debug, Clone, Copy)]
enum Side {
    Query,
    Key,
}

impl Grouping {
    /// None where there is one group, whose order is the house's.
    fn of(attention: &Attention) -> Option<Self> {
        let Attention { kv_heads, head_dim, .. } = *attention;
        (kv_heads > 1).then(|| Self { groups: kv_heads, queries: attention.group(), head_dim })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(groups: usize, queries: usize, head_dim: usize, expected: &[u32]) {
        assert_eq!(Grouping { groups, queries, head_dim }.order(), expected);
    }

    #[test]
    fn heads_of_three_parts_are_taken_apart() {
        check(2, 1, 2, &[0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11]);
    }

    #[test]
    fn groups_of_two_queries_are_taken_apart() {
        check(2, 2, 1, &[0, 1, 4, 5, 2, 6, 3, 7]);
    }

    #[test]
    fn one_group_stays() {
        check(1, 3, 1, &[0, 1, 2, 3, 4]);
    }
}
