//! What can be wrong with a surface, its regions, or an electrode upon it.

use std::path::PathBuf;

/// A surface that cannot be used, with the place and the value that are wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file that cannot be read.
    #[error("read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file that is none of those this crate reads.
    #[error("`{}` is {found}, {wanted}", path.display())]
    Kind {
        /// The file.
        path: PathBuf,
        /// What it seems to be.
        found: &'static str,
        /// What is read instead.
        wanted: &'static str,
    },
    /// A field of a binary file that cannot be right.
    #[error("`{}` byte {byte} (from 0): {field} {wrong}: `{value}`", path.display())]
    Field {
        /// The file.
        path: PathBuf,
        /// First byte of the field, from 0.
        byte: usize,
        /// What the field is.
        field: &'static str,
        /// What is wrong with it.
        wrong: &'static str,
        /// Its value.
        value: String,
    },
    /// A binary file that ends before what it announces.
    #[error("`{}` byte {byte} (from 0): {field} takes {needed} bytes, {left} are left", path.display())]
    Short {
        /// The file.
        path: PathBuf,
        /// Where the field begins, in bytes from 0.
        byte: usize,
        /// What the field is.
        field: &'static str,
        /// Bytes that it takes.
        needed: u64,
        /// Bytes that are left.
        left: usize,
    },
    /// A line of a text file with a value that cannot be right.
    #[error("`{}` line {line} {wrong}: `{value}`", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// What is wrong with it.
        wrong: &'static str,
        /// The value.
        value: String,
    },
    /// A GIFTI file that is not well-formed XML.
    #[error("`{}` byte {byte} (from 0) is not XML: {source}", path.display())]
    Xml {
        /// The file.
        path: PathBuf,
        /// Where it breaks, in bytes from 0.
        byte: u64,
        /// What the parser says.
        source: Box<quick_xml::Error>,
    },
    /// A part of a GIFTI file that cannot be right.
    #[error("`{}` {part}: {wrong}: `{value}`", path.display())]
    Gifti {
        /// The file.
        path: PathBuf,
        /// An array, from 1, or another part of the file.
        part: String,
        /// What is wrong with it.
        wrong: &'static str,
        /// The value.
        value: String,
    },
    /// A GIFTI file that does not hold what is wanted of it exactly once.
    #[error("`{}` has {found} arrays of {wanted} instead of one", path.display())]
    OneArray {
        /// The file.
        path: PathBuf,
        /// What is wanted.
        wanted: &'static str,
        /// How many there are.
        found: usize,
    },
    /// A surface or parcellation that would not be valid, with the file it came from.
    #[error("`{}`: {source}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: Box<Error>,
    },
    /// A surface without triangles, or with none of its own points.
    #[error(
        "a surface needs points `(vertices, 3)` and triangles: {vertices} x {columns} numbers, {triangles} triangles"
    )]
    Empty {
        /// Rows of points.
        vertices: usize,
        /// Numbers in each.
        columns: usize,
        /// Triangles.
        triangles: usize,
    },
    /// A vertex whose place is no place.
    #[error("vertex {vertex} (from 0) has the coordinate `{value}`")]
    Coordinate {
        /// The vertex, from 0.
        vertex: usize,
        /// The coordinate.
        value: f64,
    },
    /// A triangle of vertices that do not exist.
    #[error("triangle {triangle} (from 0) has the corner `{corner}`, the surface has {vertices} vertices")]
    Corner {
        /// The triangle, from 0.
        triangle: usize,
        /// Its corner.
        corner: i64,
        /// Vertices there are.
        vertices: usize,
    },
    /// A vertex that does not exist.
    #[error("vertex `{vertex}` (from 0) is none of the surface's {vertices}")]
    Vertex {
        /// The vertex, from 0.
        vertex: usize,
        /// Vertices there are.
        vertices: usize,
    },
    /// More places on a surface than can be counted.
    #[error("`{between}` places on each of {edges} edges are more than 2^32")]
    Places {
        /// Edges of the surface.
        edges: usize,
        /// Places on each.
        between: usize,
    },
    /// A point that is no place.
    #[error("a point must be finite: `{0:?}`")]
    Point([f64; 3]),
    /// A limit that is no distance.
    #[error("the farthest that a point may be from the surface must be a positive number of mm: `{0}`")]
    Limit(f64),
    /// A point that is too far from the surface to be on it.
    #[error("the point `{point:?}` is {distance:.1} mm from the surface, more than {limit} mm")]
    TooFar {
        /// The point in mm.
        point: [f64; 3],
        /// Its distance from the surface in mm.
        distance: f64,
        /// The limit in mm.
        limit: f64,
    },
    /// A region number without a name.
    #[error("vertex {vertex} (from 0) has the region `{region}`, there are {regions} names")]
    Region {
        /// The vertex, from 0.
        vertex: usize,
        /// The position of its region among the names.
        region: usize,
        /// Names there are.
        regions: usize,
    },
    /// A parcellation of another surface.
    #[error("the parcellation has {found} vertices, the surface {expected}")]
    OtherSurface {
        /// Vertices of the parcellation.
        found: usize,
        /// Vertices of the surface.
        expected: usize,
    },
}
