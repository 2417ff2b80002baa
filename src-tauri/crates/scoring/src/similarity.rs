//! SIM: how alike picture and music are to the two encoders of the contrastive training; and what the music's hears.
//!
//! Per frame of the picture's clock the cosine between the two embeddings, averaged with a weight that the picture
//! decides: a still frame says little about its music (`models/muvi_models/contrastive.py`).

use std::f64::consts::LN_10;

use realfft::num_complex::Complex32;

use crate::cancel::{Cancel, Cancelled};
use crate::codec::stft::Stft;
use crate::pack::{Dim, Pack, StageKind};
use crate::runtime::{ProviderReport, Runtime, SessionSettings, Stage, StageError};

/// Width of a row of features: mean levels of 32 bands, mean and largest rise of 8 groups of them.
pub const FEATURE_WIDTH: usize = BANDS + 2 * GROUPS;
/// Rows per second.
pub const FEATURE_HZ: f64 = 10.0;
/// Frames to each side that an embedding may depend on.
const HALO: usize = 16;
/// Frames that one run gives, besides its halo.
const CHUNK: usize = 512;

const N_FFT: usize = 2048;
const BANDS: usize = 32;
const GROUPS: usize = 8;
/// Spectra per row.
const SPECTRA: i64 = 4;
const LOWEST_HZ: f64 = 40.0;
const HIGHEST_HZ: f64 = 12_000.0;
const FLOOR: f32 = 1e-5;

/// What the music's encoder hears of a tenth of a second.
pub type FeatureRow = [f32; FEATURE_WIDTH];

/// Features of a stream of samples: row `i` covers the tenth of a second that ends at `i / 10` s of the picture.
pub struct MusicFeatures {
    stft: Stft,
    rate: f64,
    /// First bin and weights of each band.
    bands: Vec<(usize, Vec<f32>)>,
    /// Mid samples from sample `from` on; what lies before 0 is silence.
    pending: Vec<f32>,
    from: i64,
    pushed: u64,
    /// Number of the next spectrum; the four of row -1 come first.
    next: i64,
    before: [f32; BANDS],
    levels: [f32; BANDS],
    mean_rise: [f32; GROUPS],
    most_rise: [f32; GROUPS],
    rows: Vec<FeatureRow>,
    bins: Vec<Complex32>,
}

impl MusicFeatures {
    /// Features of music that starts `from_s` seconds into the picture: its first row belongs to picture frame
    /// `floor(10 from_s)`.
    pub fn new(sample_rate: u32, from_s: f64) -> Self {
        let rate = f64::from(sample_rate);
        let stft = Stft::new(N_FFT, N_FFT);
        let bins = vec![Complex32::default(); stft.bin_count()];
        let part = (from_s * FEATURE_HZ).fract().max(0.0) / FEATURE_HZ;
        let lead = (part * rate).round() as usize;
        // Before the first sample there is silence, as much as the first spectra reach back.
        let silence = N_FFT + (0.2 * rate) as usize;
        Self {
            stft,
            rate,
            bands: bands(rate),
            pending: vec![0.0; silence + lead],
            from: -(silence as i64),
            pushed: lead as u64,
            next: -SPECTRA,
            before: [0.0; BANDS],
            levels: [0.0; BANDS],
            mean_rise: [0.0; GROUPS],
            most_rise: [0.0; GROUPS],
            rows: Vec::new(),
            bins,
        }
    }

    /// Adds samples, both channels equally long.
    pub fn push(&mut self, left: &[f32], right: &[f32]) {
        self.pending
            .extend(left.iter().zip(right).map(|(l, r)| 0.5 * (l + r)));
        self.pushed += left.len().min(right.len()) as u64;
        while self.centre() + (N_FFT / 2) as i64 <= self.pushed as i64 {
            self.spectrum();
        }
        let done = (self.centre() - (N_FFT / 2) as i64 - self.from).max(0);
        let done = usize::try_from(done).unwrap_or(0).min(self.pending.len());
        self.pending.drain(..done);
        self.from += done as i64;
    }

    /// Sample on which the next spectrum is centred.
    fn centre(&self) -> i64 {
        let (row, k) = (self.next.div_euclid(SPECTRA), self.next.rem_euclid(SPECTRA));
        let offset = (k as f64 + 0.5) / SPECTRA as f64 / FEATURE_HZ - 1.0 / FEATURE_HZ;
        ((row as f64 / FEATURE_HZ + offset) * self.rate).round_ties_even() as i64
    }

