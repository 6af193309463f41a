//! Words in every form, from files that others wrote (`tests/scripts/words_fixtures.py` at the top of the repository) and
//! from the definitions of their forms.

use std::fs;
use std::path::{Path, PathBuf};

use gyrus_recordings::{End, Error, WordFormat, WordTable, read_natural_stories_at, read_words_as};
use gyrus_types::Transcript;
use tempfile::TempDir;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn file(name: &str, content: impl AsRef<[u8]>) -> Result<(TempDir, PathBuf)> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join(name);
    fs::write(&path, content)?;
    Ok((folder, path))
}

/// The text and the times of a story.
fn shown(story: &Transcript) -> String {
    let times = story.words().iter().map(|word| match word.time {
        Some(time) => format!("{}-{}", time.onset(), time.offset()),
        None => "none".into(),
    });
    format!("{}: {}", story.text(), times.collect::<Vec<_>>().join(" "))
}

/// What reading `content` gives: the text and the times, or what is wrong, after the path.
fn check(name: &str, content: impl AsRef<[u8]>, format: Option<WordFormat>, expected: &str) -> Result<()> {
    let (_folder, path) = file(name, content)?;
    let said = match read_words_as(&path, format.as_ref()) {
        Ok(story) => shown(&story),
        Err(error) => error.to_string().replace(&format!("`{}`", path.display()), "it"),
    };
    assert_eq!(said, expected);
    Ok(())
}

#[test]
fn textgrids_are_those_praatio_wrote() -> Result<()> {
    for name in ["long", "long-le", "long-be", "short", "short-le", "short-be"] {
        let story = read_words_as(&Path::new("tests/data").join(format!("{name}.TextGrid")), None)?;
        let expected = "Alice \"oh\" naïve Größe end.: 0.25-0.6 0.6-0.95 0.95-1.3 1.5-2.125 2.3-2.8";
        assert_eq!(shown(&story), expected, "{name}");
    }
    let format = WordFormat::TextGrid { tier: Some("words".into()), silence: Some(vec!["Alice".into()]) };
    let story = read_words_as(Path::new("tests/data/long.TextGrid"), Some(&format))?;
    assert!(story.text().starts_with("\"oh\""));
    let format = WordFormat::TextGrid { tier: Some("phones".into()), silence: None };
    let two =
        "File type = \"ooTextFile\"\n\"TextGrid\" 0 1 <exists> 1 \"IntervalTier\" \"word\" 0 1 1 0 1 \"New York\"\n";
    let expected = "it interval 1 (from 1) of tier `word` has a word that is empty or holds white space: `New York`";
    check("s.TextGrid", two, None, expected)?;
    let absent = read_words_as(Path::new("tests/data/long.TextGrid"), Some(&format));
    assert!(matches!(absent, Err(Error::MissingTier { .. })));
    Ok(())
}

#[test]
fn ctm_has_durations_and_comments() -> Result<()> {
    let one = ";; made by hand\nstory A 0.5 0.25 Down 0.98\n\nstory A 0.75 0.5 the\n";
    check("s.ctm", one, None, "Down the: 0.5-0.75 0.75-1.25")?;
    let two = format!("{one}story B 9 0.5 other\n");
    check("s.ctm", &two, None, "it has no file and channel `` alone, say which: `story A`, `story B`")?;
    check("s.ctm", &two, Some(WordFormat::Ctm(Some("story B".into()))), "other: 9-9.5")?;
    let absent = "it has no file and channel `story C` alone, say which: `story A`, `story B`";
    check("s.ctm", &two, Some(WordFormat::Ctm(Some("story C".into()))), absent)?;
    check(
        "s.ctm",
        "story A 0.5 0.25\n",
        None,
        "it line 1 has not file, channel, start, duration and word: `story A 0.5 0.25`",
    )?;
    check("s.ctm", "story A * * <ALT_BEGIN>\n", None, "it line 1 has a time that is not a number: `*`")?;
    check("s.ctm", "s A 0.5 -1 a\n", None, "it line 1 has an infinite or backward interval: `0.5, -1 s`")?;
    check("s.ctm", "s A 5 1 a\ns A 4 1 b\n", None, "it line 2 begins before the word in front of it: `4`")
}

