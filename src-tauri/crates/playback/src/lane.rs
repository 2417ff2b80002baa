//! Clips of sound laid on the timeline.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use muvi_timeline::{FadeCurve, db_to_gain};

use crate::feed::{BLOCK, SeekableSource, Source, SourceError};
use crate::line::{Drawn, GainAt};

/// Opens the sound of a clip, each time anew, from any thread.
pub trait OpenSource: Send + Sync {
    /// Opens the sound at its first sample.
    ///
    /// # Errors
    /// Whatever keeps it from being opened.
    fn open(&self) -> Result<Box<dyn SeekableSource + Send>, SourceError>;
}

impl<F> OpenSource for F
where
    F: Fn() -> Result<Box<dyn SeekableSource + Send>, SourceError> + Send + Sync,
{
    fn open(&self) -> Result<Box<dyn SeekableSource + Send>, SourceError> {
        self()
    }
}

/// A piece of sound at a place of the timeline. All lengths are in samples at the rate of the mix.
#[derive(Clone)]
pub struct Clip {
    /// Where the sound comes from.
    pub source: Arc<dyn OpenSource>,
    /// Where the clip begins on the timeline.
    pub start: u64,
    /// Length of the clip; silence where the source is shorter.
    pub length: u64,
    /// The source's sample that is heard at the clip's start.
    pub offset: u64,
    /// Gain in dB; loudness matching belongs here.
    pub gain_db: f32,
    /// Length of the fade-in from the clip's first sample on.
    pub fade_in: u64,
    /// Length of the fade-out up to the clip's last sample.
    pub fade_out: u64,
    /// Shape of the fade-in. Two clips that overlap by their fades cross-fade.
    pub fade_in_curve: FadeCurve,
    /// Shape of the fade-out.
    pub fade_out_curve: FadeCurve,
    /// The gain drawn over it, in order, at samples of the timeline; empty is 0 dB.
    pub automation: Arc<[GainAt]>,
}

impl fmt::Debug for Clip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clip")
            .field("start", &self.start)
            .field("length", &self.length)
            .field("offset", &self.offset)
            .field("gain_db", &self.gain_db)
            .finish_non_exhaustive()
    }
}

/// Where a tolerant lane says what it could not play.
pub(crate) type ProblemSlot = Arc<Mutex<Option<String>>>;

/// The clips of one track as one endless sound: gaps are silent, overlaps are summed.
///
/// Samples do not depend on the sizes of blocks. A clip whose source still grows is silent where nothing is yet,
/// and heard as soon as it is there.
pub struct Lane {
    clips: Vec<Placed>,
    at: u64,
    planes: [Vec<f32>; 2],
    tolerant: Option<ProblemSlot>,
}

struct Placed {
    clip: Clip,
    gain: f32,
    drawn: Drawn,
    source: Option<Box<dyn SeekableSource + Send>>,
    /// The source's sample that it would read next.
    next: u64,
    broken: bool,
}

impl Lane {
    /// A lane that fails with the first clip that fails: for export.
    pub fn new(clips: Vec<Clip>) -> Self {
        let place = |clip: Clip| Placed {
            gain: db_to_gain(clip.gain_db),
            drawn: Drawn::new(&clip.automation),
            clip,
            source: None,
            next: 0,
            broken: false,
        };
        Self {
            clips: clips.into_iter().map(place).collect(),
            at: 0,
            planes: [vec![0.0; BLOCK], vec![0.0; BLOCK]],
            tolerant: None,
        }
    }

    /// A lane that leaves out clips that fail and says so in `slot`: for live sound.
    pub(crate) fn tolerant(clips: Vec<Clip>, slot: ProblemSlot) -> Self {
        Self {
            tolerant: Some(slot),
            ..Self::new(clips)
        }
    }

    /// Opens all clips now, so that none has to be opened while it plays.
    ///
    /// # Errors
    /// The first clip's error.
    pub fn open(&mut self) -> Result<(), SourceError> {
        for place in &mut self.clips {
            let opened = place.opened().map(|_| ());
            if let Err(error) = opened {
                forgive(self.tolerant.as_ref(), place, error)?;
            }
        }
        Ok(())
    }
}

