//! From places in an image to places in the head.

/// How far apart two affines of one space may be, in the unit of the coordinates, which is most often mm.
const SAME: f64 = 1e-3;

/// A matrix that turns the place of a voxel, from 0, into coordinates: three rows of `x y z 1`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Affine(pub [[f64; 4]; 3]);

impl Affine {
    /// Coordinates of a place.
    pub fn apply(&self, place: [f64; 3]) -> [f64; 3] {
        self.0.map(|row| row[0] * place[0] + row[1] * place[1] + row[2] * place[2] + row[3])
    }

    /// Whether both are one, up to rounding.
    pub fn is_close(&self, other: &Self) -> bool {
        self.0.iter().flatten().zip(other.0.iter().flatten()).all(|(a, b)| (a - b).abs() <= SAME)
    }

    /// The affine of a rotation as a quaternion without its first part, sizes of voxels, and an offset.
    ///
    /// With `a = sqrt(1 - b^2 - c^2 - d^2)` the rotation is
    /// `[[a2+b2-c2-d2, 2bc-2ad, 2bd+2ac], [2bc+2ad, a2+c2-b2-d2, 2cd-2ab], [2bd-2ac, 2cd+2ab, a2+d2-b2-c2]]`,
    /// its columns are multiplied by the sizes, and the third one by `handedness` too.
    pub(super) fn of_quaternion(quaternion: [f64; 3], sizes: [f64; 3], handedness: f64, offset: [f64; 3]) -> Self {
        let [mut b, mut c, mut d] = quaternion;
        let rest = 1.0 - (b * b + c * c + d * d);
        let a = if rest < 1e-7 {
            // Rounding has made it longer than 1.
            let length = (b * b + c * c + d * d).sqrt();
            (b, c, d) = (b / length, c / length, d / length);
            0.0
        } else {
            rest.sqrt()
        };
        let rotation = [
            [a * a + b * b - c * c - d * d, 2.0 * (b * c - a * d), 2.0 * (b * d + a * c)],
            [2.0 * (b * c + a * d), a * a + c * c - b * b - d * d, 2.0 * (c * d - a * b)],
            [2.0 * (b * d - a * c), 2.0 * (c * d + a * b), a * a + d * d - b * b - c * c],
        ];
        let scale = [sizes[0], sizes[1], sizes[2] * if handedness < 0.0 { -1.0 } else { 1.0 }];
        let row = |i: usize| {
            let [x, y, z] = rotation[i];
            [x * scale[0], y * scale[1], z * scale[2], offset[i]]
        };
        Self([row(0), row(1), row(2)])
    }

    /// The affine of an image that says nothing but sizes: its middle is the origin, and left is right.
    pub(super) fn of_sizes(sizes: [f64; 3], shape: [usize; 3]) -> Self {
        let scale = [-sizes[0], sizes[1], sizes[2]];
        let row = |i: usize| {
            let mut row = [0.0; 4];
            row[i] = scale[i];
            row[3] = -scale[i] * (shape[i] as f64 - 1.0) / 2.0;
            row
        };
        Self([row(0), row(1), row(2)])
    }
}
