//! What leaves the program: exports, hand-over to other tools, pages; and what is measured before.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What to export.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ExportRequest {
    /// The file; its extension decides the container. For stems the folder.
    pub path: String,
    /// What it is made of.
    pub what: ExportWhat,
    /// How sound is stored; `None` for what suits the container.
    pub codec: Option<SoundCodec>,
    /// The sound tracks of a video, in order, or the stems; a sound file has the first.
    pub tracks: Vec<Bus>,
    /// Only the loop.
    pub loop_only: bool,
    /// Loudness to reach, in LUFS, -40..-6; `None` leaves it as it is mixed.
    pub target_lufs: Option<f32>,
    /// The true peak that is never passed, in dBTP, -9..0.
    pub ceiling_dbtp: f32,
    /// Whether files of that name are replaced.
    pub overwrite: bool,
}

/// What an export is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ExportWhat {
    /// The video with its new sound.
    Video,
    /// A sound file.
    Sound,
    /// A sound file for each track, in a folder.
    Stems,
}

/// How sound is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SoundCodec {
    /// AAC, with losses.
    Aac,
    /// Opus, with losses.
    Opus,
    /// FLAC, without losses.
    Flac,
    /// Apple Lossless.
    Alac,
    /// PCM, 24 bit.
    Pcm,
    /// PCM, 16 bit with dither.
    Pcm16,
    /// PCM, 32-bit floats.
    PcmFloat,
}

/// A sound that can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Bus {
    /// All.
    Mix,
    /// The music alone.
    Music,
    /// The video's own sound alone.
    Temp,
}

/// A set of choices for exports, under a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ExportPreset {
    /// What the user calls it; no two have the same.
    pub name: String,
    /// Whether it ships with the program: it stays as it is.
    pub built_in: bool,
    /// What an export is made of.
    pub what: ExportWhat,
    /// Extension of the file, without a dot; `None` for what suits the video.
    pub extension: Option<String>,
    /// How sound is stored.
    pub codec: Option<SoundCodec>,
    /// The sound tracks.
    pub tracks: Vec<Bus>,
    /// Only the loop.
    pub loop_only: bool,
    /// Loudness to reach, in LUFS.
    pub target_lufs: Option<f32>,
    /// The true peak that is never passed, in dBTP.
    pub ceiling_dbtp: f32,
}

/// What an export would write, told before.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ExportForecast {
    /// The file, with the extension that fits; for stems the folder.
    pub path: String,
    /// All files.
    pub files: Vec<String>,
    /// Whether there's a file of that name.
    pub exists: bool,
    /// What becomes of the picture, in words ("h264, copied, not re-encoded").
    pub picture: String,
    /// What becomes of the sound, in words ("AAC, 44.1 kHz, stereo, 256 kbit/s").
    pub sound: String,
    /// What becomes of the loudness, in words.
    pub loudness: String,
    /// About how large it will be, in bytes.
    pub bytes: Option<f64>,
    /// What is left out or worth knowing.
    pub notes: Vec<String>,
    /// Why it can't be written like this, in words.
    pub obstacle: Option<String>,
}

/// What was measured of the mix, after EBU R 128.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MixMeasure {
    /// Integrated loudness in LUFS; `None` for silence.
    pub lufs: Option<f32>,
    /// Loudness range in LU.
    pub range_lu: f32,
    /// True peak in dBTP; `None` for silence.
    pub true_peak_dbtp: Option<f32>,
    /// What ducking does; `None` without speech.
    pub speech: Option<SpeechMeasure>,
}

/// What ducking does under speech.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SpeechMeasure {
    /// Seconds of speech.
    pub seconds: f32,
    /// Loudness of the temp track in it, in LUFS; `None` for silence.
    pub speech_lufs: Option<f32>,
    /// Loudness of the music in it, in LUFS; `None` for silence.
    pub music_lufs: Option<f32>,
    /// How far the music went down on the average, in dB, 0 or more.
    pub ducking_db: f32,
}

/// What to hand over to other tools.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HandOverRequest {
    /// The folder in which the folder of the hand-over is made.
    pub folder: String,
    /// In which forms; none for all.
    pub formats: Vec<HandOverFormat>,
    /// Whether files of that name are replaced.
    pub overwrite: bool,
}

/// A form that other tools read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum HandOverFormat {
    /// OpenTimelineIO.
    Otio,
    /// Final Cut Pro XML.
    Fcpxml,
    /// CMX 3600.
    Edl,
    /// Markers and landings as tables.
    Csv,
    /// MIDI file with tempo map and markers.
    Midi,
    /// Cue sheet as HTML and CSV.
    CueSheet,
}

/// What was handed over.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HandOverView {
    /// The folder.
    pub folder: String,
    /// All files in it.
    pub files: Vec<String>,
    /// What a form could not carry.
    pub notes: Vec<String>,
}

/// What a comparison page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PageRequest {
    /// The folder to write.
    pub folder: String,
    /// Takes to show; empty for those in use.
    pub takes: Vec<u32>,
    /// Results of other systems.
    pub others: Vec<PageOther>,
    /// Whether the video's own sound is shown as the reference.
    pub reference: bool,
    /// Whether a page of that name is replaced.
    pub overwrite: bool,
}

/// Another system's result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PageOther {
    /// What it is called.
    pub name: String,
    /// An audio or video file.
    pub path: String,
}

/// All measures of a take.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TakeMeasures {
    /// The take.
    pub take: u32,
    /// Measures, in order.
    pub rows: Vec<MeasureRow>,
    /// Where the music landed on cuts and hit points, in order of time.
    pub landings: Vec<LandingRow>,
}

/// One measure.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MeasureRow {
    /// A stable word.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The value in words, with its unit; says why where there is none.
    pub text: String,
    /// What is best, in words.
    pub ideal: Option<String>,
    /// What music shifted at random reaches, in words.
    pub chance: Option<String>,
    /// What it means, in a sentence.
    pub help: String,
}

/// How the music landed at a moment.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LandingRow {
    /// The moment.
    pub frame: u32,
    /// `cut` or `hit`.
    pub kind: String,
    /// The user's name for it.
    pub name: Option<String>,
    /// Whether an onset lies within 70 ms.
    pub landed: bool,
    /// Distance of the nearest onset in milliseconds, positive if it comes late; `None` if there's none near.
    pub miss_ms: Option<f32>,
    /// The same in frames.
    pub miss_frames: Option<f32>,
}