#[test]
fn tables_have_the_columns_they_are_said_to_have() -> Result<()> {
    let columns = WordTable { word: "text".into(), start: "begin".into(), end: End::Duration("length".into()) };
    let table = "text\tbegin\tlength\na\t0.5\t0.25\n--\tn/a\tn/a\nb\t1\t0.5\n";
    check("w.tsv", table, Some(WordFormat::Table(columns)), "a -- b: 0.5-0.75 none 1-1.5")?;
    check("w.csv", "word,start,end\na,0,0.5\n", None, "a: 0-0.5")
}

#[test]
fn events_have_a_column_of_words() -> Result<()> {
    let events = "onset\tduration\tword\tsaid\n0.5\t0.25\tn/a\tOh\n1\t0.5\tb\tn/a\n";
    check("sub-01_task-x_events.tsv", events, None, "b: 1-1.5")?;
    check("e.tsv", events, Some(WordFormat::Events("said".into())), "Oh: 0.5-0.75")
}

#[test]
fn dictionaries_of_python_are_read_and_never_run() -> Result<()> {
    let rows = "onset\tduration\ttrial_type\n\
        2.5\t0.4\t{'story': 'lw1', 'kind': 'word', 'word': 'Tara', 'start': 0.0, 'pronounced': 1.0}\n\
        2.5\t0.1\t{'kind': 'phoneme', 'phoneme': 't_B', 'sequence_id': nan}\n\
        3.1\t0.3\t\"{'kind': 'word', 'word': \"\"it's\"\"}\"\n\
        1\t0.0\t{'kind': 'sound', 'sound': 'stimuli/lw1_0.wav'}\n";
    check("e.tsv", rows, Some(WordFormat::Dictionaries), "Tara it's: 2.5-2.9 3.1-3.4")?;
    let row = |row: &str| format!("onset\tduration\ttrial_type\n1\t0.5\t{row}\n");
    let place = "it row 1 (from 1, below the header)";
    let wrong = |what: &str, value: &str| format!("{place} {what}: `{value}`");
    for (value, what) in [
        ("{'kind': exec('x')}", "has a value that is no literal"),
        ("word", "is no dictionary"),
        ("{'kind': 'word'}", "has no word"),
        ("{'kind': 'word', 'word': 3}", "has no word"),
    ] {
        check("e.tsv", row(value), Some(WordFormat::Dictionaries), &wrong(what, value))?;
    }
    let timeless = "onset\tduration\ttrial_type\nn/a\tn/a\t{'kind': 'word', 'word': 'a'}\n";
    check("e.tsv", timeless, Some(WordFormat::Dictionaries), &wrong("has a word without a time", "a"))
}

#[test]
fn gentle_leaves_words_it_did_not_find_without_a_time() -> Result<()> {
    let rows = "Once,once,0.5,0.9\nupon,,,\n\"a,\",a,1,1.25\n\"\"\"oh\"\"\",oh,1.25,1.5\n";
    check("align.csv", rows, None, "Once upon a, \"oh\": 0.5-0.9 none 1-1.25 1.25-1.5")?;
    check("align.csv", "a,b,1\n", None, "it line 1 has not word, known word, start and end: `a,b,1`")?;
    check("align.csv", "\"a,b,1,2\n", None, "it line 1 has a quotation mark that is not closed: `\"a,b,1,2`")?;
    check("align.csv", "a,a,1,\n", None, "it line 1 has only one of start and end: `1 .. `")
}

