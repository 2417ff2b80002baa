//! Takes as an editor makes them, with the toy pack on a made video: heard while they are made, sections made anew,
//! cancelled anywhere, bad input.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use muvi_media::growing::GrowingWav;
use muvi_media::wav::WavReader;
use muvi_media::{Tools, probe};
use muvi_scoring::hits::{EventKind, HitPoint};
use muvi_scoring::plan::Pace;
use muvi_session::compose::{
    ComposeRequest, ComposedTake, SectionRequest, StyleChoice, TakeDocument, TakeEvent, TakeLatents,
    TakePaths, WarmEngine, Wishes,
};
use muvi_session::{
    CancelToken, EngineRequest, Error, Event, Phase, ProviderChoice, Seen, StyleProblem, TakeProblem,
    WatchTaps,
};

const HZ: u64 = 44_100;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

fn engine(pack: &str) -> WarmEngine {
    let library = root().join(".cache/onnxruntime/libonnxruntime.so");
    let named = ["MUVI_ONNXRUNTIME", "ORT_DYLIB_PATH"]
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    let request = EngineRequest {
        pack: Some(root().join("models/packs").join(pack)),
        runtime: (!named && library.exists()).then_some(library),
        provider: ProviderChoice::Cpu,
        cache: false,
    };
    WarmEngine::new(request, Duration::from_secs(600))
}

fn video(folder: &Path, seconds: u32) -> PathBuf {
    let path = folder.join("in.mp4");
    let third = seconds / 3;
    let graph = format!(
        "testsrc=s=160x90:r=25:d={third}[a];smptebars=s=160x90:r=25:d={third}[b];testsrc2=s=160x90:r=25:d={third}[c];\
         [a][b][c]concat=n=3:v=1:a=0,format=yuv420p[v];sine=frequency=300:duration={seconds}[s]"
    );
    let done = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-y", "-filter_complex", &graph])
        .args(["-map", "[v]", "-map", "[s]", "-shortest"])
        .arg(&path)
        .status()
        .unwrap();
    assert!(done.success());
    path
}

/// A picture of 45 s, watched with the toy pack once for all tests.
struct Watched {
    _folder: tempfile::TempDir,
    path: PathBuf,
    tools: Tools,
    seen: Seen,
    /// Frames that the tap got, and rows that were told before the end.
    taps: (u64, usize),
}

fn watched() -> &'static Watched {
    static WATCHED: OnceLock<Watched> = OnceLock::new();
    WATCHED.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = video(folder.path(), 45);
        let tools = Tools::locate().unwrap();
        let info = probe(&tools, &path).unwrap();
        let (mut frames, mut rows) = (0, 0);
        let mut taps = WatchTaps {
            frames: Some(Box::new(|number, pixels| {
                assert_eq!((number, pixels.len()), (frames, 32 * 32 * 3));
                frames += 1;
            })),
            partial: Some(Box::new(|partial| {
                assert!(partial.first == rows && partial.analysis.frames >= rows);
                assert!(partial.watched <= partial.total);
                rows = partial.analysis.frames;
            })),
        };
        let mut engine = engine("toy");
        let seen = engine
            .watch(&tools, &info, &mut taps, &CancelToken::new(), &mut |_| {})
            .unwrap()
            .seen;
        drop(taps);
        assert_eq!(engine.is_warm(), [true, false]);
        Watched {
            _folder: folder,
            path,
            tools,
            seen,
            taps: (frames, rows),
        }
    })
}

fn hit(time_s: f64) -> HitPoint {
    HitPoint {
        time_s,
        strength: 0.9,
        kind: EventKind::User,
        locked: true,
    }
}

fn wishes(seed: u64) -> Wishes {
    Wishes {
        hits: vec![hit(3.0), hit(12.0), hit(15.0), hit(20.5), hit(44.0)],
        seed,
        steps: Some(2),
        ..Wishes::default()
    }
}

