//! Every family's states and logits, against those that another program computed.

use std::path::{Path, PathBuf};

use gyrus_activations::{Checkpoint, DeviceChoice, Precision, open_device, verify};

/// Checks every model in `folder` and gives their number; the figures are parts of the largest value of each state.
fn check(folder: &Path) -> Result<usize, Box<dyn std::error::Error>> {
    let device = open_device(DeviceChoice::Cpu, Precision::Full)?;
    let mut models: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?;
    models.sort();
    let mut wrong = Vec::new();
    for model in &models {
        match verify(model, &model.join("parity.safetensors"), &device) {
            Ok(found) if found.largest() < 1e-5 => {}
            other => wrong.push(format!("{}: {other:?}", model.display())),
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), models.len(), wrong.join("\n"));
    Ok(models.len())
}

fn fixtures() -> PathBuf {
    PathBuf::from("tests/fixtures/parity")
}

#[test]
fn every_family_and_spelling_agrees_with_transformers() -> Result<(), Box<dyn std::error::Error>> {
    assert!(check(&fixtures())? > 40);
    Ok(())
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn shared_models_agree_with_transformers() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from("../../../shared/parity/checkpoints");
    if !folder.exists() {
        eprintln!("skipped: ../shared is absent");
        return Ok(());
    }
    check(&folder)?;
    Ok(())
}

#[test]
fn keys_that_change_nothing_are_listed() -> Result<(), gyrus_activations::Error> {
    let unknown = |name: &str| {
        Ok::<_, gyrus_activations::Error>(Checkpoint::open(&fixtures().join(name))?.unknown_keys().to_vec())
    };
    assert_eq!(unknown("gptj")?, ["rotary"]);
    assert!(unknown("bloom")?.is_empty());
    Ok(())
}