    fn spectrum(&mut self) {
        let centre = self.centre() - self.from;
        self.stft.frame(&self.pending, centre, &mut self.bins);
        let mut now = [0.0; BANDS];
        for (level, (first, weights)) in now.iter_mut().zip(&self.bands) {
            let bins = self.bins[*first..].iter().zip(weights);
            let power: f32 = bins.map(|(b, w)| b.norm_sqr() * w).sum();
            *level = (power / N_FFT as f32 + FLOOR).ln();
        }
        if self.next == -SPECTRA {
            self.before = now;
        }
        let k = self.next.rem_euclid(SPECTRA);
        if k == 0 {
            self.levels = [0.0; BANDS];
            self.mean_rise = [0.0; GROUPS];
            self.most_rise = [0.0; GROUPS];
        }
        for (group, size) in (0..GROUPS).map(|g| (g, BANDS / GROUPS)) {
            let inside = group * size..(group + 1) * size;
            let rises = inside.map(|band| (now[band] - self.before[band]).max(0.0));
            let rise = rises.sum::<f32>() / size as f32;
            self.mean_rise[group] += rise / SPECTRA as f32;
            self.most_rise[group] = self.most_rise[group].max(rise);
        }
        self.levels
            .iter_mut()
            .zip(now)
            .for_each(|(sum, v)| *sum += v / SPECTRA as f32);
        self.before = now;
        self.next += 1;
        // Row -1 is only there for the rise from it.
        if k == SPECTRA - 1 && self.next > 0 {
            let mut row = [0.0; FEATURE_WIDTH];
            let levels = self.levels.iter().map(|v| v / 4.0 + 0.5);
            let rises = self.mean_rise.into_iter().chain(self.most_rise.map(|v| 0.5 * v));
            row.iter_mut()
                .zip(levels.chain(rises))
                .for_each(|(to, v)| *to = v);
            self.rows.push(row);
        }
    }

    /// The rows of all that was pushed.
    pub fn finish(mut self) -> Vec<FeatureRow> {
        let count = (self.pushed as f64 / self.rate * FEATURE_HZ) as usize + 1;
        while self.rows.len() < count {
            self.spectrum();
        }
        self.rows.truncate(count);
        self.rows
    }
}

/// Triangles on the mel scale whose weights sum to 1; one that holds no bin takes the nearest.
fn bands(rate: f64) -> Vec<(usize, Vec<f32>)> {
    let mel = |hz: f64| 2595.0 * (hz / 700.0).ln_1p() / LN_10;
    let hertz = |mel: f64| 700.0 * (10.0_f64.powf(mel / 2595.0) - 1.0);
    let (low, high) = (mel(LOWEST_HZ), mel(HIGHEST_HZ));
    let edge = |i: usize| hertz(low + (high - low) * i as f64 / (BANDS + 1) as f64);
    let count = N_FFT / 2 + 1;
    let bin_hz = rate / N_FFT as f64;
    let triangle = |band: usize| {
        let (a, b, c) = (edge(band), edge(band + 1), edge(band + 2));
        let weight = |k: usize| {
            let hz = k as f64 * bin_hz;
            ((hz - a) / (b - a)).min((c - hz) / (c - b)).max(0.0)
        };
        let first = ((a / bin_hz) as usize).min(count - 1);
        let last = ((c / bin_hz) as usize + 1).clamp(first + 1, count);
        let weights: Vec<f64> = (first..last).map(weight).collect();
        let sum: f64 = weights.iter().sum();
        if sum < 1e-3 {
            return (((b / bin_hz).round() as usize).min(count - 1), vec![1.0]);
        }
        (first, weights.iter().map(|w| (w / sum) as f32).collect())
    };
    (0..BANDS).map(triangle).collect()
}

/// The contrastive encoders' last layers: the picture's from the adaptor's conditioning, the music's from its features.
#[derive(Debug)]
pub struct Similarity {
    stage: Stage,
    conditioning_width: usize,
    width: usize,
    report: ProviderReport,
}

/// Embeddings of a picture and its music, one per frame of the picture's clock.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Embeddings {
    width: usize,
    picture: Vec<f32>,
    music: Vec<f32>,
    weights: Vec<f32>,
}

