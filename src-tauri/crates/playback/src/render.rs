//! Music and temp track become one sound.

use std::fmt;
use std::sync::Arc;

use muvi_timeline::{Ducking, Mix, MixError, SampleSpan, TempTrack, TrackMix, db_to_gain};
use thiserror::Error;

use crate::duck::Ducker;
use crate::feed::{Feed, Source, SourceError};
use crate::limit::Limiter;
use crate::ramp::Ramp;

/// Changed gains arrive within this time.
const RAMP_MILLIS: u32 = 20;
/// A running mix can look ahead by up to this.
const REACH_SECONDS: u64 = 2;
/// After this time the limiter has forgotten where it started: its release falls below its own steps.
const LIMITER_MILLIS: u64 = 1500;

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

/// Renders a mix in blocks of any size, from its start or from any sample on.
///
/// Samples depend on the sources and the mix alone, not on the sizes of the blocks. Rendering allocates nothing.
/// The mix has the length it was given: sources that are shorter are followed by silence, longer ones are cut.
pub struct Renderer {
    bus: Bus,
    music: Feed,
    temp: Option<Feed>,
    ducker: Option<Ducker>,
    limiter: Limiter,
    sample_rate: u32,
    track: TrackMix,
    music_gain: Ramp,
    temp_gain: Ramp,
    master: Ramp,
    /// How much of the ducking counts: 0 while it is off.
    ducking: Ramp,
    /// Gain of the music by ducking at the sample that was mixed last.
    ducked: f32,
    /// Samples mixed so far; ahead of `given` by the delay of the limiter.
    mixed: u64,
    given: u64,
    length: u64,
}

/// What a renderer gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Bus {
    /// All that is heard.
    #[default]
    Mix,
    /// The music alone, as it is in the mix: lowered where the temp track wants it.
    Music,
    /// The temp track alone, as it is in the mix.
    Temp,
}

impl Bus {
    fn has(self, track: Track) -> bool {
        match self {
            Self::Mix => true,
            Self::Music => track == Track::Music,
            Self::Temp => track == Track::Temp,
        }
    }
}

/// What a renderer is made of.
pub(crate) struct Feeds {
    pub(crate) music: Feed,
    pub(crate) temp: Option<Feed>,
    /// Stretches of the temp track with speech.
    pub(crate) speech: Arc<[SampleSpan]>,
    /// What is given.
    pub(crate) bus: Bus,
}

/// How much is rendered unheard before a start in the middle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RunIn {
    /// As much as ducking and limiter remember: the sound is that of a run from the start.
    Full,
    /// Next to nothing, for grains while the playhead is dragged.
    Short,
}

