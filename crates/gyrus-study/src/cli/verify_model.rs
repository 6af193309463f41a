//! `gyrus verify-model`: a model's hidden states against reference ones.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use gyrus_activations::verify;

use super::device::DeviceArguments;
use super::{note, say};

/// The models to compare.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Model folders, each with its `parity.safetensors` (input_ids, hidden.0 ... hidden.L, logits).
    #[arg(required = true)]
    models: Vec<PathBuf>,
    /// The reference file, if it does not stand beside the (single) model.
    #[arg(long)]
    reference: Option<PathBuf>,
    /// Largest difference allowed, as a fraction of the largest reference value.
    #[arg(long, default_value_t = 1e-4)]
    tolerance: f64,
    #[command(flatten)]
    device: DeviceArguments,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if arguments.reference.is_some() && arguments.models.len() > 1 {
        bail!("one reference file serves one model: {} models given", arguments.models.len());
    }
    let device = arguments.device.open(&mut note)?;
    let mut failed = 0;
    for model in &arguments.models {
        let reference = arguments.reference.clone().unwrap_or_else(|| model.join("parity.safetensors"));
        let verification =
            verify(model, &reference, &device).with_context(|| format!("could not verify `{}`", model.display()))?;
        let largest = verification.largest();
        let verdict = if largest <= arguments.tolerance { "ok" } else { "DIFFERS" };
        failed += usize::from(largest > arguments.tolerance);
        let layers: Vec<String> = verification.layers.iter().map(|error| format!("{error:.1e}")).collect();
        say(format_args!(
            "{verdict}  {}  largest {largest:.1e}  hidden {}  logits {:.1e}",
            model.display(),
            layers.join(" "),
            verification.logits
        ));
    }
    if failed > 0 {
        bail!("{failed} of {} models differ by more than {:.0e}", arguments.models.len(), arguments.tolerance);
    }
    Ok(())
}
