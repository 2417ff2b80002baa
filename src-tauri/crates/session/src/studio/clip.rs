//! Style clips by themselves: played beside the picture, and drawn so that the part that counts can be chosen.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use muvi_media::Tools;
use muvi_media::audio::AudioReader;
use muvi_playback::{Source, SourceError};
use muvi_scoring::pack::Pack;
use muvi_timeline::Style;

use super::view::AssetReply;
use super::{Fault, Studio};

/// Samples per second of a clip that is played, in Hz.
const PLAYED_HZ: u32 = 44_100;
/// A clip is drawn from sound at this rate, in Hz: peaks need no more.
const DRAWN_HZ: u32 = 8000;
/// Peaks that are kept for each second of a clip.
const PEAKS_HZ: usize = 100;
/// Clips whose peaks are kept.
const KEPT: usize = 4;
/// As much of a clip is drawn, in seconds; no longer one is taken.
const DRAWN_S: usize = 30 * 60;
/// What is read lies this far ahead of what is heard.
const AHEAD: Duration = Duration::from_millis(120);
/// The engine needs no longer than this to begin.
const BEGINS_WITHIN: Duration = Duration::from_millis(400);

/// Where a clip comes from and when it was changed last.
type Mark = (PathBuf, Option<SystemTime>);
/// Lowest and highest value in each hundredth of a second.
type Wave = Arc<[[i8; 2]]>;

/// The clip that plays, and clips that were drawn.
#[derive(Default)]
pub(super) struct Clips {
    playing: Mutex<Option<Playing>>,
    drawn: Mutex<Vec<(Mark, Wave)>>,
}

struct Playing {
    from_s: f64,
    begun: Instant,
    read: Arc<AtomicU64>,
}

impl Clips {
    fn playing(&self) -> MutexGuard<'_, Option<Playing>> {
        self.playing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the clip is that plays, in seconds of its file; `auditioning` is what the engine says.
    pub(super) fn position_s(&self, auditioning: bool) -> Option<f64> {
        let mut place = self.playing();
        let playing = place.as_ref()?;
        if !auditioning && playing.begun.elapsed() > BEGINS_WITHIN {
            *place = None;
            return None;
        }
        let read_s = playing.read.load(Ordering::Relaxed) as f64 / f64::from(PLAYED_HZ);
        Some(playing.from_s + (read_s - AHEAD.as_secs_f64()).max(0.0))
    }
}

impl Studio {
    /// Plays a style clip by itself; the picture stands still.
    ///
    /// # Errors
    /// If there is no such clip or it can't be read.
    pub fn play_style(&self, style: &Style) -> Result<(), Fault> {
        let (path, from_s) = self.style_file(style)?;
        let tools = Tools::locate().map_err(Fault::because)?;
        let mut reader = AudioReader::open_file(&tools, &path, PLAYED_HZ, None).map_err(Fault::because)?;
        skip(&mut reader, (from_s * f64::from(PLAYED_HZ)) as u64)?;
        let engine = self.engine()?;
        let read = Arc::new(AtomicU64::new(0));
        *self.0.clips.playing() = Some(Playing {
            from_s,
            begun: Instant::now(),
            read: Arc::clone(&read),
        });
        let source: Box<dyn Source + Send> = Box::new(move |planes: [&mut [f32]; 2]| {
            let done = reader.read(planes).map_err(SourceError::from)?;
            read.fetch_add(done as u64, Ordering::Relaxed);
            Ok(done)
        });
        engine.audition(source, PLAYED_HZ);
        Ok(())
    }

    /// Stops the style clip.
    pub fn stop_style(&self) {
        *self.0.clips.playing() = None;
        if let Ok(engine) = self.engine() {
            engine.stop_audition();
        }
    }

    /// The waveform of a style clip: its length in seconds (f32, little endian), then for each of `columns` the lowest
    /// and the highest value (i8). Reads the whole file the first time.
    pub(super) fn clip_wave(&self, style: &Style, columns: usize) -> AssetReply {
        let Ok((path, _)) = self.style_file(style) else {
            return AssetReply::Unknown;
        };
        match self.wave(path) {
            Ok(wave) => AssetReply::Growing(columns_of(&wave, columns)),
            Err(fault) => AssetReply::Failed(fault.message),
        }
    }

    fn wave(&self, path: PathBuf) -> Result<Wave, Fault> {
        let changed = std::fs::metadata(&path).and_then(|data| data.modified()).ok();
        let mark = (path, changed);
        // Held while a file is read: whoever asks for the same one meanwhile waits for it.
        let mut drawn = self.0.clips.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, wave)) = drawn.iter().find(|(of, _)| *of == mark) {
            return Ok(Arc::clone(wave));
        }
        let tools = Tools::locate().map_err(Fault::because)?;
        let mut reader = AudioReader::open_file(&tools, &mark.0, DRAWN_HZ, None).map_err(Fault::because)?;
        let wave = draw(|planes| reader.read(planes).map_err(Fault::because))?;
        drawn.insert(0, (mark, Arc::clone(&wave)));
        drawn.truncate(KEPT);
        Ok(wave)
    }

    /// The file of a style and from where it counts, in seconds.
    fn style_file(&self, style: &Style) -> Result<(PathBuf, f64), Fault> {
        let request = self.0.desk.engine_request();
        let of_palette = |id: Option<&str>| -> Result<PathBuf, Fault> {
            let pack = Pack::locate(request.pack.as_deref()).and_then(|dir| Pack::open(&dir));
            let pack = pack.map_err(Fault::because)?;
            let first = pack.manifest().styles.first().map(|style| style.id.clone());
            let id = id.map(str::to_owned).or(first).unwrap_or_default();
            let entry = pack.style(&id).map_err(Fault::because)?;
            Ok(entry.path)
        };
        Ok(match style {
            Style::Auto => (of_palette(None)?, 0.0),
            Style::Palette { id } => (of_palette(Some(id))?, 0.0),
            Style::Clip { path, from } => (path.clone(), from.map_or(0.0, |from| from.as_secs_f64())),
        })
    }
}

