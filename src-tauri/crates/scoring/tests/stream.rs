//! Music that is heard while it is made, and sections between what stays, on the toy pack.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::ops::{ControlFlow, Range};

use muvi_scoring::Cancel;
use muvi_scoring::codec::{AudioChunk, CodecError, DecodeSettings, Decoder, SectionDecoder, Splice, decode};
use muvi_scoring::generate::{Composition, GenerateRequest, Generator, window_count};
use muvi_scoring::latents::Latents;
use muvi_scoring::models::MusicModels;
use muvi_scoring::plan::{Plan, PlanRequest};
use muvi_scoring::solver::{Method, SolverSettings};

const SETTINGS: SolverSettings = SolverSettings {
    method: Method::Euler,
    steps: 2,
    guidance: 1.5,
    rescale: 0.5,
    sway: 0.0,
};

fn request(plan: &Plan, seed: u64) -> GenerateRequest<'_> {
    GenerateRequest {
        plan,
        analysis: None,
        from_s: 0.0,
        samples: (plan.duration_s * 44_100.0).round() as u64,
        style: None,
        seed,
        solver: SETTINGS,
    }
}

type Stereo = [Vec<f32>; 2];

fn add(sound: &mut Stereo, chunk: AudioChunk<'_>) -> ControlFlow<()> {
    sound[0].extend_from_slice(chunk.left);
    sound[1].extend_from_slice(chunk.right);
    ControlFlow::Continue(())
}

fn whole(models: &mut MusicModels, latents: &Latents, samples: u64) -> Stereo {
    let mut sound = Stereo::default();
    let (settings, cancel) = (DecodeSettings::default(), Cancel::new());
    decode(models, latents, samples, &settings, &cancel, &mut |c| {
        assert_eq!(c.first as usize, sound[0].len());
        add(&mut sound, c)
    })
    .unwrap();
    sound
}

#[test]
fn samples_come_with_the_first_window_and_are_those_of_the_whole() {
    let plan = Plan::make(&PlanRequest::new(60.0)).unwrap();
    let request = request(&plan, 4);
    let (mut models, cancel) = (common::music(), Cancel::new());
    let mut piece = Composition::new(models.manifest(), request).unwrap();
    let settings = DecodeSettings::default();
    let mut decoder = Decoder::new(models.manifest(), 8, piece.total(), request.samples, &settings).unwrap();
    assert_eq!(
        piece.windows(),
        window_count(models.manifest(), request.samples, None)
    );
    let (mut sound, mut heard) = (Stereo::default(), Vec::new());
    while piece.make_window(&mut models, &cancel, &mut |_| {}).unwrap() {
        let (latents, ready) = (piece.latents(), piece.ready());
        let mut sink = |chunk: AudioChunk<'_>| {
            assert_eq!(chunk.first as usize, sound[0].len());
            add(&mut sound, chunk)
        };
        decoder
            .advance(&mut models, latents, ready, &cancel, &mut sink)
            .unwrap();
        heard.push(sound[0].len() as f64 / 44_100.0);
    }
    // A window of 15 s gives more than half of itself at once, and each of the others adds to it.
    assert!(heard[0] > 8.0, "{heard:?}");
    assert!(heard.windows(2).all(|w| w[1] > w[0] + 3.0), "{heard:?}");
    let latents = piece.into_latents();
    assert_eq!(sound, whole(&mut models, &latents, request.samples));
    assert_eq!(
        latents,
        Generator::new(&mut models)
            .generate(&request, &cancel, &mut |_| {})
            .unwrap()
    );
}

/// Decodes `new` in place of `old`'s `span` and gives the whole take.
fn spliced(models: &mut MusicModels, old: &Stereo, new: &Latents, span: Range<u64>) -> (Stereo, Range<u64>) {
    let total = old[0].len() as u64;
    let splice = Splice::new(models.manifest(), span, total);
    let changed = splice.changed();
    let cut = |r: Range<u64>| [0, 1].map(|c: usize| old[c][r.start as usize..r.end as usize].to_vec());
    let (before, after) = (cut(splice.before()), cut(splice.after()));
    let around = [[&before[0][..], &before[1]], [&after[0][..], &after[1]]];
    let shape = [new.width, new.frames()];
    let settings = DecodeSettings::default();
    let mut decoder = SectionDecoder::new(models.manifest(), splice, around, shape, &settings).unwrap();
    let mut sound = cut(0..changed.start);
    let mut sink = |chunk: AudioChunk<'_>| {
        assert_eq!(chunk.first as usize, sound[0].len());
        add(&mut sound, chunk)
    };
    let cancel = Cancel::new();
    // Half of the latents first: what comes does not depend on when it may come.
    let half = new.frames() / 2;
    decoder
        .advance(models, &new.values, half, &cancel, &mut sink)
        .unwrap();
    decoder
        .advance(models, &new.values, new.frames(), &cancel, &mut sink)
        .unwrap();
    assert_eq!(sound[0].len() as u64, changed.end);
    for (sound, rest) in sound.iter_mut().zip(cut(changed.end..total)) {
        sound.extend(rest);
    }
    (sound, changed)
}

#[test]
fn a_section_stays_within_its_borders() {
    let plan = Plan::make(&PlanRequest::new(40.0)).unwrap();
    let (mut models, cancel) = (common::music(), Cancel::new());
    let old_latents = Generator::new(&mut models)
        .generate(&request(&plan, 5), &cancel, &mut |_| {})
        .unwrap();
    let total = request(&plan, 5).samples;
    let old = whole(&mut models, &old_latents, total);
    let spans = [
        441_000..705_600,
        0..132_300,
        1_600_000..total,
        500_001..1_500_003,
        882_000..888_000,
        10..9000,
    ];
    for span in spans {
        let section_s = span.start as f64 / 44_100.0..span.end as f64 / 44_100.0;
        let new = Generator::new(&mut models)
            .regenerate(&request(&plan, 9), &old_latents, section_s, &cancel, &mut |_| {})
            .unwrap();
        let (sound, changed) = spliced(&mut models, &old, &new, span.clone());
        assert_eq!(sound[0].len() as u64, total);
        assert!(changed.start <= span.start && span.start - changed.start <= 1323 && changed.end == span.end);
        let (from, to) = (changed.start as usize, changed.end as usize);
        for (old, new) in old.iter().zip(&sound) {
            assert!(old[..from] == new[..from] && old[to..] == new[to..], "{span:?}");
            assert!(new.iter().all(|v| v.is_finite()));
        }
        let differ = (from..to).filter(|&i| old[0][i] != sound[0][i]).count();
        assert!(differ > (to - from) / 2, "{span:?}: {differ}");
    }
}

#[test]
fn foreign_surroundings_are_refused() {
    let models = common::music();
    let splice = Splice::new(models.manifest(), 44_100..88_200, 200_000);
    let none: [&[f32]; 2] = [&[], &[]];
    let made = SectionDecoder::new(
        models.manifest(),
        splice,
        [none, none],
        [8, 200],
        &DecodeSettings::default(),
    );
    assert!(matches!(made, Err(CodecError::Surroundings)));
}
