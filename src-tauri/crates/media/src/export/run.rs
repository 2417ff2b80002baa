//! Sound goes in, the finished file comes out, or nothing.

use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::{ExportError, ExportPlan, Exported, Progress, SoundSource, format};
use crate::part::{OutputError, Part};
use crate::process::{Log, Running};

/// Sample frames per step: a tenth of a second, so that a cancel is heard soon.
const FRAMES: usize = 4800;
/// Progress is told this often at most.
const PACE: Duration = Duration::from_millis(100);
/// How often the end of ffmpeg is looked for.
const POLL: Duration = Duration::from_millis(10);

pub(super) fn run(
    plan: &ExportPlan,
    source: &mut SoundSource<'_>,
    progress: &mut dyn FnMut(Progress),
    cancel: &AtomicBool,
) -> Result<Exported, ExportError> {
    let path = || plan.output.clone();
    let wrap = |source| ExportError::Tool { path: path(), source };
    let part = Part::create(&plan.output, &[&plan.info.path], plan.overwrite)?;
    let mut command = format::command(plan, part.path(), false);
    command.as_inner_mut().stdin(Stdio::piped()).stdout(Stdio::null());
    let mut running = Running::spawn(command.into()).map_err(wrap)?;
    let mut stdin = running.take_stdin().map_err(wrap)?;

    let total = plan.frames();
    let (mut left, mut right) = (vec![0.0; FRAMES], vec![0.0; FRAMES]);
    let mut bytes = Vec::with_capacity(FRAMES * 8);
    let mut done = 0;
    let mut told = Instant::now();
    progress(Progress { done, total });
    while done < total {
        if cancel.load(Ordering::Relaxed) {
            return Err(ExportError::Cancelled { path: path() });
        }
        let count = usize::try_from(total - done).unwrap_or(FRAMES).min(FRAMES);
        let made = source([&mut left[..count], &mut right[..count]]);
        let made = made
            .map_err(|source| ExportError::Source { path: path(), source })?
            .min(count);
        left[made..count].fill(0.0);
        right[made..count].fill(0.0);
        bytes.clear();
        for (left, right) in left[..count].iter().zip(&right[..count]) {
            bytes.extend_from_slice(&left.to_le_bytes());
            bytes.extend_from_slice(&right.to_le_bytes());
        }
        match stdin.write_all(&bytes) {
            Ok(()) => {}
            // ffmpeg has ended; why is in its log.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => break,
            Err(error) => return Err(wrap(error)),
        }
        done += count as u64;
        if told.elapsed() >= PACE {
            progress(Progress { done, total });
            told = Instant::now();
        }
    }
    drop(stdin);
    while running.try_wait().map_err(wrap)?.is_none() {
        if cancel.load(Ordering::Relaxed) {
            return Err(ExportError::Cancelled { path: path() });
        }
        thread::sleep(POLL);
    }
    let (status, log) = running.wait().map_err(wrap)?;
    if let Some(error) = judge(&plan.output, status, &log, done < total) {
        return Err(error);
    }
    let bytes = std::fs::metadata(part.path()).map_err(wrap)?.len();
    part.keep()?;
    progress(Progress { done, total });
    Ok(Exported {
        path: path(),
        frames: done,
        bytes,
    })
}

/// What kept ffmpeg from writing a whole file, if anything did.
fn judge(output: &Path, status: ExitStatus, log: &Log, early: bool) -> Option<ExportError> {
    let path = output.to_owned();
    if out_of_space(status, log) {
        return Some(ExportError::Output(OutputError::DiskFull { path }));
    }
    // ffmpeg may call it a success when only the end of the file failed.
    let unfinished = log.says("Error writing trailer") || early;
    (unfinished || !status.success()).then(|| ExportError::Failed {
        path,
        reason: log.reason(),
    })
}

/// True if ffmpeg ended for want of space: on the disk, in a quota, or under a limit on file sizes.
pub(crate) fn out_of_space(status: ExitStatus, log: &Log) -> bool {
    #[cfg(unix)]
    {
        const SIGXFSZ: i32 = 25;
        use std::os::unix::process::ExitStatusExt;
        if status.signal() == Some(SIGXFSZ) {
            return true;
        }
    }
    #[cfg(not(unix))]
    let _ = status;
    ["No space left on device", "File too large", "Disk quota exceeded"]
        .iter()
        .any(|text| log.says(text))
}
