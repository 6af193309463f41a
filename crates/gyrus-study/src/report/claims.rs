//! The claims at the top of the page, each with its verdict, out of what the steps found.

use gyrus_encoding::Estimate;
use gyrus_report::{Claim, Verdict};

use crate::Error;
use crate::steps::claims::verdict::{self, LEVEL};
use crate::steps::claims::{Claims, Quality};
use crate::steps::convergence::Convergences;
use crate::steps::figures::shown;
use crate::steps::hierarchy;
use crate::summary::{ModelSummary, Summary};

/// Every claim that the study asks.
///
/// # Errors
/// An [`Error::Report`] if a number cannot be shown.
pub fn claims(
    summary: &Summary,
    hierarchy: &hierarchy::Found,
    convergence: &Convergences,
    claims: &Claims,
) -> Result<Vec<Claim>, Error> {
    let mut all = vec![beyond(&summary.models)?];
    all.extend(training(&summary.models)?);
    all.extend(follows(hierarchy)?);
    let asked = claims.relations.iter().filter(|relation| relation.quality == Quality::Text);
    for judgement in asked {
        let relation = &judgement.relation;
        all.push(Claim {
            claim: capital(verdict::claim(judgement.property)),
            verdict: verdict::standing(judgement),
            because: verdict::verdict(judgement),
            effect: format!("Spearman's rho with fewer bits per character, {} models", relation.models),
            size: shown(&relation.rho)?,
            p: Some(relation.p),
            section: "Do better language models resemble the brain more?".into(),
        });
    }
    all.extend(alike(convergence)?);
    Ok(all)
}

/// How many of so many hold.
fn share(holds: usize, of: usize) -> Verdict {
    match holds {
        0 => Verdict::Unclear,
        n if n == of => Verdict::Holds,
        _ => Verdict::Partly,
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

fn largest<'a>(all: impl Iterator<Item = (&'a str, Estimate)>) -> Option<(&'a str, Estimate)> {
    all.filter(|(_, estimate)| estimate.value.is_finite()).max_by(|a, b| a.1.value.total_cmp(&b.1.value))
}

fn shown_if_any(size: Option<Estimate>) -> Result<gyrus_report::Estimate, Error> {
    size.as_ref().map_or(Ok(gyrus_report::Estimate::undefined()), shown)
}

fn beyond(models: &[ModelSummary]) -> Result<Claim, Error> {
    let added = |model: &ModelSummary| model.over_controls.difference.low > 0.0 && model.over_controls.p <= LEVEL;
    let holds = models.iter().filter(|model| added(model)).count();
    let most = largest(models.iter().map(|model| (model.name.as_str(), model.over_controls.difference)));
    let (name, size) = most.unzip();
    Ok(Claim {
        claim: "Layers carry something that the controls do not".into(),
        verdict: share(holds, models.len()),
        because: format!(
            "{holds} of {} models and sets of features: an interval above zero and p of at most .05 by moved recordings.",
            models.len()
        ),
        effect: format!("added to r of the controls, most: {}", name.unwrap_or("none")),
        size: shown_if_any(size)?,
        p: models.iter().find(|model| Some(model.name.as_str()) == name).map(|model| model.over_controls.p),
        section: "Beyond the controls".into(),
    })
}

fn training(models: &[ModelSummary]) -> Result<Option<Claim>, Error> {
    let twins: Vec<_> = models.iter().filter_map(|model| Some((model.name.as_str(), model.over_twin?))).collect();
    if twins.is_empty() {
        return Ok(None);
    }
    let holds = twins.iter().filter(|(_, difference)| difference.low > 0.0).count();
    let (name, size) = largest(twins.iter().copied()).unzip();
    Ok(Some(Claim {
        claim: "Training matters: models predict better than their untrained twins".into(),
        verdict: share(holds, twins.len()),
        because: format!("{holds} of {} models: the interval of the difference lies above zero.", twins.len()),
        effect: format!("r of the model less r of its twins, most: {}", name.unwrap_or("none")),
        size: shown_if_any(size)?,
        p: None,
        section: "What was found".into(),
    }))
}

fn follows(found: &hierarchy::Found) -> Result<Option<Claim>, Error> {
    let all: Vec<_> = found.models.iter().map(|model| (model.model.as_str(), &model.peaks)).collect();
    if all.is_empty() {
        return Ok(None);
    }
    let rho = |at: usize| all[at].1.rank.estimate;
    let holds = (0..all.len()).filter(|at| all[*at].1.permuted.p <= LEVEL && rho(*at).value > 0.0).count();
    let (name, size) = largest((0..all.len()).map(|at| (all[at].0, rho(at)))).unzip();
    Ok(Some(Claim {
        claim: "Deeper layers suit targets farther from auditory cortex".into(),
        verdict: share(holds, all.len()),
        because: format!(
            "{holds} of {} models and sets of features: peak layers rise with distance, p of at most .05 where distances \
             change places within patients.",
            all.len()
        ),
        effect: format!("rank correlation of peak layer and distance, most: {}", name.unwrap_or("none")),
        size: shown_if_any(size)?,
        p: all.iter().find(|(other, _)| Some(*other) == name).map(|(_, found)| found.permuted.p),
        section: "Hierarchy".into(),
    }))
}

fn alike(found: &Convergences) -> Result<Option<Claim>, Error> {
    let Some(compare) = found.by_depth else { return Ok(None) };
    Ok(Some(Claim {
        claim: "Better language models are more alike".into(),
        verdict: match compare.p {
            p if p.is_nan() => Verdict::NotAsked,
            p if p <= LEVEL => Verdict::Holds,
            _ => Verdict::Unclear,
        },
        because: format!(
            "Mean debiased CKA within the {} best models {:.3}, within the {} worst {:.3}, between them {:.3}.",
            found.best, compare.within_best, found.best, compare.within_worst, compare.between
        ),
        effect: format!("mean CKA within the {} best models", found.best),
        size: gyrus_report::Estimate::bare(compare.within_best)?,
        p: Some(compare.p),
        section: "Are better models more alike?".into(),
    }))
}
