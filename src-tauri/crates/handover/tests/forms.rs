//! Lines that other programs look for, and files that hold whatever names people give.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod kit;

use muvi_handover::{
    FilmSound, Landing, MOST_EVENTS, Mark, MarkKind, Sheet, cue_sheet_csv, cue_sheet_html, edl, fcpxml,
    marker_edl, markers_csv, midi, otio, report_csv,
};
use muvi_timeline::{FrameSpan, Rate};
use proptest::prelude::*;

fn ntsc() -> Rate {
    Rate::new(30_000, 1001).unwrap()
}

#[test]
fn an_edl_is_written_as_editors_know_it() {
    let sheet = kit::film(ntsc(), true, 107_892);
    let list = edl(&sheet);
    assert_eq!(
        list.text,
        "\
TITLE: Mein Film, 2
FCM: DROP FRAME

001  FILM     V     C        01:00:00;00 01:05:00;10 01:00:00;00 01:05:00;10
* FROM CLIP NAME: Über uns.mov
* LOC: 01:00:00;00 BLUE    Cut
* LOC: 01:01:00;03 RED     Tür; \"knallt\" (landed, -0.4 frames)
* LOC: 01:01:14;04 YELLOW  Hit (no onset near)
* LOC: 01:05:00;09 BLUE    last (missed, +9.5 frames)
002  CUE001   AA    C        00:00:00;00 00:01:39;22 01:00:00;10 01:01:40;02
* FROM CLIP NAME: Öffnung \"A\" & <B>
* SOURCE FILE: 1 Öffnung \"A\" & <B>.wav
* MIX: -3.2 DB, FADE IN 00:00:00;05, FADE OUT 00:00:00;12
003  CUE002   NONE  C        00:00:00;25 00:00:35;25 01:01:38;12 01:02:13;14
AUD  3    4
* FROM CLIP NAME: Bridge
* SOURCE FILE: 2 Bridge.wav
* MIX: -3.2 DB, FADE IN 00:00:00;05, FADE OUT 00:00:00;12
004  CUE003   AA    C        00:00:00;03 00:01:06;24 01:03:53;17 01:05:00;10
* FROM CLIP NAME: End
* SOURCE FILE: 3 End.wav
* MIX: -3.2 DB, FADE IN 00:00:00;05, FADE OUT 00:00:00;12
"
    );
    assert!(list.left_out.is_empty());
    let markers = marker_edl(&sheet).text;
    let lines: Vec<&str> = markers.lines().skip(6).take(2).collect();
    assert_eq!(
        lines,
        [
            "002  001      V     C        01:01:00;03 01:01:00;04 01:01:00;03 01:01:00;04",
            " |C:ResolveColorRed |M:Tür; \"knallt\" (landed, -0.4 frames) |D:1",
        ]
    );
}

#[test]
fn an_edl_says_what_does_not_fit() {
    let rate = Rate::new(25, 1).unwrap();
    let mut sheet = kit::film(rate, false, 0);
    sheet.frames = 100_000;
    sheet.marks = (0..1200)
        .map(|frame| Mark {
            frame,
            kind: MarkKind::Cut,
            name: None,
            landing: None,
        })
        .collect();
    // Three at once at the start, then a thousand in a row.
    sheet.cues = (0..1003_u32)
        .map(|n| {
            let start = u64::from(n.saturating_sub(2)) * 50;
            kit::cue(rate, n + 1, "x", [start, start + 50], 0, 100.0)
        })
        .collect();
    let list = edl(&sheet);
    assert_eq!(
        list.left_out,
        [
            "EDL: 1 cue that overlap two others: a list has two pairs of channels",
            "EDL: the last 4 cues: a list has at most 999 events",
        ]
    );
    let events = list
        .text
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_digit()))
        .count();
    assert_eq!(events, MOST_EVENTS);
    let markers = marker_edl(&sheet);
    assert_eq!(
        markers.left_out,
        ["Marker EDL: the last 201 markers: a list has at most 999 events"]
    );
}

