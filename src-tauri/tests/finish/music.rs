//! Up to a mix that is right: speech and ducking, cues that cross, drawn gain, measures.

use std::time::Duration;

use serde_json::{Value, json};

use crate::film::{FPS, Film};

/// Two cues that cross, with a gap after them; speech is known.
pub async fn speech_and_cues(film: &Film) -> Value {
    let project = film
        .project_until("it is analysed and speech is known", |project| {
            project["analysed"] == true
                && project["speech"]
                    .as_array()
                    .is_some_and(|spans| !spans.is_empty())
        })
        .await;
    assert_eq!(project["video"]["frames"], 264);
    // The reader begins two seconds in and reads for seven.
    let spans = project["speech"].as_array().unwrap();
    let (first, last) = (
        spans[0][0].as_f64().unwrap(),
        spans[spans.len() - 1][1].as_f64().unwrap(),
    );
    assert!(
        (first / FPS - 2.2).abs() < 0.5 && (last / FPS - 9.0).abs() < 0.6,
        "{spans:?}"
    );

    let opening = project["cues"][0]["id"].as_u64().unwrap();
    film.generate(opening).await;
    film.edit(json!({ "edit": "set_cue_span", "cue": opening, "span": [12, 140] }))
        .await;
    film.edit(json!({ "edit": "rename_cue", "cue": opening, "name": "Countdown" }))
        .await;
    let project = film
        .edit(json!({ "edit": "add_cue", "span": [116, 220], "name": "Lift-off" }))
        .await;
    let ending = project["cues"][1]["id"].as_u64().unwrap();
    let project = film.generate(ending).await;
    let heard = |cue: usize, side: usize| project["cues"][cue]["heardFades"][side].as_u64().unwrap();
    // 24 frames of overlap are a second.
    let rate = project["sampleRate"].as_u64().unwrap();
    assert_eq!((heard(0, 1), heard(1, 0)), (rate, rate), "{project:#}");

    film.says("aside ol, .inspector ol", "Countdown").await;
    let times = film
        .window
        .script("return [...document.querySelectorAll('.inspector ol input')].map((it) => it.value)")
        .await;
    assert_eq!(
        times,
        json!(["00:00:00:12", "00:00:05:20", "00:00:04:20", "00:00:09:04"])
    );
    project
}

/// The music goes down under speech and nowhere else.
pub async fn ducking(film: &Film, project: &Value) {
    let key = project["video"]["key"].as_str().unwrap();
    let curve = film.ducking(key).await;
    assert_eq!(curve.len(), 220, "20 values a second");
    for span in project["speech"].as_array().unwrap() {
        let middle = (span[0].as_f64().unwrap() + span[1].as_f64().unwrap()) / 2.0;
        let value = curve[(middle / FPS * 20.0) as usize];
        assert!(value < -3.0, "{value} dB in the middle of {span}");
    }
    assert!(
        curve[..20].iter().all(|value| *value == 0.0),
        "{:?}",
        &curve[..20]
    );
    assert!(*curve.last().unwrap() > -0.1, "{:?}", curve.last());
    assert!(curve.iter().all(|value| *value <= 0.0));
}

