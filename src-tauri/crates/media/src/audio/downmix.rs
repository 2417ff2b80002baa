//! Any number of channels becomes two.

use std::f32::consts::FRAC_1_SQRT_2;

/// Where a channel is heard: its factors for left and right.
type Side = [f32; 2];

const LEFT: Side = [1.0, 0.0];
const RIGHT: Side = [0.0, 1.0];
const BOTH: Side = [1.0, 1.0];
const CENTRE: Side = [FRAC_1_SQRT_2, FRAC_1_SQRT_2];
const LEFT_BEHIND: Side = [FRAC_1_SQRT_2, 0.0];
const RIGHT_BEHIND: Side = [0.0, FRAC_1_SQRT_2];
const BEHIND: Side = [0.5, 0.5];
const SILENT: Side = [0.0, 0.0];

/// The factors of every channel, in the order of the file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Downmix(Vec<Side>);

impl Downmix {
    /// For channels at the positions of a WAVE channel mask, lowest bit first.
    pub(super) fn of_mask(mask: u64) -> Self {
        if mask.count_ones() == 1 {
            return Self(vec![BOTH]);
        }
        let side = |bit: u32| match bit {
            0 | 6 | 12 => LEFT,
            1 | 7 | 14 => RIGHT,
            2 | 13 => CENTRE,
            4 | 9 | 15 => LEFT_BEHIND,
            5 | 10 | 17 => RIGHT_BEHIND,
            8 | 11 | 16 => BEHIND,
            _ => SILENT,
        };
        Self((0..64).filter(|bit| mask >> bit & 1 == 1).map(side).collect())
    }

    /// For channels of which only the number is known, by the usual layouts.
    pub(super) fn of_count(count: usize) -> Self {
        Self::of_mask(match count {
            0 | 1 => 0b100,
            2 => 0b11,
            3 => 0b111,
            4 => 0b11_0011,
            5 => 0b11_0111,
            6 => 0b11_1111,
            7 => 0b111_0000_1111,
            8 => 0b110_0011_1111,
            _ => {
                return Self(
                    (0..count)
                        .map(|i| if i % 2 == 0 { LEFT } else { RIGHT })
                        .collect(),
                );
            }
        })
    }

    /// For a layout by ffmpeg's name, or by the number of channels where the name says nothing.
    pub(super) fn of_layout(name: &str, count: usize) -> Self {
        let mask = match name {
            "mono" => 0b100,
            "stereo" | "downmix" => 0b11,
            "2.1" => 0b1011,
            "3.0" => 0b111,
            "3.0(back)" => 0b1_0000_0011,
            "3.1" => 0b1111,
            "4.0" => 0b1_0000_0111,
            "4.1" => 0b1_0000_1111,
            "quad" => 0b11_0011,
            "quad(side)" => 0b110_0000_0011,
            "5.0" => 0b11_0111,
            "5.0(side)" => 0b110_0000_0111,
            "5.1" => 0b11_1111,
            "5.1(side)" => 0b110_0000_1111,
            "6.1" => 0b111_0000_1111,
            "7.1" => 0b110_0011_1111,
            _ => return Self::of_count(count),
        };
        let known = Self::of_mask(mask);
        if known.0.len() == count {
            known
        } else {
            Self::of_count(count)
        }
    }

    /// Number of channels.
    pub(super) fn channels(&self) -> usize {
        self.0.len()
    }

    /// Folds interleaved samples into two planes.
    pub(super) fn interleaved(&self, samples: &[f32], planes: &mut [Vec<f32>; 2]) {
        let [left, right] = planes;
        for frame in samples.chunks_exact(self.0.len().max(1)) {
            let (mut l, mut r) = (0.0, 0.0);
            for (value, side) in frame.iter().zip(&self.0) {
                l += value * side[0];
                r += value * side[1];
            }
            left.push(l);
            right.push(r);
        }
    }

    /// Folds planes of equal length into two planes.
    pub(super) fn planar(&self, channels: &[Vec<f32>], planes: &mut [Vec<f32>; 2]) {
        let frames = channels.first().map_or(0, Vec::len);
        for (plane, ear) in planes.iter_mut().zip(0..) {
            let start = plane.len();
            plane.resize(start + frames, 0.0);
            for (channel, side) in channels.iter().zip(&self.0) {
                let factor: f32 = side[ear];
                if factor != 0.0 {
                    plane[start..]
                        .iter_mut()
                        .zip(channel)
                        .for_each(|(sum, value)| *sum += value * factor);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_fold_as_expected() {
        let fold = |mix: Downmix, frame: &[f32]| {
            let (mut a, mut b) = ([vec![], vec![]], [vec![], vec![]]);
            mix.interleaved(frame, &mut a);
            let channels: Vec<Vec<f32>> = frame.iter().map(|&v| vec![v]).collect();
            mix.planar(&channels, &mut b);
            assert_eq!(a, b);
            (a[0][0], a[1][0])
        };
        assert_eq!(fold(Downmix::of_layout("mono", 1), &[0.5]), (0.5, 0.5));
        assert_eq!(fold(Downmix::of_layout("stereo", 2), &[0.1, 0.2]), (0.1, 0.2));
        let dialogue = fold(
            Downmix::of_layout("5.1(side)", 6),
            &[0.0, 0.0, 1.0, 1.0, 0.0, 0.0],
        );
        assert_eq!(dialogue, (FRAC_1_SQRT_2, FRAC_1_SQRT_2), "no LFE");
        assert_eq!(
            fold(Downmix::of_layout("5.1", 6), &[0.0, 0.0, 0.0, 0.0, 1.0, 0.0]).0,
            FRAC_1_SQRT_2
        );
        assert_eq!(Downmix::of_layout("unknown", 12).channels(), 12);
        assert_eq!(Downmix::of_layout("7.1", 8).channels(), 8);
    }
}
