use std::time::Instant;
use burn::tensor::{Device, Int, Tensor, TensorData, activation::log_softmax};
use gyrus_activations::{Checkpoint, Differentiable};
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let (dir, length, sequences, n): (&str, usize, usize, usize) =
        (&a[1], a[2].parse().unwrap(), a[3].parse().unwrap(), a[4].parse().unwrap());
    let device = Device::flex().autodiff();
    let cp = Checkpoint::described(std::path::Path::new(dir), 1).unwrap();
    let body = Differentiable::new(&cp, &device, length).unwrap();
    let weights = cp.weights().unwrap();
    println!("{} parameters", cp.parameters());
    let vocab = cp.architecture().vocabulary;
    let ids: Vec<u32> = (0..length * sequences).map(|i| ((i * 7919 + i * i * 31) % vocab) as u32).collect();
    let next: Vec<i32> = ids.iter().map(|i| ((i * 3 + 1) as usize % vocab) as i32).collect();
    for _ in 0..n {
        let t = Instant::now();
        let leaves: Vec<Tensor<1>> = weights.iter().map(|w| Tensor::from_data(TensorData::new(w.values.clone(), [w.values.len()]), &device).require_grad()).collect();
        let logits = body.logits(&leaves, &ids).unwrap();
        let t1 = t.elapsed();
        let next = Tensor::<2, Int>::from_data(TensorData::new(next.clone(), [next.len(), 1]), &device);
        let loss = log_softmax(logits, 1).gather(1, next).mean().neg();
        let t2 = t.elapsed();
        let mut grads = loss.backward();
        let g: f32 = leaves.iter().map(|l| l.grad_remove(&mut grads).unwrap().square().sum().into_scalar::<f32>()).sum();
        let l: f32 = loss.into_scalar();
        println!("body {t1:?} loss {t2:?} all {:?}: {:.0} tokens/s, loss {l}, gradient {}", t.elapsed(), ids.len() as f64 / t.elapsed().as_secs_f64(), g.sqrt());
    }
}
