//! From frames to samples on the toy pack: what must hold whatever the weights are.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::ops::ControlFlow;

use muvi_scoring::Cancel;
use muvi_scoring::analysis::{Analysis, AnalysisError, Analyzer};
use muvi_scoring::codec::{CodecError, DecodeSettings, StyleClip, decode, encode_style};
use muvi_scoring::curve::Mood;
use muvi_scoring::generate::{GenerateError, GenerateEvent, GenerateRequest, Generator};
use muvi_scoring::hits::{Cut, HitSettings, find_hits};
use muvi_scoring::latents::Latents;
use muvi_scoring::models::MusicModels;
use muvi_scoring::plan::{Plan, PlanRequest};
use muvi_scoring::solver::{Method, SolverSettings};

const EULER: SolverSettings = SolverSettings {
    method: Method::Euler,
    steps: 3,
    guidance: 1.5,
    rescale: 0.5,
    sway: 0.0,
};

fn analyse(frames: &[u8], piece: usize) -> Analysis {
    let mut models = common::picture();
    let mut analyzer = Analyzer::new(&mut models);
    let bytes = analyzer.frame_bytes();
    for chunk in frames.chunks(piece * bytes) {
        analyzer.push(chunk, &Cancel::new()).unwrap();
    }
    analyzer.finish(&Cancel::new()).unwrap()
}

fn plan(seconds: f64) -> Plan {
    let hits = find_hits(
        &analyse(&common::frames(32, 30), 30),
        &[Cut {
            time_s: 1.5,
            strength: 0.9,
        }],
        &HitSettings::default(),
    );
    let mood = Some(Mood {
        valence: 0.3,
        arousal: 0.1,
    });
    Plan::make(&PlanRequest {
        hits,
        mood,
        ..PlanRequest::new(seconds)
    })
    .unwrap()
}

fn request<'a>(plan: &'a Plan, seed: u64) -> GenerateRequest<'a> {
    let samples = (plan.duration_s * 44_100.0).round() as u64;
    GenerateRequest {
        plan,
        analysis: None,
        from_s: 0.0,
        samples,
        style: None,
        seed,
        solver: EULER,
    }
}

fn generate(models: &mut MusicModels, request: &GenerateRequest<'_>) -> Latents {
    Generator::new(models)
        .generate(request, &Cancel::new(), &mut |_| {})
        .unwrap()
}

#[test]
fn chunks_of_frames_give_what_the_whole_gives() {
    // Longer than one chunk of the adaptor and its halo.
    let frames = common::frames(32, 700);
    let (whole, pieces) = (analyse(&frames, 700), analyse(&frames, 13));
    assert_eq!(whole, pieces);
    assert_eq!(
        (whole.frames, whole.conditioning.len(), whole.curves.hit.len()),
        (700, 700 * 8, 700)
    );
    for t in 0..700 {
        let sum: f32 = whole.attention_at(t).iter().sum();
        assert!((sum - 1.0).abs() < 1e-4);
    }
    // A frame's row depends on its surroundings alone: cut out, it is the same.
    let cut = common::frames(32, 700)[200 * 32 * 32 * 3..300 * 32 * 32 * 3].to_vec();
    let part = analyse(&cut, 100);
    for t in 20..80 {
        let (a, b) = (
            &part.conditioning[t * 8..][..8],
            &whole.conditioning[(t + 200) * 8..][..8],
        );
        assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-3), "{t}");
    }
}

#[test]
fn no_frame_and_half_a_frame_are_errors() {
    let mut models = common::picture();
    let analyzer = Analyzer::new(&mut models);
    assert!(matches!(
        analyzer.finish(&Cancel::new()),
        Err(AnalysisError::NoFrames)
    ));
    let mut analyzer = Analyzer::new(&mut models);
    assert!(matches!(
        analyzer.push(&[0; 100], &Cancel::new()),
        Err(AnalysisError::PartialFrame { .. })
    ));
}

