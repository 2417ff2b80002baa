//! Brings what an analysis found together with what the user decided.

use std::collections::BTreeMap;

use super::{EditError, within};
use crate::{Cut, FoundHit, HitId, HitOrigin, HitPoint, Project, Rate, Round};

/// Two analyses (with other packs, say) may see one event this far apart: 2 ticks of the models' clock.
const SAME_EVENT_TICKS: u64 = 2;

/// Takes over cuts and found hit points.
///
/// Hit points of the user and locked ones stay. Each of them that was found before, and each one that was taken away,
/// stands for the nearest found one, which is left out. The k-th found one has the same number in every project that
/// shares `next_hit`; one that was at the same frame before keeps its number.
pub(super) fn merge(project: &mut Project, cuts: &[Cut], found: &[FoundHit]) -> Result<(), EditError> {
    for hit in found {
        within("the strength of a hit point", hit.strength, 0.0..=1.0)?;
        project.check_frame("a hit point", hit.frame)?;
    }
    let found = one_per_frame(found);
    let first = project.next_hit;
    let count = u32::try_from(found.len()).ok();
    let next = count.and_then(|count| first.checked_add(count));
    project.next_hit = next.ok_or(EditError::Full { what: "hit point" })?;

    let (mut hits, old): (Vec<_>, Vec<_>) = project.hits.drain(..).partition(HitPoint::is_kept);
    let old: BTreeMap<u64, HitId> = old.into_iter().map(|hit| (hit.frame, hit.id)).collect();
    let marks: Vec<u64> = hits
        .iter()
        .filter_map(|hit| hit.found_at)
        .chain(project.removed_hits.iter().copied())
        .collect();
    let reach = Rate::MODEL.convert(SAME_EVENT_TICKS, project.video.rate, Round::Nearest);
    let claimed = claimed(&marks, &found, reach);
    let taken: Vec<u64> = hits.iter().map(|hit| hit.frame).collect();
    for ((hit, claimed), id) in found.iter().zip(claimed).zip(first..) {
        if claimed || taken.contains(&hit.frame) {
            continue;
        }
        hits.push(HitPoint {
            id: old.get(&hit.frame).copied().unwrap_or(HitId(id)),
            frame: hit.frame,
            strength: hit.strength,
            origin: if hit.cut { HitOrigin::Cut } else { HitOrigin::Found },
            found_at: Some(hit.frame),
            name: None,
            locked: false,
        });
    }
    hits.sort_by_key(|hit| hit.frame);
    project.hits = hits.into();
    project.cuts = cuts.to_vec().into();
    project.analysed = true;
    Ok(())
}

/// In order of frame; of several at one frame the strongest.
fn one_per_frame(found: &[FoundHit]) -> Vec<FoundHit> {
    let mut found = found.to_vec();
    found.sort_by(|a, b| a.frame.cmp(&b.frame).then(b.strength.total_cmp(&a.strength)));
    found.dedup_by_key(|hit| hit.frame);
    found
}

/// For each found hit point whether a mark stands for it. A mark stands for one at most, the nearest pairs go first.
fn claimed(marks: &[u64], found: &[FoundHit], reach: u64) -> Vec<bool> {
    let mut pairs = Vec::new();
    for (mark, frame) in marks.iter().enumerate() {
        let near = found.partition_point(|hit| hit.frame < frame.saturating_sub(reach));
        let near = found.iter().enumerate().skip(near);
        for (index, hit) in near.take_while(|(_, hit)| hit.frame <= frame.saturating_add(reach)) {
            pairs.push((hit.frame.abs_diff(*frame), mark, index));
        }
    }
    pairs.sort_unstable();
    let (mut used, mut claimed) = (vec![false; marks.len()], vec![false; found.len()]);
    for (_, mark, index) in pairs {
        if !used[mark] && !claimed[index] {
            (used[mark], claimed[index]) = (true, true);
        }
    }
    claimed
}
