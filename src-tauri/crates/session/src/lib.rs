//! The jobs: score a video, analyse its picture, judge music against it.
//!
//! A job takes a request, a [`CancelToken`] and a listener for [`Event`]s, and gives a report or an [`Error`].
//! It leaves nothing behind but its output and the cached analysis; it says nothing and draws nothing itself.

mod analyze;
pub mod assets;
mod batch;
mod cache;
mod cancel;
pub mod compose;
mod courtesy;
pub mod deliver;
mod describe;
mod doctor;
mod engine;
mod environment;
mod error;
mod evaluate;
mod event;
mod family;
pub mod handover;
mod heat;
mod level;
mod pack;
pub mod page;
mod progress;
mod report;
mod request;
mod score;
mod seen;
mod speech;
pub mod store;
pub mod studio;
mod style;
mod take;
mod target;
mod watch;

pub use analyze::analyze;
pub use batch::{BatchError, BatchEvent, BatchReport, BatchRequest, BatchState, BatchVideo, batch};
pub use cancel::CancelToken;
pub use doctor::{DoctorItem, DoctorReport, doctor};
pub use environment::{NO_REPORTS, begin_with};
pub use error::{Error, Family, StyleProblem, TakeProblem};
pub use evaluate::{BeatsOf, Figures, LandingReport, Measure, MomentKind, MomentLanding, Unit, evaluate};
pub use event::{Event, Phase};
pub use muvi_scoring::pack::PackInfo;
pub use pack::{PackVerified, pack_info, pack_verify};
pub use report::{
    AnalysisReport, EvaluationReport, HitReport, InputFacts, LoudnessReport, MusicFacts, PictureReport,
    PlanReport, ScoreReport, SpanReport, StageTime, TempoReport,
};
pub use request::{
    AnalyzeRequest, AudioCodecChoice, EngineRequest, EvaluateRequest, ProviderChoice, ScoreRequest,
    TempTrackChoice,
};
pub use score::score;
pub use seen::{Seen, SeenCut};
pub use speech::ListenError;
pub use watch::{FrameTap, Partial, PartialTap, WatchTaps, Watched};
