//! The files of a recording that was split, each of which names the next.

use std::path::{Path, PathBuf};

use super::part::{Next, Part};
use crate::Error;

/// The file `path` and those that continue it.
pub(super) fn open(path: &Path) -> Result<Vec<Part>, Error> {
    let mut parts = vec![Part::open(path)?];
    let mut seen = vec![whole(path)];
    while let Some(next) = parts.last().and_then(|part| part.contents.next.clone()) {
        let last = &parts[parts.len() - 1];
        let path = following(last.source.path(), &next)?;
        if seen.contains(&whole(&path)) {
            let wrong = format!("is continued by `{}`, which came before it", path.display());
            return Err(Error::Whole { path: last.source.path().to_owned(), wrong });
        }
        let part = Part::open(&path)?;
        same(&parts[0], &part)?;
        seen.push(whole(&path));
        parts.push(part);
    }
    Ok(parts)
}

fn whole(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// The file that continues `path`: by its name beside it, or else by its number.
fn following(path: &Path, next: &Next) -> Result<PathBuf, Error> {
    // Only the name itself counts: files that belong together lie together.
    let named = next.name.as_ref().and_then(|name| name.rsplit(['/', '\\']).next()).filter(|name| !name.is_empty());
    let numbered = next.number.and_then(|number| numbered(path, number));
    let names: Vec<String> = named.map(ToOwned::to_owned).into_iter().chain(numbered).collect();
    let there = names.iter().map(|name| path.with_file_name(name)).find(|path| path.is_file());
    let hint = "the recording goes on there, and parts must keep the names that they were written with";
    let (path, name) = (path.to_owned(), names.into_iter().next().unwrap_or_default());
    there.ok_or(Error::Companion { path, name, hint })
}

/// `a_raw.fif` is continued by `a_raw-1.fif`, and that by `a_raw-2.fif`.
fn numbered(path: &Path, number: i64) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let (stem, ending) = name.split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let stem = match stem.rsplit_once('-') {
        Some((stem, old)) if digits(old) && number != 1 => stem,
        _ => stem,
    };
    Some(format!("{stem}-{number}.{ending}"))
}

/// That a part has the channels, rate and scales of the first.
fn same(first: &Part, part: &Part) -> Result<(), Error> {
    let said = |part: &Part| {
        let channels = part.contents.channels.iter();
        (part.contents.rate, channels.map(|channel| (channel.name.clone(), channel.gain.to_bits())).collect::<Vec<_>>())
    };
    let [first, part] = [(said(first), first), (said(part), part)];
    let wrong = if first.0.0 != part.0.0 {
        "has another rate than"
    } else if first.0.1 != part.0.1 {
        "has other channels or scales than"
    } else {
        return Ok(());
    };
    let wrong = format!("{wrong} the recording that it continues, `{}`", first.1.source.path().display());
    Err(Error::Whole { path: part.1.source.path().to_owned(), wrong })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_make_names() {
        let check = |name: &str, number, expected: &str| {
            assert_eq!(numbered(Path::new(name), number).as_deref(), Some(expected));
        };
        check("x/a_raw.fif", 1, "a_raw-1.fif");
        check("x/a_raw-1.fif", 2, "a_raw-2.fif");
        check("x/sub-a_raw.fif.gz", 1, "sub-a_raw-1.fif.gz");
    }
}
