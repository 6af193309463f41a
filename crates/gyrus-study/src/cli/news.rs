//! Shows the news of a running study: bars on a terminal, plain lines elsewhere, JSON for machines.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use gyrus_study::{Cost, Event};
use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use serde_json::json;

/// How news is written to standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Log {
    /// Bars on a terminal, plain lines elsewhere.
    Text,
    /// One JSON object per line.
    Json,
}

/// Shows news and remembers how long each step took.
#[derive(Debug)]
pub struct News {
    log: Log,
    bar: Option<ProgressBar>,
    begun: Instant,
    said: Instant,
    /// When the first of the small pieces of a step began.
    pieces: Option<Instant>,
    /// Name, outcome and seconds of every step so far.
    pub steps: Vec<(String, &'static str, f64)>,
    /// Small pieces that would be run since the last step that is none: their step, how many, and what they take together.
    small: Option<(String, usize, Cost)>,
    /// What the steps that would be run are expected to take together, as far as that is known.
    pub planned: Cost,
}

/// What small pieces of a step are counted as.
const PIECES: &str = "pieces";

/// Seconds between two plain lines of progress.
const PAUSE: Duration = Duration::from_secs(10);

impl News {
    /// News in the form of `log`.
    pub fn new(log: Log) -> Self {
        Self {
            log,
            bar: None,
            begun: Instant::now(),
            said: Instant::now(),
            pieces: None,
            small: None,
            steps: Vec::new(),
            planned: Cost::NONE,
        }
    }

    /// Shows one event.
    pub fn show(&mut self, event: Event) {
        match &event {
            Event::Begun { small: false, .. } => (self.begun, self.said) = (Instant::now(), Instant::now()),
            Event::Begun { small: true, .. } | Event::Found { small: true, .. } if self.pieces.is_none() => {
                (self.begun, self.said, self.pieces) = (Instant::now(), Instant::now(), Some(Instant::now()));
            }
            Event::Begun { small: true, .. } => self.begun = Instant::now(),
            Event::Finished { step, .. } => self.steps.push((step.clone(), "ran", self.begun.elapsed().as_secs_f64())),
            Event::Planned { step, small, cost: Some(cost), .. } => {
                self.planned = self.planned + *cost;
                if *small {
                    let of = step.split('-').next().unwrap_or_default().to_owned();
                    let (_, n, sum) =
                        self.small.take().filter(|(step, ..)| *step == of).unwrap_or((of.clone(), 0, Cost::NONE));
                    self.small = Some((of, n + 1, sum + *cost));
                }
            }
            Event::Found { .. } | Event::Progress { .. } | Event::Planned { .. } | Event::Note(_) => {}
        }
        if let Event::Found { step, .. } = &event {
            self.steps.push((step.clone(), "found", 0.0));
        }
        match (self.log, std::io::stderr().is_terminal()) {
            (Log::Json, _) => self.json(&event),
            (Log::Text, true) => self.bar(&event),
            (Log::Text, false) => self.line(&event),
        }
        if matches!(event, Event::Progress { progress, unit: PIECES, .. } if progress.done == progress.total) {
            self.pieces = None;
        }
    }

    fn bar(&mut self, event: &Event) {
        match event {
            Event::Begun { small: true, .. } if self.bar.is_some() => {}
            Event::Finished { small: true, .. } | Event::Found { small: true, .. } => {}
            Event::Progress { progress, unit: PIECES, .. } if progress.done == progress.total => {
                if let Some(bar) = self.bar.take() {
                    bar.finish_and_clear();
                }
                self.line(event);
            }
            Event::Begun { step, .. } => {
                let bar = ProgressBar::new_spinner().with_message(step.clone());
                bar.enable_steady_tick(Duration::from_millis(200));
                self.bar = Some(bar);
            }
            Event::Progress { step, progress, unit } => {
                let Some(bar) = &self.bar else { return };
                if bar.length() != Some(progress.total) {
                    let template =
                        format!("{{msg:32}} {{bar:30}} {{human_pos}}/{{human_len}} {unit}, {{rate}}/s, {{eta}} left");
                    if let Ok(style) = ProgressStyle::with_template(&template) {
                        bar.set_style(style.with_key("rate", rate));
                    }
                    bar.set_length(progress.total);
                }
                bar.set_message(step.clone());
                bar.set_position(progress.done);
            }
            Event::Finished { .. } | Event::Found { .. } | Event::Planned { .. } | Event::Note(_) => {
                if !matches!(event, Event::Note(_))
                    && let Some(bar) = self.bar.take()
                {
                    bar.finish_and_clear();
                }
                match self.bar.clone() {
                    Some(bar) => bar.suspend(|| self.line(event)),
                    None => self.line(event),
                }
            }
        }
    }

