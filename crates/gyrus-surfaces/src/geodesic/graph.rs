//! Shortest paths along a surface, through its triangles and not only along its edges.
//!
//! Paths along edges alone are too long by 10 % and more, however fine the mesh. Here each edge has k further places
//! evenly between its ends (Steiner points; Lanthier et al. 2001), any two places on the border of a triangle are joined
//! by the straight line through it, and Dijkstra's algorithm finds the shortest chain of such lines. A chain is a path on
//! the surface, so a distance is never shorter than the true one between those vertices; it is longer by what crossing
//! each edge beside the right place costs. Triangles of any shape will do, obtuse and flat ones too.

use super::edges::Edges;
use super::queue::Queue;
use crate::nearest::distance;
use crate::{Error, Surface};

/// Places between the ends of an edge, unless others are asked for.
///
/// Distances are then up to .9 % too long on a plane or cylinder of right triangles, .35 % on a sphere of even ones,
/// .3 and .2 % in the mean; among triangles four times as long as wide up to 6 %, .5 % in the mean
/// (`cargo test --release -p gyrus-surfaces geodesic`). 163,842 vertices take some 3 s.
/// An odd number is better than the even one above it, for it has the middle of the edge.
pub const STEINER_POINTS: usize = 7;

/// A surface ready to have distances measured along it.
#[derive(Debug, Clone)]
pub struct Geodesics<'s> {
    surface: &'s Surface,
    edges: Edges,
    between: usize,
}

/// What a place of the graph is: vertices come first, then the places of each edge in turn.
enum Place {
    Vertex(usize),
    OnEdge(usize),
}

impl<'s> Geodesics<'s> {
    /// Finds the edges of `surface` and puts `between` places on each ([`STEINER_POINTS`]); 0 gives paths along edges.
    ///
    /// # Errors
    /// [`Error::Places`] if there are more than 2^32 places.
    pub fn new(surface: &'s Surface, between: usize) -> Result<Self, Error> {
        let edges = Edges::of(surface);
        let places = edges.ends.len().checked_mul(between).and_then(|places| places.checked_add(surface.vertices()));
        match places.is_some_and(|places| u32::try_from(places).is_ok()) {
            true => Ok(Self { surface, edges, between }),
            false => Err(Error::Places { edges: edges.ends.len(), between }),
        }
    }

    /// The length of the shortest path from `vertex` to every vertex in mm; none where no path leads.
    ///
    /// # Errors
    /// [`Error::Vertex`] if there is no such vertex.
    pub fn distances(&self, vertex: usize) -> Result<Vec<Option<f64>>, Error> {
        self.surface.point(vertex)?;
        let all = self.spread(vertex, |_| true);
        Ok(all[..self.surface.vertices()].iter().map(|length| Some(*length).filter(|l| l.is_finite())).collect())
    }

    /// The length of the shortest path from `vertex` to each of `targets` in mm; none where no path leads.
    ///
    /// It stops at the farthest target, so it is quicker than [`Self::distances`] where all are near.
    ///
    /// # Errors
    /// [`Error::Vertex`] if there is no such vertex.
    pub fn distances_to(&self, vertex: usize, targets: &[usize]) -> Result<Vec<Option<f64>>, Error> {
        for &vertex in targets.iter().chain([&vertex]) {
            self.surface.point(vertex)?;
        }
        let mut open = vec![false; self.surface.vertices()];
        targets.iter().for_each(|target| open[*target] = true);
        let mut left = open.iter().filter(|open| **open).count();
        let all = self.spread(vertex, |reached| {
            if open.get(reached).copied().unwrap_or(false) {
                open[reached] = false;
                left -= 1;
            }
            left > 0
        });
        Ok(targets.iter().map(|target| Some(all[*target]).filter(|length| length.is_finite())).collect())
    }

    /// Lengths of the shortest paths from `vertex` to all places, until `go_on` of a reached place says no.
    fn spread(&self, vertex: usize, mut go_on: impl FnMut(usize) -> bool) -> Vec<f64> {
        let mut lengths = vec![f64::INFINITY; self.surface.vertices() + self.edges.ends.len() * self.between];
        let mut queue = Queue::default();
        lengths[vertex] = 0.0;
        queue.push(0.0, vertex as u32);
        while let Some((length, place)) = queue.pop() {
            let place = place as usize;
            // A place that was reached on a shorter way waits in vain.
            if length > lengths[place] {
                continue;
            }
            if !go_on(place) {
                break;
            }
            let from = self.at(place);
            self.neighbours(place, |to| {
                let longer = length + distance(from, self.at(to));
                if longer < lengths[to] {
                    lengths[to] = longer;
                    queue.push(longer, to as u32);
                }
            });
        }
        lengths
    }

