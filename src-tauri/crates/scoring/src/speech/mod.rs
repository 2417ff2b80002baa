//! Where somebody speaks: a small network over mono sound, in a stream.
//!
//! The network (Silero VAD, see `models/speech/README.md`) is part of the program; it runs on the processor, in one
//! thread, at some thousand times real time. Song counts as speech where its words can be made out.

mod spans;

use ort::session::Session;
use ort::value::TensorRef;

use crate::runtime::Runtime;
use spans::Spans;

/// Samples per second that the detector takes.
pub const SAMPLE_RATE_HZ: u32 = 16_000;
/// Samples per probability.
const FRAME: usize = 512;
/// The network sees so many samples before each frame too.
const CONTEXT: usize = 64;
/// Frames that are judged at once: 8 s.
const BATCH: usize = 256;
/// Values of each half of the network's memory.
const STATE: usize = 128;
const MODEL: &[u8] = include_bytes!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../../models/speech/silero_vad.onnx"
));

/// A span of speech, in samples at [`SAMPLE_RATE_HZ`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpeechSpan {
    /// First sample.
    pub start: u64,
    /// The one after the last.
    pub end: u64,
}

/// Why speech can't be found.
#[derive(Debug, thiserror::Error)]
pub enum SpeechError {
    /// ONNX Runtime refuses the network.
    #[error("ONNX Runtime cannot open the speech detector ({source}); run ./dev setup to fetch another")]
    Open {
        /// Why.
        source: ort::Error,
    },
    /// The network failed while it ran.
    #[error("the speech detector failed while running ({source})")]
    Run {
        /// Why.
        source: ort::Error,
    },
    /// The network gave something else than it should.
    #[error("the speech detector gave {found} values for {expected} frames")]
    Output {
        /// Number of values.
        found: usize,
        /// Number of frames.
        expected: usize,
    },
}

/// Finds speech in mono sound at [`SAMPLE_RATE_HZ`], block by block. Memory does not grow with the length, but for the
/// spans that were found.
#[derive(Debug)]
pub struct SpeechDetector {
    session: Session,
    /// The context of the next frame, then samples that were not judged yet.
    pending: Vec<f32>,
    /// Frames as the network takes them.
    frames: Vec<f32>,
    state: [Vec<f32>; 2],
    samples: u64,
    spans: Spans,
}

impl SpeechDetector {
    /// A detector that has heard nothing.
    ///
    /// # Errors
    /// [`SpeechError::Open`].
    pub fn new(runtime: &Runtime) -> Result<Self, SpeechError> {
        let session = runtime
            .session_of(MODEL)
            .map_err(|source| SpeechError::Open { source })?;
        Ok(Self {
            session,
            pending: vec![0.0; CONTEXT],
            frames: Vec::new(),
            state: [vec![0.0; STATE], vec![0.0; STATE]],
            samples: 0,
            spans: Spans::default(),
        })
    }

    /// Hears more, -1..1; blocks of any length give the same spans. What is no number counts as 0.
    ///
    /// # Errors
    /// [`SpeechError::Run`], [`SpeechError::Output`].
    pub fn push(&mut self, mono: &[f32]) -> Result<(), SpeechError> {
        self.samples += mono.len() as u64;
        let clean = mono.iter().map(|it| if it.is_finite() { *it } else { 0.0 });
        self.pending.extend(clean);
        while self.pending.len() >= CONTEXT + BATCH * FRAME {
            self.judge(BATCH)?;
        }
        Ok(())
    }

    /// Hears the end; gives all spans, in order, at least half a second apart but for a margin at their ends.
    ///
    /// # Errors
    /// As [`SpeechDetector::push`].
    pub fn finish(mut self) -> Result<Vec<SpeechSpan>, SpeechError> {
        let frames = (self.pending.len() - CONTEXT).div_ceil(FRAME);
        if frames > 0 {
            self.pending.resize(CONTEXT + frames * FRAME, 0.0);
            self.judge(frames)?;
        }
        Ok(self.spans.finish(self.samples))
    }

    /// Judges the first `count` frames of what is pending.
    fn judge(&mut self, count: usize) -> Result<(), SpeechError> {
        self.frames.clear();
        for frame in 0..count {
            let start = frame * FRAME;
            let with_context = &self.pending[start..start + CONTEXT + FRAME];
            self.frames.extend_from_slice(with_context);
        }
        self.pending.drain(..count * FRAME);
        let run = |source| SpeechError::Run { source };
        let [h, c] = &self.state;
        let state = [1, 1, STATE];
        let inputs = ort::inputs![
            "input" => TensorRef::from_array_view(([count, CONTEXT + FRAME], &self.frames[..])).map_err(run)?,
            "h" => TensorRef::from_array_view((state, &h[..])).map_err(run)?,
            "c" => TensorRef::from_array_view((state, &c[..])).map_err(run)?,
        ];
        let outputs = self.session.run(inputs).map_err(run)?;
        let values = |name: &str, expected: usize| {
            let found = outputs.get(name).map(|it| it.try_extract_tensor::<f32>());
            match found.transpose().map_err(run)? {
                Some((_, values)) if values.len() == expected => Ok(values),
                other => Err(SpeechError::Output {
                    found: other.map_or(0, |(_, values)| values.len()),
                    expected,
                }),
            }
        };
        let next = [values("hn", STATE)?.to_vec(), values("cn", STATE)?.to_vec()];
        for probability in values("speech_probs", count)? {
            self.spans.push(*probability);
        }
        drop(outputs);
        self.state = next;
        Ok(())
    }
}
