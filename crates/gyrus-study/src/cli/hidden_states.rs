//! `gyrus hidden-states`: a model's states and logits for given token ids.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use gyrus_activations::{Checkpoint, hidden_states};
use gyrus_study::write_whole;
use ndarray::{Array2, Array3};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use super::device::DeviceArguments;
use super::note;

/// The model and the ids.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Model folder.
    #[arg(long)]
    model: PathBuf,
    /// File with the tensor `input_ids` (batch, tokens) of 32 or 64-bit integers.
    #[arg(long)]
    ids: PathBuf,
    #[command(flatten)]
    device: DeviceArguments,
    /// Write the output of the last block before the final norm too, as `unnormed`.
    #[arg(long)]
    unnormed: bool,
    /// The file to write: hidden.0 ... hidden.L (batch, tokens, width) and logits (batch, tokens, vocabulary).
    #[arg(long)]
    out: PathBuf,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let bytes =
        std::fs::read(&arguments.ids).with_context(|| format!("could not read `{}`", arguments.ids.display()))?;
    let ids = input_ids(&bytes).with_context(|| format!("could not understand `{}`", arguments.ids.display()))?;
    let device = arguments.device.open(&mut note)?;
    let states = hidden_states(&Checkpoint::open(&arguments.model)?, &device, ids.view())?;
    let mut tensors: Vec<(String, Array3<f32>)> =
        states.hidden.into_iter().enumerate().map(|(layer, states)| (format!("hidden.{layer}"), states)).collect();
    if arguments.unnormed {
        tensors.push(("unnormed".into(), states.unnormed));
    }
    tensors.push(("logits".into(), states.logits));
    let data: Vec<Vec<u8>> =
        tensors.iter().map(|(_, values)| values.iter().flat_map(|value| value.to_le_bytes()).collect()).collect();
    let views = tensors.iter().zip(&data);
    let views = views
        .map(|((name, values), data)| Ok((name.as_str(), TensorView::new(Dtype::F32, values.shape().to_vec(), data)?)));
    let bytes = safetensors::serialize(views.collect::<Result<Vec<_>, safetensors::SafeTensorError>>()?, None)?;
    Ok(write_whole(&arguments.out, &bytes)?)
}

fn input_ids(bytes: &[u8]) -> anyhow::Result<Array2<u32>> {
    let file = SafeTensors::deserialize(bytes).context("not a whole safetensors file")?;
    let tensor = file.tensor("input_ids")?;
    let &[batch, tokens] = tensor.shape() else {
        bail!("tensor `input_ids` has shape {:?}, not (batch, tokens)", tensor.shape());
    };
    let ids: Vec<i64> = match tensor.dtype() {
        Dtype::I64 => tensor.data().as_chunks().0.iter().map(|bytes| i64::from_le_bytes(*bytes)).collect(),
        Dtype::I32 => tensor.data().as_chunks().0.iter().map(|bytes| i32::from_le_bytes(*bytes).into()).collect(),
        Dtype::U32 => tensor.data().as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes).into()).collect(),
        other => bail!("tensor `input_ids` has type {other:?}, not I64, I32 or U32"),
    };
    let id =
        |id: i64| u32::try_from(id).with_context(|| format!("tensor `input_ids` holds `{id}`, which is no token id"));
    let ids = ids.into_iter().map(id).collect::<anyhow::Result<_>>()?;
    Ok(Array2::from_shape_vec((batch, tokens), ids)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_ids_never_panic() {
        gyrus_tests::fuzz("ids", 1000, |path| {
            let bytes = std::fs::read(path).expect("a file");
            input_ids(&bytes).map(drop).map_err(|error| error.to_string())
        });
    }
}