impl Source for Lane {
    fn read(&mut self, planes: [&mut [f32]; 2]) -> Result<usize, SourceError> {
        let [left, right] = planes;
        let count = left.len().min(right.len());
        let mut done = 0;
        while done < count {
            let now = (count - done).min(BLOCK);
            let out = [&mut left[done..done + now], &mut right[done..done + now]];
            let [a, b] = out;
            a.fill(0.0);
            b.fill(0.0);
            for place in &mut self.clips {
                let added = place.add(self.at, [&mut *a, &mut *b], &mut self.planes);
                if let Err(error) = added {
                    forgive(self.tolerant.as_ref(), place, error)?;
                }
            }
            self.at += now as u64;
            done += now;
        }
        Ok(count)
    }
}

impl SeekableSource for Lane {
    fn seek(&mut self, sample: u64) -> Result<(), SourceError> {
        self.at = sample;
        Ok(())
    }
}

impl fmt::Debug for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lane")
            .field("clips", &self.clips.len())
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

impl Placed {
    fn opened(&mut self) -> Result<&mut Box<dyn SeekableSource + Send>, SourceError> {
        match &mut self.source {
            Some(source) => Ok(source),
            empty => {
                self.next = 0;
                Ok(empty.insert(self.clip.source.open()?))
            }
        }
    }

    /// Adds what is heard of the clip in the block that starts at `at`.
    fn add(&mut self, at: u64, out: [&mut [f32]; 2], scratch: &mut [Vec<f32>; 2]) -> Result<(), SourceError> {
        let [left, right] = out;
        let end = self.clip.start.saturating_add(self.clip.length);
        let from = at.max(self.clip.start);
        let to = (at + left.len() as u64).min(end);
        if self.broken || from >= to {
            return Ok(());
        }
        let count = (to - from) as usize;
        let into = (from - at) as usize;
        let position = from - self.clip.start;
        let wanted = self.clip.offset.saturating_add(position);
        let [a, b] = scratch;
        let got = self.fetch(wanted, [&mut a[..count], &mut b[..count]])?;
        let Clip {
            length,
            fade_in,
            fade_out,
            fade_in_curve,
            fade_out_curve,
            ..
        } = self.clip;
        for i in 0..got {
            let place = position + i as u64;
            let fade = fade_in_curve.gain(place, fade_in) * fade_out_curve.gain(length - 1 - place, fade_out);
            let gain = self.gain * fade * self.drawn.gain(from + i as u64);
            left[into + i] += finite(a[i]) * gain;
            right[into + i] += finite(b[i]) * gain;
        }
        Ok(())
    }

    /// Reads from the source's sample `wanted` on; says how much was there.
    fn fetch(&mut self, wanted: u64, planes: [&mut [f32]; 2]) -> Result<usize, SourceError> {
        self.opened()?;
        let moved = self.next != wanted;
        let Some(source) = &mut self.source else {
            return Ok(0);
        };
        if moved {
            source.seek(wanted)?;
        }
        let [a, b] = planes;
        let mut got = 0;
        while got < a.len() {
            let read = source.read([&mut a[got..], &mut b[got..]])?.min(a.len() - got);
            if read == 0 {
                break;
            }
            got += read;
        }
        // After a short read the next block asks for a later place, and so seeks: the source may have grown.
        self.next = wanted + got as u64;
        Ok(got)
    }
}

fn finite(value: f32) -> f32 {
    if value.is_finite() { value } else { 0.0 }
}

fn forgive(slot: Option<&ProblemSlot>, place: &mut Placed, error: SourceError) -> Result<(), SourceError> {
    let Some(slot) = slot else {
        return Err(error);
    };
    place.broken = true;
    let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
    slot.get_or_insert_with(|| format!("A part of the sound cannot be played: {error}"));
    Ok(())
}