    fn line(&mut self, event: &Event) {
        if matches!(event, Event::Planned { small: true, .. }) {
            return;
        }
        if let Some((step, n, cost)) = self.small.take() {
            note(&format!("{step} would be run, {n} pieces: {cost}"));
        }
        match event {
            Event::Begun { small: true, .. }
            | Event::Finished { small: true, .. }
            | Event::Found { small: true, .. } => {}
            Event::Begun { step, .. } if !std::io::stderr().is_terminal() => note(&format!("{step} ...")),
            Event::Finished { step, .. } => {
                note(&format!("{step} done in {:.1} s", self.begun.elapsed().as_secs_f64()))
            }
            Event::Found { step, .. } => note(&format!("{step} found")),
            Event::Progress { step, progress, unit: PIECES } if progress.done == progress.total => {
                let found =
                    self.steps.iter().filter(|(name, how, _)| *how == "found" && name.starts_with(step)).count();
                let (pieces, seconds) = (progress.total, self.since().as_secs_f64());
                note(&format!("{step}: {pieces} pieces, {found} found, done in {seconds:.1} s"));
            }
            Event::Planned { step, cost: Some(cost), .. } => note(&format!("{step} would be run: {cost}")),
            Event::Planned { step, cost: None, .. } => note(&format!("{step} would be run")),
            Event::Note(text) => note(&format!("note: {text}")),
            Event::Begun { .. } => {}
            Event::Progress { step, progress, unit } => self.plain_progress(step, progress.done, progress.total, unit),
        }
    }

    /// Since the step began, or the first of its small pieces did.
    fn since(&self) -> Duration {
        self.pieces.unwrap_or(self.begun).elapsed()
    }

    fn plain_progress(&mut self, step: &str, done: u64, total: u64, unit: &str) {
        if self.said.elapsed() >= PAUSE && done > 0 {
            self.said = Instant::now();
            let rate = done as f64 / self.since().as_secs_f64().max(1e-9);
            let left = (total - done) as f64 / rate;
            note(&format!("{step}: {done} of {total} {unit}, {rate:.0} per second, {left:.0} s left"));
        }
    }

    fn json(&self, event: &Event) {
        let value = match event {
            Event::Begun { step, .. } => json!({ "event": "begun", "step": step }),
            Event::Finished { step, .. } => {
                json!({ "event": "finished", "step": step, "seconds": self.begun.elapsed().as_secs_f64() })
            }
            Event::Found { step, .. } => json!({ "event": "found", "step": step }),
            Event::Planned { step, cost, reason, .. } => {
                let cost =
                    cost.map(|cost| json!({ "seconds": cost.seconds, "memory": cost.memory, "disk": cost.disk }));
                let reason = reason.as_ref().map(ToString::to_string);
                json!({ "event": "planned", "step": step, "cost": cost, "reason": reason })
            }
            Event::Note(text) => json!({ "event": "note", "text": text }),
            Event::Progress { step, progress, unit } => {
                json!({ "event": "progress", "step": step, "done": progress.done, "total": progress.total, "unit": unit })
            }
        };
        note(&value.to_string());
    }
}

/// Units per second, whole where there are many.
fn rate(state: &ProgressState, out: &mut dyn std::fmt::Write) {
    let digits = if state.per_sec() < 10.0 { 1 } else { 0 };
    // A bar that cannot be written has nowhere to say so.
    let _ = write!(out, "{:.digits$}", state.per_sec());
}

#[expect(clippy::print_stderr, reason = "news goes to standard error")]
fn note(line: &str) {
    eprintln!("{line}");
}
