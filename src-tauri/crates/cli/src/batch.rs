//! A batch on the two streams: which video it is at, what failed, and the table at the end.

use std::fmt::Write as _;
use std::path::Path;

use muvi_session::{BatchEvent, BatchReport, BatchState};
use serde::Serialize;

use crate::exit;
use crate::output::{Output, clock};

/// Shows what a batch tells.
pub(crate) fn show(event: &BatchEvent<'_>, output: &mut Output) {
    match event {
        BatchEvent::Begun {
            number,
            total,
            input,
            output: to,
        } => {
            let line = Line::new("video_started", *number, *total, input, to);
            output.note(&line, || format!("{number} of {total}: {}", input.display()));
        }
        BatchEvent::Skipped {
            number,
            total,
            input,
            output: to,
        } => {
            let line = Line::new("video_skipped", *number, *total, input, to);
            output.note(&line, || {
                format!("{number} of {total}: {} is done already", input.display())
            });
        }
        BatchEvent::Job(event) => output.event(event),
        BatchEvent::Scored(report) => output.scored(report),
        BatchEvent::Failed { input, error } => {
            let message = error.one_line();
            let line = Failed {
                event: "video_failed",
                input,
                exit: exit::code(error.family()),
                message: &message,
            };
            output.note(&line, || format!("muvi: {message}"));
        }
    }
}

#[derive(Serialize)]
struct Line<'a> {
    event: &'static str,
    number: usize,
    total: usize,
    input: &'a Path,
    output: &'a Path,
}

impl<'a> Line<'a> {
    fn new(event: &'static str, number: usize, total: usize, input: &'a Path, output: &'a Path) -> Self {
        Self {
            event,
            number,
            total,
            input,
            output,
        }
    }
}

#[derive(Serialize)]
struct Failed<'a> {
    event: &'static str,
    input: &'a Path,
    exit: u8,
    message: &'a str,
}

/// The last JSON line: the report with its counts.
#[derive(Serialize)]
pub(crate) struct Summary<'a> {
    done: usize,
    skipped: usize,
    failed: usize,
    left: usize,
    #[serde(flatten)]
    report: &'a BatchReport,
}

impl<'a> Summary<'a> {
    pub(crate) fn of(report: &'a BatchReport) -> Self {
        Self {
            done: report.count(BatchState::Done),
            skipped: report.count(BatchState::Skipped),
            failed: report.count(BatchState::Failed),
            left: report.count(BatchState::Left),
            report,
        }
    }
}

/// The table at the end.
pub(crate) fn summary(report: &BatchReport) -> String {
    let mut text = String::new();
    for video in &report.videos {
        let (state, rest) = match video.state {
            BatchState::Done => (
                "done",
                format!("{}, {}", video.output.display(), clock(video.seconds)),
            ),
            BatchState::Skipped => ("skipped", format!("{} is there already", video.output.display())),
            BatchState::Failed => ("failed", video.message.clone().unwrap_or_default()),
            BatchState::Left => ("left", String::new()),
        };
        let _ = writeln!(text, "{state:<8} {}  {rest}", video.input.display());
    }
    let it = Summary::of(report);
    let _ = writeln!(
        text,
        "\n{} done, {} skipped, {} failed in {}; list: {}",
        it.done,
        it.skipped,
        it.failed,
        clock(report.seconds),
        report.list.display()
    );
    if report.cancelled {
        let _ = writeln!(
            text,
            "Stopped: {} left. The same command goes on from here.",
            it.left
        );
    } else if it.failed > 0 {
        text.push_str("The same command tries again what failed.\n");
    }
    text
}

/// The exit code of a batch.
pub(crate) fn code(report: &BatchReport) -> u8 {
    if report.cancelled {
        exit::CANCELLED
    } else if report.count(BatchState::Failed) > 0 {
        exit::SOME_FAILED
    } else {
        0
    }
}
