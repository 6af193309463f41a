//! How far our numbers are from those of another program.

use std::path::Path;

use ndarray::{Array2, ArrayBase, Data, Dimension};

use crate::Error;
use crate::checkpoint::Checkpoint;
use crate::device::Device;
use crate::hidden_states::hidden_states;
use crate::weights::WeightFiles;

/// The largest absolute difference to a reference, divided by the reference's largest absolute value.
#[derive(Debug, Clone, PartialEq)]
pub struct Verification {
    /// One figure for each of the `n_layers + 1` states.
    pub layers: Vec<f64>,
    /// That of the logits.
    pub logits: f64,
}

impl Verification {
    /// The largest of all figures.
    pub fn largest(&self) -> f64 {
        self.layers.iter().copied().fold(self.logits, f64::max)
    }
}

/// Compares the model in `dir` with the file `reference`, which another program made.
///
/// The reference holds `input_ids` `(batch, tokens)` as int64, `hidden.0` to `hidden.N` `(batch, tokens, width)`
/// and `logits` `(batch, tokens, vocabulary)`; beside a checkpoint it is called `parity.safetensors`.
///
/// # Errors
/// Those of [`Checkpoint::open`] and [`hidden_states`], and any that names what is wrong with the reference.
pub fn verify(dir: &Path, reference: &Path, device: &Device) -> Result<Verification, Error> {
    let checkpoint = Checkpoint::open(dir)?;
    let reference = WeightFiles::open_file(reference)?;
    let ids = input_ids(&reference)?;
    let found = hidden_states(&checkpoint, device, ids.view())?;
    let hidden = found.hidden.iter().enumerate();
    Ok(Verification {
        layers: hidden
            .map(|(i, found)| difference(&reference, &format!("hidden.{i}"), found))
            .collect::<Result<_, _>>()?,
        logits: difference(&reference, "logits", &found.logits)?,
    })
}

fn input_ids(reference: &WeightFiles) -> Result<Array2<u32>, Error> {
    let name = "input_ids";
    let (ids, shape) = (reference.integers(name)?, reference.shape(name)?);
    let &[batch, tokens] = shape else {
        let (path, tensor, found) = (reference.path().into(), name.into(), shape.to_vec());
        return Err(Error::Shape { path, tensor, expected: vec![1, 1], found });
    };
    let negative = |id: i64| Error::NumberType {
        path: reference.path().into(),
        tensor: name.into(),
        found: format!("I64 with {id}"),
        expected: "`I64` from 0 on",
    };
    let ids: Result<Vec<_>, _> = ids.into_iter().map(|id| u32::try_from(id).map_err(|_| negative(id))).collect();
    Ok(Array2::from_shape_vec((batch, tokens), ids?).expect("a checked header counts its numbers"))
}

fn difference<S: Data<Elem = f32>, D: Dimension>(
    reference: &WeightFiles,
    name: &str,
    found: &ArrayBase<S, D>,
) -> Result<f64, Error> {
    reference.check(name, found.shape())?;
    let expected = reference.values(name)?;
    let largest = |values: &mut dyn Iterator<Item = f64>| values.map(f64::abs).fold(0.0, f64::max);
    let apart = largest(&mut found.iter().zip(&expected).map(|(a, b)| f64::from(*a) - f64::from(*b)));
    Ok(apart / largest(&mut expected.iter().map(|b| f64::from(*b))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{DeviceChoice, Precision, open_device};

    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    fn check(name: &str) -> Result<(), Error> {
        let dir = Path::new("../../../shared/parity/checkpoints").join(name);
        if !dir.exists() {
            eprintln!("skipped: ../shared is absent");
            return Ok(());
        }
        let found = verify(&dir, &dir.join("parity.safetensors"), &open_device(DeviceChoice::Cpu, Precision::Full)?)?;
        assert!(found.largest() < 1e-5, "{found:?}");
        Ok(())
    }

    #[test]
    fn llama_agrees_with_transformers() -> Result<(), Error> {
        check("llama")
    }

    #[test]
    fn stretched_positions_agree_with_transformers() -> Result<(), Error> {
        check("llama-linear")
    }

    #[test]
    fn llama3_positions_and_tied_output_agree_with_transformers() -> Result<(), Error> {
        check("llama3")
    }
}
