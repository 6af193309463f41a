//! Which targets share a penalty, by the names of their groups.

use gyrus_recordings::Target;

/// The group of each target: the number of the first target whose group has the same name; a target without a group is
/// alone.
pub fn penalty_groups(targets: &[Target]) -> Vec<usize> {
    let mut first = std::collections::HashMap::new();
    let number = |(target, one): (usize, &Target)| match &one.group {
        Some(group) => *first.entry(group.clone()).or_insert(target),
        None => target,
    };
    targets.iter().enumerate().map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_without_a_group_are_alone() {
        let named = |group: &str| Target { group: Some(group.to_owned()), ..Target::named("t") };
        let targets = [named("b"), Target::named("t"), named("a"), named("b"), Target::named("t"), named("a")];
        assert_eq!(penalty_groups(&targets), [0, 1, 2, 0, 4, 2]);
    }
}
