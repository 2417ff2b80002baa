//! Lowest and highest samples of sound, at seven scales, while it grows.

use std::fmt;

/// Scales that there are.
pub const LEVELS: u32 = 7;
/// Bins of a tile.
pub const TILE_BINS: usize = 1024;
/// Samples of a bin of level 0; each level has four times as many as the one before.
const BIN: usize = 256;
/// Bins of a level that make one of the next.
const FOLD: usize = 4;
const MAGIC: &[u8; 8] = b"MUVIPK01";

/// Lowest left, highest left, lowest right, highest right; -127 to 127 for full scale.
type Bin = [i8; 4];

/// The peaks of stereo sound, as a window draws them: bins of `256 << (2 * level)` samples for levels 0 to 6.
///
/// Grows with [`Peaks::push`]; the last bin of each level covers what there is of it, so that the peaks are exact at
/// any time. Takes some 14 MB for an hour at 44.1 kHz at most.
#[derive(Clone, PartialEq)]
pub struct Peaks {
    /// Whole bins only.
    levels: [Vec<Bin>; LEVELS as usize],
    /// The bin in the making: as a [`Bin`], but samples.
    open: [f32; 4],
    samples: u64,
}

impl Default for Peaks {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Peaks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peaks")
            .field("samples", &self.samples)
            .finish_non_exhaustive()
    }
}

const NOTHING: [f32; 4] = [f32::INFINITY, f32::NEG_INFINITY, f32::INFINITY, f32::NEG_INFINITY];

impl Peaks {
    /// The peaks of no sound.
    pub fn new() -> Self {
        Self {
            levels: Default::default(),
            open: NOTHING,
            samples: 0,
        }
    }

    /// Samples so far, per channel.
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// Adds samples; of planes of unequal length only what both have. What is no number counts as 0.
    pub fn push(&mut self, left: &[f32], right: &[f32]) {
        let mut both = left.iter().zip(right);
        loop {
            let filled = (self.samples % BIN as u64) as usize;
            let mut taken = 0;
            let [mut low_l, mut high_l, mut low_r, mut high_r] = self.open;
            for (l, r) in both.by_ref().take(BIN - filled) {
                let [l, r] = [*l, *r].map(|v| if v.is_finite() { v } else { 0.0 });
                (low_l, high_l) = (low_l.min(l), high_l.max(l));
                (low_r, high_r) = (low_r.min(r), high_r.max(r));
                taken += 1;
            }
            self.open = [low_l, high_l, low_r, high_r];
            self.samples += taken as u64;
            if filled + taken < BIN {
                return;
            }
            let bin = rounded(self.open);
            self.open = NOTHING;
            self.add(bin);
        }
    }

    /// Notes that no more comes: gives back what was kept for growth.
    pub fn finish(&mut self) {
        self.levels.iter_mut().for_each(Vec::shrink_to_fit);
    }

    /// A tile of 1024 bins: four bytes (i8) for each bin, fewer bins at the end of what there is, none beyond. `None`
    /// for levels above 6.
    pub fn tile(&self, level: u32, tile: u32) -> Option<Vec<u8>> {
        let whole = self.levels.get(level as usize)?;
        let first = (tile as usize).checked_mul(TILE_BINS)?;
        let end = first.checked_add(TILE_BINS)?;
        let bins = whole.get(first..end.min(whole.len())).unwrap_or_default();
        let last = (first..end)
            .contains(&whole.len())
            .then(|| self.unfinished(level as usize))
            .flatten();
        let bytes = bins.iter().chain(last.iter()).flatten();
        Some(bytes.map(|value| value.cast_unsigned()).collect())
    }

    /// A form for files; [`Peaks::from_bytes`] reads it.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(self.samples.to_le_bytes());
        bytes.extend(self.open.iter().flat_map(|value| value.to_le_bytes()));
        bytes.extend(self.levels[0].iter().flatten().map(|value| value.cast_unsigned()));
        bytes
    }

    /// Reads what [`Peaks::to_bytes`] wrote; `None` if it is something else or not whole.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(MAGIC)?;
        let (samples, rest) = rest.split_first_chunk::<8>()?;
        let (open, rest) = rest.split_at_checked(4 * size_of::<f32>())?;
        let samples = u64::from_le_bytes(*samples);
        let (bins, odd) = rest.as_chunks::<4>();
        if !odd.is_empty() || bins.len() as u64 != samples / BIN as u64 {
            return None;
        }
        let mut peaks = Self::new();
        for bin in bins {
            peaks.add(bin.map(u8::cast_signed));
        }
        for (value, bytes) in peaks.open.iter_mut().zip(open.as_chunks::<4>().0) {
            *value = f32::from_le_bytes(*bytes);
        }
        peaks.samples = samples;
        Some(peaks)
    }

    /// Adds a whole bin, and those above that it makes whole.
    fn add(&mut self, mut bin: Bin) {
        for level in &mut self.levels {
            level.push(bin);
            if !level.len().is_multiple_of(FOLD) {
                return;
            }
            bin = folded(&level[level.len() - FOLD..]);
        }
    }

    /// The bin of a level that is not whole yet, of what there is.
    fn unfinished(&self, level: usize) -> Option<Bin> {
        let mut bin = (!self.samples.is_multiple_of(BIN as u64)).then(|| rounded(self.open));
        for below in &self.levels[..level] {
            let left = &below[below.len() / FOLD * FOLD..];
            let parts: Vec<Bin> = left.iter().copied().chain(bin).collect();
            bin = (!parts.is_empty()).then(|| folded(&parts));
        }
        bin
    }
}

