//! The open project as the window shows it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The open project. Sent whole after each change; all lists are in order of time.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ProjectView {
    /// Grows by one with each change.
    pub revision: u32,
    /// What the user calls it.
    pub name: String,
    /// Its folder.
    pub folder: String,
    /// Whether it still lives where MuVi Studio keeps projects that were never saved under a name.
    pub unnamed: bool,
    /// Whether all changes are in the saved file (they are always in the journal).
    pub saved: bool,
    /// The picture.
    pub video: VideoView,
    /// Samples per second of all sound in the project.
    pub sample_rate: u32,
    /// Length of the picture in samples.
    #[ts(type = "number")]
    pub samples: u64,
    /// Whether cuts, curves and attention are there.
    pub analysed: bool,
    /// Shot changes.
    pub cuts: Vec<CutView>,
    /// Hit points, found and set.
    pub hits: Vec<HitView>,
    /// What the user drew over the picture's intensity.
    pub intensity: IntensityView,
    /// Spans with music.
    pub cues: Vec<CueView>,
    /// The style for the next take.
    pub style: StyleView,
    /// Settings for the next take.
    pub settings: TakeSettings,
    /// How all is mixed.
    pub mix: MixView,
    /// The gain drawn over the temp track: points `[frame, dB]`, straight lines between; empty is 0 dB.
    pub temp_automation: Vec<[f32; 2]>,
    /// Where the temp track has speech: first frames and those after the last; empty until it is known.
    pub speech: Vec<[u32; 2]>,
    /// The loop: first frame and the one after its last.
    pub loop_range: Option<[u32; 2]>,
    /// What undo would take back, in words; `None` if there is nothing.
    pub undo: Option<String>,
    /// What redo would do again, in words.
    pub redo: Option<String>,
    /// What the user should know about this project (takes that are missing, and so on).
    pub problems: Vec<ProblemView>,
}

/// Something that is wrong and what can be done.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ProblemView {
    /// For the window to act on: `video_missing`, `video_changed`, `takes_missing`, `read_only`, `recovered`, ...
    pub code: String,
    /// One sentence.
    pub message: String,
}

/// The video of the project.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct VideoView {
    /// Where it is.
    pub path: String,
    /// Its file name.
    pub name: String,
    /// Part of all URLs of its pictures; another file has another key.
    pub key: String,
    /// Width in pixels, as shown.
    pub width: u32,
    /// Height in pixels, as shown.
    pub height: u32,
    /// Frames per second, numerator and denominator.
    pub rate: [u32; 2],
    /// Whether timecode counts with drop frames.
    pub drop_frame: bool,
    /// Number of frames.
    pub frames: u32,
    /// Length in seconds.
    pub duration_s: f64,
    /// Codec of the picture.
    pub codec: String,
    /// Codec, rate and channels of its sound, `None` without sound.
    pub sound: Option<String>,
    /// Whether frames don't come at even times in the file.
    pub variable_rate: bool,
    /// Whether the file is gone.
    pub missing: bool,
    /// Ticks per second of attention and curves.
    pub analysis_rate: [u32; 2],
    /// Patch grid of the attention, columns and rows.
    pub grid: [u32; 2],
}

/// A shot change.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CutView {
    /// First frame of the new shot.
    pub frame: u32,
    /// 0..1.
    pub strength: f32,
    /// How the shot changes.
    pub kind: CutKind,
}

/// How a shot changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CutKind {
    /// From one frame to the next.
    Hard,
    /// Two shots mix.
    Dissolve,
    /// Out of or into black.
    Fade,
}

/// A moment on which music must land.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HitView {
    /// Its number in the project.
    pub id: u32,
    /// Where.
    pub frame: u32,
    /// 0..1.
    pub strength: f32,
    /// Where it comes from.
    pub origin: HitOrigin,
    /// The user's name for it.
    pub name: Option<String>,
    /// Whether another analysis or a slip of the mouse leaves it alone.
    pub locked: bool,
    /// How the take in use landed on it; `None` without a take.
    pub landing: Option<LandingView>,
}

/// Where a hit point comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum HitOrigin {
    /// A cut.
    Cut,
    /// Seen in the picture.
    Found,
    /// Set, moved or kept by the user.
    User,
}

/// How a take landed on a hit point.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LandingView {
    /// Whether an onset of the music lies within 70 ms.
    pub landed: bool,
    /// Distance of the nearest onset in milliseconds, positive if it comes late; `None` if there's none within 500 ms.
    pub miss_ms: Option<f32>,
}

/// The user's curve over the picture's intensity.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct IntensityView {
    /// Points `[frame, value 0..1]` in order; straight lines between them rule from the first to the last,
    /// the picture's curve before and after. Empty: the picture's curve everywhere.
    pub drawn: Vec<[f32; 2]>,
}

