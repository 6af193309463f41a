//! Drawings, words and the page, and the manifest that says what made them.

use std::path::PathBuf;

use gyrus_report::{Palette, Print, Section, Svg};
use rayon::prelude::*;
use serde::Serialize;

use crate::Error;
use crate::desk::Desk;
use crate::report::{FILE, Words, claims as claims_of, electrodes};
use crate::settings::{SCHEMA, Study};
use crate::steps::benchmarks::{self, BenchmarkScore};
use crate::steps::ceilings::{self, Ceilings};
use crate::steps::citations;
use crate::steps::claims::{self, Claims};
use crate::steps::context::{self, Contexts};
use crate::steps::convergence::{self, Convergences};
use crate::steps::dimension::{self, Dimensions};
use crate::steps::figures::{Cka, contributions, score_by_layer, similarity as heat_map, text_trend};
use crate::steps::generalisation::{self, Generalisation};
use crate::steps::partition::{self, Partitions};
use crate::steps::power::{self, Detectable};
use crate::steps::sections::{additions, brains, found, layers, models, windows, words as words_section};
use crate::steps::similarity::{self, Drawings, Similarity};
use crate::steps::text::TextScore;
use crate::steps::truth;
use crate::steps::{canaries, hierarchy, lags, prose};
use crate::store::{read_json, write_json, write_whole};
use crate::summary::Summary;
use crate::tables::write_table;

/// Where the targets lie, within the results.
const ELECTRODES: &str = "electrodes.parquet";

/// What made the results; the same inputs give the same bytes.
#[derive(Debug, Serialize)]
struct Manifest<'a> {
    schema: u32,
    program: String,
    program_sha256: &'a str,
    /// The devices and the instructions of processors that steps were made on.
    made_on: Vec<[String; 2]>,
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
    let style = &desk.options.style;
    let inputs = format!("{findings:?} {study:?} {} {:?} {style:?}", material.data_hash, material.story.warnings);
    desk.step("report", &[&inputs, &desk.models_key()], |desk| {
        let figures = Figures::draw(desk, &findings)?;
        let mut files = published(desk, figures.named().collect())?;
        let manifest = serde_json::to_string_pretty(&manifest(desk)?).expect("settings and hashes");
        write_whole(&desk.path("manifest.json"), manifest.as_bytes())?;
        let electrodes = electrodes(&desk.material.story.listeners, desk.study.targets(), &findings.summary.regions);
        write_table(&desk.path(ELECTRODES), electrodes)?;
        write_json(&desk.path(FILE), &words(desk, &findings, figures)?)?;
        write_whole(&desk.path("report.html"), crate::report::report(&desk.options.out)?.as_bytes())?;
        files.extend(["manifest.json", ELECTRODES, FILE, "report.html"].map(PathBuf::from));
        Ok(files)
    })
}

/// Writes each drawing as it stands on the page, and as journals take it.
fn published(desk: &Desk, figures: Vec<(&str, &Svg)>) -> Result<Vec<PathBuf>, Error> {
    let style = &desk.options.style;
    let prints = figures.par_iter().map(|(_, svg)| Print::new(svg.as_str(), style)).collect::<Result<Vec<_>, _>>()?;
    let mut files = Vec::new();
    for ((name, svg), print) in figures.iter().zip(&prints) {
        let forms = [
            (".svg", svg.as_str().as_bytes()),
            ("-outlined.svg", print.svg.as_bytes()),
            (".png", print.png.as_slice()),
        ];
        for (ending, bytes) in forms {
            let file = PathBuf::from(format!("figures/{name}{ending}"));
            write_whole(&desk.path(&file), bytes)?;
            files.push(file);
        }
    }
    Ok(files)
}

