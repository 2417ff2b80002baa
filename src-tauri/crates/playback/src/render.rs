//! Music and temp track become one sound.

use std::fmt;

use muvi_timeline::{Mix, MixError, TempTrack, TrackMix, db_to_gain};
use thiserror::Error;

use crate::duck::Ducker;
use crate::feed::{Feed, Source, SourceError};
use crate::limit::Limiter;

/// One of the two tracks of a mix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Track {
    /// The generated music.
    Music,
    /// The video's own sound.
    Temp,
}

impl fmt::Display for Track {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Music => "music",
            Self::Temp => "temp track",
        })
    }
}

/// Why a mix cannot be rendered.
#[derive(Debug, Error)]
pub enum RenderError {
    /// A value of the mix is out of range.
    #[error(transparent)]
    Mix(#[from] MixError),
    /// A sample rate that no mix has.
    #[error("a mix at {0} Hz cannot be rendered; use 8000 to 384000 Hz")]
    SampleRate(u32),
    /// A look-ahead longer than ten seconds.
    #[error("a look-ahead of {samples} samples is too long; use at most ten seconds")]
    LookAhead {
        /// The look-ahead in samples.
        samples: u64,
    },
    /// A source failed.
    #[error("the {track} cannot be read on")]
    Source {
        /// Which track.
        track: Track,
        /// What its source said.
        source: SourceError,
    },
}

/// Renders a mix from its first sample to its last, in blocks of any size.
///
/// Samples depend on the sources and the mix alone, not on the sizes of the blocks. After
/// [`Renderer::new`] nothing is allocated. The mix has the length it was given: sources that are shorter are
/// followed by silence, longer ones are cut.
pub struct Renderer {
    music: Feed,
    temp: Option<Feed>,
    ducker: Option<Ducker>,
    limiter: Limiter,
    track: TrackMix,
    music_gain: f32,
    temp_gain: f32,
    master: f32,
    /// Samples mixed so far; ahead of `given` by the delay of the limiter.
    mixed: u64,
    given: u64,
    length: u64,
}

impl Renderer {
    /// A renderer at its start. Reads as far ahead as ducking and limiter need.
    ///
    /// `length` is that of the mix in samples: the length of the picture. The temp track is not read if the
    /// mix mutes it.
    ///
    /// # Errors
    /// [`RenderError`] if a value of the mix is out of range or a source fails at once.
    pub fn new(
        music: Box<dyn Source + Send>,
        temp: Option<Box<dyn Source + Send>>,
        mix: &Mix,
        sample_rate: u32,
        length: u64,
    ) -> Result<Self, RenderError> {
        mix.check()?;
        if !(8000..=384_000).contains(&sample_rate) {
            return Err(RenderError::SampleRate(sample_rate));
        }
        let mut temp = temp.map(Feed::new);
        let (mut ducker, mut temp_gain) = (None, 1.0);
        match &mix.temp {
            TempTrack::Mute => temp = None,
            TempTrack::Keep { gain_db } => temp_gain = db_to_gain(*gain_db),
            TempTrack::Duck(ducking) => {
                if ducking.look_ahead > u64::from(sample_rate) * 10 {
                    return Err(RenderError::LookAhead {
                        samples: ducking.look_ahead,
                    });
                }
                temp_gain = db_to_gain(ducking.gain_db);
                ducker = temp.is_some().then(|| Ducker::new(ducking, sample_rate));
            }
        }
        let mut renderer = Self {
            music: Feed::new(music),
            temp,
            ducker,
            limiter: Limiter::new(db_to_gain(mix.ceiling_dbtp), sample_rate),
            track: mix.music,
            music_gain: db_to_gain(mix.music.gain_db),
            temp_gain,
            master: db_to_gain(mix.master_db),
            mixed: 0,
            given: 0,
            length,
        };
        renderer.prime()?;
        Ok(renderer)
    }

    /// Length of the mix in samples.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Samples given so far.
    pub fn position(&self) -> u64 {
        self.given
    }

    /// Fills both planes from their start and says how many samples were written: as many as the shorter plane
    /// has, fewer at the end of the mix, then 0.
    ///
    /// # Errors
    /// [`RenderError::Source`] if a source fails. The renderer can be asked on; that track is silent then.
    pub fn render(&mut self, planes: [&mut [f32]; 2]) -> Result<usize, RenderError> {
        let [left, right] = planes;
        let mut written = 0;
        for (left, right) in left.iter_mut().zip(right) {
            if self.given == self.length {
                break;
            }
            let sample = self.mix()?;
            [*left, *right] = self.limiter.step(sample);
            self.given += 1;
            written += 1;
        }
        Ok(written)
    }

    fn prime(&mut self) -> Result<(), RenderError> {
        if let (Some(ducker), Some(temp)) = (&mut self.ducker, &mut self.temp) {
            for _ in 0..ducker.look_ahead() {
                ducker.step(temp.next().map_err(|source| failed(Track::Temp, source))?);
            }
        }
        for _ in 0..self.limiter.delay() {
            let sample = self.mix()?;
            self.limiter.step(sample);
        }
        Ok(())
    }

    /// The next sample before the limiter; silence after the end.
    fn mix(&mut self) -> Result<[f32; 2], RenderError> {
        if self.mixed >= self.length {
            return Ok([0.0; 2]);
        }
        let music = self.music.next().map_err(|source| failed(Track::Music, source))?;
        let coming = match &mut self.temp {
            Some(temp) => temp.next().map_err(|source| failed(Track::Temp, source))?,
            None => [0.0; 2],
        };
        let (ducked, temp) = match &mut self.ducker {
            Some(ducker) => ducker.step(coming),
            None => (1.0, coming),
        };
        let level = self.music_gain * self.fade() * ducked;
        self.mixed += 1;
        Ok(std::array::from_fn(|channel| {
            (music[channel] * level + temp[channel] * self.temp_gain) * self.master
        }))
    }

    /// The factor of both fades at the sample that is mixed now: the first and the last sample are silent.
    fn fade(&self) -> f32 {
        let TrackMix {
            fade_in,
            fade_out,
            curve,
            ..
        } = self.track;
        let left = self.length - 1 - self.mixed;
        curve.gain(self.mixed, fade_in) * curve.gain(left, fade_out)
    }
}

impl fmt::Debug for Renderer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Renderer")
            .field("given", &self.given)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

fn failed(track: Track, source: SourceError) -> RenderError {
    RenderError::Source { track, source }
}
