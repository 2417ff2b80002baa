//! The delivery itself: measure, move the master, write, measure what was written.

use std::path::Path;

use muvi_media::audio::AudioReader;
use muvi_media::export::SoundSource;
use muvi_media::loudness::{Loudness, LoudnessMeter};
use muvi_playback::{Programme, SourceError};
use muvi_timeline::FrameSpan;

use super::level;
use super::plan::{File, Planned, plan};
use super::{Bus, DeliverOrder, Delivered, DeliveredFile, Subject, bus_name};
use crate::cancel::CancelToken;
use crate::error::Error;
use crate::event::{Event, Phase};
use crate::level::{MOST_LIMITING_DB, NEAR_LU};
use crate::progress::Progress;

const BLOCK: usize = 1 << 14;
/// Of an export with losses, this much is writing; the rest is listening to what came out.
const WRITING: f64 = 0.85;

/// Writes what an order asks for.
///
/// # Errors
/// With the first thing that can't be done, or [`Error::Cancelled`]. A file is whole or not there; stems that were
/// finished before stay.
pub fn deliver(
    subject: &Subject,
    order: &DeliverOrder,
    cancel: &CancelToken,
    listener: &mut (dyn FnMut(Event) + Send),
) -> Result<Delivered, Error> {
    run(subject, order, cancel, listener).map_err(|error| cancel.reason(error))
}

fn run(
    subject: &Subject,
    order: &DeliverOrder,
    cancel: &CancelToken,
    listener: &mut (dyn FnMut(Event) + Send),
) -> Result<Delivered, Error> {
    let Planned {
        files,
        notes,
        target_lufs,
        ceiling_dbtp,
        judged,
    } = plan(subject, order, true)?;
    let mut phases = vec![Phase::Export];
    if target_lufs.is_some() {
        phases.insert(0, Phase::Level);
    }
    let mut progress = Progress::new(phases, cancel, listener);
    let mut programme = subject.programme.clone();
    programme.mix.ceiling_dbtp = ceiling_dbtp;
    let mut gain_db = 0.0;
    if let (Some(target), Some(file)) = (target_lufs, files.first()) {
        progress.start(Phase::Level)?;
        let span = file.plan.samples();
        let mut tell = |part: f64| {
            progress.at(part);
            progress.check()
        };
        let found = level::find(&programme, judged, span, f64::from(target), &mut tell)?;
        match found {
            None => progress.warn("it is silent, so its loudness is left as it is"),
            Some(level) => {
                gain_db = level.gain_db;
                programme.mix.master_db += gain_db;
                if let Some(allowed) = level.allowed_lufs {
                    progress.warn(format!(
                        "the peaks allow {allowed:.1} LUFS under {ceiling_dbtp:.1} dBTP, not {target:.1}, with at most {MOST_LIMITING_DB:.0} dB of limiting; compress what has the peaks, or choose a lower loudness"
                    ));
                }
            }
        }
    }
    progress.start(Phase::Export)?;
    for note in notes {
        progress.warn(note);
    }
    let (samples, range) = files.first().map_or((0, FrameSpan::new(0, 0)), |file| {
        (file.plan.frames(), file.plan.range())
    });
    let count = files.len();
    let mut written = Vec::with_capacity(count);
    let mut judgement = None;
    for (number, file) in files.into_iter().enumerate() {
        let first = file.tracks.first().copied();
        let done = write(
            subject,
            &programme,
            file,
            &mut |part, progress| {
                progress.at((number as f64 + part) / count as f64);
                progress.check()
            },
            &mut progress,
        )?;
        if first == Some(judged) {
            judgement = Some(done.loudness);
        }
        written.push(done);
    }
    let loudness = judgement.or_else(|| written.first().map(|file| file.loudness));
    let loudness = loudness.unwrap_or(Loudness {
        integrated_lufs: None,
        range_lu: 0.0,
        true_peak_dbtp: None,
        sample_peak_dbfs: None,
    });
    judge(
        &loudness,
        judgement.is_some(),
        target_lufs,
        ceiling_dbtp,
        order,
        &mut progress,
    );
    let (_, seconds, warnings) = progress.into_times();
    Ok(Delivered {
        files: written,
        range,
        samples,
        loudness,
        target_lufs,
        ceiling_dbtp,
        gain_db,
        seconds,
        warnings,
    })
}