impl Figures {
    fn draw(
        desk: &Desk,
        Findings { summary, text, cka, lags, context, claims, truth, .. }: &Findings,
    ) -> Result<Self, Error> {
        let palette = Palette::new(desk.study.names()).colored(desk.options.style.colors());
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

/// Everything that the page says in words; its figures by the names of their drawings.
fn words(desk: &Desk, findings: &Findings, figures: Figures) -> Result<Words, Error> {
    let Findings { summary, canaries, hierarchy, .. } = findings;
    let names: Vec<(String, Svg)> = figures.named().map(|(name, svg)| (name.to_owned(), svg.clone())).collect();
    let name = |svg: &Svg| Some(names.iter().find(|(_, drawn)| drawn == svg)?.0.clone());
    let mut warnings = prose::warnings(desk.study, summary);
    warnings.extend(desk.material.story.warnings.iter().map(|line| format!("{line}.")));
    warnings.extend(canaries::warnings(canaries, desk.study.encoding.gap));
    warnings.extend(hierarchy::warnings(hierarchy));
    Ok(Words {
        schema: SCHEMA,
        title: desk.study.title.clone(),
        lead: prose::lead(desk.study, summary),
        warnings,
        claims: claims_of(summary, hierarchy, &findings.convergence, &findings.claims)?,
        sections: sections(desk, findings, figures)?.into_iter().map(|section| section.named(name)).collect(),
        provenance: provenance(desk)?,
        colors: desk.options.style.colors().to_vec(),
    })
}

fn sections(desk: &Desk, findings: &Findings, figures: Figures) -> Result<Vec<Section>, Error> {
    let Findings { summary, text, canaries, hierarchy, lags, .. } = findings;
    let windowed = summary.models.iter().any(|model| model.windows.len() > 1);
    let asked = [
        Some(found(summary)?),
        Some(layers(summary, figures.by_layer)?),
        Some(additions(summary, figures.contributions)?),
        Some(canaries::section(canaries, prose::group(desk.study))?),
        windowed.then(|| windows(summary)).transpose()?,
        generalisation::section(&findings.generalisation)?,
        Some(ceilings::section(&findings.ceilings)?),
        findings.partition.as_ref().map(partition::section).transpose()?,
        Some(dimension::section(&findings.dimension)?),
        power::section(&findings.power)?,
        figures.text.map(|trend| models(text, trend)).transpose()?,
        benchmarks::section(&findings.benchmarks)?,
        lags::section(lags, figures.lags)?,
        Some(hierarchy::section(hierarchy)?),
        Some(similarity::section(&findings.cka, figures.similarity, summary.words)?),
        convergence::section(&findings.convergence)?,
        context::section(&findings.context, text, figures.context, (desk.study.seed, summary.words))?,
        claims::section(&findings.claims, figures.claims)?,
        findings.truth.as_ref().map(|truth| truth::section(truth, figures.truth)).transpose()?,
        Some(brains(summary)?.prose(prose::folds(&desk.design.fold_table()))),
        Some(words_section(&desk.material.story)?),
        Some(citations::section(desk.study, &desk.material.story.source)?),
    ];
    Ok(asked.into_iter().flatten().collect())
}

fn provenance(desk: &Desk) -> Result<Vec<(String, String)>, Error> {
    let study = desk.study;
    let made_on: Vec<String> = desk.cache.places()?.iter().map(|place| place.join(", ")).collect();
    let settings = serde_json::to_value(study).expect("settings are plain values");
    let known = [
        ("program", format!("gyrus {}", env!("CARGO_PKG_VERSION"))),
        ("SHA-256 of the program", desk.options.program.clone()),
        ("command", desk.options.command.clone()),
        ("this page again", "gyrus report RESULTS".to_owned()),
        ("times of the steps", "run-log.json beside this page".to_owned()),
        ("made on", made_on.join("; ")),
        ("layer index", "0 = input of the first block; last = after the final norm".to_owned()),
        ("data set", desk.material.story.source.clone()),
        ("schema of the results", SCHEMA.to_string()),
    ];
    let sections = settings.as_object().into_iter().flatten().filter(|(name, _)| *name != "models" && *name != "data");
    let settings = sections.map(|(name, value)| (format!("settings: {name}"), value.to_string()));
    let models =
        desk.material.model_hashes.iter().map(|(name, hash)| (format!("SHA-256 of model {name}"), hash.clone()));
    let data = [
        ("SHA-256 of the data", &desk.material.data_hash),
        ("SHA-256 of the words and their times", &desk.material.story_hash),
    ];
    let named = |(name, value): (&str, String)| (name.to_owned(), value);
    let data = data.map(|(name, hash)| (name.to_owned(), hash.clone()));
    Ok(known.map(named).into_iter().chain(settings).chain(models).chain(data).collect())
}

fn manifest<'a>(desk: &'a Desk) -> Result<Manifest<'a>, Error> {
    Ok(Manifest {
        schema: SCHEMA,
        program: format!("gyrus {}", env!("CARGO_PKG_VERSION")),
        program_sha256: &desk.options.program,
        made_on: desk.cache.places()?,
        settings: desk.study,
        files: desk.material.files.iter().map(|(path, hash)| (path.display().to_string(), hash.as_str())).collect(),
    })
}
