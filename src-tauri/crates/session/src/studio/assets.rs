//! Bytes for the window: pictures, curves, peaks.

use std::sync::Arc;

use muvi_media::view::ViewError;
use muvi_timeline::TakeId;

use super::open::TakeFile;
use super::view::{Asset, AssetReply};
use super::{Fault, Studio};
use crate::assets::Assets;

/// A take's loudness curve: this many dB below its loudest place is 0.
const CURVE_RANGE_DB: f32 = 40.0;

impl Studio {
    /// The bytes of an asset. May take as long as a frame takes to be decoded: not for the thread that draws.
    pub fn asset(&self, asset: &Asset) -> AssetReply {
        match asset {
            Asset::Frame { key, frame, width } => {
                self.picture(key, |assets| frame_reply(assets.frame(*frame, *width)))
            }
            Asset::Thumb { key, second } => self.picture(key, |assets| match assets.thumb(*second) {
                Some(jpeg) => AssetReply::Jpeg(jpeg),
                None => AssetReply::NotYet,
            }),
            Asset::Attention { key, first, count } => self.picture(key, |assets| {
                AssetReply::Growing(assets.attention(*first, *count))
            }),
            Asset::PictureCurve { key } => {
                self.picture(key, |assets| AssetReply::Growing(assets.picture_curve()))
            }
            Asset::TempPeaks { key, level, tile } => {
                self.picture(key, |assets| peaks_reply(assets.temp_peaks(*level, *tile)))
            }
            Asset::Speech { key } => {
                let threshold = self.with(|open| Ok(open.project().mix.ducking.threshold_db));
                self.picture(key, |assets| {
                    AssetReply::Growing(assets.speech(threshold.unwrap_or(-40.0)).0)
                })
            }
            Asset::ClipWave { style, columns } => self.clip_wave(style, *columns),
            Asset::Ducking { key } => self.ducking(key),
            Asset::TakePeaks { take, level, tile } => match self.take_file(TakeId(*take)) {
                Ok(file) => peaks_reply(file.peaks(*level, *tile)),
                Err(_) => AssetReply::Unknown,
            },
            Asset::TakeCurve { take } => {
                let document = self
                    .take_file(TakeId(*take))
                    .ok()
                    .and_then(|file| file.document());
                match document {
                    Some(document) => AssetReply::Growing(floats(&normalised(&document.level.values))),
                    None => AssetReply::NotYet,
                }
            }
        }
    }

    /// Asks the open video, without holding the project while it decodes.
    fn picture(&self, key: &str, ask: impl FnOnce(&Assets) -> AssetReply) -> AssetReply {
        let assets: Result<Option<Arc<Assets>>, Fault> = self.with(|open| {
            let ours = open.project().video.key == key;
            Ok(open.assets.clone().filter(|_| ours))
        });
        match assets {
            Ok(Some(assets)) => ask(&assets),
            _ => AssetReply::Unknown,
        }
    }

    pub(super) fn take_file(&self, take: TakeId) -> Result<Arc<TakeFile>, Fault> {
        self.with(|open| {
            open.take(take)
                .ok_or_else(|| Fault::new("no_take", "This take is not there any more."))
        })
    }
}

fn frame_reply(frame: Result<Arc<[u8]>, ViewError>) -> AssetReply {
    match frame {
        Ok(jpeg) => AssetReply::Jpeg(jpeg),
        Err(ViewError::Superseded | ViewError::Closed) => AssetReply::Superseded,
        Err(ViewError::Width { .. } | ViewError::Beyond { .. }) => AssetReply::Unknown,
        Err(error) => AssetReply::Failed(error.to_string()),
    }
}

fn peaks_reply(tile: Option<(Vec<u8>, bool)>) -> AssetReply {
    match tile {
        Some((bytes, true)) => AssetReply::Growing(bytes),
        Some((bytes, false)) => AssetReply::Growing(bytes),
        None => AssetReply::Unknown,
    }
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// Levels in dB as a curve of 0..1, the loudest place at 1.
fn normalised(levels_db: &[f32]) -> Vec<f32> {
    let loudest = levels_db.iter().copied().fold(f32::MIN, f32::max);
    levels_db
        .iter()
        .map(|level| (1.0 + (level - loudest) / CURVE_RANGE_DB).clamp(0.0, 1.0))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loudest_place_is_at_the_top() {
        assert_eq!(normalised(&[-60.0, -20.0, -40.0, -30.0]), [0.0, 1.0, 0.5, 0.75]);
        assert_eq!(normalised(&[]), [0.0; 0]);
    }
}
