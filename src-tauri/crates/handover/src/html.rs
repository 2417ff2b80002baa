//! The cue sheet for people: one page that prints well and needs nothing but a browser.

use std::fmt::Write as _;

use crate::table::{composer, counts};
use crate::text::xml;
use crate::{Sheet, SheetCue};

const STYLE: &str = "\
:root { color-scheme: light dark; --ink: #1b1b1f; --paper: #fff; --quiet: #5d5f66; --rule: #d5d6db; --good: #0b6b3a; --bad: #a0341a; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececf0; --paper: #17181c; --quiet: #a3a6b0; --rule: #3a3c44; --good: #6fd39b; --bad: #ff9d7e; } }
@media print { :root { --ink: #000; --paper: #fff; --quiet: #444; --rule: #999; --good: #000; --bad: #000; } }
body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto; max-width: 68rem; padding: 0 1.5rem; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .75rem 0; }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .3rem .7rem .3rem 0; border-bottom: 1px solid var(--rule); }
th { color: var(--quiet); font-weight: 600; } td.n, th.n { text-align: right; } tr { break-inside: avoid; }
.landed { color: var(--good); } .missed { color: var(--bad); } footer { margin-top: 2rem; color: var(--quiet); font-size: .9rem; }
";

/// The cue sheet with the report of cuts and hit points, as an HTML page of its own.
pub fn cue_sheet_html(sheet: &Sheet) -> String {
    let title = xml(&sheet.project);
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <title>{title}: cue sheet</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n<dl>\n"
    );
    let drop = if sheet.drops() { " drop frame" } else { "" };
    let facts = [
        ("Picture", sheet.film_name()),
        ("Length", sheet.length(sheet.frames).to_string()),
        ("Starts at", sheet.timecode(0).to_string()),
        ("Frame rate", format!("{:.3}{drop}", sheet.rate.as_f64())),
        (
            "Music",
            sheet
                .length(sheet.cues.iter().map(|cue| cue.span.len()).sum())
                .to_string(),
        ),
    ];
    for (name, value) in facts {
        let _ = writeln!(out, "<dt>{name}</dt><dd>{}</dd>", xml(&value));
    }
    out.push_str("</dl>\n<h2>Cues</h2>\n<div class=\"wide\"><table>\n<thead><tr><th class=\"n\">Cue</th><th>Name</th><th>In</th><th>Out</th><th>Duration</th><th>Style</th><th>Key</th><th class=\"n\">BPM</th><th>Take</th><th class=\"n\">Seed</th><th class=\"n\">Gain</th></tr></thead>\n<tbody>\n");
    for cue in &sheet.cues {
        row(&mut out, sheet, cue);
    }
    out.push_str("</tbody>\n</table></div>\n");
    for cue in &sheet.cues {
        report(&mut out, sheet, cue);
    }
    out.push_str("<footer>\n");
    let mut said: Vec<String> = Vec::new();
    for cue in &sheet.cues {
        let licence = cue
            .licence
            .as_deref()
            .map_or_else(String::new, |it| format!("; licence of the pack: {it}"));
        let line = format!("Music {}{licence}.", composer(sheet, &cue.pack));
        if !said.contains(&line) {
            let _ = writeln!(out, "<p>{}</p>", xml(&line));
            said.push(line);
        }
    }
    out.push_str("</footer>\n</body>\n</html>\n");
    out
}

fn row(out: &mut String, sheet: &Sheet, cue: &SheetCue) {
    let seed = cue.seed.map_or_else(String::new, |seed| seed.to_string());
    let _ = writeln!(
        out,
        "<tr><td class=\"n\">{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>\
         <td class=\"n\">{:.1}</td><td>{}</td><td class=\"n\">{seed}</td><td class=\"n\">{:+.1} dB</td></tr>",
        cue.number,
        xml(&cue.name),
        sheet.timecode(cue.span.start()),
        sheet.timecode(cue.span.end()),
        sheet.length(cue.span.len()),
        xml(&cue.style),
        xml(&cue.key),
        cue.bpm,
        xml(&cue.take),
        cue.gain_db,
    );
}

fn report(out: &mut String, sheet: &Sheet, cue: &SheetCue) {
    let (marks, landed) = counts(sheet, cue.number);
    if marks == 0 {
        return;
    }
    let chance = cue.lift.map_or_else(String::new, |it| {
        format!(
            " By chance it would be {:.0} %, as the same music shifted in time shows: {:+.0} points.",
            it.chance * 100.0,
            (it.score - it.chance) * 100.0
        )
    });
    let _ = writeln!(
        out,
        "<h2>{}: landed on {landed} of {marks}</h2>\n<p>{:.0} % of the cuts and hit points within the cue have an onset \
         within 70 ms.{chance}</p>\n<div class=\"wide\"><table>\n<thead><tr><th>Timecode</th><th class=\"n\">Frame</th>\
         <th>What</th><th>Name</th><th>Landed</th><th class=\"n\">Off by, frames</th></tr></thead>\n<tbody>",
        xml(&cue.name),
        landed as f64 * 100.0 / marks as f64
    );
    for mark in &sheet.marks {
        let Some(it) = mark.landing.filter(|it| it.cue == cue.number) else {
            continue;
        };
        let (class, word) = if it.landed {
            ("landed", "yes")
        } else {
            ("missed", "no")
        };
        let miss = it
            .miss_frames
            .map_or_else(|| "no onset near".into(), |miss| crate::text::signed(miss, 1));
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td class=\"n\">{}</td><td>{}</td><td>{}</td><td class=\"{class}\">{word}</td><td class=\"n\">{miss}</td></tr>",
            sheet.timecode(mark.frame),
            mark.frame,
            mark.kind.name(),
            xml(mark.name.as_deref().unwrap_or_default()),
        );
    }
    out.push_str("</tbody>\n</table></div>\n");
}
