//! `gyrus controls`, `gyrus positions` and `gyrus extract --shuffle-words`, against what they should give by definition.

use std::error::Error;
use std::fs;

use gyrus_study::read_tensors;
use gyrus_tests::SmallStudy;
use gyrus_types::Transcript;
use gyrus_windows::{LastToken, Tokenizer, WordTokens};
use ndarray::{Array1, Array2, Axis, concatenate, s};
use safetensors::{Dtype, SafeTensors};

use crate::arrays::{
    Outcome, call, check_refused, columns, counts, numbers, program, random, read_table, texts, write_matrices,
    write_tensors,
};

mod arrays;

/// The tensors of a file by name.
type Tensors = Vec<(String, Array2<f32>)>;

/// The tensor `name` of a file.
fn tensor(file: &[(String, Array2<f32>)], name: &str) -> Result<Array2<f32>, Box<dyn Error>> {
    let found = file.iter().find(|(other, _)| other == name);
    Ok(found.ok_or_else(|| format!("no tensor `{name}`"))?.1.clone())
}

/// A property's one column is `expected`, NaN for NaN.
fn check_column(file: &[(String, Array2<f32>)], name: &str, expected: &[f64]) -> Outcome {
    let found = tensor(file, name)?;
    assert_eq!(found.dim(), (expected.len(), 1), "{name}");
    let same = |(a, b): (&f32, &f64)| (f64::from(*a) - b).abs() < 1e-5 || a.is_nan() && b.is_nan();
    assert!(found.iter().zip(expected).all(same), "{name}: {found} for {expected:?}");
    Ok(())
}

const WORDS: &str = "word,start,end\nOh!,1,1.5\nThe,2,2.25\n--,n/a,n/a\n\"cat,\",2.5,3\nthe,3,3.5\n";

#[test]
fn properties_stand_a_row_per_word() -> Outcome {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("words.csv"), WORDS)?;
    let answer = program().call(folder.path(), "controls --transcript words.csv --out c".split(' '))?;
    assert!(answer.complaint.contains("duration: 1 of 5 words have no value and are NaN"), "{answer:?}");
    assert!(answer.complaint.contains("frequency is counted in the text itself, which has 3 spellings"), "{answer:?}");
    let file = read_tensors(&folder.path().join("c"))?;
    let names: Vec<_> = file.iter().map(|(name, _)| name.as_str()).collect();
    let expected = "duration frequency length onset position-in-sentence position-in-story rate syllables";
    assert_eq!(names.join(" "), expected);
    let nan = f64::NAN;
    check_column(&file, "rate", &[1.0, 1.0, nan, 1.0, 1.0])?;
    check_column(&file, "onset", &[1.0, 1.0, nan, 1.0, 1.0])?;
    check_column(&file, "duration", &[0.5, 0.25, nan, 0.5, 0.5])?;
    check_column(&file, "length", &[2.0, 3.0, 0.0, 3.0, 3.0])?;
    check_column(&file, "syllables", &[1.0, 1.0, nan, 1.0, 1.0])?;
    check_column(&file, "position-in-sentence", &[0.0, 0.0, 1.0, 2.0, 3.0])?;
    check_column(&file, "position-in-story", &[0.0, 0.25, 0.5, 0.75, 1.0])?;
    let (once, twice) = (250_000.01_f64.log10(), 500_000.01_f64.log10());
    check_column(&file, "frequency", &[once, twice, nan, once, twice])?;
    call(folder.path(), "controls --transcript words.csv --properties onset,rate --rows samples --out s")?;
    let file = read_tensors(&folder.path().join("s"))?;
    check_column(&file, "onset", &[nan, 0.5, nan, 0.25, 0.0])?;
    check_column(&file, "rate", &[2.0, 4.0 / 2.0, nan, 3.0 / 2.0, 3.0 / 1.5])
}

