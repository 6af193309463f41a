//! By which rule a penalty is chosen, and for whom.

/// What decides between penalties on the held-out rows of inner folds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Criterion {
    /// The lowest squared error per row, averaged over inner folds.
    #[default]
    SquaredError,
    /// The highest Pearson r, averaged over inner folds; an undefined r counts as 0.
    Correlation,
}

/// Which targets share a penalty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Sharing {
    /// None: each has its own.
    #[default]
    PerTarget,
    /// Those with the same number (t). Their squared errors are averaged as shares of their spread about the training means.
    Groups(Vec<usize>),
    /// All.
    All,
}

impl Sharing {
    /// The same for `copies` copies of `targets` targets side by side, none of which shares with another copy.
    #[must_use]
    pub fn copies(&self, targets: usize, copies: usize) -> Self {
        match self {
            Self::PerTarget => Self::PerTarget,
            Self::All => Self::Groups((0..copies).flat_map(|copy| vec![copy; targets]).collect()),
            Self::Groups(groups) => {
                let apart = groups.iter().max().map_or(0, |last| last + 1);
                Self::Groups((0..copies).flat_map(|copy| groups.iter().map(move |g| g + copy * apart)).collect())
            }
        }
    }
}

/// Which losses are computed in f64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Exact {
    /// Those that could be the lowest of their target; the others in f32, within 1e-5 of themselves and of the target's
    /// spread. The penalties are those that [`Exact::All`] chooses. Only squared errors of targets with a penalty of
    /// their own are computed so.
    #[default]
    Deciding,
    /// All.
    All,
}

/// By which rule a penalty is chosen, and for whom.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rule {
    /// What decides.
    pub criterion: Criterion,
    /// For whom.
    pub sharing: Sharing,
    /// How exactly.
    pub exact: Exact,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_share_nothing() {
        assert_eq!(Sharing::PerTarget.copies(2, 3), Sharing::PerTarget);
        assert_eq!(Sharing::All.copies(2, 3), Sharing::Groups(vec![0, 0, 1, 1, 2, 2]));
        assert_eq!(Sharing::Groups(vec![4, 0, 4]).copies(3, 2), Sharing::Groups(vec![4, 0, 4, 9, 5, 9]));
    }
}
