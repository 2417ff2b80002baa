//! A frame reduced to what tells shots apart.

/// Cells of the grid on either side.
const GRID: usize = 16;
const CELLS: usize = GRID * GRID;
/// Levels of each colour in the histogram.
const LEVELS: usize = 4;
const BINS: usize = LEVELS * LEVELS * LEVELS;
/// Pixels that are looked at in a frame, at most about.
const PIXELS: usize = 65_536;

/// Mean colours of a grid, and how often each colour occurs.
#[derive(Debug, Clone)]
pub(super) struct Sketch {
    /// Red, green, blue of every cell, 0 to 1.
    grid: [[f32; 3]; CELLS],
    histogram: [f32; BINS],
    mean: f32,
    deviation: f32,
}

impl Sketch {
    pub(super) fn of(frame: &[u8], width: usize) -> Self {
        let width = width.max(1);
        let height = (frame.len() / 3 / width).max(1);
        let stride = (((width * height) as f64 / PIXELS as f64).sqrt().ceil() as usize).max(1);
        let mut sums = [[0_u32; 3]; CELLS];
        let mut counts = [0_u32; CELLS];
        let mut histogram = [0.0_f32; BINS];
        for (y, row) in frame.chunks_exact(width * 3).enumerate().step_by(stride) {
            let line = y * GRID / height * GRID;
            for (x, pixel) in row.as_chunks::<3>().0.iter().enumerate().step_by(stride) {
                let cell = line + x * GRID / width;
                let mut bin = 0;
                for (sum, &value) in sums[cell].iter_mut().zip(pixel) {
                    *sum += u32::from(value);
                    bin = bin * LEVELS + usize::from(value) * LEVELS / 256;
                }
                counts[cell] += 1;
                histogram[bin] += 1.0;
            }
        }
        let total: f32 = histogram.iter().sum::<f32>().max(1.0);
        histogram.iter_mut().for_each(|bin| *bin /= total);
        let grid: [[f32; 3]; CELLS] = std::array::from_fn(|cell| {
            let scale = 1.0 / (255.0 * counts[cell].max(1) as f32);
            sums[cell].map(|sum| sum as f32 * scale)
        });
        let mean = grid.iter().map(luma).sum::<f32>() / CELLS as f32;
        let variance = grid.iter().map(|cell| (luma(cell) - mean).powi(2)).sum::<f32>() / CELLS as f32;
        Self {
            grid,
            histogram,
            mean,
            deviation: variance.sqrt(),
        }
    }

    /// How different two frames are: 0 for the same, around 0.7 for unlike shots.
    pub(super) fn distance(&self, other: &Self) -> f32 {
        let colours: f32 = self
            .histogram
            .iter()
            .zip(&other.histogram)
            .map(|(a, b)| (a - b).abs())
            .sum();
        let places = 0.5 * (self.moved(other) + other.moved(self));
        0.35 * (colours * 0.5) + 0.65 * (places * 4.0).min(1.0)
    }

    /// Mean difference of the cells, each against the most similar of its neighbours: things may move a cell.
    fn moved(&self, other: &Self) -> f32 {
        let mut sum = 0.0;
        for (place, cell) in self.grid.iter().enumerate() {
            let (x, y) = (place % GRID, place / GRID);
            let mut least = f32::MAX;
            for row in y.saturating_sub(1)..=(y + 1).min(GRID - 1) {
                for column in x.saturating_sub(1)..=(x + 1).min(GRID - 1) {
                    least = least.min(difference(cell, &other.grid[row * GRID + column]));
                }
            }
            sum += least;
        }
        sum / CELLS as f32
    }

    /// How alike the arrangement of light is, whatever the brightness: 1 for the same, 0 for unrelated.
    pub(super) fn likeness(&self, other: &Self) -> f32 {
        let product = self
            .grid
            .iter()
            .zip(&other.grid)
            .map(|(a, b)| (luma(a) - self.mean) * (luma(b) - other.mean));
        let scale = self.deviation * other.deviation;
        if scale < 1e-6 {
            0.0
        } else {
            product.sum::<f32>() / (CELLS as f32 * scale)
        }
    }

    /// How far this frame is from `a` and `b` mixed with `weight` of `b`, as a part of their difference.
    pub(super) fn mix_error(&self, a: &Self, b: &Self, weight: f32) -> f32 {
        let (mut error, mut apart) = (0.0, 1e-6);
        for ((cell, a), b) in self.grid.iter().zip(&a.grid).zip(&b.grid) {
            let mixed = std::array::from_fn(|i| a[i] * (1.0 - weight) + b[i] * weight);
            error += difference(cell, &mixed);
            apart += difference(a, b);
        }
        error / apart
    }

    /// True if there is nothing to be seen.
    pub(super) fn is_black(&self) -> bool {
        self.mean < 0.08 && self.deviation < 0.03
    }
}

fn luma(cell: &[f32; 3]) -> f32 {
    0.299 * cell[0] + 0.587 * cell[1] + 0.114 * cell[2]
}

fn difference(a: &[f32; 3], b: &[f32; 3]) -> f32 {
    ((a[0] - b[0]).abs() + (a[1] - b[1]).abs() + (a[2] - b[2]).abs()) / 3.0
}