impl Renderer {
    /// A renderer at its start. Reads as far ahead as ducking and limiter need.
    ///
    /// `length` is that of the mix in samples: the length of the picture. The temp track is not read if the
    /// mix mutes it. No speech is known: ducking by speech does nothing.
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
        Self::with_speech(music, temp, Arc::default(), mix, sample_rate, length)
    }

    /// The same with the stretches of the temp track that have speech, for ducking by speech.
    ///
    /// # Errors
    /// [`RenderError`] if a value of the mix is out of range or a source fails at once.
    pub fn with_speech(
        music: Box<dyn Source + Send>,
        temp: Option<Box<dyn Source + Send>>,
        speech: Arc<[SampleSpan]>,
        mix: &Mix,
        sample_rate: u32,
        length: u64,
    ) -> Result<Self, RenderError> {
        let temp = temp.filter(|_| mix.temp != TempTrack::Mute).map(Feed::stream);
        let feeds = Feeds {
            music: Feed::stream(music),
            temp,
            speech,
            bus: Bus::Mix,
        };
        let mut renderer = Self::of(feeds, mix, sample_rate, length, 0)?;
        renderer.settle(0, RunIn::Full)?;
        Ok(renderer)
    }

    /// A renderer at sample `start` that can go anywhere and whose mix can change while it runs.
    ///
    /// What is heard from `start` on is what a run from the first sample would give: ducking and limiter are run
    /// in over as much of the sound before it as they remember.
    pub(crate) fn seekable(
        feeds: Feeds,
        mix: &Mix,
        sample_rate: u32,
        length: u64,
        start: u64,
    ) -> Result<Self, RenderError> {
        let reach = u64::from(sample_rate) * REACH_SECONDS;
        let mut renderer = Self::of(feeds, mix, sample_rate, length, reach)?;
        renderer.settle(start, RunIn::Full)?;
        Ok(renderer)
    }

    fn of(feeds: Feeds, mix: &Mix, sample_rate: u32, length: u64, reach: u64) -> Result<Self, RenderError> {
        if !(8000..=384_000).contains(&sample_rate) {
            return Err(RenderError::SampleRate(sample_rate));
        }
        check(mix, sample_rate)?;
        let Feeds {
            music,
            temp,
            speech,
            bus,
        } = feeds;
        let ducking = match mix.temp {
            TempTrack::Duck(ducking) => ducking,
            _ => Ducking::speech(sample_rate),
        };
        // Without a look-ahead to come, a temp track that is only kept needs no detector.
        let wanted = reach > 0 || matches!(mix.temp, TempTrack::Duck(_));
        let levels = Levels::of(mix, bus);
        Ok(Self {
            bus,
            ducker: (temp.is_some() && wanted).then(|| Ducker::new(&ducking, speech, sample_rate, reach)),
            music,
            temp,
            limiter: Limiter::new(db_to_gain(mix.ceiling_dbtp), sample_rate),
            sample_rate,
            track: mix.music,
            music_gain: Ramp::at(levels.music),
            temp_gain: Ramp::at(levels.temp),
            master: Ramp::at(levels.master),
            ducking: Ramp::at(levels.ducking),
            ducked: 1.0,
            mixed: 0,
            given: 0,
            length,
        })
    }

    /// Length of the mix in samples.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The sample that is given next.
    pub fn position(&self) -> u64 {
        self.given
    }

    /// How far ducking lowers the music now, in dB, 0 or more.
    pub fn ducking_db(&self) -> f32 {
        (-20.0 * self.ducked.max(1e-7).log10()).max(0.0)
    }

    /// Changes the mix while it runs, without clicks: gains arrive within 20 ms.
    ///
    /// False if this renderer can't take it in its course (other fades of the whole mix, a look-ahead of more
    /// than two seconds): nothing changed then, and a new renderer at the same place does.
    ///
    /// # Errors
    /// [`RenderError`] if a value of the mix is out of range; nothing changed then.
    pub fn set_mix(&mut self, mix: &Mix) -> Result<bool, RenderError> {
        check(mix, self.sample_rate)?;
        let shape = |track: &TrackMix| (track.fade_in, track.fade_out, track.curve);
        if shape(&self.track) != shape(&mix.music) {
            return Ok(false);
        }
        if let (TempTrack::Duck(ducking), Some(_)) = (&mix.temp, &self.temp) {
            let taken = self.ducker.as_mut().is_some_and(|ducker| ducker.set(ducking));
            if !taken {
                return Ok(false);
            }
        }
        let levels = Levels::of(mix, self.bus);
        let samples = self.sample_rate * RAMP_MILLIS / 1000;
        self.music_gain.go(levels.music, samples);
        self.temp_gain.go(levels.temp, samples);
        self.master.go(levels.master, samples);
        self.ducking.go(levels.ducking, samples);
        self.limiter.set_ceiling(db_to_gain(mix.ceiling_dbtp));
        self.track = mix.music;
        Ok(true)
    }

    /// Goes on at sample `position`, as if it had come there from the start. Takes some milliseconds: about two
    /// seconds of sound are rendered unheard.
    ///
    /// # Errors
    /// [`RenderError::Source`] if a source fails.
    pub fn seek(&mut self, position: u64) -> Result<(), RenderError> {
        self.settle(position, RunIn::Full)
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
            [*left, *right] = self.step()?;
            written += 1;
        }
        Ok(written)
    }

    /// Makes everything as it is at `position` in a run from the start.
    pub(crate) fn settle(&mut self, position: u64, run_in: RunIn) -> Result<(), RenderError> {
        let position = position.min(self.length);
        let millis = |n: u64| u64::from(self.sample_rate) * n / 1000;
        let (limiting, ducking) = match (run_in, &self.ducker) {
            (RunIn::Short, _) => (millis(20), millis(100)),
            (RunIn::Full, Some(ducker)) => (millis(LIMITER_MILLIS), ducker.memory()),
            (RunIn::Full, None) => (millis(LIMITER_MILLIS), 0),
        };
        let from = position.saturating_sub(limiting);
        self.limiter.restart();
        self.arrive();
        self.ducked = 1.0;
        self.music
            .seek(from)
            .map_err(|source| failed(Track::Music, source))?;
        if let Some(temp) = &mut self.temp {
            let early = match &self.ducker {
                Some(_) => from.saturating_sub(ducking),
                None => from,
            };
            temp.seek(early).map_err(|source| failed(Track::Temp, source))?;
            if let Some(ducker) = &mut self.ducker {
                let mut next = || temp.next().map_err(|source| failed(Track::Temp, source));
                ducker.prime(early, &mut next)?;
                for _ in early..from {
                    ducker.step(next()?);
                }
            }
        }
        (self.mixed, self.given) = (from, from);
        for _ in 0..self.limiter.delay() {
            let sample = self.mix()?;
            self.limiter.step(sample);
        }
        while self.given < position {
            self.step()?;
        }
        Ok(())
    }

    /// Ends the ramps of a changed mix.
    pub(crate) fn arrive(&mut self) {
        for ramp in [
            &mut self.music_gain,
            &mut self.temp_gain,
            &mut self.master,
            &mut self.ducking,
        ] {
            ramp.arrive();
        }
        if let Some(ducker) = &mut self.ducker {
            ducker.arrive();
        }
    }

    fn step(&mut self) -> Result<[f32; 2], RenderError> {
        let sample = self.mix()?;
        self.given += 1;
        Ok(self.limiter.step(sample))
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
        let (lowered, temp) = match &mut self.ducker {
            Some(ducker) => ducker.step(coming),
            None => (1.0, coming),
        };
        let part = self.ducking.next();
        // Exactly the ducker's gain where ducking is on.
        self.ducked = if part == 1.0 {
            lowered
        } else {
            1.0 + (lowered - 1.0) * part
        };
        let level = self.music_gain.next() * self.fade() * self.ducked;
        let (temp_gain, master) = (self.temp_gain.next(), self.master.next());
        self.mixed += 1;
        Ok(std::array::from_fn(|channel| {
            (music[channel] * level + temp[channel] * temp_gain) * master
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

/// The factors of a mix.
struct Levels {
    music: f32,
    temp: f32,
    master: f32,
    ducking: f32,
}

impl Levels {
    fn of(mix: &Mix, bus: Bus) -> Self {
        let (temp, ducking) = match &mix.temp {
            TempTrack::Mute => (0.0, 0.0),
            TempTrack::Keep { gain_db } => (db_to_gain(*gain_db), 0.0),
            TempTrack::Duck(ducking) => (db_to_gain(ducking.gain_db), 1.0),
        };
        let heard = |track, gain| if bus.has(track) { gain } else { 0.0 };
        Self {
            music: heard(Track::Music, db_to_gain(mix.music.gain_db)),
            temp: heard(Track::Temp, temp),
            master: db_to_gain(mix.master_db),
            ducking,
        }
    }
}

pub(crate) fn check(mix: &Mix, sample_rate: u32) -> Result<(), RenderError> {
    mix.check()?;
    match &mix.temp {
        TempTrack::Duck(ducking) if ducking.look_ahead > u64::from(sample_rate) * 10 => {
            Err(RenderError::LookAhead {
                samples: ducking.look_ahead,
            })
        }
        _ => Ok(()),
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

pub(crate) fn failed(track: Track, source: SourceError) -> RenderError {
    RenderError::Source { track, source }
}
