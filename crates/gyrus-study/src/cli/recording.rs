//! `gyrus recording`: what an EDF file holds, and its signals as arrays or as plain EDF.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use gyrus_formats::edf::{EdfChannel, EdfFile, write_edf};
use gyrus_study::write_whole;
use ndarray::{Array2, Axis};
use safetensors::Dtype;
use safetensors::tensor::TensorView;

use super::say;

/// The file, and what becomes of it.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The recording: EDF, or EDF+ without gaps.
    file: PathBuf,
    /// Names of the channels wanted, separated by commas; all if absent.
    #[arg(long, value_delimiter = ',')]
    channels: Vec<String>,
    /// Where to write the signals: `.safetensors` for a tensor `signal` (samples, channels) in f64 and physical units, or one
    /// `signal.RATE` for each rate where they differ; `.edf` for 16 bits without annotations.
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Signals of one rate, `(samples, signals)`, and which they are.
struct Group {
    signals: Vec<usize>,
    values: Array2<f64>,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let file = EdfFile::open(&arguments.file)?;
    let wanted = wanted(&file, &arguments.channels)?;
    say("name\trate_hz\tunit\tsamples");
    for signal in &wanted {
        let about = &file.signals()[*signal];
        let samples = about.per_record * file.records();
        say(format_args!("{}\t{}\t{}\t{samples}", about.name, file.rate(*signal), about.unit));
    }
    let Some(out) = &arguments.out else { return Ok(()) };
    match out.extension().and_then(|extension| extension.to_str()) {
        Some("safetensors") => write_tensors(out, &file, &groups(&file, &wanted)?),
        Some("edf") => write_copy(out, &file, &wanted, &groups(&file, &wanted)?),
        _ => bail!("`{}` ends neither with .safetensors nor with .edf", out.display()),
    }
}

/// The named signals, or all.
fn wanted(file: &EdfFile, names: &[String]) -> anyhow::Result<Vec<usize>> {
    let find = |name: &String| file.find(name).with_context(|| format!("there is no channel `{name}`"));
    match names {
        [] => Ok((0..file.signals().len()).collect()),
        names => names.iter().map(find).collect(),
    }
}

/// The signals by their samples in a record, that is by rate.
fn groups(file: &EdfFile, wanted: &[usize]) -> anyhow::Result<Vec<Group>> {
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    wanted.iter().for_each(|signal| groups.entry(file.signals()[*signal].per_record).or_default().push(*signal));
    let read = |signals: Vec<usize>| Ok(Group { values: file.read_records(&signals, 0..file.records())?, signals });
    groups.into_values().map(read).collect()
}

fn write_tensors(out: &Path, file: &EdfFile, groups: &[Group]) -> anyhow::Result<()> {
    let name = |group: &Group| match groups.len() {
        1 => "signal".to_owned(),
        _ => format!("signal.{}", file.rate(group.signals[0])),
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
fn write_copy(out: &Path, file: &EdfFile, wanted: &[usize], groups: &[Group]) -> anyhow::Result<()> {
    let channel = |signal: &usize| {
        let at = |group: &Group| group.signals.iter().position(|other| other == signal);
        let (group, column) =
            groups.iter().find_map(|group| Some((group, at(group)?))).expect("every wanted signal is in a group");
        let about = &file.signals()[*signal];
        let values = group.values.index_axis(Axis(1), column);
        EdfChannel { name: &about.name, unit: &about.unit, rate: file.rate(*signal), values }
    };
    Ok(write_edf(out, &wanted.iter().map(channel).collect::<Vec<_>>())?)
}
