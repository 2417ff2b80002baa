//! What a job is asked to do.

use std::path::PathBuf;

use muvi_media::export::SoundCodec;
use muvi_scoring::plan::Pace;
use muvi_scoring::runtime::Provider;
use serde::{Deserialize, Serialize};

/// Where the networks come from and what they run on.
#[derive(Clone, Debug, Default)]
pub struct EngineRequest {
    /// A pack's folder; `None` for the default pack.
    pub pack: Option<PathBuf>,
    /// The ONNX Runtime library; `None` searches the usual places.
    pub runtime: Option<PathBuf>,
    /// The execution provider.
    pub provider: ProviderChoice,
    /// Whether the analysis may come from, and go to, the user's cache.
    pub cache: bool,
}

/// The execution provider that a job asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProviderChoice {
    /// The best that the machine offers.
    #[default]
    Auto,
    /// NVIDIA GPU.
    Cuda,
    /// Windows GPU.
    DirectMl,
    /// Apple GPU and neural engine.
    CoreMl,
    /// The processor.
    Cpu,
}

impl From<ProviderChoice> for Provider {
    fn from(choice: ProviderChoice) -> Self {
        match choice {
            ProviderChoice::Auto => Self::Auto,
            ProviderChoice::Cuda => Self::Cuda,
            ProviderChoice::DirectMl => Self::DirectMl,
            ProviderChoice::CoreMl => Self::CoreMl,
            ProviderChoice::Cpu => Self::Cpu,
        }
    }
}

/// What becomes of the video's own sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TempTrackChoice {
    /// Heard beside the music.
    Keep,
    /// Left out.
    Mute,
    /// Heard, and the music goes down under its speech.
    Duck,
}

/// How sound is stored in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AudioCodecChoice {
    /// AAC.
    Aac,
    /// FLAC.
    Flac,
    /// Apple Lossless.
    Alac,
    /// PCM, 24 bits.
    Pcm,
    /// PCM, 16 bits with dither.
    Pcm16,
    /// PCM, 32-bit floats.
    PcmFloat,
    /// Opus.
    Opus,
}

impl From<AudioCodecChoice> for SoundCodec {
    fn from(choice: AudioCodecChoice) -> Self {
        match choice {
            AudioCodecChoice::Aac => Self::Aac,
            AudioCodecChoice::Flac => Self::Flac,
            AudioCodecChoice::Alac => Self::Alac,
            AudioCodecChoice::Pcm => Self::Pcm,
            AudioCodecChoice::Pcm16 => Self::Pcm16,
            AudioCodecChoice::PcmFloat => Self::PcmFloat,
            AudioCodecChoice::Opus => Self::Opus,
        }
    }
}

/// Write music for a video and export both.
#[derive(Clone, Debug)]
pub struct ScoreRequest {
    /// The video.
    pub input: PathBuf,
    /// The file to write; its extension decides what it is.
    pub output: PathBuf,
    /// Whether an existing output is replaced.
    pub overwrite: bool,
    /// An audio file, or the name of a style in the pack.
    pub style: Option<PathBuf>,
    /// Chooses the take.
    pub seed: u64,
    /// Solver steps; `None` for the pack's default.
    pub steps: Option<usize>,
    /// Guidance; `None` for the pack's default.
    pub guidance: Option<f32>,
    /// Scales the picture's intensity curve.
    pub intensity: f32,
    /// Beats per minute; `None` to fit the hits.
    pub tempo: Option<f64>,
    /// What becomes of the video's own sound; `None`: duck in a video, mute in a sound file.
    pub temp_track: Option<TempTrackChoice>,
    /// Integrated loudness of the music alone, in LUFS.
    pub loudness: f64,
    /// Sound in a video file; `None` for what suits the container.
    pub codec: Option<AudioCodecChoice>,
    /// Pack, runtime, provider, cache.
    pub engine: EngineRequest,
}

impl ScoreRequest {
    /// A score of `input` into `output` with all defaults.
    pub fn new(input: impl Into<PathBuf>, output: impl Into<PathBuf>) -> Self {
        Self {
            input: input.into(),
            output: output.into(),
            overwrite: false,
            style: None,
            seed: 0,
            steps: None,
            guidance: None,
            intensity: 1.0,
            tempo: None,
            temp_track: None,
            loudness: -16.0,
            codec: None,
            engine: EngineRequest {
                cache: true,
                ..EngineRequest::default()
            },
        }
    }

    pub(crate) fn pace(&self) -> Pace {
        self.tempo.map_or(Pace::Auto, Pace::Bpm)
    }
}

/// Look at a video's picture.
#[derive(Clone, Debug)]
pub struct AnalyzeRequest {
    /// The video.
    pub input: PathBuf,
    /// Where to write the video with the attention drawn over it.
    pub heatmap: Option<PathBuf>,
    /// Whether an existing heat map is replaced.
    pub overwrite: bool,
    /// Pack, runtime, provider, cache.
    pub engine: EngineRequest,
}

/// Judge music against a video.
#[derive(Clone, Debug)]
pub struct EvaluateRequest {
    /// The video.
    pub video: PathBuf,
    /// The music.
    pub music: PathBuf,
    /// Music that is known to fit.
    pub reference: Option<PathBuf>,
    /// Pack, runtime, provider, cache.
    pub engine: EngineRequest,
}
