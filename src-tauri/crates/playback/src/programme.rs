//! What is played: the description from which sound is opened, live and for export.

use muvi_timeline::Mix;

use crate::lane::{Clip, Lane, ProblemSlot};
use crate::render::{RenderError, Renderer, Track};

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
}

impl Programme {
    /// A renderer for export at sample `start`; the first clip that fails ends it.
    ///
    /// # Errors
    /// [`RenderError`] if the mix is out of range or a source cannot be opened or read.
    pub fn renderer(&self, start: u64) -> Result<Renderer, RenderError> {
        self.build(start, &self.mix, Lane::new)
    }

    /// A renderer for live sound: clips that fail are left out and named in `slot`.
    pub(crate) fn live(&self, mix: &Mix, slot: &ProblemSlot) -> Result<Renderer, RenderError> {
        self.build(0, mix, |clips| Lane::tolerant(clips, slot.clone()))
    }

    fn build(
        &self,
        start: u64,
        mix: &Mix,
        lane: impl Fn(Vec<Clip>) -> Lane,
    ) -> Result<Renderer, RenderError> {
        let mut music = lane(self.music.clone());
        music.open().map_err(|source| RenderError::Source {
            track: Track::Music,
            source,
        })?;
        let mut temp = (!self.temp.is_empty()).then(|| lane(self.temp.clone()));
        if let Some(temp) = &mut temp {
            temp.open().map_err(|source| RenderError::Source {
                track: Track::Temp,
                source,
            })?;
        }
        let temp = temp.map(|lane| Box::new(lane) as Box<_>);
        Renderer::seekable(Box::new(music), temp, mix, self.sample_rate, self.length, start)
    }
}