    /// Calls `visit` for every place that a straight line through one triangle joins to `place`.
    ///
    /// Places on an edge of `place` itself are left out, but for the ends of an edge that leads to them: whoever comes
    /// through a triangle to this place could have gone straight there.
    fn neighbours(&self, place: usize, mut visit: impl FnMut(usize)) {
        match self.place(place) {
            Place::Vertex(vertex) => {
                for &triangle in self.edges.around.get(vertex) {
                    let corners = self.surface.triangles()[triangle as usize];
                    for (corner, edge) in corners.into_iter().zip(self.edges.of_triangle[triangle as usize]) {
                        match corner as usize == vertex {
                            true => self.on_edge(edge).for_each(&mut visit),
                            false => visit(corner as usize),
                        }
                    }
                }
            }
            Place::OnEdge(own) => {
                for &triangle in self.edges.triangles.get(own) {
                    let corners = self.surface.triangles()[triangle as usize];
                    for (corner, edge) in corners.into_iter().zip(self.edges.of_triangle[triangle as usize]) {
                        match edge as usize == own {
                            true => visit(corner as usize),
                            false => self.on_edge(edge).for_each(&mut visit),
                        }
                    }
                }
            }
        }
    }

    fn place(&self, place: usize) -> Place {
        match place.checked_sub(self.surface.vertices()) {
            None => Place::Vertex(place),
            Some(beyond) => Place::OnEdge(beyond / self.between),
        }
    }

    /// The places between the ends of `edge`.
    fn on_edge(&self, edge: u32) -> std::ops::Range<usize> {
        let first = self.surface.vertices() + edge as usize * self.between;
        first..first + self.between
    }

