//! The items of `datasets/benchmarks`: as many as their page says, no two alike, and chance exactly one half.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::fs;

use serde_json::Value;

type Outcome = Result<(), Box<dyn Error>>;

/// The words of a right sentence and of the wrong one.
type Pair = [Vec<String>; 2];

/// The items of a task, a line each.
fn items(task: &str) -> Result<Vec<Value>, Box<dyn Error>> {
    let text = fs::read_to_string(format!("../datasets/benchmarks/{task}.jsonl"))?;
    Ok(text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}

fn text<'a>(item: &'a Value, key: &str) -> &'a str {
    item[key].as_str().unwrap_or_default()
}

/// The right and the wrong sentence of each item, none of which occurs twice.
fn pairs(task: &str, expected: usize) -> Result<Vec<Pair>, Box<dyn Error>> {
    let items = items(task)?;
    let words = |sentence: &str| sentence.trim_end_matches('.').split(' ').map(String::from).collect();
    let pairs = items.iter().map(|item| (text(item, "sentence_good"), text(item, "sentence_bad")));
    assert_eq!(pairs.clone().collect::<HashSet<_>>().len(), expected);
    Ok(pairs.map(|(good, bad)| [words(good), words(bad)]).collect())
}

#[test]
fn agreement_turns_on_one_verb_that_is_right_as_often_as_wrong() -> Outcome {
    let mut balance = HashMap::new();
    for [good, bad] in pairs("agreement", 300)? {
        let differ: Vec<usize> = (0..good.len()).filter(|&i| good[i] != bad[i]).collect();
        assert_eq!((good.len(), differ.as_slice()), (bad.len(), [5].as_slice()), "{good:?}");
        *balance.entry(good[5].clone()).or_insert(0) += 1;
        *balance.entry(bad[5].clone()).or_insert(0) -= 1;
    }
    assert!(balance.len() == 18 && balance.values().all(|&more| more == 0), "{balance:?}");
    Ok(())
}

#[test]
fn word_order_turns_on_order_alone() -> Outcome {
    for [mut good, mut bad] in pairs("word-order", 300)? {
        assert_ne!(good, bad);
        good.sort();
        bad.sort();
        assert_eq!(good, bad);
    }
    Ok(())
}

#[test]
fn every_pair_of_choices_is_right_once_each() -> Outcome {
    for (task, expected) in [("plausibility", 300), ("coreference", 320), ("story-cloze", 320)] {
        let items = items(task)?;
        let distinct: HashSet<String> =
            items.iter().map(|item| format!("{}{}", item["query"], item["choices"])).collect();
        assert_eq!((items.len(), distinct.len()), (expected, expected), "{task}");
        let mut twins: HashMap<u64, Vec<&Value>> = HashMap::new();
        items.iter().for_each(|item| twins.entry(item["pair"].as_u64().unwrap_or(u64::MAX)).or_default().push(item));
        for twins in twins.values() {
            let [one, other] = twins.as_slice() else { return Err(format!("{task}: {twins:?}").into()) };
            assert_eq!(one["choices"], other["choices"]);
            let gold = one["gold"].as_u64().zip(other["gold"].as_u64());
            assert!(gold.is_some_and(|(one, other)| one + other == 1), "{task}: {one}");
            assert_eq!(one["choices"].as_array().map(Vec::len), Some(2));
        }
    }
    Ok(())
}
