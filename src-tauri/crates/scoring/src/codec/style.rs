//! A style clip: reference audio whose latents the generator continues in genre and timbre.

use super::CodecError;
use super::encoder::encode;
use crate::latents::{LatentClock, Latents};
use crate::models::MusicModels;

/// Level of a clip after normalisation, dBFS RMS: that of the music that the generator learned from.
const LEVEL_DB: f64 = -16.0;
/// Below this a clip is silence.
const SILENCE_DB: f64 = -60.0;
/// Shortest clip in seconds.
const SHORTEST_S: f64 = 1.0;
/// Crossfade between repetitions of a clip that is shorter than the segment.
const LOOP_FADE_S: f64 = 0.05;
/// Step of the search for the fullest segment.
const SEARCH_S: f64 = 0.5;

/// Stereo audio at the pack's sample rate.
#[derive(Debug, Clone, Copy)]
pub struct StyleClip<'a> {
    /// Left channel.
    pub left: &'a [f32],
    /// Right channel, as long.
    pub right: &'a [f32],
    /// Where the segment starts, in seconds; `None` takes the fullest part.
    pub offset_s: Option<f64>,
}

/// Encodes the segment of a clip that the generator takes (`style_frames` latents, about 5 s), at a set level.
///
/// # Errors
/// [`CodecError::StyleSilent`], [`CodecError::StyleTooShort`], [`CodecError::NotFinite`], or a network's failure.
pub fn encode_style(models: &mut MusicModels, clip: &StyleClip<'_>) -> Result<Latents, CodecError> {
    let manifest = models.manifest();
    let (rate, frames, halo) = (
        f64::from(manifest.sample_rate),
        manifest.style_frames,
        manifest.decoder_halo,
    );
    let step = LatentClock::new(manifest).step() as usize;
    let length = clip.left.len().min(clip.right.len());
    let found_s = length as f64 / rate;
    if found_s < SHORTEST_S {
        return Err(CodecError::StyleTooShort {
            found_s,
            needed_s: SHORTEST_S,
        });
    }
    let (left, right) = (&clip.left[..length], &clip.right[..length]);
    if !left.iter().chain(right).all(|v| v.is_finite()) {
        return Err(CodecError::NotFinite);
    }
    let segment = frames * step;
    let start = match clip.offset_s {
        Some(offset) => ((offset.max(0.0) * rate) as usize).min(length.saturating_sub(segment)),
        None => fullest(left, right, segment, (SEARCH_S * rate) as usize),
    };
    // The network sees a little around the segment, so that its edges sound as they do in the clip.
    let lead = (start / step).min(halo);
    let from = start - lead * step;
    let wanted = (lead + frames + halo) * step;
    let tail = length - from;
    let (mut left, mut right) = if tail >= segment + lead * step {
        let end = from + wanted.min(tail);
        (left[from..end].to_vec(), right[from..end].to_vec())
    } else {
        let fade = (LOOP_FADE_S * rate) as usize;
        (
            looped(&left[from..], wanted, fade),
            looped(&right[from..], wanted, fade),
        )
    };
    let level_db = rms_db(&left, &right);
    if level_db < SILENCE_DB {
        return Err(CodecError::StyleSilent { level_db });
    }
    let gain = 10_f64.powf((LEVEL_DB - level_db) / 20.0) as f32;
    for sample in left.iter_mut().chain(&mut right) {
        *sample *= gain;
    }
    let latents = encode(models, &left, &right)?;
    Ok(Latents {
        width: latents.width,
        values: latents.rows(lead, frames).to_vec(),
    })
}

fn power(left: &[f32], right: &[f32]) -> f64 {
    let sum: f64 = left.iter().chain(right).map(|v| f64::from(*v).powi(2)).sum();
    sum / (left.len() + right.len()).max(1) as f64
}

fn rms_db(left: &[f32], right: &[f32]) -> f64 {
    10.0 * power(left, right).max(1e-20).log10()
}

/// Start of the loudest segment.
fn fullest(left: &[f32], right: &[f32], segment: usize, step: usize) -> usize {
    let last = left.len().saturating_sub(segment);
    // Powers per step first: a long clip is read once, not once for each candidate.
    let blocks: Vec<f64> = left
        .chunks(step)
        .zip(right.chunks(step))
        .map(|(l, r)| power(l, r))
        .collect();
    let span = segment.div_ceil(step);
    let score = |start: usize| {
        blocks[start / step..(start / step + span).min(blocks.len())]
            .iter()
            .sum::<f64>()
    };
    let starts = (0..=last).step_by(step);
    // The first of equals, so that a steady clip starts at its start.
    starts
        .fold((0, f64::MIN), |best, s| {
            if score(s) > best.1 * 1.000_001 {
                (s, score(s))
            } else {
                best
            }
        })
        .0
}

/// Repeats a clip with crossfades until it has `wanted` samples.
fn looped(clip: &[f32], wanted: usize, fade: usize) -> Vec<f32> {
    let fade = fade.min(clip.len() / 2);
    let mut out = clip.to_vec();
    while out.len() < wanted {
        let at = out.len() - fade;
        for (i, sample) in clip[..fade].iter().enumerate() {
            // Equal power: two unlike ends keep their level.
            let part = (i as f32 + 0.5) / fade as f32 * std::f32::consts::FRAC_PI_2;
            out[at + i] = out[at + i] * part.cos() + sample * part.sin();
        }
        out.extend_from_slice(&clip[fade..]);
    }
    out.truncate(wanted);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fullest_part_is_found() {
        let mut x = vec![0.01; 100_000];
        x[60_000..80_000].fill(0.5);
        let start = fullest(&x, &x, 20_000, 1000);
        assert_eq!(start, 60_000);
        assert_eq!(fullest(&[0.3; 50_000], &[0.3; 50_000], 20_000, 1000), 0);
        assert_eq!(fullest(&[0.3; 500], &[0.3; 500], 20_000, 1000), 0);
    }

    #[test]
    fn a_short_clip_is_repeated_without_a_gap() {
        let clip: Vec<f32> = (0..1000).map(|i| (i as f32 * 0.7).sin()).collect();
        let out = looped(&clip, 5000, 50);
        assert_eq!(out.len(), 5000);
        assert_eq!(out[..950], clip[..950]);
        for block in out.chunks(200) {
            let rms = (block.iter().map(|v| v * v).sum::<f32>() / 200.0).sqrt();
            assert!((0.45..1.0).contains(&rms), "{rms}");
        }
    }
}
