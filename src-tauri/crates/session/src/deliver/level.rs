//! Brings a programme to a loudness under its ceiling.

use muvi_media::loudness::Loudness;
use muvi_playback::Programme;
use muvi_timeline::SampleSpan;

use super::Bus;
use crate::error::Error;
use crate::level::{self, Aim, NEAR_LU, PASSES, Plain};

/// The first pass is this much lower, so that the limiter has nothing to do and it tells what the mix is without it.
const PROBE_DB: f32 = 18.0;
/// A gain that the renderer takes, in dB.
const GAINS_DB: (f32, f32) = (-140.0, 24.0);

/// What brings a programme to its loudness.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Level {
    /// How far the master is moved, in dB.
    pub(super) gain_db: f32,
    /// The loudness that the peaks allow, where it is less than the goal.
    pub(super) allowed_lufs: Option<f64>,
}

/// Measures `bus` of a programme over `span`; `tell` hears how much is done, 0 to 1, and may end it.
pub(super) fn measure(
    programme: &Programme,
    bus: Bus,
    span: SampleSpan,
    tell: &mut dyn FnMut(f64) -> Result<(), Error>,
) -> Result<Loudness, Error> {
    let renderer = programme.bus(bus, span.start())?;
    level::measure(renderer, programme.sample_rate, span.len(), tell)
}

/// Finds the gain of the master that brings `bus` to `target` LUFS. The ceiling is that of the programme's mix. `tell`
/// hears how much is done, 0 to 1. `None` if it is silent.
pub(super) fn find(
    programme: &Programme,
    bus: Bus,
    span: SampleSpan,
    target: f64,
    tell: &mut dyn FnMut(f64) -> Result<(), Error>,
) -> Result<Option<Level>, Error> {
    let master = programme.mix.master_db;
    let at = |gain: f64| {
        let mut moved = programme.clone();
        moved.mix.master_db = (master + gain as f32).clamp(GAINS_DB.0, GAINS_DB.1);
        moved
    };
    let passes = (1 + PASSES) as f64;
    let probe = f64::from(PROBE_DB);
    let plain = measure(&at(-probe), bus, span, &mut |part| tell(part / passes))?;
    let Some(plain) = Plain::of(&plain) else {
        return Ok(None);
    };
    let plain = Plain {
        lufs: plain.lufs + probe,
        dbtp: plain.dbtp + probe,
    };
    let aim = Aim {
        target,
        ceiling: f64::from(programme.mix.ceiling_dbtp),
        gains: f64::from(GAINS_DB.0)..=f64::from(GAINS_DB.1 - master),
    };
    let mut pass = 0.0;
    let reached = level::find(plain, &aim, &mut |gain| {
        pass += 1.0;
        let heard = measure(&at(gain), bus, span, &mut |part| tell((pass + part) / passes))?;
        Ok(heard.integrated_lufs)
    })?;
    tell(1.0)?;
    Ok(Some(Level {
        gain_db: reached.gain_db as f32,
        allowed_lufs: (target - reached.lufs > NEAR_LU).then_some(reached.lufs),
    }))
}
