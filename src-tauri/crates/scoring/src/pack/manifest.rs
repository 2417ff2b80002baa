//! The types of `pack.json`, format 1 (`models/PACK_FORMAT.md`).

use serde::{Deserialize, Serialize};

/// The one format that this version reads.
pub const FORMAT: u32 = 1;

/// `pack.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Format of the pack, [`FORMAT`].
    pub format: u32,
    /// Short name, also the folder's name.
    pub name: String,
    /// Version of the pack.
    pub version: String,
    /// Name for people.
    pub title: String,
    /// What it is good for.
    pub description: String,
    /// SPDX expression.
    pub licence: String,
    /// What it was trained on.
    pub training_data: String,
    /// Day of training, `YYYY-MM-DD`.
    pub trained: String,
    /// ONNX operator set of every stage.
    pub opset: u32,
    /// Picture frames per second that the encoder sees, numerator and denominator.
    pub frame_rate: [u32; 2],
    /// Width and height of those frames in pixels.
    pub frame_size: usize,
    /// Rows and columns of patches.
    pub grid: [usize; 2],
    /// Channels of a patch feature (`Cv`).
    pub feature_width: usize,
    /// How many of them come from the image backbone.
    pub appearance_width: usize,
    /// Channels of the video conditioning (`D`).
    pub conditioning_width: usize,
    /// Names of the adaptor's curves, in order.
    pub curves: Vec<String>,
    /// Picture frames to each side that a frame's conditioning depends on.
    pub adaptor_halo: usize,
    /// Latents to each side that a decoded latent depends on.
    pub decoder_halo: usize,
    /// Samples per second of the music.
    pub sample_rate: u32,
    /// The spectrogram.
    pub stft: StftSpec,
    /// The latent clock.
    pub latent: LatentSpec,
    /// Latents of the style segment.
    pub style_frames: usize,
    /// Latents of one window.
    pub window_frames: usize,
    /// Names of the plan's channels, in order.
    pub plan_channels: Vec<String>,
    /// Names of the globals, in order.
    pub globals: Vec<String>,
    /// Width of a pulse in seconds (standard deviation).
    pub pulse_sigma_s: f64,
    /// Solver settings that the pack was tuned with.
    pub solver: SolverDefaults,
    /// The networks.
    pub stages: Stages,
    /// Style clips that come with the pack.
    #[serde(default)]
    pub styles: Vec<Style>,
}

/// The spectrogram of the codec.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StftSpec {
    /// Samples of a window.
    pub n_fft: usize,
    /// Samples from one frame to the next.
    pub hop: usize,
    /// Frames of one latent.
    pub stack: usize,
    /// Magnitudes are divided by this.
    pub norm: f32,
    /// Added to a magnitude before its logarithm.
    pub log_floor: f32,
}

impl StftSpec {
    /// Frequency bins, `n_fft / 2 + 1`.
    pub fn bins(&self) -> usize {
        self.n_fft / 2 + 1
    }
}

/// The latent clock.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LatentSpec {
    /// Latents per second, numerator and denominator.
    pub rate: [u32; 2],
    /// Channels of a latent (`Z`).
    pub width: usize,
    /// Sample on which latent 0 is centred.
    pub offset_samples: u32,
}

/// Solver settings that a pack recommends.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SolverDefaults {
    /// Integration method.
    pub method: crate::solver::Method,
    /// Steps over the whole time.
    pub steps: usize,
    /// Guidance scale; 1 is none.
    pub guidance: f32,
}

/// The networks of a pack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stages {
    /// Frames to patch features.
    pub encoder: StageSpec,
    /// Patch features to conditioning, attention and curves.
    pub adaptor: StageSpec,
    /// The flow's velocity.
    pub velocity: StageSpec,
    /// Magnitudes to latents.
    pub codec_encoder: StageSpec,
    /// Latents to magnitudes.
    pub codec_decoder: StageSpec,
    /// Conditioning and music features to embeddings, for measuring; a pack may lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub music_encoder: Option<StageSpec>,
}

