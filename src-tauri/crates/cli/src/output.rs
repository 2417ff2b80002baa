//! Where words go: results to standard output, progress and errors to standard error.
//!
//! With `--json` standard output holds nothing but JSON lines.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use muvi_session::Event;
use serde::Serialize;

const BAR_LENGTH: u64 = 1000;
const BAR: &str = "{prefix} {bar:30} {percent:>3} %  {msg}";

/// How progress is shown.
enum Style {
    Bars(Option<ProgressBar>),
    Lines,
    Json,
}

/// The two streams of one run.
pub(crate) struct Output {
    style: Style,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        let style = if json {
            Style::Json
        } else if io::stderr().is_terminal() {
            Style::Bars(None)
        } else {
            Style::Lines
        };
        Self { style }
    }

    /// Shows one event of a job.
    pub(crate) fn event(&mut self, event: &Event) {
        match &mut self.style {
            Style::Json => print(&json(event)),
            Style::Lines => lines(event),
            Style::Bars(bar) => bars(bar, event),
        }
    }

    /// Prints a result: `text` for people, `value` with `--json`.
    pub(crate) fn result(&mut self, name: &str, value: &impl Serialize, text: impl FnOnce() -> String) {
        self.clear();
        if matches!(self.style, Style::Json) {
            print(&json(&Named {
                event: name,
                result: value,
            }));
        } else {
            print(text().trim_end());
        }
    }

    /// Tells between two jobs of a batch: `text` for people, `value` with `--json`.
    pub(crate) fn note(&mut self, value: &impl Serialize, text: impl FnOnce() -> String) {
        self.clear();
        if matches!(self.style, Style::Json) {
            print(&json(value));
        } else {
            complain(&text());
        }
    }

    /// One video of a batch is scored: all of the report with `--json`, else the table at the end is enough.
    pub(crate) fn scored(&mut self, report: &impl Serialize) {
        self.clear();
        if matches!(self.style, Style::Json) {
            print(&json(&Named {
                event: "scored",
                result: report,
            }));
        }
    }

    /// Prints an error as one line; with `--json` also as a JSON line.
    pub(crate) fn error(&mut self, code: u8, message: &str) {
        self.clear();
        if matches!(self.style, Style::Json) {
            print(&json(&Failure {
                event: "error",
                exit: code,
                message,
            }));
        }
        complain(&format!("muvi: {message}"));
    }

    fn clear(&mut self) {
        if let Style::Bars(bar) = &mut self.style
            && let Some(bar) = bar.take()
        {
            bar.finish_and_clear();
        }
    }
}

#[derive(Serialize)]
struct Named<'a, T> {
    event: &'a str,
    #[serde(flatten)]
    result: &'a T,
}

#[derive(Serialize)]
struct Failure<'a> {
    event: &'a str,
    exit: u8,
    message: &'a str,
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value)
        .unwrap_or_else(|error| format!("{{\"event\":\"error\",\"message\":\"{error}\"}}"))
}

/// A reader that went away is no reason to fail.
fn print(text: &str) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

fn lines(event: &Event) {
    match event {
        Event::PhaseStarted { phase, step, steps } => {
            complain(&format!("[{step}/{steps}] {}", phase.label()))
        }
        Event::PhaseFinished { .. } | Event::Progress { .. } => {}
        other => complain(&remark(other)),
    }
}

fn bars(slot: &mut Option<ProgressBar>, event: &Event) {
    match event {
        Event::PhaseStarted { phase, step, steps } => {
            let bar = ProgressBar::with_draw_target(Some(BAR_LENGTH), ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template(BAR) {
                bar.set_style(style);
            }
            bar.set_prefix(format!("[{step}/{steps}]"));
            bar.set_message(phase.label());
            *slot = Some(bar);
        }
        Event::Progress {
            phase,
            fraction,
            eta_s,
        } => {
            if let Some(bar) = slot {
                bar.set_position((fraction * BAR_LENGTH as f64) as u64);
                let left = eta_s
                    .map(|eta| format!(", {} left", clock(eta)))
                    .unwrap_or_default();
                bar.set_message(format!("{}{left}", phase.label()));
            }
        }
        Event::PhaseFinished { phase, seconds } => {
            if let Some(bar) = slot.take() {
                let prefix = bar.prefix();
                bar.finish_and_clear();
                complain(&format!("{prefix} {:<28} {seconds:.1} s", phase.label()));
            }
        }
        other => {
            let text = remark(other);
            match slot {
                Some(bar) => bar.suspend(|| complain(&text)),
                None => complain(&text),
            }
        }
    }
}

fn remark(event: &Event) -> String {
    match event {
        Event::ProviderFallback {
            provider,
            reason,
            used,
        } => {
            format!("note: {provider} is not used ({reason}); running on {used}")
        }
        Event::Warning { message } => format!("note: {message}"),
        _ => String::new(),
    }
}

/// `75` -> `1:15`.
pub(crate) fn clock(seconds: f64) -> String {
    let whole = Duration::from_secs_f64(seconds.max(0.0).round()).as_secs();
    if whole >= 3600 {
        format!("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
    } else {
        format!("{}:{:02}", whole / 60, whole % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::clock;

    #[test]
    fn clocks() {
        let check = |seconds, expect: &str| assert_eq!(clock(seconds), expect);
        check(0.4, "0:00");
        check(75.0, "1:15");
        check(3600.0, "1:00:00");
        check(-1.0, "0:00");
    }
}
