//! Where sound comes from, and the buffer that makes block sizes irrelevant.

/// Samples fetched at once. Sources always see this block size, whatever the renderer is asked for.
pub(crate) const BLOCK: usize = 1024;

/// An error of whatever stands behind a source.
pub type SourceError = Box<dyn std::error::Error + Send + Sync>;

/// A stream of stereo sound at the rate of the mix.
///
/// Live, sources are read on the feeder's thread about 100 ms ahead of what is heard: they may read files, but
/// should not wait for long.
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

/// A source that can go on anywhere.
///
/// A source that still grows gives what is there; it is asked again at a later place, after a seek.
pub trait SeekableSource: Source {
    /// Goes on at sample `sample` of the source; beyond its end nothing is read. Should take milliseconds at most.
    ///
    /// # Errors
    /// Whatever keeps the source from going there.
    fn seek(&mut self, sample: u64) -> Result<(), SourceError>;
}

enum Input {
    Stream(Box<dyn Source + Send>),
    Seekable(Box<dyn SeekableSource + Send>),
}

/// A source, sample by sample; silence after its end.
pub(crate) struct Feed {
    input: Input,
    planes: [Vec<f32>; 2],
    at: usize,
    filled: usize,
    over: bool,
}

impl Feed {
    pub(crate) fn stream(source: Box<dyn Source + Send>) -> Self {
        Self::of(Input::Stream(source))
    }

    pub(crate) fn seekable(source: Box<dyn SeekableSource + Send>) -> Self {
        Self::of(Input::Seekable(source))
    }

    fn of(input: Input) -> Self {
        Self {
            input,
            planes: [vec![0.0; BLOCK], vec![0.0; BLOCK]],
            at: 0,
            filled: 0,
            over: false,
        }
    }

    /// Goes on at `sample`. A plain stream stays where it is.
    pub(crate) fn seek(&mut self, sample: u64) -> Result<(), SourceError> {
        if let Input::Seekable(source) = &mut self.input {
            (self.at, self.filled, self.over) = (0, 0, false);
            source.seek(sample)?;
        }
        Ok(())
    }

    /// True once the source has said that nothing more comes and all of it was taken.
    pub(crate) fn is_over(&self) -> bool {
        self.over && self.at == self.filled
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
        let read = match &mut self.input {
            Input::Stream(source) => source.read([left, right]),
            Input::Seekable(source) => source.read([left, right]),
        };
        match read {
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
