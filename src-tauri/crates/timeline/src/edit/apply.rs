//! One project and one edit make the next project.

use super::{Edit, EditError, found, relink};
use crate::project::share;
use crate::{
    Cue, CueId, FrameSpan, HitId, HitOrigin, HitPoint, IntensityCurve, Project, Take, TakeId, Timecode,
};

/// The project after an edit.
///
/// # Errors
/// [`EditError`] if it names what isn't there, asks for what can't be, or touches what is locked.
pub fn apply(project: &Project, edit: &Edit) -> Result<Project, EditError> {
    let mut next = project.clone();
    change(&mut next, edit)?;
    next.check()?;
    Ok(next)
}

fn change(project: &mut Project, edit: &Edit) -> Result<(), EditError> {
    match edit {
        Edit::AddHit { frame, name } => add_hit(project, *frame, name.as_deref()),
        Edit::MoveHit { id, frame } => move_hit(project, *id, *frame),
        Edit::RemoveHit { id } => remove_hit(project, *id),
        Edit::RenameHit { id, name } => {
            let hit = hit_mut(project, *id)?;
            hit.name = trimmed(name.as_deref());
            hit.origin = HitOrigin::User;
            Ok(())
        }
        Edit::LockHit { id, locked } => {
            hit_mut(project, *id)?.locked = *locked;
            Ok(())
        }
        Edit::SetHitStrength { id, strength } => {
            let hit = hit_mut(project, *id)?;
            hit.strength = *strength;
            hit.origin = HitOrigin::User;
            Ok(())
        }
        Edit::SetIntensity { drawn } => {
            project.intensity = IntensityCurve {
                points: drawn.clone(),
            };
            Ok(())
        }
        Edit::AddCue { span, name } => add_cue(project, *span, name.as_deref()),
        Edit::RemoveCue { cue } => {
            cue_mut(project, *cue)?;
            project.cues.retain(|it| it.id != *cue);
            Ok(())
        }
        Edit::SetCueSpan { cue, span } => set_span(project, *cue, *span),
        Edit::SetCueFades {
            cue,
            fade_in,
            fade_out,
            in_curve,
            out_curve,
        } => {
            let cue = cue_mut(project, *cue)?;
            (cue.fade_in, cue.fade_out) = (*fade_in, *fade_out);
            cue.fade_in_curve = in_curve.unwrap_or(cue.fade_in_curve);
            cue.fade_out_curve = out_curve.unwrap_or(cue.fade_out_curve);
            Ok(())
        }
        Edit::SetCueAutomation { cue, points } => {
            cue_mut(project, *cue)?.automation.points.clone_from(points);
            Ok(())
        }
        Edit::SetTempAutomation { points } => {
            project.temp_automation.points.clone_from(points);
            Ok(())
        }
        Edit::SetCueGain { cue, gain_db } => {
            cue_mut(project, *cue)?.gain_db = *gain_db;
            Ok(())
        }
        Edit::RenameCue { cue, name } => {
            cue_mut(project, *cue)?.name = name.trim().into();
            Ok(())
        }
        Edit::UseTake { cue, take } => {
            cue_mut(project, *cue)?.take = *take;
            Ok(())
        }
        Edit::RenameTake { take, name } => {
            take_mut(project, *take)?.name = name.trim().into();
            Ok(())
        }
        Edit::FavourTake { take, favourite } => {
            take_mut(project, *take)?.favourite = *favourite;
            Ok(())
        }
        Edit::RemoveTake { take } => remove_take(project, *take),
        Edit::SetStyle { style } => {
            project.style = style.clone();
            Ok(())
        }
        Edit::SetSettings { settings } => {
            project.settings = *settings;
            Ok(())
        }
        Edit::SetMix { mix } => {
            project.mix = *mix;
            Ok(())
        }
        Edit::SetLoop { span } => {
            project.loop_range = *span;
            Ok(())
        }
        Edit::Analysed { cuts, hits } => found::merge(project, cuts, hits),
        Edit::AddTake { cue, take } => {
            if project.take(take.id).is_some() {
                return Err(EditError::TakeTwice { take: take.id });
            }
            let cue = cue_mut(project, *cue)?;
            cue.take = Some(take.id);
            cue.takes.push((**take).clone());
            Ok(())
        }
        Edit::Relink { video } => {
            video.check()?;
            relink::relink(project, (**video).clone());
            Ok(())
        }
    }
}

fn add_hit(project: &mut Project, frame: u64, name: Option<&str>) -> Result<(), EditError> {
    let id = HitId(project.next_hit);
    project.next_hit = id.0.checked_add(1).ok_or(EditError::Full { what: "hit point" })?;
    let hit = HitPoint {
        id,
        frame,
        strength: 1.0,
        origin: HitOrigin::User,
        found_at: None,
        name: trimmed(name),
        locked: false,
    };
    insert_hit(project, hit)
}