#[test]
fn natural_stories_are_their_whole_words() -> Result<()> {
    let rows = "1.1.whole\tIf\n1.1.word\tIf\n1.2.whole\tyou,\n1.2.word\tyou\n1.2.1\t,\n";
    let format = |story: Option<&str>| Some(WordFormat::NaturalStories(story.map(String::from)));
    check("words.tsv", rows, format(None), "If you,: none none")?;
    let two = format!("{rows}2.1.whole\tLast\n");
    check("words.tsv", &two, format(Some("2")), "Last: none")?;
    check("words.tsv", &two, format(None), "it has no story `` alone, say which: `1`, `2`")?;
    check("words.tsv", "1.whole\tIf\n", format(None), "it line 1 does not begin with story.token.part: `1.whole\tIf`")?;
    check("words.tsv", "a.1.whole\tIf\n", format(None), "it line 1 has no number of a story and a token: `a.1.whole`")
}

#[test]
fn natural_stories_have_the_times_of_their_tokens() -> Result<()> {
    let rows =
        "1.1.whole\tThe\n1.1.word\tThe\n1.2.whole\tlong-bearded\n1.2.1\tlong\n1.3.whole\tman.\n2.1.whole\tLast\n";
    let (folder, path) = file("words.tsv", rows)?;
    let grid = |labels: &[&str]| {
        let shown = |(i, label): (usize, &&str)| {
            let at = 0.25 * i as f64;
            format!(
                "\t\tintervals [{}]:\n\t\t\txmin = {at}\n\t\t\txmax = {}\n\t\t\ttext = \"{label}\"\n",
                i + 1,
                at + 0.25
            )
        };
        let (n, labels) = (labels.len(), labels.iter().enumerate().map(shown).collect::<String>());
        format!(
            "File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n\nxmin = 0.0\nxmax = 9\ntiers? <exists>\nsize = 1\nitem []:\n\
             \titem [1]:\n\t\tclass = \"IntervalTier\"\n\t\tname = \"words\"\n\t\txmin = 0.0\n\t\txmax = 9\n\
             \t\tintervals: size = {n}\n{labels}"
        )
    };
    let read = |labels: &[&str]| -> Result<String> {
        let aligned = folder.path().join("1_aligned.TextGrid");
        fs::write(&aligned, grid(labels))?;
        Ok(match read_natural_stories_at(&path, Some("1"), &aligned) {
            Ok(story) => shown(&story),
            Err(error) => error.to_string().replace(&format!("{}/", folder.path().display()), ""),
        })
    };
    let labels = ["<s>", " THE / 1.1", "", "LONG / 1.2.1", "BEARDED / 1.2.3", "UH", "MAN / 1.3.word"];
    assert_eq!(read(&labels)?, "The long-bearded man.: 0.25-0.5 0.75-1.25 1.5-1.75");
    assert_eq!(read(&["MAN / 1.3"])?, "The long-bearded man.: none none 0-0.25");
    assert!(read(&["MAN / 1.3", "THE / 1.1"])?.contains("`words.tsv` line 5 begins before the word in front of it"));
    assert!(read(&["MAN / x.3"])?.contains("does not end with the number of a story and a token: `MAN / x.3`"));
    assert!(read(&["MAN"])?.contains("a tier without any label `WORD / story.token`"));
    Ok(())
}

#[test]
fn other_units_than_seconds_are_noticed() -> Result<()> {
    let said = |likely: &str, seen: &str| {
        format!(
            "times of words in it are {likely}, not seconds: the median word would last {seen} s, outside 0.03 to 3 s"
        )
    };
    let milliseconds = said("milliseconds, or samples of a slow recording", "250");
    check("w.csv", "word,start,end\na,500,750\nb,750,1000\n", None, &milliseconds)?;
    check("s.ctm", "s A 500 250 a\n", None, &milliseconds)?;
    check("w.csv", "word,start,end\na,8000,12000\n", None, &said("samples", "4000"))
}

#[test]
fn bytes_that_are_no_text_are_named() -> Result<()> {
    check("s.ctm", b"s A 0 1 \xff\n", None, "it is not valid UTF-8 at byte 8 (from 0)")?;
    check(
        "s.ctm",
        "\u{feff}s A 0 1 a\n".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(),
        None,
        "a: 0-1",
    )?;
    assert!(matches!(read_words_as(Path::new("nowhere.ctm"), None), Err(Error::Read { .. })));
    Ok(())
}
