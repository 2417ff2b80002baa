//! Final Cut Pro XML.
//!
//! Reference and document type definition of 1.10:
//! <https://developer.apple.com/documentation/professional-video-applications/fcpxml-reference>. Times are exact
//! fractions of a second; whatever lies on the timeline lies on whole frames.

use std::fmt::Write as _;

use muvi_timeline::{FadeCurve, Rate};

use crate::lanes::lanes;
use crate::sheet::file_name;
use crate::text::{file_url, xml};
use crate::{Sheet, SheetCue};

/// The sheet as an `.fcpxml` file of version 1.10: the film in the primary storyline with markers, the cues connected
/// to it below as sound of the role "music", with gain and fades.
pub fn fcpxml(sheet: &Sheet) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE fcpxml>\n<fcpxml version=\"1.10\">\n",
    );
    resources(&mut out, sheet);
    let name = xml(&sheet.project);
    let (start, length) = (frames(sheet.rate, sheet.start), frames(sheet.rate, sheet.frames));
    let drop = if sheet.drops() { "DF" } else { "NDF" };
    let rate = audio_rate(sheet).map_or_else(String::new, |rate| format!(" audioRate=\"{rate}\""));
    let _ = write!(
        out,
        "  <library>\n    <event name=\"{name}\">\n      <project name=\"{name}\">\n        \
         <sequence format=\"r1\" duration=\"{length}\" tcStart=\"{start}\" tcFormat=\"{drop}\" audioLayout=\"stereo\"{rate}>\n          \
         <spine>\n"
    );
    let role = match sheet.film.sound {
        Some(sound) if sound.heard => " audioRole=\"dialogue\"",
        // The temp track is not part of the mix.
        Some(_) => " srcEnable=\"video\"",
        None => "",
    };
    let film = xml(&sheet.film_name());
    let _ = writeln!(
        out,
        "            <asset-clip ref=\"r2\" offset=\"{start}\" name=\"{film}\" start=\"{start}\" duration=\"{length}\" \
         format=\"r1\" tcFormat=\"{drop}\"{role}>"
    );
    let ids: Vec<u32> = sheet.cues.iter().map(|cue| cue.number).collect();
    for (lane, cues) in (1..).zip(lanes(&sheet.cues)) {
        for cue in cues {
            let index = ids.iter().position(|id| *id == cue.number).unwrap_or(0);
            connected(&mut out, sheet, cue, index, lane);
        }
    }
    for mark in &sheet.marks {
        let at = frames(sheet.rate, sheet.start + mark.frame);
        let note = match mark.remark() {
            remark if remark.is_empty() => mark.kind.name().into(),
            remark => format!("{}: {remark}", mark.kind.name()),
        };
        let _ = writeln!(
            out,
            "              <marker start=\"{at}\" duration=\"{}\" value=\"{}\" note=\"{}\"/>",
            frames(sheet.rate, 1),
            xml(&mark.label()),
            xml(&note)
        );
    }
    out.push_str("            </asset-clip>\n          </spine>\n        </sequence>\n      </project>\n    </event>\n  </library>\n</fcpxml>\n");
    out
}

fn resources(out: &mut String, sheet: &Sheet) {
    let film = &sheet.film;
    let sound = film.sound.map_or_else(String::new, |sound| {
        format!(
            " hasAudio=\"1\" audioSources=\"1\" audioChannels=\"{}\" audioRate=\"{}\"",
            sound.channels, sound.sample_rate
        )
    });
    let _ = write!(
        out,
        "  <resources>\n    <format id=\"r1\" frameDuration=\"{}\" width=\"{}\" height=\"{}\"/>\n    \
         <asset id=\"r2\" name=\"{}\" start=\"{}\" duration=\"{}\" hasVideo=\"1\" format=\"r1\" videoSources=\"1\"{sound}>\n      \
         <media-rep kind=\"original-media\" src=\"{}\"/>\n    </asset>\n",
        frames(sheet.rate, 1),
        film.width,
        film.height,
        xml(&sheet.film_name()),
        frames(sheet.rate, sheet.start),
        frames(sheet.rate, sheet.frames),
        xml(&file_url(&film.path)),
    );
    for (index, cue) in sheet.cues.iter().enumerate() {
        let _ = write!(
            out,
            "    <asset id=\"r{}\" name=\"{}\" start=\"0s\" duration=\"{}\" hasAudio=\"1\" audioSources=\"1\" \
             audioChannels=\"2\" audioRate=\"{}\">\n      <media-rep kind=\"original-media\" src=\"{}\"/>\n    </asset>\n",
            index + 3,
            xml(&file_name(&cue.audio)),
            asset_length(sheet, cue),
            cue.sample_rate,
            xml(&file_url(&cue.audio)),
        );
    }
    out.push_str("  </resources>\n");
}

/// The length of the file; where rounding to samples made it a trifle shorter than its frames, that of its frames.
fn asset_length(sheet: &Sheet, cue: &SheetCue) -> String {
    let used = cue.offset + cue.span.len();
    let in_samples = u128::from(cue.samples) * u128::from(sheet.rate.num());
    let in_frames = u128::from(used) * u128::from(sheet.rate.den()) * u128::from(cue.sample_rate);
    if in_samples < in_frames {
        frames(sheet.rate, used)
    } else {
        fraction(cue.samples.into(), cue.sample_rate.into())
    }
}

