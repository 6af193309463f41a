//! The body that is learnt computes what the body that gives states computes, and its gradients are those of its values.

use std::path::{Path, PathBuf};

use burn::tensor::{Device, Tensor, TensorData};
use gyrus_activations::{Checkpoint, DeviceChoice, Differentiable, Precision, Weight, hidden_states, open_device};
use ndarray::Array2;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn leaves(weights: &[Weight], device: &Device) -> Vec<Tensor<1>> {
    let data = |weight: &Weight| TensorData::new(weight.values.clone(), [weight.values.len()]);
    weights.iter().map(|weight| Tensor::from_data(data(weight), device).require_grad()).collect()
}

fn ids(checkpoint: &Checkpoint, n: usize) -> Vec<u32> {
    let vocabulary = checkpoint.architecture().vocabulary;
    (0..n).map(|t| ((t * t * 7 + t * 3 + 1) % vocabulary) as u32).collect()
}

/// Largest difference between the logits of the two bodies, as a part of the largest logit.
fn difference(dir: &Path, length: usize) -> Result<f64, Box<dyn std::error::Error>> {
    let (checkpoint, device) = (Checkpoint::open(dir)?, Device::flex().autodiff());
    let ids = ids(&checkpoint, 2 * length);
    let body = Differentiable::new(&checkpoint, &device, length)?;
    let found: Vec<f32> =
        body.logits(&leaves(&checkpoint.weights()?, &device), &ids)?.try_into_data()?.try_into_vec()?;
    let cpu = open_device(DeviceChoice::Cpu, Precision::Full)?;
    let expected = hidden_states(&checkpoint, &cpu, Array2::from_shape_vec((2, length), ids)?.view())?.logits;
    let most = expected.iter().fold(0.0f64, |most, x| most.max(f64::from(x.abs())));
    let pairs = found.iter().zip(&expected);
    Ok(pairs.fold(0.0f64, |most, (a, b)| most.max(f64::from((a - b).abs()))) / most)
}

fn fixtures() -> Result<Vec<PathBuf>, std::io::Error> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir("tests/fixtures/parity")?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_, std::io::Error>>()?;
    folders.sort();
    Ok(folders)
}

#[test]
fn logits_of_every_family_are_those_of_the_engine() -> Outcome {
    let folders = fixtures()?;
    let mut wrong = Vec::new();
    for dir in &folders {
        match difference(dir, 13) {
            Ok(apart) if apart < 2e-5 => {}
            other => wrong.push(format!("{}: {other:?}", dir.display())),
        }
    }
    assert!(wrong.is_empty() && folders.len() > 40, "{} of {}:\n{}", wrong.len(), folders.len(), wrong.join("\n"));
    Ok(())
}

/// Mean square of the logits.
fn height(body: &Differentiable, weights: &[Tensor<1>], ids: &[u32]) -> Result<Tensor<1>, gyrus_activations::Error> {
    Ok(body.logits(weights, ids)?.square().mean())
}

/// Holds the derivative in the direction of the gradient to a quotient of differences.
fn check_slope(name: &str) -> Outcome {
    let (checkpoint, device) =
        (Checkpoint::open(&Path::new("tests/fixtures/parity").join(name))?, Device::flex().autodiff());
    let (body, ids) = (Differentiable::new(&checkpoint, &device, 9)?, ids(&checkpoint, 18));
    let weights = checkpoint.weights()?;
    let own = leaves(&weights, &device);
    let mut gradients = height(&body, &own, &ids)?.backward();
    for (at, weight) in weights.iter().enumerate() {
        let Some(gradient) = own[at].grad_remove(&mut gradients) else { continue };
        let gradient: Vec<f32> = gradient.try_into_data()?.try_into_vec()?;
        let length = gradient.iter().map(|g| f64::from(*g).powi(2)).sum::<f64>().sqrt();
        let size = weight.values.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt().max(1e-3);
        if length * size < 1e-5 {
            continue;
        }
        let reach = 0.01 * size;
        let moved = |sign: f64| -> Result<f64, Box<dyn std::error::Error>> {
            let mut weights = weights.clone();
            let step = sign * reach / length;
            weights[at].values.iter_mut().zip(&gradient).for_each(|(x, g)| *x += (step * f64::from(*g)) as f32);
            Ok(f64::from(height(&body, &leaves(&weights, &device), &ids)?.try_into_data()?.try_into_vec::<f32>()?[0]))
        };
        let quotient = (moved(1.0)? - moved(-1.0)?) / (2.0 * reach);
        assert!((quotient / length - 1.0).abs() < 0.03, "{name}, {}: {quotient} for {length}", weight.name);
    }
    Ok(())
}

#[test]
fn gradients_are_quotients_of_differences() -> Outcome {
    for name in ["gpt2", "gpt_neox", "gptj", "opt", "llama", "mistral", "qwen2", "mpt", "gemma2", "falcon-40b-old"] {
        check_slope(name)?;
    }
    Ok(())
}

#[test]
fn a_described_model_has_the_weights_of_a_saved_one() -> Outcome {
    for name in ["gpt2", "gpt_neox", "gptj", "opt", "llama", "mistral", "qwen2", "mpt"] {
        let dir = Path::new("tests/fixtures/parity").join(name);
        let (saved, described) = (Checkpoint::open(&dir)?.weights()?, Checkpoint::described(&dir, 7)?.weights()?);
        // The first GPT-2 files have no prefix before their names.
        let about = |weights: &[Weight]| -> Vec<_> {
            weights.iter().map(|w| (w.name.trim_start_matches("transformer.").to_owned(), w.shape.clone())).collect()
        };
        assert_eq!(about(&saved), about(&described), "{name}");
        let twin = Checkpoint::open(&dir)?.untrained(7).weights()?;
        assert!(described.iter().zip(twin).all(|(one, other)| one.values == other.values), "{name}");
    }
    Ok(())
}
