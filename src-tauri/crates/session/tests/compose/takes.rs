//! A take: heard while it is made, in its span; what is told of the picture; cancelling at any phase.

use muvi_media::growing::GrowingWav;
use muvi_session::compose::{ComposeRequest, SectionRequest, TakeDocument, TakeEvent, TakeLatents};
use muvi_session::{CancelToken, Error, Event, Phase};

use crate::watched::*;

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
    let again = silently(&mut engine, &span, &folder.path().join("again")).unwrap();
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
fn cancelling_leaves_nothing_at_any_phase() {
    let folder = tempfile::tempdir().unwrap();
    let mut engine = engine("toy");
    let w = watched();
    let span = 0..40 * HZ;
    let old = silently(&mut engine, &span, &folder.path().join("old")).unwrap();
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
