//! Which family an error belongs to.

use std::io;

use muvi_media::OutputError;
use muvi_media::audio::AudioError;
use muvi_media::encode::EncodeError;
use muvi_media::export::ExportError;
use muvi_media::frames::FrameError;
use muvi_media::probe::ProbeError;
use muvi_media::wav::WavError;
use muvi_media::web::WebError;
use muvi_scoring::ScoringError;

use crate::batch::BatchError;
use crate::deliver::DeliverProblem;
use crate::error::{Error, Family};
use crate::page::PageProblem;
use crate::store::StoreError;

impl Error {
    /// The family of this error.
    pub fn family(&self) -> Family {
        match self {
            Self::Cancelled => Family::Cancelled,
            Self::Tools(_) => Family::Tools,
            Self::Probe(error) => probe(error),
            Self::CutOff { .. } => Family::InputUnusable,
            Self::Frames(FrameError::Tool { .. }) => Family::Tools,
            Self::Frames(_) => Family::InputUnusable,
            Self::Output(error) => output(error),
            Self::Workplace { source, .. } => io_family(source),
            Self::WorkFile { source, .. } => wav(source),
            Self::HeatmapKind { .. } => Family::Output,
            Self::Encode(error) => encode(error),
            Self::Export(error) => export(error),
            Self::Audio(error) => audio(error),
            Self::Loudness(_) | Self::Render(_) | Self::Defect => Family::Unexpected,
            Self::Pack(_) => Family::Pack,
            Self::Runtime(_) => Family::Runtime,
            Self::Scoring(error) => scoring(error),
            Self::Style { .. } => Family::Style,
            Self::Batch(BatchError::NoVideos { .. } | BatchError::Folder { .. }) => Family::InputUnreadable,
            Self::Batch(BatchError::OutDir { source, .. } | BatchError::Lock { source, .. }) => {
                io_family(source)
            }
            Self::Batch(_) => Family::Output,
            Self::Web(error) => web(error),
            Self::Page { problem, .. } => page(problem),
            Self::Store(error) => store(error),
            Self::Deliver { problem, .. } => deliver(problem),
            Self::Music { .. } | Self::Take { .. } => Family::InputUnusable,
        }
    }
}

fn probe(error: &ProbeError) -> Family {
    match error {
        ProbeError::NotFound { .. }
        | ProbeError::Directory { .. }
        | ProbeError::NotAFile { .. }
        | ProbeError::NoPermission { .. }
        | ProbeError::Unreadable { .. } => Family::InputUnreadable,
        ProbeError::Report { .. } | ProbeError::Tool { .. } => Family::Tools,
        _ => Family::InputUnusable,
    }
}

fn output(error: &OutputError) -> Family {
    if matches!(error, OutputError::DiskFull { .. }) {
        Family::Space
    } else {
        Family::Output
    }
}

fn io_family(error: &io::Error) -> Family {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            Family::Space
        }
        _ => Family::Output,
    }
}

fn wav(error: &WavError) -> Family {
    match error {
        WavError::Output(error) => output(error),
        _ => Family::Output,
    }
}

fn encode(error: &EncodeError) -> Family {
    match error {
        EncodeError::Output(error) => output(error),
        EncodeError::Failed { .. } | EncodeError::Tool { .. } => Family::Tools,
        EncodeError::Size { .. } | EncodeError::Frame { .. } => Family::Unexpected,
    }
}

fn export(error: &ExportError) -> Family {
    match error {
        ExportError::Output(error) => output(error),
        ExportError::Cancelled { .. } => Family::Cancelled,
        ExportError::Failed { .. } | ExportError::Unreadable { .. } | ExportError::Tool { .. } => {
            Family::Tools
        }
        ExportError::Source { .. } => Family::Unexpected,
        ExportError::UnknownContainer { .. }
        | ExportError::SoundRefused { .. }
        | ExportError::NoEncoder { .. }
        | ExportError::VideoRefused { .. }
        | ExportError::OneTrack { .. }
        | ExportError::RotationLost { .. } => Family::Output,
        ExportError::Range { .. } => Family::Request,
    }
}

fn web(error: &WebError) -> Family {
    match error {
        WebError::Output(error) => output(error),
        WebError::Cancelled { .. } => Family::Cancelled,
        WebError::NoEncoder { .. } | WebError::Failed { .. } | WebError::Tool { .. } => Family::Tools,
    }
}

fn page(problem: &PageProblem) -> Family {
    match problem {
        PageProblem::NoVideos
        | PageProblem::VideosAndProject
        | PageProblem::TakeMissing(_)
        | PageProblem::NoMusic
        | PageProblem::OtherMissing { .. }
        | PageProblem::OtherUnmatched { .. }
        | PageProblem::OtherTwice { .. } => Family::InputUnreadable,
        PageProblem::Foreign | PageProblem::Mixed { .. } | PageProblem::HoldsSource { .. } => Family::Output,
    }
}

fn store(error: &StoreError) -> Family {
    match error {
        StoreError::NotFound { .. } | StoreError::Read { .. } | StoreError::InUse { .. } => {
            Family::InputUnreadable
        }
        StoreError::Write(error) => output(error),
        _ => Family::InputUnusable,
    }
}

fn deliver(problem: &DeliverProblem) -> Family {
    match problem {
        DeliverProblem::Silent => Family::InputUnusable,
        DeliverProblem::VideoMissing | DeliverProblem::TakesMissing(_) => Family::InputUnreadable,
        DeliverProblem::Value { .. }
        | DeliverProblem::Range(_)
        | DeliverProblem::Timecode(_)
        | DeliverProblem::NoLoop => Family::Request,
        DeliverProblem::Folder(source) => io_family(source),
        DeliverProblem::Speech(_) => Family::Runtime,
    }
}

fn audio(error: &AudioError) -> Family {
    match error {
        AudioError::File(error) => probe(error),
        AudioError::NoSound { .. } | AudioError::Undecodable { .. } => Family::InputUnusable,
        AudioError::Read { .. } => Family::InputUnreadable,
        AudioError::Resample { .. } => Family::Unexpected,
    }
}

/// A plan that can't be made comes from what the user asked for; anything else from the networks.
fn scoring(error: &ScoringError) -> Family {
    match error {
        _ if error.is_cancelled() => Family::Cancelled,
        ScoringError::Pack(_) => Family::Pack,
        ScoringError::Runtime(_)
        | ScoringError::Stage(_)
        | ScoringError::Speech(_)
        | ScoringError::Similarity(_) => Family::Runtime,
        ScoringError::Plan(_) => Family::InputUnusable,
        ScoringError::Analysis(_) | ScoringError::Generate(_) | ScoringError::Codec(_) => Family::Unexpected,
    }
}