fn compose(
    engine: &mut WarmEngine,
    span: &Range<u64>,
    wishes: &Wishes,
    base: &Path,
    listener: &mut (dyn FnMut(TakeEvent<'_>) + Send),
) -> Result<ComposedTake, Error> {
    let w = watched();
    let request = ComposeRequest {
        tools: &w.tools,
        seen: &w.seen,
        span,
        wishes,
        base,
    };
    engine.compose(&request, &CancelToken::new(), listener)
}

fn samples(path: &Path) -> [Vec<f32>; 2] {
    let mut reader = WavReader::open(path).unwrap();
    let count = reader.frames() as usize;
    let mut planes = [vec![0.0; count], vec![0.0; count]];
    let [left, right] = &mut planes;
    assert_eq!(reader.read([left, right]).unwrap(), count);
    planes
}

fn names(folder: &Path) -> Vec<String> {
    let all = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = all
        .map(|it| it.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn the_picture_is_told_while_it_is_watched() {
    let w = watched();
    assert_eq!(w.taps.0, 45 * 25);
    // The adaptor's first chunk of 256 rows is told before the end.
    assert_eq!((w.seen.analysis.frames, w.taps.1), (450, 256));
    let times: Vec<f64> = w.seen.cuts.iter().map(|cut| cut.time_s).collect();
    assert_eq!(times, [15.0, 30.0]);
    assert_eq!(w.seen.cuts[0].frame, 375);
}

#[test]
fn a_take_is_heard_while_it_is_made_and_lies_in_its_span() {
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path().join("take-1");
    let mut engine = engine("toy");
    // Not from 0, and no whole number of frames or latents.
    let span = 10 * HZ + 77..42 * HZ + 1001;
    let w = watched();
    let unknown = engine.forecast(&w.seen, &span, None, &wishes(1)).unwrap();
    assert_eq!(unknown.seconds, None);
    let (mut heard, mut ready_at_progress, mut growing) = ([Vec::new(), Vec::new()], Vec::new(), None);
    let take = compose(&mut engine, &span, &wishes(1), &base, &mut |event| match event {
        TakeEvent::Growing { wav, samples } => {
            assert_eq!(samples, span.end - span.start);
            growing = Some(GrowingWav::open(wav).unwrap());
        }
        TakeEvent::Samples { first, planes, ready } => {
            assert_eq!(first as usize, heard[0].len());
            assert_eq!(growing.as_ref().unwrap().frames().unwrap(), ready);
            heard[0].extend_from_slice(planes[0]);
            heard[1].extend_from_slice(planes[1]);
        }
        TakeEvent::Job(Event::Progress {
            phase: Phase::Compose,
            fraction,
            ..
        }) => {
            ready_at_progress.push((fraction, heard[0].len()));
        }
        _ => {}
    })
    .unwrap();
    assert_eq!(
        names(folder.path()),
        ["take-1.json", "take-1.latents", "take-1.wav"]
    );
    assert_eq!(samples(&take.files.wav()), heard);
    assert_eq!(heard[0].len() as u64, span.end - span.start);
    assert!(
        ready_at_progress.is_sorted_by(|a, b| a.0 <= b.0),
        "{ready_at_progress:?}"
    );
    // Sound was there long before all windows were done.
    assert!(
        ready_at_progress.iter().any(|(f, n)| *f < 0.7 && *n > 0),
        "{ready_at_progress:?}"
    );

    let document = TakeDocument::read(&take.files).unwrap();
    assert_eq!(
        (document.span.clone(), document.wishes.clone()),
        (span.clone(), wishes(1))
    );
    let times: Vec<f64> = document.plan.hits.iter().map(|it| it.hit.time_s).collect();
    let from_s = span.start as f64 / HZ as f64;
    let expected = [12.0 - from_s, 15.0 - from_s, 20.5 - from_s];
    assert!(
        times.len() == 3 && times.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9),
        "{times:?}"
    );
    let told: Vec<f64> = take.landings.iter().map(|it| it.time_s).collect();
    assert_eq!(told, [12.0, 15.0, 20.5]);
    assert_eq!(document.landings, take.landings);
    assert_eq!(document.level.values.len(), 321);
    let latents = TakeLatents::read(&take.files).unwrap();
    assert_eq!(latents.pack, engine.pack().unwrap().hash());
    assert!(latents.music.frames() as u64 * 2048 > take.samples && latents.style.is_some());

    // Warm, and the same request gives the same samples; now the machine's speed is known.
    assert_eq!(engine.is_warm(), [false, true]);
    let again = compose(
        &mut engine,
        &span,
        &wishes(1),
        &folder.path().join("again"),
        &mut |_| {},
    )
    .unwrap();
    assert_eq!(samples(&again.files.wav()), heard);
    let known = engine.forecast(&w.seen, &span, None, &wishes(1)).unwrap();
    let seconds = known.seconds.unwrap();
    assert!(
        seconds > 0.0 && seconds < 10.0 * take.seconds,
        "{seconds} {}",
        take.seconds
    );
    let part = engine
        .forecast(&w.seen, &span, Some(&(20 * HZ..22 * HZ)), &wishes(1))
        .unwrap();
    assert!(part.seconds.unwrap() < seconds);
    assert!(engine.cool().is_some());
    engine.drop_models();
    assert_eq!((engine.cool(), engine.is_warm()), (None, [false, false]));
}

#[test]
fn a_section_changes_nothing_but_itself() {
    let folder = tempfile::tempdir().unwrap();
    let mut engine = engine("toy");
    let span = 5 * HZ..40 * HZ;
    let old = compose(
        &mut engine,
        &span,
        &wishes(1),
        &folder.path().join("old"),
        &mut |_| {},
    )
    .unwrap();
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

#[test]
fn cancelling_leaves_nothing_at_any_phase() {
    let folder = tempfile::tempdir().unwrap();
    let mut engine = engine("toy");
    let w = watched();
    let span = 0..40 * HZ;
    let old = compose(
        &mut engine,
        &span,
        &wishes(1),
        &folder.path().join("old"),
        &mut |_| {},
    )
    .unwrap();
    let before = names(folder.path());
    for phase in [
        Phase::Load,
        Phase::Plan,
        Phase::Style,
        Phase::Compose,
        Phase::Level,
    ] {
        for sound in [false, true] {
            let cancel = CancelToken::new();
            let stop = cancel.clone();
            let mut samples_after = 0;
            let mut listener = |event: TakeEvent<'_>| match event {
                TakeEvent::Job(Event::PhaseStarted { phase: now, .. }) if now == phase && !sound => {
                    stop.cancel()
                }
                TakeEvent::Samples { .. } => {
                    samples_after += usize::from(stop.is_cancelled());
                    if sound {
                        stop.cancel();
                    }
                }
                _ => {}
            };
            let (base, wishes) = (folder.path().join("new"), wishes(2));
            let request = ComposeRequest {
                tools: &w.tools,
                seen: &w.seen,
                span: &span,
                wishes: &wishes,
                base: &base,
            };
            let ended = engine.compose(&request, &cancel, &mut listener);
            assert!(matches!(ended, Err(Error::Cancelled)), "{phase:?}: {ended:?}");
            assert!(samples_after <= 3, "{samples_after} blocks after the cancel");
            assert_eq!(names(folder.path()), before, "{phase:?}");
        }
    }
    let cancel = CancelToken::new();
    let (base, wishes) = (folder.path().join("new"), wishes(2));
    let request = SectionRequest {
        tools: &w.tools,
        seen: &w.seen,
        old: old.files.base(),
        span: &(10 * HZ..30 * HZ),
        wishes: &wishes,
        keep_style: true,
        base: &base,
    };
    let stop = cancel.clone();
    let ended = engine.regenerate_section(&request, &cancel, &mut |event| {
        if let TakeEvent::Samples { .. } = event {
            stop.cancel();
        }
    });
    assert!(matches!(ended, Err(Error::Cancelled)));
    assert_eq!(names(folder.path()), before);
}

#[test]
fn styles_are_named_and_bad_wishes_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut engine = engine("toy");
    let span = 0..4 * HZ;
    let clip = folder.path().join("clip.wav");
    // Silent but for what is heard from 40 s on.
    let graph = "sine=frequency=500:duration=60,volume='if(gt(t,40),0.5,0)':eval=frame";
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", graph])
        .arg(&clip)
        .status();
    assert!(made.unwrap().success());
    let file = |from_s| StyleChoice::File {
        path: clip.clone(),
        from_s,
    };
    let palette = engine.pack().unwrap().manifest().styles[0].clone();
    let mut made = Vec::new();
    let mut make = |style: StyleChoice, name: &str| {
        let wishes = Wishes { style, ..wishes(1) };
        compose(
            &mut engine,
            &span,
            &wishes,
            &folder.path().join(name),
            &mut |_| {},
        )
    };
    for (name, style) in [
        ("auto", StyleChoice::Auto),
        (
            "palette",
            StyleChoice::Palette {
                id: palette.id.clone(),
            },
        ),
        ("whole", file(None)),
        ("from", file(Some(45.0))),
    ] {
        made.push(make(style, name).unwrap());
    }
    assert_eq!(made[1].style_name.as_deref(), Some(palette.name.as_str()));
    assert_eq!(made[3].style_name.as_deref(), Some("clip.wav"));
    let problem = |error: Error| match error {
        Error::Style { problem, .. } => problem,
        other => panic!("{other}"),
    };
    let unknown = make(StyleChoice::Palette { id: "no".into() }, "x").unwrap_err();
    assert!(matches!(problem(unknown), StyleProblem::Unknown));
    for from_s in [59.5, 100.0, -1.0, f64::NAN] {
        let late = make(file(Some(from_s)), "x").unwrap_err();
        assert!(matches!(problem(late), StyleProblem::From { .. }), "{from_s}");
    }
    assert!(matches!(
        problem(make(file(Some(10.0)), "x").unwrap_err()),
        StyleProblem::Silent | StyleProblem::Codec(_)
    ));

    let listed = names(folder.path());
    let mut refused = |span: Range<u64>, wishes: Wishes| {
        compose(&mut engine, &span, &wishes, &folder.path().join("x"), &mut |_| {}).unwrap_err()
    };
    let take = |error: &Error| matches!(error, Error::Take { .. });
    assert!(take(&refused(5..5, wishes(1))) && take(&refused(0..46 * HZ, wishes(1))));
    let off = [
        Wishes {
            intensity: f32::NAN,
            ..wishes(1)
        },
        Wishes {
            intensity: 2.5,
            ..wishes(1)
        },
        Wishes {
            drawn: vec![(2.0, 0.5), (1.0, 0.5)],
            ..wishes(1)
        },
        Wishes {
            hits: vec![hit(f64::NAN)],
            ..wishes(1)
        },
    ];
    for wishes in off {
        assert!(take(&refused(span.clone(), wishes)));
    }
    let pace = refused(
        span.clone(),
        Wishes {
            pace: Pace::Bpm(900.0),
            ..wishes(1)
        },
    );
    assert!(matches!(pace, Error::Scoring(_)), "{pace}");
    let steps = refused(
        span.clone(),
        Wishes {
            steps: Some(0),
            ..wishes(1)
        },
    );
    assert!(steps.to_string().contains("solver steps"), "{steps}");
    assert_eq!(names(folder.path()), listed);
    let there = compose(
        &mut engine,
        &span,
        &wishes(1),
        &folder.path().join("auto"),
        &mut |_| {},
    );
    assert!(there.unwrap_err().existing_output().is_some());
    let nowhere = compose(
        &mut engine,
        &span,
        &wishes(1),
        &folder.path().join("no/x"),
        &mut |_| {},
    );
    assert!(matches!(nowhere, Err(Error::Output(_))));
    assert_eq!(
        TakePaths::new(folder.path().join("auto")).wav(),
        made[0].files.wav()
    );
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
