//! Each sound of a page goes the same way: to as many samples as the picture has, and through the same ears.

use std::path::Path;

use muvi_media::audio::AudioReader;
use muvi_media::wav::{WavReader, WavWriter};
use muvi_media::{MediaInfo, Tools, probe};
use muvi_playback::{Bus, Programme, Renderer, Source, SourceError};
use muvi_timeline::{FadeCurve, Mix, TempTrack, TrackMix};

use super::steps::Steps;
use crate::compose::{Ears, Heard};
use crate::error::{Error, StyleProblem};
use crate::level::{self, Aim, Plain};

const BLOCK: usize = 1 << 14;
/// Loudness of our music, as `muvi score` makes it.
const TARGET_LUFS: f64 = -16.0;
/// AAC overshoots the samples that it was given; this leaves it room.
const CEILING_DBTP: f32 = -1.5;
const GAINS_DB: (f64, f64) = (-40.0, 24.0);
const FADE_IN_S: f64 = 0.005;
const FADE_OUT_S: f64 = 0.4;

/// Reads the next samples into both planes and says how many.
type Reads<'a> = dyn FnMut([&mut [f32]; 2]) -> Result<usize, Error> + 'a;

/// The clock of a page's sounds.
#[derive(Clone, Copy)]
pub(super) struct Length {
    pub(super) hz: u32,
    pub(super) samples: u64,
}

/// A take of ours at the level of a score, into `wav`; it starts `at` samples into the picture.
pub(super) fn ours(
    take: &Path,
    at: u64,
    [lufs, peak]: [Option<f64>; 2],
    length: Length,
    wav: &Path,
    steps: &mut Steps<'_>,
) -> Result<Heard, Error> {
    let open = || -> Result<Box<dyn Source + Send>, Error> {
        let mut reader = WavReader::open(take).map_err(|source| Error::WorkFile {
            path: wav.to_path_buf(),
            source,
        })?;
        let mut silence = usize::try_from(at).unwrap_or(usize::MAX);
        Ok(Box::new(move |[left, right]: [&mut [f32]; 2]| {
            let count = silence.min(left.len());
            left[..count].fill(0.0);
            right[..count].fill(0.0);
            silence -= count;
            // In one go: less than was asked for is the end.
            let read = reader.read([&mut left[count..], &mut right[count..]])?;
            Ok::<usize, SourceError>(count + read)
        }))
    };
    let samples = |seconds: f64| (seconds * f64::from(length.hz)).round() as u64;
    let mut mix = Mix {
        music: TrackMix {
            gain_db: 0.0,
            fade_in: samples(FADE_IN_S),
            fade_out: samples(FADE_OUT_S).min(length.samples / 8),
            curve: FadeCurve::EqualPower,
        },
        temp: TempTrack::Mute,
        ceiling_dbtp: CEILING_DBTP,
        ..Mix::default()
    };
    if let (Some(lufs), Some(dbtp)) = (lufs, peak) {
        let aim = Aim {
            target: TARGET_LUFS,
            ceiling: f64::from(CEILING_DBTP),
            gains: GAINS_DB.0..=GAINS_DB.1,
        };
        let reached = level::find(Plain { lufs, dbtp }, &aim, &mut |gain_db| {
            let mut moved = mix;
            moved.music.gain_db = gain_db as f32;
            let mut tell = |_: f64| steps.check();
            let heard = level::loudness_of(open()?, &moved, length.hz, length.samples, &mut tell)?;
            Ok(heard.integrated_lufs)
        })?;
        mix.music.gain_db = reached.gain_db as f32;
    } else if let Some(lufs) = lufs {
        mix.music.gain_db = (TARGET_LUFS - lufs).clamp(GAINS_DB.0, GAINS_DB.1) as f32;
    }
    let mut renderer = Renderer::new(open()?, None, &mix, length.hz, length.samples)?;
    record(&mut |planes| Ok(renderer.render(planes)?), length, wav, steps)
}

/// The music of a project as it is mixed there, into `wav`.
pub(super) fn mixed(
    programme: &Programme,
    length: Length,
    wav: &Path,
    steps: &mut Steps<'_>,
) -> Result<Heard, Error> {
    let mut renderer = programme.bus(Bus::Music, 0)?;
    record(&mut |planes| Ok(renderer.render(planes)?), length, wav, steps)
}

/// A video's own sound, on the clock of its picture, into `wav`; `None` where it has none.
pub(super) fn own(
    tools: &Tools,
    info: &MediaInfo,
    length: Length,
    wav: &Path,
    steps: &mut Steps<'_>,
) -> Result<Option<Heard>, Error> {
    let Some(stream) = info.main_audio() else {
        return Ok(None);
    };
    let mut reader = AudioReader::open_video(tools, info, stream, length.hz)?;
    record(&mut |planes| Ok(reader.read(planes)?), length, wav, steps).map(Some)
}

/// Another system's music into `wav`: that of a video on the clock of its picture, that of an audio file from its start.
pub(super) fn other(
    tools: &Tools,
    path: &Path,
    length: Length,
    wav: &Path,
    steps: &mut Steps<'_>,
) -> Result<Heard, Error> {
    let wrap = |error| Error::Music {
        path: path.to_path_buf(),
        problem: StyleProblem::Audio(error),
    };
    // What has no picture is no video, and its sound starts where it starts.
    let video = probe(tools, path).ok();
    let with_sound = video
        .as_ref()
        .and_then(|info| info.main_audio().map(|stream| (info, stream)));
    let mut reader = match with_sound {
        Some((info, stream)) => AudioReader::open_video(tools, info, stream, length.hz).map_err(wrap)?,
        None => AudioReader::open_file(tools, path, length.hz, Some(length.samples)).map_err(wrap)?,
    };
    record(
        &mut |planes| reader.read(planes).map_err(wrap),
        length,
        wav,
        steps,
    )
}

/// Writes exactly as many samples as the picture has: what is longer is cut, what is shorter is followed by silence.
fn record(source: &mut Reads<'_>, length: Length, wav: &Path, steps: &mut Steps<'_>) -> Result<Heard, Error> {
    let failed = |source| Error::WorkFile {
        path: wav.to_path_buf(),
        source,
    };
    let mut writer = WavWriter::create(wav, length.hz, false).map_err(failed)?;
    let mut ears = Ears::new(length.hz)?;
    let (mut left, mut right) = (vec![0.0; BLOCK], vec![0.0; BLOCK]);
    let (mut done, mut ended) = (0, false);
    while done < length.samples {
        steps.check()?;
        let count = usize::try_from(length.samples - done).unwrap_or(BLOCK).min(BLOCK);
        let mut read = 0;
        while read < count && !ended {
            let got = source([&mut left[read..count], &mut right[read..count]])?;
            ended = got == 0;
            read += got;
        }
        left[read..count].fill(0.0);
        right[read..count].fill(0.0);
        let planes = [&left[..count], &right[..count]];
        writer.write(planes).map_err(failed)?;
        ears.hear(planes)?;
        done += count as u64;
    }
    writer.finish().map_err(failed)?;
    ears.finish()
}
