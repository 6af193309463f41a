//! The smallest value of a smooth function of a few numbers, without derivatives.

/// A point and its value.
type Vertex<const N: usize> = ([f64; N], f64);

/// The size, in units of the arguments, at which a simplex counts as a point.
const POINT: f64 = 1e-8;

/// Most steps of one search.
const STEPS: usize = 2000;

/// The lowest point found by the downhill simplex of Nelder and Mead (1965), begun from each of `starts` with edges of
/// `edge`, and begun once more from the best end with a tenth of it, because a simplex may collapse early.
pub(crate) fn minimise<const N: usize>(f: impl Fn([f64; N]) -> f64, starts: &[[f64; N]], edge: f64) -> [f64; N] {
    let ends = starts.iter().map(|start| descend(&f, *start, edge));
    let best = ends.min_by(|a, b| a.1.total_cmp(&b.1)).expect("at least one start");
    let again = descend(&f, best.0, edge / 10.0);
    if again.1 < best.1 { again.0 } else { best.0 }
}

/// One search.
fn descend<const N: usize>(f: &impl Fn([f64; N]) -> f64, start: [f64; N], edge: f64) -> Vertex<N> {
    let at = |x: [f64; N]| (x, f(x));
    let mut simplex = vec![at(start)];
    simplex.extend((0..N).map(|i| at(std::array::from_fn(|j| start[j] + if i == j { edge } else { 0.0 }))));
    for _ in 0..STEPS {
        simplex.sort_by(|a, b| a.1.total_cmp(&b.1));
        if size(&simplex) < POINT {
            break;
        }
        step(&mut simplex, &at);
    }
    simplex.into_iter().min_by(|a, b| a.1.total_cmp(&b.1)).expect("a simplex has vertices")
}

/// Moves the worst vertex through the middle of the others, or draws all towards the best.
fn step<const N: usize>(simplex: &mut [Vertex<N>], at: &impl Fn([f64; N]) -> Vertex<N>) {
    let worst = simplex[N];
    let middle: [f64; N] =
        std::array::from_fn(|j| simplex[..N].iter().map(|vertex| vertex.0[j]).sum::<f64>() / N as f64);
    let along = |t: f64| at(std::array::from_fn(|j| middle[j] + t * (worst.0[j] - middle[j])));
    let reflected = along(-1.0);
    let accepted = if reflected.1 < simplex[0].1 {
        let expanded = along(-2.0);
        Some(if expanded.1 < reflected.1 { expanded } else { reflected })
    } else if reflected.1 < simplex[N - 1].1 {
        Some(reflected)
    } else {
        let contracted = along(if reflected.1 < worst.1 { -0.5 } else { 0.5 });
        (contracted.1 < worst.1.min(reflected.1)).then_some(contracted)
    };
    match accepted {
        Some(vertex) => simplex[N] = vertex,
        None => shrink(simplex, at),
    }
}

/// Draws all vertices halfway to the best.
fn shrink<const N: usize>(simplex: &mut [Vertex<N>], at: &impl Fn([f64; N]) -> Vertex<N>) {
    let best = simplex[0].0;
    for vertex in &mut simplex[1..] {
        *vertex = at(std::array::from_fn(|j| (best[j] + vertex.0[j]) / 2.0));
    }
}

/// The largest distance of a vertex from the best along any axis.
fn size<const N: usize>(simplex: &[Vertex<N>]) -> f64 {
    let best = simplex[0].0;
    simplex.iter().flat_map(|vertex| (0..N).map(move |j| (vertex.0[j] - best[j]).abs())).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    #[test]
    fn a_bowl_has_its_lowest_point() {
        let f = |[a, b, c]: [f64; 3]| (a - 1.0).powi(2) + 10.0 * (b + 2.0).powi(2) + (c - a).powi(2);
        let found = minimise(f, &[[0.0, 0.0, 0.0]], 0.5);
        found.iter().zip([1.0, -2.0, 1.0]).for_each(|(x, y)| assert_abs_diff_eq!(*x, y, epsilon = 1e-6));
    }

    /// The banana of Rosenbrock, the classic trap.
    #[test]
    fn a_curved_valley_is_followed() {
        let f = |[a, b]: [f64; 2]| (1.0 - a).powi(2) + 100.0 * (b - a * a).powi(2);
        let found = minimise(f, &[[-1.2, 1.0]], 0.5);
        found.iter().for_each(|x| assert_abs_diff_eq!(*x, 1.0, epsilon = 1e-6));
    }

    #[test]
    fn the_lower_of_two_valleys_is_taken() {
        let f = |[x]: [f64; 1]| (x * x - 1.0).powi(2) + 0.1 * x;
        assert!(minimise(f, &[[1.0], [-1.0]], 0.1)[0] < -1.0);
    }
}
