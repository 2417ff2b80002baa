// Generated from src-tauri/src/dto by `./dev update-generated`. Do not edit.

export type ProjectView = { 
/**
 * Grows by one with each change.
 */
revision: number, 
/**
 * What the user calls it.
 */
name: string, 
/**
 * Its folder.
 */
folder: string, 
/**
 * Whether it still lives where MuVi Studio keeps projects that were never saved under a name.
 */
unnamed: boolean, 
/**
 * Whether all changes are in the saved file (they are always in the journal).
 */
saved: boolean, 
/**
 * The picture.
 */
video: VideoView, 
/**
 * Samples per second of all sound in the project.
 */
sampleRate: number, 
/**
 * Length of the picture in samples.
 */
samples: number, 
/**
 * Whether cuts, curves and attention are there.
 */
analysed: boolean, 
/**
 * Shot changes.
 */
cuts: Array<CutView>, 
/**
 * Hit points, found and set.
 */
hits: Array<HitView>, 
/**
 * What the user drew over the picture's intensity.
 */
intensity: IntensityView, 
/**
 * Spans with music.
 */
cues: Array<CueView>, 
/**
 * The style for the next take.
 */
style: StyleView, 
/**
 * Settings for the next take.
 */
settings: TakeSettings, 
/**
 * How all is mixed.
 */
mix: MixView, 
/**
 * The gain drawn over the temp track: points `[frame, dB]`, straight lines between; empty is 0 dB.
 */
tempAutomation: Array<[number, number]>, 
/**
 * Where the temp track has speech: first frames and those after the last; empty until it is known.
 */
speech: Array<[number, number]>, 
/**
 * The loop: first frame and the one after its last.
 */
loopRange: [number, number] | null, 
/**
 * What undo would take back, in words; `None` if there is nothing.
 */
undo: string | null, 
/**
 * What redo would do again, in words.
 */
redo: string | null, 
/**
 * What the user should know about this project (takes that are missing, and so on).
 */
problems: Array<ProblemView>, };

export type ProblemView = { 
/**
 * For the window to act on: `video_missing`, `video_changed`, `takes_missing`, `read_only`, `recovered`, ...
 */
code: string, 
/**
 * One sentence.
 */
message: string, };

export type VideoView = { 
/**
 * Where it is.
 */
path: string, 
/**
 * Its file name.
 */
name: string, 
/**
 * Part of all URLs of its pictures; another file has another key.
 */
key: string, 
/**
 * Width in pixels, as shown.
 */
width: number, 
/**
 * Height in pixels, as shown.
 */
height: number, 
/**
 * Frames per second, numerator and denominator.
 */
rate: [number, number], 
/**
 * Whether timecode counts with drop frames.
 */
dropFrame: boolean, 
/**
 * Number of frames.
 */
frames: number, 
/**
 * Length in seconds.
 */
durationS: number, 
/**
 * Codec of the picture.
 */
codec: string, 
/**
 * Codec, rate and channels of its sound, `None` without sound.
 */
sound: string | null, 
/**
 * Whether frames don't come at even times in the file.
 */
variableRate: boolean, 
/**
 * Whether the file is gone.
 */
missing: boolean, 
/**
 * Ticks per second of attention and curves.
 */
analysisRate: [number, number], 
/**
 * Patch grid of the attention, columns and rows.
 */
grid: [number, number], };

export type CutView = { 
/**
 * First frame of the new shot.
 */
frame: number, 
/**
 * 0..1.
 */
strength: number, 
/**
 * How the shot changes.
 */
kind: CutKind, };

export type CutKind = "hard" | "dissolve" | "fade";

export type HitView = { 
/**
 * Its number in the project.
 */
id: number, 
/**
 * Where.
 */
frame: number, 
/**
 * 0..1.
 */
strength: number, 
/**
 * Where it comes from.
 */
origin: HitOrigin, 
/**
 * The user's name for it.
 */
name: string | null, 
/**
 * Whether another analysis or a slip of the mouse leaves it alone.
 */
locked: boolean, 
/**
 * How the take in use landed on it; `None` without a take.
 */
landing: LandingView | null, };

export type HitOrigin = "cut" | "found" | "user";

export type LandingView = { 
/**
 * Whether an onset of the music lies within 70 ms.
 */
landed: boolean, 
/**
 * Distance of the nearest onset in milliseconds, positive if it comes late; `None` if there's none within 500 ms.
 */
missMs: number | null, };