#[test]
fn a_text_without_times_has_no_timed_properties_unless_asked_for() -> Outcome {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("text.txt"), TEXT)?;
    call(folder.path(), "controls --transcript text.txt --out c")?;
    let file = read_tensors(&folder.path().join("c"))?;
    let names: Vec<_> = file.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["frequency", "length", "position-in-sentence", "position-in-story", "syllables"]);
    call(folder.path(), "controls --transcript text.txt --properties rate --out c")?;
    check_column(&read_tensors(&folder.path().join("c"))?, "rate", &[f64::NAN; 12])
}

#[test]
fn tables_vectors_and_sound_are_read() -> Outcome {
    let folder = tempfile::tempdir()?;
    let write = |name: &str, content: &str| fs::write(folder.path().join(name), content);
    write("words.csv", WORDS)?;
    write("counts.tsv", "word\tcount\nthe\t60\nThe\t20\ncat\t20\n")?;
    write("vectors.txt", "3 2\nthe 1 2\ncat 3 4\ndog x y\n")?;
    write("sound.txt", "0\n1\n4\n9\n16\n25\n36\n49\n")?;
    let files = "--counts counts.tsv --vectors vectors.txt --envelope sound.txt --envelope-rate 2 --envelope-start 0.5";
    let line = format!("controls --transcript words.csv --properties static,frequency,envelope {files} --out c");
    let answer = program().call(folder.path(), line.split(' '))?;
    for said in [
        "frequency is that of `counts.tsv`, where 1 of 5 words do not occur",
        "static: 2 of 5 words have no vector and get the mean vector of the others",
        "envelope: 1 of 5 words have no value and are NaN",
    ] {
        assert!(answer.complaint.contains(said), "{said}: {answer:?}");
    }
    let file = read_tensors(&folder.path().join("c"))?;
    let (many, few, none) = (800_000.01_f64.log10(), 200_000.01_f64.log10(), 0.01_f64.log10());
    check_column(&file, "frequency", &[none, many, f64::NAN, few, many])?;
    check_column(&file, "envelope", &[1.0, 9.0, f64::NAN, 16.0, 25.0])?;
    let mean = [5.0 / 3.0, 8.0 / 3.0];
    let expected = [mean, [1.0, 2.0], mean, [3.0, 4.0], [1.0, 2.0]];
    let apart = tensor(&file, "static")?.mapv(f64::from) - Array2::from(expected.to_vec());
    assert!(apart.iter().all(|apart| apart.abs() < 1e-6), "{apart}");
    Ok(())
}

const TEXT: &str = "ada looked at the gull, and the gull - looked at ada.";

/// log2 probabilities of the next token after the last of `ids`, from the logits that the program gives.
fn after(study: &SmallStudy, ids: &[u32]) -> Result<Array1<f64>, Box<dyn Error>> {
    let bytes = ids.iter().flat_map(|id| i64::from(*id).to_le_bytes()).collect();
    write_tensors(&study.path("ids"), vec![("input_ids", Dtype::I64, &[1, ids.len()], bytes)])?;
    call(study.folder(), "hidden-states --model models/tiny --ids ids --out states")?;
    let states = fs::read(study.path("states"))?;
    let logits = SafeTensors::deserialize(&states)?;
    let logits = logits.tensor("logits")?;
    let values: Array1<f64> =
        logits.data().as_chunks().0.iter().map(|bytes| f64::from(f32::from_le_bytes(*bytes))).collect();
    let last = values.slice(s![(ids.len() - 1) * logits.shape()[2]..]).to_owned();
    let sum: f64 = last.iter().map(|logit| logit.exp()).sum();
    Ok(last.mapv(|logit| (logit.exp() / sum).log2()))
}