/// A span of the timeline with music.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CueView {
    /// Its number in the project.
    pub id: u32,
    /// What the user calls it.
    pub name: String,
    /// First frame and the one after its last.
    pub span: [u32; 2],
    /// Length of the fade-in in samples.
    #[ts(type = "number")]
    pub fade_in: u64,
    /// Length of the fade-out in samples.
    #[ts(type = "number")]
    pub fade_out: u64,
    /// Shape of the fade-in.
    pub fade_in_curve: FadeCurve,
    /// Shape of the fade-out.
    pub fade_out_curve: FadeCurve,
    /// The fades that are heard, in samples: where cues overlap they cross-fade.
    #[ts(type = "[number, number]")]
    pub heard_fades: [u64; 2],
    /// Gain in dB.
    pub gain_db: f32,
    /// The gain drawn over it: points `[frame of the timeline, dB]`, straight lines between; empty is 0 dB.
    pub automation: Vec<[f32; 2]>,
    /// The take in use.
    pub take: Option<u32>,
    /// All takes, oldest first.
    pub takes: Vec<TakeView>,
}

/// The shape of a fade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FadeCurve {
    /// A straight line.
    Linear,
    /// A quarter of a sine: crossing fades keep their power.
    EqualPower,
    /// Slow at both ends.
    SCurve,
    /// Slow at the quiet end.
    Slow,
}

/// One generated result.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TakeView {
    /// Its number in the project.
    pub id: u32,
    /// What the user calls it, "Take 3" at first.
    pub name: String,
    /// Whether the user likes it.
    pub favourite: bool,
    /// When it was made, milliseconds since 1970.
    pub made_at: f64,
    /// Name of its style.
    pub style: String,
    /// Its settings, with the seed that was used.
    pub settings: TakeSettings,
    /// Beats per minute of its longest part.
    pub bpm: f32,
    /// Execution provider that made it.
    pub provider: String,
    /// First frame of its music and the one after its last.
    pub span: [u32; 2],
    /// Its length in samples.
    #[ts(type = "number")]
    pub samples: u64,
    /// Its loudness as made, in LUFS; all takes are played at the same loudness.
    pub lufs: Option<f32>,
    /// How loud it is played, in LUFS: that of all takes, or less where its peaks allow no more.
    pub played_lufs: Option<f32>,
    /// The section that was made anew, and in which take; `None` for a whole cue.
    pub section: Option<SectionView>,
    /// Whether its files are gone.
    pub missing: bool,
}

/// What was made anew in a take.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SectionView {
    /// The take that it was made in.
    pub of: u32,
    /// First frame and the one after its last.
    pub span: [u32; 2],
}

/// What a take is asked to be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TakeSettings {
    /// The seed; `None` chooses a new one for each take.
    pub seed: Option<u32>,
    /// Scales the intensity, 0..2.
    pub intensity: f32,
    /// The tempo.
    pub pace: Pace,
    /// Guidance, 0..10; `None` for the pack's own.
    pub guidance: Option<f32>,
    /// Solver steps, 1..100; `None` for the pack's own.
    pub steps: Option<u32>,
}

/// The tempo that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind", content = "value")]
pub enum Pace {
    /// What fits the hits.
    Auto,
    /// Slower or faster than that, -1..1.
    Relative(f32),
    /// Beats per minute, 40..220.
    Bpm(f32),
}

/// The style of the next take.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum StyleView {
    /// The one of the palette that suits the picture's mood.
    Auto,
    /// One of the palette.
    Palette {
        /// Its id.
        id: String,
    },
    /// An audio file of the user.
    Clip {
        /// The file.
        path: String,
        /// From where in the file, in seconds; `None` lets the program choose the part.
        from_s: Option<f64>,
    },
}

/// How music and temp track are put together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MixView {
    /// The music.
    pub music: TrackView,
    /// The video's own sound.
    pub temp: TrackView,
    /// Whether the music goes down under the temp track, and how.
    pub ducking: DuckingView,
    /// Gain over everything in dB, -60..12.
    pub master_db: f32,
    /// Loudness that each take is brought to, in LUFS, -40..-6.
    pub music_lufs: f32,
    /// What the mix is delivered at.
    pub delivery: DeliveryView,
}

/// What the mix is delivered at.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryView {
    /// Integrated loudness in LUFS, -40..-6; `None` leaves it as it is mixed.
    pub target_lufs: Option<f32>,
    /// The true peak that is never passed, in dBTP, -9..0.
    pub ceiling_dbtp: f32,
}

/// One track of the mix.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TrackView {
    /// Gain in dB, -60..12; -60 is silence.
    pub gain_db: f32,
    /// Not heard.
    pub mute: bool,
    /// Only tracks with solo are heard, if there's one.
    pub solo: bool,
}

/// How the music makes room.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DuckingView {
    /// Whether it does.
    pub on: bool,
    /// What it listens for.
    pub by: DuckBy,
    /// From this level of the temp track on, in dBFS, -80..0.
    pub threshold_db: f32,
    /// By how much, in dB, 0..40.
    pub depth_db: f32,
    /// From full to lowered, in milliseconds.
    pub attack_ms: f32,
    /// Stays lowered for, in milliseconds.
    pub hold_ms: f32,
    /// From lowered to full, in milliseconds.
    pub release_ms: f32,
    /// Starts this much before, in milliseconds.
    pub look_ahead_ms: f32,
}

/// What ducking listens for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DuckBy {
    /// Speech in the temp track.
    Speech,
    /// Anything in the temp track that is louder than the threshold.
    Level,
}
