//! Puts a point, such as an electrode, on a surface.

use crate::{Error, Surface};

/// The place of a surface that is nearest to a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearest {
    /// The vertex nearest to the point; the lowest among equals.
    pub vertex: usize,
    /// Distance from the point to that vertex, in mm.
    pub to_vertex: f64,
    /// Distance from the point to the surface, which may be nearer between vertices, in mm.
    pub to_surface: f64,
}

impl Surface {
    /// The place nearest to `point`, in mm and in the space of the surface, among vertices that belong to a triangle.
    ///
    /// # Errors
    /// [`Error::Point`] if a coordinate is not finite.
    pub fn nearest(&self, point: [f64; 3]) -> Result<Nearest, Error> {
        if point.iter().any(|coordinate| !coordinate.is_finite()) {
            return Err(Error::Point(point));
        }
        let to = |corner: u32| distance(self.at(corner as usize), point);
        let corners = self.triangles().iter().flatten().map(|corner| (to(*corner), *corner));
        let (to_vertex, vertex) =
            corners.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))).expect("a surface has a triangle");
        let near = |corners: [u32; 3]| {
            let places = corners.map(|corner| self.at(corner as usize));
            let longest = (0..3).map(|i| distance(places[i], places[(i + 1) % 3])).fold(0.0, f64::max);
            // No point of a triangle is farther from its corners than its longest edge.
            (distance(places[0], point) <= to_vertex + longest).then(|| to_triangle(point, places))
        };
        let to_surface = self.triangles().iter().filter_map(|corners| near(*corners)).fold(to_vertex, f64::min);
        Ok(Nearest { vertex: vertex as usize, to_vertex, to_surface })
    }

    /// The place nearest to `point`, if the surface is at most `limit` mm away.
    ///
    /// # Errors
    /// [`Error::TooFar`] if it is farther, [`Error::Limit`] if the limit is no positive number, [`Error::Point`] as above.
    pub fn snap(&self, point: [f64; 3], limit: f64) -> Result<Nearest, Error> {
        if !(limit > 0.0 && limit.is_finite()) {
            return Err(Error::Limit(limit));
        }
        match self.nearest(point)? {
            nearest if nearest.to_surface <= limit => Ok(nearest),
            Nearest { to_surface: distance, .. } => Err(Error::TooFar { point, distance, limit }),
        }
    }
}

pub(crate) fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    dot(minus(a, b), minus(a, b)).sqrt()
}

/// Distance from `p` to the triangle `a`, `b`, `c`: that to its plane if the foot lies inside, else to its nearest edge.
fn to_triangle(p: [f64; 3], [a, b, c]: [[f64; 3]; 3]) -> f64 {
    let (u, v, w) = (minus(b, a), minus(c, a), minus(p, a));
    let (uu, uv, vv, wu, wv) = (dot(u, u), dot(u, v), dot(v, v), dot(w, u), dot(w, v));
    // The foot is a + s u + t v.
    let area = uu * vv - uv * uv;
    let (s, t) = ((vv * wu - uv * wv) / area, (uu * wv - uv * wu) / area);
    if s >= 0.0 && t >= 0.0 && s + t <= 1.0 {
        let foot = [0, 1, 2].map(|i| a[i] + s * u[i] + t * v[i]);
        return distance(p, foot);
    }
    [(a, b), (b, c), (c, a)].map(|(from, to)| to_segment(p, from, to)).into_iter().fold(f64::INFINITY, f64::min)
}

/// Distance from `p` to the segment from `a` to `b`.
fn to_segment(p: [f64; 3], a: [f64; 3], b: [f64; 3]) -> f64 {
    let along = minus(b, a);
    let length = dot(along, along);
    let at = if length > 0.0 { (dot(minus(p, a), along) / length).clamp(0.0, 1.0) } else { 0.0 };
    distance(p, [0, 1, 2].map(|i| a[i] + at * along[i]))
}

fn minus(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::array;
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;
    use crate::geodesic::shapes::icosphere;

    fn triangle() -> Result<Surface, Error> {
        Surface::new(array![[9.0, 9.0, 9.0], [0.0, 0.0, 0.0], [4.0, 0.0, 0.0], [0.0, 4.0, 0.0]], vec![[1, 2, 3]])
    }

    #[test]
    fn the_surface_may_be_nearer_than_its_vertices() -> Result<(), Error> {
        let surface = triangle()?;
        for (point, vertex, to_surface) in [
            ([1.0, 1.5, 2.0], 1, 2.0),
            ([2.0, -3.0, 0.0], 1, 3.0),
            ([3.0, 3.0, 0.0], 2, 2.0_f64.sqrt()),
            ([0.0, 7.0, 4.0], 3, 5.0),
        ] {
            let found = surface.nearest(point)?;
            assert_eq!(found.vertex, vertex);
            assert_abs_diff_eq!(found.to_surface, to_surface, epsilon = 1e-12);
            assert_abs_diff_eq!(found.to_vertex, distance(point, surface.at(vertex)), epsilon = 1e-12);
        }
        Ok(())
    }

    #[test]
    fn points_near_and_far_are_told_apart() -> Result<(), Error> {
        let surface = triangle()?;
        assert_eq!(surface.snap([1.0, 1.0, 2.0], 2.5)?.vertex, 1);
        let error = surface.snap([1.0, 1.0, 3.0], 2.5).expect_err("too far").to_string();
        assert_eq!(error, "the point `[1.0, 1.0, 3.0]` is 3.0 mm from the surface, more than 2.5 mm");
        assert!(matches!(surface.snap([0.0; 3], 0.0), Err(Error::Limit(_))));
        assert!(matches!(surface.nearest([0.0, f64::NAN, 0.0]), Err(Error::Point(_))));
        Ok(())
    }

    #[test]
    fn the_nearest_triangle_is_found_among_all() -> Result<(), Error> {
        let surface = icosphere(2, 50.0)?;
        let mut rng = StdRng::seed_from_u64(4);
        for _ in 0..50 {
            let point = [0; 3].map(|_| rng.random_range(-70.0..70.0));
            let places = |corners: &[u32; 3]| corners.map(|corner| surface.at(corner as usize));
            let all = surface.triangles().iter().map(|corners| to_triangle(point, places(corners)));
            let found = surface.nearest(point)?;
            assert_abs_diff_eq!(found.to_surface, all.fold(f64::INFINITY, f64::min), epsilon = 1e-12);
            assert!(found.to_surface <= found.to_vertex);
        }
        Ok(())
    }

    #[test]
    fn a_flat_triangle_is_its_edges() {
        let line = [[0.0; 3], [1.0, 0.0, 0.0], [2.0, 0.0, 0.0]];
        assert_abs_diff_eq!(to_triangle([1.5, 3.0, 0.0], line), 3.0);
        assert_abs_diff_eq!(to_triangle([5.0, 0.0, 4.0], line), 5.0);
        assert_abs_diff_eq!(to_triangle([3.0, 4.0, 0.0], [[0.0; 3]; 3]), 5.0);
    }
}
