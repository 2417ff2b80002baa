//! A piece in the making.

use std::ops::Range;

use super::GenerateError;

/// A piece in the making.
pub(super) struct Piece {
    /// `[L, Z]`, at least one window long.
    pub(super) values: Vec<f32>,
    /// Whether a latent is given to the windows to come.
    pub(super) known: Vec<bool>,
    /// Latents of the result; what lies beyond only fills the last window.
    pub(super) total: usize,
}

impl Piece {
    /// Takes what a window made where nothing was known (`[W, Z]`), and returns the range that is new.
    pub(super) fn take(
        &mut self,
        start: usize,
        made: &[f32],
        width: usize,
    ) -> Result<Range<usize>, GenerateError> {
        let mut new: Option<Range<usize>> = None;
        for (latent, row) in (start..).zip(made.chunks_exact(width)) {
            if self.known[latent] {
                continue;
            }
            if !row.iter().all(|v| v.is_finite()) {
                return Err(GenerateError::NotFinite);
            }
            self.values[latent * width..(latent + 1) * width].copy_from_slice(row);
            self.known[latent] = true;
            if latent < self.total {
                new = Some(new.map_or(latent, |r| r.start)..latent + 1);
            }
        }
        Ok(new.unwrap_or(start..start))
    }
}