#[test]
fn bits_are_those_of_the_models_own_logits() -> Outcome {
    let study = SmallStudy::new()?;
    study.write("text.txt", TEXT)?;
    let model = "--model models/tiny --windows full,1w,3";
    let line = format!("controls --transcript text.txt --properties surprisal,entropy {model} --out c");
    let answer = program().call(study.folder(), line.split(' '))?;
    assert!(answer.complaint.contains("1 of 12 words of `1w` have less before them"), "{answer:?}");
    let file = read_tensors(&study.path("c"))?;
    assert_eq!(file.len(), 6);
    let tokenizer = Tokenizer::open(&study.path("models/tiny"))?;
    let tokens = tokenizer.tokens(TEXT)?;
    let words = WordTokens::new(&tokens, &Transcript::untimed(TEXT.into()), LastToken::default())?;
    let words = words.ranges();
    for word in [0, 1, 4, 11] {
        let starts: [(&str, &dyn Fn(usize) -> usize); 3] = [
            ("full", &|_| 0),
            ("1w", &|_| words[usize::saturating_sub(word, 1)].start),
            ("3", &|token| token.saturating_sub(3)),
        ];
        for (window, start) in starts {
            let (mut surprisal, mut entropy) = (0.0, f64::NAN);
            for token in words[word].clone() {
                let p = after(&study, &[tokens.prefix(), &tokens.ids()[start(token)..token]].concat())?;
                surprisal -= p[tokens.ids()[token] as usize];
                entropy = if entropy.is_nan() { -p.iter().map(|p| p * p.exp2()).sum::<f64>() } else { entropy };
            }
            let found = |name: &str| Ok::<_, Box<dyn Error>>(tensor(&file, &format!("{name}.{window}"))?[[word, 0]]);
            let apart = (f64::from(found("surprisal")?) - surprisal, f64::from(found("entropy")?) - entropy);
            assert!(apart.0.abs() < 1e-4 && apart.1.abs() < 1e-4, "word {word}, {window}: {apart:?}");
        }
    }
    Ok(())
}

#[test]
fn without_bos_the_first_word_is_undefined() -> Outcome {
    let study = SmallStudy::new()?;
    study.write("text.txt", TEXT)?;
    let line = "controls --transcript text.txt --properties surprisal --model models/tiny --bos never --out c";
    let answer = program().call(study.folder(), line.split(' '))?;
    assert!(answer.complaint.contains("surprisal: 1 of 12 words have no value and are NaN"), "{answer:?}");
    let found = tensor(&read_tensors(&study.path("c"))?, "surprisal")?;
    assert!(found[[0, 0]].is_nan() && found.iter().skip(1).all(|bits| bits.is_finite() && *bits > 0.0), "{found}");
    call(study.folder(), &format!("{line} --undefined mean"))?;
    let filled = tensor(&read_tensors(&study.path("c"))?, "surprisal")?;
    let mean = found.iter().skip(1).sum::<f32>() / 11.0;
    assert!((filled[[0, 0]] - mean).abs() < 1e-4 && filled.slice(s![1.., ..]) == found.slice(s![1.., ..]));
    Ok(())
}

#[test]
fn one_tensor_holds_the_properties_in_the_order_asked_for() -> Outcome {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("words.csv"), WORDS)?;
    fs::write(folder.path().join("vectors.txt"), "the 1 2\n")?;
    let line = "controls --transcript words.csv --properties rate,static,length --vectors vectors.txt";
    call(folder.path(), &format!("{line} --out apart"))?;
    call(folder.path(), &format!("{line} --stack --out one"))?;
    let (apart, one) = (read_tensors(&folder.path().join("apart"))?, read_tensors(&folder.path().join("one"))?);
    let parts = ["rate", "static", "length"].map(|name| tensor(&apart, name));
    let parts: Vec<_> = parts.into_iter().collect::<Result<_, _>>()?;
    let views: Vec<_> = parts.iter().map(Array2::view).collect();
    assert_eq!((one.len(), one[0].0.as_str()), (1, "controls"));
    let expected = concatenate(Axis(1), &views)?.mapv(f32::to_bits);
    assert_eq!(one[0].1.mapv(f32::to_bits), expected);
    let bytes = fs::read(folder.path().join("one"))?;
    let (_, metadata) = SafeTensors::read_metadata(&bytes)?;
    let columns = metadata.metadata().as_ref().and_then(|metadata| metadata.get("columns").cloned());
    assert_eq!(columns.as_deref(), Some("rate,static,static,length"));
    Ok(())
}

