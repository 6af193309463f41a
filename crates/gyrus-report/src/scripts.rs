//! The scripts of a page: plotly.js, as the package `plotly` carries it, and ours.
//!
//! The page names the hash of each script that may run, so that nothing else in it can.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::Error;

/// Our script, a file a noun, in the order in which they need each other.
const PARTS: [&str; 13] = [
    include_str!("../assets/columns.js"),
    include_str!("../assets/looks.js"),
    include_str!("../assets/elements.js"),
    include_str!("../assets/rows.js"),
    include_str!("../assets/tables.js"),
    include_str!("../assets/lines.js"),
    include_str!("../assets/points.js"),
    include_str!("../assets/fields.js"),
    include_str!("../assets/pairs.js"),
    include_str!("../assets/cortex.js"),
    include_str!("../assets/brain.js"),
    include_str!("../assets/charts.js"),
    include_str!("../assets/pages.js"),
];

const OPEN: &str = "<script type=\"text/javascript\">";
const CLOSE: &str = "</script>";

/// plotly.js alone, without the typesetter of formulas that comes with it.
pub(crate) fn plotly() -> Result<String, Error> {
    let sources = plotly::Plot::offline_js_sources();
    let found = sources.split_once(OPEN).and_then(|(_, rest)| Some(rest.split_once(CLOSE)?.0));
    // `<!--` would open a comment in a page; the package has none.
    found
        .filter(|script| script.contains("plotly.js v") && !script.contains("<!--"))
        .map(Into::into)
        .ok_or(Error::Plotly)
}

/// Our script: all parts in one function, so that no name of ours is everybody's.
pub(crate) fn ours() -> String {
    format!("(() => {{\n'use strict';\n{}}})();\n", PARTS.concat())
}

/// `script` as an element, and the source by which the page allows it.
pub(crate) fn element(script: &str) -> (String, String) {
    let hash = STANDARD.encode(Sha256::digest(script.as_bytes()));
    (format!("<script>{script}</script>\n"), format!("'sha256-{hash}'"))
}

/// `value` as the content of an element that no script runs: nothing in it ends the element.
pub(crate) fn data(value: &serde_json::Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plotly_comes_without_the_typesetter() -> Result<(), Error> {
        let script = plotly()?;
        assert!(script.len() < 5_000_000 && !script.contains("</script") && script.contains("newPlot"));
        Ok(())
    }

    #[test]
    fn no_part_of_ours_ends_its_element() {
        assert!(!ours().contains("</") && !ours().contains("<!--"));
    }

    #[test]
    fn data_ends_no_element() {
        let value = serde_json::json!({ "name": "</script><script>alert(1)</script>" });
        assert!(!data(&value).contains('<'));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&data(&value)).ok(), Some(value));
    }
}
