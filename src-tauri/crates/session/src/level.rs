//! Brings music to a loudness under a ceiling: by a gain that makes up for what the limiter takes.

use std::ops::RangeInclusive;
use std::panic::resume_unwind;
use std::path::Path;
use std::thread;

use muvi_media::loudness::{Loudness, LoudnessMeter};
use muvi_media::wav::WavReader;
use muvi_playback::{Renderer, Source, SourceError};
use muvi_timeline::{HELD_DB, Mix, Peaks, TempTrack, TrackMix};

use crate::error::Error;
use crate::progress::Progress;

/// Samples rendered at a time.
const BLOCK: usize = 1 << 14;
/// The limiter takes off this much of the highest peaks at most: with more the sound is not what was made.
pub(crate) const MOST_LIMITING_DB: f64 = HELD_DB[HELD_DB.len() - 1] as f64;
/// This near the goal is there, in LU.
pub(crate) const NEAR_LU: f64 = 0.1;
/// Passes with the limiter at most; mostly two are enough.
pub(crate) const PASSES: usize = 4;

/// Loudness and true peak of sound before any gain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Plain {
    pub(crate) lufs: f64,
    pub(crate) dbtp: f64,
}

impl Plain {
    /// `None` for silence.
    pub(crate) fn of(loudness: &Loudness) -> Option<Self> {
        Some(Self {
            lufs: loudness.integrated_lufs?,
            dbtp: loudness.true_peak_dbtp?,
        })
    }
}

/// What is to be reached.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Aim {
    /// In LUFS.
    pub(crate) target: f64,
    /// In dBTP.
    pub(crate) ceiling: f64,
    /// Gains that may be used, in dB.
    pub(crate) gains: RangeInclusive<f64>,
}

/// A gain and what comes of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Reached {
    /// In dB.
    pub(crate) gain_db: f64,
    /// The loudness under the ceiling, in LUFS.
    pub(crate) lufs: f64,
}

/// The gain that comes nearest to the aim. `heard` says what loudness a gain gives under the ceiling; it is asked at most
/// [`PASSES`] times, and not at all where no peak reaches the ceiling.
pub(crate) fn find(
    plain: Plain,
    aim: &Aim,
    heard: &mut dyn FnMut(f64) -> Result<Option<f64>, Error>,
) -> Result<Reached, Error> {
    let (low, high) = (*aim.gains.start(), *aim.gains.end());
    let most = (aim.ceiling + MOST_LIMITING_DB - plain.dbtp).min(high).max(low);
    let first = (aim.target - plain.lufs).clamp(low, most);
    let mut best = Reached {
        gain_db: first,
        lufs: plain.lufs + first,
    };
    if plain.dbtp + first <= aim.ceiling {
        return Ok(best);
    }
    let miss = |reached: &Reached| (aim.target - reached.lufs).abs();
    // The highest gain that leaves the peaks alone: its loudness is known.
    let mut before = Reached {
        gain_db: aim.ceiling - plain.dbtp,
        lufs: plain.lufs + aim.ceiling - plain.dbtp,
    };
    let mut gain_db = first;
    for pass in 0..PASSES {
        let Some(lufs) = heard(gain_db)? else { break };
        let now = Reached { gain_db, lufs };
        if pass == 0 || miss(&now) < miss(&best) {
            best = now;
        }
        let missing = aim.target - lufs;
        if missing.abs() <= NEAR_LU / 2.0 || (gain_db >= most && missing > 0.0) {
            break;
        }
        // How much of a gain arrives, as far as that was seen.
        let moved = now.gain_db - before.gain_db;
        let slope = if moved.abs() < 1e-3 {
            0.8
        } else {
            ((now.lufs - before.lufs) / moved).clamp(0.2, 1.0)
        };
        before = now;
        gain_db = (gain_db + missing / slope).clamp(low, most);
    }
    Ok(best)
}

/// The loudness of music alone with this mix; `tell` may end it.
pub(crate) fn loudness_of(
    music: Box<dyn Source + Send>,
    mix: &Mix,
    sample_rate: u32,
    length: u64,
    tell: &mut dyn FnMut(f64) -> Result<(), Error>,
) -> Result<Loudness, Error> {
    let alone = Mix {
        temp: TempTrack::Mute,
        ..*mix
    };
    let renderer = Renderer::new(music, None, &alone, sample_rate, length)?;
    measure(renderer, sample_rate, length, tell)
}

