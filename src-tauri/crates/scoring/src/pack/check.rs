//! Does a manifest make sense? What the format fixes, and what must agree.

use super::is_inside;
use super::manifest::{Dim, Dtype, Manifest, StageKind, StageSpec, TensorSpec};
use crate::similarity::{FEATURE_HZ, FEATURE_WIDTH};

/// Plan channels that this version knows how to fill.
const PLAN_CHANNELS: [&str; 12] = [
    "hit",
    "downbeat",
    "beat",
    "intensity",
    "end",
    "style",
    "hits_known",
    "beats_known",
    "intensity_known",
    "end_known",
    "chords_known",
    "video_known",
];
/// Globals that this version knows how to fill.
const GLOBALS: [&str; 5] = ["tempo", "valence", "arousal", "tempo_known", "mood_known"];
/// Curves that the adaptor must give, in this order.
const CURVES: [&str; 4] = ["hit", "intensity", "valence", "arousal"];

/// The reason why the manifest is refused.
pub(super) fn check(m: &Manifest) -> Result<(), String> {
    numbers(m)?;
    names(m)?;
    files(m)?;
    m.stages.all().try_for_each(|(kind, spec)| stage(m, kind, spec))
}

fn ensure(holds: bool, reason: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(reason()) }
}

fn numbers(m: &Manifest) -> Result<(), String> {
    let within = |name: &str, value: usize, low: usize, high: usize| {
        ensure((low..=high).contains(&value), || {
            format!("{name} is {value}, must be {low} to {high}")
        })
    };
    within("frame_size", m.frame_size, 8, 4096)?;
    within("grid rows", m.grid[0], 1, 64)?;
    within("grid columns", m.grid[1], 1, 64)?;
    within("feature_width", m.feature_width, 1, 1 << 16)?;
    within("appearance_width", m.appearance_width, 0, m.feature_width)?;
    within("conditioning_width", m.conditioning_width, 1, 1 << 14)?;
    within("adaptor_halo", m.adaptor_halo, 0, 4096)?;
    within("decoder_halo", m.decoder_halo, 0, 4096)?;
    within("latent.width", m.latent.width, 1, 1 << 12)?;
    within("style_frames", m.style_frames, 1, 1 << 14)?;
    within("window_frames", m.window_frames, 8, 1 << 14)?;
    within("solver.steps", m.solver.steps, 1, 1000)?;
    within("stft.n_fft", m.stft.n_fft, 64, 1 << 16)?;
    within("stft.stack", m.stft.stack, 1, 64)?;
    within("sample_rate", m.sample_rate as usize, 8000, 192_000)?;
    let rate = f64::from(m.frame_rate[0]) / f64::from(m.frame_rate[1]);
    ensure((1.0..=60.0).contains(&rate), || {
        format!("frame_rate is {:?}, must be 1 to 60", m.frame_rate)
    })?;
    let hop = m.stft.hop;
    ensure(
        hop > 0 && m.stft.n_fft.is_multiple_of(2) && m.stft.n_fft / 4 >= hop,
        || {
            format!(
                "stft.hop is {hop}, must be at most a quarter of n_fft ({})",
                m.stft.n_fft
            )
        },
    )?;
    let positive = |name: &str, v: f32| {
        ensure(v.is_finite() && v > 0.0, || {
            format!("{name} is {v}, must be above 0")
        })
    };
    positive("stft.norm", m.stft.norm)?;
    positive("stft.log_floor", m.stft.log_floor)?;
    positive("pulse_sigma_s", m.pulse_sigma_s as f32)?;
    ensure(m.solver.guidance.is_finite(), || {
        "solver.guidance is not a number".into()
    })?;
    let step = (hop * m.stft.stack) as u64;
    let [num, den] = m.latent.rate.map(u64::from);
    ensure(den > 0 && num * step == u64::from(m.sample_rate) * den, || {
        format!(
            "latent.rate is {:?}, must be sample_rate / (hop * stack)",
            m.latent.rate
        )
    })?;
    let centre = (m.stft.stack - 1) * hop / 2;
    ensure(m.latent.offset_samples as usize == centre, || {
        format!(
            "latent.offset_samples is {}, must be {centre}",
            m.latent.offset_samples
        )
    })
}

fn names(m: &Manifest) -> Result<(), String> {
    ensure(m.curves == CURVES, || {
        format!("curves are {:?}, must be {CURVES:?}", m.curves)
    })?;
    let chroma: Vec<String> = (0..12).map(|i| format!("chroma_{i}")).collect();
    for name in &m.plan_channels {
        let known = PLAN_CHANNELS.contains(&name.as_str()) || chroma.contains(name);
        ensure(known, || format!("plan channel {name:?} is not known here"))?;
    }
    for name in &m.globals {
        ensure(GLOBALS.contains(&name.as_str()), || {
            format!("global {name:?} is not known here")
        })?;
    }
    unique("plan channel", m.plan_channels.iter())?;
    unique("global", m.globals.iter())?;
    unique("style", m.styles.iter().map(|s| &s.id))
}

fn unique<'a>(what: &str, names: impl Iterator<Item = &'a String>) -> Result<(), String> {
    let mut seen = std::collections::HashSet::new();
    for name in names {
        ensure(seen.insert(name), || format!("{what} {name:?} is there twice"))?;
    }
    Ok(())
}

fn files(m: &Manifest) -> Result<(), String> {
    let stages = || m.stages.all().map(|(_, stage)| stage);
    let mut all: Vec<(&str, &str)> = stages().map(|s| (s.file.as_str(), s.sha256.as_str())).collect();
    all.extend(
        stages()
            .filter_map(|s| s.parity.as_ref())
            .map(|p| (p.file.as_str(), p.sha256.as_str())),
    );
    all.extend(m.styles.iter().map(|s| (s.file.as_str(), s.sha256.as_str())));
    for (file, sum) in all {
        ensure(is_inside(file), || {
            format!("file {file:?} lies outside of the pack")
        })?;
        ensure(
            sum.len() == 64 && sum.bytes().all(|b| b.is_ascii_hexdigit()),
            || format!("sha256 of {file:?} is none"),
        )?;
    }
    Ok(())
}

