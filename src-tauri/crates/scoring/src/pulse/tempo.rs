//! The tempo over time: autocorrelation of the onset strength in windows of 8 s, and the best path through it.

/// Slowest and fastest tempo, beats a minute, and how many tempos there are between them.
const SLOWEST: f64 = 50.0;
const FASTEST: f64 = 200.0;
const TEMPOS: usize = 97;
/// Window and step in seconds.
const WINDOW_S: f64 = 8.0;
const STEP_S: f64 = 0.5;
/// Tempo that people tap most readily, and how widely they do, in octaves (Ellis 2007).
const PREFERRED: f64 = 120.0;
const OCTAVES: f64 = 0.9;
/// Weight of the autocorrelation against that preference.
const HEARD: f64 = 4.0;
/// What a change of tempo costs: per 2 % at a step, and at most.
const CHANGE: f64 = 0.5;
const JUMP: f64 = 12.0;

/// The tempo in beats a minute every `step` values of the envelope, which is given at `rate_hz`.
pub(super) fn path(envelope: &[f32], rate_hz: f64) -> (Vec<f64>, usize) {
    let step = ((STEP_S * rate_hz) as usize).max(1);
    let tempos: Vec<f64> = (0..TEMPOS)
        .map(|i| SLOWEST * (FASTEST / SLOWEST).powf(i as f64 / (TEMPOS - 1) as f64))
        .collect();
    let scores: Vec<Vec<f64>> = (0..envelope.len())
        .step_by(step)
        .map(|centre| scores(envelope, centre, rate_hz, &tempos))
        .collect();
    let best = viterbi(&scores, &tempos);
    (best.into_iter().map(|i| tempos[i]).collect(), step)
}

/// How well each tempo fits around a place: beats, every second one, and every fourth one are alike.
fn scores(envelope: &[f32], centre: usize, rate_hz: f64, tempos: &[f64]) -> Vec<f64> {
    let half = (WINDOW_S * rate_hz / 2.0) as usize;
    let window = &envelope[centre.saturating_sub(half)..(centre + half).min(envelope.len())];
    let n = window.len();
    let mean = window.iter().map(|v| f64::from(*v)).sum::<f64>() / n.max(1) as f64;
    let centred: Vec<f64> = window.iter().map(|v| f64::from(*v) - mean).collect();
    let longest = ((4.0 * 60.0 / SLOWEST * rate_hz) as usize + 2).min(n * 3 / 4);
    let product = |lag: usize| {
        let sum: f64 = centred.iter().zip(&centred[lag..]).map(|(a, b)| a * b).sum();
        sum / (n - lag) as f64
    };
    let correlation: Vec<f64> = (0..longest).map(product).collect();
    let power = correlation.first().copied().unwrap_or(0.0).max(1e-9);
    let at = |lag: f64| {
        let i = lag as usize;
        match (correlation.get(i), correlation.get(i + 1)) {
            (Some(a), Some(b)) => (a + (b - a) * (lag - i as f64)) / power,
            _ => 0.0,
        }
    };
    let score = |bpm: &f64| {
        let lag = 60.0 / bpm * rate_hz;
        let heard = at(lag) + 0.5 * at(2.0 * lag) + 0.25 * at(4.0 * lag);
        HEARD * heard - 0.5 * ((bpm / PREFERRED).log2() / OCTAVES).powi(2)
    };
    tempos.iter().map(score).collect()
}

fn viterbi(scores: &[Vec<f64>], tempos: &[f64]) -> Vec<usize> {
    let cost = |a: usize, b: usize| (CHANGE * (tempos[a] / tempos[b]).log2().abs() / 0.02).min(JUMP);
    let Some(first) = scores.first() else {
        return Vec::new();
    };
    let mut best = first.clone();
    let mut back: Vec<Vec<usize>> = Vec::with_capacity(scores.len());
    for row in &scores[1..] {
        let reach = |to: usize| {
            let all = best
                .iter()
                .enumerate()
                .map(|(from, v)| (from, v - cost(to, from)));
            all.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((to, 0.0))
        };
        let from: Vec<(usize, f64)> = (0..tempos.len()).map(reach).collect();
        best = from.iter().zip(row).map(|((_, v), score)| v + score).collect();
        back.push(from.into_iter().map(|it| it.0).collect());
    }
    let last = best.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
    let mut out = vec![last.map_or(0, |it| it.0)];
    for from in back.iter().rev() {
        let now = out[out.len() - 1];
        out.push(from[now]);
    }
    out.reverse();
    out
}