/// Lowest and highest value of both channels in each hundredth of a second of a sound at [`DRAWN_HZ`].
fn draw(mut read: impl FnMut([&mut [f32]; 2]) -> Result<usize, Fault>) -> Result<Wave, Fault> {
    let step = DRAWN_HZ as usize / PEAKS_HZ;
    let (mut left, mut right) = (vec![0.0; step * PEAKS_HZ], vec![0.0; step * PEAKS_HZ]);
    let mut wave = Vec::new();
    while wave.len() < DRAWN_S * PEAKS_HZ {
        // Whole seconds, so that no hundredth is torn.
        let mut got = 0;
        while got < left.len() {
            let read = read([&mut left[got..], &mut right[got..]])?;
            if read == 0 {
                break;
            }
            got += read;
        }
        for (l, r) in left[..got].chunks(step).zip(right[..got].chunks(step)) {
            let all = || l.iter().chain(r).copied();
            let byte = |value: f32| (value.clamp(-1.0, 1.0) * 127.0).round() as i8;
            wave.push([byte(all().fold(0.0, f32::min)), byte(all().fold(0.0, f32::max))]);
        }
        if got < left.len() {
            break;
        }
    }
    Ok(wave.into())
}

fn columns_of(wave: &[[i8; 2]], columns: usize) -> Vec<u8> {
    let seconds = wave.len() as f32 / PEAKS_HZ as f32;
    let mut bytes = seconds.to_le_bytes().to_vec();
    for column in 0..columns {
        let from = column * wave.len() / columns;
        let to = ((column + 1) * wave.len() / columns)
            .max(from + 1)
            .min(wave.len());
        let part = wave.get(from..to).unwrap_or_default();
        let low = part.iter().map(|it| it[0]).min().unwrap_or(0);
        let high = part.iter().map(|it| it[1]).max().unwrap_or(0);
        bytes.extend([low, high].map(i8::cast_unsigned));
    }
    bytes
}

/// Reads on without listening.
fn skip(reader: &mut AudioReader, samples: u64) -> Result<(), Fault> {
    let (mut left, mut right) = (vec![0.0; 1 << 14], vec![0.0; 1 << 14]);
    let mut rest = usize::try_from(samples).unwrap_or(usize::MAX);
    while rest > 0 {
        let count = rest.min(left.len());
        let read = reader.read([&mut left[..count], &mut right[..count]]);
        let read = read.map_err(Fault::because)?;
        if read == 0 {
            break;
        }
        rest -= read;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wave_has_its_length_and_its_loud_places() {
        // Two and a half seconds: quiet, then loud on the right for half a second.
        let mut at = 0;
        let total = DRAWN_HZ as usize * 5 / 2;
        let mut read = |[left, right]: [&mut [f32]; 2]| -> Result<usize, Fault> {
            let count = left.len().min(777).min(total - at);
            for i in 0..count {
                left[i] = 0.1;
                right[i] = if at + i >= DRAWN_HZ as usize * 2 {
                    -0.9
                } else {
                    0.0
                };
            }
            at += count;
            Ok(count)
        };
        let wave = draw(&mut read).unwrap();
        assert_eq!(wave.len(), 250);
        let bytes = columns_of(&wave, 5);
        assert_eq!(f32::from_le_bytes(bytes[..4].try_into().unwrap()), 2.5);
        let columns: Vec<[i8; 2]> = bytes[4..]
            .chunks(2)
            .map(|it| [it[0] as i8, it[1] as i8])
            .collect();
        assert_eq!(columns, [[0, 13], [0, 13], [0, 13], [0, 13], [-114, 13]]);
        assert_eq!(columns_of(&[], 2), [0; 8]);
        assert_eq!(columns_of(&wave, 500).len(), 4 + 1000);
    }

    #[test]
    fn a_clip_that_ended_is_nowhere() {
        let clips = Clips::default();
        assert_eq!(clips.position_s(false), None);
        let read = Arc::new(AtomicU64::new(u64::from(PLAYED_HZ)));
        *clips.playing() = Some(Playing {
            from_s: 3.0,
            begun: Instant::now(),
            read,
        });
        assert_eq!(clips.position_s(true), Some(3.88));
        assert!(clips.position_s(false).is_some(), "the engine may not have begun");
        clips.playing().as_mut().unwrap().begun -= 2 * BEGINS_WITHIN;
        assert_eq!(clips.position_s(false), None);
        assert_eq!(clips.position_s(true), None, "it does not come back");
    }
}
