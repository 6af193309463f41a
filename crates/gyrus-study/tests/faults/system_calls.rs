//! Kills at system calls: as a file is opened, written, synced or renamed, by strace's injection.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::trial::{Outcome, Trial, finished, kills};

/// The calls by which files come to be.
const CALLS: &str = "openat,mkdir,write,pwrite64,ftruncate,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat";

/// Whether strace is here and may trace.
fn strace() -> bool {
    let probe = Command::new("strace").args(["-qq", "-e", "trace=none", "true"]).stderr(Stdio::null()).status();
    probe.is_ok_and(|status| status.success())
}

#[test]
fn killed_at_any_call_a_run_goes_on_to_the_same_bytes() -> Outcome {
    if !strace() {
        println!("skipped: strace is absent or may not trace");
        return Ok(());
    }
    let trial = Trial::new()?;
    let calls = count(&trial)?;
    let asked = kills(6).min(calls);
    let (mut killed, mut kept) = (0, 0);
    for kill in 0..asked {
        let call = 1 + kill * calls / asked;
        let out = format!("call-{call}");
        let inject = format!("inject={CALLS}:signal=KILL:when={call}");
        let traced = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={CALLS}"), "-e", &inject];
        killed += usize::from(!trial.command(&traced, Path::new(&out)).status()?.success());
        kept += finished(&trial.study.path(&out))?.len();
        trial.heals(Path::new(&out))?;
        std::fs::remove_dir_all(trial.study.path(&out))?;
    }
    println!(
        "| SIGKILL at file-system calls ({calls} of the first thread) | {killed} | {kept} finished steps, all found again; same bytes |"
    );
    Ok(())
}

/// Calls of the thread that makes the most of them: strace counts them thread by thread.
fn count(trial: &Trial) -> Result<usize, Box<dyn std::error::Error>> {
    let log = trial.study.path("calls.log");
    let path = log.to_string_lossy().into_owned();
    let traced = ["strace", "-f", "-qq", "-o", &path, "-e", &format!("trace={CALLS}")];
    let status = trial.command(&traced, Path::new("counted")).status()?;
    assert!(status.success(), "the traced run failed");
    let text = std::fs::read_to_string(&log)?;
    let mut counts = std::collections::BTreeMap::<&str, usize>::new();
    for line in text.lines().filter(|line| !line.contains("resumed>")) {
        *counts.entry(line.split_whitespace().next().unwrap_or_default()).or_default() += 1;
    }
    Ok(counts.values().copied().max().unwrap_or_default())
}
