//! What was planted and what was found in sentences made from the numbers.

use gyrus_encoding::Estimate;

use super::lags::{LevelLags, Near};
use super::slopes::Slope;
use super::{Detection, Found, Latencies, Peaks, Reached};
use crate::settings::MapName;

/// One sentence or two for each question, in order.
pub fn verdicts(found: &Found) -> Vec<String> {
    let hierarchy = if planted_hierarchy(found) { slope(found) } else { no_hierarchy(found) };
    let own = found.detection.iter().find(|detection| detection.model == found.features);
    let hearing = found.hearing > 0;
    let all = [
        Some(hierarchy),
        hearing.then(|| peaks(&found.peaks)),
        found.latencies.as_ref().filter(|_| found.peaks.electrodes > 0).map(latencies),
        own.map(detection),
        hearing.then(|| reached(&found.reached)),
        (found.map == MapName::Shallow).then(|| shallow(found)),
    ];
    all.into_iter().flatten().collect()
}

/// Whether anything follows distance.
fn planted_hierarchy(found: &Found) -> bool {
    found.map == MapName::Hierarchy && found.hearing > 0
}

fn slope(found: &Found) -> String {
    let (slopes, best) = (&found.slopes, found.slopes.best());
    let whom = if slopes.responsive.is_some() { "targets that respond" } else { "targets" };
    let verdict = match best.holds() {
        Some(true) => "The planted hierarchy is found as it was planted",
        Some(false) if best.claims_hierarchy() => "The planted hierarchy is found, but not with the planted slope",
        Some(false) => "The planted hierarchy is not found",
        None => "The slope of the hierarchy is undefined",
    };
    let mut said = format!(
        "{verdict}: over {} {whom}, true peaks go deeper by {:.4} of the depth per mm, those that were found by {}.",
        best.electrodes,
        best.planted,
        interval(&best.found, 4),
    );
    if slopes.all.deaf > 0 && slopes.responsive.is_some() {
        said += &format!(
            " Over all {} targets, of which {} hear nothing and peak by chance, it is {}, {} the planted {:.4}.",
            slopes.all.electrodes,
            slopes.all.deaf,
            interval(&slopes.all.found, 4),
            if slopes.all.holds() == Some(true) { "which holds" } else { "which leaves out" },
            slopes.all.planted,
        );
    }
    said + &models(found)
}

fn no_hierarchy(found: &Found) -> String {
    let why = if found.hearing == 0 { "No electrode hears anything" } else { "Distance says nothing of what is heard" };
    let slopes = [Some(&found.slopes.all), found.slopes.responsive.as_ref()];
    let claimed = slopes.iter().flatten().any(|slope| slope.claims_hierarchy());
    let p = |slope: &Slope| format!("p {} over {} targets", p(slope.p), slope.electrodes);
    let all = p(&found.slopes.all);
    let numbers =
        found.slopes.responsive.as_ref().map_or(all.clone(), |some| format!("{all}, {} that respond", p(some)));
    let claim = if claimed { "and a hierarchy is claimed all the same" } else { "and no hierarchy is claimed" };
    format!("{why}, {claim}: {numbers}.{}", models(found))
}

/// How many language models follow distance.
fn models(found: &Found) -> String {
    let n = found.models.len();
    if n == 0 {
        return String::new();
    }
    let chance = if planted_hierarchy(found) {
        String::new()
    } else {
        format!(", where {:.1} are expected by chance", 0.05 * n as f64)
    };
    format!(
        " Peak layers of {} of {n} language models follow distance (p of at most .05){chance}.",
        found.aligned.len()
    )
}

fn peaks(found: &Peaks) -> String {
    if found.electrodes == 0 {
        return "No electrode that hears responds, so that nothing can be said of peaks.".into();
    }
    format!(
        "The 95 % intervals of peaks hold the true peak in {} of {} electrodes that hear and respond ({:.1} %); the rank \
         correlation of true and found depth is {}, and of {} pairs of neighbouring levels the higher one is found deeper in {}.",
        found.held,
        found.electrodes,
        100.0 * found.coverage(),
        number(found.rank, 2),
        found.pairs,
        found.ordered,
    )
}

