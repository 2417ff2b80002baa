//! Round trips and known values of exact time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use muvi_timeline::{FrameSpan, Moment, Rate, Round, SampleSpan, Timecode, TimecodeError};
use proptest::prelude::*;

fn rate(num: u32, den: u32) -> Rate {
    Rate::new(num, den).unwrap()
}

fn video_rates() -> impl Strategy<Value = Rate> {
    let known = [
        (24000, 1001),
        (24, 1),
        (25, 1),
        (30000, 1001),
        (30, 1),
        (50, 1),
        (60000, 1001),
        (60, 1),
    ];
    prop_oneof![
        prop::sample::select(known.to_vec()).prop_map(|(n, d)| rate(n, d)),
        (1_u32..240_000, 1_u32..2000).prop_map(|(n, d)| rate(n, d)),
    ]
}

fn audio_rates() -> impl Strategy<Value = Rate> {
    prop::sample::select(vec![8000, 22050, 32000, 44100, 48000, 96000]).prop_map(|hz| rate(hz, 1))
}

proptest! {
    #[test]
    fn frames_come_back_from_samples(video in video_rates(), audio in audio_rates(), frame in 0_u64..10_000_000) {
        prop_assume!(video.as_f64() * 2.0 < audio.as_f64());
        let sample = video.convert(frame, audio, Round::Nearest);
        prop_assert_eq!(audio.convert(sample, video, Round::Nearest), frame);
        let first = video.convert(frame, audio, Round::Up);
        prop_assert_eq!(audio.convert(first, video, Round::Down), frame);
    }

    #[test]
    fn roundings_are_ordered(a in video_rates(), b in audio_rates(), ticks in any::<u32>()) {
        let [down, near, up] = [Round::Down, Round::Nearest, Round::Up].map(|r| a.convert(ticks.into(), b, r));
        prop_assert!(down <= near && near <= up && up - down <= 1);
    }

    #[test]
    fn durations_come_back(video in video_rates(), frame in 0_u64..10_000_000) {
        prop_assert_eq!(video.ticks(video.duration(frame, Round::Nearest), Round::Nearest), frame);
    }

    #[test]
    fn timecodes_come_back(video in video_rates(), frame in 0_u64..20_000_000) {
        let timecode = Timecode::of(frame, video);
        prop_assert_eq!(timecode.frame(video), Ok(frame));
        let read = Timecode::parse(&timecode.to_string(), video);
        prop_assert_eq!(read, Ok(timecode));
        prop_assert_eq!(Timecode::without_drop(frame, video).frame(video), Ok(frame));
    }

    #[test]
    fn spans_that_meet_still_meet(video in video_rates(), audio in audio_rates(), a in 0_u64..1_000_000, b in 0_u64..9999, c in 0_u64..9999) {
        let (first, second) = (FrameSpan::from_len(a, b), FrameSpan::from_len(a + b, c));
        let (x, y): (SampleSpan, SampleSpan) = (first.convert(video, audio), second.convert(video, audio));
        prop_assert_eq!(x.end(), y.start());
        prop_assert!(x.intersect(&y).is_none());
    }

    #[test]
    fn moments_keep_their_order(a in -1_000_000_i64..1_000_000, b in -1_000_000_i64..1_000_000, r in audio_rates()) {
        let ticks = rate(90_000, 1);
        let (x, y) = (Moment { ticks: a, rate: ticks }, Moment { ticks: b, rate: ticks });
        prop_assert_eq!(a <= b, x.at(ticks, Round::Down) <= y.at(ticks, Round::Down));
        let gap = y.since(x, r, Round::Nearest);
        let wanted = ticks.convert((b - a).max(0) as u64, r, Round::Nearest);
        prop_assert_eq!(gap, wanted);
    }

    #[test]
    fn rates_come_back_from_text(r in video_rates()) {
        prop_assert_eq!(r.to_string().parse::<Rate>(), Ok(r));
    }
}

#[test]
fn known_drop_frame_labels() {
    let ntsc = rate(30_000, 1001);
    let check = |frame, label: &str| {
        assert_eq!(Timecode::of(frame, ntsc).to_string(), label);
        assert_eq!(Timecode::parse(label, ntsc).unwrap().frame(ntsc), Ok(frame));
    };
    check(0, "00:00:00;00");
    check(1799, "00:00:59;29");
    check(1800, "00:01:00;02");
    check(17_981, "00:09:59;29");
    check(17_982, "00:10:00;00");
    check(107_892, "01:00:00;00");
    assert_eq!(Timecode::of(3600, rate(60_000, 1001)).to_string(), "00:01:00;04");
    assert_eq!(Timecode::of(24, rate(24_000, 1001)).to_string(), "00:00:01:00");
}

#[test]
fn wrong_timecodes_are_refused() {
    let ntsc = rate(30_000, 1001);
    assert!(matches!(
        Timecode::parse("00:01:00;00", ntsc),
        Err(TimecodeError::Dropped(_))
    ));
    assert!(matches!(
        Timecode::parse("00:00:00;30", ntsc),
        Err(TimecodeError::Range { field: "frames", .. })
    ));
    assert!(matches!(
        Timecode::parse("00:61:00:00", ntsc),
        Err(TimecodeError::Range { field: "minutes", .. })
    ));
    assert!(matches!(
        Timecode::parse("00:00:00;01", rate(25, 1)),
        Err(TimecodeError::NoDropFrame(_))
    ));
    for text in [
        "",
        "1:2:3",
        "a:b:c:d",
        "00:00:00:00:00",
        "-1:00:00:00",
        "00:00:00:+1",
    ] {
        assert!(
            matches!(Timecode::parse(text, ntsc), Err(TimecodeError::Form(_))),
            "{text}"
        );
    }
}

#[test]
fn rates_of_files() {
    assert_eq!(rate(2997, 100).snapped(), rate(30_000, 1001));
    assert_eq!(rate(19_001, 317).snapped(), rate(60_000, 1001));
    assert_eq!("23.976".parse::<Rate>(), Ok(rate(24_000, 1001)));
    assert_eq!(rate(15, 1).snapped(), rate(15, 1));
    assert_eq!(rate(60, 1).for_analysis(), rate(30, 1));
    assert_eq!(rate(60_000, 1001).for_analysis(), rate(30_000, 1001));
    assert_eq!(rate(50, 1).for_analysis(), rate(25, 1));
    assert_eq!(rate(120, 1).for_analysis(), rate(30, 1));
    assert_eq!(rate(30, 1).for_analysis(), rate(30, 1));
    assert!(Rate::new(0, 1).is_err() && Rate::new(25, 0).is_err() && "x".parse::<Rate>().is_err());
}

#[test]
fn model_clock_on_the_picture() {
    // At 24 frames per second tick 1 (0.1 s) shows frame 2 (0.083 s), tick 5 (0.5 s) frame 12.
    let shown: Vec<u64> = (0..6)
        .map(|t| Rate::MODEL.convert(t, rate(24, 1), Round::Down))
        .collect();
    assert_eq!(shown, [0, 2, 4, 7, 9, 12]);
    assert_eq!(rate(25, 1).duration(50, Round::Down), Duration::from_secs(2));
}
