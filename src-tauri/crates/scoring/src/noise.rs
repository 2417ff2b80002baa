//! Seeded noise that does not depend on how it is asked for.

use rand::Rng;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

/// Fills `out` (`[frames, width]`) with standard normal noise for the latents `first..`.
///
/// A value depends only on `(seed, absolute latent index, channel)`: each latent is its own ChaCha8 stream, so that
/// windows may be laid out in any way and still start from the same noise. Normals by Box and Muller (1958).
pub fn fill_noise(seed: u64, first: u64, width: usize, out: &mut [f32]) {
    debug_assert!(width > 0 && out.len().is_multiple_of(width));
    let base = ChaCha8Rng::seed_from_u64(seed);
    for (row, latent) in out.chunks_mut(width.max(1)).zip(first..) {
        let mut stream = base.clone();
        stream.set_stream(latent);
        stream.set_word_pos(0);
        for pair in row.chunks_mut(2) {
            let (a, b) = normal_pair(&mut stream);
            pair[0] = a;
            if let Some(second) = pair.get_mut(1) {
                *second = b;
            }
        }
    }
}

fn normal_pair(random: &mut impl Rng) -> (f32, f32) {
    // (0, 1], so that the logarithm is finite.
    let u = (f64::from(random.next_u32()) + 1.0) / 4_294_967_296.0;
    let v = f64::from(random.next_u32()) / 4_294_967_296.0 * std::f64::consts::TAU;
    let radius = (-2.0 * u.ln()).sqrt();
    ((radius * v.cos()) as f32, (radius * v.sin()) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_window_sees_the_same_noise() {
        let mut whole = vec![0.0; 50 * 7];
        fill_noise(42, 0, 7, &mut whole);
        let mut part = vec![0.0; 10 * 7];
        fill_noise(42, 30, 7, &mut part);
        assert_eq!(part, whole[30 * 7..40 * 7]);
        fill_noise(43, 30, 7, &mut part);
        assert_ne!(part, whole[30 * 7..40 * 7]);
    }

    #[test]
    fn noise_is_standard_normal() {
        let mut x = vec![0.0; 4000 * 16];
        fill_noise(1, 0, 16, &mut x);
        let n = x.len() as f64;
        let mean = x.iter().map(|v| f64::from(*v)).sum::<f64>() / n;
        let var = x.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>() / n - mean * mean;
        let fourth = x.iter().map(|v| f64::from(*v).powi(4)).sum::<f64>() / n;
        assert!(
            mean.abs() < 0.02 && (var - 1.0).abs() < 0.02 && (fourth - 3.0).abs() < 0.15,
            "{mean} {var} {fourth}"
        );
    }
}
