//! Cuts and hit points.

use serde::{Deserialize, Serialize};

use super::HitId;

/// A shot change, as the analysis saw it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Cut {
    /// First frame of the new shot.
    pub frame: u64,
    /// How different the two shots are, 0 to 1.
    pub strength: f32,
    /// How the shot changes.
    pub kind: CutKind,
}

/// How a shot changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CutKind {
    /// From one frame to the next.
    Hard,
    /// Two shots mix.
    Dissolve,
    /// Out of or into black.
    Fade,
}

/// A moment of the picture on which music must land. No two share a frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HitPoint {
    /// Its number.
    pub id: HitId,
    /// Where.
    pub frame: u64,
    /// How much it counts, 0 to 1.
    pub strength: f32,
    /// Where it comes from.
    pub origin: HitOrigin,
    /// Where the analysis found it, also after the user moved it; `None` if the user set it.
    pub found_at: Option<u64>,
    /// The user's name for it.
    pub name: Option<String>,
    /// Whether another analysis or a slip of the mouse leaves it alone.
    pub locked: bool,
}

impl HitPoint {
    /// Whether another analysis leaves it alone.
    pub fn is_kept(&self) -> bool {
        self.locked || self.origin == HitOrigin::User
    }
}

/// Where a hit point comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HitOrigin {
    /// A cut.
    Cut,
    /// Seen in the picture.
    Found,
    /// Set by the user, or found and then moved, named or weighed by the user.
    User,
}

/// A hit point as the analysis finds it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FoundHit {
    /// Where.
    pub frame: u64,
    /// How much it counts, 0 to 1.
    pub strength: f32,
    /// Whether it is a cut; else it was seen in the picture.
    pub cut: bool,
}
