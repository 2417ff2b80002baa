//! Exports, hand-over, measures: there and back.

use std::path::{Path, PathBuf};

use muvi_session::AudioCodecChoice;
use muvi_session::deliver::{Bus, Deliver, ExportPreset};
use muvi_session::handover::{HandOverFormat, HandOverOrder, HandedOver};
use muvi_session::page::OtherMusic;
use muvi_session::studio::{ExportOrder, MixMeasure, Outcome, PageOrder, TakeMeasures};
use muvi_session::{Measure, MomentLanding};
use muvi_timeline::TakeId;

use crate::dto;

/// What to export.
pub fn export_order(request: dto::ExportRequest) -> ExportOrder {
    let dto::ExportRequest {
        path,
        what,
        codec,
        tracks,
        loop_only,
        target_lufs,
        ceiling_dbtp,
        overwrite,
    } = request;
    ExportOrder {
        path: PathBuf::from(path),
        what: what_of(what),
        codec: codec.map(codec_of),
        tracks: tracks.into_iter().map(bus_of).collect(),
        loop_only,
        target_lufs,
        ceiling_dbtp,
        overwrite,
    }
}

/// What an export would write.
pub fn outcome(outcome: Outcome) -> dto::ExportForecast {
    let Outcome {
        path,
        files,
        exists,
        picture,
        sound,
        loudness,
        bytes,
        notes,
        obstacle,
    } = outcome;
    dto::ExportForecast {
        path: text(&path),
        files: files.iter().map(|path| text(path)).collect(),
        exists,
        picture,
        sound,
        loudness,
        bytes: bytes.map(|bytes| bytes as f64),
        notes,
        obstacle,
    }
}

/// Sets of choices for the window.
pub fn export_presets(presets: Vec<ExportPreset>) -> Vec<dto::ExportPreset> {
    let view = |preset: ExportPreset| {
        let ExportPreset {
            name,
            built_in,
            what,
            extension,
            codec,
            tracks,
            loop_only,
            target_lufs,
            ceiling_dbtp,
        } = preset;
        dto::ExportPreset {
            name,
            built_in,
            what: match what {
                Deliver::Video => dto::ExportWhat::Video,
                Deliver::Sound => dto::ExportWhat::Sound,
                Deliver::Stems => dto::ExportWhat::Stems,
            },
            extension,
            codec: codec.map(codec_view),
            tracks: tracks.into_iter().map(bus_view).collect(),
            loop_only,
            target_lufs,
            ceiling_dbtp,
        }
    };
    presets.into_iter().map(view).collect()
}

/// A set of choices from the window.
pub fn export_preset_of(preset: dto::ExportPreset) -> ExportPreset {
    let dto::ExportPreset {
        name,
        built_in,
        what,
        extension,
        codec,
        tracks,
        loop_only,
        target_lufs,
        ceiling_dbtp,
    } = preset;
    ExportPreset {
        name,
        built_in,
        what: what_of(what),
        extension,
        codec: codec.map(codec_of),
        tracks: tracks.into_iter().map(bus_of).collect(),
        loop_only,
        target_lufs,
        ceiling_dbtp,
    }
}

/// What was measured of the mix.
pub fn mix_measure(measure: MixMeasure) -> dto::MixMeasure {
    let MixMeasure { loudness, speech } = measure;
    dto::MixMeasure {
        lufs: loudness.integrated_lufs.map(|it| it as f32),
        range_lu: loudness.range_lu as f32,
        true_peak_dbtp: loudness.true_peak_dbtp.map(|it| it as f32),
        speech: speech.map(|speech| dto::SpeechMeasure {
            seconds: speech.seconds as f32,
            speech_lufs: speech.speech_lufs.map(|it| it as f32),
            music_lufs: speech.music_lufs.map(|it| it as f32),
            ducking_db: speech.ducking_db as f32,
        }),
    }
}

/// What to hand over.
pub fn hand_over_order(request: dto::HandOverRequest) -> HandOverOrder {
    let dto::HandOverRequest {
        folder,
        formats,
        overwrite,
    } = request;
    let format = |format| match format {
        dto::HandOverFormat::Otio => HandOverFormat::Otio,
        dto::HandOverFormat::Fcpxml => HandOverFormat::Fcpxml,
        dto::HandOverFormat::Edl => HandOverFormat::Edl,
        dto::HandOverFormat::Csv => HandOverFormat::Csv,
        dto::HandOverFormat::Midi => HandOverFormat::Midi,
        dto::HandOverFormat::CueSheet => HandOverFormat::CueSheet,
    };
    HandOverOrder {
        folder: folder.into(),
        formats: formats.into_iter().map(format).collect(),
        overwrite,
    }
}