export type IntensityView = { 
/**
 * Points `[frame, value 0..1]` in order; straight lines between them rule from the first to the last,
 * the picture's curve before and after. Empty: the picture's curve everywhere.
 */
drawn: Array<[number, number]>, };

export type CueView = { 
/**
 * Its number in the project.
 */
id: number, 
/**
 * What the user calls it.
 */
name: string, 
/**
 * First frame and the one after its last.
 */
span: [number, number], 
/**
 * Length of the fade-in in samples.
 */
fadeIn: number, 
/**
 * Length of the fade-out in samples.
 */
fadeOut: number, 
/**
 * Shape of the fade-in.
 */
fadeInCurve: FadeCurve, 
/**
 * Shape of the fade-out.
 */
fadeOutCurve: FadeCurve, 
/**
 * The fades that are heard, in samples: where cues overlap they cross-fade.
 */
heardFades: [number, number], 
/**
 * Gain in dB.
 */
gainDb: number, 
/**
 * The gain drawn over it: points `[frame of the timeline, dB]`, straight lines between; empty is 0 dB.
 */
automation: Array<[number, number]>, 
/**
 * The take in use.
 */
take: number | null, 
/**
 * All takes, oldest first.
 */
takes: Array<TakeView>, };

export type TakeView = { 
/**
 * Its number in the project.
 */
id: number, 
/**
 * What the user calls it, "Take 3" at first.
 */
name: string, 
/**
 * Whether the user likes it.
 */
favourite: boolean, 
/**
 * When it was made, milliseconds since 1970.
 */
madeAt: number, 
/**
 * Name of its style.
 */
style: string, 
/**
 * Its settings, with the seed that was used.
 */
settings: TakeSettings, 
/**
 * Beats per minute of its longest part.
 */
bpm: number, 
/**
 * Execution provider that made it.
 */
provider: string, 
/**
 * First frame of its music and the one after its last.
 */
span: [number, number], 
/**
 * Its length in samples.
 */
samples: number, 
/**
 * Its loudness as made, in LUFS; all takes are played at the same loudness.
 */
lufs: number | null, 
/**
 * How loud it is played, in LUFS: that of all takes, or less where its peaks allow no more.
 */
playedLufs: number | null, 
/**
 * The section that was made anew, and in which take; `None` for a whole cue.
 */
section: SectionView | null, 
/**
 * Whether its files are gone.
 */
missing: boolean, };

export type FadeCurve = "linear" | "equal_power" | "s_curve" | "slow";

export type SectionView = { 
/**
 * The take that it was made in.
 */
of: number, 
/**
 * First frame and the one after its last.
 */
span: [number, number], };

export type TakeSettings = { 
/**
 * The seed; `None` chooses a new one for each take.
 */
seed: number | null, 
/**
 * Scales the intensity, 0..2.
 */
intensity: number, 
/**
 * The tempo.
 */
pace: Pace, 
/**
 * Guidance, 0..10; `None` for the pack's own.
 */
guidance: number | null, 
/**
 * Solver steps, 1..100; `None` for the pack's own.
 */
steps: number | null, };

export type Pace = { "kind": "auto" } | { "kind": "relative", "value": number } | { "kind": "bpm", "value": number };

export type StyleView = { "kind": "auto" } | { "kind": "palette", 
/**
 * Its id.
 */
id: string, } | { "kind": "clip", 
/**
 * The file.
 */
path: string, 
/**
 * From where in the file, in seconds; `None` lets the program choose the part.
 */
from_s: number | null, };

export type MixView = { 
/**
 * The music.
 */
music: TrackView, 
/**
 * The video's own sound.
 */
temp: TrackView, 
/**
 * Whether the music goes down under the temp track, and how.
 */
ducking: DuckingView, 
/**
 * Gain over everything in dB, -60..12.
 */
masterDb: number, 
/**
 * Loudness that each take is brought to, in LUFS, -40..-6.
 */
musicLufs: number, 
/**
 * What the mix is delivered at.
 */
delivery: DeliveryView, };

export type DeliveryView = { 
/**
 * Integrated loudness in LUFS, -40..-6; `None` leaves it as it is mixed.
 */
targetLufs: number | null, 
/**
 * The true peak that is never passed, in dBTP, -9..0.
 */
ceilingDbtp: number, };

export type TrackView = { 
/**
 * Gain in dB, -60..12; -60 is silence.
 */
gainDb: number, 
/**
 * Not heard.
 */
mute: boolean, 
/**
 * Only tracks with solo are heard, if there's one.
 */
solo: boolean, };

