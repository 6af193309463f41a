//! What happens when the program is told to stop, by a cluster that takes its place back or by Ctrl-C.
//!
//! Nothing depends on it: files are whole or absent under SIGKILL too. It says where a run was, removes what is half
//! written, and ends at once, whatever other threads are at: a rename is done or is not.

#[cfg(unix)]
use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gyrus_study::Lock;
#[cfg(unix)]
use gyrus_study::remove_own_leftovers;
#[cfg(unix)]
use serde_json::json;
#[cfg(unix)]
use signal_hook::consts::{SIGINT, SIGTERM};
#[cfg(unix)]
use signal_hook::iterator::Signals;

use super::news::Log;

/// Waits for signals beside the work, and knows what that is at.
#[derive(Debug, Clone, Default)]
pub struct Interruption {
    work: Arc<Mutex<Work>>,
}

/// What the program is at.
#[derive(Debug, Default)]
struct Work {
    /// How news is written; none of commands that write no news.
    log: Option<Log>,
    step: Option<String>,
    lock: Option<Lock>,
}

impl Interruption {
    /// Begins to wait for SIGTERM and SIGINT.
    pub fn watch() -> Self {
        let interruption = Self::default();
        #[cfg(unix)]
        // Where no handler can be set, a signal ends the program as it does any other.
        if let Ok(mut signals) = Signals::new([SIGTERM, SIGINT]) {
            let work = interruption.clone();
            std::thread::spawn(move || signals.forever().next().map(|signal| work.end(signal)));
        }
        interruption
    }

    /// News is written as `log` says.
    pub fn set_log(&self, log: Log) {
        self.work().log = Some(log);
    }

    /// A run has begun and holds `lock`; none if it writes nothing.
    pub fn set_lock(&self, lock: Option<Lock>) {
        self.work().lock = lock;
    }

    /// The step `name` has begun; others that wait for the lock are told `owner`, and the step.
    pub fn set_step(&self, owner: &str, name: &str) {
        let work = &mut *self.work();
        if let Some(lock) = &mut work.lock {
            lock.say(&format!("{owner}, at `{name}`"));
        }
        work.step = Some(name.to_owned());
    }

    /// Shows news; once the program ends there is none, and who comes with it waits for the end.
    pub fn unless_stopped(&self, show: impl FnOnce()) {
        let _work = self.work();
        show();
    }

    /// The run is over, and its lock is given back.
    pub fn finish(&self) {
        // As with news: that files are gone when the program ends is no error to tell of.
        let work = &mut *self.work();
        (work.step, work.lock) = (None, None);
    }

    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says so, clears up and ends the program.
    #[cfg(unix)]
    fn end(&self, signal: i32) {
        // Held to the end, so that no step begins any more and none is told to have failed.
        let mut work = self.work();
        say(&work, if signal == SIGTERM { "SIGTERM" } else { "SIGINT" });
        remove_own_leftovers();
        if let Some(lock) = &mut work.lock {
            // The system frees it with the process, not before: until then others must not write.
            lock.say("");
        }
        signal_hook::low_level::exit(128 + signal);
    }
}

/// The one line about it.
#[cfg(unix)]
fn say(work: &Work, signal: &str) {
    let text = match (&work.step, &work.lock) {
        (_, None) => format!("stopped by {signal}: no half-written file is left"),
        (None, Some(_)) => format!("stopped by {signal} before the first step: {GOES_ON}"),
        (Some(step), Some(_)) => format!("stopped by {signal} at `{step}`: {GOES_ON}"),
    };
    let mut stderr = std::io::stderr();
    let line = match work.log {
        Some(Log::Json) => json!({ "event": "stopped", "signal": signal, "step": work.step, "text": text }).to_string(),
        // A bar may stand in this line.
        _ if stderr.is_terminal() => format!("\r\u{1b}[2K{text}"),
        _ => text,
    };
    // Whoever listened may be gone, with the terminal for example: that is no reason to stay.
    let _ = writeln!(stderr, "{line}");
}

/// What holds of a run that was stopped.
#[cfg(unix)]
const GOES_ON: &str = "what was finished stays, and the same command goes on from there";
