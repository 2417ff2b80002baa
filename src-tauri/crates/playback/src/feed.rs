//! Where sound comes from, and the buffer that makes block sizes irrelevant.

/// Samples fetched at once. Sources always see this block size, whatever the renderer is asked for.
const BLOCK: usize = 1024;

/// An error of whatever stands behind a source.
pub type SourceError = Box<dyn std::error::Error + Send + Sync>;

/// A stream of stereo sound at the rate of the mix.
///
/// A source that serves live playback must neither allocate nor lock nor wait.
pub trait Source {
    /// Fills both planes (of equal length) from their start and says how many samples were written.
    /// Fewer than asked for means that the sound has ended.
    ///
    /// # Errors
    /// Whatever keeps the source from going on; the renderer passes it on and stays silent after it.
    fn read(&mut self, planes: [&mut [f32]; 2]) -> Result<usize, SourceError>;
}

impl<F: FnMut([&mut [f32]; 2]) -> Result<usize, SourceError>> Source for F {
    fn read(&mut self, planes: [&mut [f32]; 2]) -> Result<usize, SourceError> {
        self(planes)
    }
}

/// A source, sample by sample; silence after its end.
pub(crate) struct Feed {
    source: Box<dyn Source + Send>,
    planes: [Vec<f32>; 2],
    at: usize,
    filled: usize,
    over: bool,
}

impl Feed {
    pub(crate) fn new(source: Box<dyn Source + Send>) -> Self {
        Self {
            source,
            planes: [vec![0.0; BLOCK], vec![0.0; BLOCK]],
            at: 0,
            filled: 0,
            over: false,
        }
    }

    pub(crate) fn next(&mut self) -> Result<[f32; 2], SourceError> {
        if self.at == self.filled {
            if self.over {
                return Ok([0.0; 2]);
            }
            self.fetch()?;
            if self.filled == 0 {
                return Ok([0.0; 2]);
            }
        }
        let sample = [self.planes[0][self.at], self.planes[1][self.at]];
        self.at += 1;
        // One bad number would silence everything after it in the limiter.
        Ok(sample.map(|value| if value.is_finite() { value } else { 0.0 }))
    }

    fn fetch(&mut self) -> Result<(), SourceError> {
        let [left, right] = &mut self.planes;
        (self.at, self.filled) = (0, 0);
        match self.source.read([left, right]) {
            Ok(count) => {
                self.filled = count.min(BLOCK);
                self.over = self.filled < BLOCK;
                Ok(())
            }
            Err(error) => {
                self.over = true;
                Err(error)
            }
        }
    }
}
