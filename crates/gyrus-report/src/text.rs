//! Text in figures: its estimated width, wrapping, shortening, and numbers as text.
//!
//! No font is at hand when a figure is made, so widths are those of a wide sans-serif face:
//! what fits by this estimate fits on the reader's screen.

/// Width in pixels of `text` at `size` pixels, estimated from above.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(advance).sum::<f64>() * size
}

/// Width of one character in units of the font size, as in a wide sans-serif face.
fn advance(character: char) -> f64 {
    match character {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 0.33,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' | '/' => 0.41,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '\u{2212}' => 0.9,
        'A'..='Z' => 0.72,
        c if c.is_ascii() => 0.62,
        c if ('\u{80}'..'\u{2000}').contains(&c) => 0.68,
        _ => 1.0,
    }
}

/// How much wider bold letters are than plain ones, from above.
pub(crate) const BOLD: f64 = 1.15;

/// `text`, or its two ends around an ellipsis if it is wider than `limit` pixels: names often differ in their endings.
pub(crate) fn shortened(text: &str, size: f64, limit: f64) -> String {
    if width(text, size) <= limit {
        return text.to_owned();
    }
    let characters: Vec<char> = text.chars().collect();
    let cut = |n: usize| -> String {
        let (head, tail) = (&characters[..n.div_ceil(2)], &characters[characters.len() - n / 2..]);
        head.iter().chain(&['…']).chain(tail).collect()
    };
    (0..characters.len()).rev().map(cut).find(|short| width(short, size) <= limit).unwrap_or_default()
}

/// `text` broken at spaces into lines of at most `limit` pixels; a longer word is shortened.
pub(crate) fn wrapped(text: &str, size: f64, limit: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(line, size) + width(" ", size) + width(word, size) <= limit => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(shortened(word, size, limit)),
        }
    }
    lines
}

/// `value` with `digits` after the point, a real minus sign, no negative zero, and powers of ten where it is very long.
pub(crate) fn number(value: f64, digits: usize) -> String {
    let plain = if value != 0.0 && (value.abs() >= 1e9 || digits > 9) {
        format!("{value:.2e}")
    } else {
        format!("{value:.digits$}")
    };
    match plain.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| matches!(c, '0' | '.')) => rest.to_owned(),
        Some(rest) => format!("\u{2212}{rest}"),
        None => plain,
    }
}

/// `text` without characters that no XML or HTML document may hold.
pub(crate) fn printable(text: &str) -> String {
    let forbidden = |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || matches!(c, '\u{FFFE}' | '\u{FFFF}');
    text.chars().map(|c| if forbidden(c) { '\u{FFFD}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_to_zero_leaves_no_minus() {
        assert_eq!(number(-0.0001, 2), "0.00");
        assert_eq!(number(-0.0, 1), "0.0");
    }

    #[test]
    fn minus_is_a_minus_sign() {
        assert_eq!(number(-1.25, 2), "\u{2212}1.25");
    }

    #[test]
    fn huge_numbers_are_powers_of_ten() {
        assert_eq!(number(1.5e300, 2), "1.50e300");
    }

    #[test]
    fn wrapped_lines_fit_and_lose_no_word() {
        let text = "the longer the title of a figure is the more lines it takes up above the panels";
        let lines = wrapped(text, 10.0, 150.0);
        assert!(lines.len() > 2 && lines.iter().all(|line| width(line, 10.0) <= 150.0));
        assert_eq!(lines.join(" "), text);
    }

    #[test]
    fn shortened_text_fits() {
        let name = "a-model-with-a-name-that-goes-on-and-on";
        assert!(width(&shortened(name, 12.0, 100.0), 12.0) <= 100.0);
        assert_eq!(shortened("short", 12.0, 100.0), "short");
        assert_eq!(shortened("abcdefgh", 10.0, 30.0), "ab…h");
    }

    #[test]
    fn control_characters_are_replaced() {
        assert_eq!(printable("a\u{1b}[1mb\u{0}"), "a\u{FFFD}[1mb\u{FFFD}");
    }
}
