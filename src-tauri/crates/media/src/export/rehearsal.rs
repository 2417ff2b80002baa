//! The first second is muxed to a temporary folder: whether a container takes a picture is for ffmpeg to say.

use std::io::Write;
use std::process::Stdio;

use super::{ExportError, ExportPlan, format};
use crate::probe;
use crate::process::Running;

/// Silence for the rehearsal, in sample frames.
const FRAMES: usize = 4800;

pub(super) fn rehearse(plan: &ExportPlan) -> Result<(), ExportError> {
    let path = || plan.output.clone();
    let wrap = |source| ExportError::Tool { path: path(), source };
    let folder = tempfile::tempdir().map_err(wrap)?;
    let target = folder.path().join("rehearsal");
    let mut command = format::command(plan, &target, true);
    command.as_inner_mut().stdin(Stdio::piped()).stdout(Stdio::null());
    let mut running = Running::spawn(command.into()).map_err(wrap)?;
    // ffmpeg may refuse before it reads; its own words are better than a broken pipe's.
    let _ = running.take_stdin().map_err(wrap)?.write_all(&[0; FRAMES * 8]);
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
    Ok(())
}
