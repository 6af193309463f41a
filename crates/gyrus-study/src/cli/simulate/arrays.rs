//! Recordings of simulated patients as plain arrays that a study reads.

use std::fs;
use std::path::Path;

use anyhow::Context;
use gyrus_simulation::{Implant, Patient};
use gyrus_study::{write_tensors, write_whole};

/// For each patient `sub-NAME.safetensors` (samples, electrodes) and `sub-NAME.tsv`, a row per electrode; if the story is
/// heard more than once also `sub-NAME-repeats.safetensors`, a tensor for each time, the first of which is the recording.
/// `recordings.toml` holds the entries of a study file.
pub fn write_arrays(folder: &Path, implant: &Implant, repeats: usize) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("could not make the folder `{}`", folder.display()))?;
    let mut entries = String::new();
    for (patient, known) in implant.patients().iter().enumerate() {
        let name = format!("sub-{}", known.name);
        let signal = |repeat: usize| implant.signal(patient, repeat);
        write_tensors(&folder.join(format!("{name}.safetensors")), &[("signal".into(), signal(0))], None)?;
        write_whole(&folder.join(format!("{name}.tsv")), targets(known).as_bytes())?;
        entries += &entry(&name, implant.params().rate);
        if repeats > 1 {
            let heard: Vec<_> = (0..repeats).map(|repeat| (format!("repeat.{repeat}"), signal(repeat))).collect();
            write_tensors(&folder.join(format!("{name}-repeats.safetensors")), &heard, None)?;
            entries += &format!("repeats = \"{name}-repeats.safetensors\"\n");
        }
        entries += "\n";
    }
    Ok(write_whole(&folder.join("recordings.toml"), entries.as_bytes())?)
}

/// The entry of a study file for the recording `name`.
fn entry(name: &str, rate: f64) -> String {
    format!(
        "[[recordings]]\nsubject = \"{name}\"\nsignal = \"{name}.safetensors\"\nrate = {rate:?}\ntargets = \"{name}.tsv\"\n"
    )
}

/// A row for each electrode: name, region, distance (mm), side and place (mm).
fn targets(patient: &Patient) -> String {
    let mut table = String::from("name\tregion\tdistance\themisphere\tx\ty\tz\n");
    for contact in &patient.contacts {
        let [x, y, z] = contact.position;
        let (name, region, side) = (&contact.name, contact.region, contact.hemisphere.letter());
        table += &format!("{name}\t{region}\t{:.2}\t{side}\t{x:.2}\t{y:.2}\t{z:.2}\n", contact.distance);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_numbers_with_a_point() {
        let expected = "[[recordings]]\nsubject = \"sub-01\"\nsignal = \"sub-01.safetensors\"\nrate = 50.0\n\
                        targets = \"sub-01.tsv\"\n";
        assert_eq!(entry("sub-01", 50.0), expected);
    }
}
