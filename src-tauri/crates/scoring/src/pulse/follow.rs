//! The beats of a plan, each moved to where it sounds.

use super::Rhythm;

/// So far a beat may be moved, in seconds: more is another note.
const FARTHEST_S: f64 = 0.07;
/// What it costs to be moved otherwise than the beat before, and at all, per value of the onset strength squared.
const UNEVEN: f64 = 0.3;
const MOVED: f64 = 0.02;
/// Onset strength, in its standard deviations, from which a beat is heard.
const HEARD: f32 = 1.0;

/// Beats as they sound.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Followed {
    /// The beats in seconds, as many as were planned, rising.
    pub times_s: Vec<f64>,
    /// Mean of heard minus planned in milliseconds over the beats that are heard: above 0 the music is late. `None` if
    /// none is heard.
    pub offset_ms: Option<f64>,
    /// How many beats have an onset of their own.
    pub heard: usize,
}

/// Moves planned beats (seconds, rising) by at most 70 ms to the onsets that they belong to. Beats without one move as
/// their neighbours do, or stay.
pub fn follow(rhythm: &Rhythm, planned_s: &[f64]) -> Followed {
    let envelope = rhythm.envelope();
    let rate = rhythm.rate_hz;
    if envelope.is_empty() || planned_s.is_empty() {
        return Followed {
            times_s: planned_s.to_vec(),
            ..Followed::default()
        };
    }
    let reach = (FARTHEST_S * rate).floor() as i64;
    let shifts: Vec<i64> = (-reach..=reach).collect();
    let strength = |place: i64| {
        let at = usize::try_from(place).ok().and_then(|i| envelope.get(i));
        at.copied().unwrap_or(0.0)
    };
    let planned: Vec<i64> = planned_s.iter().map(|t| (t * rate).round() as i64).collect();
    let score = |beat: i64, shift: i64| f64::from(strength(beat + shift)) - MOVED * (shift * shift) as f64;
    let mut best: Vec<f64> = shifts.iter().map(|s| score(planned[0], *s)).collect();
    let mut back: Vec<Vec<usize>> = Vec::with_capacity(planned.len());
    for beat in &planned[1..] {
        let come = |to: &i64| {
            let from = shifts.iter().zip(&best).enumerate();
            let all = from.map(|(i, (s, v))| (i, v - UNEVEN * ((to - s) * (to - s)) as f64));
            all.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, 0.0))
        };
        let from: Vec<(usize, f64)> = shifts.iter().map(come).collect();
        best = from
            .iter()
            .zip(&shifts)
            .map(|(it, s)| it.1 + score(*beat, *s))
            .collect();
        back.push(from.into_iter().map(|it| it.0).collect());
    }
    let last = best.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
    let mut chosen = vec![last.map_or(0, |it| it.0)];
    for from in back.iter().rev() {
        let now = chosen[chosen.len() - 1];
        chosen.push(from[now]);
    }
    chosen.reverse();
    let (mut times_s, mut moved_s): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    for ((beat, time), chosen) in planned.iter().zip(planned_s).zip(chosen) {
        let shift = shifts[chosen];
        // Onsets lie between the values, so that an even pulse may pass a step beside the top.
        let steps = (shift - 1).max(-reach)..=(shift + 1).min(reach);
        let top = steps.max_by(|a, b| strength(beat + a).total_cmp(&strength(beat + b)));
        let place = beat + top.unwrap_or(shift);
        let near = [-1, 0, 1].map(|d| strength(place + d));
        let heard = near[1] >= HEARD && near[1] >= near[0] && near[1] >= near[2];
        // Between the values the top of a parabola; without an onset only whole steps, from the planned time.
        let sounds = if heard {
            let bend = near[0] - 2.0 * near[1] + near[2];
            let top = if bend < -1e-6 {
                0.5 * (near[0] - near[2]) / bend
            } else {
                0.0
            };
            (place as f64 + f64::from(top)) / rate
        } else {
            time + shift as f64 / rate
        };
        if heard {
            moved_s.push(sounds - time);
        }
        // Beats keep their order however short they are.
        let least = times_s.last().map_or(0.0, |before| before + 1e-3);
        times_s.push(sounds.max(least));
    }
    let mean = |it: &[f64]| it.iter().sum::<f64>() / it.len() as f64 * 1000.0;
    Followed {
        times_s,
        heard: moved_s.len(),
        offset_ms: (!moved_s.is_empty()).then(|| mean(&moved_s)),
    }
}
