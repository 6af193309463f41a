//! Which charts a page has: instead of a run's drawings, and beside them.

use gyrus_report::{Chart, Choice, Column, Dataset, Kind, Measure};

const MODEL: &str = "model";

/// The charts that show what the drawing `name` shows, and more; an empty list leaves it out, because another one's charts
/// do. Nothing where no chart does, or where its table is not there.
pub fn instead_of(name: &str, found: &[Dataset]) -> Option<Vec<Chart>> {
    let (first, charts) = match name {
        "score-by-layer" => (true, vec![by_layer()]),
        "contributions" => (true, vec![contributions(), by_place()]),
        "similarity" => (true, vec![pairs(), pair_curves()]),
        "similarity-biased" => (false, vec![pairs()]),
        "layer-map" => (true, vec![layer_map()]),
        "correspondence" => (true, vec![correspondence()]),
        "context" => (true, vec![context()]),
        "text" => (true, vec![quality("Language and score")]),
        "truth-hierarchy" => (true, vec![planted()]),
        name if name.starts_with("lags-") => (false, vec![lag_means()]),
        name if name.starts_with("claim-") => (false, vec![quality("")]),
        _ => return None,
    };
    let drawable: Vec<Chart> = charts.into_iter().filter(|chart| drawable(chart, found)).collect();
    (!drawable.is_empty()).then(|| if first { drawable } else { Vec::new() })
}

/// The charts of a section beside those that stand for its drawings.
pub fn of_section(heading: &str, found: &[Dataset]) -> Vec<Chart> {
    let charts = match heading {
        "What was found" => vec![scores()],
        "Canaries" => vec![canaries()],
        "Does context matter" => vec![windows(), window_gains()],
        "Dimensions of the layers" => vec![dimensions()],
        "Benchmarks" => vec![benchmarks()],
        "Hierarchy" => vec![hierarchy()],
        "Layers and lags" => vec![lag_means(), lag_maps(), lag_places()],
        "Do better language models resemble the brain more?" => {
            vec![quality("Better language models and the brain"), reach()]
        }
        "Scores and ceilings" => vec![ceilings()],
        "Other listeners" => vec![generalisation()],
        "What could have been found" => vec![power()],
        _ => Vec::new(),
    };
    charts.into_iter().filter(|chart| drawable(chart, found)).collect()
}

/// The charts of electrodes on the cortex; nothing where no position is known.
pub fn cortex(found: &[Dataset]) -> Option<Vec<Chart>> {
    let places = found.iter().find(|dataset| dataset.name() == "electrodes")?;
    let known = |axis| matches!(places.get(axis), Some(Column::Numbers(values)) if values.iter().any(|value| value.is_finite()));
    let charts = [cortex_targets(), cortex_layers(), cortex_windows()];
    let charts: Vec<Chart> = charts.into_iter().filter(|chart| drawable(chart, found)).collect();
    (["x", "y", "z"].into_iter().all(known) && !charts.is_empty()).then_some(charts)
}

/// Whether the table of a chart is there with rows and all that it needs.
fn drawable(chart: &Chart, found: &[Dataset]) -> bool {
    let table = found.iter().find(|dataset| dataset.name() == chart.table());
    table.is_some_and(|table| table.rows() > 0 && chart.needs().all(|column| table.has(column)))
}

fn one_model() -> Choice {
    Choice::one(MODEL, "Model")
}

fn scores() -> Chart {
    Chart::new(Kind::Intervals, "models", "Every model")
        .said(
            "Each model on the group, mean over places, with 95 % intervals.",
            "Whether intervals leave out zero; overlap of two says little of their difference.",
        )
        .down(MODEL, "model")
        .measure(Measure::new("score", "r at the chosen layers").with_interval().from_zero())
        .measure(Measure::new("over_controls", "added to r of the controls").with_interval().from_zero())
        .measure(Measure::new("over_twin", "r less that of the untrained twins").with_interval().from_zero())
        .measure(Measure::new("peak_depth", "peak depth (0 = first layer, 1 = last)").with_interval())
        .measure(
            Measure::new("slope_over_depth", "slope of r from the first layer to the last").with_interval().from_zero(),
        )
        .series(MODEL)
}

fn contributions() -> Chart {
    Chart::new(Kind::Intervals, "models", "What each model adds")
        .said("Joint score less the controls' score, layers chosen on other folds; the same against the untrained twins, and mean over single listeners.", "Intervals that leave out zero.")
        .down(MODEL, "model")
        .measure(Measure::new("over_controls", "added to r of the controls").with_interval().from_zero())
        .measure(Measure::new("over_controls_listeners", "added, mean over single listeners").with_interval().from_zero())
        .measure(Measure::new("over_twin", "r less that of the untrained twins").with_interval().from_zero())
        .measure(Measure::new("over_twin_listeners", "the same, mean over single listeners").with_interval().from_zero())
        .series(MODEL)
}

