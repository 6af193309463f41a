//! One self-contained page with everything a reader needs: results, warnings and where they come from.

use serde_json::json;

use crate::html::{escaped, inline, paragraphs};
use crate::section::{Counted, slug};
use crate::{Claim, Dataset, Error, Palette, Section, claim, scripts};

const STYLE: &str = concat!(include_str!("../assets/report.css"), include_str!("../assets/figures.css"));

/// A page with a title, a lead, claims, sections, tables, warnings and provenance. It asks for no other file.
///
/// Read without its script it is one long page with pictures and tables; the script makes a page of each section, draws
/// the charts, and sorts the tables.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    title: String,
    lead: String,
    warnings: Vec<String>,
    claims: Vec<Claim>,
    /// Each under the heading of its group in the contents.
    sections: Vec<(String, Section)>,
    datasets: Vec<Dataset>,
    models: Palette,
    provenance: Vec<(String, String)>,
}

impl Page {
    /// A page with a title and a lead; blank lines part the paragraphs of the lead.
    pub fn new(title: impl Into<String>, lead: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            lead: lead.into(),
            warnings: Vec::new(),
            claims: Vec::new(),
            sections: Vec::new(),
            datasets: Vec::new(),
            models: Palette::new(Vec::<String>::new()),
            provenance: Vec::new(),
        }
    }

    /// The page with a warning added to the box above the first section.
    pub fn warning(mut self, text: impl Into<String>) -> Self {
        self.warnings.push(text.into());
        self
    }

    /// The page with a claim added to those at its top.
    pub fn claim(mut self, claim: Claim) -> Self {
        self.claims.push(claim);
        self
    }

    /// The page with a section added.
    pub fn section(self, section: Section) -> Self {
        self.section_of("", section)
    }

    /// The page with a section added, under the heading `group` in the contents.
    pub fn section_of(mut self, group: impl Into<String>, section: Section) -> Self {
        self.sections.push((group.into(), section));
        self
    }

    /// The page with a table that its charts draw and its reader can download.
    pub fn dataset(mut self, dataset: Dataset) -> Self {
        self.datasets.push(dataset);
        self
    }

    /// The page with a colour for each of these names.
    pub fn colors(mut self, models: Palette) -> Self {
        self.models = models;
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
        let mut counted = Counted::default();
        let mut articles = self.overview_html();
        for (_, section) in &self.sections {
            articles.push_str(&section.html(&mut counted)?);
        }
        articles.push_str(&self.data_html());
        articles.push_str(&self.provenance_html());
        let (plotly, allowed_plotly) = scripts::element(&scripts::plotly()?);
        let (ours, allowed_ours) = scripts::element(&scripts::ours());
        let title = escaped(&self.title);
        Ok(format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src {allowed_plotly} \
             {allowed_ours}; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
             <a class=\"skip\" href=\"#overview\">To the findings</a>\n\
             <header class=\"banner\"><p class=\"kicker\">gyrus report</p><h1>{title}</h1></header>\n\
             <div class=\"columns\">\n{}<main>\n{articles}</main>\n</div>\n{}{plotly}{ours}</body>\n</html>\n",
            self.contents_html(),
            self.data_elements(&counted),
        ))
    }

    fn overview_html(&self) -> String {
        format!(
            "<article class=\"page\" id=\"overview\">\n<div class=\"lead\">\n{}</div>\n{}{}</article>\n",
            paragraphs(&self.lead),
            self.warnings_html(),
            claim::cards(&self.claims),
        )
    }

    fn warnings_html(&self) -> String {
        if self.warnings.is_empty() {
            return String::new();
        }
        let items: String = self.warnings.iter().map(|text| format!("<li>{}</li>\n", inline(text))).collect();
        format!("<aside class=\"warning\" role=\"note\">\n<h2>Read this first</h2>\n<ul>\n{items}</ul>\n</aside>\n")
    }

    fn contents_html(&self) -> String {
        let link = |anchor: &str, name: &str| format!("<li><a href=\"#{anchor}\">{}</a></li>\n", escaped(name));
        let mut out = format!(
            "<nav aria-label=\"Contents\">\n<details open>\n<summary>Contents</summary>\n<ul>\n{}",
            link("overview", "Overview")
        );
        let mut last = "";
        for (group, section) in &self.sections {
            if group != last {
                out.push_str(&format!("</ul>\n<h2>{}</h2>\n<ul>\n", escaped(group)));
                last = group;
            }
            out.push_str(&link(&section.anchor(), section.heading()));
        }
        let data = if self.datasets.is_empty() { String::new() } else { link("data", DATA) };
        let provenance = if self.provenance.is_empty() { String::new() } else { link(&slug(PROVENANCE), PROVENANCE) };
        let rest = match data.is_empty() && provenance.is_empty() {
            true => String::new(),
            false => format!("</ul>\n<h2>Behind it</h2>\n<ul>\n{data}{provenance}"),
        };
        out + &rest + "</ul>\n</details>\n</nav>\n"
    }

    fn data_html(&self) -> String {
        if self.datasets.is_empty() {
            return String::new();
        }
        let item = |dataset: &Dataset| {
            let (name, caption) = (escaped(dataset.name()), escaped(dataset.caption()));
            format!("<li><code>{name}</code> ({} rows): {caption}</li>\n", dataset.rows())
        };
        let items: String = self.datasets.iter().map(item).collect();
        format!(
            "<article class=\"page\" id=\"data\">\n<h2>{DATA}</h2>\n<p>The tables behind the figures. Numbers of long \
             tables are rounded to one part in 65534 of their span; the Parquet files beside this page have every digit.\
             </p>\n<ul class=\"tables\">\n{items}</ul>\n<div class=\"browser\"></div>\n</article>\n"
        )
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
            "<article class=\"page\" id=\"{}\">\n<h2>{PROVENANCE}</h2>\n<div class=\"scroll\">\
             <table class=\"provenance\">\n<caption>Settings, seeds, versions and hashes that made this page.</caption>\n\
             <tbody>\n{rows}</tbody>\n</table></div>\n</article>\n",
            slug(PROVENANCE)
        )
    }

    /// The index of tables and charts, and each column, in elements that nothing runs.
    fn data_elements(&self, counted: &Counted) -> String {
        let (mut tables, mut blobs) = (Vec::new(), String::new());
        for (i, dataset) in self.datasets.iter().enumerate() {
            let (said, columns) = dataset.packed(&format!("table-{i}"));
            tables.push(said);
            for (id, blob) in columns {
                blobs.push_str(&format!("<script type=\"text/plain\" id=\"{id}\">{blob}</script>\n"));
            }
        }
        let index = json!({
            "tables": tables,
            "charts": counted.charts,
            "models": self.models.models(),
            "colors": self.models.own_colors(),
        });
        format!("<script type=\"application/json\" id=\"index\">{}</script>\n{blobs}", scripts::data(&index))
    }
}

