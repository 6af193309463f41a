//! `gyrus similarity`, against what it should give by definition.

use std::error::Error;
use std::fs;

use gyrus_tests::SmallStudy;
use ndarray::{Array2, ArrayView2, Axis, concatenate, s};

use crate::arrays::{
    Outcome, call, check_refused, columns, counts, numbers, program, random, read_table, texts, write_matrices,
};

mod arrays;

/// Linear CKA of X and Y by its definition, biased: |Y'X|^2 / (|X'X| |Y'Y|) for centred columns.
fn biased_cka(x: &Array2<f32>, y: &Array2<f32>) -> f64 {
    let centred = |a: &Array2<f32>| {
        let a = a.mapv(f64::from);
        let mean = a.mean_axis(Axis(0)).expect("there are rows");
        a - mean
    };
    let (x, y) = (centred(x), centred(y));
    let square = |a: ArrayView2<f64>, b: ArrayView2<f64>| a.t().dot(&b).mapv(|v| v * v).sum();
    square(y.view(), x.view()) / (square(x.view(), x.view()) * square(y.view(), y.view())).sqrt()
}

#[test]
fn similarity_of_a_file_with_itself_is_1() -> Outcome {
    let folder = tempfile::tempdir()?;
    let layers = [random(50, 6, 1), random(50, 4, 2)];
    let other = random(50, 9, 3) + layers[1].column(0).insert_axis(Axis(1));
    write_matrices(&folder.path().join("a"), &[("layer.0", &layers[0]), ("layer.1", &layers[1])])?;
    write_matrices(&folder.path().join("b"), &[("layer.0", &other)])?;
    call(folder.path(), "similarity a b --out similarity.parquet")?;
    let table = read_table(&folder.path().join("similarity.parquet"))?;
    assert_eq!(columns(&table), ["file_a", "layer_a", "file_b", "layer_b", "cka", "cka_biased"]);
    let all = [("a", &layers[0]), ("a", &layers[1]), ("b", &other)];
    let at = |file: &String, layer: usize| if file == "a" { layer } else { 2 };
    let (files_a, files_b) = (texts(&table, "file_a")?, texts(&table, "file_b")?);
    let (layers_a, layers_b) = (counts(&table, "layer_a")?, counts(&table, "layer_b")?);
    let (cka, biased) = (numbers(&table, "cka")?, numbers(&table, "cka_biased")?);
    assert_eq!(cka.len(), 6);
    for row in 0..6 {
        let (a, b) = (at(&files_a[row], layers_a[row]), at(&files_b[row], layers_b[row]));
        assert_eq!((files_a[row].as_str(), files_b[row].as_str()), (all[a].0, all[b].0));
        assert!((biased[row] - biased_cka(all[a].1, all[b].1)).abs() < 1e-6, "row {row}");
        assert!(
            if a == b { (cka[row] - 1.0).abs() < 1e-12 } else { cka[row] < biased[row] },
            "row {row}: {}",
            cka[row]
        );
    }
    Ok(())
}

#[test]
fn similarity_names_the_file_that_is_wrong() -> Outcome {
    let folder = tempfile::tempdir()?;
    let mut damaged = random(20, 2, 1);
    damaged[[3, 0]] = f32::INFINITY;
    write_matrices(&folder.path().join("a"), &[("layer.0", &random(20, 2, 1))])?;
    write_matrices(&folder.path().join("infinite"), &[("layer.0", &random(20, 2, 2)), ("layer.1", &damaged)])?;
    write_matrices(&folder.path().join("long"), &[("layer.0", &random(21, 2, 1))])?;
    fs::write(folder.path().join("text"), "not tensors at all")?;
    let check = |file: &str, expected: &[&str]| {
        check_refused(folder.path(), &format!("similarity a {file} --out similarity.parquet"), expected)
    };
    check("infinite", &["layer 1 (from 0) of `infinite`", "`inf` in row 3, column 0"])?;
    check("long", &["`long` has 21 rows, `a` has 20"])?;
    check("text", &["`text`", "not a whole safetensors file"])?;
    assert!(!folder.path().join("similarity.parquet").exists());
    Ok(())
}