fn connected(out: &mut String, sheet: &Sheet, cue: &SheetCue, index: usize, lane: usize) {
    let rate = sheet.rate;
    let note = [
        format!("Take: {}", cue.take),
        format!("style: {}", cue.style),
        format!("key: {}", cue.key),
        format!("{:.1} BPM", cue.bpm),
    ];
    let _ = write!(
        out,
        "              <asset-clip ref=\"r{}\" lane=\"-{lane}\" offset=\"{}\" name=\"{}\" start=\"{}\" duration=\"{}\" audioRole=\"music\">\n                \
         <note>{}</note>\n",
        index + 3,
        frames(rate, sheet.start + cue.span.start()),
        xml(&cue.name),
        frames(rate, cue.offset),
        frames(rate, cue.span.len()),
        xml(&note.join(", ")),
    );
    volume(out, sheet, cue);
    out.push_str("              </asset-clip>\n");
}

fn volume(out: &mut String, sheet: &Sheet, cue: &SheetCue) {
    let level = |db: f32| {
        if db <= SILENT_DB {
            "-96dB".into()
        } else {
            format!("{db:.2}dB")
        }
    };
    let fade = |name: &str, length: u64, curve: FadeCurve| {
        if length == 0 {
            return String::new();
        }
        // Other shapes have no name that is sure to mean them: the program's own rises with equal power.
        let shape = match curve {
            FadeCurve::Linear => " type=\"linear\"",
            FadeCurve::SCurve => " type=\"easeInOut\"",
            _ => "",
        };
        format!("<{name}{shape} duration=\"{}\"/>", frames(sheet.rate, length))
    };
    let [curve_in, curve_out] = cue.fade_curves;
    let mut inner = fade("fadeIn", cue.fade_in, curve_in) + &fade("fadeOut", cue.fade_out, curve_out);
    if !cue.automation.is_empty() {
        inner.push_str("<keyframeAnimation>");
        // On the clip's own clock, which starts where it is heard first in its file.
        for point in inside(cue) {
            let at = frames(sheet.rate, cue.offset + (point.0 - cue.span.start()));
            let _ = write!(
                inner,
                "<keyframe time=\"{at}\" value=\"{}\" curve=\"linear\"/>",
                level(cue.gain_db + point.1)
            );
        }
        inner.push_str("</keyframeAnimation>");
    }
    let amount = level(cue.gain_db);
    let _ = if inner.is_empty() {
        writeln!(out, "                <adjust-volume amount=\"{amount}\"/>")
    } else {
        writeln!(
            out,
            "                <adjust-volume amount=\"{amount}\"><param name=\"amount\">{inner}</param></adjust-volume>"
        )
    };
}

/// Gains at and below this are silence.
const SILENT_DB: f32 = -60.0;

/// The drawn gain within the cue: its points there, and its values at both ends.
fn inside(cue: &SheetCue) -> Vec<(u64, f32)> {
    let curve = muvi_timeline::GainCurve {
        points: cue.automation.clone(),
    };
    let (first, last) = (
        cue.span.start(),
        cue.span.end().saturating_sub(1).max(cue.span.start()),
    );
    let mut all: Vec<u64> = cue.automation.iter().map(|point| point.frame).collect();
    all.retain(|frame| (first..=last).contains(frame));
    all.extend([first, last]);
    all.sort_unstable();
    all.dedup();
    all.into_iter()
        .map(|frame| (frame, curve.at(frame as f64)))
        .collect()
}

/// Rates that a sequence can have.
fn audio_rate(sheet: &Sheet) -> Option<&'static str> {
    match sheet.cues.first()?.sample_rate {
        32_000 => Some("32k"),
        44_100 => Some("44.1k"),
        48_000 => Some("48k"),
        88_200 => Some("88.2k"),
        96_000 => Some("96k"),
        176_400 => Some("176.4k"),
        192_000 => Some("192k"),
        _ => None,
    }
}

/// So many frames as a fraction of seconds.
fn frames(rate: Rate, count: u64) -> String {
    fraction(u128::from(count) * u128::from(rate.den()), rate.num().into())
}

fn fraction(num: u128, den: u128) -> String {
    let (mut a, mut b) = (num.max(1), den.max(1));
    while b != 0 {
        (a, b) = (b, a % b);
    }
    let (num, den) = if num == 0 { (0, 1) } else { (num / a, den / a) };
    if den == 1 {
        format!("{num}s")
    } else {
        format!("{num}/{den}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_reduced_fractions() {
        let ntsc = Rate::new(30_000, 1001).unwrap();
        let check = |text: String, expect: &str| assert_eq!(text, expect);
        check(frames(ntsc, 1), "1001/30000s");
        check(frames(ntsc, 30_000), "1001s");
        check(frames(ntsc, 0), "0s");
        check(frames(Rate::new(25, 1).unwrap(), 30), "6/5s");
        check(fraction(66_150, 44_100), "3/2s");
    }
}
