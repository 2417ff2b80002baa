//! What is heard of a cue's fades: cues that overlap cross-fade by themselves.

use super::{Cue, CueId, Project};
use crate::{FadeCurve, SampleSpan};

/// The fades of a cue as they are heard. Lengths are in samples; both together are not longer than what is heard of
/// the cue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeardFades {
    /// Length of the fade-in.
    pub fade_in: u64,
    /// Length of the fade-out.
    pub fade_out: u64,
    /// Shape of the fade-in.
    pub in_curve: FadeCurve,
    /// Shape of the fade-out.
    pub out_curve: FadeCurve,
}

impl Project {
    /// The samples in which a cue is heard: where its span and the music of its take in use meet. `None` for a cue
    /// without a take, or with one that lies elsewhere.
    pub fn heard_span(&self, cue: &Cue) -> Option<SampleSpan> {
        let take = cue.take_in_use()?;
        let music = SampleSpan::from_len(self.sample_of(take.span.start()), take.samples);
        self.samples_of(cue.span).intersect(&music)
    }

    /// The fades of a cue as they are heard beside all other cues; `None` if no cue has this number. A cue without
    /// music is taken as if it had some; as a neighbour it fades nobody out.
    pub fn heard_fades(&self, cue: CueId) -> Option<HeardFades> {
        let cue = self.cue(cue)?;
        let heard = self.heard_span(cue).unwrap_or_else(|| self.samples_of(cue.span));
        let others = self.cues.iter().filter(|other| other.id != cue.id);
        let others = others.filter_map(|other| self.heard_span(other));
        Some(cue.own_fades().crossing(heard, others))
    }
}

impl Cue {
    /// The fades that the user set.
    pub fn own_fades(&self) -> HeardFades {
        HeardFades {
            fade_in: self.fade_in,
            fade_out: self.fade_out,
            in_curve: self.fade_in_curve,
            out_curve: self.fade_out_curve,
        }
    }
}

impl HeardFades {
    /// What a cue's own fades become where it is heard in `heard` and other cues in `others`.
    ///
    /// They are made at least as long as it overlaps with music that starts before it and ends inside of it
    /// (fade-in), or starts inside of it and ends after it (fade-out), so that both cross. One cue inside of another
    /// lies on top of it and both keep their own fades. Where both fades don't fit, what the user set gives way to
    /// what overlaps, and what overlaps is shared out in proportion. A fade of no length has no shape of its own: what
    /// crosses there keeps its power.
    #[must_use]
    pub fn crossing(self, heard: SampleSpan, others: impl Iterator<Item = SampleSpan>) -> Self {
        let (mut into, mut out) = (0, 0);
        for other in others {
            let Some(both) = heard.intersect(&other) else {
                continue;
            };
            if other.start() < heard.start() && other.end() < heard.end() {
                into = both.len().max(into);
            } else if heard.start() < other.start() && heard.end() < other.end() {
                out = both.len().max(out);
            }
        }
        let (fade_in, fade_out) = fitted([self.fade_in, self.fade_out], [into, out], heard.len());
        let curve = |own: u64, curve| if own == 0 { FadeCurve::EqualPower } else { curve };
        Self {
            fade_in,
            fade_out,
            in_curve: curve(self.fade_in, self.in_curve),
            out_curve: curve(self.fade_out, self.out_curve),
        }
    }
}

/// Fade-in and fade-out that are at least as long as the overlaps and fit in `length`.
fn fitted(own: [u64; 2], overlaps: [u64; 2], length: u64) -> (u64, u64) {
    let [into, out] = overlaps;
    let rest = length.saturating_sub(into.saturating_add(out));
    let extra = [own[0].saturating_sub(into), own[1].saturating_sub(out)];
    let [more_in, more_out] = share(extra, rest);
    let [into, out] = share(overlaps, length);
    (into + more_in, out + more_out)
}

/// Two lengths, made shorter in proportion until both together are not longer than `length`.
pub(crate) fn share([a, b]: [u64; 2], length: u64) -> [u64; 2] {
    let both = u128::from(a) + u128::from(b);
    if both <= u128::from(length) {
        return [a, b];
    }
    let first = u64::try_from(u128::from(a) * u128::from(length) / both).unwrap_or(length);
    [first, length - first]
}
