//! Brings a programme to a loudness under a ceiling.

use muvi_media::loudness::{Loudness, LoudnessMeter};
use muvi_playback::Programme;
use muvi_timeline::SampleSpan;

use super::Bus;
use crate::error::Error;

/// Samples rendered at a time.
const BLOCK: usize = 1 << 14;
/// The first pass is this much lower, so that the limiter has nothing to do and it tells what the mix is without it.
const PROBE_DB: f32 = 18.0;
/// The limiter takes off this much of the highest peaks at most: with more the sound is not what was mixed.
pub(super) const MOST_LIMITING_DB: f64 = 12.0;
/// This near the goal is there, in LU.
pub(super) const NEAR_LU: f64 = 0.1;
/// Passes with the limiter, after the one without.
const PASSES: usize = 2;
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
    let mut renderer = programme.bus(bus, span.start())?;
    let mut meter = LoudnessMeter::new(programme.sample_rate)?;
    let (mut left, mut right) = (vec![0.0; BLOCK], vec![0.0; BLOCK]);
    let mut done = 0;
    while done < span.len() {
        tell(done as f64 / span.len().max(1) as f64)?;
        let count = usize::try_from(span.len() - done).unwrap_or(BLOCK).min(BLOCK);
        let made = renderer.render([&mut left[..count], &mut right[..count]])?;
        if made == 0 {
            break;
        }
        meter.add([&left[..made], &right[..made]])?;
        done += made as u64;
    }
    Ok(meter.report()?)
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
    let mut pass = 0;
    let mut told = |part: f64, pass: usize| tell((pass as f64 + part) / passes);
    let plain = measure(&at(f64::from(-PROBE_DB)), bus, span, &mut |part| told(part, 0))?;
    let (Some(lufs), Some(peak)) = (plain.integrated_lufs, plain.true_peak_dbtp) else {
        return Ok(None);
    };
    let (lufs, peak) = (lufs + f64::from(PROBE_DB), peak + f64::from(PROBE_DB));
    let ceiling = f64::from(programme.mix.ceiling_dbtp);
    let highest = f64::from(GAINS_DB.1 - master);
    let most = (ceiling + MOST_LIMITING_DB - peak).min(highest);
    let wanted = target - lufs;
    let mut gain = wanted.min(most);
    let mut reached = lufs + gain;
    if peak + gain > ceiling {
        // The limiter takes some of it; a little more gain brings it back, as far as it may.
        let mut before: Option<(f64, f64)> = None;
        while pass < PASSES {
            pass += 1;
            let heard = measure(&at(gain), bus, span, &mut |part| told(part, pass))?;
            let Some(now) = heard.integrated_lufs else { break };
            reached = now;
            let missing = target - now;
            if missing.abs() <= NEAR_LU / 2.0 || (gain >= most && missing > 0.0) {
                break;
            }
            // How much of a gain arrives, as far as that was seen.
            let slope = before.map_or(0.8, |(gain_before, lufs_before)| {
                let moved: f64 = gain - gain_before;
                if moved.abs() < 1e-3 {
                    0.8
                } else {
                    ((now - lufs_before) / moved).clamp(0.2, 1.0)
                }
            });
            before = Some((gain, now));
            let next = (gain + missing / slope).min(most);
            reached = now + (next - gain) * slope;
            gain = next;
        }
    }
    tell(1.0)?;
    Ok(Some(Level {
        gain_db: gain as f32,
        allowed_lufs: (target - reached > NEAR_LU).then_some(reached),
    }))
}
