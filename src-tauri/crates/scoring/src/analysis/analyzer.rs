//! The stream: frames in, batches through the encoder, overlapping chunks through the adaptor.

use crate::analysis::{Analysis, Curves};
use crate::cancel::{Cancel, Cancelled};
use crate::models::PictureModels;
use crate::runtime::StageError;

/// Frames that the encoder sees at once: more cost memory and gain nothing on a processor.
const BATCH: usize = 8;
/// Frames that one run of the adaptor gives, besides its halo.
const CHUNK: usize = 256;

/// Why a picture can't be analysed.
#[derive(Debug, thiserror::Error)]
pub enum AnalysisError {
    /// A network failed.
    #[error(transparent)]
    Stage(#[from] StageError),
    /// The bytes given are no whole frames.
    #[error(
        "{bytes} bytes are no whole number of frames of {frame_bytes} bytes; frames must be RGB at the pack's frame size"
    )]
    PartialFrame {
        /// Bytes given.
        bytes: usize,
        /// Bytes of a frame.
        frame_bytes: usize,
    },
    /// There was no frame.
    #[error("the video has no picture to analyse; choose a video with at least one frame")]
    NoFrames,
    /// The caller stopped the work.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// Takes frames in order and gives an [`Analysis`] at the end. How the frames are cut into pushes doesn't matter.
pub struct Analyzer<'m> {
    models: &'m mut PictureModels,
    frame_bytes: usize,
    /// The predecessor, then the frames that wait for a full batch.
    pixels: Vec<u8>,
    /// Features that the adaptor still needs, `[.., P, Cv]`, from frame `features_from` on.
    features: Vec<f32>,
    features_from: usize,
    pushed: usize,
    out: Analysis,
}

impl<'m> Analyzer<'m> {
    /// An analysis that has seen nothing yet.
    pub fn new(models: &'m mut PictureModels) -> Self {
        let m = models.manifest();
        let out = Analysis {
            frames: 0,
            frame_rate: m.frame_rate,
            grid: m.grid,
            conditioning_width: m.conditioning_width,
            conditioning: Vec::new(),
            attention: Vec::new(),
            curves: Curves::default(),
        };
        let frame_bytes = m.frame_size * m.frame_size * 3;
        Self {
            models,
            frame_bytes,
            pixels: Vec::new(),
            features: Vec::new(),
            features_from: 0,
            pushed: 0,
            out,
        }
    }

    /// Bytes of one RGB frame.
    pub fn frame_bytes(&self) -> usize {
        self.frame_bytes
    }

    /// Frames pushed so far.
    pub fn frames(&self) -> usize {
        self.pushed
    }

    /// What is analysed so far: the results of the first frames, fewer than were pushed. The curve of movement is longer
    /// than the others.
    pub fn so_far(&self) -> &Analysis {
        &self.out
    }

    /// Adds any whole number of RGB frames (`[n, S, S, 3]`).
    ///
    /// # Errors
    /// [`AnalysisError::PartialFrame`], a network's failure, or cancellation; the analysis can't go on after one.
    pub fn push(&mut self, frames: &[u8], cancel: &Cancel) -> Result<(), AnalysisError> {
        let frame_bytes = self.frame_bytes;
        if !frames.len().is_multiple_of(frame_bytes) {
            return Err(AnalysisError::PartialFrame {
                bytes: frames.len(),
                frame_bytes,
            });
        }
        for frame in frames.chunks_exact(frame_bytes) {
            if self.pixels.is_empty() {
                // The first frame is its own predecessor.
                self.pixels.extend_from_slice(frame);
            }
            let before = &self.pixels[self.pixels.len() - frame_bytes..];
            self.out.curves.motion.push(movement(before, frame));
            self.pixels.extend_from_slice(frame);
            self.pushed += 1;
            if self.pixels.len() == (BATCH + 1) * frame_bytes {
                cancel.check()?;
                self.encode()?;
                self.adapt(false)?;
            }
        }
        Ok(())
    }

