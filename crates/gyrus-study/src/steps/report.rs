//! Tables and figures to one page, and the manifest that says what made them.

use std::path::PathBuf;

use gyrus_report::{Page, Palette, Svg};
use serde::Serialize;

use crate::Error;
use crate::run::{Desk, instruction_set};
use crate::settings::{SCHEMA, Study};
use crate::steps::benchmarks::{self, BenchmarkScore};
use crate::steps::ceilings::{self, Ceilings};
use crate::steps::claims::{self, Claims};
use crate::steps::context::{self, Contexts};
use crate::steps::convergence::{self, Convergences};
use crate::steps::dimension::{self, Dimensions};
use crate::steps::figures::{Cka, contributions, score_by_layer, similarity as heat_map, text_trend};
use crate::steps::generalisation::{self, Generalisation};
use crate::steps::partition::{self, Partitions};
use crate::steps::power::{self, Detectable};
use crate::steps::sections::{additions, brains, found, layers, models, windows, words};
use crate::steps::similarity::{self, Drawings, Similarity};
use crate::steps::text::TextScore;
use crate::steps::truth;
use crate::steps::{canaries, hierarchy, lags, prose};
use crate::store::{read_json, write_whole};
use crate::summary::Summary;

/// What made the results; the same inputs give the same bytes.
#[derive(Debug, Serialize)]
struct Manifest<'a> {
    schema: u32,
    program: String,
    program_sha256: &'a str,
    device: String,
    instruction_set: &'static str,
    settings: &'a Study,
    files: Vec<(String, &'a str)>,
}

/// What earlier steps found.
#[derive(Debug)]
struct Findings {
    summary: Summary,
    text: Vec<TextScore>,
    cka: Similarity,
    convergence: Convergences,
    context: Contexts,
    claims: Claims,
    benchmarks: Vec<BenchmarkScore>,
    generalisation: Generalisation,
    power: Detectable,
    partition: Option<Partitions>,
    ceilings: Ceilings,
    dimension: Dimensions,
    canaries: canaries::Found,
    hierarchy: hierarchy::Found,
    lags: lags::Found,
    /// None where nothing was planted, or it is not asked what was found of it.
    truth: Option<truth::Found>,
}

/// The drawings, each also a file of its own.
struct Figures {
    by_layer: Svg,
    contributions: Svg,
    similarity: Drawings,
    /// None for a single window.
    context: Option<Svg>,
    /// None without language models, which alone predict text.
    text: Option<Svg>,
    /// One per claim over models.
    claims: Vec<(String, Svg)>,
    /// One per model, where there are several lags.
    lags: Vec<(String, Svg)>,
    /// What was planted and what was found.
    truth: Vec<(String, Svg)>,
}

/// Runs the step.
///
/// # Errors
/// A result that is missing or cannot be understood, a value that cannot be shown, or a file that cannot be written.
pub fn run(desk: &mut Desk) -> Result<(), Error> {
    let findings = Findings {
        summary: read_json(&desk.path(super::encoding::SUMMARY))?,
        text: read_json(&desk.path(super::text::FILE))?,
        cka: read_json(&desk.path(similarity::FILES[1]))?,
        convergence: read_json(&desk.path(convergence::FILE))?,
        context: read_json(&desk.path(context::FILES[1]))?,
        claims: read_json(&desk.path(claims::FILES[2]))?,
        benchmarks: read_json(&desk.path(benchmarks::FILES[1]))?,
        canaries: read_json(&desk.path(canaries::FILES[1]))?,
        hierarchy: read_json(&desk.path(hierarchy::FILES[1]))?,
        lags: read_json(&desk.path(lags::FILES[2]))?,
        generalisation: read_json(&desk.path(generalisation::FILES[1]))?,
        power: read_json(&desk.path(power::FILES[1]))?,
        partition: match &desk.study.partition {
            Some(_) => Some(read_json(&desk.path(partition::FILES[1]))?),
            None => None,
        },
        ceilings: read_json(&desk.path(ceilings::FILES[1]))?,
        dimension: read_json(&desk.path(dimension::FILES[1]))?,
        truth: truth::asked(desk.study).then(|| read_json(&desk.path(truth::FILES[1]))).transpose()?,
    };
    let (study, material) = (desk.study, desk.material);
    let inputs = format!("{findings:?} {study:?} {} {:?}", material.data_hash, material.story.warnings);
    desk.step("report", &[&inputs, &desk.models_key()], |desk| {
        let figures = Figures::draw(desk.study, &findings)?;
        let mut files = Vec::new();
        for (name, svg) in figures.named() {
            let file = PathBuf::from(format!("figures/{name}.svg"));
            write_whole(&desk.path(&file), svg.as_str().as_bytes())?;
            files.push(file);
        }
        let manifest = serde_json::to_string_pretty(&manifest(desk)).expect("settings and hashes");
        write_whole(&desk.path("manifest.json"), manifest.as_bytes())?;
        write_whole(&desk.path("report.html"), page(desk, &findings, figures)?.html()?.as_bytes())?;
        files.extend(["manifest.json", "report.html"].map(PathBuf::from));
        Ok(files)
    })
}