fn latencies(found: &Latencies) -> String {
    let near = |near: Near| format!("{} of {}", near.near, near.electrodes);
    let within = format!("within {} s of their latency", (found.bin * 1e3).round() / 1e3);
    let medians = |lag: fn(&LevelLags) -> Option<f64>| {
        let lags: Vec<(&LevelLags, f64)> = found.levels.iter().filter_map(|level| Some((level, lag(level)?))).collect();
        let near = lags.iter().filter(|(level, lag)| level.within(*lag, found.bin)).count();
        format!("so do the medians of {near} of {} levels", lags.len())
    };
    let evoked = found.evoked.map(|by| {
        format!("{} electrodes respond {within} by their evoked response ({})", near(by), medians(|level| level.evoked))
    });
    let best = found
        .best
        .map(|by| format!("{} by the lag at which a level adds most ({})", near(by), medians(|level| level.best)));
    match (evoked, best) {
        (Some(evoked), Some(best)) => format!("{evoked}, and {best}."),
        (Some(evoked), None) => format!("{evoked}; there is no map over lags to compare with."),
        (None, Some(best)) => format!("All targets are taken at the main lag; {within} respond {best}."),
        (None, None) => "All targets are taken at the main lag, and there is no map over lags.".into(),
    }
}

fn detection(found: &Detection) -> String {
    format!(
        "The planted features add to the controls (q of at most .05) in {} of {} electrodes that hear, and in {} of {} that \
         do not, where at most {:.1} are expected of so many; p is at most .05 in {} of the latter, where {:.1} are expected.",
        found.hearing_found,
        found.hearing,
        found.deaf_found,
        found.deaf,
        found.expected_found(),
        found.deaf_small_p,
        found.expected_small_p(),
    )
}

fn reached(found: &Reached) -> String {
    format!(
        "Controls and best level reach {} of the linear ceiling in the mean of {} electrodes that hear; {} exceed it, {} with \
         their whole interval. The level of the true peak alone reaches {} of what it can.",
        number(found.ratio, 2),
        found.electrodes,
        found.above,
        found.wholly_above,
        number(found.peak_ratio, 2),
    )
}

/// Whether the page shows that nothing is heard but shallow features.
fn shallow(found: &Found) -> String {
    let added: Vec<&Detection> = found.detection.iter().filter(|d| found.models.contains(&d.model)).collect();
    let adding: Vec<String> = added
        .iter()
        .filter(|detection| detection.found() > 0)
        .map(|d| format!("{} in {} of {}", d.model, d.found(), d.hearing + d.deaf))
        .collect();
    let controls = interval(&found.controls, 3);
    match (found.controls.low > 0.0, adding.is_empty()) {
        _ if added.is_empty() => "No language model could show that only shallow features are heard.".into(),
        (true, true) => format!(
            "A cortex that hears nothing but shallow features shows as one: the controls predict (r {controls}), and no \
             language model adds to them in any electrode (q of at most .05)."
        ),
        (true, false) => format!(
            "A cortex that hears nothing but shallow features does not show as one: beyond the controls (r {controls}) \
             language models add (q of at most .05): {}.",
            adding.join(", ")
        ),
        (false, _) => format!("The controls do not predict (r {controls}), so that nothing shows what is heard."),
    }
}

fn interval(estimate: &Estimate, digits: usize) -> String {
    let Estimate { value, low, high } = *estimate;
    match (value.is_nan(), low.is_nan() || high.is_nan()) {
        (true, _) => "undefined".into(),
        (false, true) => format!("{value:.digits$} (without interval)"),
        (false, false) => format!("{value:.digits$} [{low:.digits$}, {high:.digits$}]"),
    }
}

fn number(value: f64, digits: usize) -> String {
    if value.is_nan() { "undefined".into() } else { format!("{value:.digits$}") }
}