#[test]
fn what_a_property_needs_is_said() -> Outcome {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("words.csv"), WORDS)?;
    fs::write(folder.path().join("bad.tsv"), "the\t1\ncat\tmany\n")?;
    let check = |rest: &str, expected: &[&str]| {
        check_refused(folder.path(), &format!("controls --transcript words.csv --out o {rest}"), expected)
    };
    check("--properties static", &["the property `static` needs a file of vectors; give it with `--vectors`"])?;
    check("--properties rate,entropy", &["`entropy` needs a language model; give it with `--model`"])?;
    check("--properties rate,rate", &["the property `rate` is asked for twice"])?;
    check("--counts bad.tsv", &["`bad.tsv` line 2, column 2 (from 1) is not a finite number: `many`"])?;
    check("--vectors absent", &["read `absent`"])?;
    let answer =
        program().call(folder.path(), "controls --transcript words.csv --out o --properties pitch".split(' '))?;
    assert!(answer.complaint.contains("unknown word property `pitch`, known are: rate, onset"), "{answer:?}");
    assert!(!folder.path().join("o").exists());
    Ok(())
}

#[test]
fn encode_takes_tensors_side_by_side_or_by_name() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = |name: &str| folder.path().join(name);
    let (a, b, x, mut y) = (random(60, 1, 1), random(60, 2, 2), random(60, 3, 3), random(60, 2, 4));
    y.column_mut(0).zip_mut_with(&a.column(0), |y, a| *y += 2.0 * a);
    let both = concatenate(Axis(1), &[a.view(), b.view()])?;
    write_matrices(&path("f"), &[("x", &x)])?;
    write_matrices(&path("r"), &[("y", &y)])?;
    write_matrices(&path("several"), &[("a", &a), ("b", &b)])?;
    write_matrices(&path("one"), &[("all", &both)])?;
    write_matrices(&path("a"), &[("a", &a)])?;
    let files = "encode --features f --responses r --folds 3 --inner-folds 2 --penalties 1e0:1e2:3 --out";
    let same = |one: &str, other: &str| -> Outcome {
        call(folder.path(), &format!("{files} o1 {one}"))?;
        call(folder.path(), &format!("{files} o2 {other}"))?;
        assert_eq!(numbers(&read_table(&path("o1"))?, "r")?, numbers(&read_table(&path("o2"))?, "r")?, "{one}");
        Ok(())
    };
    same("--controls several", "--controls one")?;
    same("--controls several#a", "--controls a")?;
    same("--bands both=several", "--bands both=one")?;
    same("--bands a=several#a", "--bands a=a")?;
    call(folder.path(), &format!("{files} o --bands a=several#a,b=several#b --partition-out p"))?;
    let table = read_table(&path("p"))?;
    assert!(columns(&table).contains(&"unique_r2".to_owned()));
    assert_eq!(counts(&table, "target")?, [0, 0, 0, 1, 1, 1]);
    assert_eq!(texts(&table, "band")?[..3], ["layer", "a", "b"]);
    let refused = |rest: &str, expected: &[&str]| check_refused(folder.path(), &format!("{files} o {rest}"), expected);
    refused("--bands a=several#c", &["`several` has no tensor `c`, only: `a`, `b`"])?;
    let mut hole = b.clone();
    hole[[7, 1]] = f32::NAN;
    write_matrices(&path("hole"), &[("a", &a), ("b", &hole)])?;
    refused(
        "--controls hole",
        &["controls of `hole`", "understand `hole`: tensor `b` has the value `NaN` in row 7, column 1"],
    )?;
    write_matrices(&path("uneven"), &[("a", &a), ("b", &random(59, 1, 1))])?;
    refused("--bands a=uneven", &["`uneven` has 59 rows"])
}

