//! Places names beside points so that they cover neither each other nor the points, where that is possible.

use crate::canvas::{Anchor, Canvas, Font, MUTED, Point, Stroke};
use crate::{Error, text};

const SIZE: f64 = 12.5;

/// A rectangle in pixels that is taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Taken {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Taken {
    /// The square of `radius` pixels around a point.
    pub fn around((x, y): Point, radius: f64) -> Self {
        Self { left: x - radius, top: y - radius, right: x + radius, bottom: y + radius }
    }

    /// Area that two rectangles share, in square pixels.
    fn overlap(&self, other: &Self) -> f64 {
        let wide = self.right.min(other.right) - self.left.max(other.left);
        let high = self.bottom.min(other.bottom) - self.top.max(other.top);
        wide.max(0.0) * high.max(0.0)
    }

    /// Area outside of `room`, in square pixels.
    fn outside(&self, room: &Self) -> f64 {
        (self.right - self.left) * (self.bottom - self.top) - self.overlap(room)
    }
}

/// Writes each name beside its point inside `room`, where it covers least of what is `taken` and of earlier names.
pub(crate) fn draw(
    canvas: &Canvas<'_>,
    names: &[(String, Point)],
    room: Taken,
    mut taken: Vec<Taken>,
) -> Result<(), Error> {
    for (name, point) in names.iter().filter(|(name, _)| !name.is_empty()) {
        let name = text::shortened(name, SIZE, 240.0);
        let place = best(*point, text::width(&name, SIZE), &room, &taken);
        let middle = ((place.left + place.right) / 2.0, (place.top + place.bottom) / 2.0);
        if let Some(end) = leader(*point, &place) {
            canvas.line(&[*point, end], Stroke { color: MUTED, opacity: 0.7, width: 0.7 })?;
        }
        canvas.text(&name, middle, Font::new(SIZE, Anchor::Middle))?;
        taken.push(place);
    }
    Ok(())
}

/// The free place nearest to the point; where none is free, the one that covers least.
fn best((x, y): Point, width: f64, room: &Taken, taken: &[Taken]) -> Taken {
    let (half, rise) = (width / 2.0, 8.0);
    let mut best: Option<(f64, Taken)> = None;
    for distance in [9.0, 18.0, 30.0, 45.0, 65.0] {
        let (side, up) = (distance + half, distance + rise);
        let ways =
            [(side, 0.0), (-side, 0.0), (0.0, -up), (0.0, up), (side, -up), (side, up), (-side, -up), (-side, up)];
        for (dx, dy) in ways {
            let (cx, cy) = (x + dx, y + dy);
            let place = Taken { left: cx - half, right: cx + half, top: cy - rise, bottom: cy + rise };
            let covered = taken.iter().map(|other| place.overlap(other)).sum::<f64>() + 4.0 * place.outside(room);
            if best.is_none_or(|(least, _)| covered < least - 1e-9) {
                best = Some((covered, place));
            }
        }
    }
    best.expect("there are places to try").1
}

/// Where a thin line from the point to a distant name ends; `None` if the name is close.
fn leader((x, y): Point, place: &Taken) -> Option<Point> {
    let end = (x.clamp(place.left, place.right), y.clamp(place.top, place.bottom));
    ((end.0 - x).hypot(end.1 - y) > 16.0).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Taken = Taken { left: 0.0, top: 0.0, right: 500.0, bottom: 500.0 };

    #[test]
    fn a_free_point_has_its_name_to_the_right() {
        let place = best((100.0, 100.0), 50.0, &ROOM, &[]);
        assert_eq!((place.left, place.top), (109.0, 92.0));
    }

    #[test]
    fn names_stay_in_the_room() {
        let place = best((495.0, 5.0), 50.0, &ROOM, &[]);
        assert_eq!(place.outside(&ROOM), 0.0);
    }

    #[test]
    fn crowded_names_do_not_cover_each_other() {
        let mut taken: Vec<Taken> = Vec::new();
        for i in 0..6 {
            let place = best((200.0 + f64::from(i), 200.0), 60.0, &ROOM, &taken);
            assert!(taken.iter().all(|other| place.overlap(other) == 0.0), "name {i}");
            taken.push(place);
        }
    }
}