export type DuckingView = { 
/**
 * Whether it does.
 */
on: boolean, 
/**
 * What it listens for.
 */
by: DuckBy, 
/**
 * From this level of the temp track on, in dBFS, -80..0.
 */
thresholdDb: number, 
/**
 * By how much, in dB, 0..40.
 */
depthDb: number, 
/**
 * From full to lowered, in milliseconds.
 */
attackMs: number, 
/**
 * Stays lowered for, in milliseconds.
 */
holdMs: number, 
/**
 * From lowered to full, in milliseconds.
 */
releaseMs: number, 
/**
 * Starts this much before, in milliseconds.
 */
lookAheadMs: number, };

export type DuckBy = "speech" | "level";

export type Edit = { "edit": "add_hit", 
/**
 * Where.
 */
frame: number, 
/**
 * Its name.
 */
name: string | null, } | { "edit": "move_hit", 
/**
 * Which.
 */
id: number, 
/**
 * Where to.
 */
frame: number, } | { "edit": "remove_hit", 
/**
 * Which.
 */
id: number, } | { "edit": "rename_hit", 
/**
 * Which.
 */
id: number, 
/**
 * `None` takes the name away.
 */
name: string | null, } | { "edit": "lock_hit", 
/**
 * Which.
 */
id: number, 
/**
 * Whether it is locked from now on.
 */
locked: boolean, } | { "edit": "set_hit_strength", 
/**
 * Which.
 */
id: number, 
/**
 * 0..1.
 */
strength: number, } | { "edit": "set_intensity", 
/**
 * Points `[frame, value]`.
 */
drawn: Array<[number, number]>, } | { "edit": "add_cue", 
/**
 * First frame and the one after its last.
 */
span: [number, number], 
/**
 * Its name; `None` numbers it.
 */
name: string | null, } | { "edit": "remove_cue", 
/**
 * Which.
 */
cue: number, } | { "edit": "set_cue_span", 
/**
 * Which.
 */
cue: number, 
/**
 * First frame and the one after its last.
 */
span: [number, number], } | { "edit": "set_cue_fades", 
/**
 * Which.
 */
cue: number, 
/**
 * Fade-in.
 */
fadeIn: number, 
/**
 * Fade-out.
 */
fadeOut: number, 
/**
 * Shape of the fade-in; `None` leaves it.
 */
inCurve: FadeCurve | null, 
/**
 * Shape of the fade-out; `None` leaves it.
 */
outCurve: FadeCurve | null, } | { "edit": "set_cue_automation", 
/**
 * Which.
 */
cue: number, 
/**
 * Points `[frame, dB]`; frames rise strictly, dB -60..12.
 */
points: Array<[number, number]>, } | { "edit": "set_temp_automation", 
/**
 * Points `[frame, dB]`; frames rise strictly, dB -60..12.
 */
points: Array<[number, number]>, } | { "edit": "set_cue_gain", 
/**
 * Which.
 */
cue: number, 
/**
 * In dB, -60..12.
 */
gainDb: number, } | { "edit": "rename_cue", 
/**
 * Which.
 */
cue: number, 
/**
 * The name.
 */
name: string, } | { "edit": "use_take", 
/**
 * Which cue.
 */
cue: number, 
/**
 * Its take; `None` for silence.
 */
take: number | null, } | { "edit": "rename_take", 
/**
 * Which.
 */
take: number, 
/**
 * The name.
 */
name: string, } | { "edit": "favour_take", 
/**
 * Which.
 */
take: number, 
/**
 * Whether it is liked.
 */
favourite: boolean, } | { "edit": "remove_take", 
/**
 * Which.
 */
take: number, } | { "edit": "set_style", 
/**
 * The style.
 */
style: StyleView, } | { "edit": "set_settings", 
/**
 * All settings.
 */
settings: TakeSettings, } | { "edit": "set_mix", 
/**
 * The whole mix.
 */
mix: MixView, } | { "edit": "set_loop", 
/**
 * First frame and the one after its last.
 */
span: [number, number] | null, };

