//! How far the music is lowered under known stretches of speech: worked out at once, the same from wherever it is
//! read.

use muvi_timeline::{Ducking, SampleSpan};

use crate::line::Line;

/// The part of the depth by which the music is lowered, 0 to 1, over the samples of the timeline. The music starts to
/// go down the look-ahead before a span and to come back the hold after it.
pub(crate) fn course(speech: &[SampleSpan], settings: &Ducking) -> Line {
    let (attack, release) = (settings.attack.max(1) as f64, settings.release.max(1) as f64);
    let mut points = Vec::new();
    // Where the music started to come back last, and how far it was lowered there.
    let (mut since, mut part) = (0.0, 0.0);
    for (from, to) in lowered(speech, settings) {
        if part > 0.0 {
            let back = since + part * release;
            if back < from {
                points.push((back, 0.0));
                part = 0.0;
            } else {
                part -= (from - since) / release;
            }
        }
        points.push((from, part));
        let down = from + (1.0 - part) * attack;
        if down < to {
            points.push((down, 1.0));
            part = 1.0;
        } else {
            part += (to - from) / attack;
        }
        points.push((to, part));
        since = to;
    }
    if part > 0.0 {
        points.push((since + part * release, 0.0));
    }
    Line::new(points)
}

/// The stretches in which the music goes down or is held, in order and apart from each other. They may start before
/// the timeline does.
fn lowered(speech: &[SampleSpan], settings: &Ducking) -> Vec<(f64, f64)> {
    let (look, hold) = (settings.look_ahead as f64, settings.hold as f64);
    let spans = speech.iter().filter(|span| !span.is_empty());
    let mut spans: Vec<(f64, f64)> = spans
        .map(|span| (span.start() as f64 - look, span.end() as f64 + hold))
        .collect();
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    spans.dedup_by(|next, last| {
        let meets = next.0 <= last.1;
        if meets {
            last.1 = last.1.max(next.1);
        }
        meets
    });
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_music_is_down_when_speech_starts_and_returns_after_the_hold() {
        let settings = Ducking {
            attack: 100,
            hold: 50,
            release: 200,
            look_ahead: 100,
            ..Ducking::speech(48_000)
        };
        let span = SampleSpan::new;
        // The second goes on where the first is held; the third starts while the music comes back; out of order.
        let speech = [
            span(2000, 2100),
            span(1000, 1100),
            span(1140, 1200),
            span(2300, 2400),
        ];
        let mut course = course(&speech, &settings);
        let at = [
            0, 900, 950, 1000, 1145, 1250, 1350, 1450, 1900, 2150, 2200, 2225, 2450, 2650,
        ];
        let parts = at.map(|sample| course.at(f64::from(sample)).unwrap());
        let wanted = [
            0.0, 0.0, 0.5, 1.0, 1.0, 1.0, 0.5, 0.0, 0.0, 1.0, 0.75, 1.0, 1.0, 0.0,
        ];
        for ((part, wanted), at) in parts.iter().zip(wanted).zip(at) {
            assert!((part - wanted).abs() < 1e-9, "{part} at {at}");
        }
    }
}
