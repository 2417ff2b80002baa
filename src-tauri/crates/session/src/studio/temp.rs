//! The temp track as a file that can be played from anywhere: decoded once, kept in the user's cache.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use muvi_media::audio::AudioReader;
use muvi_media::growing::GrowingWav;
use muvi_media::wav::WavWriter;
use muvi_media::{MediaInfo, Tools};

use super::view::NoticeLevel;
use super::{Fault, Studio};
use crate::cache::Cache;
use crate::error::Error;

const BLOCK: usize = 1 << 15;
/// The sound can be heard from here on, in samples, while the rest is still decoded.
const HEARD_AFTER: u64 = 44_100;

/// Where decoded temp tracks are.
fn folder() -> PathBuf {
    let cache = Cache::of_user().map_or_else(std::env::temp_dir, |cache| cache.dir().to_path_buf());
    cache.join("temp")
}

impl Studio {
    /// Makes the temp track of the open video playable, on a thread of its own.
    pub(super) fn decode_temp(&self, turn: u32, tools: Tools, info: MediaInfo, key: &str, hz: u32) {
        let path = folder().join(format!("{key}-{hz}.wav"));
        let studio = self.clone();
        let work = move || {
            if let Err(error) = studio.make_temp(turn, &tools, &info, &path, hz)
                && studio.turn() == turn
            {
                let fault = Fault::from(&error);
                let message = format!("The video's own sound can't be played: {}", fault.message);
                studio.notice(NoticeLevel::Warning, Fault { message, ..fault });
            }
        };
        // Without a thread the video stays without its own sound; the engine has told of the lack of threads already.
        let _ = std::thread::Builder::new().name("temp track".into()).spawn(work);
    }

    fn make_temp(
        &self,
        turn: u32,
        tools: &Tools,
        info: &MediaInfo,
        path: &Path,
        hz: u32,
    ) -> Result<(), Error> {
        if !is_whole(path, info.samples(hz)) {
            let Some(stream) = info.main_audio() else {
                return Ok(());
            };
            let failed = |source| Error::WorkFile {
                path: path.to_owned(),
                source,
            };
            let made = path.parent().map_or(Ok(()), fs::create_dir_all);
            made.map_err(|source| Error::Workplace {
                path: path.to_owned(),
                source,
            })?;
            let mut reader = AudioReader::open_video(tools, info, stream, hz)?;
            let mut writer = WavWriter::create(path, hz, true).map_err(failed)?;
            let (mut left, mut right) = (vec![0.0; BLOCK], vec![0.0; BLOCK]);
            let (mut done, mut heard) = (0, false);
            loop {
                if self.turn() != turn {
                    return Ok(());
                }
                let read = reader.read([&mut left, &mut right])?;
                if read == 0 {
                    break;
                }
                writer.write([&left[..read], &right[..read]]).map_err(failed)?;
                done += read as u64;
                if !heard && done >= HEARD_AFTER {
                    heard = true;
                    self.hear_temp(turn, writer.work_path());
                }
            }
            writer.finish().map_err(failed)?;
        }
        self.hear_temp(turn, path);
        self.trim_cache();
        Ok(())
    }

    fn hear_temp(&self, turn: u32, path: &Path) {
        let _ = self.hear(|open| {
            if self.turn() == turn {
                open.extras.temp = Some(path.to_owned());
            }
        });
    }

    /// Drops the temp tracks that were not used for longest, above what the user allows the cache.
    pub(super) fn trim_cache(&self) {
        let bound = u64::from(self.settings().cache_mb) << 20;
        let in_use = self.with(|open| Ok(open.extras.temp.clone())).ok().flatten();
        trim(&folder(), bound, in_use.as_deref());
    }
}

/// Whether a decoded temp track is there; marks it as used.
fn is_whole(path: &Path, samples: u64) -> bool {
    let there = GrowingWav::open(path).and_then(|wav| wav.frames());
    // A track may end before its picture.
    let fits = there.is_ok_and(|frames| frames > 0 && frames <= samples);
    if fits && let Ok(file) = fs::File::options().append(true).open(path) {
        let _ = file.set_modified(SystemTime::now());
    }
    fits
}

fn trim(folder: &Path, bound: u64, in_use: Option<&Path>) {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if let Ok(data) = entry.metadata()
            && let Ok(used) = data.modified()
        {
            files.push((used, data.len(), entry.path()));
        }
    }
    files.sort();
    let mut total: u64 = files.iter().map(|(_, size, _)| size).sum();
    for (_, size, path) in files {
        if total <= bound {
            return;
        }
        if in_use != Some(path.as_path()) && fs::remove_file(&path).is_ok() {
            total -= size;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_used_go_first_and_what_is_played_stays() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a", "b", "c"] {
            fs::write(dir.path().join(name), [0; 100]).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(15));
        }
        trim(dir.path(), 150, Some(&dir.path().join("a")));
        let left = |name: &str| dir.path().join(name).exists();
        assert_eq!([left("a"), left("b"), left("c")], [true, false, false]);
        trim(dir.path(), 150, None);
        assert!(left("a"));
    }
}