fn p(p: f64) -> String {
    match p {
        p if p.is_nan() => "undefined".into(),
        p if p < 0.001 => "below 0.001".into(),
        p => format!("{p:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::steps::truth::electrode::made_up::electrode;

    fn slope(planted: f64, low: f64, high: f64, p: f64, deaf: usize) -> Slope {
        let found = Estimate { value: 0.5 * (low + high), low, high };
        Slope { electrodes: 20, deaf, planted, found, rank: found, p }
    }

    fn made_up(map: MapName) -> Found {
        let electrodes = [electrode(Some(2), 1.0, 0.2, 0.01), electrode(Some(8), 9.0, 0.8, 0.01)];
        let detection = |model: &str, found| Detection {
            model: model.into(),
            hearing: 15,
            hearing_found: found,
            deaf: 5,
            deaf_found: 0,
            deaf_small_p: 0,
        };
        Found {
            features: "planted".into(),
            map,
            electrodes: 20,
            hearing: 15,
            slopes: super::super::Slopes {
                height: 0.014,
                all: slope(0.014, 0.006, 0.012, 0.001, 5),
                responsive: Some(slope(0.014, 0.011, 0.015, 0.001, 0)),
            },
            peaks: Peaks::of(&electrodes),
            latencies: Latencies::of(&electrodes, &[0.0, 0.1, 0.2]),
            detection: vec![detection("tiny", 0), detection("planted", 14)],
            reached: Reached::of(&electrodes),
            models: vec!["tiny".into()],
            aligned: Vec::new(),
            controls: Estimate { value: 0.2, low: 0.1, high: 0.3 },
            points: Vec::new(),
        }
    }

    fn said(found: &Found) -> String {
        verdicts(found).join("\n")
    }

    #[test]
    fn a_planted_hierarchy_is_found_or_not() {
        let mut found = made_up(MapName::Hierarchy);
        let page = said(&found);
        assert!(
            page.contains("found as it was planted: over 20 targets that respond") && page.contains("0.0140"),
            "{page}"
        );
        assert!(page.contains("of which 5 hear nothing") && page.contains("which leaves out the planted"), "{page}");
        assert!(page.contains("hold the true peak in 2 of 2") && page.contains("14 of 15"), "{page}");
        found.slopes.responsive = Some(slope(0.014, 0.001, 0.008, 0.01, 0));
        assert!(said(&found).contains("found, but not with the planted slope"));
        found.slopes.responsive = Some(slope(0.014, -0.004, 0.008, 0.4, 0));
        assert!(said(&found).contains("is not found"));
    }

    #[test]
    fn where_nothing_follows_distance_claims_are_told() {
        let mut found = made_up(MapName::Scattered);
        assert!(said(&found).contains("a hierarchy is claimed all the same"));
        found.slopes.all.p = 0.4;
        found.slopes.responsive = None;
        let page = said(&found);
        assert!(page.contains("no hierarchy is claimed: p 0.400 over 20 targets."), "{page}");
        assert!(page.contains("of 0 of 1 language models follow distance (p of at most .05), where 0.1 are"), "{page}");
        found.hearing = 0;
        assert!(said(&found).contains("No electrode hears anything, and no"));
    }

    #[test]
    fn a_shallow_cortex_shows_only_where_no_language_model_adds() {
        let mut found = made_up(MapName::Shallow);
        assert!(said(&found).contains("shows as one: the controls predict (r 0.200 [0.100, 0.300])"));
        found.detection[0].hearing_found = 3;
        assert!(said(&found).contains("does not show as one") && said(&found).contains("tiny in 3 of 20"));
        found.controls.low = -0.1;
        assert!(said(&found).contains("controls do not predict"));
    }

    #[test]
    fn lags_are_told_as_far_as_they_are_known() {
        let mut found = made_up(MapName::Hierarchy);
        assert!(said(&found).contains(
            "electrodes respond within 0.1 s of their latency by their evoked response (so do the medians of 2"
        ));
        if let Some(latencies) = &mut found.latencies {
            latencies.best = Some(Near { electrodes: 2, near: 1 });
        }
        assert!(said(&found).contains("and 1 of 2 by the lag at which a level adds most"));
    }
}
