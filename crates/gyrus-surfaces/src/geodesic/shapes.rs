//! Surfaces whose distances are known.

use std::collections::HashMap;
use std::f64::consts::TAU;

use ndarray::Array2;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::{Error, Surface};

/// A plane of `rows` by `columns` vertices, each square `size` long and cut in two, its inner vertices moved at random by
/// up to `jitter` of a square.
pub fn grid(rows: usize, columns: usize, size: [f64; 2], jitter: f64) -> Result<Surface, Error> {
    let mut rng = StdRng::seed_from_u64(3);
    let mut points = Vec::new();
    for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
        let inside = row > 0 && column > 0 && row + 1 < rows && column + 1 < columns;
        let by = if inside { jitter } else { 0.0 };
        let mut moved = |at: usize, size: f64| size * (at as f64 + by * rng.random_range(-1.0..=1.0));
        points.extend([moved(row, size[0]), moved(column, size[1]), 0.0]);
    }
    let points = Array2::from_shape_vec((rows * columns, 3), points).expect("three numbers a vertex");
    let at = |row: usize, column: usize| (row * columns + column) as u32;
    let squares = (1..rows).flat_map(|row| (1..columns).map(move |column| (row, column)));
    let halves = squares.flat_map(|(row, column)| {
        let [a, b] = [at(row - 1, column - 1), at(row - 1, column)];
        let [c, d] = [at(row, column - 1), at(row, column)];
        [[a, b, d], [a, d, c]]
    });
    Surface::new(points, halves.collect())
}

/// A tube of `along` rings, `step` apart, of `around` vertices each.
pub fn cylinder(around: usize, along: usize, radius: f64, step: f64) -> Result<Surface, Error> {
    let point = |(vertex, axis): (usize, usize)| {
        let angle = TAU * (vertex % around) as f64 / around as f64;
        [radius * angle.cos(), radius * angle.sin(), step * (vertex / around) as f64][axis]
    };
    let at = |ring: usize, place: usize| (ring * around + place % around) as u32;
    let sides = (1..along).flat_map(|ring| (0..around).map(move |place| (ring, place)));
    let halves = sides.flat_map(|(ring, place)| {
        let [a, b] = [at(ring - 1, place), at(ring - 1, place + 1)];
        let [c, d] = [at(ring, place), at(ring, place + 1)];
        [[a, b, d], [a, d, c]]
    });
    Surface::new(Array2::from_shape_fn((around * along, 3), point), halves.collect())
}

/// An icosahedron whose triangles are cut in four `level` times, on a sphere of `radius`.
pub fn icosphere(level: usize, radius: f64) -> Result<Surface, Error> {
    let golden = (1.0 + 5.0_f64.sqrt()) / 2.0;
    let mut points: Vec<[f64; 3]> = Vec::new();
    for (a, b) in [(-1.0, golden), (1.0, golden), (-1.0, -golden), (1.0, -golden)] {
        points.extend([[a, b, 0.0], [0.0, a, b], [b, 0.0, a]]);
    }
    let near = |a: usize, b: usize| (0..3).map(|i| (points[a][i] - points[b][i]).powi(2)).sum::<f64>() < 4.1;
    let mut triangles = Vec::new();
    for (a, b, c) in (0..12).flat_map(|a| (0..a).flat_map(move |b| (0..b).map(move |c| (a, b, c)))) {
        if near(a, b) && near(b, c) && near(a, c) {
            triangles.push([a as u32, b as u32, c as u32]);
        }
    }
    for _ in 0..level {
        let mut middles = HashMap::new();
        let mut middle = |a: u32, b: u32| {
            *middles.entry((a.min(b), a.max(b))).or_insert_with(|| {
                let sum = [0, 1, 2].map(|i| points[a as usize][i] + points[b as usize][i]);
                let length = sum.iter().map(|x| x * x).sum::<f64>().sqrt();
                points.push(sum.map(|x| x / length * (1.0 + golden * golden).sqrt()));
                points.len() as u32 - 1
            })
        };
        let quarters = triangles.iter().flat_map(|&[a, b, c]| {
            let [x, y, z] = [middle(b, c), middle(c, a), middle(a, b)];
            [[a, z, y], [z, b, x], [y, x, c], [x, y, z]]
        });
        triangles = quarters.collect();
    }
    let scale = radius / (1.0 + golden * golden).sqrt();
    let points = Array2::from_shape_fn((points.len(), 3), |(vertex, axis)| points[vertex][axis] * scale);
    Surface::new(points, triangles)
}