export type JobView = { 
/**
 * Its number.
 */
id: number, 
/**
 * What it does.
 */
kind: JobKind, 
/**
 * The running phase in words ("Watching the picture").
 */
phase: string, 
/**
 * Number of the phase, from 1.
 */
step: number, 
/**
 * Number of phases.
 */
steps: number, 
/**
 * How much of the phase is done, 0..1.
 */
fraction: number, 
/**
 * Seconds until the phase ends, once that can be told.
 */
etaS: number | null, 
/**
 * Where it stands.
 */
state: JobState, 
/**
 * Why it failed.
 */
error: ApiError | null, 
/**
 * What the user should know though it goes on.
 */
warnings: Array<string>, 
/**
 * The execution provider in use, once known.
 */
provider: ProviderView | null, 
/**
 * The cue that gets a take.
 */
cue: number | null, 
/**
 * The take in the making (or made): its id is valid in URLs of peaks from the first samples on.
 */
take: number | null, 
/**
 * The frames that the take covers: first and the one after its last.
 */
span: [number, number] | null, 
/**
 * Samples of the take that can be heard.
 */
readySamples: number, 
/**
 * The file that was written.
 */
output: string | null, 
/**
 * What an export measured, in words ("-16.1 LUFS, -1.2 dBTP").
 */
result: string | null, 
/**
 * What was measured of the mix.
 */
measure: MixMeasure | null, };

export type JobKind = "analyse" | "generate" | "regenerate" | "export" | "measure" | "page";

export type JobState = "waiting" | "running" | "done" | "failed" | "cancelled";

export type ProviderView = { 
/**
 * The one in use.
 */
used: string, 
/**
 * Those that failed before it, with why.
 */
fellBack: Array<[string, string]>, };

export type ApiError = { 
/**
 * A stable word where the window acts on it, else `failed`.
 */
code: string, 
/**
 * Says what is wrong, where, and what to do.
 */
message: string, 
/**
 * The chain of causes, for whoever looks closer.
 */
details: string | null, };

export type Forecast = { 
/**
 * How long it would take, in seconds, once this machine's speed is known.
 */
seconds: number | null, 
/**
 * Name of the style that would be used.
 */
style: string, 
/**
 * Why it can't be done now, in words.
 */
obstacle: string | null, };

export type ExportRequest = { 
/**
 * The file; its extension decides the container. For stems the folder.
 */
path: string, 
/**
 * What it is made of.
 */
what: ExportWhat, 
/**
 * How sound is stored; `None` for what suits the container.
 */
codec: SoundCodec | null, 
/**
 * The sound tracks of a video, in order, or the stems; a sound file has the first.
 */
tracks: Array<Bus>, 
/**
 * Only the loop.
 */
loopOnly: boolean, 
/**
 * Loudness to reach, in LUFS, -40..-6; `None` leaves it as it is mixed.
 */
targetLufs: number | null, 
/**
 * The true peak that is never passed, in dBTP, -9..0.
 */
ceilingDbtp: number, 
/**
 * Whether files of that name are replaced.
 */
overwrite: boolean, };

export type ExportWhat = "video" | "sound" | "stems";

export type SoundCodec = "aac" | "opus" | "flac" | "alac" | "pcm" | "pcm16" | "pcm_float";

export type Bus = "mix" | "music" | "temp";

export type ExportPreset = { 
/**
 * What the user calls it; no two have the same.
 */
name: string, 
/**
 * Whether it ships with the program: it stays as it is.
 */
builtIn: boolean, 
/**
 * What an export is made of.
 */
what: ExportWhat, 
/**
 * Extension of the file, without a dot; `None` for what suits the video.
 */
extension: string | null, 
/**
 * How sound is stored.
 */
codec: SoundCodec | null, 
/**
 * The sound tracks.
 */
tracks: Array<Bus>, 
/**
 * Only the loop.
 */
loopOnly: boolean, 
/**
 * Loudness to reach, in LUFS.
 */
targetLufs: number | null, 
/**
 * The true peak that is never passed, in dBTP.
 */
ceilingDbtp: number, };

export type ExportForecast = { 
/**
 * The file, with the extension that fits; for stems the folder.
 */
path: string, 
/**
 * All files.
 */
files: Array<string>, 
/**
 * Whether there's a file of that name.
 */
exists: boolean, 
/**
 * What becomes of the picture, in words ("h264, copied, not re-encoded").
 */
picture: string, 
/**
 * What becomes of the sound, in words ("AAC, 44.1 kHz, stereo, 256 kbit/s").
 */
sound: string, 
/**
 * What becomes of the loudness, in words.
 */
loudness: string, 
/**
 * About how large it will be, in bytes.
 */
bytes: number | null, 
/**
 * What is left out or worth knowing.
 */
notes: Array<string>, 
/**
 * Why it can't be written like this, in words.
 */
obstacle: string | null, };

