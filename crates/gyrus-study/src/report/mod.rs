//! The page of a study, made from the files of its results and from nothing else.
//!
//! A run writes words and claims to `report.json`, drawings to `figures/`, and numbers to tables. The page is put together
//! from these, at the end of a run as by `gyrus report`, so that both give the same bytes.

mod charts;
mod claims;
mod electrodes;
mod groups;
mod measures;
mod tables;
mod words;

use std::path::Path;

use gyrus_report::{Dataset, Drawing, Page, Palette, Section};

pub(crate) use self::claims::claims;
pub(crate) use self::electrodes::electrodes;
use self::tables::Tables;
pub(crate) use self::words::{FILE, Words};
use crate::Error;

/// The page of the results in `folder`, as an HTML document. What is missing there is named on the page.
///
/// # Errors
/// [`Error::NoResults`] for a folder without any, [`Error::Schema`] for those of another version, [`Error::Result`] for words
/// that cannot be understood, and [`Error::Report`] for numbers that cannot be shown.
pub fn report(folder: &Path) -> Result<String, Error> {
    let words = Words::read(folder)?;
    let tables = Tables::read(folder)?;
    if words.is_none() && tables.found.is_empty() {
        return Err(Error::NoResults(folder.to_owned()));
    }
    let untold = words.is_none();
    let words = words.unwrap_or_else(|| Words::untold(folder));
    let page = Page::new(&words.title, &words.lead);
    let page = tables.warnings().into_iter().chain(words.warnings).fold(page, Page::warning);
    let page = words.claims.into_iter().fold(page, Page::claim);
    let mut sections = words.sections;
    if untold {
        sections = groups::headings().map(Section::new).collect();
    }
    sections.extend(
        charts::cortex(&tables.found)
            .map(|charts| charts.into_iter().fold(Section::new(groups::CORTEX), Section::chart)),
    );
    let sections =
        groups::ordered(sections).into_iter().map(|(group, section)| (group, filled(folder, section, &tables.found)));
    let sections = sections.filter(|(_, section)| !untold || section.has_charts());
    let page = sections.fold(page, |page, (group, section)| page.section_of(group, section));
    let page = page.colors(Palette::new(models(&tables.found)).colored(&words.colors));
    let page = tables.found.into_iter().fold(page, Page::dataset);
    let page = words.provenance.into_iter().fold(page, |page, (name, value)| page.provenance(name, value));
    Ok(page.html()?)
}

/// `section` with its drawings, and with the charts that belong to it.
fn filled(folder: &Path, section: Section, found: &[Dataset]) -> Section {
    let early = charts::of_section(section.heading(), found);
    let drawing = |name: &str| match charts::instead_of(name, found) {
        Some(charts) => Drawing::Charts(charts),
        None => std::fs::read_to_string(folder.join(format!("figures/{name}.svg")))
            .map_or(Drawing::Missing, Drawing::Picture),
    };
    section.drawn(drawing).charts_early(early)
}

/// Names of the models and sets of features, in the order of the study.
fn models(found: &[Dataset]) -> Vec<String> {
    let ordered = ["models", "claims", "layers"].into_iter().filter_map(|table| {
        match found.iter().find(|dataset| dataset.name() == table)?.get("model")? {
            gyrus_report::Column::Texts(names) => Some(names.clone()),
            gyrus_report::Column::Numbers(_) => None,
        }
    });
    ordered.take(1).flatten().collect()
}
