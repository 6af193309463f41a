//! `gyrus recording`: what a file of signals holds, and its signals as arrays or as plain EDF.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use gyrus_formats::edf::{EdfChannel, write_edf};
use gyrus_formats::{Channel, Signals};
use gyrus_study::write_whole;
use ndarray::{Array2, Axis};
use safetensors::Dtype;
use safetensors::tensor::TensorView;

use super::say;

/// The file, and what becomes of it.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The recording: EDF, BDF, BrainVision (.vhdr), FIF or NWB.
    file: PathBuf,
    /// Names of the channels wanted, separated by commas; all if absent.
    #[arg(long, value_delimiter = ',')]
    channels: Vec<String>,
    /// Where to write the signals: `.safetensors` for a tensor `signal` (samples, channels) in f64 and physical units, or one
    /// `signal.RATE` for each rate where they differ; `.edf` for 16 bits without annotations.
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Signals of one rate and length, `(samples, signals)`, and which they are.
struct Group {
    signals: Vec<usize>,
    rate: f64,
    values: Array2<f64>,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let file = gyrus_formats::open(&arguments.file)?;
    let wanted = wanted(&*file, &arguments.channels)?;
    say("name\trate_hz\tunit\tsamples\tkind\tbad");
    for signal in &wanted {
        let Channel { name, kind, unit, rate, samples, bad } = &file.channels()[*signal];
        say(format_args!("{name}\t{rate}\t{unit}\t{samples}\t{}\t{bad}", format!("{kind:?}").to_lowercase()));
    }
    let Some(out) = &arguments.out else { return Ok(()) };
    if let Some(gap) = file.gaps().first() {
        bail!("`{}` has a gap from {} to {} s, which neither form can hold", file.path().display(), gap.start, gap.end);
    }
    match out.extension().and_then(|extension| extension.to_str()) {
        Some("safetensors") => write_tensors(out, &groups(&*file, &wanted)?),
        Some("edf") => write_copy(out, &*file, &wanted, &groups(&*file, &wanted)?),
        _ => bail!("`{}` ends neither with .safetensors nor with .edf", out.display()),
    }
}

/// The named signals, or all.
fn wanted(file: &dyn Signals, names: &[String]) -> anyhow::Result<Vec<usize>> {
    let find = |name: &String| file.find(name).with_context(|| format!("there is no channel `{name}`"));
    match names {
        [] => Ok((0..file.channels().len()).collect()),
        names => names.iter().map(find).collect(),
    }
}

/// The signals by rate and number of samples.
fn groups(file: &dyn Signals, wanted: &[usize]) -> anyhow::Result<Vec<Group>> {
    let mut groups: BTreeMap<(u64, usize), Vec<usize>> = BTreeMap::new();
    for signal in wanted {
        let Channel { rate, samples, .. } = &file.channels()[*signal];
        // Positive numbers have the order of their bits.
        groups.entry((rate.to_bits(), *samples)).or_default().push(*signal);
    }
    let read = |((rate, samples), signals): ((u64, usize), Vec<usize>)| {
        Ok(Group { values: file.read(&signals, 0..samples)?, signals, rate: f64::from_bits(rate) })
    };
    groups.into_iter().map(read).collect()
}

fn write_tensors(out: &Path, groups: &[Group]) -> anyhow::Result<()> {
    let name = |group: &Group| match groups.len() {
        1 => "signal".to_owned(),
        _ => format!("signal.{}", group.rate),
    };
    let bytes = |group: &Group| group.values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    let data: Vec<Vec<u8>> = groups.iter().map(bytes).collect();
    let views = groups.iter().zip(&data);
    let views =
        views.map(|(group, data)| Ok((name(group), TensorView::new(Dtype::F64, group.values.shape().to_vec(), data)?)));
    let bytes = safetensors::serialize(views.collect::<Result<Vec<_>, safetensors::SafeTensorError>>()?, None)?;
    Ok(write_whole(out, &bytes)?)
}

/// The wanted signals, in their order, as plain EDF.
fn write_copy(out: &Path, file: &dyn Signals, wanted: &[usize], groups: &[Group]) -> anyhow::Result<()> {
    let channel = |signal: &usize| {
        let at = |group: &Group| group.signals.iter().position(|other| other == signal);
        let (group, column) =
            groups.iter().find_map(|group| Some((group, at(group)?))).expect("every wanted signal is in a group");
        let Channel { name, unit, rate, .. } = &file.channels()[*signal];
        EdfChannel { name, unit, rate: *rate, values: group.values.index_axis(Axis(1), column) }
    };
    Ok(write_edf(out, &wanted.iter().map(channel).collect::<Vec<_>>())?)
}
