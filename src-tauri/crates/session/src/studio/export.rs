//! Exports of the open project: the same programme that is played.

use std::path::{Path, PathBuf};

use muvi_media::{MediaInfo, Tools};
use muvi_playback::{Renderer, Source, SourceError};
use muvi_timeline::Project;

use super::jobs::JobKind;
use super::programme::{Extras, Score};
use super::view::{ExportOrder, ExportPreset, Outcome};
use super::{Fault, Studio};
use crate::compose::{ExportJob, ExportOutlook, export, export_outlook};
use crate::request::AudioCodecChoice;

/// Lossy codecs overshoot the samples that they were given; this leaves them room, in dBTP.
const CEILING_LOSSY_DBTP: f32 = -1.5;

/// What is exported: all that is needed once the project goes on changing.
struct Cut {
    job: ExportJob,
    project: std::sync::Arc<Project>,
    extras: Extras,
}

impl Studio {
    /// Says what an export would write.
    ///
    /// # Errors
    /// If no project is open or its video is gone.
    pub fn export_forecast(&self, order: &ExportOrder) -> Result<Outcome, Fault> {
        let cut = self.cut(order)?;
        let ExportOutlook {
            output,
            exists,
            picture,
            sound,
            lossy: _,
            samples: _,
            notes,
            obstacle,
        } = export_outlook(&cut.job);
        Ok(Outcome {
            path: output,
            exists,
            picture,
            sound,
            notes,
            obstacle: obstacle.or_else(|| silent(&cut.project)),
        })
    }

    /// Writes a file; gives the job's number.
    ///
    /// # Errors
    /// If no project is open, its video is gone, or there is nothing to hear.
    pub fn export(&self, order: ExportOrder) -> Result<u32, Fault> {
        let cut = self.cut(&order)?;
        if let Some(obstacle) = silent(&cut.project) {
            return Err(Fault::new("silent", obstacle));
        }
        let output = cut.job.output.clone();
        Ok(self.0.jobs.submit(
            JobKind::Export,
            |status| status.output = Some(output),
            move |job| {
                let mut score = Score::of(&cut.project, &cut.extras);
                if export_outlook(&cut.job).lossy {
                    score.mix.ceiling_dbtp = score.mix.ceiling_dbtp.min(CEILING_LOSSY_DBTP);
                }
                let mut mix = Mix(score.programme().renderer(0)?);
                let written = export(&cut.job, &mut mix, job.cancel(), &mut |event| job.hear(event))?;
                job.change(true, |status| {
                    let loudness = written.loudness;
                    status.output = Some(written.output);
                    let lufs = loudness
                        .integrated_lufs
                        .map_or("silent".into(), |lufs| format!("{lufs:.1} LUFS"));
                    let peak = loudness
                        .true_peak_dbtp
                        .map_or(String::new(), |peak| format!(", {peak:.1} dBTP"));
                    status.result = Some(lufs + &peak);
                });
                Ok(())
            },
        ))
    }

    fn cut(&self, order: &ExportOrder) -> Result<Cut, Fault> {
        let tools = Tools::locate().map_err(Fault::because)?;
        self.with(|open| {
            let info = open.info.clone().ok_or_else(Fault::video_missing)?;
            // What is only tried out is not exported.
            open.score();
            let extras = Extras {
                audition: None,
                mix: None,
                trial: None,
                ..open.extras.clone()
            };
            let (output, codec) = target(order, &info);
            let project = open.project();
            Ok(Cut {
                job: ExportJob {
                    tools,
                    info,
                    output,
                    sample_rate: project.sample_rate.num(),
                    codec,
                    overwrite: order.overwrite,
                },
                project,
                extras,
            })
        })
    }
}

/// The file with an extension that fits the preset, and how its sound is stored.
fn target(order: &ExportOrder, info: &MediaInfo) -> (PathBuf, Option<AudioCodecChoice>) {
    let named = order
        .path
        .extension()
        .and_then(|it| it.to_str())
        .map(str::to_ascii_lowercase);
    let fits = |all: &[&str]| named.as_deref().is_some_and(|it| all.contains(&it));
    let with = |extension: &str| with_extension(&order.path, extension);
    match order.preset {
        ExportPreset::Web => {
            let path = if fits(&["mp4", "m4v", "webm", "mov", "mkv"]) {
                order.path.clone()
            } else if matches!(info.video.codec.as_str(), "vp8" | "vp9") {
                with("webm")
            } else {
                with("mp4")
            };
            (path, None)
        }
        ExportPreset::Archive => {
            let path = if fits(&["mov", "mkv"]) {
                order.path.clone()
            } else {
                with("mkv")
            };
            let codec = if path.extension().is_some_and(|it| it.eq_ignore_ascii_case("mov")) {
                AudioCodecChoice::Pcm
            } else {
                AudioCodecChoice::Flac
            };
            (path, Some(codec))
        }
        ExportPreset::AudioOnly => {
            let path = if fits(&["wav", "flac"]) {
                order.path.clone()
            } else {
                with("wav")
            };
            (path, None)
        }
    }
}

/// Takes the place of a known extension, else is added: a name may have dots.
fn with_extension(path: &Path, extension: &str) -> PathBuf {
    const KNOWN: [&str; 9] = ["mp4", "m4v", "mov", "mkv", "webm", "wav", "flac", "avi", "mpg"];
    let known = path
        .extension()
        .and_then(|it| it.to_str())
        .is_some_and(|it| KNOWN.contains(&it.to_ascii_lowercase().as_str()));
    if known {
        return path.with_extension(extension);
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}

/// Why there would be nothing to hear.
fn silent(project: &Project) -> Option<String> {
    let heard = project.mix.audible();
    let music = heard.music && project.cues.iter().any(|cue| cue.take.is_some());
    let temp = heard.temp && project.video.has_sound();
    if music || temp {
        return None;
    }
    Some("There is nothing to hear: generate a take, or unmute a track, first.".into())
}

struct Mix(Renderer);

impl Source for Mix {
    fn read(&mut self, planes: [&mut [f32]; 2]) -> Result<usize, SourceError> {
        Ok(self.0.render(planes)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_dots() {
        let check = |from: &str, to: &str| {
            assert_eq!(with_extension(Path::new(from), "mkv"), Path::new(to));
        };
        check("/a/cut.mp4", "/a/cut.mkv");
        check("/a/cut v1.2", "/a/cut v1.2.mkv");
        check("/a/cut", "/a/cut.mkv");
        check("/a.b/cut.MOV", "/a.b/cut.mkv");
    }
}