const DATA: &str = "All tables";

const PROVENANCE: &str = "Where this page comes from";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Cell, Chart, Column, Curve, Depth, Estimate, Figure, Kind, Measure, Panel, ScoreByLayer, Spread, Table,
        Training,
    };

    const NASTY: &str = "<script>alert(\"1\")</script>&";

    fn figure(model: &str) -> Result<Figure, Error> {
        let scores = vec![Estimate::new(0.1, 0.0, 0.2)?, Estimate::bare(0.2)?];
        let curve = Curve { model: model.into(), training: Training::Trained, scores };
        let panel = Panel { name: model.into(), curves: vec![curve], controls: None, ceiling: None };
        let (depth, spread) = (Depth::Layer, Spread::Bars);
        let figure = ScoreByLayer { title: model.into(), score: model.into(), depth, spread, panels: vec![panel] };
        Ok(Figure::new(figure.svg(&Palette::new([model]))?, model, model))
    }

    fn page(name: &str) -> Result<String, Error> {
        let table = Table::new(name, [name]).row(vec![Cell::text(name)])?;
        let numbers = Column::Numbers(vec![1.0, f64::NAN]);
        let data = Dataset::new(name, name).column(name, numbers)?.column("t", Column::Texts(vec![name.into(); 2]))?;
        let chart =
            Chart::new(Kind::Lines, name, name).said(name, name).across(name, name).measure(Measure::new(name, name));
        let section =
            Section::new(name).chart(chart).prose(name).note(name).command(name).table(table).figure(figure(name)?);
        Page::new(name, name).warning(name).section_of(name, section).dataset(data).provenance(name, name).html()
    }

    /// The page without its scripts.
    fn without_scripts(html: &str) -> Result<String, Error> {
        Ok(html.replace(&scripts::plotly()?, "").replace(&scripts::ours(), ""))
    }

    #[test]
    fn markup_in_any_text_stays_text() -> Result<(), Error> {
        let html = without_scripts(&page(NASTY)?)?;
        assert_eq!(html.matches("<script>").count(), 2, "a text became markup");
        assert!(html.matches("&lt;script&gt;").count() >= 20);
        Ok(())
    }

    #[test]
    fn page_asks_for_nothing_from_outside() -> Result<(), Error> {
        let html = without_scripts(&page("alpha")?)?.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
        for outside in ["http:", "https:", "src=", "@import", "url("] {
            assert!(!html.contains(outside), "{outside}");
        }
        assert!(html.contains("default-src 'none'") && !html.contains("script-src 'unsafe"));
        Ok(())
    }

    #[test]
    fn every_tag_is_closed() -> Result<(), Error> {
        let html = without_scripts(&page("alpha")?)?;
        for tag in ["article", "figure", "table", "svg", "aside", "nav", "main", "details", "div", "ul", "p"] {
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
        assert!(html.contains("<h1>Title</h1>") && !html.contains("id=\"data\""));
        Ok(())
    }
}
