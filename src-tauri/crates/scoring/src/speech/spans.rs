//! From a probability per frame to spans of speech.

use super::{FRAME, SpeechSpan};

/// Frames per second.
const RATE_HZ: f64 = 16_000.0 / FRAME as f64;
/// Speech begins at this probability.
const ON: f32 = 0.4;
/// Speech goes on down to this probability, so that a quiet syllable doesn't end it.
const OFF: f32 = 0.15;
/// A pause shorter than this, in seconds, belongs to the speech around it.
const LEAST_GAP_S: f64 = 0.5;
/// A span with less speech than this, in seconds, is a noise.
const LEAST_SPEECH_S: f64 = 0.2;
/// A span is longer than what was found by this on both sides, in seconds: consonants at its ends are soft.
const PAD_S: f64 = 0.064;

/// Spans so far; grows by one entry per span.
#[derive(Clone, Debug, Default)]
pub(super) struct Spans {
    /// Frames so far.
    frames: u64,
    /// The first frame of the speech that goes on now.
    since: Option<u64>,
    found: Vec<Found>,
}

/// Speech with its short pauses, in frames.
#[derive(Clone, Copy, Debug)]
struct Found {
    start: u64,
    end: u64,
    /// Frames of it that are speech.
    speech: u64,
}

impl Spans {
    /// One more frame.
    pub(super) fn push(&mut self, probability: f32) {
        match self.since {
            None if probability >= ON => self.since = Some(self.frames),
            Some(start) if probability < OFF => {
                self.since = None;
                add(&mut self.found, start, self.frames);
            }
            _ => {}
        }
        self.frames += 1;
    }

    /// The spans of `samples` samples, in order and apart from each other.
    pub(super) fn finish(mut self, samples: u64) -> Vec<SpeechSpan> {
        if let Some(start) = self.since {
            add(&mut self.found, start, self.frames);
        }
        let pad = frames(PAD_S);
        let whole = self.found.iter().filter(|it| it.speech >= frames(LEAST_SPEECH_S));
        whole
            .map(|it| SpeechSpan {
                start: it.start.saturating_sub(pad) * FRAME as u64,
                end: ((it.end + pad) * FRAME as u64).min(samples),
            })
            .filter(|it| it.start < it.end)
            .collect()
    }
}

/// Adds speech, or lengthens the last span by it if the pause between them is short.
fn add(found: &mut Vec<Found>, start: u64, end: u64) {
    match found.last_mut() {
        Some(last) if start - last.end < frames(LEAST_GAP_S) => {
            last.end = end;
            last.speech += end - start;
        }
        last => {
            // What was too little speech to count makes room.
            if last.is_some_and(|it| it.speech < frames(LEAST_SPEECH_S)) {
                found.pop();
            }
            found.push(Found {
                start,
                end,
                speech: end - start,
            });
        }
    }
}

fn frames(seconds: f64) -> u64 {
    (seconds * RATE_HZ).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs of (frames, probability) to spans in frames; the sound ends with the last frame.
    fn check(runs: &[(usize, f32)], expect: &[(u64, u64)]) {
        let mut spans = Spans::default();
        for (count, probability) in runs {
            (0..*count).for_each(|_| spans.push(*probability));
        }
        let samples = spans.frames * FRAME as u64;
        let found: Vec<_> = spans
            .finish(samples)
            .iter()
            .map(|it| (it.start / FRAME as u64, it.end / FRAME as u64))
            .collect();
        assert_eq!(found, expect, "{runs:?}");
    }

    #[test]
    fn probabilities_become_spans() {
        // 31.25 frames per second: a pad is 2 frames, a gap 16, the least speech 6.
        check(&[], &[]);
        check(&[(100, 0.39)], &[]);
        check(&[(50, 0.0), (30, 0.9), (50, 0.0)], &[(48, 82)]);
        check(&[(50, 0.0), (5, 0.9), (50, 0.0)], &[]);
        check(&[(50, 0.0), (6, 0.9), (50, 0.0)], &[(48, 58)]);
        // Once begun, it goes on above the lower threshold.
        check(&[(50, 0.2), (10, 0.5), (30, 0.2), (50, 0.1)], &[(48, 92)]);
        // Short pauses belong to it, long ones part it.
        check(&[(9, 0.0), (10, 0.9), (15, 0.0), (10, 0.9), (9, 0.0)], &[(7, 46)]);
        let apart = [(9, 0.0), (10, 0.9), (16, 0.0), (10, 0.9), (9, 0.0)];
        check(&apart, &[(7, 21), (33, 47)]);
        // Clicks near each other are no speech, and don't part what is.
        check(&[(1, 0.9), (10, 0.0), (1, 0.9), (10, 0.0), (1, 0.9)], &[]);
        check(
            &[(2, 0.9), (40, 0.0), (20, 0.9), (40, 0.0), (2, 0.9)],
            &[(40, 64)],
        );
        // Both ends of the sound.
        check(&[(20, 0.9)], &[(0, 20)]);
    }
}