fn folded(bins: &[Bin]) -> Bin {
    let low = |at: usize| bins.iter().map(|bin| bin[at]).min().unwrap_or(0);
    let high = |at: usize| bins.iter().map(|bin| bin[at]).max().unwrap_or(0);
    [low(0), high(1), low(2), high(3)]
}

/// Away from 0, so that no sound looks like silence.
fn rounded([low_l, high_l, low_r, high_r]: [f32; 4]) -> Bin {
    let byte = |value: f32| value.clamp(-127.0, 127.0) as i8;
    let low = |value: f32| byte((value * 127.0).floor());
    let high = |value: f32| byte((value * 127.0).ceil());
    [low(low_l), high(high_l), low(low_r), high(high_r)]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// All bins of a level, over its tiles.
    fn bins(peaks: &Peaks, level: u32) -> Vec<[i8; 4]> {
        let mut all = Vec::new();
        for tile in 0.. {
            let bytes = peaks.tile(level, tile).unwrap();
            all.extend(
                bytes
                    .as_chunks::<4>()
                    .0
                    .iter()
                    .map(|bin| bin.map(u8::cast_signed)),
            );
            if bytes.len() < TILE_BINS * 4 {
                return all;
            }
        }
        all
    }

    fn brute(left: &[f32], right: &[f32], level: u32) -> Vec<[i8; 4]> {
        let size = BIN << (2 * level);
        let low = |part: &[f32]| {
            (part.iter().copied().fold(1.0, f32::min) * 127.0)
                .floor()
                .max(-127.0) as i8
        };
        let high = |part: &[f32]| {
            (part.iter().copied().fold(-1.0, f32::max) * 127.0)
                .ceil()
                .min(127.0) as i8
        };
        left.chunks(size)
            .zip(right.chunks(size))
            .map(|(l, r)| [low(l), high(l), low(r), high(r)])
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn as_by_brute_force(seed in any::<u32>(), length in 0_usize..40_000, cut in 1_usize..3000) {
            let mut state = seed | 1;
            let mut noise = || {
                state ^= state << 13;
                state ^= state >> 17;
                state ^= state << 5;
                state as f32 / u32::MAX as f32 * 1.9 - 0.95
            };
            let left: Vec<f32> = (0..length).map(|_| noise()).collect();
            let right: Vec<f32> = (0..length).map(|_| noise() * 0.3).collect();
            let mut peaks = Peaks::new();
            for (l, r) in left.chunks(cut).zip(right.chunks(cut)) {
                peaks.push(l, r);
            }
            let read = Peaks::from_bytes(&peaks.to_bytes()).unwrap();
            for level in 0..LEVELS {
                let all = brute(&left, &right, level);
                prop_assert_eq!(bins(&peaks, level), all.clone(), "level {}", level);
                prop_assert_eq!(bins(&read, level), all);
            }
            // It grows on as if it had never been written.
            let mut grown = [peaks, read];
            grown.iter_mut().for_each(|it| it.push(&left, &right));
            prop_assert!(grown[0] == grown[1]);
        }
    }

    #[test]
    fn odd_samples_and_numbers() {
        let mut peaks = Peaks::new();
        peaks.push(&[f32::NAN, 9.0, f32::NEG_INFINITY, 1e-9], &[0.0; 4]);
        assert_eq!(bins(&peaks, 0), [[0, 127, 0, 0]]);
        assert_eq!(bins(&peaks, 6), [[0, 127, 0, 0]]);
        assert_eq!(peaks.tile(7, 0), None);
        assert_eq!(peaks.tile(0, u32::MAX), Some(Vec::new()));
        assert_eq!(Peaks::new().tile(0, 0), Some(Vec::new()));
        let bytes = peaks.to_bytes();
        assert!(Peaks::from_bytes(&bytes[..bytes.len() - 1]).is_none());
        assert!(Peaks::from_bytes(&[&bytes[..], &[0; 4]].concat()).is_none());
        assert!(Peaks::from_bytes(b"").is_none());
    }

    #[test]
    fn an_hour_stays_small() {
        let mut peaks = Peaks::new();
        let second = vec![0.5; 44_100];
        (0..3600).for_each(|_| peaks.push(&second, &second));
        peaks.finish();
        let bytes: usize = peaks.levels.iter().map(|level| level.capacity() * 4).sum();
        assert!(bytes < 4_000_000, "{bytes}");
        assert_eq!(bins(&peaks, 6).len(), (3600 * 44_100_usize).div_ceil(BIN << 12));
    }
}
