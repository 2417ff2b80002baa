//! The latents of a take on disk: a header, then 32-bit floats, little-endian.

use std::fs;

use muvi_scoring::latents::Latents;

use super::TakePaths;
use crate::error::{Error, TakeProblem};

const MAGIC: &[u8; 8] = b"MUVILAT1";
/// The pack's hash in hex.
const HASH: usize = 64;

/// The latents of a take.
#[derive(Clone, Debug, PartialEq)]
pub struct TakeLatents {
    /// Hash of the pack that made them.
    pub pack: String,
    /// The music.
    pub music: Latents,
    /// The style that it continues, if one was given.
    pub style: Option<Latents>,
}

impl TakeLatents {
    /// Magic, hash, width, music's and style's number of latents, music, style.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let style = self.style.as_ref();
        let mut out = MAGIC.to_vec();
        let mut hash = self.pack.clone().into_bytes();
        hash.resize(HASH, b' ');
        out.extend(hash);
        let counts = [
            self.music.width,
            self.music.frames(),
            style.map_or(0, Latents::frames),
        ];
        for count in counts {
            out.extend(u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
        }
        let values = self
            .music
            .values
            .iter()
            .chain(style.iter().flat_map(|s| &s.values));
        out.extend(values.flat_map(|value| value.to_le_bytes()));
        out
    }

    /// Reads the latents of a take.
    ///
    /// # Errors
    /// [`Error::Take`] if the file is missing or damaged.
    pub fn read(paths: &TakePaths) -> Result<Self, Error> {
        let file = paths.latents();
        let bytes = fs::read(&file).map_err(|source| {
            let file = file.clone();
            paths.error(TakeProblem::Unreadable { file, source })
        })?;
        Self::from_bytes(&bytes).ok_or_else(|| paths.error(TakeProblem::Damaged { file }))
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(MAGIC)?;
        let (hash, rest) = rest.split_at_checked(HASH)?;
        let (counts, rest) = rest.split_at_checked(12)?;
        let mut counts = counts
            .as_chunks::<4>()
            .0
            .iter()
            .map(|it| u32::from_le_bytes(*it) as usize);
        let (width, music, style) = (counts.next()?, counts.next()?, counts.next()?);
        let expected = music.checked_add(style)?.checked_mul(width)?.checked_mul(4)?;
        if rest.len() != expected || width == 0 {
            return None;
        }
        let values = rest.as_chunks::<4>().0.iter().map(|it| f32::from_le_bytes(*it));
        let mut values: Vec<f32> = values.collect();
        let style_values = values.split_off(music * width);
        let latents = |values| Latents { width, values };
        Some(Self {
            pack: std::str::from_utf8(hash).ok()?.trim_end().to_owned(),
            music: latents(values),
            style: (style > 0).then(|| latents(style_values)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_as_it_was() {
        let latents = |count: usize| Latents {
            width: 3,
            values: (0..count * 3).map(|it| it as f32 / 7.0).collect(),
        };
        for style in [None, Some(latents(2))] {
            let take = TakeLatents {
                pack: "ab".repeat(32),
                music: latents(5),
                style,
            };
            let bytes = take.to_bytes();
            assert_eq!(TakeLatents::from_bytes(&bytes).unwrap(), take);
            assert!(TakeLatents::from_bytes(&bytes[..bytes.len() - 1]).is_none());
            assert!(TakeLatents::from_bytes(&[&bytes[..], &[0; 4]].concat()).is_none());
        }
        assert!(TakeLatents::from_bytes(b"MUVI").is_none());
    }
}