/// Says where what was written is not what was asked for.
fn judge(
    loudness: &Loudness,
    judged: bool,
    target: Option<f32>,
    ceiling: f32,
    order: &DeliverOrder,
    progress: &mut Progress<'_>,
) {
    let asked = order.ceiling_dbtp.unwrap_or(ceiling).max(ceiling);
    if let (Some(target), Some(lufs), true) = (target, loudness.integrated_lufs, judged)
        && (lufs - f64::from(target)).abs() > 2.0 * NEAR_LU
    {
        progress.warn(format!("what was written has {lufs:.1} LUFS, not {target:.1}"));
    }
    // Within what two meters differ by.
    if let Some(peak) = loudness.true_peak_dbtp
        && peak > f64::from(asked) + 0.05
    {
        progress.warn(format!(
            "the codec raised the peaks to {peak:.1} dBTP, above {asked:.1}; a lossless codec or a lower ceiling keeps them under it"
        ));
    }
}

type Tell<'a> = dyn FnMut(f64, &mut Progress<'_>) -> Result<(), Error> + 'a;

/// Writes one file and measures its first track.
fn write(
    subject: &Subject,
    programme: &Programme,
    file: File,
    tell: &mut Tell<'_>,
    progress: &mut Progress<'_>,
) -> Result<DeliveredFile, Error> {
    let File {
        path: _,
        tracks,
        plan,
    } = file;
    let (codec, span) = (plan.codec(), plan.samples());
    let mut meter = LoudnessMeter::new(programme.sample_rate)?;
    let mut renderers = Vec::with_capacity(tracks.len());
    for bus in &tracks {
        renderers.push(programme.bus(*bus, span.start())?);
    }
    let mut measured = Some(&mut meter);
    let mut sources: Vec<Box<SoundSource<'_>>> = Vec::with_capacity(tracks.len());
    for renderer in &mut renderers {
        let mut meter = measured.take();
        sources.push(Box::new(
            move |[left, right]: [&mut [f32]; 2]| -> Result<usize, SourceError> {
                let done = renderer.render([&mut *left, &mut *right])?;
                if let Some(meter) = &mut meter {
                    meter.add([&left[..done], &right[..done]])?;
                }
                Ok(done)
            },
        ));
    }
    let flag = progress.cancel().flag();
    let share = if codec.is_lossy() { WRITING } else { 1.0 };
    let exported = {
        let mut borrowed: Vec<&mut SoundSource<'_>> = sources.iter_mut().map(|it| &mut **it).collect();
        // A cancel is heard by the export itself.
        let mut told = |at: muvi_media::export::Progress| {
            let _ = tell(share * at.done as f64 / at.total.max(1) as f64, progress);
        };
        plan.run_tracks(&mut borrowed, &mut told, &flag)?
    };
    drop(sources);
    let loudness = if codec.is_lossy() {
        listen(
            subject,
            &exported.path,
            span.len(),
            programme.sample_rate,
            &mut |part| tell(share + (1.0 - share) * part, progress),
        )?
    } else {
        meter.report()?
    };
    Ok(DeliveredFile {
        path: exported.path,
        bytes: exported.bytes,
        tracks: tracks.iter().map(|bus: &Bus| bus_name(*bus)).collect(),
        sound: codec.describe(programme.sample_rate),
        loudness,
    })
}

/// Measures the sound of a file as a player decodes it.
fn listen(
    subject: &Subject,
    path: &Path,
    samples: u64,
    sample_rate: u32,
    tell: &mut dyn FnMut(f64) -> Result<(), Error>,
) -> Result<Loudness, Error> {
    let mut reader = AudioReader::open_file(&subject.tools, path, sample_rate, None)?;
    let mut meter = LoudnessMeter::new(sample_rate)?;
    let (mut left, mut right) = (vec![0.0; BLOCK], vec![0.0; BLOCK]);
    let mut done = 0;
    loop {
        tell((done as f64 / samples.max(1) as f64).min(1.0))?;
        let read = reader.read([&mut left, &mut right])?;
        if read == 0 {
            return Ok(meter.report()?);
        }
        meter.add([&left[..read], &right[..read]])?;
        done += read;
    }
}