fn by_layer() -> Chart {
    Chart::new(Kind::Lines, "layers", "Scores by layer")
        .said("r on held-out rows by layer, with 95 % jackknife intervals; dashed: mean of the untrained twins. Choose a patient and a target to see one of them.", "Does a trained curve stand above its own dashed twin?")
        .across("layer", "layer (0 = input of the first block)")
        .measure(Measure::new("joint", "r of controls and layer").with_interval().beside("untrained_joint", "untrained twins").from_zero())
        .measure(Measure::new("over_controls", "added to r of the controls").with_interval().from_zero())
        .measure(Measure::new("alone", "r of the layer alone").with_interval().from_zero())
        .series(MODEL)
        .choice(Choice::one("patient", "Patient").starting("all"))
        .choice(Choice::one("target", "Target").starting("mean over regions"))
}

fn by_place() -> Chart {
    Chart::new(Kind::Points, "targets", "Every target of every patient")
        .said(
            "Each target at the chosen layers; side by side within a patient or region in no order of meaning.",
            "Whether one patient or one region carries a model's score.",
        )
        .across("patient", "patient")
        .across("region", "region")
        .measure(Measure::new("over_controls", "added to r of the controls").with_interval().from_zero())
        .measure(Measure::new("controls", "r of the controls").from_zero())
        .measure(Measure::new("peak_layer", "peak layer").with_interval())
        .series("region")
        .choice(one_model())
        .choice(Choice::any("patient", "Patient"))
        .detail("target")
        .detail("over_controls_q")
}

fn canaries() -> Chart {
    Chart::new(Kind::Intervals, "canaries", "Canaries")
        .said(
            "What should predict little or nothing, through the same folds.",
            "Intervals above zero where nothing should be.",
        )
        .down("canary", "canary")
        .down(MODEL, "model")
        .measure(Measure::new("adds", "added to r of the controls").with_interval().from_zero())
        .measure(Measure::new("r", "r").with_interval().from_zero())
        .measure(Measure::new("beside", "words in order less shuffled, or as told").with_interval().from_zero())
        .choice(Choice::any("on", "On"))
        .choice(Choice::any("canary", "Canary"))
        .series(MODEL)
}

fn windows() -> Chart {
    Chart::new(Kind::Field, "window_scores", "Scores by context window")
        .said(
            "Each model at each context window, layers chosen on other folds.",
            "Whether longer contexts help all models or only some.",
        )
        .across("window", "context window")
        .down(MODEL, "model")
        .measure(Measure::new("score", "r").with_interval())
        .measure(Measure::new("over_first", "r less that at the first window").with_interval().from_zero())
}

fn window_gains() -> Chart {
    Chart::new(Kind::Intervals, "window_scores", "One window")
        .said("Each model at one context window, with 95 % intervals.", "")
        .down(MODEL, "model")
        .measure(Measure::new("over_first", "r less that at the first window").with_interval().from_zero())
        .measure(Measure::new("score", "r").with_interval().from_zero())
        .choice(Choice::one("window", "Window"))
        .series(MODEL)
}

fn dimensions() -> Chart {
    Chart::new(Kind::Lines, "dimension", "Dimensions by layer")
        .said("How many dimensions the states of each layer fill, and how layers score when all are cut to the same number.", "Whether scores follow dimensions.")
        .across("layer", "layer (0 = input of the first block)")
        .measure(Measure::new("two_nearest", "intrinsic dimension (two nearest neighbours)"))
        .measure(Measure::new("participation_ratio", "participation ratio"))
        .measure(Measure::new("joint", "r of controls and layer").with_interval().from_zero())
        .measure(Measure::new("joint_matched", "r with as many dimensions in every layer").with_interval().from_zero())
        .series(MODEL)
        .choice(Choice::one("variant", "Variant").starting("trained"))
        .detail("distinct")
}

fn benchmarks() -> Chart {
    Chart::new(Kind::Intervals, "benchmarks", "Benchmarks")
        .said("The share of items that is right, or its mean over pairs.", "")
        .down(MODEL, "model")
        .measure(Measure::new("score", "share that is right"))
        .choice(Choice::one("task", "Benchmark"))
        .series(MODEL)
        .detail("metric")
        .detail("stderr")
        .detail("items")
}

