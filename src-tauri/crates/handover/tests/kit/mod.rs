//! Sheets to play with.
#![allow(dead_code, reason = "each test file uses its own part")]

use muvi_handover::{Film, FilmSound, Landing, Lift, Mark, MarkKind, Sheet, SheetBeat, SheetChord, SheetCue};
use muvi_timeline::{FadeCurve, FrameSpan, GainPoint, Rate, Round};

/// Samples per second of all takes.
pub(crate) const HZ: u32 = 44_100;

/// A cue over `[from, to)` whose file starts `offset` frames before it is heard and goes on for a second after it, with
/// beats that neither frames nor ticks meet.
pub(crate) fn cue(
    rate: Rate,
    number: u32,
    name: &str,
    [from, to]: [u64; 2],
    offset: u64,
    bpm: f64,
) -> SheetCue {
    let span = FrameSpan::new(from, to);
    let begin = from as f64 / rate.as_f64();
    let end = to as f64 / rate.as_f64();
    let beats = (0..)
        .map(|n| begin + 0.137 + f64::from(n) * 60.0 / bpm)
        .take_while(|time| *time < end)
        .zip(0_u32..)
        .map(|(time_s, n)| SheetBeat {
            time_s,
            // A pickup of one beat.
            downbeat: n % 4 == 1,
        });
    let file = rate.convert(offset + span.len(), Rate::hz(HZ).unwrap(), Round::Nearest);
    SheetCue {
        number,
        name: name.into(),
        span,
        audio: format!("/films/mein film 100%/audio/{number} {name}.wav").into(),
        sample_rate: HZ,
        samples: file + u64::from(HZ),
        offset,
        gain_db: -3.25,
        automation: Vec::new(),
        fade_in: 5,
        fade_out: 12,
        fade_curves: [FadeCurve::SCurve, FadeCurve::EqualPower],
        take: "Take 1".into(),
        style: "Piano".into(),
        key: "A minor".into(),
        bpm,
        seed: Some(7),
        pack: "mini 0.1".into(),
        licence: Some("CC0-1.0".into()),
        beats: beats.collect(),
        chords: vec![
            SheetChord {
                time_s: begin + 0.137,
                name: "Am".into(),
            },
            SheetChord {
                time_s: (begin + end) / 2.0,
                name: "F♯m7".into(),
            },
        ],
        lift: Some(Lift {
            score: 0.5,
            chance: 0.25,
        }),
    }
}

/// A film of 9000 frames with three cues, of which the second crosses the first, and some marks.
pub(crate) fn film(rate: Rate, drop_frame: bool, start: u64) -> Sheet {
    let mark = |frame, kind, name: Option<&str>, landing| Mark {
        frame,
        kind,
        name: name.map(str::to_owned),
        landing,
    };
    let landed = |landed, miss_frames| {
        Some(Landing {
            cue: 1,
            landed,
            miss_frames,
        })
    };
    let mut first = cue(rate, 1, "Öffnung \"A\" & <B>", [10, 3000], 0, 96.4);
    first.automation = vec![
        GainPoint {
            frame: 100,
            gain_db: 0.0,
        },
        GainPoint {
            frame: 200,
            gain_db: -9.0,
        },
    ];
    Sheet {
        project: "Mein Film, 2".into(),
        made_with: "MuVi Studio 0.1.0".into(),
        film: Film {
            path: "/films/mein film 100%/Über uns.mov".into(),
            width: 1920,
            height: 1080,
            sound: Some(FilmSound {
                sample_rate: 48_000,
                channels: 2,
                heard: true,
            }),
        },
        rate,
        drop_frame,
        start,
        frames: 9000,
        cues: vec![
            first,
            cue(rate, 2, "Bridge", [2950, 4000], 25, 131.0),
            cue(rate, 3, "End", [7001, 9000], 3, 71.9),
        ],
        marks: vec![
            mark(0, MarkKind::Cut, None, None),
            mark(
                1801,
                MarkKind::User,
                Some("Tür; \"knallt\""),
                landed(true, Some(-0.4)),
            ),
            mark(2222, MarkKind::Hit, None, landed(false, None)),
            mark(8999, MarkKind::Cut, Some("last"), landed(false, Some(9.5))),
        ],
    }
}

/// Rates with drop frame or without, and a timecode to start at.
pub(crate) fn kinds() -> Vec<(Rate, bool, u64)> {
    let rate = |num, den| Rate::new(num, den).unwrap();
    let hour = |rate: Rate, drop: bool| {
        let label = muvi_timeline::Timecode {
            hours: 1,
            minutes: 0,
            seconds: 0,
            frames: 0,
            drop_frame: drop,
        };
        label.frame(rate).unwrap()
    };
    let mut all = Vec::new();
    for (rate, drop) in [
        (rate(24_000, 1001), false),
        (rate(25, 1), false),
        (rate(30_000, 1001), true),
        (rate(30_000, 1001), false),
        (rate(30, 1), false),
        (rate(50, 1), false),
        (rate(60_000, 1001), true),
    ] {
        all.push((rate, drop, 0));
        all.push((rate, drop, hour(rate, drop) + 17));
    }
    all
}
