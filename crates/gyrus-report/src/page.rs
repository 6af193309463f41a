//! One self-contained page with everything a reader needs: results, warnings and where they come from.

use crate::html::{escaped, paragraphs};
use crate::{Error, Section};

const STYLE: &str = include_str!("page.css");

/// A page with a title, a lead, sections, warnings and provenance. It needs no script and no other file.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    title: String,
    lead: String,
    warnings: Vec<String>,
    sections: Vec<Section>,
    provenance: Vec<(String, String)>,
}

impl Page {
    /// A page with a title and a lead; blank lines part the paragraphs of the lead.
    pub fn new(title: impl Into<String>, lead: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            lead: lead.into(),
            warnings: Vec::new(),
            sections: Vec::new(),
            provenance: Vec::new(),
        }
    }

    /// The page with a warning added to the box above the first section.
    pub fn warning(mut self, text: impl Into<String>) -> Self {
        self.warnings.push(text.into());
        self
    }

    /// The page with a section added.
    pub fn section(mut self, section: Section) -> Self {
        self.sections.push(section);
        self
    }

    /// The page with a line added to its last table, such as a setting, a seed, a version or a hash.
    pub fn provenance(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.provenance.push((name.into(), value.into()));
        self
    }

    /// The page as an HTML document.
    ///
    /// # Errors
    /// [`Error::NotFinite`] or [`Error::Probability`] for a number that no table can show.
    pub fn html(&self) -> Result<String, Error> {
        let title = escaped(&self.title);
        let mut out = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
             <header>\n<h1>{title}</h1>\n<div class=\"lead\">\n{}</div>\n</header>\n",
            paragraphs(&self.lead),
        );
        out.push_str(&self.warnings_html());
        out.push_str(&self.contents_html());
        let mut figures = 0;
        for (i, section) in self.sections.iter().enumerate() {
            out.push_str(&section.html(&format!("section-{}", i + 1), &mut figures)?);
        }
        out.push_str(&self.provenance_html());
        out.push_str("</main>\n</body>\n</html>\n");
        Ok(out)
    }

    fn warnings_html(&self) -> String {
        if self.warnings.is_empty() {
            return String::new();
        }
        let items: String = self.warnings.iter().map(|text| format!("<li>{}</li>\n", escaped(text))).collect();
        format!("<aside class=\"warning\" role=\"note\">\n<h2>Read this first</h2>\n<ul>\n{items}</ul>\n</aside>\n")
    }

    fn contents_html(&self) -> String {
        let item = |id: String, name: &str| format!("<li><a href=\"#{id}\">{}</a></li>\n", escaped(name));
        let mut items: String =
            self.sections.iter().enumerate().map(|(i, s)| item(format!("section-{}", i + 1), s.heading())).collect();
        if !self.provenance.is_empty() {
            items.push_str(&item("provenance".into(), PROVENANCE));
        }
        if items.is_empty() {
            return items;
        }
        format!("<nav aria-label=\"Contents\">\n<h2>Contents</h2>\n<ol>\n{items}</ol>\n</nav>\n")
    }

    fn provenance_html(&self) -> String {
        if self.provenance.is_empty() {
            return String::new();
        }
        let row = |(name, value): &(String, String)| {
            format!("<tr><th scope=\"row\">{}</th><td><code>{}</code></td></tr>\n", escaped(name), escaped(value))
        };
        let rows: String = self.provenance.iter().map(row).collect();
        format!(
            "<section id=\"provenance\">\n<h2>{PROVENANCE}</h2>\n<div class=\"scroll\"><table class=\"provenance\">\n\
             <caption>Settings, seeds, versions and hashes that made this page.</caption>\n\
             <tbody>\n{rows}</tbody>\n</table></div>\n</section>\n"
        )
    }
}

const PROVENANCE: &str = "Where this page comes from";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cell, Curve, Depth, Estimate, Figure, Palette, Panel, ScoreByLayer, Spread, Table, Training};

    const NASTY: &str = "<script>alert(\"1\")</script>&";

    fn figure(model: &str) -> Result<Figure, Error> {
        let scores = vec![Estimate::new(0.1, 0.0, 0.2)?, Estimate::bare(0.2)?];
        let curve = Curve { model: model.into(), training: Training::Trained, scores };
        let panel = Panel { name: model.into(), curves: vec![curve], controls: None, ceiling: None };
        let (depth, spread) = (Depth::Layer, Spread::Bars);
        let figure = ScoreByLayer { title: model.into(), score: model.into(), depth, spread, panels: vec![panel] };
        Ok(Figure { svg: figure.svg(&Palette::new([model]))?, caption: model.into(), look_for: model.into() })
    }

    fn page(name: &str) -> Result<String, Error> {
        let table = Table::new(name, [name]).row(vec![Cell::text(name)])?;
        let section = Section::new(name).prose(name).note(name).command(name).table(table).figure(figure(name)?);
        Page::new(name, name).warning(name).section(section).provenance(name, name).html()
    }

    #[test]
    fn markup_in_any_text_stays_text() -> Result<(), Error> {
        let html = page(NASTY)?;
        assert!(!html.contains("<script"), "a text became markup");
        assert!(html.matches("&lt;script&gt;").count() >= 20);
        Ok(())
    }

    #[test]
    fn page_asks_for_nothing_from_outside() -> Result<(), Error> {
        let html = page("alpha")?.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
        for outside in ["http", "src=", "@import", "url("] {
            assert!(!html.contains(outside), "{outside}");
        }
        Ok(())
    }

    #[test]
    fn every_tag_is_closed() -> Result<(), Error> {
        let html = page("alpha")?;
        for tag in ["section", "figure", "table", "svg", "aside", "nav", "main", "div", "ol", "ul", "p"] {
            let opened = html.matches(&format!("<{tag}>")).count() + html.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, html.matches(&format!("</{tag}>")).count(), "{tag}");
        }
        Ok(())
    }

    #[test]
    fn same_values_same_bytes() -> Result<(), Error> {
        assert_eq!(page("alpha")?, page("alpha")?);
        Ok(())
    }

    #[test]
    fn empty_page_is_a_page() -> Result<(), Error> {
        let html = Page::new("Title", "").html()?;
        assert!(html.contains("<h1>Title</h1>") && !html.contains("<nav"));
        Ok(())
    }
}
