//! How windows lie over a piece.

use std::ops::Range;

/// Starts of windows of `window` latents over `from..to`, as few as overlap by `overlap` or more, evenly spread: each
/// continues the one before it, and the last one ends with the range.
pub(super) fn spread(from: usize, to: usize, window: usize, overlap: usize) -> Vec<usize> {
    let length = to.saturating_sub(from);
    if length <= window {
        return vec![from];
    }
    let count = (length - overlap).div_ceil(window - overlap);
    let slack = length - window;
    (0..count)
        .map(|k| from + (k * slack + (count - 1) / 2) / (count - 1))
        .collect()
}

/// Starts of windows over a section of a piece of `length` latents (at least a window), with what surrounds it in view.
pub(super) fn around(section: &Range<usize>, length: usize, window: usize) -> Vec<usize> {
    let overlap = window / 3;
    let (from, to) = (
        section.start.saturating_sub(overlap),
        (section.end + overlap).min(length),
    );
    if to - from <= window {
        // One window, the section in its middle as far as the piece allows.
        let middle = (section.start + section.end) / 2;
        vec![middle.saturating_sub(window / 2).min(length - window)]
    } else {
        spread(from, to, window, overlap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_window_holds_a_short_piece() {
        assert_eq!(spread(0, 22, 320, 107), [0]);
        assert_eq!(spread(0, 320, 320, 107), [0]);
        assert_eq!(spread(0, 321, 320, 107), [0, 1]);
        assert_eq!(spread(0, 533, 320, 107), [0, 213]);
    }

    proptest! {
        #[test]
        fn windows_cover_overlap_and_stay_inside(from in 0usize..500, length in 1usize..100_000) {
            let (window, overlap) = (320, 107);
            let starts = spread(from, from + length, window, overlap);
            prop_assert_eq!(starts[0], from);
            for w in starts.windows(2) {
                prop_assert!(w[1] > w[0] && w[0] + window >= w[1] + overlap);
            }
            let last = starts[starts.len() - 1] + window;
            let fits = if length <= window { last >= from + length } else { last == from + length };
            prop_assert!(fits, "the last window ends at {}", last);
        }
    }
}
