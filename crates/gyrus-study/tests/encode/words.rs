//! Features with a row per word.

use ndarray::{Array2, Axis, s};

use crate::arrays::{Outcome, numbers, program, random, read_table};
use crate::{encode, folder, following, near, write_lines};

/// The canonical response, SPM's double gamma, by its definition.
fn canonical(t: f64) -> f64 {
    let gamma = |k: i32| t.powi(k - 1) * (-t).exp() / (1..k).map(f64::from).product::<f64>();
    if (0.0..32.0).contains(&t) { gamma(6) - gamma(16) / 6.0 } else { 0.0 }
}

/// The Lanczos window by its definition.
fn lanczos(u: f64) -> f64 {
    let sinc = |u: f64| if u == 0.0 { 1.0 } else { (std::f64::consts::PI * u).sin() / (std::f64::consts::PI * u) };
    if u.abs() < 3.0 { sinc(u) * sinc(u / 3.0) } else { 0.0 }
}

#[test]
fn words_reach_scans_as_defined() -> Outcome {
    let (words, rows, step) = (random(150, 2, 1), 80, 2.0);
    let times: Vec<f64> = (0..150).map(|word| 0.3 + 1.07 * f64::from(word)).collect();
    let spread = |h: &dyn Fn(f64) -> f64| {
        Array2::from_shape_fn((rows, 2), |(row, column)| {
            let time = 5.0 + step * row as f64;
            times.iter().zip(words.column(column)).map(|(t, x)| h(time - t) * f64::from(*x)).sum::<f64>() as f32
        })
    };
    let boxcar = |delay: f64| spread(&move |t| f64::from(u8::from((delay * 2.0..(delay + 1.0) * 2.0).contains(&t))));
    let smooth = spread(&|t| lanczos(t / step));
    let mut later = Array2::zeros((rows, 2));
    later.slice_mut(s![2.., ..]).assign(&smooth.slice(s![..rows - 2, ..]));
    let beside = |a: &Array2<f32>, b: &Array2<f32>| ndarray::concatenate![Axis(1), a.view(), b.view()];
    let cases = [
        ("canonical", spread(&canonical)),
        ("fir:1,2", beside(&boxcar(1.0), &boxcar(2.0))),
        ("lanczos", smooth.clone()),
        ("lanczos:0,2", beside(&smooth, &later)),
    ];
    for (model, x) in cases {
        let folder = folder(&[("f", &x), ("words", &words), ("r", &following(&x, 2, 0, 2))])?;
        write_lines(&folder.path().join("times"), &times)?;
        let rows = encode(folder.path(), "--folds 4 --gap 2")?;
        let spoken = format!(
            "encode --features words --responses r --penalties 1e-1:1e3:5 --out out --folds 4 --gap 4s --step 2 --start 5 --times times --response-model {model}"
        );
        let answer = program().call(folder.path(), spoken.split(' '))?;
        assert!(answer.complaint.contains("of 150 words end outside the recording, from 3 to 163 s"), "{answer:?}");
        let spoken = read_table(&folder.path().join("out"))?;
        numbers(&rows, "r")?.iter().zip(numbers(&spoken, "r")?).for_each(|(a, b)| near(*a, b, 1e-4));
    }
    Ok(())
}
