//! Sound goes in, the finished file comes out, or nothing.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use super::excerpt::Excerpt;
use super::{ExportError, ExportPlan, Exported, Progress, SoundSource, command, edits};
use crate::SourceError;
use crate::part::{OutputError, Part};
use crate::process::{Log, Running};

/// Sample frames per step: a tenth of a second, so that a cancel is heard soon.
const FRAMES: usize = 4800;
/// Steps that may wait for ffmpeg.
const WAITING: usize = 4;
/// Progress is told this often at most.
const PACE: Duration = Duration::from_millis(100);
/// How often ffmpeg is looked after while it is busy.
const POLL: Duration = Duration::from_millis(5);
/// What was written is brought to the disk in steps of so many bytes, so that little is left to do at the end.
const FLUSH_BYTES: u64 = 64 << 20;

pub(super) fn run(
    plan: &ExportPlan,
    sources: &mut [&mut SoundSource<'_>],
    progress: &mut dyn FnMut(Progress),
    cancel: &AtomicBool,
) -> Result<Exported, ExportError> {
    let path = || plan.output.clone();
    let wrap = |source| ExportError::Tool { path: path(), source };
    let part = Part::create(&plan.output, &[&plan.info.path], plan.overwrite)?;
    let mut command = command::command(plan, part.path(), false);
    command
        .as_inner_mut()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut running = Running::spawn(command.into()).map_err(wrap)?;
    let feed = feed(running.take_stdin().map_err(wrap)?);
    let written = Written::watch(running.take_stdout().map_err(wrap)?, plan, part.path());

    let total = plan.frames();
    let mut teller = Teller {
        progress,
        total,
        told: None,
        highest: 0,
    };
    teller.tell(0);
    let mut rack = Rack::new(plan.track_count());
    let mut fed = 0;
    'sound: while fed < total {
        let count = usize::try_from(total - fed).unwrap_or(FRAMES).min(FRAMES);
        let bytes = rack.fill(sources, count);
        let mut bytes = bytes.map_err(|source| ExportError::Source { path: path(), source })?;
        // ffmpeg takes it as fast as it can write; a cancel is heard meanwhile.
        loop {
            if cancel.load(Ordering::Relaxed) {
                return Err(ExportError::Cancelled { path: path() });
            }
            match feed.try_send(bytes) {
                Ok(()) => break,
                Err(TrySendError::Full(back)) => bytes = back,
                // ffmpeg has ended; why is in its log.
                Err(TrySendError::Disconnected(_)) => break 'sound,
            }
            teller.tell(written.samples().min(fed));
            thread::sleep(POLL);
        }
        fed += count as u64;
        teller.tell(written.samples().min(fed));
    }
    drop(feed);
    while running.try_wait().map_err(wrap)?.is_none() {
        if cancel.load(Ordering::Relaxed) {
            return Err(ExportError::Cancelled { path: path() });
        }
        teller.tell(written.samples().min(fed));
        thread::sleep(POLL);
    }
    let (status, log) = running.wait().map_err(wrap)?;
    if let Some(error) = judge(&plan.output, status, &log, fed < total) {
        return Err(error);
    }
    if plan.excerpt.is_some() && plan.container.has_edits() {
        edits::shorten(part.path(), total).map_err(wrap)?;
    }
    let bytes = std::fs::metadata(part.path()).map_err(wrap)?.len();
    part.keep()?;
    teller.end();
    Ok(Exported {
        path: path(),
        frames: fed,
        bytes,
    })
}

/// A thread that hands blocks to ffmpeg; it ends with them, or with ffmpeg.
fn feed(mut stdin: ChildStdin) -> SyncSender<Vec<u8>> {
    let (sender, blocks) = sync_channel::<Vec<u8>>(WAITING);
    thread::spawn(move || {
        for block in blocks {
            if stdin.write_all(&block).is_err() {
                break;
            }
        }
    });
    sender
}

/// The planes of all tracks, and their bytes side by side.
struct Rack {
    planes: Vec<[Vec<f32>; 2]>,
}

impl Rack {
    fn new(tracks: usize) -> Self {
        Self {
            planes: vec![[vec![0.0; FRAMES], vec![0.0; FRAMES]]; tracks],
        }
    }

    fn fill(&mut self, sources: &mut [&mut SoundSource<'_>], count: usize) -> Result<Vec<u8>, SourceError> {
        for ([left, right], source) in self.planes.iter_mut().zip(sources) {
            let made = source([&mut left[..count], &mut right[..count]])?.min(count);
            left[made..count].fill(0.0);
            right[made..count].fill(0.0);
        }
        let mut bytes = Vec::with_capacity(count * 8 * self.planes.len());
        for frame in 0..count {
            for plane in self.planes.iter().flatten() {
                bytes.extend_from_slice(&plane[frame].to_le_bytes());
            }
        }
        Ok(bytes)
    }
}

/// How much ffmpeg says it has written.
struct Written(Arc<AtomicU64>);

impl Written {
    /// Reads what ffmpeg tells until it ends, and brings what it wrote to the disk on the way.
    fn watch(stdout: ChildStdout, plan: &ExportPlan, file: &Path) -> Self {
        let samples = Arc::new(AtomicU64::new(0));
        let (told, file) = (Arc::clone(&samples), file.to_owned());
        let (total, hz) = (plan.frames(), u64::from(plan.sample_rate));
        let picture = plan.container.has_picture();
        let frames = match &plan.excerpt {
            Some(Excerpt {
                packets: Some(count), ..
            }) => *count,
            _ => plan.range().len(),
        };
        thread::spawn(move || {
            let mut flushed = 0;
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let Some((key, value)) = line.split_once('=') else {
                    continue;
                };
                let Ok(value) = value.trim().parse::<u64>() else {
                    continue;
                };
                // The times that ffmpeg tells are those of the file's own clock, which may start anywhere.
                let done = match key {
                    "frame" if picture => u128::from(value) * u128::from(total) / u128::from(frames.max(1)),
                    "out_time_us" if !picture => u128::from(value) * u128::from(hz) / 1_000_000,
                    "total_size" if value >= flushed + FLUSH_BYTES => {
                        flushed = value;
                        // If this fails the end of the export finds out.
                        let _ = File::open(&file).and_then(|file| file.sync_data());
                        continue;
                    }
                    _ => continue,
                };
                told.store(u64::try_from(done).unwrap_or(total).min(total), Ordering::Relaxed);
            }
        });
        Self(samples)
    }

    fn samples(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Tells progress, not too often and never backwards.
struct Teller<'a> {
    progress: &'a mut dyn FnMut(Progress),
    total: u64,
    told: Option<Instant>,
    highest: u64,
}

impl Teller<'_> {
    fn tell(&mut self, done: u64) {
        if self.told.is_some_and(|told| told.elapsed() < PACE) {
            return;
        }
        self.told = Some(Instant::now());
        self.highest = self.highest.max(done.min(self.total));
        let (done, total) = (self.highest, self.total);
        (self.progress)(Progress { done, total });
    }

    fn end(&mut self) {
        let total = self.total;
        (self.progress)(Progress { done: total, total });
    }
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