#[test]
fn the_same_request_gives_the_same_latents() {
    let plan = plan(33.0);
    let mut models = common::music();
    let first = generate(&mut models, &request(&plan, 5));
    assert_eq!(first, generate(&mut models, &request(&plan, 5)));
    assert_ne!(first, generate(&mut models, &request(&plan, 6)));
    assert_eq!(first, generate(&mut common::music(), &request(&plan, 5)));
    assert!(first.frames() as u64 * 2048 > 33 * 44_100);
}

#[test]
fn latents_come_in_order_with_progress() {
    let plan = plan(40.0);
    let mut models = common::music();
    let (mut next, mut last, mut seen) = (0, 0.0, Vec::new());
    let mut on_event = |event: GenerateEvent<'_>| match event {
        GenerateEvent::Ready { first, latents } => {
            assert_eq!(first, next);
            next += latents.len() / 8;
            seen.extend_from_slice(latents);
        }
        step => {
            let f = step.fraction().unwrap();
            assert!(f > last && f <= 1.0);
            last = f;
        }
    };
    let all = Generator::new(&mut models)
        .generate(&request(&plan, 1), &Cancel::new(), &mut on_event)
        .unwrap();
    assert_eq!((last, seen), (1.0, all.values));
}

#[test]
fn a_section_is_made_anew_and_the_rest_stays() {
    let plan = plan(50.0);
    let mut models = common::music();
    let old = generate(&mut models, &request(&plan, 5));
    for (from, to) in [(10.0, 14.0), (0.0, 3.0), (46.0, 50.0), (5.0, 41.0)] {
        let new = Generator::new(&mut models)
            .regenerate(&request(&plan, 9), &old, from..to, &Cancel::new(), &mut |_| {})
            .unwrap();
        assert_eq!(new.frames(), old.frames());
        for l in 0..old.frames() {
            let time = (l as f64 * 2048.0 + 768.0) / 44_100.0;
            let same = old.rows(l, 1) == new.rows(l, 1);
            assert_eq!(
                same,
                !(from..to).contains(&time),
                "latent {l} at {time} s of {from}..{to}"
            );
        }
    }
    let empty = Generator::new(&mut models).regenerate(
        &request(&plan, 9),
        &old,
        7.0..7.0,
        &Cancel::new(),
        &mut |_| {},
    );
    assert!(matches!(empty, Err(GenerateError::Request(_))));
}

#[test]
fn methods_guidance_and_nonsense() {
    let plan = plan(5.0);
    let mut models = common::music();
    let with = |solver| GenerateRequest {
        solver,
        ..request(&plan, 1)
    };
    let euler = generate(&mut models, &with(EULER));
    let midpoint = generate(
        &mut models,
        &with(SolverSettings {
            method: Method::Midpoint,
            ..EULER
        }),
    );
    let unguided = generate(
        &mut models,
        &with(SolverSettings {
            guidance: 1.0,
            ..EULER
        }),
    );
    assert!(euler != midpoint && euler != unguided);
    for solver in [
        SolverSettings { steps: 0, ..EULER },
        SolverSettings {
            guidance: f32::NAN,
            ..EULER
        },
    ] {
        let result = Generator::new(&mut models).generate(&with(solver), &Cancel::new(), &mut |_| {});
        assert!(matches!(result, Err(GenerateError::Request(_))));
    }
}

#[test]
fn cancelling_stops_within_a_step() {
    let plan = plan(60.0);
    let mut models = common::music();
    let cancel = Cancel::new();
    let mut steps = 0;
    let result = Generator::new(&mut models).generate(&request(&plan, 1), &cancel, &mut |event| {
        if let GenerateEvent::Step { .. } = event {
            steps += 1;
            if steps == 2 {
                cancel.cancel();
            }
        }
    });
    assert!(matches!(result, Err(GenerateError::Cancelled(_))));
    assert_eq!(steps, 2);
}

