//! What a ceiling takes of the loudness of a take.

use serde::{Deserialize, Serialize};

/// How far the highest peak is held back, for each value of [`Peaks::lost_lu`], in dB.
pub const HELD_DB: [f32; 3] = [4.0, 8.0, 12.0];

/// The peaks of a take as made, and what of its loudness is lost where a ceiling holds them back.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Peaks {
    /// The true peak, in dBTP.
    pub dbtp: f32,
    /// LU that are lost where the highest peak is held back by each of [`HELD_DB`].
    pub lost_lu: [f32; 3],
}

impl Peaks {
    /// The gain in dB that brings a take of `lufs` to `target` under `ceiling_dbtp`, or as near to it as it comes, and
    /// the loudness in LUFS that comes of it.
    pub(super) fn reach(&self, lufs: f32, target: f32, ceiling_dbtp: f32) -> (f32, f32) {
        // Up to this gain no peak is held back.
        let free = ceiling_dbtp - self.dbtp;
        let (mut gain, mut heard) = (free, lufs + free);
        if heard >= target {
            return (target - lufs, target);
        }
        let mut best = (gain, heard);
        for (held, lost) in HELD_DB.into_iter().zip(self.lost_lu) {
            let (next_gain, next_heard) = (free + held, lufs + free + held - lost);
            if next_heard >= target {
                let part = (target - heard) / (next_heard - heard);
                return (gain + (next_gain - gain) * part, target);
            }
            (gain, heard) = (next_gain, next_heard);
            if heard > best.1 {
                best = (gain, heard);
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_ceiling_takes_is_made_up_for() {
        let peaks = Peaks {
            dbtp: -3.0,
            lost_lu: [1.0, 3.0, 6.0],
        };
        let check = |target: f32, expect: f32| {
            let (gain, reached) = peaks.reach(-20.0, target, -1.0);
            assert!((gain - expect).abs() < 1e-4, "{target}: {gain}, not {expect}");
            let allowed = target.min(-12.0);
            assert!((reached - allowed).abs() < 1e-4, "{reached}, not {allowed}");
        };
        // 2 dB reach the ceiling; then 4 dB give 3 LU, 4 more 2, 4 more 1.
        check(-23.0, -3.0);
        check(-18.0, 2.0);
        check(-16.5, 4.0);
        check(-15.0, 6.0);
        check(-14.0, 8.0);
        check(-12.0, 14.0);
        check(-6.0, 14.0);
        // More that makes it no louder isn't asked for.
        let dense = Peaks {
            dbtp: -3.0,
            lost_lu: [1.0, 6.0, 11.0],
        };
        assert_eq!(dense.reach(-20.0, -6.0, -1.0), (6.0, -15.0));
    }
}
