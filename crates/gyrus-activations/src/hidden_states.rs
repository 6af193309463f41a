//! Every layer's state and the logits for every token of whole sequences.

use ndarray::{Array3, ArrayView2};

use crate::Error;
use crate::batch::{Batch, capacity};
use crate::checkpoint::Checkpoint;
use crate::decoder::{Decoder, Kept, Layers};
use crate::device::Device;
use crate::head::Head;
use crate::passes::check_vocabulary;

/// What a model makes of sequences.
#[derive(Debug, Clone, PartialEq)]
pub struct HiddenStates {
    /// `n_layers + 1` arrays `(batch, tokens, width)`: the input of the first block, the outputs of all blocks
    /// but the last, and the output of the final norm.
    pub hidden: Vec<Array3<f32>>,
    /// Logits of the next token, `(batch, tokens, vocabulary)`.
    pub logits: Array3<f32>,
}

/// Every layer's state and the logits of the sequences `ids`, `(batch, tokens)`.
///
/// # Errors
/// [`Error::NoTokens`] for an empty input, [`Error::SequenceTooLong`] beyond the model's limit, [`Error::TokenId`]
/// for a token without an embedding (positions count within a sequence), [`Error::NotFinite`] if the states overflow,
/// and those of reading weights and of the device.
pub fn hidden_states(
    checkpoint: &Checkpoint,
    device: &Device,
    ids: ArrayView2<'_, u32>,
) -> Result<HiddenStates, Error> {
    let architecture = checkpoint.architecture();
    let (sequences, length) = ids.dim();
    if ids.is_empty() {
        return Err(Error::NoTokens);
    }
    for (sequence, ids) in ids.rows().into_iter().enumerate() {
        check_sequence(sequence, &ids.to_vec(), checkpoint)?;
    }
    let (per_batch, width) = (capacity(length, &architecture.attention), architecture.width);
    let rows: Vec<u32> = ids.iter().copied().collect();
    let batches: Vec<_> = rows.chunks(per_batch * length).map(|ids| Batch::whole(ids.to_vec(), length)).collect();
    let head = Head::load(checkpoint, device)?;
    let mut hidden = vec![Vec::new(); architecture.n_layers + 1];
    let mut logits = Vec::new();
    let mut visit = |Kept { layer, states, .. }: Kept<'_>| {
        hidden[layer].extend_from_slice(states);
        if layer == architecture.n_layers {
            head.logits(states, device, &mut |rows| logits.extend_from_slice(rows))?;
        }
        Ok(())
    };
    Decoder::streamed(checkpoint, device).run(&batches, Layers::Every, &mut visit, &mut |_| ())?;
    let cube = |values, last| Array3::from_shape_vec((sequences, length, last), values).expect("one row per token");
    Ok(HiddenStates {
        hidden: hidden.into_iter().map(|values| cube(values, width)).collect(),
        logits: cube(logits, architecture.vocabulary),
    })
}

/// Checks that the model can read a sequence.
pub(crate) fn check_sequence(sequence: usize, ids: &[u32], checkpoint: &Checkpoint) -> Result<(), Error> {
    let architecture = checkpoint.architecture();
    if ids.len() > architecture.limit {
        return Err(Error::SequenceTooLong { sequence, length: ids.len(), limit: architecture.limit });
    }
    check_vocabulary(ids, architecture.vocabulary)
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, Axis};

    use super::*;
    use crate::device::processor_as_gpu;
    use crate::reference::{Sketch, check_close, cpu};

    fn ids(sequences: usize, length: usize) -> Array2<u32> {
        Array2::from_shape_fn((sequences, length), |(i, t)| ((i * 17 + t * t * 5 + t * 3) % 31) as u32)
    }

    fn check(sketch: Sketch, length: usize) -> Result<(), Error> {
        check_on(&cpu(), &sketch, length)?;
        check_on(&processor_as_gpu(), &sketch, length)
    }

    fn check_on(device: &Device, sketch: &Sketch, length: usize) -> Result<(), Error> {
        let written = sketch.write();
        let ids = ids(3, length);
        let found = hidden_states(&written.open()?, device, ids.view())?;
        for (i, ids) in ids.rows().into_iter().enumerate() {
            let (hidden, logits) = written.answer(&ids.to_vec());
            for (layer, (found, expected)) in found.hidden.iter().zip(hidden).enumerate() {
                check_close(
                    found.index_axis(Axis(0), i).iter(),
                    expected.into_iter().flatten(),
                    &format!("layer {layer}"),
                );
            }
            check_close(found.logits.index_axis(Axis(0), i).iter(), logits.into_iter().flatten(), "logits");
        }
        Ok(())
    }

    #[test]
    fn agrees_with_plain_loops() -> Result<(), Error> {
        check(Sketch::default(), 37)
    }

    #[test]
    fn agrees_with_biases_and_an_output_of_its_own() -> Result<(), Error> {
        check(Sketch { bias: true, tied: false, ..Sketch::default() }, 16)
    }

    #[test]
    fn agrees_when_heads_are_wider_than_their_share() -> Result<(), Error> {
        check(Sketch { head_dim: 18, kv_heads: 1, ..Sketch::default() }, 33)
    }

    #[test]
    fn agrees_on_a_single_token() -> Result<(), Error> {
        check(Sketch { kv_heads: 4, ..Sketch::default() }, 1)
    }

    #[test]
    fn a_foreign_token_is_named() -> Result<(), Error> {
        let mut ids = ids(2, 9);
        ids[[1, 4]] = 31;
        let error = hidden_states(&Sketch::default().write().open()?, &cpu(), ids.view()).expect_err("no embedding");
        assert!(error.to_string().starts_with("token 4 (from 0) has the id `31`, the vocabulary has 31"), "{error}");
        Ok(())
    }

    #[test]
    fn a_sequence_beyond_the_limit_is_refused() -> Result<(), Error> {
        let error = hidden_states(&Sketch::default().write().open()?, &cpu(), ids(1, 65).view()).expect_err("too long");
        assert_eq!(error.to_string(), "sequence 0 (from 0) is 65 tokens long, the model's limit is 64");
        Ok(())
    }

    #[test]
    fn nothing_gives_nothing() -> Result<(), Error> {
        assert!(hidden_states(&Sketch::default().write().open()?, &cpu(), ids(0, 5).view()).is_err());
        Ok(())
    }
}
