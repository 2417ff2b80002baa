//! Edits that come from the window.

use muvi_timeline::{CueId, CurvePoint, Edit, EditError, GainPoint, HitId, TakeId};

use super::project::{fade_of, mix, settings_of, span_of, style_of};
use crate::dto;

/// An edit in the words of the domain.
///
/// # Errors
/// [`EditError`] where a number can't be what it should be; what an edit means is judged where it is applied.
pub fn edit(edit: dto::Edit) -> Result<Edit, EditError> {
    use dto::Edit as From;
    Ok(match edit {
        From::AddHit { frame, name } => Edit::AddHit {
            frame: frame.into(),
            name,
        },
        From::MoveHit { id, frame } => Edit::MoveHit {
            id: HitId(id),
            frame: frame.into(),
        },
        From::RemoveHit { id } => Edit::RemoveHit { id: HitId(id) },
        From::RenameHit { id, name } => Edit::RenameHit { id: HitId(id), name },
        From::LockHit { id, locked } => Edit::LockHit {
            id: HitId(id),
            locked,
        },
        From::SetHitStrength { id, strength } => Edit::SetHitStrength {
            id: HitId(id),
            strength,
        },
        From::SetIntensity { drawn } => Edit::SetIntensity {
            drawn: drawn
                .into_iter()
                .map(CurvePoint::drawn)
                .collect::<Result<_, _>>()?,
        },
        From::AddCue { span, name } => Edit::AddCue {
            span: span_of(span),
            name,
        },
        From::RemoveCue { cue } => Edit::RemoveCue { cue: CueId(cue) },
        From::SetCueSpan { cue, span } => Edit::SetCueSpan {
            cue: CueId(cue),
            span: span_of(span),
        },
        From::SetCueFades {
            cue,
            fade_in,
            fade_out,
            in_curve,
            out_curve,
        } => Edit::SetCueFades {
            cue: CueId(cue),
            fade_in,
            fade_out,
            in_curve: in_curve.map(fade_of),
            out_curve: out_curve.map(fade_of),
        },
        From::SetCueAutomation { cue, points } => Edit::SetCueAutomation {
            cue: CueId(cue),
            points: gain(points)?,
        },
        From::SetTempAutomation { points } => Edit::SetTempAutomation {
            points: gain(points)?,
        },
        From::SetCueGain { cue, gain_db } => Edit::SetCueGain {
            cue: CueId(cue),
            gain_db,
        },
        From::RenameCue { cue, name } => Edit::RenameCue {
            cue: CueId(cue),
            name,
        },
        From::UseTake { cue, take } => Edit::UseTake {
            cue: CueId(cue),
            take: take.map(TakeId),
        },
        From::RenameTake { take, name } => Edit::RenameTake {
            take: TakeId(take),
            name,
        },
        From::FavourTake { take, favourite } => Edit::FavourTake {
            take: TakeId(take),
            favourite,
        },
        From::RemoveTake { take } => Edit::RemoveTake { take: TakeId(take) },
        From::SetStyle { style } => Edit::SetStyle {
            style: style_of(style)?,
        },
        From::SetSettings { settings } => Edit::SetSettings {
            settings: settings_of(&settings),
        },
        From::SetMix { mix: view } => Edit::SetMix { mix: mix(view) },
        From::SetLoop { span } => Edit::SetLoop {
            span: span.map(span_of),
        },
    })
}

/// The gain that the user draws.
///
/// # Errors
/// [`EditError`] for a point that is at no frame, or no gain.
pub fn gain(points: Vec<[f32; 2]>) -> Result<Vec<GainPoint>, EditError> {
    points.into_iter().map(GainPoint::drawn).collect()
}
