//! Attention as colour over a frame: blue near 0, yellow near 1, smooth between the centres of the patches.
//!
//! The scale is the whole clip's: its lowest percentile is 0 and its highest 1, so that frames can be compared.

/// Colours from 0 to 1 at even distances, RGB.
const COLOURS: [[f32; 3]; 4] = [
    [20.0, 30.0, 170.0],
    [20.0, 130.0, 190.0],
    [120.0, 190.0, 90.0],
    [255.0, 228.0, 30.0],
];
/// Steps between the first and the last colour.
const TINTS: usize = 256;
/// What counts as lowest and highest: single outliers must not flatten the rest.
const LOW: f64 = 0.01;
const HIGH: f64 = 0.995;

/// Paints attention over the frames of one clip.
pub(crate) struct Heat {
    low: f32,
    high: f32,
    rows: Vec<Weight>,
    columns: Vec<Weight>,
    grid: [usize; 2],
    values: Vec<f32>,
    /// The patches of one row of pixels.
    line: Vec<f32>,
    /// Half of each colour: the picture has the other half.
    tints: Vec<[u8; 3]>,
}

/// A pixel between two patches: the first, and the share of the second.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Weight {
    first: usize,
    second: usize,
    share: f32,
}

impl Heat {
    /// For frames of `width` x `height`; `attention` is the whole clip's, `[T, rows * columns]`.
    pub(crate) fn new(attention: &[f32], grid: [usize; 2], width: usize, height: usize) -> Self {
        let (low, high) = scale(attention);
        Self {
            low,
            high,
            rows: weights(height, grid[0]),
            columns: weights(width, grid[1]),
            grid,
            values: vec![0.0; grid[0] * grid[1]],
            line: vec![0.0; grid[1]],
            tints: (0..TINTS)
                .map(|step| colour(step as f32 / (TINTS - 1) as f32).map(|it| (it / 2.0) as u8))
                .collect(),
        }
    }

    /// Paints one frame's attention over its RGB pixels, row by row.
    pub(crate) fn paint(&mut self, pixels: &mut [u8], attention: &[f32]) {
        let span = (self.high - self.low).max(f32::EPSILON);
        for (value, raw) in self.values.iter_mut().zip(attention) {
            *value = ((raw - self.low) / span).clamp(0.0, 1.0);
        }
        let (width, patches) = (self.columns.len(), self.grid[1]);
        for (line, row) in pixels.chunks_exact_mut(width * 3).zip(&self.rows) {
            let [upper, lower] = [row.first, row.second].map(|it| &self.values[it * patches..][..patches]);
            for ((value, upper), lower) in self.line.iter_mut().zip(upper).zip(lower) {
                *value = mix(*upper, *lower, row.share);
            }
            for (pixel, column) in line.as_chunks_mut::<3>().0.iter_mut().zip(&self.columns) {
                let value = mix(self.line[column.first], self.line[column.second], column.share);
                let tint = &self.tints[(value * (TINTS - 1) as f32) as usize];
                for (value, tint) in pixel.iter_mut().zip(tint) {
                    *value = (*value >> 1) + tint;
                }
            }
        }
    }
}

/// What is drawn as 0 and as 1 in a clip with this attention.
pub(crate) fn scale(attention: &[f32]) -> (f32, f32) {
    let mut sorted: Vec<f32> = attention.iter().copied().filter(|it| it.is_finite()).collect();
    if sorted.is_empty() {
        return (0.0, 1.0);
    }
    sorted.sort_by(f32::total_cmp);
    let at = |share: f64| sorted[((sorted.len() - 1) as f64 * share).round() as usize];
    (at(LOW), at(HIGH))
}

fn weights(pixels: usize, patches: usize) -> Vec<Weight> {
    (0..pixels)
        .map(|pixel| {
            let centre = (pixel as f32 + 0.5) * patches as f32 / pixels as f32 - 0.5;
            let centre = centre.clamp(0.0, (patches.max(1) - 1) as f32);
            let first = centre as usize;
            Weight {
                first,
                second: (first + 1).min(patches.max(1) - 1),
                share: centre - first as f32,
            }
        })
        .collect()
}

fn mix(a: f32, b: f32, share: f32) -> f32 {
    a + (b - a) * share
}

fn colour(value: f32) -> [f32; 3] {
    let at = value.clamp(0.0, 1.0) * (COLOURS.len() - 1) as f32;
    let first = (at as usize).min(COLOURS.len() - 2);
    let share = at - first as f32;
    std::array::from_fn(|channel| mix(COLOURS[first][channel], COLOURS[first + 1][channel], share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blue_near_zero_and_yellow_near_one() {
        let [blue, yellow] = [colour(0.0), colour(1.0)];
        assert!(blue[2] > 2.0 * blue[0] && blue[2] > 2.0 * blue[1]);
        assert!(yellow[0] > 200.0 && yellow[1] > 200.0 && yellow[2] < 60.0);
    }

    #[test]
    fn the_patch_that_is_looked_at_turns_yellow() {
        // Two frames of a 2 x 2 grid: the lower right patch, then the upper left.
        let attention = [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0];
        let mut heat = Heat::new(&attention, [2, 2], 8, 6);
        let mut pixels = vec![0; 8 * 6 * 3];
        heat.paint(&mut pixels, &attention[..4]);
        let pixel = |x: usize, y: usize| &pixels[(y * 8 + x) * 3..][..3];
        assert!(pixel(0, 0)[2] > pixel(0, 0)[0], "blue in the upper left");
        assert!(
            pixel(7, 5)[0] > 100 && pixel(7, 5)[2] < 30,
            "yellow in the lower right"
        );
        assert_ne!(pixel(3, 2), pixel(4, 3), "smooth between the centres");
    }

    #[test]
    fn pixels_lie_between_patches() {
        let weights = weights(4, 2);
        let places: Vec<f32> = weights.iter().map(|it| it.first as f32 + it.share).collect();
        assert_eq!(places, [0.0, 0.25, 0.75, 1.0]);
        assert!(super::weights(3, 1).iter().all(|it| it.second == 0));
    }
}
