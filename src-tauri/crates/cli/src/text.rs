//! Reports in words.

use std::fmt::Write as _;

use muvi_session::{
    AnalysisReport, DoctorReport, EvaluationReport, InputFacts, MusicFacts, PackVerified, PlanReport,
    ScoreReport, SpanReport, StageTime,
};

use crate::output::clock;

/// So many spans of speech are named; `--json` has all.
const SPANS_SHOWN: usize = 8;

/// What `muvi score` prints at its end.
pub(crate) fn score(report: &ScoreReport) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "{name:<12} {value}");
    };
    line("video", video(&report.input));
    line("found", found(report.picture.cuts_s.len(), &report.plan));
    line("tempo", tempo(&report.plan));
    line("landed", landed(&report.plan));
    let music = format!(
        "seed {}, {} steps, pack {}",
        report.seed, report.steps, report.pack
    );
    line(
        "music",
        report
            .style
            .as_ref()
            .map_or(music.clone(), |style| format!("{music}, style {style}")),
    );
    line(
        "loudness",
        format!(
            "music {}, output {}, true peak {}, own sound: {}",
            level(report.loudness.music_lufs, "LUFS"),
            level(report.loudness.output_lufs, "LUFS"),
            level(report.loudness.output_dbtp, "dBTP"),
            own_sound(report)
        ),
    );
    line("ran on", report.music_provider.used.to_string());
    line(
        "time",
        times(&report.stages, report.seconds, report.real_time_factor),
    );
    line("written", report.output.display().to_string());
    text
}

/// What became of the video's own sound, and under how much speech the music goes down.
fn own_sound(report: &ScoreReport) -> String {
    let spoken = |spans: &Vec<SpanReport>| spans.iter().map(|it| it.end_s - it.start_s).sum::<f64>();
    match report.speech.as_ref().map(spoken) {
        Some(seconds) => format!("{} under {seconds:.1} s of speech", report.temp_track),
        None => report.temp_track.clone(),
    }
}

/// What `muvi analyze` prints.
pub(crate) fn analysis(report: &AnalysisReport) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{:<12} {}", "video", video(&report.input));
    let _ = writeln!(
        text,
        "{:<12} {}",
        "found",
        found(report.picture.cuts_s.len(), &report.plan)
    );
    let _ = writeln!(
        text,
        "{:<12} valence {:+.2}, arousal {:+.2}, intensity {:.2}",
        "mood", report.picture.valence, report.picture.arousal, report.picture.mean_intensity
    );
    let _ = writeln!(text, "{:<12} {}", "would be", tempo(&report.plan));
    let _ = writeln!(text, "{:<12} {}", "speech", speech(report.speech.as_deref()));
    let _ = writeln!(text, "{:<12} {}", "intensity", sparkline(&report.intensity, 60));
    if !report.plan.hits.is_empty() {
        let _ = writeln!(text, "\n{:>9}  {:<5} {:>8}  music", "time", "what", "strength");
    }
    for hit in &report.plan.hits {
        let _ = writeln!(
            text,
            "{:>8.2}s  {:<5} {:>8.2}  {:?}, {:+.0} ms",
            hit.time_s, hit.kind, hit.strength, hit.landed, hit.miss_ms
        );
    }
    let _ = writeln!(
        text,
        "\n{:<12} {}",
        "time",
        times(&report.stages, report.seconds, report.real_time_factor)
    );
    if let Some(path) = &report.heatmap {
        let _ = writeln!(text, "{:<12} {}", "heat map", path.display());
    }
    text
}

/// Where somebody speaks: how long in all, and the first few spans.
fn speech(spans: Option<&[SpanReport]>) -> String {
    let Some(spans) = spans else {
        return "can't be told".into();
    };
    if spans.is_empty() {
        return "none".into();
    }
    let seconds: f64 = spans.iter().map(|it| it.end_s - it.start_s).sum();
    let shown = spans.iter().take(SPANS_SHOWN);
    let shown: Vec<_> = shown
        .map(|it| format!("{:.1}-{:.1}", it.start_s, it.end_s))
        .collect();
    let more = spans.len().saturating_sub(SPANS_SHOWN);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("{seconds:.1} s: {} s{more}", shown.join(", "))
}