/// The loudness of the next `length` samples of a mix; `tell` hears how much is done, 0 to 1, and may end it.
pub(crate) fn measure(
    mut renderer: Renderer,
    sample_rate: u32,
    length: u64,
    tell: &mut dyn FnMut(f64) -> Result<(), Error>,
) -> Result<Loudness, Error> {
    let mut meter = LoudnessMeter::new(sample_rate)?;
    let (mut left, mut right) = (vec![0.0; BLOCK], vec![0.0; BLOCK]);
    let mut done = 0;
    while done < length {
        tell(done as f64 / length.max(1) as f64)?;
        let count = usize::try_from(length - done).unwrap_or(BLOCK).min(BLOCK);
        let made = renderer.render([&mut left[..count], &mut right[..count]])?;
        if made == 0 {
            break;
        }
        meter.add([&left[..made], &right[..made]])?;
        done += made as u64;
    }
    Ok(meter.report()?)
}

/// What the limiter takes of the loudness of a take, whose sound is in `wav`; `None` for silence. The running phase of
/// `progress` goes on with it.
pub(crate) fn peaks_of(
    wav: &Path,
    loudness: &Loudness,
    length: u64,
    progress: &mut Progress<'_>,
) -> Result<Option<Peaks>, Error> {
    let Some(plain) = Plain::of(loudness) else {
        return Ok(None);
    };
    let cancel = progress.cancel().clone();
    let lost = |held_db: f32, told: &mut dyn FnMut(f64)| -> Result<f32, Error> {
        let reader = WavReader::open(wav).map_err(|source| Error::WorkFile {
            path: wav.to_path_buf(),
            source,
        })?;
        let hz = reader.sample_rate();
        let gain_db = f64::from(held_db) - plain.dbtp;
        let mix = Mix {
            music: TrackMix {
                gain_db: gain_db as f32,
                ..TrackMix::default()
            },
            ceiling_dbtp: 0.0,
            ..Mix::default()
        };
        let mut tell = |part: f64| {
            told(part);
            if cancel.is_cancelled() {
                Err(Error::Cancelled)
            } else {
                Ok(())
            }
        };
        let heard = loudness_of(source(reader), &mix, hz, length, &mut tell)?;
        let lost = heard
            .integrated_lufs
            .map_or(0.0, |lufs| plain.lufs + gain_db - lufs);
        Ok(lost.clamp(0.0, f64::from(held_db)) as f32)
    };
    let [low, middle, high] = HELD_DB;
    let [a, b, c] = thread::scope(|scope| {
        let lost = &lost;
        // The passes are alike: one tells how far all of them are.
        let others = [low, middle].map(|held_db| scope.spawn(move || lost(held_db, &mut |_| {})));
        let last = lost(high, &mut |part| progress.at(part));
        let [a, b] = others.map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        [a, b, last]
    });
    Ok(Some(Peaks {
        dbtp: plain.dbtp as f32,
        lost_lu: [a?, b?, c?],
    }))
}

/// A file of ours as the music of a mix.
pub(crate) fn source(mut reader: WavReader) -> Box<dyn Source + Send> {
    Box::new(move |planes: [&mut [f32]; 2]| reader.read(planes).map_err(SourceError::from))
}

#[cfg(test)]
mod tests {
    use muvi_media::wav::WavWriter;
    use muvi_timeline::{Delivery, ProjectMix};

    use super::*;
    use crate::cancel::CancelToken;
    use crate::event::{Event, Phase};

    const HZ: u32 = 48_000;
    const LENGTH: u64 = 12 * HZ as u64;

