//! Sections that are made anew: nothing else changes, and how their seams measure.

use std::ops::Range;
use std::path::Path;

use muvi_media::probe;
use muvi_session::compose::{
    ComposeRequest, SectionRequest, TakeDocument, TakeEvent, TakeLatents, WarmEngine, Wishes,
};
use muvi_session::{CancelToken, Error, TakeProblem, WatchTaps};

use crate::watched::*;

#[test]
fn a_section_changes_nothing_but_itself() {
    let folder = tempfile::tempdir().unwrap();
    let mut engine = engine("toy");
    let span = 5 * HZ..40 * HZ;
    let old = silently(&mut engine, &span, &folder.path().join("old")).unwrap();
    let before = samples(&old.files.wav());
    let w = watched();
    let mut new = Wishes {
        hits: vec![hit(6.0), hit(14.3), hit(30.0)],
        drawn: vec![(13.0, 1.0), (17.0, 1.0)],
        ..wishes(2)
    };
    let section = 13 * HZ + 5..17 * HZ + 1;
    let mut ready = 0;
    let take = engine
        .regenerate_section(
            &SectionRequest {
                tools: &w.tools,
                seen: &w.seen,
                old: old.files.base(),
                span: &section,
                wishes: &new,
                keep_style: true,
                base: &folder.path().join("new"),
            },
            &CancelToken::new(),
            &mut |event| {
                if let TakeEvent::Samples { ready: now, .. } = event {
                    assert!(now > ready);
                    ready = now;
                }
            },
        )
        .unwrap();
    let after = samples(&take.files.wav());
    let changed = take.changed.clone().unwrap();
    assert_eq!((ready, take.samples), (35 * HZ, 35 * HZ));
    assert_eq!(changed.end, section.end - span.start);
    assert!(changed.start >= section.start - span.start - 1323);
    let (from, to) = (changed.start as usize, changed.end as usize);
    for (before, after) in before.iter().zip(&after) {
        assert!(before[..from] == after[..from] && before[to..] == after[to..]);
        let differ = (from..to).filter(|&i| before[i] != after[i]).count();
        assert!(differ > (to - from) * 9 / 10, "{differ}");
    }
    let (a, b) = (
        TakeDocument::read(&old.files).unwrap(),
        TakeDocument::read(&take.files).unwrap(),
    );
    assert_eq!((&a.plan.beats, &a.plan.bars), (&b.plan.beats, &b.plan.bars));
    // Outside of the section the old hits stay; inside there are the new ones, and what was drawn.
    let times: Vec<f64> = b.plan.hits.iter().map(|it| it.hit.time_s + 5.0).collect();
    assert_eq!(times, [12.0, 14.3, 20.5]);
    assert_eq!(b.plan.intensity.as_ref().unwrap().at(10.0), 1.0);
    assert_eq!(
        a.plan.intensity.as_ref().unwrap().at(20.0),
        b.plan.intensity.as_ref().unwrap().at(20.0)
    );
    assert_eq!(
        (b.sections.len(), b.wishes, b.style_name),
        (1, a.wishes, a.style_name)
    );
    let (a, b) = (
        TakeLatents::read(&old.files).unwrap(),
        TakeLatents::read(&take.files).unwrap(),
    );
    assert_eq!((a.style, a.music.frames()), (b.style, b.music.frames()));

    // A section of a section, up to the end; then what can't be.
    let again = |engine: &mut WarmEngine, old: &Path, span: Range<u64>, name: &str, wishes: &Wishes| {
        let request = SectionRequest {
            tools: &w.tools,
            seen: &w.seen,
            old,
            span: &span,
            wishes,
            keep_style: false,
            base: &folder.path().join(name),
        };
        engine.regenerate_section(&request, &CancelToken::new(), &mut |_| {})
    };
    let last = again(&mut engine, take.files.base(), 38 * HZ..40 * HZ, "last", &new).unwrap();
    assert_eq!(TakeDocument::read(&last.files).unwrap().sections.len(), 2);
    let listed = names(folder.path());
    let mut refused =
        |old: &Path, span, wishes: &Wishes| match again(&mut engine, old, span, "refused", wishes)
            .unwrap_err()
        {
            Error::Take { problem, .. } => problem,
            other => panic!("{other}"),
        };
    let base = old.files.base();
    assert!(matches!(
        refused(base, 4 * HZ..9 * HZ, &new),
        TakeProblem::SectionOutside
    ));
    assert!(matches!(
        refused(base, 9 * HZ..9 * HZ + 99, &new),
        TakeProblem::SectionShort { .. }
    ));
    let none = folder.path().join("none");
    assert!(matches!(
        refused(&none, section.clone(), &new),
        TakeProblem::Unreadable { .. }
    ));
    new.drawn = vec![(3.0, f32::NAN)];
    assert!(matches!(
        refused(base, section.clone(), &new),
        TakeProblem::Value(_)
    ));
    std::fs::write(old.files.latents(), b"MUVILAT1").unwrap();
    assert!(matches!(
        refused(base, section.clone(), &wishes(3)),
        TakeProblem::Damaged { .. }
    ));
    assert_eq!(names(folder.path()), listed);
}

