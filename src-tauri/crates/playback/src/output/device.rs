//! Real devices, through cpal.

use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{BufferSize, DeviceId, ErrorKind, FromSample, SampleFormat, SizedSample, StreamConfig};
use cpal::{SupportedBufferSize, SupportedStreamConfigRange};

use crate::output::{Device, Failure, Output, OutputError, Running};
use crate::wire::Puller;

/// Frames per callback that a device is asked for; what it makes of it is its own affair. More latency is no loss
/// here, as it is taken off, but a busy machine skips less.
const FRAMES: u32 = 1024;
/// Errors that name no end of the stream are taken for one after so many of them without sound in between.
const MOST_ERRORS: u64 = 20;
/// Between two such errors: a starved server may need a while until its stream is there again, and hosts ask without
/// a pause.
const BREATH: Duration = Duration::from_millis(25);
/// Formats that sound can be given in, best first.
const FORMATS: [SampleFormat; 7] = [
    SampleFormat::F32,
    SampleFormat::I32,
    SampleFormat::I24,
    SampleFormat::I16,
    SampleFormat::F64,
    SampleFormat::U16,
    SampleFormat::U8,
];
/// ALSA's list holds converters and traps beside what people would choose.
const NOT_FOR_PEOPLE: [&str; 16] = [
    "null",
    "lavrate",
    "samplerate",
    "speexrate",
    "speex",
    "upmix",
    "vdownmix",
    "oss",
    "usbstream",
    "arcam_av",
    "a52",
    "dmix",
    "dsnoop",
    "jack",
    "surround",
    "iec958",
];

/// The sound devices of the system.
#[derive(Debug, Clone, Copy, Default)]
pub struct CpalOutput;

impl Output for CpalOutput {
    fn devices(&self) -> Result<Vec<Device>, OutputError> {
        let host = cpal::default_host();
        let default = host.default_output_device();
        let default_id = default.as_ref().and_then(|device| device.id().ok());
        let mut found: Vec<Device> = Vec::new();
        for device in host.output_devices().map_err(OutputError::Host)? {
            let Ok(id) = device.id() else { continue };
            let known = found.iter().any(|other| other.id == id.to_string());
            if known || NOT_FOR_PEOPLE.iter().any(|name| kind(id.id()) == *name) {
                continue;
            }
            found.push(Device {
                name: device.to_string(),
                default: Some(&id) == default_id.as_ref(),
                id: id.to_string(),
            });
        }
        Ok(found)
    }

    fn open(
        &self,
        id: Option<&str>,
        sample_rate: u32,
        connect: &mut dyn FnMut(u32) -> Puller,
    ) -> Result<Box<dyn Running>, OutputError> {
        // A host of its own each time: with the last one, what it knew of the system's set-up goes.
        let host = cpal::default_host();
        let device = match id {
            None => host.default_output_device().ok_or(OutputError::NoDevice)?,
            Some(id) => DeviceId::from_str(id)
                .ok()
                .and_then(|id| host.device_by_id(&id))
                .ok_or_else(|| OutputError::Gone { id: id.to_owned() })?,
        };
        let name = device.to_string();
        let failed = |source| OutputError::Open {
            name: name.clone(),
            source,
        };
        let ranges: Vec<_> = device.supported_output_configs().map_err(failed)?.collect();
        let (range, rate) =
            choose(&ranges, sample_rate).ok_or_else(|| OutputError::Format { name: name.clone() })?;
        let reported = Arc::new(Reported::default());
        let mut last = None;
        for buffer_size in [fixed(&range), BufferSize::Default] {
            let config = StreamConfig {
                channels: range.channels(),
                sample_rate: rate,
                buffer_size,
            };
            let built = build(
                &device,
                config,
                range.sample_format(),
                connect(rate),
                reported.clone(),
            );
            match built.and_then(|stream| stream.play().map(|()| stream)) {
                Ok(stream) => {
                    return Ok(Box::new(Playing {
                        _stream: stream,
                        name,
                        reported,
                    }));
                }
                Err(error) => last = Some(error),
            }
        }
        Err(last.map_or(OutputError::NoDevice, failed))
    }
}

/// The first part of an ALSA name: "surround" of "surround51:CARD=0".
fn kind(id: &str) -> &str {
    let name = id.split(':').next().unwrap_or(id);
    name.trim_end_matches(|digit: char| digit.is_ascii_digit() && name.starts_with("surround"))
}

