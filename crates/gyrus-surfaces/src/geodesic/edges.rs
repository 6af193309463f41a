//! Which triangles meet at an edge, and which at a vertex.

use std::collections::HashMap;

use crate::Surface;

/// The edges of a mesh and what touches what.
///
/// An edge may belong to one triangle, as at a border, to two, or to more.
#[derive(Debug, Clone)]
pub(super) struct Edges {
    /// The two vertices of each edge, the lower one first.
    pub ends: Vec<[u32; 2]>,
    /// The edges of each triangle; edge i lies opposite to corner i.
    pub of_triangle: Vec<[u32; 3]>,
    /// The triangles of each edge.
    pub triangles: Lists,
    /// The triangles of each vertex.
    pub around: Lists,
}

/// Many short lists, one after the other.
#[derive(Debug, Clone)]
pub(super) struct Lists {
    starts: Vec<usize>,
    entries: Vec<u32>,
}

impl Edges {
    pub fn of(surface: &Surface) -> Self {
        let mut ends = Vec::new();
        let mut found: HashMap<[u32; 2], u32> = HashMap::with_capacity(surface.triangles().len() * 3 / 2);
        let mut edge = |a: u32, b: u32| {
            let pair = [a.min(b), a.max(b)];
            *found.entry(pair).or_insert_with(|| {
                ends.push(pair);
                ends.len() as u32 - 1
            })
        };
        let of_triangle: Vec<_> =
            surface.triangles().iter().map(|&[a, b, c]| [edge(b, c), edge(c, a), edge(a, b)]).collect();
        Self {
            triangles: Lists::of(&of_triangle, ends.len()),
            around: Lists::of(surface.triangles(), surface.vertices()),
            of_triangle,
            ends,
        }
    }
}

impl Lists {
    /// For each of `n` numbers the positions of the `triples` that hold it.
    fn of(triples: &[[u32; 3]], n: usize) -> Self {
        let mut starts = vec![0; n + 1];
        triples.iter().flatten().for_each(|&number| starts[number as usize + 1] += 1);
        (0..n).for_each(|i| starts[i + 1] += starts[i]);
        let (mut next, mut entries) = (starts.clone(), vec![0; triples.len() * 3]);
        for (position, number) in triples.iter().enumerate().flat_map(|(i, triple)| triple.map(|number| (i, number))) {
            entries[next[number as usize]] = position as u32;
            next[number as usize] += 1;
        }
        Self { starts, entries }
    }

    /// The list of `number`.
    pub fn get(&self, number: usize) -> &[u32] {
        &self.entries[self.starts[number]..self.starts[number + 1]]
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::Error;

    #[test]
    fn two_triangles_share_an_edge() -> Result<(), Error> {
        let surface = Surface::new(Array2::zeros((5, 3)), vec![[0, 1, 2], [2, 1, 3]])?;
        let edges = Edges::of(&surface);
        assert_eq!(edges.ends, [[1, 2], [0, 2], [0, 1], [1, 3], [2, 3]]);
        assert_eq!(edges.of_triangle, [[0, 1, 2], [3, 4, 0]]);
        assert_eq!(edges.triangles.get(0), [0, 1]);
        assert_eq!(edges.triangles.get(4), [1]);
        assert_eq!((edges.around.get(1), edges.around.get(3)), (&[0, 1][..], &[1][..]));
        assert!(edges.around.get(4).is_empty());
        Ok(())
    }
}
