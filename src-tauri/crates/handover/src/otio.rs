//! OpenTimelineIO.
//!
//! Schemas: <https://opentimelineio.readthedocs.io/en/stable/tutorials/otio-serialized-schema.html>; how times relate:
//! <https://opentimelineio.readthedocs.io/en/stable/tutorials/otio-timeline-structure.html>. `Clip.1` is written, since
//! every release reads it.

use muvi_timeline::{FrameSpan, Round};
use serde_json::{Value, json};

use crate::lanes::lanes;
use crate::sheet::file_name;
use crate::text::file_url;
use crate::{Mark, MarkKind, Sheet, SheetCue};

/// The sheet as an `.otio` file: the film as one clip with markers, the temp track, the cues on as many tracks as
/// they need. Times are frames of the picture's rate; the film's media time is its timecode.
pub fn otio(sheet: &Sheet) -> String {
    let whole = FrameSpan::new(0, sheet.frames);
    let mut tracks = vec![track("Picture", "Video", vec![film(sheet, whole, true)])];
    if let Some(sound) = sheet.film.sound {
        let mut clip = film(sheet, whole, false);
        clip["enabled"] = sound.heard.into();
        tracks.push(track("Temp track", "Audio", vec![clip]));
    }
    for (number, lane) in (1..).zip(lanes(&sheet.cues)) {
        let mut at = 0;
        let mut children = Vec::new();
        for cue in lane {
            if cue.span.start() > at {
                children.push(gap(sheet, cue.span.start() - at));
            }
            children.push(music(sheet, cue));
            at = cue.span.end();
        }
        tracks.push(track(&format!("Music {number}"), "Audio", children));
    }
    let timeline = json!({
        "OTIO_SCHEMA": "Timeline.1",
        "name": sheet.project,
        "global_start_time": time(sheet, sheet.start),
        "metadata": { "muvi": {
            "made_with": sheet.made_with,
            "drop_frame": sheet.drops(),
            "frame_rate": sheet.rate.to_string(),
        } },
        "tracks": {
            "OTIO_SCHEMA": "Stack.1",
            "name": "tracks",
            "source_range": null,
            "effects": [],
            "markers": [],
            "metadata": {},
            "children": tracks,
        },
    });
    format!("{timeline:#}\n")
}

fn track(name: &str, kind: &str, children: Vec<Value>) -> Value {
    json!({
        "OTIO_SCHEMA": "Track.1",
        "name": name,
        "kind": kind,
        "source_range": null,
        "effects": [],
        "markers": [],
        "metadata": {},
        "children": children,
    })
}

fn gap(sheet: &Sheet, frames: u64) -> Value {
    json!({
        "OTIO_SCHEMA": "Gap.1",
        "name": "",
        "source_range": range(sheet, 0, frames),
        "effects": [],
        "markers": [],
        "metadata": {},
    })
}

fn film(sheet: &Sheet, span: FrameSpan, markers: bool) -> Value {
    let marks = sheet.marks.iter().filter(|_| markers);
    json!({
        "OTIO_SCHEMA": "Clip.1",
        "name": sheet.film_name(),
        "source_range": range(sheet, sheet.start + span.start(), span.len()),
        "effects": [],
        "markers": marks.map(|mark| marker(sheet, mark)).collect::<Vec<_>>(),
        "metadata": {},
        "enabled": true,
        "media_reference": {
            "OTIO_SCHEMA": "ExternalReference.1",
            "name": sheet.film_name(),
            "available_range": range(sheet, sheet.start, sheet.frames),
            "metadata": {},
            "target_url": file_url(&sheet.film.path),
        },
    })
}

fn music(sheet: &Sheet, cue: &SheetCue) -> Value {
    let there = muvi_timeline::Rate::hz(cue.sample_rate)
        .map_or(0, |rate| rate.convert(cue.samples, sheet.rate, Round::Nearest));
    let automation = cue
        .automation
        .iter()
        .map(|point| json!([point.frame, point.gain_db]));
    json!({
        "OTIO_SCHEMA": "Clip.1",
        "name": cue.name,
        "source_range": range(sheet, cue.offset, cue.span.len()),
        "effects": [],
        "markers": [],
        "metadata": { "muvi": {
            "cue": cue.number,
            "take": cue.take,
            "style": cue.style,
            "key": cue.key,
            "bpm": cue.bpm,
            "seed": cue.seed,
            "pack": cue.pack,
            "licence": cue.licence,
            "gain_db": cue.gain_db,
            "gain_points": automation.collect::<Vec<_>>(),
            "fade_in_frames": cue.fade_in,
            "fade_out_frames": cue.fade_out,
        } },
        "enabled": true,
        "media_reference": {
            "OTIO_SCHEMA": "ExternalReference.1",
            "name": file_name(&cue.audio),
            "available_range": range(sheet, 0, there.max(cue.offset + cue.span.len())),
            "metadata": {},
            "target_url": file_url(&cue.audio),
        },
    })
}

fn marker(sheet: &Sheet, mark: &Mark) -> Value {
    // OTIO knows these colours by name.
    let colour = match mark.kind {
        MarkKind::Cut => "BLUE",
        MarkKind::Hit => "YELLOW",
        MarkKind::User => "RED",
    };
    let landing = mark
        .landing
        .map(|it| json!({ "cue": it.cue, "landed": it.landed, "miss_frames": it.miss_frames }));
    json!({
        "OTIO_SCHEMA": "Marker.2",
        "name": mark.label(),
        "color": colour,
        "marked_range": range(sheet, sheet.start + mark.frame, 1),
        "metadata": { "muvi": { "kind": mark.kind.name(), "landing": landing } },
    })
}

fn range(sheet: &Sheet, start: u64, length: u64) -> Value {
    json!({
        "OTIO_SCHEMA": "TimeRange.1",
        "start_time": time(sheet, start),
        "duration": time(sheet, length),
    })
}

fn time(sheet: &Sheet, frames: u64) -> Value {
    json!({ "OTIO_SCHEMA": "RationalTime.1", "value": frames as f64, "rate": sheet.rate.as_f64() })
}
