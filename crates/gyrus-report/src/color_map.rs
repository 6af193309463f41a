//! Colours for values between a low and a high end, even to the eye and readable without colour.

use plotters::style::RGBColor;

/// Equally spaced colours of the viridis map (van der Walt and Smith 2015, in the public domain), dark to light.
const STOPS: [RGBColor; 9] = [
    RGBColor(68, 1, 84),
    RGBColor(71, 45, 123),
    RGBColor(59, 82, 139),
    RGBColor(44, 114, 142),
    RGBColor(33, 145, 140),
    RGBColor(40, 174, 128),
    RGBColor(94, 201, 98),
    RGBColor(173, 220, 48),
    RGBColor(253, 231, 37),
];

/// The colour of a value that is undefined.
pub(crate) const UNDEFINED: RGBColor = RGBColor(200, 200, 200);

/// The colour at `share` of the way from the low to the high end; beyond the ends it stays.
pub(crate) fn color(share: f64) -> RGBColor {
    let place = share.clamp(0.0, 1.0) * (STOPS.len() - 1) as f64;
    let i = (place.floor() as usize).min(STOPS.len() - 2);
    let (from, to, t) = (STOPS[i], STOPS[i + 1], place - i as f64);
    let mix = |a: u8, b: u8| (f64::from(a) * (1.0 - t) + f64::from(b) * t).round() as u8;
    RGBColor(mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}

/// How light a colour looks, from 0 to 1 (relative luminance of the WCAG).
pub(crate) fn luminance(color: RGBColor) -> f64 {
    let linear = |c: u8| {
        let c = f64::from(c) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(color.0) + 0.7152 * linear(color.1) + 0.0722 * linear(color.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_grow_lighter_all_the_way() {
        let lights: Vec<f64> = (0..=100).map(|i| luminance(color(f64::from(i) / 100.0))).collect();
        assert!(lights.windows(2).all(|pair| pair[0] < pair[1]), "{lights:?}");
    }

    #[test]
    fn values_beyond_the_ends_keep_the_end_colours() {
        assert_eq!((color(-3.0), color(7.0)), (STOPS[0], STOPS[8]));
    }

    #[test]
    fn white_is_the_lightest() {
        assert!((luminance(RGBColor(255, 255, 255)) - 1.0).abs() < 1e-12);
    }
}