    /// Where `place` is, in mm.
    fn at(&self, place: usize) -> [f64; 3] {
        match self.place(place) {
            Place::Vertex(vertex) => self.surface.at(vertex),
            Place::OnEdge(edge) => {
                let [a, b] = self.edges.ends[edge].map(|end| self.surface.at(end as usize));
                let number = place - self.on_edge(edge as u32).start + 1;
                let share = number as f64 / (self.between + 1) as f64;
                [0, 1, 2].map(|axis| a[axis] + share * (b[axis] - a[axis]))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use ndarray::{Array2, Axis, concatenate};
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;
    use crate::geodesic::shapes::{cylinder, grid, icosphere};

    /// How much too long distances are, as shares of the true ones: the largest, and the mean.
    struct Excess {
        largest: f64,
        mean: f64,
    }

    fn excess(surface: &Surface, between: usize, from: usize, truth: impl Fn(usize) -> f64) -> Result<Excess, Error> {
        let found = Geodesics::new(surface, between)?.distances(from)?;
        let shares = found.iter().enumerate().filter(|(vertex, _)| *vertex != from);
        let shares: Vec<f64> = shares.map(|(v, found)| found.expect("connected") / truth(v) - 1.0).collect();
        assert!(shares.iter().all(|share| *share > -1e-9), "a path cannot be shorter than the shortest");
        let mean = shares.iter().sum::<f64>() / shares.len() as f64;
        Ok(Excess { largest: shares.into_iter().fold(0.0, f64::max), mean })
    }

    fn check(found: &Excess, largest: f64, mean: f64) {
        assert!(found.largest < largest && found.mean < mean, "{} {}", found.largest, found.mean);
    }

    /// Great circles; the polyhedron lies within the sphere, so its paths are a little shorter than those.
    #[test]
    fn on_a_sphere_paths_are_great_circles() -> Result<(), Error> {
        for (level, chords) in [(3, 4e-3), (4, 1e-3)] {
            let sphere = icosphere(level, 50.0)?;
            let found = Geodesics::new(&sphere, STEINER_POINTS)?.distances(7)?;
            let (mut least, mut largest) = (f64::INFINITY, f64::NEG_INFINITY);
            for (vertex, length) in found.iter().enumerate().filter(|(vertex, _)| *vertex != 7) {
                let chord = distance(sphere.at(7), sphere.at(vertex));
                let truth = 100.0 * (chord / 100.0).min(1.0).asin();
                let share = length.expect("connected") / truth - 1.0;
                (least, largest) = (least.min(share), largest.max(share));
            }
            assert!(least > -chords && largest < 3.5e-3 + 2.5 * chords - 2.5e-3, "{level}: {least} {largest}");
        }
        Ok(())
    }

    #[test]
    fn on_a_plane_paths_are_straight() -> Result<(), Error> {
        let plane = grid(40, 40, [1.0, 1.0], 0.0)?;
        let truth = |vertex: usize| distance(plane.at(820), plane.at(vertex));
        check(&excess(&plane, STEINER_POINTS, 820, truth)?, 9e-3, 3.5e-3);
        // Along edges alone, for comparison.
        let edges = excess(&plane, 0, 820, truth)?;
        assert!(edges.largest > 0.3 && edges.mean > 0.1, "{} {}", edges.largest, edges.mean);
        Ok(())
    }

    #[test]
    fn obtuse_and_thin_triangles_do_no_harm() -> Result<(), Error> {
        let uneven = grid(40, 40, [1.0, 1.0], 0.3)?;
        let truth = |vertex: usize| distance(uneven.at(820), uneven.at(vertex));
        check(&excess(&uneven, STEINER_POINTS, 820, truth)?, 1.5e-2, 3.5e-3);
        let thin = grid(40, 40, [1.0, 0.25], 0.0)?;
        let truth = |vertex: usize| distance(thin.at(820), thin.at(vertex));
        check(&excess(&thin, STEINER_POINTS, 820, truth)?, 6e-2, 5e-3);
        Ok(())
    }

    #[test]
    fn on_a_cylinder_paths_are_straight_once_it_is_unrolled() -> Result<(), Error> {
        let (around, along, radius) = (48, 30, 10.0);
        let tube = cylinder(around, along, radius, 1.3)?;
        // The sides of a prism, unrolled: the shorter way around.
        let side = 2.0 * radius * (PI / around as f64).sin();
        let truth = |vertex: usize| {
            let step = (vertex % around).abs_diff(5);
            let x = side * step.min(around - step) as f64;
            x.hypot(1.3 * (vertex / around) as f64)
        };
        check(&excess(&tube, STEINER_POINTS, 5, truth)?, 9e-3, 3.5e-3);
        Ok(())
    }

    #[test]
    fn more_places_bring_it_nearer_to_the_truth() -> Result<(), Error> {
        let plane = grid(30, 30, [1.0, 1.0], 0.3)?;
        let truth = |vertex: usize| distance(plane.at(3), plane.at(vertex));
        let means = [0, 1, 3, 7, 15].map(|between| excess(&plane, between, 3, truth).map(|found| found.mean));
        let means = means.into_iter().collect::<Result<Vec<_>, _>>()?;
        assert!(means.windows(2).all(|pair| pair[1] < pair[0]), "{means:?}");
        assert!(means[4] < 6e-4, "{means:?}");
        Ok(())
    }

    #[test]
    fn the_way_back_is_as_long() -> Result<(), Error> {
        let uneven = grid(12, 9, [1.0, 1.3], 0.4)?;
        let geodesics = Geodesics::new(&uneven, 3)?;
        let all = (0..uneven.vertices()).map(|from| geodesics.distances(from)).collect::<Result<Vec<_>, _>>()?;
        for (a, b) in (0..uneven.vertices()).flat_map(|a| (0..a).map(move |b| (a, b))) {
            let (there, back) = (all[a][b].expect("connected"), all[b][a].expect("connected"));
            assert!((there - back).abs() < 1e-9, "{a} {b}: {there} {back}");
        }
        Ok(())
    }

    #[test]
    fn no_path_leads_to_another_part() -> Result<(), Error> {
        let plane = grid(5, 5, [1.0, 1.0], 0.0)?;
        let far = &plane.points() + 0.5;
        let points = concatenate![Axis(0), plane.points(), far, Array2::zeros((1, 3))];
        let second = plane.triangles().iter().map(|corners| corners.map(|corner| corner + 25));
        let both = Surface::new(points, plane.triangles().iter().copied().chain(second).collect())?;
        let geodesics = Geodesics::new(&both, 2)?;
        let found = geodesics.distances(30)?;
        assert!(found[..25].iter().all(Option::is_none) && found[25..50].iter().all(Option::is_some));
        assert_eq!(found[50], None);
        assert_eq!(geodesics.distances(50)?.iter().flatten().collect::<Vec<_>>(), [&0.0]);
        assert_eq!(geodesics.distances_to(30, &[3, 30])?, [None, Some(0.0)]);
        Ok(())
    }

    #[test]
    fn some_targets_have_the_distances_of_all() -> Result<(), Error> {
        let sphere = icosphere(3, 50.0)?;
        let geodesics = Geodesics::new(&sphere, 3)?;
        let all = geodesics.distances(11)?;
        let mut rng = StdRng::seed_from_u64(1);
        let targets: Vec<usize> = (0..20).map(|_| rng.random_range(0..sphere.vertices())).collect();
        let expected: Vec<_> = targets.iter().map(|target| all[*target]).collect();
        assert_eq!(geodesics.distances_to(11, &targets)?, expected);
        assert_eq!(geodesics.distances_to(11, &[])?, []);
        assert!(matches!(geodesics.distances_to(11, &[642]), Err(Error::Vertex { vertex: 642, .. })));
        assert!(matches!(geodesics.distances(642), Err(Error::Vertex { .. })));
        Ok(())
    }

    #[test]
    fn flat_and_doubled_triangles_are_harmless() -> Result<(), Error> {
        let points = ndarray::array![[0.0, 0.0, 0.0], [3.0, 0.0, 0.0], [3.0, 4.0, 0.0], [3.0, 0.0, 0.0]];
        let triangles = vec![[0, 1, 2], [2, 1, 0], [1, 3, 1], [1, 3, 2]];
        let surface = Surface::new(points, triangles)?;
        let found = Geodesics::new(&surface, 2)?.distances(0)?;
        assert_eq!(found, [Some(0.0), Some(3.0), Some(5.0), Some(3.0)]);
        Ok(())
    }

    #[test]
    fn too_many_places_are_refused() -> Result<(), Error> {
        let plane = grid(5, 5, [1.0, 1.0], 0.0)?;
        assert!(matches!(Geodesics::new(&plane, 1 << 30), Err(Error::Places { .. })));
        assert!(matches!(Geodesics::new(&plane, usize::MAX), Err(Error::Places { .. })));
        Ok(())
    }
}
