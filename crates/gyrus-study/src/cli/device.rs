//! Where models run, how precisely, on how many threads and in how much memory.

use anyhow::Context;
use clap::{Args, ValueEnum};
use gyrus_activations::{Device, DeviceChoice, Precision, open_device};

/// The options of every command that runs a model.
#[derive(Debug, Args)]
pub struct DeviceArguments {
    /// Where models run.
    #[arg(long, value_enum, default_value_t)]
    device: DeviceName,
    /// Number type of a GPU's products; states agree with the processor's to about 1e-2 with `half`.
    #[arg(long, value_enum, default_value_t)]
    precision: PrecisionName,
    /// Threads [default: all cores]. The results do not depend on it.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

/// Where models run.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum DeviceName {
    /// A GPU if there is one and the program was built for it, else the processor.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// A GPU.
    Gpu,
}

/// Number type of a GPU's products.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum PrecisionName {
    /// f32.
    #[default]
    Full,
    /// bf16, or f16 where the GPU has only that.
    Half,
}

impl DeviceArguments {
    /// Starts the threads and opens the device; `note` hears why the processor is taken where a GPU would have been.
    pub fn open(&self, note: &mut dyn FnMut(String)) -> anyhow::Result<Device> {
        let threads = self.threads.map_or(0, usize::from);
        rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().context("could not start the threads")?;
        let choice = match self.device {
            DeviceName::Auto => DeviceChoice::Auto,
            DeviceName::Cpu => DeviceChoice::Cpu,
            DeviceName::Gpu => DeviceChoice::Gpu,
        };
        let precision = match self.precision {
            PrecisionName::Full => Precision::Full,
            PrecisionName::Half => Precision::Half,
        };
        let device = open_device(choice, precision)?;
        if let Some(reason) = device.fallback() {
            note(format!("using the cpu: {reason}"));
        }
        Ok(device)
    }
}

/// A number of bytes such as `900M`, `1G` or `1.5GiB`, with prefixes in powers of 1024.
pub fn bytes(text: &str) -> Result<u64, String> {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text[number.len()..].to_ascii_uppercase().trim_end_matches('B').trim_end_matches('I') {
        "" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        "T" => 40,
        _ => return Err(format!("expected bytes such as `900M` or `1.5G`, not `{text}`")),
    };
    let value = number.parse().ok().filter(|value: &f64| value.is_finite() && *value > 0.0);
    let value = value.ok_or_else(|| format!("expected bytes such as `900M` or `1.5G`, not `{text}`"))?;
    Ok((value * (1_u64 << unit) as f64) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_powers_of_1024() {
        let found = ["512", "1k", "900M", "1.5G", "2GiB", "1TB"].map(bytes);
        let expected = [512, 1 << 10, 900 << 20, 3 << 29, 2 << 30, 1 << 40].map(Ok);
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_no_size_is_refused_by_name() {
        for text in ["", "G", "-1G", "1X", "nan", "0"] {
            assert!(bytes(text).is_err_and(|error| error.contains(&format!("`{text}`"))), "{text}");
        }
    }
}
