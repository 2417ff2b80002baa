//! A take in the making, as the window sees and hears it.

use std::ops::Range;
use std::sync::Arc;

use muvi_media::loudness::LoudnessMeter;

use super::Studio;
use super::compose::{Order, provider_use};
use super::jobs::JobHandle;
use super::open::TakeFile;
use super::programme::Sound;
use crate::compose::TakeEvent;

/// A take in the making is brought to its level once this much of it is there, in seconds.
const LEVEL_AFTER_S: u64 = 4;

/// Listens to a take in the making: its peaks, its first sound, its progress.
pub(super) struct Growth<'a> {
    studio: &'a Studio,
    order: &'a Order,
    file: &'a Arc<TakeFile>,
    job: &'a JobHandle,
    samples: Range<u64>,
    hz: u32,
    meter: Option<LoudnessMeter>,
    sound: Option<Sound>,
}

impl<'a> Growth<'a> {
    pub(super) fn new(
        studio: &'a Studio,
        order: &'a Order,
        file: &'a Arc<TakeFile>,
        job: &'a JobHandle,
        samples: Range<u64>,
        hz: u32,
    ) -> Self {
        Self {
            studio,
            order,
            file,
            job,
            samples,
            hz,
            meter: LoudnessMeter::new(hz).ok(),
            sound: None,
        }
    }

    pub(super) fn hear(&mut self, event: TakeEvent<'_>) {
        match event {
            TakeEvent::Job(event) => self.job.hear(event),
            TakeEvent::Provider(report) => {
                self.job
                    .change(true, |status| status.provider = Some(provider_use(report)));
            }
            TakeEvent::Growing { wav, .. } => {
                self.sound = Some(Sound {
                    path: wav.to_owned(),
                    lufs: None,
                    peaks: None,
                    span: muvi_timeline::SampleSpan::new(self.samples.start, self.samples.end),
                });
                let (id, file) = (self.order.take, Arc::clone(self.file));
                let cue = self.order.cue;
                let _ = self.studio.change_of(self.order.turn, |open| {
                    open.takes.insert(id, file);
                    open.making = Some((cue, id));
                    Ok(())
                });
            }
            TakeEvent::Samples { planes, ready, .. } => {
                self.file.push(planes);
                self.level(planes, ready);
                self.job.change(false, |status| status.ready_samples = ready);
            }
        }
    }

    /// Lets the take be heard at about its level once there's enough of it to measure.
    fn level(&mut self, planes: [&[f32]; 2], ready: u64) {
        let Some(meter) = self.meter.as_mut() else { return };
        let _ = meter.add(planes);
        if ready < u64::from(self.hz) * LEVEL_AFTER_S {
            return;
        }
        let lufs = meter.report().ok().and_then(|report| report.integrated_lufs);
        self.meter = None;
        let Some(mut sound) = self.sound.take() else {
            return;
        };
        sound.lufs = lufs.map(|lufs| lufs as f32);
        let Order {
            cue,
            take,
            turn,
            section,
            ..
        } = *self.order;
        let _ = self.studio.change_of(turn, |open| {
            open.extras.takes.insert(take, sound);
            let silent = open.project().cue(cue).is_some_and(|cue| cue.take.is_none());
            // A first take is heard as it comes; another one waits until it is asked for.
            if silent && section.is_none() && open.extras.audition.is_none() {
                open.extras.audition = Some((cue, take));
                open.changes += 1;
            }
            Ok(())
        });
    }
}
