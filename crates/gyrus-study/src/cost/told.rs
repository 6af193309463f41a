//! A cost in words, and several as one.

use std::fmt;
use std::ops::Add;

use super::Cost;

impl Cost {
    /// What nothing costs.
    pub const NONE: Self = Self { seconds: Some(0.0), memory: 0, disk: 0 };
}

impl Add for Cost {
    type Output = Self;

    /// One after the other: times and files add up, of memory the most counts.
    fn add(self, next: Self) -> Self {
        Self {
            seconds: self.seconds.zip(next.seconds).map(|(a, b)| a + b),
            memory: self.memory.max(next.memory),
            disk: self.disk + next.disk,
        }
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.seconds {
            Some(seconds) => write!(formatter, "about {}, ", duration(seconds))?,
            None => formatter.write_str("as long as the GPU takes, ")?,
        }
        write!(formatter, "{} of memory, {} on disk", size(self.memory), size(self.disk))
    }
}

/// Seconds, minutes or hours.
fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 1.5 => "1 s".into(),
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 5400.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

/// Bytes in MiB or GiB.
pub fn size(bytes: u64) -> String {
    let mega = bytes as f64 / f64::from(1 << 20);
    match mega {
        m if m < 10.0 => format!("{m:.1} MiB"),
        m if m < 1024.0 => format!("{m:.0} MiB"),
        m => format!("{:.1} GiB", m / 1024.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_add_up_and_are_told() {
        let one = Cost { seconds: Some(100.0), memory: 3 << 30, disk: 5 << 20 };
        let two = Cost { seconds: Some(7200.0), memory: 1 << 20, disk: 100 << 20 };
        assert_eq!(one.to_string(), "about 2 min, 3.0 GiB of memory, 5.0 MiB on disk");
        assert_eq!((one + two).to_string(), "about 2.0 h, 3.0 GiB of memory, 105 MiB on disk");
        let gpu = Cost { seconds: None, ..one };
        assert!((gpu + Cost::NONE).to_string().starts_with("as long as the GPU takes"));
    }
}