#[test]
fn tables_have_the_numbers() {
    let sheet = kit::film(ntsc(), true, 107_892);
    let markers = markers_csv(&sheet);
    assert_eq!(
        markers.lines().take(3).collect::<Vec<_>>(),
        [
            "timecode,frame,seconds,kind,name,landed,miss_frames",
            "01:00:00;00,0,0.000000,cut,,,",
            "01:01:00;03,1801,60.093367,user,\"Tür; \"\"knallt\"\"\",yes,-0.40",
        ]
    );
    let cues = cue_sheet_csv(&sheet);
    assert_eq!(
        cues.lines().nth(1).unwrap(),
        "1,\"Öffnung \"\"A\"\" & <B>\",01:00:00;10,01:01:40;02,00:01:39;22,Piano,A minor,96.4,Take 1,7,-3.2,\
         \"made with MuVi Studio 0.1.0, model pack mini 0.1\",CC0-1.0,\"1 Öffnung \"\"A\"\" & <B>.wav\""
    );
    let report = report_csv(&sheet);
    assert!(
        report.contains("\r\n1,Take 1,01:01:14;04,2222,hit,,no,\r\n"),
        "{report}"
    );
    assert!(
        report.contains("\r\n1,Take 1,3,1,0.333,0.250,0.250\r\n"),
        "{report}"
    );
    let page = cue_sheet_html(&sheet);
    assert!(
        page.contains("landed on 1 of 3") && page.contains("+25 points"),
        "{page}"
    );
    assert!(!page.contains("<script") && !page.contains("http"));
}

#[test]
fn films_without_sound_or_music_are_handed_over_too() {
    let mut sheet = kit::film(ntsc(), false, 0);
    sheet.cues.clear();
    sheet.marks.clear();
    sheet.film.sound = None;
    let timeline: serde_json::Value = serde_json::from_str(&otio(&sheet)).unwrap();
    assert_eq!(timeline["tracks"]["children"].as_array().unwrap().len(), 1);
    assert!(!fcpxml(&sheet).contains("hasAudio"));
    assert_eq!(markers_csv(&sheet).lines().count(), 1);
    check_midi(&midi(&sheet));
    sheet.film.sound = Some(FilmSound {
        sample_rate: 48_000,
        channels: 6,
        heard: false,
    });
    assert!(fcpxml(&sheet).contains("audioChannels=\"6\"") && fcpxml(&sheet).contains("srcEnable=\"video\""));
}

/// Chunks that add up, and a track that ends.
fn check_midi(bytes: &[u8]) {
    let mut rest = bytes;
    let mut kinds = Vec::new();
    while !rest.is_empty() {
        let length = u32::from_be_bytes(rest[4..8].try_into().unwrap()) as usize;
        kinds.push(rest[..4].to_vec());
        if &rest[..4] == b"MTrk" {
            assert_eq!(&rest[8 + length - 3..8 + length], [0xff, 0x2f, 0]);
        }
        rest = &rest[8 + length..];
    }
    assert_eq!(kinds, [b"MThd", b"MTrk", b"MTrk"]);
}

/// Names with all that formats trip over.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[\\PC\u{1}\u{7f}\n\r\t]{1,24}",
        Just("a\"b'c&d<e>]]>f,g;h|i".into()),
        Just("Ümläut 😀 \u{2028} =1+1".into()),
        Just(" ".into()),
    ]
}

