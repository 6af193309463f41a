//! The GPU backend on whatever adapter this machine has, a software one included, against the committed references.
//!
//! `cargo test --release -p gyrus-activations --features gpu --test gpu`
#![cfg(feature = "gpu")]

use std::path::{Path, PathBuf};

use gyrus_activations::{Device, DeviceChoice, Error, Precision, open_device, verify};

/// Software adapters take functions like tanh and exp less precisely than a processor.
const TOLERANCE: f64 = 1e-3;

fn check(folder: &Path) -> Result<usize, Box<dyn std::error::Error>> {
    let device: Device = open_device(DeviceChoice::Gpu, Precision::Full)?;
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    folders.sort();
    folders.retain(|folder| folder.join("parity.safetensors").exists());
    let mut apart = Vec::new();
    for folder in &folders {
        let found = verify(folder, &folder.join("parity.safetensors"), &device)?;
        if found.largest().is_nan() || found.largest() > TOLERANCE {
            apart.push(format!("{}: {found:?}", folder.display()));
        }
    }
    assert!(apart.is_empty(), "{}:\n{}", device.name(), apart.join("\n"));
    Ok(folders.len())
}

#[test]
fn every_family_agrees_with_the_reference() -> Result<(), Box<dyn std::error::Error>> {
    let n = check(Path::new("tests/fixtures/parity"))?;
    assert!(n >= 24, "{n} fixtures");
    Ok(())
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn the_shared_checkpoints_agree_with_the_reference() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new("../../../shared/parity/checkpoints");
    if !folder.exists() {
        eprintln!("skipped: ../shared is absent");
        return Ok(());
    }
    assert_eq!(check(folder)?, 34);
    Ok(())
}

#[test]
fn half_precision_is_near_or_refused_by_name() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new("tests/fixtures/parity/llama");
    match open_device(DeviceChoice::Gpu, Precision::Half) {
        Ok(device) => {
            let found = verify(folder, &folder.join("parity.safetensors"), &device)?;
            assert!(found.largest() < 3e-2 && found.largest() > 1e-6, "{found:?}");
        }
        Err(error) => assert!(matches!(error, Error::HalfPrecision(_)), "{error}"),
    }
    Ok(())
}