/// Rows that are like their neighbours.
fn smooth(rows: usize, columns: usize, seed: u64) -> Array2<f32> {
    let noise = random(rows + 20, columns, seed);
    Array2::from_shape_fn((rows, columns), |(i, j)| noise.slice(s![i..i + 20, j]).sum())
}

/// A layer, one that is mostly the same, and one that has nothing to do with them.
fn write_family(study: &std::path::Path) -> Outcome {
    let layer = smooth(400, 8, 1);
    let alike = concatenate![Axis(1), layer.slice(s![.., ..6]), smooth(400, 3, 2)];
    write_matrices(&study.join("a"), &[("layer.0", &layer), ("layer.1", &alike)])?;
    write_matrices(&study.join("b"), &[("layer.0", &smooth(400, 8, 3))])
}

#[test]
fn intervals_hold_the_value_and_shifts_tell_the_alike_from_the_others() -> Outcome {
    let folder = tempfile::tempdir()?;
    write_family(folder.path())?;
    call(folder.path(), "similarity a b --groups 10 --shifts 99 --sampled-columns --out s.parquet")?;
    let table = read_table(&folder.path().join("s.parquet"))?;
    let expected = "file_a layer_a file_b layer_b cka cka_biased cka_sampled cka_low cka_high null_mean p q";
    assert_eq!(columns(&table).join(" "), expected);
    let of = |name: &str| numbers(&table, name);
    let (cka, low, high, p, q) = (of("cka")?, of("cka_low")?, of("cka_high")?, of("p")?, of("q")?);
    assert!((0..6).all(|row| low[row] <= cka[row] && cka[row] <= high[row] && high[row] <= 1.0));
    // Rows: (0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2).
    assert!(p[0].is_nan() && q[3].is_nan() && low[5] == 1.0, "a layer and itself need no test");
    assert_eq!(p[1], 0.01, "as alike in one of 100 orders");
    assert!(cka[1] > 0.5 && p[2] > 0.05 && p[4] > 0.05, "{cka:?} {p:?}");
    assert!(of("null_mean")?[1] < 0.3);
    Ok(())
}

#[test]
fn memory_and_threads_change_rounding_at_most() -> Outcome {
    let folder = tempfile::tempdir()?;
    write_family(folder.path())?;
    let table = |name: &str, options: &str| -> Result<Vec<u8>, Box<dyn Error>> {
        call(folder.path(), &format!("similarity a b --groups 5 --shifts 7 --out {name} {options}"))?;
        Ok(fs::read(folder.path().join(name))?)
    };
    assert_eq!(table("one", "--threads 1")?, table("two", "--threads 2")?, "bytes");
    table("little", "--memory 64K")?;
    let cka = |name: &str| numbers(&read_table(&folder.path().join(name))?, "cka");
    assert!(cka("one")?.iter().zip(cka("little")?).all(|(a, b)| (a - b).abs() < 1e-6));
    Ok(())
}

#[test]
fn what_does_not_vary_is_said_and_undefined() -> Outcome {
    let folder = tempfile::tempdir()?;
    let flat = Array2::<f32>::from_elem((30, 2), 0.5);
    write_matrices(&folder.path().join("a"), &[("layer.0", &random(30, 3, 1)), ("layer.1", &flat)])?;
    let answer = program().call(folder.path(), "similarity a --out s.parquet".split(' '))?;
    assert!(answer.complaint.contains("layer 1 (from 0) of `a` does not vary"), "{answer:?}");
    let cka = numbers(&read_table(&folder.path().join("s.parquet"))?, "cka")?;
    assert_eq!(cka.iter().map(|cka| cka.is_nan()).collect::<Vec<_>>(), [false, true, true]);
    Ok(())
}

#[test]
fn states_of_other_words_are_refused() -> Outcome {
    let study = SmallStudy::new()?;
    let model = study.path("models/tiny").display().to_string();
    let folder = study.path("");
    for (name, text) in
        [("one", "ada looked at the gull"), ("same", "ada  looked at\nthe gull"), ("other", "the gull looked at ada")]
    {
        fs::write(study.path(format!("{name}.txt")), text)?;
        call(&folder, &format!("extract --model {model} --transcript {name}.txt --out {name}.safetensors"))?;
    }
    call(&folder, "similarity one.safetensors same.safetensors --out s.parquet")?;
    let other = "similarity one.safetensors other.safetensors --out s.parquet";
    check_refused(&folder, other, &["`one.safetensors` and `other.safetensors` are of different transcripts"])
}