/// Root of the mean square.
fn rms(x: &[f32]) -> f64 {
    (x.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>() / x.len().max(1) as f64).sqrt()
}

/// Step of the level over a place in dB, and the largest second difference near it.
fn edge(x: &[f32], at: usize) -> [f64; 2] {
    let [before, after] = [&x[at - 1764..at], &x[at..at + 1764]].map(|part| rms(part).max(1e-5));
    let bends = x[at - 220..at + 220].windows(3);
    let bend = bends
        .map(|w| (w[0] - 2.0 * w[1] + w[2]).abs())
        .fold(0.0, f32::max);
    [20.0 * (after / before).log10().abs(), f64::from(bend)]
}

/// Part of the values that are below `value`.
fn rank(values: &[f64], value: f64) -> f64 {
    values.iter().filter(|it| **it < value).count() as f64 / values.len() as f64
}

/// Run with `-- --ignored --nocapture`: seams, hits and intensity of sections made by the shipped pack.
#[test]
#[ignore = "a measurement, a minute"]
#[allow(clippy::print_stdout)]
fn figures_of_sections() {
    let w = watched();
    let folder = tempfile::tempdir().unwrap();
    let info = probe(&w.tools, &w.path).unwrap();
    let mut engine = engine("mini");
    let cancel = CancelToken::new();
    let seen = engine
        .watch(&w.tools, &info, &mut WatchTaps::default(), &cancel, &mut |_| {})
        .unwrap()
        .seen;
    let (span, wishes) = (
        0..45 * HZ,
        Wishes {
            steps: None,
            ..wishes(1)
        },
    );
    let begun = std::time::Instant::now();
    let mut first = None;
    let request = ComposeRequest {
        tools: &w.tools,
        seen: &seen,
        span: &span,
        wishes: &wishes,
        base: &folder.path().join("old"),
    };
    let old = engine
        .compose(&request, &cancel, &mut |event| {
            if let TakeEvent::Samples { ready, .. } = event {
                first.get_or_insert((begun.elapsed().as_secs_f64(), ready as f64 / HZ as f64));
            }
        })
        .unwrap();
    println!(
        "whole: {:.1} s, first samples {first:?}, {:?}",
        old.seconds, old.stages
    );
    println!(
        "landed {}/{}",
        old.landings.iter().filter(|it| it.landed).count(),
        old.landings.len()
    );
    let before = samples(&old.files.wav());
    let places: Vec<[f64; 2]> = (1..1500).map(|i| edge(&before[0], i * 1301 + 2000)).collect();
    let column = |i: usize| places.iter().map(|it| it[i]).collect::<Vec<_>>();
    let (steps, bends) = (column(0), column(1));
    let mut hits_landed = [0, 0];
    for (number, start) in [6.0, 11.3, 17.8, 23.1, 30.6, 36.2].into_iter().enumerate() {
        let section = (start * HZ as f64) as u64..((start + 5.0) * HZ as f64) as u64;
        let hits: Vec<f64> = [1.1, 2.37, 3.7].map(|it| start + it).to_vec();
        for level in [0.05, 1.0] {
            let new = Wishes {
                hits: hits.iter().map(|it| hit(*it)).collect(),
                drawn: vec![(start - 0.2, level), (start + 5.2, level)],
                seed: 100 + number as u64,
                ..wishes.clone()
            };
            let name = format!("{number}-{level}");
            let take = engine
                .regenerate_section(
                    &SectionRequest {
                        tools: &w.tools,
                        seen: &seen,
                        old: old.files.base(),
                        span: &section,
                        wishes: &new,
                        keep_style: true,
                        base: &folder.path().join(name),
                    },
                    &cancel,
                    &mut |_| {},
                )
                .unwrap();
            let after = samples(&take.files.wav());
            let (from, to) = (section.start as usize, section.end as usize);
            let seams = [from - 660, from, to - 660, to].map(|at| edge(&after[0], at));
            let ranks = seams
                .map(|[step, bend]| [rank(&steps, step), rank(&bends, bend)].map(|r| (r * 100.0) as i32));
            let inside: Vec<_> = take
                .landings
                .iter()
                .filter(|it| hits.iter().any(|hit| (hit - it.time_s).abs() < 1e-6))
                .collect();
            hits_landed[0] += inside.iter().filter(|it| it.landed).count();
            hits_landed[1] += inside.len();
            let misses: Vec<_> = inside.iter().map(|it| it.miss_ms.map(f64::round)).collect();
            println!(
                "{start} s at {level}: {:.1} dBFS (old {:.1}), seams' ranks in % {ranks:?}, misses {misses:?} ms, {:.1} s",
                20.0 * rms(&after[0][from..to]).log10(),
                20.0 * rms(&before[0][from..to]).log10(),
                take.seconds,
            );
        }
    }
    println!("hits inside landed: {hits_landed:?}");
}
