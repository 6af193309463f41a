//! Where sections stand in the contents.

use gyrus_report::Section;

/// The section of electrodes over outlines of the cortex.
pub const CORTEX: &str = "On the cortex";

/// Sections by their headings, in groups, in the order of the contents.
const GROUPS: [(&str, &[&str]); 5] = [
    (
        "Findings",
        &[
            "What was found",
            "Do better language models resemble the brain more?",
            "Are better models more alike?",
            "Does context matter",
            "Hierarchy",
        ],
    ),
    (
        "Layers and brain",
        &[
            "Scores by layer",
            "Beyond the controls",
            CORTEX,
            "Layers and lags",
            "Dimensions of the layers",
            "What only one kind of feature explains",
            "Other listeners",
            "Scores and ceilings",
        ],
    ),
    ("Models", &["Models and text", "Benchmarks", "Model against model", "What context adds to the states"]),
    ("Checks", &["Canaries", "What was planted and what was found", "What could have been found"]),
    ("Material", &["Recordings and controls", "Words", "What to cite"]),
];

/// Every heading, in order.
pub fn headings() -> impl Iterator<Item = &'static str> {
    GROUPS.iter().flat_map(|(_, headings)| headings.iter().copied()).filter(|heading| *heading != CORTEX)
}

/// `sections` in the order of the contents, each with its group; those without one come last, in their own order.
pub fn ordered(sections: Vec<Section>) -> Vec<(&'static str, Section)> {
    let place = |section: &Section| {
        let all = GROUPS.iter().flat_map(|(group, headings)| headings.iter().map(move |heading| (*group, *heading)));
        let found = all.enumerate().find(|(_, (_, heading))| *heading == section.heading());
        found.map_or((usize::MAX, "More"), |(at, (group, _))| (at, group))
    };
    let mut placed: Vec<_> = sections.into_iter().map(|section| (place(&section), section)).collect();
    placed.sort_by_key(|((at, _), _)| *at);
    placed.into_iter().map(|((_, group), section)| (group, section)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_section_comes_last() {
        let sections = ["New", "Words", "What was found"].map(Section::new).to_vec();
        let ordered = ordered(sections);
        let headings: Vec<_> = ordered.iter().map(|(group, section)| (*group, section.heading())).collect();
        assert_eq!(headings, [("Findings", "What was found"), ("Material", "Words"), ("More", "New")]);
    }
}