/// A dimension that the format asks for: a number, or anything.
type Wanted = Option<usize>;

fn stage(m: &Manifest, kind: StageKind, spec: &StageSpec) -> Result<(), String> {
    let (patches, z) = (m.grid[0] * m.grid[1], m.latent.width);
    let (bins, size) = (Some(m.stft.bins()), Some(m.frame_size));
    let float = Dtype::Float32;
    let features = [Some(patches), Some(m.feature_width)];
    match kind {
        StageKind::Encoder => {
            tensors(
                kind,
                &spec.inputs,
                &[("frames", Dtype::Uint8, &[None, size, size, Some(3)])],
            )?;
            tensors(
                kind,
                &spec.outputs,
                &[("features", float, &[None, features[0], features[1]])],
            )
        }
        StageKind::Adaptor => {
            let one = Some(1);
            tensors(
                kind,
                &spec.inputs,
                &[("features", float, &[one, None, features[0], features[1]])],
            )?;
            let conditioning: &[Wanted] = &[one, None, Some(m.conditioning_width)];
            let (attention, curves): (&[Wanted], &[Wanted]) =
                (&[one, None, Some(patches)], &[one, None, Some(4)]);
            let outputs = [
                ("conditioning", conditioning),
                ("attention", attention),
                ("curves", curves),
            ];
            tensors(
                kind,
                &spec.outputs,
                &outputs.map(|(name, shape)| (name, float, shape)),
            )
        }
        StageKind::Velocity => {
            let wide = |n: usize| vec![None, None, Some(n)];
            let inputs = [
                ("x", wide(z)),
                ("context", wide(z)),
                ("mask", wide(1)),
                ("video", wide(m.conditioning_width)),
                ("plan", wide(m.plan_channels.len())),
                ("globals", vec![None, Some(m.globals.len())]),
                ("time", vec![None]),
            ];
            let inputs: Vec<_> = inputs
                .iter()
                .map(|(name, shape)| (*name, float, shape.as_slice()))
                .collect();
            tensors(kind, &spec.inputs, &inputs)?;
            tensors(kind, &spec.outputs, &[("velocity", float, &wide(z))])
        }
        StageKind::CodecEncoder => {
            tensors(
                kind,
                &spec.inputs,
                &[("magnitude", float, &[Some(1), Some(3), None, bins])],
            )?;
            tensors(
                kind,
                &spec.outputs,
                &[("latents", float, &[Some(1), None, Some(z)])],
            )
        }
        StageKind::CodecDecoder => {
            tensors(
                kind,
                &spec.inputs,
                &[("latents", float, &[Some(1), None, Some(z)])],
            )?;
            let shape: &[Wanted] = &[Some(1), None, bins];
            tensors(
                kind,
                &spec.outputs,
                &["log_magnitude", "pan", "width"].map(|name| (name, float, shape)),
            )
        }
        StageKind::MusicEncoder => {
            let [num, den] = m.frame_rate.map(f64::from);
            ensure(num == FEATURE_HZ * den, || {
                format!(
                    "{kind} needs a frame_rate of {FEATURE_HZ}, not {:?}",
                    m.frame_rate
                )
            })?;
            let wide = |n: usize| [Some(1), None, Some(n)];
            let inputs = [
                ("conditioning", float, &wide(m.conditioning_width)[..]),
                ("features", float, &wide(FEATURE_WIDTH)[..]),
            ];
            tensors(kind, &spec.inputs, &inputs)?;
            // Any width, but the same for both.
            let width = match spec.outputs.first().and_then(|it| it.shape.last()) {
                Some(Dim::Fixed(n)) => *n,
                _ => return Err(format!("{kind}: picture has no fixed width")),
            };
            let outputs = [
                ("picture", float, &wide(width)[..]),
                ("music", float, &wide(width)[..]),
                ("weight", float, &[Some(1), None][..]),
            ];
            tensors(kind, &spec.outputs, &outputs)
        }
    }
}

fn tensors(kind: StageKind, found: &[TensorSpec], wanted: &[(&str, Dtype, &[Wanted])]) -> Result<(), String> {
    let names: Vec<_> = found.iter().map(|t| t.name.as_str()).collect();
    let right: Vec<_> = wanted.iter().map(|w| w.0).collect();
    ensure(names == right, || {
        format!("{kind} has the tensors {names:?}, must have {right:?}")
    })?;
    for (tensor, (name, dtype, shape)) in found.iter().zip(wanted) {
        ensure(tensor.dtype == *dtype, || {
            format!("{kind}: {name} is {}, must be {dtype}", tensor.dtype)
        })?;
        let fits = |(dim, wanted): (&Dim, &Wanted)| match (dim, wanted) {
            (Dim::Fixed(n), Some(w)) => n == w,
            (Dim::Free(_), None) => true,
            _ => false,
        };
        ensure(
            tensor.shape.len() == shape.len() && tensor.shape.iter().zip(*shape).all(fits),
            || {
                let found: Vec<_> = tensor.shape.iter().map(ToString::to_string).collect();
                let wanted: Vec<_> = shape
                    .iter()
                    .map(|w| w.map_or("free".into(), |n| n.to_string()))
                    .collect();
                format!(
                    "{kind}: {name} is [{}], must be [{}]",
                    found.join(", "),
                    wanted.join(", ")
                )
            },
        )?;
    }
    Ok(())
}