export type MixMeasure = { 
/**
 * Integrated loudness in LUFS; `None` for silence.
 */
lufs: number | null, 
/**
 * Loudness range in LU.
 */
rangeLu: number, 
/**
 * True peak in dBTP; `None` for silence.
 */
truePeakDbtp: number | null, 
/**
 * What ducking does; `None` without speech.
 */
speech: SpeechMeasure | null, };

export type SpeechMeasure = { 
/**
 * Seconds of speech.
 */
seconds: number, 
/**
 * Loudness of the temp track in it, in LUFS; `None` for silence.
 */
speechLufs: number | null, 
/**
 * Loudness of the music in it, in LUFS; `None` for silence.
 */
musicLufs: number | null, 
/**
 * How far the music went down on the average, in dB, 0 or more.
 */
duckingDb: number, };

export type HandOverRequest = { 
/**
 * The folder in which the folder of the hand-over is made.
 */
folder: string, 
/**
 * In which forms; none for all.
 */
formats: Array<HandOverFormat>, 
/**
 * Whether files of that name are replaced.
 */
overwrite: boolean, };

export type HandOverFormat = "otio" | "fcpxml" | "edl" | "csv" | "midi" | "cue_sheet";

export type HandOverView = { 
/**
 * The folder.
 */
folder: string, 
/**
 * All files in it.
 */
files: Array<string>, 
/**
 * What a form could not carry.
 */
notes: Array<string>, };

export type PageRequest = { 
/**
 * The folder to write.
 */
folder: string, 
/**
 * Takes to show; empty for those in use.
 */
takes: Array<number>, 
/**
 * Results of other systems.
 */
others: Array<PageOther>, 
/**
 * Whether the video's own sound is shown as the reference.
 */
reference: boolean, 
/**
 * Whether a page of that name is replaced.
 */
overwrite: boolean, };

export type PageOther = { 
/**
 * What it is called.
 */
name: string, 
/**
 * An audio or video file.
 */
path: string, };

export type TakeMeasures = { 
/**
 * The take.
 */
take: number, 
/**
 * Measures, in order.
 */
rows: Array<MeasureRow>, 
/**
 * Where the music landed on cuts and hit points, in order of time.
 */
landings: Array<LandingRow>, };

export type MeasureRow = { 
/**
 * A stable word.
 */
id: string, 
/**
 * What people call it.
 */
name: string, 
/**
 * The value in words, with its unit; says why where there is none.
 */
text: string, 
/**
 * What is best, in words.
 */
ideal: string | null, 
/**
 * What music shifted at random reaches, in words.
 */
chance: string | null, 
/**
 * What it means, in a sentence.
 */
help: string, };

export type LandingRow = { 
/**
 * The moment.
 */
frame: number, 
/**
 * `cut` or `hit`.
 */
kind: string, 
/**
 * The user's name for it.
 */
name: string | null, 
/**
 * Whether an onset lies within 70 ms.
 */
landed: boolean, 
/**
 * Distance of the nearest onset in milliseconds, positive if it comes late; `None` if there's none near.
 */
missMs: number | null, 
/**
 * The same in frames.
 */
missFrames: number | null, };

export type Tick = { 
/**
 * When this held, in milliseconds since 1970: a tick takes its time to the window.
 */
atMs: number, 
/**
 * The sample that was heard then (the latency of the device is taken off).
 */
sample: number, 
/**
 * The frame that belongs to it.
 */
frame: number, 
/**
 * Whether it plays.
 */
playing: boolean, 
/**
 * Speed: 1 normal, 2 double, -1 backwards.
 */
speed: number, 
/**
 * True peak of left and right since the last tick, in dBFS, -90 for silence.
 */
peakDb: [number, number], 
/**
 * Momentary loudness (400 ms) in LUFS, -90 for silence.
 */
momentaryLufs: number, 
/**
 * Short-term loudness (3 s) in LUFS.
 */
shortTermLufs: number, 
/**
 * How far the music is lowered now, in dB, 0 or more.
 */
duckingDb: number, 
/**
 * The take that is auditioned in place of the one in use.
 */
audition: number | null, 
/**
 * Where the style clip that plays by itself is, in seconds of its file; `None` while none plays.
 */
clipS: number | null, 
/**
 * Why there's no sound, in words.
 */
problem: string | null, };