/// What `muvi evaluate` prints.
pub(crate) fn evaluation(report: &EvaluationReport) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "{name:<12} {value}");
    };
    line("video", video(&report.input));
    line("music", music(&report.music));
    if let Some(reference) = &report.reference {
        line("reference", music(reference));
    }
    line(
        "judged",
        format!(
            "{:.1} s: {}, {}; {} of the music",
            report.judged_s,
            count(report.cut_count, "cut"),
            count(report.hit_count, "hit point"),
            count(report.onset_count, "onset"),
        ),
    );
    let mut rows = vec![["measure", "value", "chance", "ideal"].map(str::to_owned)];
    rows.extend(report.measures.iter().map(|it| {
        [
            it.name.to_owned(),
            it.text(),
            it.chance_text().unwrap_or_default(),
            it.ideal.unwrap_or_default().to_owned(),
        ]
    }));
    let wide = |column: usize| {
        let widths = rows.iter().map(|row| row[column].chars().count());
        widths.max().unwrap_or(0)
    };
    let [names, values, chances] = [0, 1, 2].map(wide);
    text.push('\n');
    for [name, value, chance, ideal] in &rows {
        let row = format!("{name:<names$}  {value:<values$}  {chance:>chances$}  {ideal}");
        let _ = writeln!(text, "{}", row.trim_end());
    }
    text
}

fn music(facts: &MusicFacts) -> String {
    let length = facts.length_s.unwrap_or(facts.heard_s);
    format!("{}: {length:.1} s", facts.path.display())
}

/// What `muvi pack verify` prints.
pub(crate) fn verified(verified: &PackVerified) -> String {
    format!(
        "{} {} fits: every file matches its checksum; tensors and opset are as the manifest says\n{}\nhash {}",
        verified.name,
        verified.version,
        verified.dir.display(),
        verified.hash
    )
}

/// What `muvi doctor` prints.
pub(crate) fn doctor(report: &DoctorReport) -> String {
    let mut text = String::new();
    for item in &report.items {
        let mark = if item.found { "found" } else { "MISSING" };
        let _ = writeln!(text, "{:<8} {:<14} {}", mark, item.name, item.detail);
        if let Some(remedy) = &item.remedy {
            let _ = writeln!(text, "{:<8} {:<14} {remedy}", "", "");
        }
    }
    text
}

fn level(value: Option<f64>, unit: &str) -> String {
    value.map_or_else(|| "silent".to_owned(), |it| format!("{it:.1} {unit}"))
}

fn video(input: &InputFacts) -> String {
    format!(
        "{}: {}, {}x{}, {} fps{}, {}",
        input.path.display(),
        clock(input.duration_s),
        input.width,
        input.height,
        input.frame_rate,
        if input.variable_frame_rate {
            " (variable)"
        } else {
            ""
        },
        input.codec
    )
}

fn found(cuts: usize, plan: &PlanReport) -> String {
    format!("{}, {}", count(cuts, "cut"), count(plan.hits.len(), "hit point"))
}

fn tempo(plan: &PlanReport) -> String {
    let changes = if plan.tempo.len() > 1 {
        format!(" ({} tempos)", plan.tempo.len())
    } else {
        String::new()
    };
    format!(
        "{:.1} bpm{changes}, {}, {}",
        plan.bpm,
        plan.key_name,
        count(plan.bars, "bar")
    )
}

fn landed(plan: &PlanReport) -> String {
    format!(
        "{} of {} hit points on a beat ({} on a downbeat), {} accented off the grid",
        plan.on_downbeats + plan.on_beats,
        plan.hits.len(),
        plan.on_downbeats,
        plan.off_grid
    )
}

fn times(stages: &[StageTime], seconds: f64, factor: f64) -> String {
    let parts: Vec<String> = stages
        .iter()
        .map(|it| format!("{} {:.1} s", it.phase.label().to_lowercase(), it.seconds))
        .collect();
    format!("{seconds:.1} s, {factor:.2} x real time: {}", parts.join(", "))
}

fn count(number: usize, what: &str) -> String {
    if number == 1 {
        format!("1 {what}")
    } else {
        format!("{number} {what}s")
    }
}

/// A curve in one line of blocks.
fn sparkline(values: &[f32], width: usize) -> String {
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let width = width.min(values.len());
    (0..width)
        .map(|column| {
            let span = &values[column * values.len() / width..(column + 1) * values.len() / width];
            let mean = span.iter().sum::<f32>() / span.len().max(1) as f32;
            BLOCKS[((mean.clamp(0.0, 1.0) * 7.0).round() as usize).min(7)]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sparklines() {
        assert_eq!(sparkline(&[], 10), "");
        assert_eq!(sparkline(&[0.0, 1.0], 10), "▁█");
        assert_eq!(sparkline(&[0.0, 0.0, 1.0, 1.0, f32::MAX, 2.0], 3), "▁██");
    }

    #[test]
    fn counts() {
        assert_eq!(count(1, "cut"), "1 cut");
        assert_eq!(count(0, "cut"), "0 cuts");
    }
}
