//! The loss of a step and its gradients, by burn's automatic differentiation.
//!
//! A step is computed in pieces of a fixed size, side by side on the processor, and added in order: neither threads nor
//! their number change a bit.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Int, Tensor, TensorData};
use gyrus_activations::{Checkpoint, Differentiable};
use rayon::prelude::*;

use crate::Error;
use crate::adamw::Learnt;

/// What gradients are taken of, and where.
pub(crate) struct Slope {
    body: Differentiable,
    device: Device,
    /// Sequences that are computed together.
    together: usize,
    side_by_side: bool,
}

/// Loss in nats per token, and a gradient for every weight.
pub(crate) struct Gradient {
    pub(crate) loss: f64,
    pub(crate) weights: Vec<Vec<f32>>,
}

impl Slope {
    /// For a model of `checkpoint`'s architecture, with sequences of `length` tokens.
    pub(crate) fn new(
        checkpoint: &Checkpoint,
        device: &gyrus_activations::Device,
        length: usize,
        together: usize,
    ) -> Result<Self, Error> {
        let autodiff = device.tensors().autodiff();
        let body = Differentiable::new(checkpoint, &autodiff, length)?;
        Ok(Self { body, device: autodiff, together, side_by_side: !device.is_gpu() })
    }

    /// The mean loss over all tokens of `sequences`, each with the token after it.
    pub(crate) fn of(&self, learnt: &[Learnt], sequences: &[&[u32]]) -> Result<Gradient, Error> {
        let pieces: Vec<_> = sequences.chunks(self.together).collect();
        let share = 1.0 / sequences.iter().map(|ids| ids.len() - 1).sum::<usize>() as f64;
        let one = |piece: &&[&[u32]]| self.piece(learnt, piece, share);
        let found: Result<Vec<Gradient>, Error> = match self.side_by_side {
            true => pieces.par_iter().map(one).collect(),
            false => pieces.iter().map(one).collect(),
        };
        let mut found = found?.into_iter();
        let mut sum = found.next().expect("a step has sequences");
        for other in found {
            sum.loss += other.loss;
            for (sum, other) in sum.weights.iter_mut().zip(other.weights) {
                sum.iter_mut().zip(other).for_each(|(sum, other)| *sum += other);
            }
        }
        Ok(sum)
    }

    /// The part of the mean that some sequences make, each of whose tokens counts for `share`.
    fn piece(&self, learnt: &[Learnt], sequences: &[&[u32]], share: f64) -> Result<Gradient, Error> {
        let failed = |error: &dyn std::fmt::Display| Error::Device(error.to_string());
        let leaf = |weight: &Learnt| {
            let data = TensorData::new(weight.values.clone(), [weight.values.len()]);
            Tensor::<1>::from_data(data, &self.device).require_grad()
        };
        let leaves: Vec<_> = learnt.iter().map(leaf).collect();
        let read: Vec<u32> = sequences.iter().flat_map(|ids| &ids[..ids.len() - 1]).copied().collect();
        let next: Vec<i32> = sequences.iter().flat_map(|ids| &ids[1..]).map(|&id| id as i32).collect();
        let n = next.len();
        let next = Tensor::<2, Int>::from_data(TensorData::new(next, [n, 1]), &self.device);
        let logits = self.body.logits(&leaves, &read)?;
        let loss = -(log_softmax(logits, 1).gather(1, next).sum() * share);
        let mut gradients = loss.backward();
        let weights = leaves.iter().zip(learnt).map(|(leaf, weight)| match leaf.grad_remove(&mut gradients) {
            Some(gradient) => {
                let data = gradient.try_into_data().map_err(|error| failed(&error))?;
                data.try_into_vec::<f32>().map_err(|error| failed(&error))
            }
            None => Ok(vec![0.0; weight.values.len()]),
        });
        let weights = weights.collect::<Result<_, _>>()?;
        let data = loss.try_into_data().map_err(|error| failed(&error))?;
        let loss = data.try_into_vec::<f32>().map_err(|error| failed(&error))?;
        Ok(Gradient { loss: f64::from(loss[0]), weights })
    }
}