prop_compose! {
    fn sheet()(
        rate in prop_oneof![Just((25, 1)), Just((30_000, 1001)), Just((24_000, 1001)), Just((60, 1)), Just((997, 91))],
        drop in any::<bool>(),
        start in 0_u64..3_000_000,
        frames in 2_u64..20_000,
        names in prop::collection::vec(name(), 12),
        spans in prop::collection::vec((0.0..1.0_f64, 0.0..1.0_f64, 0_u64..500, 30.0..240.0_f64), 0..6),
        marks in prop::collection::btree_set(0_u64..20_000, 0..6),
    ) -> Sheet {
        let rate = Rate::new(rate.0, rate.1).unwrap();
        let mut sheet = kit::film(rate, drop, start);
        sheet.frames = frames;
        sheet.project = names[0].clone();
        sheet.film.path = format!("/{}/film", names[1]).into();
        sheet.cues = (1..).zip(&spans).map(|(number, (a, b, offset, bpm))| {
            let [a, b] = [a, b].map(|part| (part * (frames - 1) as f64) as u64);
            let mut cue = kit::cue(rate, number, &names[2], [a.min(b), a.max(b) + 1], *offset, *bpm);
            cue.take = names[3].clone();
            cue.style = names[4].clone();
            cue.audio = format!("/{}.wav", names[5]).into();
            cue
        }).collect();
        sheet.cues.sort_by_key(|cue| cue.span.start());
        sheet.marks = marks.iter().filter(|frame| **frame < frames).map(|frame| Mark {
            frame: *frame,
            kind: MarkKind::User,
            name: Some(names[6].clone()),
            landing: sheet.cues.first().filter(|cue| cue.span.contains(*frame)).map(|cue| Landing {
                cue: cue.number, landed: true, miss_frames: Some(0.25),
            }),
        }).collect();
        sheet
    }
}

fn rows(text: &str) -> Vec<csv::StringRecord> {
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    reader.records().map(|row| row.expect(text)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_sheet_is_well_formed(sheet in sheet()) {
        let timeline: serde_json::Value = serde_json::from_str(&otio(&sheet)).unwrap();
        prop_assert_eq!(&timeline["name"], &serde_json::json!(sheet.project));
        let options = || roxmltree::ParsingOptions { allow_dtd: true, ..roxmltree::ParsingOptions::default() };
        let text = fcpxml(&sheet);
        let tree = roxmltree::Document::parse_with_options(&text, options()).expect(&text);
        let clips = tree.descendants().filter(|node| node.has_tag_name("asset-clip")).count();
        prop_assert_eq!(clips, sheet.cues.len() + 1);
        let page = cue_sheet_html(&sheet);
        let page = roxmltree::Document::parse_with_options(&page, options()).expect(&page);
        prop_assert_eq!(page.descendants().filter(|node| node.has_tag_name("tbody")).count() >= 1, true);
        prop_assert_eq!(rows(&markers_csv(&sheet)).len(), sheet.marks.len());
        prop_assert_eq!(rows(&cue_sheet_csv(&sheet)).len(), sheet.cues.len());
        for half in report_csv(&sheet).split("\r\n\r\n") {
            rows(half);
        }
        for list in [edl(&sheet).text, marker_edl(&sheet).text] {
            for line in list.lines().skip(3) {
                let known = line.is_empty() || line.starts_with(['*', ' ']) || line.starts_with("AUD")
                    || line[..3].chars().all(|c| c.is_ascii_digit());
                prop_assert!(known, "{}", line);
            }
        }
        check_midi(&midi(&sheet));
    }

    /// Each cue on a lane on which nothing overlaps, and no more lanes than cues at once.
    #[test]
    fn tracks_hold_what_does_not_overlap(sheet in sheet()) {
        let timeline: serde_json::Value = serde_json::from_str(&otio(&sheet)).unwrap();
        let tracks = timeline["tracks"]["children"].as_array().unwrap();
        let music = &tracks[2..];
        for track in music {
            let length: f64 = track["children"].as_array().unwrap().iter()
                .map(|it| it["source_range"]["duration"]["value"].as_f64().unwrap()).sum();
            prop_assert!(length <= sheet.frames as f64);
        }
        let at_once = sheet.cues.iter().map(|cue| {
            let at = FrameSpan::from_len(cue.span.start(), 1);
            sheet.cues.iter().filter(|other| other.span.intersect(&at).is_some()).count()
        }).max().unwrap_or(0);
        prop_assert_eq!(music.len(), at_once);
    }
}