impl Figures {
    fn draw(
        study: &Study,
        Findings { summary, text, cka, lags, context, claims, truth, .. }: &Findings,
    ) -> Result<Self, Error> {
        let palette = Palette::new(study.names());
        Ok(Self {
            by_layer: score_by_layer(summary, &palette)?,
            contributions: contributions(summary, &palette)?,
            similarity: Drawings {
                debiased: heat_map(cka, Cka::Debiased)?,
                biased: heat_map(cka, Cka::Biased)?,
                matches: similarity::correspondences(cka, &palette)?,
                map: similarity::map(cka, &palette)?,
            },
            context: context::contents(context, &palette)?,
            text: (!text.is_empty()).then(|| text_trend(summary, text, &palette)).transpose()?,
            claims: claims::figures(claims, &palette)?,
            lags: lags::figures(lags)?,
            truth: truth.as_ref().map(|truth| truth::figures(truth, &palette)).transpose()?.unwrap_or_default(),
        })
    }

    fn named(&self) -> impl Iterator<Item = (&str, &Svg)> {
        let always = [
            ("score-by-layer", &self.by_layer),
            ("contributions", &self.contributions),
            ("similarity", &self.similarity.debiased),
            ("similarity-biased", &self.similarity.biased),
            ("layer-map", &self.similarity.map),
        ];
        let asked = [("correspondence", &self.similarity.matches), ("context", &self.context), ("text", &self.text)];
        let asked = asked.into_iter().filter_map(|(name, svg)| Some((name, svg.as_ref()?)));
        let several = self.claims.iter().chain(&self.lags).chain(&self.truth).map(|(name, svg)| (name.as_str(), svg));
        always.into_iter().chain(asked).chain(several)
    }
}

fn page(desk: &Desk, findings: &Findings, figures: Figures) -> Result<Page, Error> {
    let Findings { summary, text, canaries, hierarchy, lags, .. } = findings;
    let page = Page::new(&desk.study.title, prose::lead(desk.study, summary));
    let page = prose::warnings(desk.study, summary).into_iter().fold(page, Page::warning);
    let doubtful = desk.material.story.warnings.iter().map(|line| format!("{line}."));
    let page = doubtful.fold(page, Page::warning);
    let page = canaries::warnings(canaries, desk.study.encoding.gap).into_iter().fold(page, Page::warning);
    let page = hierarchy::warnings(hierarchy).into_iter().fold(page, Page::warning);
    let models = figures.text.map(|trend| models(text, trend)).transpose()?;
    let page = page
        .section(found(summary)?)
        .section(layers(summary, figures.by_layer)?)
        .section(additions(summary, figures.contributions)?)
        .section(canaries::section(canaries, prose::group(desk.study))?);
    let page = match summary.models.iter().any(|model| model.windows.len() > 1) {
        true => page.section(windows(summary)?),
        false => page,
    };
    let asked = [
        generalisation::section(&findings.generalisation)?,
        Some(ceilings::section(&findings.ceilings)?),
        findings.partition.as_ref().map(partition::section).transpose()?,
        Some(dimension::section(&findings.dimension)?),
        power::section(&findings.power)?,
        models,
        benchmarks::section(&findings.benchmarks)?,
        lags::section(lags, figures.lags)?,
        Some(hierarchy::section(hierarchy)?),
    ];
    let page = asked
        .into_iter()
        .flatten()
        .fold(page, Page::section)
        .section(similarity::section(&findings.cka, figures.similarity)?);
    let compared = [
        convergence::section(&findings.convergence)?,
        context::section(&findings.context, text, figures.context, desk.study.seed)?,
        claims::section(&findings.claims, figures.claims)?,
        findings.truth.as_ref().map(|truth| truth::section(truth, figures.truth)).transpose()?,
    ];
    let page = compared
        .into_iter()
        .flatten()
        .fold(page, Page::section)
        .section(brains(summary)?.prose(prose::folds(&desk.design.fold_table())))
        .section(words(&desk.material.story)?);
    Ok(provenance(desk, page))
}

fn provenance(desk: &Desk, page: Page) -> Page {
    let study = desk.study;
    let settings = serde_json::to_value(study).expect("settings are plain values");
    let page = page
        .provenance("program", format!("gyrus {}", env!("CARGO_PKG_VERSION")))
        .provenance("SHA-256 of the program", &desk.options.program)
        .provenance("command", &desk.options.command)
        .provenance("device", format!("{}, {}", desk.device.name(), instruction_set()))
        .provenance("layer index", "0 = input of the first block; last = after the final norm")
        .provenance("data set", &desk.material.story.source);
    let sections = settings.as_object().into_iter().flatten().filter(|(name, _)| *name != "models" && *name != "data");
    let page =
        sections.fold(page, |page, (name, value)| page.provenance(format!("settings: {name}"), value.to_string()));
    let models = desk.material.model_hashes.iter();
    let page = models.fold(page, |page, (name, hash)| page.provenance(format!("SHA-256 of model {name}"), hash));
    page.provenance("SHA-256 of the data", &desk.material.data_hash)
        .provenance("SHA-256 of the words and their times", &desk.material.story_hash)
}

fn manifest<'a>(desk: &'a Desk) -> Manifest<'a> {
    Manifest {
        schema: SCHEMA,
        program: format!("gyrus {}", env!("CARGO_PKG_VERSION")),
        program_sha256: &desk.options.program,
        device: desk.device.name().to_owned(),
        instruction_set: instruction_set(),
        settings: desk.study,
        files: desk.material.files.iter().map(|(path, hash)| (path.display().to_string(), hash.as_str())).collect(),
    }
}