    /// Drums over a quiet chord, or dense noise whose peaks stand everywhere; at `peak`.
    fn music(drums: bool, peak: f32) -> Vec<f32> {
        let mut seed = 1_u32;
        let mut last = [0.0; 2];
        // Fades out towards the highest frequency, as that of recordings does.
        let mut noise = move || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let now = (seed >> 8) as f32 / 8_388_608.0 - 1.0;
            let [before, middle] = last;
            last = [middle, now];
            (before + 2.0 * middle + now) / 4.0
        };
        let at = |i: u64| {
            let second = i as f32 / HZ as f32;
            let since = second % 0.25;
            let hit = (-since * 60.0).exp() * (1.0 - (-since * 2000.0).exp());
            let tone = |hz: f32| (std::f32::consts::TAU * hz * second).sin();
            if drums {
                hit * (tone(80.0) + noise()) * 0.45 + (tone(220.0) + tone(277.0) + tone(330.0)) * 0.033
            } else {
                noise().powi(41)
            }
        };
        let samples: Vec<f32> = (0..LENGTH).map(at).collect();
        let most = samples.iter().fold(0.0_f32, |most, it| most.max(it.abs()));
        samples.iter().map(|it| it / most * peak).collect()
    }

    fn written(folder: &Path, samples: &[f32]) -> std::path::PathBuf {
        let path = folder.join("take.wav");
        let mut writer = WavWriter::create(&path, HZ, true).unwrap();
        writer.write([samples, samples]).unwrap();
        writer.finish().unwrap();
        path
    }

    fn heard(path: &Path, gain_db: f64, ceiling: f64) -> Loudness {
        let mix = Mix {
            music: TrackMix {
                gain_db: gain_db as f32,
                ..TrackMix::default()
            },
            ceiling_dbtp: ceiling as f32,
            ..Mix::default()
        };
        loudness_of(
            source(WavReader::open(path).unwrap()),
            &mix,
            HZ,
            LENGTH,
            &mut |_| Ok(()),
        )
        .unwrap()
    }

    #[test]
    fn strong_attacks_reach_the_target_under_the_ceiling() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path(), &music(true, 0.9));
        let loudness = heard(&path, -30.0, 0.0);
        let plain = Plain {
            lufs: loudness.integrated_lufs.unwrap() + 30.0,
            dbtp: loudness.true_peak_dbtp.unwrap() + 30.0,
        };
        let aim = |target| Aim {
            target,
            ceiling: -1.0,
            gains: -40.0..=24.0,
        };
        for target in [-24.0, -16.0, -14.0] {
            let mut passes = 0;
            let reached = find(plain, &aim(target), &mut |gain| {
                passes += 1;
                Ok(heard(&path, gain, -1.0).integrated_lufs)
            })
            .unwrap();
            let now = heard(&path, reached.gain_db, -1.0);
            let (lufs, peak) = (now.integrated_lufs.unwrap(), now.true_peak_dbtp.unwrap());
            assert!((lufs - target).abs() <= 0.1, "{lufs}, not {target}");
            assert!(peak <= -0.95 && passes <= PASSES, "{peak} dBTP, {passes} passes");
            // A gain alone would have stayed below what the limiter takes.
            let alone = heard(&path, target - plain.lufs, -1.0).integrated_lufs.unwrap();
            assert!(target < -20.0 || alone < target - 0.3, "{alone}");

            // What is kept of a take leads to the same place.
            let whole = Loudness {
                integrated_lufs: Some(plain.lufs),
                true_peak_dbtp: Some(plain.dbtp),
                ..loudness
            };
            let peaks = {
                let (cancel, mut fractions) = (CancelToken::new(), Vec::new());
                let mut listener = |event| {
                    if let Event::Progress { fraction, .. } = event {
                        fractions.push(fraction);
                    }
                };
                let mut progress = Progress::new(vec![Phase::Level], &cancel, &mut listener);
                progress.start(Phase::Level).unwrap();
                let found = peaks_of(&path, &whole, LENGTH, &mut progress).unwrap();
                assert!(!fractions.is_empty() && fractions.is_sorted(), "{fractions:?}");
                found
            };
            let mix = ProjectMix {
                music_lufs: target as f32,
                delivery: Delivery {
                    ceiling_dbtp: -1.0,
                    ..Delivery::default()
                },
                ..ProjectMix::default()
            };
            let gain = mix.take_gain_db(Some(plain.lufs as f32), peaks);
            let lufs = heard(&path, f64::from(gain), -1.0).integrated_lufs.unwrap();
            assert!((lufs - target).abs() <= 0.3, "{lufs}, not {target}, by the table");
        }
    }

    #[test]
    fn what_the_peaks_do_not_allow_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path(), &music(false, 0.9));
        let loudness = heard(&path, -30.0, 0.0);
        let plain = Plain {
            lufs: loudness.integrated_lufs.unwrap() + 30.0,
            dbtp: loudness.true_peak_dbtp.unwrap() + 30.0,
        };
        let aim = Aim {
            target: -6.0,
            ceiling: -1.0,
            gains: -40.0..=24.0,
        };
        let reached = find(plain, &aim, &mut |gain| {
            Ok(heard(&path, gain, -1.0).integrated_lufs)
        })
        .unwrap();
        let now = heard(&path, reached.gain_db, -1.0).integrated_lufs.unwrap();
        assert!(
            reached.lufs < -7.0 && (now - reached.lufs).abs() < 1e-6,
            "{reached:?}, {now}"
        );
        assert!(reached.gain_db <= -1.0 + MOST_LIMITING_DB - plain.dbtp + 1e-9);
    }

    #[test]
    fn quiet_music_is_not_heard_again() {
        let plain = Plain {
            lufs: -30.0,
            dbtp: -20.0,
        };
        let aim = Aim {
            target: -16.0,
            ceiling: -1.0,
            gains: -40.0..=24.0,
        };
        let reached = find(plain, &aim, &mut |_| panic!("nothing reaches the ceiling")).unwrap();
        assert_eq!((reached.gain_db, reached.lufs), (14.0, -16.0));
    }
}