/// What suits stereo sound of this rate best: the rate itself, two channels, the finest format.
fn choose(ranges: &[SupportedStreamConfigRange], wanted: u32) -> Option<(SupportedStreamConfigRange, u32)> {
    let rate = |range: &SupportedStreamConfigRange| {
        if range.contains_rate(wanted) {
            wanted
        } else if range.contains_rate(48_000) {
            48_000
        } else {
            wanted.clamp(range.min_sample_rate(), range.max_sample_rate())
        }
    };
    let cost = |range: &SupportedStreamConfigRange| {
        let format = FORMATS
            .iter()
            .position(|format| *format == range.sample_format())?;
        let channels = match range.channels() {
            0 => return None,
            2 => 0,
            1 => 100,
            more => usize::from(more),
        };
        let off = match rate(range) {
            rate if rate == wanted => 0,
            48_000 => 1,
            _ => 2,
        };
        Some((off, channels, format))
    };
    ranges
        .iter()
        .filter_map(|range| cost(range).map(|cost| (cost, range)))
        .min_by_key(|(cost, _)| *cost)
        .map(|(_, range)| (*range, rate(range)))
}

fn fixed(range: &SupportedStreamConfigRange) -> BufferSize {
    match range.buffer_size() {
        SupportedBufferSize::Range { min, max } if min <= max => BufferSize::Fixed(FRAMES.clamp(*min, *max)),
        _ => BufferSize::Fixed(FRAMES),
    }
}

fn build(
    device: &cpal::Device,
    config: StreamConfig,
    format: SampleFormat,
    puller: Puller,
    reported: Arc<Reported>,
) -> Result<cpal::Stream, cpal::Error> {
    match format {
        SampleFormat::F32 => stream::<f32>(device, config, puller, reported),
        SampleFormat::F64 => stream::<f64>(device, config, puller, reported),
        SampleFormat::I32 => stream::<i32>(device, config, puller, reported),
        SampleFormat::I24 => stream::<cpal::I24>(device, config, puller, reported),
        SampleFormat::I16 => stream::<i16>(device, config, puller, reported),
        SampleFormat::U16 => stream::<u16>(device, config, puller, reported),
        SampleFormat::U8 => stream::<u8>(device, config, puller, reported),
        _ => Err(cpal::Error::new(ErrorKind::UnsupportedConfig)),
    }
}

fn stream<T: SizedSample + FromSample<f32> + Send + 'static>(
    device: &cpal::Device,
    config: StreamConfig,
    mut puller: Puller,
    reported: Arc<Reported>,
) -> Result<cpal::Stream, cpal::Error> {
    let channels = usize::from(config.channels.max(1));
    let taken = reported.clone();
    let play = move |data: &mut [T], info: &cpal::OutputCallbackInfo| {
        taken.errors.store(0, Relaxed);
        let times = info.timestamp();
        let latency = times.playback.checked_duration_since(times.callback);
        // Some hosts tell no latency and give zero.
        let latency = latency.filter(|latency| !latency.is_zero());
        let silence = T::from_sample(0.0);
        puller.pull(data.len() / channels, latency, |i, frame| {
            let Some(out) = data.get_mut(i * channels..(i + 1) * channels) else {
                return;
            };
            match out {
                [mono] => *mono = T::from_sample((frame[0] + frame[1]) * 0.5),
                [left, right, more @ ..] => {
                    *left = T::from_sample(frame[0]);
                    *right = T::from_sample(frame[1]);
                    more.fill(silence);
                }
                [] => {}
            }
        });
    };
    device.build_output_stream(config, play, move |error| reported.take(&error), None)
}

/// What a device reported.
#[derive(Default)]
struct Reported {
    gaps: AtomicU64,
    errors: AtomicU64,
    failure: Mutex<Option<Failure>>,
}

impl Reported {
    fn take(&self, error: &cpal::Error) {
        match error.kind() {
            ErrorKind::Xrun => {
                self.gaps.fetch_add(1, Relaxed);
            }
            // The stream goes on.
            ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied => {}
            kind => {
                let gone = matches!(kind, ErrorKind::DeviceNotAvailable | ErrorKind::HostUnavailable);
                let ended = gone || kind == ErrorKind::StreamInvalidated;
                if !ended && self.errors.fetch_add(1, Relaxed) < MOST_ERRORS {
                    // The host's own thread, which has no sound to play now.
                    std::thread::sleep(BREATH);
                    return;
                }
                let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
                failure.get_or_insert_with(|| Failure {
                    reason: error.to_string(),
                    gone,
                });
            }
        }
    }
}

struct Playing {
    _stream: cpal::Stream,
    name: String,
    reported: Arc<Reported>,
}

impl Running for Playing {
    fn name(&self) -> &str {
        &self.name
    }

    fn failure(&self) -> Option<Failure> {
        self.reported
            .failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn take_gaps(&self) -> u64 {
        self.reported.gaps.swap(0, Relaxed)
    }
}
