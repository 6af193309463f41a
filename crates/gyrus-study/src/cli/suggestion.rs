//! Guesses which known name was meant by one that is not known.

/// Least likeness (Jaro-Winkler) of a name that is suggested.
const LIKENESS: f64 = 0.8;

/// The known name most like the unknown one of an error, such as "there is no step `x`; the steps are a, b" or
/// "unknown field `x`, expected one of `a`, `b`"; `None` if the error is of another kind or nothing is alike.
pub fn suggestion(error: &str) -> Option<String> {
    let starts = ["unknown field `", "unknown variant `", "there is no step `", "there is no task `"];
    let more = ["there is no data set `", "unknown word property `", "unknown `model_type`: `"];
    let start = starts.into_iter().chain(more).find_map(|start| Some(error.find(start)? + start.len()))?;
    let (unknown, rest) = error[start..].split_once('`')?;
    let rest = rest.lines().next()?.trim_start_matches([',', ';']);
    let lists = ["one of ", "expected ", "supported: ", " are "];
    let names = lists.into_iter().find_map(|list| rest.split_once(list)).map(|(_, names)| names)?;
    let names =
        names.split([',', ' ']).map(|name| name.trim_matches(['`', '.', ';', ':'])).filter(|name| *name != "or");
    let likeness = |name: &str| strsim::jaro_winkler(name, unknown);
    let best = names.filter(|name| !name.is_empty()).max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(best) >= LIKENESS).then(|| best.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_known_name_is_meant() {
        let check = |error: &str, meant: Option<&str>| assert_eq!(suggestion(error).as_deref(), meant, "{error}");
        check("x: unknown field `penaltys`, expected one of `folds`, `penalties`, `gap`", Some("penalties"));
        check("unknown variant `wrods`, expected `words` or `scans`", Some("words"));
        check("there is no step `encodign`; the steps are text, encoding, report", Some("encoding"));
        check("there is no data set `podcst`; there are podcast, lebel, or give the path", Some("podcast"));
        check("there is no step `zzz`; the steps are text, encoding, report", None);
        check("read `a`: no such file", None);
    }
}
