//! The phases of a page, which come again for each video; the jobs inside tell how far they are.

use std::time::Instant;

use crate::cancel::CancelToken;
use crate::error::Error;
use crate::event::{Event, Phase};
use crate::report::StageTime;

/// How far a page is.
pub(super) struct Steps<'a> {
    listener: &'a mut (dyn FnMut(Event) + Send),
    cancel: CancelToken,
    steps: usize,
    step: usize,
    running: Option<(Phase, Instant)>,
    times: Vec<StageTime>,
    warnings: Vec<String>,
    fallen: Vec<String>,
    begun: Instant,
}

impl<'a> Steps<'a> {
    pub(super) fn new(
        steps: usize,
        cancel: &CancelToken,
        listener: &'a mut (dyn FnMut(Event) + Send),
    ) -> Self {
        Self {
            listener,
            cancel: cancel.clone(),
            steps,
            step: 0,
            running: None,
            times: Vec::new(),
            warnings: Vec::new(),
            fallen: Vec::new(),
            begun: Instant::now(),
        }
    }

    pub(super) fn cancel(&self) -> &CancelToken {
        &self.cancel
    }

    /// Ends the running step and begins the next.
    pub(super) fn begin(&mut self, phase: Phase) -> Result<(), Error> {
        self.end();
        self.check()?;
        self.step += 1;
        (self.listener)(Event::PhaseStarted {
            phase,
            step: self.step,
            steps: self.steps.max(self.step),
        });
        self.running = Some((phase, Instant::now()));
        Ok(())
    }

    /// Steps that are known only now, or that will not come.
    pub(super) fn expect(&mut self, steps: usize) {
        self.steps = steps.max(self.step);
    }

    /// How many steps began.
    pub(super) fn number(&self) -> usize {
        self.step
    }

    /// Says how much of the running step is done, 0..1.
    pub(super) fn at(&mut self, fraction: f64) {
        if let Some((phase, _)) = self.running {
            (self.listener)(Event::Progress {
                phase,
                fraction: fraction.clamp(0.0, 1.0),
                eta_s: None,
            });
        }
    }

    /// Takes in what a job inside the running step says; its own phases are not told.
    pub(super) fn hear(&mut self, event: Event) {
        match event {
            Event::Progress {
                phase,
                fraction,
                eta_s,
            } => {
                if self.running.is_some_and(|(running, _)| running == phase) {
                    (self.listener)(Event::Progress {
                        phase,
                        fraction,
                        eta_s,
                    });
                }
            }
            Event::PhaseStarted { .. } | Event::PhaseFinished { .. } => {}
            Event::Warning { message } => self.warn(message),
            Event::ProviderFallback { ref provider, .. } => {
                // Each job inside says it anew.
                if !self.fallen.contains(provider) {
                    self.fallen.push(provider.clone());
                    (self.listener)(event);
                }
            }
        }
    }

    pub(super) fn warn(&mut self, message: String) {
        if !self.warnings.contains(&message) {
            self.warnings.push(message.clone());
            (self.listener)(Event::Warning { message });
        }
    }

    /// Fails once the job was cancelled.
    pub(super) fn check(&self) -> Result<(), Error> {
        if self.cancel.is_cancelled() {
            Err(Error::Cancelled)
        } else {
            Ok(())
        }
    }

    /// Ends the running step.
    pub(super) fn end(&mut self) {
        let Some((phase, since)) = self.running.take() else {
            return;
        };
        let seconds = since.elapsed().as_secs_f64();
        (self.listener)(Event::PhaseFinished { phase, seconds });
        match self.times.iter_mut().find(|it| it.phase == phase) {
            Some(time) => time.seconds += seconds,
            None => self.times.push(StageTime { phase, seconds }),
        }
    }

    /// Each phase's time over all videos, the whole job's, and all warnings.
    pub(super) fn into_times(mut self) -> (Vec<StageTime>, f64, Vec<String>) {
        self.end();
        (self.times, self.begun.elapsed().as_secs_f64(), self.warnings)
    }
}