/// Why picture and music can't be compared.
#[derive(Debug, thiserror::Error)]
pub enum SimilarityError {
    /// The network failed.
    #[error(transparent)]
    Stage(#[from] StageError),
    /// The caller stopped the work.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl Similarity {
    /// Loads the pack's music encoder; `None` if the pack has none.
    ///
    /// # Errors
    /// [`StageError`] if it can't be opened or is not what the manifest says.
    pub fn load(
        pack: &Pack,
        runtime: &Runtime,
        settings: &SessionSettings,
    ) -> Result<Option<Self>, StageError> {
        let Some(spec) = pack.manifest().stages.get(StageKind::MusicEncoder) else {
            return Ok(None);
        };
        // The manifest's check holds the shape against the format.
        let width = match spec.outputs.first().and_then(|it| it.shape.last()) {
            Some(Dim::Fixed(width)) => *width,
            _ => 0,
        };
        let mut report = ProviderReport::new(settings.provider);
        let stage = Stage::load(pack, StageKind::MusicEncoder, runtime, settings, &mut report)?;
        Ok(Some(Self {
            stage,
            conditioning_width: pack.manifest().conditioning_width,
            width,
            report,
        }))
    }

    /// What the network runs on.
    pub fn report(&self) -> &ProviderReport {
        &self.report
    }

    /// Embeds a picture (`[T, D]`, the rows of [`crate::analysis::Analysis::conditioning`]) and its music, frame by
    /// frame, as far as both go.
    ///
    /// # Errors
    /// If the network fails, or the caller stops the work.
    pub fn embed(
        &mut self,
        conditioning: &[f32],
        music: &[FeatureRow],
        cancel: &Cancel,
    ) -> Result<Embeddings, SimilarityError> {
        let wide = self.conditioning_width;
        let total = (conditioning.len() / wide).min(music.len());
        let mut out = Embeddings {
            width: self.width,
            ..Embeddings::default()
        };
        for start in (0..total).step_by(CHUNK) {
            cancel.check()?;
            let end = (start + CHUNK).min(total);
            let (first, last) = (start.saturating_sub(HALO), (end + HALO).min(total));
            let count = last - first;
            let inputs = [
                self.stage
                    .input([1, count, wide], &conditioning[first * wide..last * wide])?,
                self.stage
                    .input([1, count, FEATURE_WIDTH], music[first..last].as_flattened())?,
            ];
            let run = self.stage.run(inputs)?;
            let kept = |width: usize| (start - first) * width..(end - first) * width;
            let (each, width) = (count * self.width, self.width);
            out.picture
                .extend_from_slice(&run.floats("picture", each)?[kept(width)]);
            out.music
                .extend_from_slice(&run.floats("music", each)?[kept(width)]);
            out.weights
                .extend_from_slice(&run.floats("weight", count)?[kept(1)]);
        }
        Ok(out)
    }
}

impl Embeddings {
    /// Frames that were compared.
    pub fn frames(&self) -> usize {
        self.weights.len()
    }

    /// Those of some of the frames, as far as they go.
    #[must_use]
    pub fn part(&self, frames: std::ops::Range<usize>) -> Self {
        let end = frames.end.min(self.frames());
        let start = frames.start.min(end);
        let wide = start * self.width..end * self.width;
        Self {
            width: self.width,
            picture: self.picture[wide.clone()].to_vec(),
            music: self.music[wide].to_vec(),
            weights: self.weights[start..end].to_vec(),
        }
    }

    /// SIM, -1..1, with the music moved by `shift` frames around the piece; `None` of no frame.
    pub fn similarity(&self, shift: usize) -> Option<f64> {
        let frames = self.frames();
        if frames == 0 {
            return None;
        }
        let at = |i: usize| i * self.width..(i + 1) * self.width;
        let (mut sum, mut weights) = (0.0, 0.0);
        for (i, weight) in self.weights.iter().enumerate() {
            let (picture, music) = (&self.picture[at(i)], &self.music[at((i + shift) % frames)]);
            let cosine: f64 = picture.iter().zip(music).map(|(a, b)| f64::from(a * b)).sum();
            sum += f64::from(*weight) * cosine;
            weights += f64::from(*weight);
        }
        (weights > 0.0).then(|| sum / weights)
    }

    /// The mean similarity of the same music shifted in time by at least half a second, over up to `shifts` shifts
    /// spread evenly; `None` if it is too short to shift.
    pub fn by_chance(&self, shifts: usize) -> Option<f64> {
        let least = (0.5 * FEATURE_HZ) as usize;
        let room = self.frames().checked_sub(2 * least).filter(|room| *room > 0)?;
        let count = shifts.clamp(1, room);
        let all = (0..count).filter_map(|i| self.similarity(least + i * room / count));
        Some(all.sum::<f64>() / count as f64)
    }
}
