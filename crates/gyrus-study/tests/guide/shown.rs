//! Whether a page shows what was printed, as far as it can: times differ, and last digits between processors.

/// How far a number with a decimal point may be from the one that is shown.
const SHARE: f64 = 0.02;
const LEAST: f64 = 0.011;

/// A piece of a text: a number, or what stands between two.
#[derive(Debug, PartialEq)]
enum Piece<'a> {
    Number(&'a str),
    Words(&'a str),
}

/// Whether `shown` and `printed` say the same: words and whole numbers equal, numbers with a point nearly so, and seconds
/// at the end of a run whatever they are.
pub fn alike(shown: &str, printed: &str) -> bool {
    let (a, b) = (pieces(shown.trim_end()), pieces(printed.trim_end()));
    let seconds = |at: usize| matches!(b.get(at + 1), Some(Piece::Words(words)) if words.starts_with(" s)"));
    a.len() == b.len()
        && a.iter().zip(&b).enumerate().all(|(at, pair)| match pair {
            (Piece::Number(x), Piece::Number(y)) => x == y || near(x, y) || seconds(at),
            (x, y) => x == y,
        })
}

fn near(a: &str, b: &str) -> bool {
    let number = |text: &str| text.contains('.').then(|| text.parse::<f64>().ok()).flatten();
    match (number(a), number(b)) {
        (Some(a), Some(b)) => (a - b).abs() <= LEAST.max(SHARE * a.abs()),
        _ => false,
    }
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (mut found, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let starts = rest.starts_with(|c: char| c.is_ascii_digit());
        let words = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let (piece, next) = rest.split_at(if starts { digits } else { words });
        found.push(if starts { Piece::Number(piece) } else { Piece::Words(piece) });
        rest = next;
    }
    found
}

#[test]
fn times_and_last_digits_may_differ() {
    assert!(alike("18 steps, r 0.123 (2.5 s)\n", "18 steps, r 0.124 (10 s)"));
    assert!(!alike("18 steps", "17 steps"));
    assert!(!alike("r 0.1", "r 0.2"));
    assert!(!alike("a", "b"));
}
