//! A row for every choice of every item, or for every text.

use std::path::{Path, PathBuf};

use gyrus_benchmarks::{Item, Rolling, Scores};
use gyrus_study::{Table, write_table};

/// Writes what `scores` say of every choice of `items`.
pub fn of_items(path: &Path, items: &[Item], scores: &Scores) -> anyhow::Result<()> {
    let of_choices = |value: &dyn Fn(usize, usize) -> f64| -> Vec<f64> {
        let rows = items.iter().enumerate().flat_map(|(i, item)| (0..item.choices.len()).map(move |c| (i, c)));
        rows.map(|(item, choice)| value(item, choice)).collect()
    };
    let counts = |value: &dyn Fn(usize, usize) -> usize| -> Vec<u32> {
        of_choices(&|item, choice| value(item, choice) as f64).into_iter().map(|value| value as u32).collect()
    };
    let texts = |value: &dyn Fn(&Item) -> String| -> Vec<String> {
        items.iter().flat_map(|item| vec![value(item); item.choices.len()]).collect()
    };
    let answer = |item: usize, choice: usize| scores.answers[item][choice];
    let table = Table::new()
        .counts("item", &counts(&|item, _| item))
        .texts("file", &texts(&|item| item.place.path().display().to_string()))
        .counts("row", &counts(&|item, _| items[item].place.number()))
        .texts("group", &texts(&|item| item.group.clone().unwrap_or_default()))
        .texts("pair", &texts(&|item| item.pair.clone().unwrap_or_default()))
        .counts("choice", &counts(&|_, choice| choice))
        .counts("right", &counts(&|item, choice| usize::from(items[item].gold == choice)))
        .numbers("log_likelihood", &of_choices(&|item, choice| answer(item, choice).log_likelihood))
        .counts("greedy", &counts(&|item, choice| usize::from(answer(item, choice).is_greedy)))
        .counts("tokens", &counts(&|item, choice| answer(item, choice).tokens))
        .counts("characters", &counts(&|item, choice| answer(item, choice).characters))
        .counts("bytes", &counts(&|item, choice| answer(item, choice).bytes))
        .counts("truncated", &counts(&|item, choice| answer(item, choice).dropped))
        .counts("unscored", &counts(&|item, choice| answer(item, choice).unscored));
    Ok(write_table(path, table)?)
}

/// Writes the log likelihood of every text.
pub fn of_texts(path: &Path, files: &[PathBuf], texts: &[Rolling]) -> anyhow::Result<()> {
    let names: Vec<String> = files.iter().take(texts.len()).map(|file| file.display().to_string()).collect();
    let counts = |value: fn(&Rolling) -> usize| -> Vec<u32> { texts.iter().map(|text| value(text) as u32).collect() };
    let table = Table::new()
        .texts("file", &names)
        .numbers("log_likelihood", &texts.iter().map(|text| text.log_likelihood).collect::<Vec<_>>())
        .counts("tokens", &counts(|text| text.tokens))
        .counts("characters", &counts(|text| text.characters))
        .counts("bytes", &counts(|text| text.bytes))
        .counts("words", &counts(|text| text.words));
    Ok(write_table(path, table)?)
}
