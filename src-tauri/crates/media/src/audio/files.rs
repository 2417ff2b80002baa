//! Sound files, decoded by symphonia.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use symphonia::core::audio::{Channels, GenericAudioBufferRef};
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;

use super::downmix::Downmix;
use super::{AudioError, Blocks};

/// Formats whose length symphonia gives to the sample. The others (mp4, AAC, Matroska) go to ffmpeg: it knows
/// what an encoder added at the start.
const EXACT: [&str; 6] = ["wave", "flac", "mp3", "ogg", "aiff", "caf"];

/// A sound file on its way through symphonia.
pub(super) struct SoundFile {
    path: PathBuf,
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    rate: u32,
    frames: Option<u64>,
    channels: Vec<Vec<f32>>,
    downmix: Option<Downmix>,
    decoded: bool,
}

/// Opens the file if symphonia can decode it exactly; `None` sends the caller to ffmpeg.
pub(super) fn open(path: &Path) -> Option<SoundFile> {
    let file = File::open(path).ok()?;
    let mut hint = Hint::new();
    if let Some(extension) = path.extension().and_then(|extension| extension.to_str()) {
        hint.with_extension(extension);
    }
    let stream = MediaSourceStream::new(Box::new(file), Default::default());
    let (format_options, meta_options) = (FormatOptions::default(), MetadataOptions::default());
    let format = symphonia::default::get_probe()
        .probe(&hint, stream, format_options, meta_options)
        .ok()?;
    if !EXACT.contains(&format.format_info().short_name) {
        return None;
    }
    let track = format.default_track(TrackType::Audio)?;
    let Some(CodecParameters::Audio(parameters)) = &track.codec_params else {
        return None;
    };
    let rate = parameters.sample_rate.filter(|&rate| rate > 0)?;
    let options = AudioDecoderOptions::default();
    let decoder = symphonia::default::get_codecs()
        .make_audio_decoder(parameters, &options)
        .ok()?;
    let (track, frames) = (track.id, track.num_frames);
    let path = path.to_owned();
    Some(SoundFile {
        path,
        format,
        decoder,
        track,
        rate,
        frames,
        channels: Vec::new(),
        downmix: None,
        decoded: false,
    })
}

impl SoundFile {
    pub(super) fn rate(&self) -> u32 {
        self.rate
    }

    pub(super) fn frames(&self) -> Option<u64> {
        self.frames
    }

    /// A file that gave nothing is broken; one that gave something has merely ended early.
    fn end(&self, error: &Error) -> Result<bool, AudioError> {
        if self.decoded {
            return Ok(false);
        }
        Err(AudioError::Undecodable {
            path: self.path.clone(),
            reason: error.to_string(),
        })
    }
}

impl Blocks for SoundFile {
    fn next(&mut self, planes: &mut [Vec<f32>; 2]) -> Result<bool, AudioError> {
        loop {
            let packet = match self.format.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => return Ok(false),
                Err(Error::IoError(source)) if source.kind() != io::ErrorKind::UnexpectedEof => {
                    return Err(AudioError::Read {
                        path: self.path.clone(),
                        source,
                    });
                }
                Err(error) => return self.end(&error),
            };
            if packet.track_id != self.track {
                continue;
            }
            match self.decoder.decode(&packet) {
                Ok(buffer) if buffer.frames() == 0 => {}
                Ok(buffer) => {
                    let downmix = self.downmix.get_or_insert_with(|| positions(&buffer));
                    buffer.copy_to_vecs_planar(&mut self.channels);
                    // A file that changes its channels on the way is folded by their new number.
                    if downmix.channels() != self.channels.len() {
                        *downmix = Downmix::of_count(self.channels.len());
                    }
                    downmix.planar(&self.channels, planes);
                    self.decoded = true;
                    return Ok(true);
                }
                // A damaged packet is left out; the rest is still sound.
                Err(Error::DecodeError(_) | Error::IoError(_)) => {}
                Err(error) => return self.end(&error),
            }
        }
    }
}

fn positions(buffer: &GenericAudioBufferRef<'_>) -> Downmix {
    match buffer.spec().channels() {
        Channels::Positioned(positions) => Downmix::of_mask(positions.bits()),
        other => Downmix::of_count(other.count()),
    }
}
