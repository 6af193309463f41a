//! One layer of a large sweep on made-up data: what components and nested ridge cost, as JSON.
//!
//! `layer ROWS WIDTH COMPONENTS TARGETS FOLDS [exact]` makes features whose variances fall as 1 / i and targets from
//! them, takes components in every outer fold, and chooses among 17 penalties in 5 inner folds of each.
//! With `exact`, the first fold's components are found exactly too, and the share of variance that the iteration left
//! out and the largest difference of r are said.

mod clock;

use std::error::Error;
use std::ops::Range;

use clock::Clock;
use gyrus_ridge::{
    HeldOut, InnerRows, Moments, Nested, NestedFold, Pca, PenaltyGrid, Rule, SubspaceIteration, pca_in_folds, product,
    rows_of,
};
use ndarray::{Array1, Array2, ArrayView2, s};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Distribution, StandardNormal};

const INNER: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (numbers, exact) = arguments.split_at(arguments.len().min(5));
    let numbers: Vec<usize> = numbers.iter().map(|number| number.parse()).collect::<Result<_, _>>()?;
    let [rows, width, components, targets, n_folds] = numbers[..] else {
        return Err("usage: layer ROWS WIDTH COMPONENTS TARGETS FOLDS [exact]".into());
    };
    let (x, y) = simulate(rows, width, targets);
    let folds: Vec<Range<usize>> = (0..n_folds).map(|i| i * rows / n_folds..(i + 1) * rows / n_folds).collect();
    let training: Vec<Vec<Range<usize>>> = folds.iter().map(|held| around(rows, held)).collect();
    let clock = Clock::start();
    let pcas = pca_in_folds(x.view(), &training, components, &SubspaceIteration::default())?;
    clock.print();
    let clock = Clock::start();
    let mut r = Vec::new();
    for ((held, training), pca) in folds.iter().zip(&training).zip(&pcas) {
        r.push(scores(pca.transform(x.view()).view(), y.view(), held, training)?);
    }
    clock.print();
    if !exact.is_empty() {
        let clock = Clock::start();
        let best = Pca::of(rows_of(x.view(), &training[0]).view(), components)?;
        clock.print();
        let found = scores(best.transform(x.view()).view(), y.view(), &folds[0], &training[0])?;
        let apart = (&found - &r[0]).iter().fold(0.0, |most: f64, apart| most.max(apart.abs()));
        print(&[(best.variance().sum() - pcas[0].variance().sum()) / best.total_variance(), apart]);
    }
    Ok(())
}

/// r of every target on the held-out rows of one outer fold.
fn scores(
    x: ArrayView2<f64>,
    y: ArrayView2<f64>,
    held: &Range<usize>,
    training: &[Range<usize>],
) -> Result<Array1<f64>, Box<dyn Error>> {
    let rows: Vec<usize> = training.iter().cloned().flatten().collect();
    let inner = (0..INNER).map(|i| {
        let cut = i * rows.len() / INNER..(i + 1) * rows.len() / INNER;
        let stretches = |rows: &mut dyn Iterator<Item = &usize>| rows.map(|row| *row..row + 1).collect();
        InnerRows {
            training: stretches(&mut rows[..cut.start].iter().chain(&rows[cut.end..])),
            held_out: stretches(&mut rows[cut].iter()),
        }
    });
    let fold = NestedFold { training: training.to_vec(), inner: inner.collect() };
    let grid = PenaltyGrid::logarithmic(1e-2, 1e6, 17)?;
    let fit = Nested::new(x, 0, &[fold])?.fit(y, &grid, &Rule::default())?.remove(0);
    let moments = Moments::of(x.slice(s![held.clone(), ..]), y.slice(s![held.clone(), ..]))?;
    Ok(HeldOut::of(&fit.ridge, &moments).r())
}

fn around(rows: usize, held: &Range<usize>) -> Vec<Range<usize>> {
    [0..held.start, held.end..rows].into_iter().filter(|rows| !rows.is_empty()).collect()
}

/// Features with falling variances, and targets from a few hundred of them with more and more noise.
fn simulate(rows: usize, width: usize, targets: usize) -> (Array2<f64>, Array2<f64>) {
    let mut rng = StdRng::seed_from_u64(0);
    let mut gaussian = |n, p| Array2::from_shape_simple_fn((n, p), || StandardNormal.sample(&mut rng));
    let scales = Array1::from_shape_fn(width, |i| 1.0 / ((1 + i) as f64).sqrt());
    let x: Array2<f64> = gaussian(rows, width) * &scales;
    let few = width.min(300);
    let weights: Array2<f64> = gaussian(few, targets);
    let signal = product(x.slice(s![.., ..few]), weights.view());
    let noise: Array2<f64> = gaussian(rows, targets);
    (x, signal + noise * &Array1::linspace(1.0, 20.0, targets))
}

#[expect(clippy::print_stdout, reason = "the bench reads it")]
fn print(numbers: &[f64]) {
    println!("{numbers:?}");
}
