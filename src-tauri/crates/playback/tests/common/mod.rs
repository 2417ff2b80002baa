//! Programmes made of functions.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    dead_code,
    unreachable_pub,
    reason = "tests"
)]

use std::sync::Arc;

use muvi_playback::{Clip, GainAt, OpenSource, Programme, SeekableSource, Source, SourceError};
use muvi_timeline::{DuckBy, Ducking, FadeCurve, Mix, SampleSpan, TempTrack, TrackMix};

pub const RATE: u32 = 44_100;

type Shape = Arc<dyn Fn(u64) -> f32 + Send + Sync>;

/// `shape` on the left, its negative on the right.
pub struct Made {
    shape: Shape,
    length: u64,
    at: u64,
}

impl Source for Made {
    fn read(&mut self, planes: [&mut [f32]; 2]) -> Result<usize, SourceError> {
        let [left, right] = planes;
        let count = (left.len() as u64).min(self.length.saturating_sub(self.at)) as usize;
        for i in 0..count {
            left[i] = (self.shape)(self.at + i as u64);
            right[i] = -left[i];
        }
        self.at += count as u64;
        Ok(count)
    }
}

impl SeekableSource for Made {
    fn seek(&mut self, sample: u64) -> Result<(), SourceError> {
        self.at = sample;
        Ok(())
    }
}

pub fn made(length: u64, shape: impl Fn(u64) -> f32 + Send + Sync + 'static) -> Arc<dyn OpenSource> {
    let shape: Shape = Arc::new(shape);
    Arc::new(move || -> Result<Box<dyn SeekableSource + Send>, SourceError> {
        Ok(Box::new(Made {
            shape: shape.clone(),
            length,
            at: 0,
        }))
    })
}

pub fn clip(start: u64, length: u64, shape: impl Fn(u64) -> f32 + Send + Sync + 'static) -> Clip {
    Clip {
        source: made(length, shape),
        start,
        length,
        offset: 0,
        gain_db: 0.0,
        fade_in: 0,
        fade_out: 0,
        fade_in_curve: FadeCurve::Linear,
        fade_out_curve: FadeCurve::Linear,
        automation: Arc::default(),
    }
}

pub fn programme(length: u64, shape: impl Fn(u64) -> f32 + Send + Sync + 'static) -> Programme {
    Programme {
        sample_rate: RATE,
        length,
        mix: Mix::default(),
        music: vec![clip(0, length, shape)],
        temp: Vec::new(),
        speech: Arc::default(),
    }
}

pub fn tone(hz: f64, level: f64) -> impl Fn(u64) -> f32 + Clone {
    move |i| ((std::f64::consts::TAU * hz * i as f64 / f64::from(RATE)).sin() * level) as f32
}

/// The gain drawn at some samples.
pub fn drawn(points: &[(u64, f32)]) -> Arc<[GainAt]> {
    let point = |(sample, gain_db): &(u64, f32)| GainAt {
        sample: *sample,
        gain_db: *gain_db,
    };
    points.iter().map(point).collect()
}

/// The same as [`busy`] with speech that is known instead of followed.
pub fn speaking(length: u64) -> Programme {
    let mut made = busy(length);
    let starts = (0..length).step_by(90_000);
    made.speech = starts
        .map(|start| SampleSpan::new(start + 30_000, start + 60_000))
        .collect();
    made.mix.temp = TempTrack::Duck(Ducking {
        by: DuckBy::Speech,
        ..Ducking::speech(RATE)
    });
    made
}

/// Two cues that overlap, drawn gain, speech that ducks, a limiter at work.
pub fn busy(length: u64) -> Programme {
    let part = length / 2;
    let first = Clip {
        fade_out: 4000,
        gain_db: 3.0,
        ..clip(0, part + 4000, tone(220.0, 0.8))
    };
    let second = Clip {
        fade_in: 4000,
        offset: 100,
        automation: drawn(&[
            (part + 5000, 0.0),
            (part + 9000, -20.0),
            (part + 9100, -60.0),
            (part + 12_000, 3.0),
        ]),
        fade_in_curve: FadeCurve::EqualPower,
        ..clip(part, part - 9000, tone(330.0, 0.7))
    };
    let speech = |i: u64| {
        if (i / 30_000) % 3 == 1 {
            tone(200.0, 0.4)(i)
        } else {
            0.0
        }
    };
    Programme {
        sample_rate: RATE,
        length,
        mix: Mix {
            music: TrackMix {
                fade_in: 0,
                fade_out: 2000,
                ..TrackMix::default()
            },
            temp: TempTrack::Duck(Ducking::speech(RATE)),
            master_db: 4.0,
            ceiling_dbtp: -1.0,
        },
        music: vec![second, first],
        temp: vec![Clip {
            automation: drawn(&[(0, 2.0), (length / 3, -3.0)]),
            ..clip(0, length - 5000, speech)
        }],
        speech: Arc::default(),
    }
}

/// What export gives from `start` on.
pub fn offline(programme: &Programme, start: u64) -> Vec<[f32; 2]> {
    let mut renderer = programme.renderer(start).unwrap();
    let (mut left, mut right) = (vec![0.0; 1000], vec![0.0; 1000]);
    let mut all = Vec::new();
    loop {
        let count = renderer.render([&mut left, &mut right]).unwrap();
        if count == 0 {
            return all;
        }
        all.extend((0..count).map(|i| [left[i], right[i]]));
    }
}

pub fn worst(a: &[[f32; 2]], b: &[[f32; 2]]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter()
        .zip(b)
        .map(|(a, b)| (a[0] - b[0]).abs().max((a[1] - b[1]).abs()))
        .fold(0.0, f32::max)
}

/// The largest step between neighbours.
pub fn jump(frames: &[[f32; 2]]) -> f32 {
    frames
        .windows(2)
        .map(|pair| {
            (pair[1][0] - pair[0][0])
                .abs()
                .max((pair[1][1] - pair[0][1]).abs())
        })
        .fold(0.0, f32::max)
}
