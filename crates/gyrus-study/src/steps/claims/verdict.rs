//! Whether a claim holds, in a sentence made from its numbers.

use gyrus_report::Verdict;

use super::{Judgement, Property};

/// The largest p that counts as a finding.
pub const LEVEL: f64 = 0.05;

/// What the numbers of `found` say of the claim about its property.
pub fn verdict(found: &Judgement) -> String {
    let relation = &found.relation;
    let rho = relation.rho;
    let (low, high) = relation.range_without();
    let numbers = format!(
        "rho {:.2} over {} models{}, p {}; {}",
        rho.value,
        relation.models,
        if rho.low.is_nan() { String::new() } else { format!(" ({:.2} to {:.2})", rho.low, rho.high) },
        p(relation.p),
        match low.is_nan() {
            true => "families cannot be left out one by one".to_owned(),
            false => format!("{low:.2} to {high:.2} without any one family"),
        }
    );
    let claim = claim(found.property);
    match standing(found) {
        Verdict::NotAsked => format!("Whether {claim} cannot be asked here."),
        Verdict::Holds => format!("In this material {claim}: {numbers}."),
        Verdict::Partly => format!("In this material {claim}, but a single family carries it: {numbers}."),
        Verdict::Opposite => format!("In this material the opposite of the claim that {claim} holds: {numbers}."),
        Verdict::Unclear => format!("In this material it cannot be told whether {claim}: {numbers}."),
    }
}

/// The same in a word; partly where a single family carries it.
pub fn standing(found: &Judgement) -> Verdict {
    let (relation, claimed) = (&found.relation, found.property.claimed());
    let (low, high) = relation.range_without();
    let firm = if claimed > 0.0 { low > 0.0 } else { high < 0.0 };
    match (relation.p <= LEVEL, relation.rho.value * claimed > 0.0) {
        _ if relation.rho.value.is_nan() => Verdict::NotAsked,
        (true, true) if firm => Verdict::Holds,
        (true, true) => Verdict::Partly,
        (true, false) => Verdict::Opposite,
        (false, _) => Verdict::Unclear,
    }
}

/// The claim about a property, without a capital.
pub fn claim(property: Property) -> &'static str {
    match property {
        Property::Similarity => "better language models are more like the brain",
        Property::OverControls => "better language models add more to the controls",
        Property::PeakDepth => "better language models are most like the brain in earlier layers",
        Property::TargetsPeakDepth => "the targets of better language models peak in earlier layers",
        Property::Alignment => "better language models follow the brain's hierarchy more closely",
        Property::ContextGain => "better language models gain more from context",
    }
}

/// A p value in words.
pub fn p(p: f64) -> String {
    if p < 0.001 { "below 0.001".into() } else { format!("{p:.3}") }
}

#[cfg(test)]
mod tests {
    use gyrus_encoding::Relation;

    use super::*;
    use crate::steps::claims::Quality;

    fn judgement(property: Property, y: &[f64], families: &[&str]) -> Judgement {
        let x: Vec<f64> = (0..y.len()).map(|i| i as f64).collect();
        let relation = Relation::of(&x, y, families, 999, 1);
        Judgement { quality: Quality::Text, property, relation, fixed: Vec::new() }
    }

    #[test]
    fn the_sentence_follows_the_numbers() {
        let (rising, families) = ([0.1, 0.2, 0.4, 0.3, 0.5, 0.6, 0.7, 0.8], ["a", "a", "b", "b", "c", "c", "d", "d"]);
        let says = |property, y: &[f64]| verdict(&judgement(property, y, &families));
        assert!(says(Property::Similarity, &rising).starts_with("In this material better language models are more"));
        assert!(says(Property::PeakDepth, &rising).contains("the opposite"));
        let flat = [0.1, 0.9, 0.2, 0.8, 0.15, 0.85, 0.3, 0.4];
        assert!(says(Property::Alignment, &flat).contains("cannot be told"));
        assert!(says(Property::Similarity, &[1.0; 8]).contains("cannot be asked"));
    }

    #[test]
    fn a_claim_that_one_family_carries_is_said_to_be() {
        let y = [0.3, 0.2, 0.1, 0.0, 5.0, 6.0, 7.0, 8.0];
        let families = ["a", "a", "a", "a", "b", "b", "b", "b"];
        assert!(verdict(&judgement(Property::Similarity, &y, &families)).contains("a single family carries it"));
    }
}