fn decoded(models: &mut MusicModels, latents: &Latents, samples: u64) -> (Vec<f32>, Vec<f32>) {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    let mut sink = |chunk: muvi_scoring::codec::AudioChunk<'_>| {
        assert_eq!(chunk.first as usize, left.len());
        left.extend_from_slice(chunk.left);
        right.extend_from_slice(chunk.right);
        ControlFlow::Continue(())
    };
    decode(
        models,
        latents,
        samples,
        &DecodeSettings::default(),
        &Cancel::new(),
        &mut sink,
    )
    .unwrap();
    (left, right)
}

#[test]
fn music_is_cut_to_the_sample_and_repeats() {
    let mut models = common::music();
    for seconds in [1.0, 7.6, 21.3] {
        let plan = plan(seconds);
        let request = request(&plan, 3);
        let latents = generate(&mut models, &request);
        let (left, right) = decoded(&mut models, &latents, request.samples);
        assert_eq!(
            (left.len() as u64, right.len() as u64),
            (request.samples, request.samples)
        );
        assert!(left.iter().chain(&right).all(|v| v.is_finite()));
        assert!(left.iter().any(|v| *v != 0.0));
        assert_eq!((left, right), decoded(&mut models, &latents, request.samples));
    }
}

#[test]
fn decoding_stops_when_asked_and_refuses_too_little() {
    let mut models = common::music();
    let latents = Latents {
        width: 8,
        values: vec![0.1; 8 * 400],
    };
    let settings = DecodeSettings::default();
    let stop = decode(
        &mut models,
        &latents,
        800_000,
        &settings,
        &Cancel::new(),
        &mut |_| ControlFlow::Break(()),
    );
    assert!(matches!(stop, Err(CodecError::Cancelled(_))));
    let few = decode(
        &mut models,
        &latents,
        900_000,
        &settings,
        &Cancel::new(),
        &mut |_| ControlFlow::Continue(()),
    );
    assert!(matches!(few, Err(CodecError::TooFewLatents { .. })));
}

#[test]
fn styles_are_encoded_and_change_the_music() {
    let mut models = common::music();
    let tone = |hz: f32, n: usize| {
        (0..n)
            .map(|i| 0.3 * (i as f32 * hz * 1.425e-4).sin())
            .collect::<Vec<f32>>()
    };
    let mut style = |x: &[f32], offset_s| {
        encode_style(
            &mut models,
            &StyleClip {
                left: x,
                right: x,
                offset_s,
            },
        )
    };
    let long = style(&tone(220.0, 800_000), None).unwrap();
    let short = style(&tone(660.0, 60_000), Some(0.2)).unwrap();
    assert_eq!((long.frames(), short.frames()), (112, 112));
    // The level of the clip doesn't matter.
    let quiet: Vec<f32> = tone(220.0, 800_000).iter().map(|v| v * 0.01).collect();
    let quiet = style(&quiet, None).unwrap();
    assert!(
        quiet
            .values
            .iter()
            .zip(&long.values)
            .all(|(a, b)| (a - b).abs() < 2e-2)
    );
    assert!(matches!(
        style(&[0.0; 100_000], None),
        Err(CodecError::StyleSilent { .. })
    ));
    assert!(matches!(
        style(&[0.5; 8000], None),
        Err(CodecError::StyleTooShort { .. })
    ));
    assert!(matches!(
        style(&[f32::NAN; 100_000], None),
        Err(CodecError::NotFinite)
    ));
    let plan = plan(8.0);
    let plain = generate(&mut models, &request(&plan, 1));
    let styled = generate(
        &mut models,
        &GenerateRequest {
            style: Some(&long),
            ..request(&plan, 1)
        },
    );
    assert_ne!(plain, styled);
    let foreign = Latents {
        width: 3,
        values: vec![0.0; 336],
    };
    let foreign = GenerateRequest {
        style: Some(&foreign),
        ..request(&plan, 1)
    };
    assert!(
        Generator::new(&mut models)
            .generate(&foreign, &Cancel::new(), &mut |_| {})
            .is_err()
    );
}
