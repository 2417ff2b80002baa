//! Phases of one job: starts, fractions, times, and an ETA that is kept back until it means something.

use std::time::{Duration, Instant};

use crate::cancel::CancelToken;
use crate::error::Error;
use crate::event::{Event, Phase};
use crate::report::StageTime;

/// An ETA from less than this is a guess.
const ETA_AFTER: Duration = Duration::from_secs(1);
const ETA_FROM_FRACTION: f64 = 0.02;
/// Listeners draw; they need no more than this.
const REPORT_EVERY: Duration = Duration::from_millis(100);

/// The progress of one job.
pub(crate) struct Progress<'a> {
    listener: &'a mut (dyn FnMut(Event) + Send),
    cancel: CancelToken,
    phases: Vec<Phase>,
    running: Option<(Phase, Instant)>,
    last_report: Option<Instant>,
    times: Vec<StageTime>,
    warnings: Vec<String>,
    fallen: Vec<&'static str>,
    begun: Instant,
}

impl<'a> Progress<'a> {
    pub(crate) fn new(
        phases: Vec<Phase>,
        cancel: &CancelToken,
        listener: &'a mut (dyn FnMut(Event) + Send),
    ) -> Self {
        Self {
            listener,
            cancel: cancel.clone(),
            phases,
            running: None,
            last_report: None,
            times: Vec::new(),
            warnings: Vec::new(),
            fallen: Vec::new(),
            begun: Instant::now(),
        }
    }

    /// Ends the running phase and begins `phase`.
    pub(crate) fn start(&mut self, phase: Phase) -> Result<(), Error> {
        self.finish();
        self.check()?;
        let step = self
            .phases
            .iter()
            .position(|it| *it == phase)
            .map_or(1, |index| index + 1);
        (self.listener)(Event::PhaseStarted {
            phase,
            step,
            steps: self.phases.len(),
        });
        self.running = Some((phase, Instant::now()));
        self.last_report = None;
        Ok(())
    }

    /// Says how much of the running phase is done.
    pub(crate) fn at(&mut self, fraction: f64) {
        let Some((phase, since)) = self.running else {
            return;
        };
        if self.last_report.is_some_and(|last| last.elapsed() < REPORT_EVERY) && fraction < 1.0 {
            return;
        }
        self.last_report = Some(Instant::now());
        let fraction = fraction.clamp(0.0, 1.0);
        (self.listener)(Event::Progress {
            phase,
            fraction,
            eta_s: eta(since.elapsed(), fraction),
        });
    }

    /// Ends the running phase.
    pub(crate) fn finish(&mut self) {
        let Some((phase, since)) = self.running.take() else {
            return;
        };
        let seconds = since.elapsed().as_secs_f64();
        self.times.push(StageTime { phase, seconds });
        (self.listener)(Event::PhaseFinished { phase, seconds });
    }

    pub(crate) fn warn(&mut self, message: impl Into<String>) {
        let message = message.into();
        self.warnings.push(message.clone());
        (self.listener)(Event::Warning { message });
    }

    /// Says that a provider is not used, once a job: all networks fail alike.
    pub(crate) fn fall_back(&mut self, provider: &'static str, reason: &str, used: &'static str) {
        if self.fallen.contains(&provider) {
            return;
        }
        self.fallen.push(provider);
        let (provider, reason, used) = (provider.to_owned(), reason.to_owned(), used.to_owned());
        (self.listener)(Event::ProviderFallback {
            provider,
            reason,
            used,
        });
    }

    /// Fails once the job was cancelled.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.cancel.is_cancelled() {
            Err(Error::Cancelled)
        } else {
            Ok(())
        }
    }

    pub(crate) fn cancel(&self) -> &CancelToken {
        &self.cancel
    }

    /// Ends the running phase; gives each phase's time, the whole job's, and all warnings.
    pub(crate) fn into_times(mut self) -> (Vec<StageTime>, f64, Vec<String>) {
        self.finish();
        (self.times, self.begun.elapsed().as_secs_f64(), self.warnings)
    }
}

fn eta(elapsed: Duration, fraction: f64) -> Option<f64> {
    let known = elapsed >= ETA_AFTER && fraction >= ETA_FROM_FRACTION;
    known.then(|| elapsed.as_secs_f64() * (1.0 - fraction) / fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_eta_from_nothing() {
        assert_eq!(eta(Duration::from_millis(200), 0.5), None);
        assert_eq!(eta(Duration::from_secs(60), 0.001), None);
        assert_eq!(eta(Duration::from_secs(10), 0.25), Some(30.0));
        assert_eq!(eta(Duration::from_secs(10), 1.0), Some(0.0));
    }

    #[test]
    fn phases_are_numbered_timed_and_cancelled() {
        let cancel = CancelToken::new();
        let mut seen = Vec::new();
        let mut listen = |event| seen.push(event);
        let mut progress = Progress::new(vec![Phase::Open, Phase::Watch], &cancel, &mut listen);
        progress.start(Phase::Open).unwrap();
        progress.start(Phase::Watch).unwrap();
        progress.at(0.5);
        progress.at(0.6); // too soon after the last one
        cancel.cancel();
        assert!(matches!(progress.start(Phase::Plan), Err(Error::Cancelled)));
        let (times, _, _) = progress.into_times();
        assert_eq!(
            times.iter().map(|it| it.phase).collect::<Vec<_>>(),
            [Phase::Open, Phase::Watch]
        );
        assert_eq!(
            seen[0],
            Event::PhaseStarted {
                phase: Phase::Open,
                step: 1,
                steps: 2
            }
        );
        assert_eq!(
            seen[3],
            Event::Progress {
                phase: Phase::Watch,
                fraction: 0.5,
                eta_s: None
            }
        );
        assert_eq!(seen.len(), 5);
    }
}
