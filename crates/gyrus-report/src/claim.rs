//! What was asked, and what the numbers answer, at the top of a page.

use serde::{Deserialize, Serialize};

use crate::html::{escaped, inline};
use crate::section::slug;
use crate::{Estimate, text};

/// Whether a claim holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It holds in this material.
    Holds,
    /// It holds for some, or rests on few.
    Partly,
    /// Its opposite holds.
    Opposite,
    /// It cannot be told.
    Unclear,
    /// It was not asked, or cannot be.
    NotAsked,
}

/// A claim with its verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The claim as a sentence.
    pub claim: String,
    /// Whether it holds.
    pub verdict: Verdict,
    /// Why, in numbers.
    pub because: String,
    /// What the effect is: its name and unit.
    pub effect: String,
    /// How large it is; undefined where there is no single number.
    pub size: Estimate,
    /// Its p value, if it has one.
    pub p: Option<f64>,
    /// Heading of the section that tells more.
    pub section: String,
}

impl Verdict {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Holds => ("holds", "Holds here"),
            Self::Partly => ("partly", "Partly"),
            Self::Opposite => ("opposite", "The opposite holds"),
            Self::Unclear => ("unclear", "Cannot be told"),
            Self::NotAsked => ("not-asked", "Not asked"),
        }
    }
}

/// All claims as a list of cards.
pub(crate) fn cards(claims: &[Claim]) -> String {
    if claims.is_empty() {
        return String::new();
    }
    let cards: String = claims.iter().map(card).collect();
    format!("<h2 id=\"claims\">What was asked, and what the numbers answer</h2>\n<ul class=\"claims\">\n{cards}</ul>\n")
}

fn card(claim: &Claim) -> String {
    let (class, verdict) = claim.verdict.words();
    let size = match (claim.size.value(), claim.size.interval()) {
        (None, _) => String::new(),
        (Some(value), interval) => {
            let interval = interval.map_or(String::new(), |(low, high)| {
                format!(" <span class=\"interval\">[{}, {}]</span>", text::number(low, 3), text::number(high, 3))
            });
            let p = match claim.p {
                Some(p) if p < 0.001 => " <span class=\"p\">p &lt; 0.001</span>".to_owned(),
                Some(p) if p.is_finite() => format!(" <span class=\"p\">p = {}</span>", text::number(p, 3)),
                _ => String::new(),
            };
            format!(
                "<p class=\"size\"><span class=\"effect\">{}</span> <b>{}</b>{interval}{p}</p>\n{}",
                escaped(&claim.effect),
                text::number(value, 3),
                bar(&claim.size).unwrap_or_default()
            )
        }
    };
    format!(
        "<li class=\"claim {class}\">\n<p class=\"verdict\"><span class=\"mark\" aria-hidden=\"true\"></span>{verdict}</p>\n\
         <h3><a href=\"#{}\">{}</a></h3>\n{size}<p class=\"because\">{}</p>\n</li>\n",
        slug(&claim.section),
        escaped(&claim.claim),
        inline(&claim.because)
    )
}

/// The interval as a bar, zero marked; nothing without an interval.
fn bar(size: &Estimate) -> Option<String> {
    let (value, (low, high)) = (size.value()?, size.interval()?);
    let reach = [value, low, high].into_iter().fold(0.0, |reach: f64, end| reach.max(end.abs()));
    let at = |number: f64| 100.0 + 94.0 * number / reach.max(f64::MIN_POSITIVE);
    Some(format!(
        "<svg class=\"bar\" viewBox=\"0 0 200 14\" aria-hidden=\"true\"><path class=\"axis\" d=\"M4 7H196\"/>\
         <path class=\"zero\" d=\"M100 1V13\"/><path class=\"span\" d=\"M{:.1} 7H{:.1}\"/>\
         <circle cx=\"{:.1}\" cy=\"7\" r=\"3.6\"/></svg>\n",
        at(low),
        at(high),
        at(value)
    ))
}
