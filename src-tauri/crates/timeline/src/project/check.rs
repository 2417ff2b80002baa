//! What holds for every project at any time.

use std::collections::BTreeSet;

use super::{Cue, MAX_GAIN_DB, Peaks, Project, SILENCE_DB};
use crate::edit::{check_name, within};
use crate::{EditError, FrameSpan};

impl Project {
    /// Tells whether everything that must hold does. [`apply`](crate::apply) gives only projects that pass.
    ///
    /// # Errors
    /// [`EditError`] with the first thing that doesn't hold.
    pub fn check(&self) -> Result<(), EditError> {
        self.video.check()?;
        if self.sample_rate.den() != 1 || !(8_000..=384_000).contains(&self.sample_rate.num()) {
            return Err(EditError::OutOfRange {
                what: "the sample rate",
                value: self.sample_rate.as_f64(),
                low: 8e3,
                high: 384e3,
            });
        }
        self.check_cuts()?;
        self.check_hits()?;
        self.intensity.check(self.video.frames)?;
        self.temp_automation.check(self.video.frames)?;
        let mut takes = BTreeSet::new();
        for cue in &self.cues {
            self.check_cue(cue)?;
            for take in &cue.takes {
                if !takes.insert(take.id) {
                    return Err(EditError::TakeTwice { take: take.id });
                }
            }
        }
        let ids: BTreeSet<_> = self.cues.iter().map(|cue| cue.id).collect();
        let in_order = self.cues.is_sorted_by_key(|cue| (cue.span.start(), cue.id));
        if ids.len() < self.cues.len() || !in_order {
            return wrong("its cues are out of order");
        }
        if ids.iter().any(|id| id.0 >= self.next_cue) {
            return wrong("a cue has a number that is not given out yet");
        }
        self.style.check()?;
        self.settings.check()?;
        self.mix.check()?;
        self.loop_range
            .map_or(Ok(()), |span| self.check_span("the loop", span))
    }

    fn check_cuts(&self) -> Result<(), EditError> {
        for cut in &self.cuts {
            within("the strength of a cut", cut.strength, 0.0..=1.0)?;
            self.check_frame("a cut", cut.frame)?;
        }
        if self.cuts.is_sorted_by(|a, b| a.frame < b.frame) {
            Ok(())
        } else {
            wrong("its cuts are out of order")
        }
    }

    fn check_hits(&self) -> Result<(), EditError> {
        for hit in &self.hits {
            within("the strength of a hit point", hit.strength, 0.0..=1.0)?;
            self.check_frame("a hit point", hit.frame)?;
            if let Some(name) = &hit.name {
                check_name("a hit point", name)?;
            }
            if hit.id.0 >= self.next_hit {
                return wrong("a hit point has a number that is not given out yet");
            }
        }
        let ids: BTreeSet<_> = self.hits.iter().map(|hit| hit.id).collect();
        let in_order =
            self.hits.is_sorted_by(|a, b| a.frame < b.frame) && self.removed_hits.is_sorted_by(|a, b| a < b);
        if ids.len() < self.hits.len() || !in_order {
            return wrong("its hit points are out of order");
        }
        Ok(())
    }

    fn check_cue(&self, cue: &Cue) -> Result<(), EditError> {
        check_name("a cue", &cue.name)?;
        self.check_span("a cue", cue.span)?;
        within("the gain of a cue", cue.gain_db, SILENCE_DB..=MAX_GAIN_DB)?;
        cue.automation.check(self.video.frames)?;
        let length = self.samples_of(cue.span).len();
        if cue
            .fade_in
            .checked_add(cue.fade_out)
            .is_none_or(|both| both > length)
        {
            return Err(EditError::FadesTooLong {
                fade_in: cue.fade_in,
                fade_out: cue.fade_out,
                length,
            });
        }
        if let Some(take) = cue.take
            && cue.take(take).is_none()
        {
            return Err(EditError::TakeElsewhere { take, cue: cue.id });
        }
        for take in &cue.takes {
            check_name("a take", &take.name)?;
            take.settings.check()?;
            take.style.check()?;
            within("the tempo of a take", take.bpm, 0.0..=1000.0)?;
            if let Some(lufs) = take.lufs {
                within("the loudness of a take", lufs, -200.0..=100.0)?;
            }
            if let Some(Peaks { dbtp, lost_lu }) = take.peaks {
                within("the peak of a take", dbtp, -200.0..=100.0)?;
                for lost in lost_lu {
                    within("what a ceiling takes of a take", lost, 0.0..=24.0)?;
                }
            }
            let empty = take.span.is_empty() || take.section.is_some_and(|it| it.span.is_empty());
            if empty || take.samples == 0 {
                return Err(EditError::EmptySpan { what: "a take" });
            }
        }
        Ok(())
    }

    pub(crate) fn check_frame(&self, what: &'static str, frame: u64) -> Result<(), EditError> {
        let frames = self.video.frames;
        if frame < frames {
            Ok(())
        } else {
            Err(EditError::OutsidePicture { what, frame, frames })
        }
    }

    pub(crate) fn check_span(&self, what: &'static str, span: FrameSpan) -> Result<(), EditError> {
        let frames = self.video.frames;
        if span.is_empty() {
            Err(EditError::EmptySpan { what })
        } else if span.end() > frames {
            let frame = span.end();
            Err(EditError::OutsidePicture { what, frame, frames })
        } else {
            Ok(())
        }
    }
}

fn wrong(problem: &'static str) -> Result<(), EditError> {
    Err(EditError::Inconsistent { problem })
}