fn hierarchy() -> Chart {
    Chart::new(Kind::Points, "hierarchy", "Depth and distance")
        .said(
            "Each target at its distance from auditory cortex and the depth of the model that predicts it best.",
            "Whether points rise to the right within patients.",
        )
        .across("distance", "distance from auditory cortex (mm)")
        .across("subject", "patient")
        .measure(Measure::new("centre_of_mass", "centre of mass (0 = first layer, 1 = last)").with_interval())
        .measure(Measure::new("peak_depth", "peak depth (0 = first layer, 1 = last)").with_interval())
        .series("subject")
        .choice(one_model())
        .choice(Choice::any("subject", "Patient"))
        .detail("target")
}

fn lag_means() -> Chart {
    Chart::new(Kind::Field, "lag_means", "Layer by lag, mean over targets")
        .said(
            "r of controls and layer together on held-out words, mean over folds and targets.",
            "Whether deeper layers do best at later lags. The brightest cell is the largest of many and no score.",
        )
        .across("lag", "lag after the word (s)")
        .down("layer", "layer")
        .measure(Measure::new("r", "r"))
        .choice(one_model())
}

fn lag_maps() -> Chart {
    Chart::new(Kind::Field, "lags", "Layer by lag, one target")
        .said("The map of one target of one patient.", "")
        .across("lag", "lag after the word (s)")
        .down("layer", "layer")
        .measure(Measure::new("over_controls", "added to r of the controls").from_zero())
        .measure(Measure::new("r", "r"))
        .choice(one_model())
        .choice(Choice::one("subject", "Patient"))
        .choice(Choice::one("target", "Target"))
}

fn lag_places() -> Chart {
    Chart::new(Kind::Brain, "lag_targets", "Best lags on the cortex")
        .said("The lag and layer at which each target gains most over the controls: the largest of many cells.", "")
        .down("key", "target")
        .places("electrodes", "target")
        .measure(Measure::new("lag", "lag after the word (s)"))
        .measure(Measure::new("layer", "layer"))
        .measure(Measure::new("over_controls", "added to r of the controls"))
        .choice(one_model())
}

fn quality(title: &str) -> Chart {
    Chart::new(Kind::Points, "claims", title)
        .said("One point per language model.", "Whether points of one family alone make a slope.")
        .across("bits_per_character", "bits per character on the story (lower is better)")
        .across("benchmarks", "mean score in the benchmarks")
        .across("parameters", "parameters")
        .measure(Measure::new("over_controls", "added to r of the controls"))
        .measure(Measure::new("score", "r at the chosen layers"))
        .measure(Measure::new("peak_depth", "peak depth (0 = first layer, 1 = last)"))
        .measure(Measure::new("targets_peak_depth", "mean peak depth of targets"))
        .measure(Measure::new("hierarchy_alignment", "rank correlation of peak layer and distance"))
        .measure(Measure::new("context_gain", "gain of r from the first window to the last"))
        .series(MODEL)
        .detail("family")
}

fn reach() -> Chart {
    Chart::new(Kind::Field, "reach", "Context and distance")
        .said("Whether peak layers follow distance from auditory cortex at each window, and whether what the window adds does.", "")
        .across("window", "context window")
        .down(MODEL, "model")
        .measure(Measure::new("hierarchy_alignment", "rank correlation of peak layer and distance").with_interval().from_zero())
        .measure(Measure::new("gain_by_distance", "rank correlation of gain and distance").with_interval().from_zero())
}

fn ceilings() -> Chart {
    Chart::new(Kind::Points, "ceilings", "Raw and normalised")
        .said("Scores, their ceilings, and scores divided by them.", "")
        .across("target", "target")
        .across("subject", "listener")
        .measure(Measure::new("normalised", "r divided by its ceiling").with_interval().from_zero())
        .measure(Measure::new("r", "r").with_interval().from_zero())
        .measure(Measure::new("ceiling", "ceiling of r").with_interval().from_zero())
        .choice(one_model())
        .choice(Choice::one("unit", "Unit"))
        .choice(Choice::any("subject", "Listener"))
        .series("target")
        .detail("estimator")
}

fn generalisation() -> Chart {
    Chart::new(Kind::Points, "generalisation", "Across listeners and within")
        .said("Each target and fold: fitted on other listeners, or on the same one.", "")
        .across("r_within", "r within the listener")
        .measure(Measure::new("r_across", "r from other listeners").from_zero())
        .series("subject")
        .choice(one_model())
        .detail("target")
        .detail("fold")
}

fn power() -> Chart {
    Chart::new(Kind::Lines, "power", "Power")
        .said("How often an effect of each size is found.", "")
        .across("effect", "planted effect")
        .measure(Measure::new("power", "share of draws in which it is found").with_interval())
        .series(MODEL)
        .choice(Choice::one("layer", "Layer"))
}

