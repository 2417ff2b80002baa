//! The first second is muxed to a temporary folder: whether a container takes a picture is for ffmpeg to say.

use std::io::Write;
use std::process::Stdio;

use muvi_timeline::{Rate, Round};

use super::command::{self, Shifts};
use super::format::Container;
use super::{ExportError, ExportPlan, SoundCodec};
use crate::MediaInfo;
use crate::probe;
use crate::process::Running;

/// Silence for the rehearsal, in sample frames.
const FRAMES: usize = 4800;

/// Opus starts with this much run-in: 312 samples at 48 kHz, in microseconds.
const OPUS_RUN_IN: i64 = 6500;

/// A picture that starts this far from its place has been moved, not rounded; in microseconds.
const MOVED: i64 = 2000;

/// Muxes the start; says what has to be added to the times of picture and sound.
pub(super) fn rehearse(plan: &ExportPlan) -> Result<Shifts, ExportError> {
    let path = || plan.output.clone();
    let wrap = |source| ExportError::Tool { path: path(), source };
    let folder = tempfile::tempdir().map_err(wrap)?;
    let target = folder.path().join("rehearsal");
    let mut command = command::command(plan, &target, true);
    command.as_inner_mut().stdin(Stdio::piped()).stdout(Stdio::null());
    let mut running = Running::spawn(command.into()).map_err(wrap)?;
    // ffmpeg may refuse before it reads; its own words are better than a broken pipe's.
    let _ = running
        .take_stdin()
        .map_err(wrap)?
        .write_all(&vec![0; FRAMES * 8 * plan.track_count()]);
    let (status, log) = running.wait().map_err(wrap)?;
    if !status.success() {
        let video = plan.info.video.codec.clone();
        return Err(ExportError::VideoRefused {
            path: path(),
            video,
            reason: log.reason(),
        });
    }
    let made = probe::header(&plan.tools, &target);
    let made = made.map_err(|source| ExportError::Unreadable { path: path(), source })?;
    if made.video.rotation != plan.info.video.rotation {
        return Err(ExportError::RotationLost { path: path() });
    }
    Ok(Shifts {
        picture: moved(plan, &made),
        sound: early(plan, &made),
    })
}

/// Frames without timestamps, as in AVI, get them a little late: by how much they must come earlier.
fn moved(plan: &ExportPlan, made: &MediaInfo) -> i64 {
    let Ok(micros) = Rate::hz(1_000_000) else { return 0 };
    let start = |info: &MediaInfo| info.video.start.at(micros, Round::Nearest);
    let shift = start(&plan.info) - start(made);
    if shift.abs() > MOVED { shift } else { 0 }
}

/// Some ffmpegs take the run-in of Opus off twice in Matroska: what it is too much is added again.
fn early(plan: &ExportPlan, made: &MediaInfo) -> i64 {
    let (Ok(micros), Some(sound)) = (
        Rate::hz(1_000_000),
        made.audio.first().and_then(|sound| sound.start),
    ) else {
        return 0;
    };
    if plan.codec != SoundCodec::Opus || !matches!(plan.container, Container::Mkv | Container::Webm) {
        return 0;
    }
    let wanted = plan.info.video.start.at(micros, Round::Nearest) - OPUS_RUN_IN;
    (wanted - sound.at(micros, Round::Nearest)).clamp(0, OPUS_RUN_IN)
}