/// What was handed over.
pub fn handed_over(done: HandedOver) -> dto::HandOverView {
    let HandedOver { folder, files, notes } = done;
    dto::HandOverView {
        folder: text(&folder),
        files: files.iter().map(|path| text(path)).collect(),
        notes,
    }
}

/// What a page shows.
pub fn page_order(request: dto::PageRequest) -> PageOrder {
    let dto::PageRequest {
        folder,
        takes,
        others,
        reference,
        overwrite,
    } = request;
    let other = |dto::PageOther { name, path }: dto::PageOther| OtherMusic {
        name,
        path: path.into(),
    };
    PageOrder {
        folder: folder.into(),
        takes: takes.into_iter().map(TakeId).collect(),
        others: others.into_iter().map(other).collect(),
        reference,
        overwrite,
    }
}

/// All measures of a take.
pub fn take_measures(measures: TakeMeasures) -> dto::TakeMeasures {
    let TakeMeasures { take, rows, landings } = measures;
    dto::TakeMeasures {
        take: take.0,
        rows: rows.iter().map(measure).collect(),
        landings: landings.moments.into_iter().map(landing).collect(),
    }
}

fn measure(measure: &Measure) -> dto::MeasureRow {
    dto::MeasureRow {
        id: measure.id.into(),
        name: measure.name.into(),
        text: measure.text(),
        ideal: measure.ideal.map(Into::into),
        chance: measure.chance_text(),
        help: measure.help.into(),
    }
}

fn landing(moment: MomentLanding) -> dto::LandingRow {
    dto::LandingRow {
        frame: u32::try_from(moment.frame).unwrap_or(u32::MAX),
        kind: moment.kind.name().into(),
        name: moment.name,
        landed: moment.landed,
        miss_ms: moment.miss_ms.map(|it| it as f32),
        miss_frames: moment.miss_frames.map(|it| it as f32),
    }
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

fn what_of(what: dto::ExportWhat) -> Deliver {
    match what {
        dto::ExportWhat::Video => Deliver::Video,
        dto::ExportWhat::Sound => Deliver::Sound,
        dto::ExportWhat::Stems => Deliver::Stems,
    }
}

fn bus_of(bus: dto::Bus) -> Bus {
    match bus {
        dto::Bus::Mix => Bus::Mix,
        dto::Bus::Music => Bus::Music,
        dto::Bus::Temp => Bus::Temp,
    }
}

fn bus_view(bus: Bus) -> dto::Bus {
    match bus {
        Bus::Mix => dto::Bus::Mix,
        Bus::Music => dto::Bus::Music,
        Bus::Temp => dto::Bus::Temp,
    }
}

fn codec_of(codec: dto::SoundCodec) -> AudioCodecChoice {
    match codec {
        dto::SoundCodec::Aac => AudioCodecChoice::Aac,
        dto::SoundCodec::Opus => AudioCodecChoice::Opus,
        dto::SoundCodec::Flac => AudioCodecChoice::Flac,
        dto::SoundCodec::Alac => AudioCodecChoice::Alac,
        dto::SoundCodec::Pcm => AudioCodecChoice::Pcm,
        dto::SoundCodec::Pcm16 => AudioCodecChoice::Pcm16,
        dto::SoundCodec::PcmFloat => AudioCodecChoice::PcmFloat,
    }
}

fn codec_view(codec: AudioCodecChoice) -> dto::SoundCodec {
    match codec {
        AudioCodecChoice::Aac => dto::SoundCodec::Aac,
        AudioCodecChoice::Opus => dto::SoundCodec::Opus,
        AudioCodecChoice::Flac => dto::SoundCodec::Flac,
        AudioCodecChoice::Alac => dto::SoundCodec::Alac,
        AudioCodecChoice::Pcm => dto::SoundCodec::Pcm,
        AudioCodecChoice::Pcm16 => dto::SoundCodec::Pcm16,
        AudioCodecChoice::PcmFloat => dto::SoundCodec::PcmFloat,
    }
}