fn pairs() -> Chart {
    similarity(Kind::Pairs, "Every layer against every other").said(
        "Debiased CKA of the states of all layers. Each square is a pair of models, layers from first to last.",
        "Bright diagonals within the squares of two models: layers that meet in order.",
    )
}

fn pair_curves() -> Chart {
    similarity(Kind::PairCurves, "One layer against all models, by depth").said(
        "CKA of one layer with the layers of every other model, by their relative depth; bands are intervals.",
        "Where along the other models its like lies.",
    )
}

fn similarity(kind: Kind, title: &str) -> Chart {
    Chart::new(kind, "similarity", title)
        .down("model_a", "model")
        .down("layer_a", "layer")
        .across("model_b", "other model")
        .across("layer_b", "its layer")
        .measure(Measure::new("cka", "debiased CKA").with_interval())
        .measure(Measure::new("cka_biased", "biased CKA"))
}

fn layer_map() -> Chart {
    Chart::new(Kind::Paths, "layer-map", "A map of all layers")
        .said("Layers whose states are alike lie near each other; paths run from the first layer to the last, whose mark is larger. Open marks: untrained twins.", "Whether trained models run together and twins stay apart.")
        .across("x", "first axis of the map")
        .down("y", "second axis of the map")
        .series(MODEL)
        .detail("layer")
}

fn correspondence() -> Chart {
    Chart::new(Kind::Lines, "correspondence", "Which layer is most like which")
        .said(
            "For each layer of a model, the layer of each other model that is most like it.",
            "Rising lines: models pass the same stations in the same order.",
        )
        .across("layer", "layer")
        .measure(Measure::new("other_layer", "most similar layer of the other model"))
        .measure(Measure::new("cka", "debiased CKA with it"))
        .series("other")
        .choice(one_model())
}

fn context() -> Chart {
    Chart::new(Kind::Field, "context", "What context adds to the states")
        .said(
            "How far states at a shorter window are from those at the reference, by layer.",
            "How fast states settle with context.",
        )
        .across("window", "context window")
        .down("layer", "layer")
        .measure(Measure::new("difference", "relative distance").with_interval())
        .choice(one_model())
        .detail("reference")
}

fn planted() -> Chart {
    Chart::new(Kind::Points, "truth", "What was planted and what was found")
        .said("Each electrode: where features were planted, and where they were found.", "Points along a rising line.")
        .across("distance", "distance from auditory cortex (mm)")
        .across("planted_peak_depth", "planted peak depth")
        .across("planted_latency", "planted latency (s)")
        .measure(Measure::new("peak_depth", "peak depth found").with_interval())
        .measure(Measure::new("best_lag", "best lag (s)"))
        .measure(Measure::new("score", "r").with_interval().from_zero())
        .series("patient")
        .choice(Choice::any("patient", "Patient"))
        .detail("electrode")
        .detail("q")
}

fn cortex_chart(table: &str, title: &str) -> Chart {
    Chart::new(Kind::Brain, table, title).down("target", "target").places("electrodes", "target").choice(one_model())
}

const SEEN: &str = "Outlines are drawn by eye and orient only. Electrodes 25 mm or more from the middle are seen from outside, \
                    all others from the middle. Colours leave out the outermost hundredth on each side.";

fn cortex_targets() -> Chart {
    cortex_chart("targets", "Electrodes at the chosen layers")
        .said(SEEN, "Whether neighbours agree, and whether colours change with distance from auditory cortex.")
        .measure(Measure::new("over_controls", "added to r of the controls").with_interval())
        .measure(Measure::new("peak_layer", "peak layer").with_interval())
        .measure(Measure::new("controls", "r of the controls"))
        .measure(Measure::new("lag", "lag of the response (s)"))
        .choice(Choice::any("patient", "Patient"))
        .choice(Choice::any("region", "Region"))
        .detail("over_controls_q")
}

fn cortex_layers() -> Chart {
    cortex_chart("layers", "Electrodes at one layer")
        .said("r on held-out rows at one layer of one model.", "")
        .measure(Measure::new("joint", "r of controls and layer").with_interval())
        .measure(Measure::new("over_controls", "added to r of the controls").with_interval())
        .measure(Measure::new("alone", "r of the layer alone").with_interval())
        .choice(Choice::one("layer", "Layer"))
}

fn cortex_windows() -> Chart {
    cortex_chart("windows", "Electrodes at one context window")
        .said("At one context window, layers chosen on other folds.", "")
        .measure(Measure::new("score", "r"))
        .measure(Measure::new("peak_depth", "peak depth (0 = first layer, 1 = last)"))
        .choice(Choice::one("window", "Window"))
}