#[test]
fn impossible_groups_and_shifts_are_refused() -> Outcome {
    let folder = tempfile::tempdir()?;
    write_matrices(&folder.path().join("a"), &[("layer.0", &random(12, 3, 1))])?;
    let check = |options: &str, expected: &[&str]| {
        check_refused(folder.path(), &format!("similarity a --out s.parquet {options}"), expected)
    };
    check("--groups 13", &["12 rows cannot lose one of 13 groups"])?;
    check("--shifts 5 --least-shift 7", &["12 rows"])
}

/// A measure with its options, its columns, and what the first of them is at least for layers that are mostly the same.
const MEASURES: [(&str, &str, f64); 7] = [
    ("rsa", "rsa", 0.5),
    ("rsa --distance euclidean --compare pearson", "rsa", 0.5),
    ("procrustes", "procrustes procrustes_distance procrustes_angle", 0.5),
    ("cca", "cca cca_square chance_square pwcca_ab pwcca_ba", 0.5),
    ("svcca --share 0.9", "cca cca_square chance_square pwcca_ab pwcca_ba", 0.5),
    ("neighbours --neighbours 5 --gap 20", "overlap chance", 0.1),
    ("predictivity --gap 20 --folds 4", "r_ab r_ba r2_ab r2_ba", 0.5),
];

#[test]
fn every_measure_tells_the_alike_from_the_others() -> Outcome {
    let folder = tempfile::tempdir()?;
    write_family(folder.path())?;
    for (metric, expected, least) in MEASURES {
        call(folder.path(), &format!("similarity a b --metric {metric} --out s.parquet"))?;
        let table = read_table(&folder.path().join("s.parquet"))?;
        let names = columns(&table);
        assert_eq!(names[4..].join(" "), expected);
        let values = numbers(&table, &names[4])?;
        // Rows: (0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2).
        assert!(values[1] > least && values[1] > values[2].max(values[4]) + 0.1, "{metric}: {values:?}");
    }
    Ok(())
}

#[test]
fn updates_are_layers_less_the_ones_before() -> Outcome {
    let folder = tempfile::tempdir()?;
    let first = random(40, 5, 1);
    let (second, third) = (&first * 2.0 + random(40, 5, 2), random(40, 5, 3));
    let write = |name: &str, layers: &[(&str, &Array2<f32>)]| write_matrices(&folder.path().join(name), layers);
    write("a", &[("layer.0", &first), ("layer.1", &second), ("layer.2", &third)])?;
    write("differences", &[("layer.0", &(&second - &first)), ("layer.1", &(&third - &second))])?;
    for metric in ["cka", "procrustes"] {
        call(folder.path(), &format!("similarity a --updates --metric {metric} --out updates"))?;
        call(folder.path(), &format!("similarity differences --metric {metric} --out differences.parquet"))?;
        let (updates, plain) =
            (read_table(&folder.path().join("updates"))?, read_table(&folder.path().join("differences.parquet"))?);
        assert_eq!(counts(&updates, "layer_a")?, [1, 1, 2]);
        assert_eq!(numbers(&updates, metric)?, numbers(&plain, metric)?);
    }
    write("wide", &[("layer.0", &first), ("layer.1", &random(40, 6, 4))])?;
    check_refused(folder.path(), "similarity wide --updates --out s", &["`wide`: layer 1 (from 0) has 6 columns", "5"])
}

#[test]
fn options_of_another_metric_are_refused() -> Outcome {
    let folder = tempfile::tempdir()?;
    write_matrices(&folder.path().join("a"), &[("layer.0", &random(12, 3, 1))])?;
    let check = |options: &str, expected: &str| {
        check_refused(folder.path(), &format!("similarity a --out s.parquet {options}"), &[expected])
    };
    check("--metric rsa --groups 4", "`--groups` goes with `--metric cka`")?;
    check("--metric procrustes --gap 3", "`--gap` goes with `--metric` cka, neighbours or predictivity")?;
    check("--gap 11", "no tuples of 12 rows are more than 11 rows apart")?;
    check("--metric neighbours --neighbours 12", "12 neighbours were asked for")?;
    check("--metric svcca --share 0", "share of variance")
}