#[test]
fn controls_of_words_are_spread_as_features_are() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = |name: &str| folder.path().join(name);
    // Word w ends in the second that ends with scan w / 2 + 1, so that a scan holds two words.
    let (x, c, y) = (random(120, 3, 1), random(120, 1, 2), random(62, 2, 3));
    let times: String = (0..120).map(|word| format!("{}\n", 0.5 * f64::from(word) + 0.25)).collect();
    fs::write(path("times"), times)?;
    let spread = Array2::from_shape_fn((62, 1), |(scan, _)| {
        (0..120).filter(|word| word / 2 + 1 == scan).map(|word| c[[word, 0]]).sum::<f32>()
    });
    for (name, array) in [("f", &x), ("words", &c), ("r", &y), ("rows", &spread)] {
        write_matrices(&path(name), &[("a", array)])?;
    }
    let files = "encode --features f --responses r --folds 3 --inner-folds 2 --penalties 1e0:1e2:3";
    let clock = "--response-model fir:0,1 --times times --step 1";
    call(folder.path(), &format!("{files} {clock} --out o1 --word-controls words"))?;
    let delayed =
        Array2::from_shape_fn((62, 2), |(scan, delay)| if scan < delay { 0.0 } else { spread[[scan - delay, 0]] });
    write_matrices(&path("rows"), &[("a", &delayed)])?;
    call(folder.path(), &format!("{files} {clock} --out o2 --controls rows"))?;
    let (one, two) = (numbers(&read_table(&path("o1"))?, "r")?, numbers(&read_table(&path("o2"))?, "r")?);
    assert!(one.iter().zip(&two).all(|(a, b)| (a - b).abs() < 1e-6), "{one:?} {two:?}");
    Ok(())
}

/// The states of a text, told and shuffled, with a window.
fn told_and_shuffled(window: &str) -> Result<[Tensors; 2], Box<dyn Error>> {
    let study = SmallStudy::new()?;
    study.write("text.txt", TEXT)?;
    let line =
        format!("extract --model models/tiny --transcript text.txt --word-tokens word-by-word --windows {window}");
    call(study.folder(), &format!("{line} --out told"))?;
    call(study.folder(), &format!("{line} --out shuffled --shuffle-words 3"))?;
    call(study.folder(), &format!("{line} --out again --shuffle-words 3"))?;
    assert_eq!(fs::read(study.path("shuffled"))?, fs::read(study.path("again"))?, "the seed decides the order");
    Ok([read_tensors(&study.path("told"))?, read_tensors(&study.path("shuffled"))?])
}

#[test]
fn a_window_of_one_word_knows_no_order() -> Outcome {
    let [told, shuffled] = told_and_shuffled("1w")?;
    assert_eq!(told, shuffled, "every word's state is in its own row");
    Ok(())
}

#[test]
fn longer_windows_know_the_order() -> Outcome {
    let [told, shuffled] = told_and_shuffled("full")?;
    assert_eq!(told[0], shuffled[0], "the input of the first block knows no context");
    assert_ne!(told[2], shuffled[2]);
    Ok(())
}

#[test]
fn positions_know_their_run_and_nothing_else() -> Outcome {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("runs"), "1\n1\n1\n2\n2\n2\n2\n")?;
    call(folder.path(), "positions --runs runs --width 1 --every 2 --out p")?;
    let file = read_tensors(&folder.path().join("p"))?;
    let found = tensor(&file, "position")?;
    assert_eq!(found.dim(), (7, 2 + 4));
    assert_eq!(found.column(0).to_vec(), [0.0, 0.5, 1.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!((found[[2, 3]], found[[3, 3]]), (1.0, 0.0), "bumps stay in their run");
    call(folder.path(), "positions --rows 9 --out p")?;
    assert_eq!(tensor(&read_tensors(&folder.path().join("p"))?, "position")?.dim(), (9, 1 + 3));
    check_refused(folder.path(), "positions --out p", &["`--rows` or `--runs` must say"])?;
    check_refused(folder.path(), "positions --rows 9 --width 0 --out p", &["must be positive and finite: `0`"])
}
