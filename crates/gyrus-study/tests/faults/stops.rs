//! SIGTERM, as a cluster sends it that takes its place back, and Ctrl-C, at random moments.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use gyrus_study::{Lock, remove_leftovers};
use gyrus_tests::Draws;

use crate::trial::{Outcome, Trial, finished, kills};

/// Signals by name, and the status of a program that they end.
const SIGNALS: [(&str, i32); 2] = [("TERM", 143), ("INT", 130)];

/// Seconds in which a run must have ended, on a busy machine; clusters often give thirty.
const PATIENCE: Duration = Duration::from_secs(5);

#[test]
fn told_to_stop_a_run_says_so_clears_up_and_goes_on_to_the_same_bytes() -> Outcome {
    let trial = Trial::new()?;
    let mut moments = Draws::new(15);
    let (mut stopped, mut kept, mut slowest) = (0, 0, Duration::ZERO);
    for stop in 0..kills(4) {
        let (out, (signal, status)) = (PathBuf::from(format!("stopped-{stop}")), SIGNALS[stop % 2]);
        let mut run = trial.command(&[], &out).stderr(Stdio::piped()).spawn()?;
        let mut news = BufReader::new(run.stderr.take().ok_or("a pipe")?);
        let mut said = String::new();
        // Until the first step has begun the run holds no lock and has nothing to go on from.
        while !said.ends_with(" ...\n") {
            assert!(news.read_line(&mut said)? > 0, "{said}");
        }
        thread::sleep(trial.seconds.mul_f64(0.9 * moments.uniform()));
        let begun = Instant::now();
        send(signal, &run)?;
        news.read_to_string(&mut said)?;
        let code = run.wait()?.code();
        if code != Some(0) {
            (stopped, slowest) = (stopped + 1, slowest.max(begun.elapsed()));
            assert_eq!(code, Some(status), "{said}");
            is_told(&said, signal);
        }
        is_clean(&trial.study.path(&out))?;
        kept += finished(&trial.study.path(&out))?.len();
        trial.heals(&out)?;
        std::fs::remove_dir_all(trial.study.path(&out))?;
    }
    assert!(stopped > 0 && slowest < PATIENCE, "{stopped} stopped, the slowest after {slowest:?}");
    println!(
        "| SIGTERM and SIGINT at random moments | {stopped} | ended within {} ms, nothing half written; {kept} finished steps, all found again; same bytes |",
        slowest.as_millis()
    );
    Ok(())
}

fn send(signal: &str, run: &Child) -> Outcome {
    // One that is over cannot be told.
    Command::new("kill").arg(format!("-{signal}")).arg(run.id().to_string()).stderr(Stdio::null()).status()?;
    Ok(())
}

/// One line, the last, says what happened and what to do; nothing is said to have failed.
fn is_told(said: &str, signal: &str) {
    let start = format!("stopped by SIG{signal} ");
    let last = said.lines().last().unwrap_or_default();
    assert!(last.starts_with(&start) && last.ends_with("the same command goes on from there"), "{said}");
    assert!(said.matches("stopped by").count() == 1 && !said.contains("error:"), "{said}");
}

/// No half-written file, no lock.
fn is_clean(out: &Path) -> Outcome {
    assert_eq!(remove_leftovers(out)?, 0, "half-written files");
    assert!(Lock::owners(out).is_empty() && std::fs::read(out.join("lock"))?.is_empty(), "a lock");
    Ok(())
}
