//! What is played: the description from which sound is opened, live and for export.

use std::sync::Arc;

use muvi_timeline::{Mix, SampleSpan};

use crate::feed::Feed;
use crate::lane::{Clip, Lane, ProblemSlot};
use crate::render::{Bus, Feeds, RenderError, Renderer, Track, failed};

/// Music and temp track of a video with their mix: plain data and ways to open sources, shared by live sound and
/// export.
#[derive(Debug, Clone)]
pub struct Programme {
    /// Samples per second of all sources and positions.
    pub sample_rate: u32,
    /// Length of the picture in samples.
    pub length: u64,
    /// How all is mixed.
    pub mix: Mix,
    /// The takes of the cues, in any order.
    pub music: Vec<Clip>,
    /// The video's own sound: one clip, or none where the video has no sound.
    pub temp: Vec<Clip>,
    /// Stretches of the temp track with speech, in samples of the timeline; the music goes down under them if the mix
    /// ducks by speech.
    pub speech: Arc<[SampleSpan]>,
}

impl Programme {
    /// A renderer of the mix for export at sample `start`; the first clip that fails ends it.
    ///
    /// # Errors
    /// [`RenderError`] if the mix is out of range or a source cannot be opened or read.
    pub fn renderer(&self, start: u64) -> Result<Renderer, RenderError> {
        self.bus(Bus::Mix, start)
    }

    /// A renderer of the mix or of one track at sample `start`: a stem. Stems have all gains, fades, ducking and the
    /// master of the mix; where none of them passes the ceiling by itself, they add up to the mix before its limiter.
    ///
    /// # Errors
    /// [`RenderError`] if the mix is out of range or a source cannot be opened or read.
    pub fn bus(&self, bus: Bus, start: u64) -> Result<Renderer, RenderError> {
        self.build(bus, start, &self.mix, Lane::new)
    }

    /// A renderer for live sound: clips that fail are left out and named in `slot`.
    pub(crate) fn live(&self, mix: &Mix, slot: &ProblemSlot) -> Result<Renderer, RenderError> {
        self.build(Bus::Mix, 0, mix, |clips| Lane::tolerant(clips, slot.clone()))
    }

    fn build(
        &self,
        bus: Bus,
        start: u64,
        mix: &Mix,
        lane: impl Fn(Vec<Clip>) -> Lane,
    ) -> Result<Renderer, RenderError> {
        let open = |track, clips: &[Clip]| {
            let mut lane = lane(clips.to_vec());
            lane.open().map_err(|source| failed(track, source))?;
            Ok::<_, RenderError>(Feed::seekable(Box::new(lane)))
        };
        // The music's stem needs the temp track, which lowers it; that one needs no music.
        let music = if bus == Bus::Temp { &[] } else { &*self.music };
        let feeds = Feeds {
            music: open(Track::Music, music)?,
            temp: (!self.temp.is_empty())
                .then(|| open(Track::Temp, &self.temp))
                .transpose()?,
            speech: self.speech.clone(),
            bus,
        };
        Renderer::seekable(feeds, mix, self.sample_rate, self.length, start)
    }
}
