//! Stereo samples to latents.

use super::CodecError;
use super::stft::Stft;
use crate::latents::{LatentClock, Latents};
use crate::models::MusicModels;

/// Latents that one run of the network gives, besides its halo.
const CHUNK: usize = 256;

/// Encodes stereo audio at the pack's rate; as many latents as it has whole or begun blocks of `hop * stack` samples.
///
/// # Errors
/// A network's failure.
pub fn encode(models: &mut MusicModels, left: &[f32], right: &[f32]) -> Result<Latents, CodecError> {
    let manifest = models.manifest();
    let (spec, width) = (manifest.stft, manifest.latent.width);
    let step = LatentClock::new(manifest).step() as usize;
    // The format gives one halo for the codec; its encoder sees no farther than its decoder.
    let halo = manifest.decoder_halo;
    let total = left.len().div_ceil(step);
    let mid: Vec<f32> = left.iter().zip(right).map(|(l, r)| 0.5 * (l + r)).collect();
    let mut stft = Stft::new(spec.n_fft, spec.hop);
    let mut magnitude = Vec::new();
    let mut values = Vec::with_capacity(total * width);
    for start in (0..total).step_by(CHUNK) {
        let end = (start + CHUNK).min(total);
        let (from, to) = (start.saturating_sub(halo), (end + halo).min(total));
        let frames = (to - from) * spec.stack;
        let plane = frames * spec.bins();
        magnitude.resize(3 * plane, 0.0);
        for (signal, out) in [&mid[..], left, right]
            .into_iter()
            .zip(magnitude.chunks_mut(plane))
        {
            stft.magnitudes(signal, (from * step) as i64, frames, spec.norm, out);
        }
        let encoder = &mut models.codec_encoder;
        let input = encoder.input([1, 3, frames, spec.bins()], &magnitude)?;
        let outputs = encoder.run([input])?;
        let all = outputs.floats("latents", (to - from) * width)?;
        values.extend_from_slice(&all[(start - from) * width..(end - from) * width]);
    }
    Ok(Latents { width, values })
}