export type TransportCommand = { "kind": "play" } | { "kind": "pause" } | { "kind": "toggle" } | { "kind": "seek", 
/**
 * The frame.
 */
frame: number, } | { "kind": "step", 
/**
 * How many, negative for back.
 */
frames: number, } | { "kind": "shuttle", 
/**
 * The speed; 0 stops.
 */
speed: number, } | { "kind": "scrub", 
/**
 * The frame.
 */
frame: number, } | { "kind": "scrub_end" } | { "kind": "loop", 
/**
 * On or off.
 */
on: boolean, };

export type DeviceView = { 
/**
 * What it is chosen by.
 */
id: string, 
/**
 * What the user reads.
 */
name: string, 
/**
 * Whether it is the system's default.
 */
default: boolean, };

export type AppView = { 
/**
 * Version of MuVi Studio.
 */
version: string, 
/**
 * The model pack in use; `None` if none could be opened.
 */
pack: PackView | null, 
/**
 * Why there's no pack, or no ONNX Runtime, or no ffmpeg.
 */
problems: Array<ApiError>, 
/**
 * Execution providers that can be chosen: `auto`, `cpu`, ...
 */
providers: Array<string>, 
/**
 * What the user has set.
 */
settings: Settings, 
/**
 * Projects opened before, the last one first.
 */
recents: Array<RecentView>, 
/**
 * Whether the sample video is there.
 */
sample: boolean, 
/**
 * The open project.
 */
project: ProjectView | null, 
/**
 * Jobs that run or wait.
 */
jobs: Array<JobView>, 
/**
 * Sets of choices for exports: those that ship first.
 */
exportPresets: Array<ExportPreset>, 
/**
 * Sets of choices for ducking.
 */
duckingPresets: Array<DuckingPreset>, 
/**
 * `linux`, `macos` or `windows`.
 */
platform: string, };

export type PackView = { 
/**
 * Name.
 */
name: string, 
/**
 * Version.
 */
version: string, 
/**
 * What the user reads.
 */
title: string, 
/**
 * One sentence.
 */
description: string, 
/**
 * Licence of its weights.
 */
licence: string, 
/**
 * Its style palette.
 */
styles: Array<PaletteStyle>, 
/**
 * Default solver steps.
 */
steps: number, 
/**
 * Default guidance.
 */
guidance: number, };

export type DuckingPreset = { 
/**
 * A stable word.
 */
id: string, 
/**
 * What people call it.
 */
name: string, 
/**
 * The choices.
 */
settings: DuckingView, };

export type PaletteStyle = { 
/**
 * Its id.
 */
id: string, 
/**
 * What the user reads.
 */
name: string, 
/**
 * One sentence.
 */
description: string, 
/**
 * Length in seconds.
 */
seconds: number, };

export type RecentView = { 
/**
 * What the user calls it.
 */
name: string, 
/**
 * Its folder.
 */
folder: string, 
/**
 * File name of its video.
 */
video: string, 
/**
 * When it was open last, milliseconds since 1970.
 */
openedAt: number, 
/**
 * Whether the folder is gone.
 */
missing: boolean, };

export type Settings = { 
/**
 * Look of the window.
 */
theme: Theme, 
/**
 * Language of the window, a BCP 47 tag.
 */
language: string, 
/**
 * Output device; `None` for the system's default.
 */
device: string | null, 
/**
 * Execution provider, `auto` or one of `AppView::providers`.
 */
provider: string, 
/**
 * Folder of a model pack; `None` for the one that ships.
 */
pack: string | null, 
/**
 * Most that the cache may hold, in megabytes.
 */
cacheMb: number, 
/**
 * Whether a system notification tells when a long job ends while the window is not in front.
 */
notify: boolean, 
/**
 * What the window remembers of itself (sizes of panels, zoom), as JSON that only the window reads.
 */
layout: string, };

export type Theme = "dark" | "light" | "system";

export type TakePlan = { 
/**
 * The take.
 */
take: number, 
/**
 * Beats in order: `[time in seconds from the picture's start, bar from 1, beat in it from 1]`.
 */
beats: Array<[number, number, number]>, 
/**
 * Chords: start in seconds and name ("Am").
 */
chords: Array<ChordView>, 
/**
 * Key in words ("A minor").
 */
key: string, };

export type ChordView = { 
/**
 * When it starts, in seconds from the picture's start.
 */
startS: number, 
/**
 * Its name.
 */
name: string, };

export type Notice = { 
/**
 * `info`, `warning` or `error`.
 */
level: string, 
/**
 * What.
 */
error: ApiError, };

