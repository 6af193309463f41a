//! `gyrus data`: lists, checks and fetches data sets by name.

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::{fs, io, thread};

use gyrus_tests::Program;

type Outcome = Result<(), Box<dyn Error>>;

const MANIFEST: &str = r#"
name = "small"
title = "A small data set"
licence = "none"
citation = "none"
source = "made by the tests"

[[pattern]]
path = "more/*"
count = 2
what = "more"

[[file]]
path = "sub-01/a.txt"
bytes = 3
hash = "md5:900150983cd24fb0d6963f7d28e17f72"

[[file]]
path = "sub-02/a.txt"
bytes = 3
hash = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

[[file]]
path = "b.txt"
"#;

fn program() -> Program {
    Program::new(env!("CARGO_BIN_EXE_gyrus"))
}

/// Address of a server that answers every request with `body` as long as it is asked, or with status 404 for `b.txt`.
fn server(body: &'static str) -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let base = format!("http://{}/small", listener.local_addr()?);
    thread::spawn(move || -> io::Result<()> {
        loop {
            let mut stream = BufReader::new(listener.accept()?.0);
            let mut first = String::new();
            stream.read_line(&mut first)?;
            let mut line = String::new();
            while stream.read_line(&mut line)? > 2 {
                line.clear();
            }
            let status = if first.contains("/b.txt") { "404 Not Found" } else { "200 OK" };
            let length = body.len();
            let said = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
            stream.get_mut().write_all(said.as_bytes())?;
        }
    });
    Ok(base)
}

#[test]
fn data_sets_are_listed_and_shown() -> Outcome {
    let folder = tempfile::tempdir()?;
    let list = program().call(folder.path(), ["data", "list"])?.good()?;
    let rows: Vec<Vec<&str>> = list.lines().map(|line| line.split('\t').collect()).collect();
    assert!(rows.len() == 9 && rows.iter().all(|row| row.len() == 8), "{list}");
    let names: Vec<&str> = rows[1..].iter().map(|row| row[0]).collect();
    assert!(names.is_sorted() && names.contains(&"alice") && names.contains(&"podcast"), "{names:?}");
    let json = program().call(folder.path(), ["data", "list", "--json"])?.good()?;
    let sets: serde_json::Value = serde_json::from_str(&json)?;
    assert_eq!((&sets[0]["name"], &sets[0]["files"], &sets[0]["hashed"]), (&"alice".into(), &142.into(), &142.into()));
    let shown = program().call(folder.path(), ["data", "show", "podcast"])?.good()?;
    assert!(
        shown.contains("base = \"https://s3.amazonaws.com/openneuro.org/ds005574\"") && shown.contains("[[oddity]]")
    );
    let said = program().call(folder.path(), ["data", "show", "podcats"])?;
    assert!(said.refusal()?.contains("there is no data set `podcats`; there are `alice`"));
    Ok(())
}

#[test]
fn what_is_missing_is_fetched_and_checked() -> Outcome {
    let folder = tempfile::tempdir()?;
    let base = server("abc")?;
    fs::write(folder.path().join("small.toml"), MANIFEST)?;
    let call = |arguments: &[&str]| program().call(folder.path(), arguments);
    let answer = call(&["data", "check", "small.toml", "small"])?;
    assert!(answer.refusal()?.contains("3 of 3 files of `small` are missing"));
    let answer = call(&["data", "fetch", "small.toml"])?;
    assert!(answer.refusal()?.contains("have no address that they could be fetched from; see made by the tests"));

    let fetch = ["data", "fetch", "small.toml", "--base", &base];
    let planned = call(&[&fetch[..], &["--dry-run"]].concat())?.good()?;
    assert!(planned.contains(&format!("missing\tsub-01/a.txt\t3\t{base}/sub-01/a.txt")), "{planned}");
    assert!(planned.contains("missing\tb.txt\tunknown\t") && !folder.path().join("small").exists(), "{planned}");

    let some = call(&[&fetch[..], &["--only", "sub-01/*", "--only", "c"]].concat())?.good()?;
    assert!(some.contains(&format!("fetched\tsub-01/a.txt\t3\thash\t{base}/sub-01/a.txt")), "{some}");
    assert_eq!(some.lines().count(), 2);
    let answer = call(&fetch)?;
    assert!(answer.refusal()?.contains("1 of 3 files of `small` were not fetched"));
    assert!(answer.output.contains("kept\tsub-01/a.txt") && answer.output.contains("fetched\tsub-02/a.txt"));

    let only = ["data", "check", "small.toml", "small", "--only", "sub-*/*"];
    let checked = call(&only)?.good()?;
    assert!(checked.contains("small: 2 files as the manifest describes them"), "{checked}");
    assert!(checked.contains("`more/*`: 0 of 2 files (more)"), "{checked}");
    fs::write(folder.path().join("small/sub-02/a.txt"), "abd")?;
    let quick = call(&[&only[..], &["--quick"]].concat())?.good()?;
    assert!(quick.contains("hashes were not compared"), "{quick}");
    let answer = call(&only)?;
    assert!(answer.refusal()?.contains("1 of 2 files") && answer.output.contains("`sub-02/a.txt` has sha256:"));
    Ok(())
}
