//! Every layer's state and the logits for every token of whole sequences.

use ndarray::{Array3, ArrayView1, ArrayView2, s};

use crate::Error;
use crate::batch::Batch;
use crate::checkpoint::Checkpoint;
use crate::decoder::{Decoder, Kept, Layers};
use crate::device::{Device, on_device};
use crate::engine::Engine;
use crate::head::logits;
use crate::passes::check_vocabulary;

/// What a model makes of sequences.
#[derive(Debug, Clone, PartialEq)]
pub struct HiddenStates {
    /// `n_layers + 1` arrays `(batch, tokens, width)`: the input of the first block, the outputs of all blocks
    /// but the last, and the output of the final norm. The last one's width is that of the embedding,
    /// which may differ from the others'.
    pub hidden: Vec<Array3<f32>>,
    /// The output of the last block before the final norm, `(batch, tokens, width)`.
    pub unnormed: Array3<f32>,
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
    if ids.is_empty() {
        return Err(Error::NoTokens);
    }
    for (sequence, ids) in ids.rows().into_iter().enumerate() {
        check_sequence(sequence, &ids.to_vec(), checkpoint)?;
    }
    on_device!(device, engine => on(checkpoint, engine, ids))
}

fn on<E: Engine>(checkpoint: &Checkpoint, engine: &E, ids: ArrayView2<'_, u32>) -> Result<HiddenStates, Error> {
    let architecture = checkpoint.architecture();
    let (n_layers, (sequences, length)) = (architecture.n_layers(), ids.dim());
    let per_batch = engine.capacity(length, &architecture.attention);
    let rows: Vec<u32> = ids.iter().copied().collect();
    let batches: Vec<_> = rows.chunks(per_batch * length).map(|ids| Batch::whole(ids.to_vec(), length)).collect();
    let mut states = vec![Vec::new(); n_layers + 2];
    let mut visit = |kept: Kept<'_>| {
        states[kept.layer].extend_from_slice(kept.states);
        Ok(())
    };
    let decoder = Decoder::streamed(checkpoint, engine, Default::default());
    decoder.run(&batches, Layers::EveryAndUnnormed, &mut visit, &mut |_| ())?;
    let mut found = Array3::zeros((sequences, length, architecture.vocabulary));
    logits(checkpoint, engine, &states[n_layers], &mut |tile| {
        for (row, logits) in tile.rows() {
            let mut place = found.slice_mut(s![row / length, row % length, tile.id..tile.id + tile.n_ids]);
            place.assign(&ArrayView1::from(logits));
        }
    })?;
    let cube = |(layer, values)| {
        let width = if layer > n_layers { architecture.width } else { architecture.width_of(layer) };
        Array3::from_shape_vec((sequences, length, width), values).expect("one row per token")
    };
    let mut hidden: Vec<Array3<f32>> = states.into_iter().enumerate().map(cube).collect();
    let unnormed = hidden.pop().expect("one more state than layers and their input");
    Ok(HiddenStates { hidden, unnormed, logits: found })
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
