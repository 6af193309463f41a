//! A figure of a page, with its caption: a drawing, a picture out of a file, or charts that a reader can ask.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::html::{escaped, inline};
use crate::{Chart, Svg};

/// A figure on a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// Its name among the drawings of the same results; empty for none.
    pub name: String,
    /// What is drawn; it does not travel with the words.
    #[serde(skip)]
    pub drawing: Drawing,
    /// What is shown.
    pub caption: String,
    /// What the reader should look for; empty for nothing.
    pub look_for: String,
}

/// What stands above a caption.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Drawing {
    /// Nothing, because its file is not there.
    #[default]
    Missing,
    /// A drawing of this crate, placed as it is.
    Svg(Svg),
    /// An SVG document from elsewhere, shown as a picture: no script in it runs.
    Picture(String),
    /// Charts, each with a caption of its own; an empty list leaves the figure out.
    Charts(Vec<Chart>),
}

impl Figure {
    /// A drawing with its caption and what to look for.
    pub fn new(svg: Svg, caption: impl Into<String>, look_for: impl Into<String>) -> Self {
        Self { name: String::new(), drawing: Drawing::Svg(svg), caption: caption.into(), look_for: look_for.into() }
    }

    /// The figure as HTML; `number` counts figures and is raised by as many as this one holds.
    pub(crate) fn html(&self, number: &mut usize, charts: &mut Vec<Chart>) -> String {
        let inner = match &self.drawing {
            Drawing::Missing if self.name.is_empty() => {
                "<p class=\"missing\">This drawing is not there.</p>".to_owned()
            }
            Drawing::Missing => format!(
                "<p class=\"missing\">The drawing <code>figures/{}.svg</code> is not among these results.</p>",
                escaped(&self.name)
            ),
            Drawing::Svg(svg) => format!("<div class=\"scroll paper\">{svg}</div>"),
            Drawing::Picture(document) => format!(
                "<div class=\"scroll paper\"><img alt=\"{}\" src=\"data:image/svg+xml;base64,{}\"></div>",
                escaped(&self.caption),
                STANDARD.encode(document)
            ),
            Drawing::Charts(own) => return own.iter().map(|chart| chart_html(chart, number, charts)).collect(),
        };
        *number += 1;
        format!(
            "<figure id=\"figure-{number}\">\n{inner}\n{}</figure>\n",
            caption(*number, &self.caption, &self.look_for)
        )
    }
}

/// The place of a chart, which the page's script fills; its description goes to `charts`.
pub(crate) fn chart_html(chart: &Chart, number: &mut usize, charts: &mut Vec<Chart>) -> String {
    *number += 1;
    charts.push(chart.clone());
    format!(
        "<figure class=\"chart\" id=\"figure-{number}\" data-chart=\"{}\">\n<h3>{}</h3>\n<div class=\"controls\"></div>\n\
         <div class=\"plot\"><p class=\"wait\">This figure is drawn by the page's script.</p></div>\n{}</figure>\n",
        charts.len() - 1,
        escaped(chart.title()),
        caption(*number, chart.caption(), chart.look_for())
    )
}

fn caption(number: usize, caption: &str, look_for: &str) -> String {
    let look_for = match look_for {
        "" => String::new(),
        text => format!(" <span class=\"look\"><strong>What to look for:</strong> {}</span>", inline(text)),
    };
    format!("<figcaption><strong>Figure {number}.</strong> {}{look_for}</figcaption>\n", inline(caption))
}
