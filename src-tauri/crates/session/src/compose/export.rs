//! Exports of a mix that is ready to be rendered.

use std::path::PathBuf;

use muvi_media::export::{ExportOptions, ExportPlan, SoundCodec};
use muvi_media::loudness::{Loudness, LoudnessMeter};
use muvi_media::{MediaInfo, OutputError, Tools};
use muvi_playback::{Source, SourceError};

use crate::cancel::CancelToken;
use crate::error::Error;
use crate::event::{Event, Phase};
use crate::progress::Progress;
use crate::request::AudioCodecChoice;
use crate::target::is_sound;

/// A file to write: the whole picture with the mix, or the mix alone.
#[derive(Clone, Debug)]
pub struct ExportJob {
    /// ffmpeg.
    pub tools: Tools,
    /// The video.
    pub info: MediaInfo,
    /// The file; its extension decides what it is.
    pub output: PathBuf,
    /// Samples per second of the mix.
    pub sample_rate: u32,
    /// How sound is stored; `None` for what suits the container.
    pub codec: Option<AudioCodecChoice>,
    /// Whether a file of that name is replaced.
    pub overwrite: bool,
}

/// What an export would write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportOutlook {
    /// The file.
    pub output: PathBuf,
    /// Whether there is a file of that name.
    pub exists: bool,
    /// What becomes of the picture, in words.
    pub picture: String,
    /// What becomes of the sound, in words; empty where it can't be written.
    pub sound: String,
    /// Whether the sound is stored with losses, so that the mix needs room above its peaks.
    pub lossy: bool,
    /// Samples that will be asked of the mix.
    pub samples: u64,
    /// What is left out.
    pub notes: Vec<String>,
    /// Why it can't be written like this, in words.
    pub obstacle: Option<String>,
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq)]
pub struct ExportedMix {
    /// The file.
    pub output: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Samples of the mix in it.
    pub samples: u64,
    /// Loudness of the mix.
    pub loudness: Loudness,
    /// Seconds that it took.
    pub seconds: f64,
    /// What the user should know.
    pub warnings: Vec<String>,
}

impl ExportJob {
    fn plan(&self, overwrite: bool) -> Result<ExportPlan, Error> {
        Ok(ExportPlan::new(
            &self.tools,
            &self.info,
            &ExportOptions {
                output: self.output.clone(),
                sample_rate: self.sample_rate,
                codec: self.codec.map(SoundCodec::from),
                overwrite,
            },
        )?)
    }
}

/// Says what an export would write, after all checks that can be made before; takes some tenths of a second. A file
/// that is there is no obstacle, [`ExportOutlook::exists`] tells of it.
pub fn export_outlook(job: &ExportJob) -> ExportOutlook {
    let plan = job.plan(true);
    let picture = if is_sound(&job.output) {
        "none, the sound alone".to_owned()
    } else {
        format!("{}, copied, not re-encoded", job.info.video.codec)
    };
    let mut outlook = ExportOutlook {
        output: job.output.clone(),
        exists: job.output.exists(),
        picture,
        sound: String::new(),
        lossy: false,
        samples: job.info.samples(job.sample_rate),
        notes: Vec::new(),
        obstacle: None,
    };
    match plan {
        Ok(plan) => {
            let codec = plan.codec();
            outlook.sound = sound(codec, job.sample_rate);
            outlook.lossy = matches!(codec, SoundCodec::Aac | SoundCodec::Opus);
            outlook.notes = plan.notes().to_vec();
        }
        Err(error) => outlook.obstacle = Some(error.one_line()),
    }
    outlook
}

fn sound(codec: SoundCodec, sample_rate: u32) -> String {
    let (rate, detail) = match codec {
        SoundCodec::Aac => (sample_rate, "256 kbit/s"),
        SoundCodec::Opus => (48_000, "192 kbit/s"),
        SoundCodec::Flac | SoundCodec::Alac | SoundCodec::Pcm => (sample_rate, "24 bit"),
    };
    format!("{codec}, {} kHz, stereo, {detail}", f64::from(rate) / 1000.0)
}

/// Writes the file from a mix that starts with the picture; what it lacks at the end is silence.
///
/// # Errors
/// With the first thing that can't be done, or [`Error::Cancelled`]; the target is then as it was.
pub fn export(
    job: &ExportJob,
    mix: &mut (dyn Source + Send),
    cancel: &CancelToken,
    listener: &mut (dyn FnMut(Event) + Send),
) -> Result<ExportedMix, Error> {
    run(job, mix, cancel, listener).map_err(|error| cancel.reason(error))
}

fn run(
    job: &ExportJob,
    mix: &mut (dyn Source + Send),
    cancel: &CancelToken,
    listener: &mut (dyn FnMut(Event) + Send),
) -> Result<ExportedMix, Error> {
    let mut progress = Progress::new(vec![Phase::Export], cancel, listener);
    progress.start(Phase::Export)?;
    if job.output.exists() && !job.overwrite {
        let path = job.output.clone();
        return Err(OutputError::Exists { path }.into());
    }
    let plan = job.plan(job.overwrite)?;
    for note in plan.notes() {
        progress.warn(note.clone());
    }
    let mut meter = LoudnessMeter::new(job.sample_rate)?;
    let mut source = |[left, right]: [&mut [f32]; 2]| -> Result<usize, SourceError> {
        let done = mix.read([&mut *left, &mut *right])?;
        meter.add([&left[..done], &right[..done]])?;
        Ok(done)
    };
    let flag = progress.cancel().flag();
    let exported = plan.run(
        &mut source,
        &mut |at| progress.at(at.done as f64 / at.total.max(1) as f64),
        &flag,
    )?;
    let loudness = meter.report()?;
    let (_, seconds, warnings) = progress.into_times();
    Ok(ExportedMix {
        output: exported.path,
        bytes: exported.bytes,
        samples: exported.frames,
        loudness,
        seconds,
        warnings,
    })
}