/// Gain that a hand draws: seen, kept, taken back.
pub async fn drawn_gain(film: &Film, project: &Value) {
    let lane = ".lanes > .music canvas";
    film.window.press("a").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let before = film.drawn(lane).await;
    let [left, top, width, height] = film.place(lane).await;
    let x = left + width * 60.0 / 264.0;
    // The line is where the pointer says that it would add a point.
    let mut y = top + 20.0;
    loop {
        film.move_to([x, y]);
        tokio::time::sleep(Duration::from_millis(60)).await;
        if film.cursor(".lanes > .music .lane").await == "copy" {
            // The answer may be late: it holds once nothing moves.
            tokio::time::sleep(Duration::from_millis(200)).await;
            if film.cursor(".lanes > .music .lane").await == "copy" {
                break;
            }
        }
        y += 3.0;
        assert!(y < top + height, "the gain line is nowhere");
    }
    film.mouse(&["mousedown", "1"]);
    for step in 1..=6 {
        film.move_to([x + f64::from(step) * 4.0, y + f64::from(step) * 3.0]);
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    film.mouse(&["mouseup", "1"]);
    let points = |project: &Value| project["cues"][0]["automation"].as_array().unwrap().clone();
    let now = film
        .project_until("a gain point is there", |project| !points(project).is_empty())
        .await;
    assert_eq!(points(&now).len(), 1, "{:?}", points(&now));
    assert!(points(&now)[0][1].as_f64().unwrap() < -0.5, "{:?}", points(&now));
    tokio::time::sleep(Duration::from_millis(200)).await;
    let after = film.drawn(lane).await;
    assert_ne!(before, after, "the line is not drawn");
    film.call("undo", json!({})).await;

    let cue = |n: usize| project["cues"][n]["id"].as_u64().unwrap();
    for (cue, points) in [
        (cue(0), json!([[24, 0], [54, -4], [72, -4], [96, 2]])),
        (cue(1), json!([[150, 0], [190, 4], [214, -9]])),
    ] {
        film.edit(json!({ "edit": "set_cue_automation", "cue": cue, "points": points }))
            .await;
    }
    film.edit(json!({ "edit": "set_temp_automation", "points": [[40, 0], [60, 3], [200, 3], [230, -6]] }))
        .await;
    film.edit(json!({ "edit": "add_hit", "frame": 78, "name": "Ignition" }))
        .await;
    film.call(
        "transport",
        json!({ "command": { "kind": "seek", "frame": 100 } }),
    )
    .await;
    film.mouse(&["mousemove", "600", "440"]);
    film.picture("cues").await;
    film.window
        .script("document.activeElement.blur(); return true")
        .await;
    film.window.press("h").await;
    film.says(".legend", "1").await;
    film.picture("attention over cues").await;
    film.window.press("h").await;
    film.window.click(&format!("[data-cue='{}']", cue(1))).await;
    film.picture("cue").await;
    // The temp track is chosen by a click on it.
    let [left, top, width, height] = film.place(".lanes > .temp canvas").await;
    film.move_to([left + width * 0.97, top + height * 0.85]);
    film.mouse(&["click", "1"]);
    film.says(".inspector", "Ducking").await;
    film.picture("ducking").await;
}

/// The mix and a take, measured.
pub async fn measures(film: &Film, project: &Value) {
    film.window.press_with_control("l").await;
    film.says(".panel", "Under speech").await;
    film.picture("loudness").await;
    film.window.press("\u{e00c}").await;
    film.says(".inspector", "Speech −").await;
    film.picture("measured temp track").await;
    let job = film.call("measure_mix", json!({})).await;
    let measured = film.done(&job).await["measure"].clone();
    let number = |value: &Value| value.as_f64().unwrap_or_else(|| panic!("{measured:#}"));
    assert!((-40.0..-8.0).contains(&number(&measured["lufs"])), "{measured:#}");
    assert!(number(&measured["truePeakDbtp"]) < -0.9, "{measured:#}");
    let speech = &measured["speech"];
    assert!((4.0..7.5).contains(&number(&speech["seconds"])), "{measured:#}");
    assert!(number(&speech["duckingDb"]) > 3.0, "{measured:#}");
    assert!(
        number(&speech["musicLufs"]) < number(&speech["speechLufs"]),
        "{measured:#}"
    );
    let take = project["cues"][1]["take"].clone();
    let direct = film.call("take_measures", json!({ "take": take })).await;
    assert!(direct["rows"].as_array().unwrap().len() >= 5, "{direct:#}");
    film.window.click("li .choose").await;
    film.press(".inspector", "Measures").await;
    film.says(".inspector", "Landings").await;
    film.window
        .script("document.querySelector('.inspector details[open]').scrollIntoView(); return true")
        .await;
    film.picture("take measures").await;
}