fn move_hit(project: &mut Project, id: HitId, frame: u64) -> Result<(), EditError> {
    let hit = take_hit_out(project, id)?;
    let origin = if hit.frame == frame {
        hit.origin
    } else {
        HitOrigin::User
    };
    insert_hit(project, HitPoint { frame, origin, ..hit })
}

fn remove_hit(project: &mut Project, id: HitId) -> Result<(), EditError> {
    let hit = take_hit_out(project, id)?;
    if let Some(found) = hit.found_at
        && let Err(place) = project.removed_hits.binary_search(&found)
    {
        project.removed_hits.insert(place, found);
    }
    Ok(())
}

fn take_hit_out(project: &mut Project, id: HitId) -> Result<HitPoint, EditError> {
    let place = project.hits.iter().position(|hit| hit.id == id);
    let place = place.ok_or(EditError::UnknownHit { id })?;
    if project.hits[place].locked {
        let at = at(project, project.hits[place].frame);
        return Err(EditError::HitLocked { at });
    }
    Ok(project.hits.remove(place))
}

fn insert_hit(project: &mut Project, hit: HitPoint) -> Result<(), EditError> {
    project.check_frame("a hit point", hit.frame)?;
    match project.hits.binary_search_by_key(&hit.frame, |it| it.frame) {
        Ok(_) => Err(EditError::HitThere {
            at: at(project, hit.frame),
        }),
        Err(place) => {
            project.hits.insert(place, hit);
            Ok(())
        }
    }
}

fn add_cue(project: &mut Project, span: FrameSpan, name: Option<&str>) -> Result<(), EditError> {
    let id = CueId(project.next_cue);
    project.next_cue = id.0.checked_add(1).ok_or(EditError::Full { what: "cue" })?;
    let name = trimmed(name).unwrap_or_else(|| format!("Cue {id}"));
    project.cues.push(Cue::new(id, name, span));
    sort_cues(project);
    Ok(())
}

fn set_span(project: &mut Project, cue: CueId, span: FrameSpan) -> Result<(), EditError> {
    project.check_span("a cue", span)?;
    let length = project.samples_of(span).len();
    let frames = project.video.frames;
    let cue = cue_mut(project, cue)?;
    let by = span.start() as i64 - cue.span.start() as i64;
    // A cue that is moved as a whole takes its drawn gain along.
    if by != 0 && span.len() == cue.span.len() {
        cue.automation = cue.automation.shifted(by, frames);
    }
    cue.span = span;
    fit_fades(cue, length);
    sort_cues(project);
    Ok(())
}

/// Shortens both fades in proportion until they fit in `length` samples.
pub(super) fn fit_fades(cue: &mut Cue, length: u64) {
    [cue.fade_in, cue.fade_out] = share([cue.fade_in, cue.fade_out], length);
}

pub(super) fn sort_cues(project: &mut Project) {
    project.cues.sort_by_key(|cue| (cue.span.start(), cue.id));
}

fn remove_take(project: &mut Project, id: TakeId) -> Result<(), EditError> {
    for cue in &mut project.cues {
        if let Some(place) = cue.takes.iter().position(|take| take.id == id) {
            cue.takes.remove(place);
            if cue.take == Some(id) {
                let heir = cue.takes.get(place.saturating_sub(1));
                cue.take = heir.map(|take| take.id);
            }
            return Ok(());
        }
    }
    Err(EditError::UnknownTake { id })
}

fn hit_mut(project: &mut Project, id: HitId) -> Result<&mut HitPoint, EditError> {
    let hit = project.hits.iter_mut().find(|hit| hit.id == id);
    hit.ok_or(EditError::UnknownHit { id })
}

fn cue_mut(project: &mut Project, id: CueId) -> Result<&mut Cue, EditError> {
    let cue = project.cues.iter_mut().find(|cue| cue.id == id);
    cue.ok_or(EditError::UnknownCue { id })
}

fn take_mut(project: &mut Project, id: TakeId) -> Result<&mut Take, EditError> {
    let mut takes = project.cues.iter_mut().flat_map(|cue| &mut cue.takes);
    takes
        .find(|take| take.id == id)
        .ok_or(EditError::UnknownTake { id })
}

fn trimmed(name: Option<&str>) -> Option<String> {
    name.map(str::trim)
        .filter(|name| !name.is_empty())
        .map(Into::into)
}

fn at(project: &Project, frame: u64) -> String {
    Timecode::of(frame, project.video.rate).to_string()
}