    /// Analyses what waits and gives the result.
    ///
    /// # Errors
    /// [`AnalysisError::NoFrames`] if none was pushed, a network's failure, or cancellation.
    pub fn finish(mut self, cancel: &Cancel) -> Result<Analysis, AnalysisError> {
        if self.pushed == 0 {
            return Err(AnalysisError::NoFrames);
        }
        cancel.check()?;
        if self.pixels.len() > self.frame_bytes {
            self.encode()?;
        }
        while self.out.frames < self.pushed {
            cancel.check()?;
            self.adapt(true)?;
        }
        Ok(self.out)
    }

    /// Runs the encoder on the frames that wait; the last one stays as predecessor.
    fn encode(&mut self) -> Result<(), AnalysisError> {
        let (size, row) = (self.models.manifest().frame_size, self.feature_row());
        let count = self.pixels.len() / self.frame_bytes;
        let encoder = &mut self.models.encoder;
        let input = encoder.input([count, size, size, 3], &self.pixels)?;
        let outputs = encoder.run([input])?;
        self.features
            .extend_from_slice(outputs.floats("features", (count - 1) * row)?);
        drop(outputs);
        let last = self.pixels.len() - self.frame_bytes;
        self.pixels.drain(..last);
        Ok(())
    }

    /// Values of one frame's features.
    fn feature_row(&self) -> usize {
        let m = self.models.manifest();
        m.grid[0] * m.grid[1] * m.feature_width
    }

    /// Runs the adaptor on the next chunk if all that it depends on is there, or if nothing more will come.
    fn adapt(&mut self, ended: bool) -> Result<(), AnalysisError> {
        let row = self.feature_row();
        let (halo, width) = (self.models.manifest().adaptor_halo, self.out.conditioning_width);
        let patches = self.out.grid[0] * self.out.grid[1];
        let feature_width = row / patches;
        let start = self.out.frames;
        let known = self.features_from + self.features.len() / row;
        if !ended && known < start + CHUNK + halo {
            return Ok(());
        }
        // At the end the rest goes in one run where it is short.
        let end = if ended && known <= start + CHUNK + halo {
            known
        } else {
            start + CHUNK
        };
        let (from, to) = (start.saturating_sub(halo), (end + halo).min(known));
        let slice = &self.features[(from - self.features_from) * row..(to - self.features_from) * row];
        let adaptor = &mut self.models.adaptor;
        let count = to - from;
        let input = adaptor.input([1, count, patches, feature_width], slice)?;
        let outputs = adaptor.run([input])?;
        let rows = start - from..end - from;
        let take = |name, width: usize| {
            let all = outputs.floats(name, count * width)?;
            Ok::<_, StageError>(&all[rows.start * width..rows.end * width])
        };
        self.out
            .conditioning
            .extend_from_slice(take("conditioning", width)?);
        self.out.attention.extend_from_slice(take("attention", patches)?);
        let c = &mut self.out.curves;
        for values in take("curves", 4)?.chunks_exact(4) {
            let clamped = |i: usize| values[i].clamp(0.0, 1.0);
            c.hit.push(clamped(0));
            c.intensity.push(clamped(1));
            c.valence.push(clamped(2));
            c.arousal.push(clamped(3));
        }
        drop(outputs);
        self.out.frames = end;
        let keep = end.saturating_sub(halo);
        self.features.drain(..(keep - self.features_from) * row);
        self.features_from = keep;
        Ok(())
    }
}

/// Mean absolute difference of the luminance (ITU-R BT.601) of two RGB frames, 0..1, over every second pixel.
fn movement(before: &[u8], frame: &[u8]) -> f32 {
    let luminance = |p: &[u8]| 299 * i64::from(p[0]) + 587 * i64::from(p[1]) + 114 * i64::from(p[2]);
    let pixels = before.chunks_exact(3).zip(frame.chunks_exact(3)).step_by(2);
    let count = pixels.len().max(1);
    let total: i64 = pixels.map(|(a, b)| (luminance(a) - luminance(b)).abs()).sum();
    (total as f64 / (255_000.0 * count as f64)) as f32
}

#[cfg(test)]
mod tests {
    use super::movement;

    #[test]
    fn movement_is_the_mean_difference_of_luminance() {
        assert_eq!(movement(&[10; 24], &[10; 24]), 0.0);
        assert_eq!(movement(&[0; 24], &[255; 24]), 1.0);
        let half: Vec<u8> = [[0; 12], [255; 12]].concat();
        assert!((movement(&[0; 24], &half) - 0.5).abs() < 1e-6);
    }
}