/// Which network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageKind {
    /// Frames to patch features.
    Encoder,
    /// Patch features to conditioning, attention and curves.
    Adaptor,
    /// The flow's velocity.
    Velocity,
    /// Magnitudes to latents.
    CodecEncoder,
    /// Latents to magnitudes.
    CodecDecoder,
    /// Conditioning and music features to embeddings, for measuring.
    MusicEncoder,
}

impl StageKind {
    /// All, in the order of the data; the last one is missing in some packs.
    pub const ALL: [Self; 6] = [
        Self::Encoder,
        Self::Adaptor,
        Self::Velocity,
        Self::CodecEncoder,
        Self::CodecDecoder,
        Self::MusicEncoder,
    ];

    /// The name in `pack.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Encoder => "encoder",
            Self::Adaptor => "adaptor",
            Self::Velocity => "velocity",
            Self::CodecEncoder => "codec_encoder",
            Self::CodecDecoder => "codec_decoder",
            Self::MusicEncoder => "music_encoder",
        }
    }
}

impl std::fmt::Display for StageKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl Stages {
    /// The stage of a kind, if the pack has it.
    pub fn get(&self, kind: StageKind) -> Option<&StageSpec> {
        match kind {
            StageKind::Encoder => Some(&self.encoder),
            StageKind::Adaptor => Some(&self.adaptor),
            StageKind::Velocity => Some(&self.velocity),
            StageKind::CodecEncoder => Some(&self.codec_encoder),
            StageKind::CodecDecoder => Some(&self.codec_decoder),
            StageKind::MusicEncoder => self.music_encoder.as_ref(),
        }
    }

    /// Every stage of the pack, in the order of the data.
    pub fn all(&self) -> impl Iterator<Item = (StageKind, &StageSpec)> {
        let stage = |kind| self.get(kind).map(|spec| (kind, spec));
        StageKind::ALL.into_iter().filter_map(stage)
    }
}

/// One network: its file and its tensors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageSpec {
    /// File inside the pack.
    pub file: String,
    /// Hex SHA-256 of that file.
    pub sha256: String,
    /// Inputs, in order.
    pub inputs: Vec<TensorSpec>,
    /// Outputs, in order.
    pub outputs: Vec<TensorSpec>,
    /// An example with its results.
    pub parity: Option<ParitySpec>,
}

/// An example computed with PyTorch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParitySpec {
    /// File inside the pack (safetensors): each input and output by name.
    pub file: String,
    /// Hex SHA-256 of that file.
    pub sha256: String,
    /// Largest allowed difference, relative to the largest absolute value of the output.
    pub tolerance: f32,
}

/// A tensor of a network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TensorSpec {
    /// Its name in the graph.
    pub name: String,
    /// Element type.
    pub dtype: Dtype,
    /// Dimensions.
    pub shape: Vec<Dim>,
}

/// Element types of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dtype {
    /// 32-bit float.
    Float32,
    /// 8-bit unsigned integer.
    Uint8,
}

impl std::fmt::Display for Dtype {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Float32 => "float32",
            Self::Uint8 => "uint8",
        })
    }
}

/// A dimension: a number where it is fixed, a name where it is free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Dim {
    /// Exactly this many.
    Fixed(usize),
    /// Any number; the name is for people.
    Free(String),
}

impl std::fmt::Display for Dim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Fixed(n) => n.fmt(f),
            Self::Free(name) => name.fmt(f),
        }
    }
}

/// A style clip that comes with a pack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Style {
    /// Short name for commands.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// What it sounds like.
    #[serde(default)]
    pub description: String,
    /// File inside the pack.
    pub file: String,
    /// Hex SHA-256 of that file.
    pub sha256: String,
    /// Unpleasant to pleasant, -1..1.
    pub valence: f32,
    /// Calm to excited, -1..1.
    pub arousal: f32,
}
