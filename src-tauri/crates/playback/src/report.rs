//! What ducking does, as numbers.

use ebur128::{EbuR128, Mode};
use muvi_timeline::{DuckBy, Ducking, SampleSpan, TempTrack};

use crate::duck::{Ducker, course};
use crate::feed::Feed;
use crate::lane::Lane;
use crate::programme::Programme;
use crate::render::{Bus, RenderError, Renderer, Track, check, failed};

/// Sound quieter than this is silence to the standard's absolute gate, in LUFS.
const GATE_LUFS: f64 = -70.0;
/// Samples rendered at a time.
const BLOCK: usize = 1024;
/// Longer gaps between stretches of speech are jumped over, in seconds.
const GAP_SECONDS: u64 = 5;

/// What ducking does under speech.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpeechReport {
    /// Seconds of speech.
    pub seconds: f64,
    /// Loudness of the temp track in it, in LUFS; `None` for silence or less than 0.4 s.
    pub speech_lufs: Option<f64>,
    /// Loudness of the music in it, lowered as it is, in LUFS; `None` for silence or less than 0.4 s.
    pub music_lufs: Option<f64>,
    /// How far the music is lowered there on the average, in dB, 0 or more.
    pub ducking_db: f64,
}

/// How far ducking lowers the music over the whole programme, in dB, 0 or less: `points_per_second` values from the
/// first sample on. By level it reads the whole temp track once, block by block; by speech it reads nothing.
///
/// # Errors
/// [`RenderError`] if the mix is out of range or the temp track cannot be opened or read.
pub fn duck_curve(programme: &Programme, points_per_second: u32) -> Result<Vec<f32>, RenderError> {
    check(&programme.mix, programme.sample_rate)?;
    let (rate, points) = (
        u64::from(programme.sample_rate),
        u64::from(points_per_second.max(1)),
    );
    let places = (0_u64..)
        .map(|point| point.saturating_mul(rate) / points)
        .take_while(|place| *place < programme.length);
    match programme.mix.temp {
        TempTrack::Duck(ducking) if !programme.temp.is_empty() => match ducking.by {
            DuckBy::Speech => {
                let mut course = course(&programme.speech, &ducking);
                let depth = f64::from(-ducking.depth_db);
                // A zero keeps its sign off.
                let db = |place| (depth * course.at(place as f64).unwrap_or(0.0)) as f32 + 0.0;
                Ok(places.map(db).collect())
            }
            DuckBy::Level => by_level(programme, &ducking, places),
        },
        _ => Ok(places.map(|_| 0.0).collect()),
    }
}

fn by_level(
    programme: &Programme,
    ducking: &Ducking,
    places: impl Iterator<Item = u64>,
) -> Result<Vec<f32>, RenderError> {
    let fail = |source| failed(Track::Temp, source);
    let mut temp = Feed::seekable(Box::new(Lane::new(programme.temp.clone())));
    let mut ducker = Ducker::new(ducking, programme.speech.clone(), programme.sample_rate, 0);
    ducker.prime(0, || temp.next().map_err(fail))?;
    let mut passed = 0;
    let mut curve = Vec::new();
    for place in places {
        while passed <= place {
            ducker.step(temp.next().map_err(fail)?);
            passed += 1;
        }
        curve.push(ducker.lowered_db() + 0.0);
    }
    Ok(curve)
}

/// How loud speech and music are where there is speech, and how far the music is lowered there; `None` if no speech
/// is known. Renders the speech and what lies near it.
///
/// # Errors
/// [`RenderError`] if the mix is out of range or a source cannot be opened or read.
pub fn speech_report(programme: &Programme) -> Result<Option<SpeechReport>, RenderError> {
    let spans = apart(programme);
    let total: u64 = spans.iter().map(SampleSpan::len).sum();
    if total == 0 {
        return Ok(None);
    }
    let gap = GAP_SECONDS * u64::from(programme.sample_rate);
    let mut buses = [Ear::new(programme, Bus::Music)?, Ear::new(programme, Bus::Temp)?];
    let mut lowered = 0.0;
    for span in &spans {
        for ear in &mut buses {
            ear.go(span.start(), gap)?;
        }
        while buses[0].renderer.position() < span.end() {
            let left = span.end() - buses[0].renderer.position();
            let count = usize::try_from(left).unwrap_or(BLOCK).min(BLOCK);
            for ear in &mut buses {
                ear.hear(count, true)?;
            }
            lowered += f64::from(buses[0].renderer.ducking_db()) * count as f64;
        }
    }
    let [music, temp] = &buses;
    Ok(Some(SpeechReport {
        seconds: total as f64 / f64::from(programme.sample_rate),
        speech_lufs: temp.lufs(),
        music_lufs: music.lufs(),
        ducking_db: lowered / total as f64,
    }))
}

/// The stretches of speech within the programme, in order and apart from each other.
fn apart(programme: &Programme) -> Vec<SampleSpan> {
    let all = SampleSpan::new(0, programme.length);
    let mut spans: Vec<SampleSpan> = programme
        .speech
        .iter()
        .filter_map(|span| span.intersect(&all))
        .collect();
    spans.sort_by_key(SampleSpan::start);
    spans.dedup_by(|next, last| {
        let meets = next.start() <= last.end();
        if meets {
            *last = SampleSpan::new(last.start(), last.end().max(next.end()));
        }
        meets
    });
    spans
}

/// A bus and a meter.
struct Ear {
    renderer: Renderer,
    /// `None` at rates that the meter doesn't know.
    meter: Option<EbuR128>,
    planes: [Vec<f32>; 2],
}

impl Ear {
    fn new(programme: &Programme, bus: Bus) -> Result<Self, RenderError> {
        Ok(Self {
            renderer: programme.bus(bus, 0)?,
            meter: EbuR128::new(2, programme.sample_rate, Mode::I | Mode::HISTOGRAM).ok(),
            planes: [vec![0.0; BLOCK], vec![0.0; BLOCK]],
        })
    }

    /// Goes on at `place`, by jumping if it is farther than `gap`.
    fn go(&mut self, place: u64, gap: u64) -> Result<(), RenderError> {
        if place - self.renderer.position() > gap {
            return self.renderer.seek(place);
        }
        while self.renderer.position() < place {
            let left = place - self.renderer.position();
            self.hear(usize::try_from(left).unwrap_or(BLOCK).min(BLOCK), false)?;
        }
        Ok(())
    }

    fn hear(&mut self, count: usize, metered: bool) -> Result<(), RenderError> {
        let [left, right] = &mut self.planes;
        let done = self.renderer.render([&mut left[..count], &mut right[..count]])?;
        if let (Some(meter), true) = (&mut self.meter, metered) {
            let [left, right] = &self.planes;
            // It refuses nothing but planes of different lengths.
            let _ = meter.add_frames_planar_f32(&[&left[..done], &right[..done]]);
        }
        Ok(())
    }

    fn lufs(&self) -> Option<f64> {
        let lufs = self.meter.as_ref()?.loudness_global().ok()?;
        (lufs.is_finite() && lufs > GATE_LUFS).then_some(lufs)
    }
}
