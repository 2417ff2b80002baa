//! What leaves the window: exports, hand-over, the comparison page, the style clip, the close.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::files::*;
use crate::film::Film;

/// Several tracks, stems, the loop, a loudness, presets.
pub async fn exports(film: &Film, project: &Value) {
    film.export("tracks.mp4", json!({ "tracks": ["mix", "music", "temp"] }))
        .await;
    let streams = probe(&film.out("tracks.mp4"), "stream=codec_name");
    assert_eq!(streams, ["h264", "aac", "aac", "aac"]);

    film.export("stems", json!({ "what": "stems", "tracks": ["music", "temp"] }))
        .await;
    let mut stems: Vec<PathBuf> = std::fs::read_dir(film.out("stems"))
        .unwrap()
        .map(|it| it.unwrap().path())
        .collect();
    stems.sort();
    assert_eq!(stems.len(), 2, "{stems:?}");
    let music = &stems[0];
    assert!(music.to_string_lossy().ends_with("Music.wav"), "{stems:?}");
    // Before the first cue and after the last one there's silence; both cues are heard, and where they cross.
    for (from, to) in [(0.0, 0.45), (9.3, 11.0)] {
        assert!(
            peak(music, from, to) < 1e-4,
            "{from} to {to}: {}",
            peak(music, from, to)
        );
    }
    for (from, to) in [(2.0, 4.0), (4.9, 5.8), (6.5, 8.5)] {
        assert!(
            peak(music, from, to) > 0.003,
            "{from} to {to}: {}",
            peak(music, from, to)
        );
    }
    let timecode = probe(music, "format_tags=time_reference");
    assert!(!timecode.is_empty(), "no timecode in the BWF header");

    film.edit(json!({ "edit": "set_loop", "span": [48, 144] })).await;
    film.export("loop.mp4", json!({ "loopOnly": true })).await;
    let length: f64 = probe(&film.out("loop.mp4"), "format=duration")[0]
        .parse()
        .unwrap();
    assert!((length - 4.0).abs() < 0.1, "{length} s");

    let loud = film
        .export("loud.wav", json!({ "what": "sound", "targetLufs": -16.0 }))
        .await;
    let lufs = lufs_by_others(&film.out("loud.wav"));
    assert!((lufs + 16.0).abs() < 0.3, "{lufs} LUFS: {loud:#}");
    assert!(loud["result"].as_str().unwrap().contains("LUFS"), "{loud:#}");

    let preset = json!({
        "name": "Station", "builtIn": false, "what": "video", "extension": "mov", "codec": "pcm",
        "tracks": ["mix", "temp"], "loopOnly": false, "targetLufs": -23.0, "ceilingDbtp": -3.0
    });
    let kept = film
        .call(
            "save_export_preset",
            json!({ "preset": preset, "replaces": null }),
        )
        .await;
    let named = |presets: &Value| {
        presets
            .as_array()
            .unwrap()
            .iter()
            .any(|it| it["name"] == "Station")
    };
    assert!(named(&kept), "{kept:#}");
    let state = film.call("app_state", json!({})).await;
    assert!(named(&state["exportPresets"]));

    film.window.press_with_control("e").await;
    film.says("[role=dialog]", "copied").await;
    film.picture("export").await;
    film.press("[role=dialog]", "Broadcast").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    film.picture("export broadcast").await;
    film.window.press("\u{e00c}").await;
    let left = film
        .call("remove_export_preset", json!({ "name": "Station" }))
        .await;
    assert!(!named(&left), "{left:#}");
    assert!(project["cues"].as_array().unwrap().len() == 2);
}

/// All forms of hand-over, and the comparison page.
pub async fn handed_over(film: &Film) {
    let request = json!({ "folder": film.out(""), "formats": [], "overwrite": false });
    let written = film
        .call("hand_over", json!({ "request": request.clone() }))
        .await;
    let folder = PathBuf::from(written["folder"].as_str().unwrap());
    let files = written["files"].as_array().unwrap();
    let files: Vec<PathBuf> = files.iter().map(|it| folder.join(it.as_str().unwrap())).collect();
    for ending in ["otio", "fcpxml", "edl", "csv", "mid", "html", "wav"] {
        let found = files
            .iter()
            .find(|it| it.extension().is_some_and(|have| have == ending));
        let path = found.unwrap_or_else(|| panic!("no {ending} in {files:#?}"));
        assert!(std::fs::metadata(path).unwrap().len() > 0, "{path:?}");
    }
    let again = film
        .window
        .call("hand_over", json!({ "request": request }))
        .await
        .unwrap_err();
    assert_eq!(again["code"], "exists", "{again:#}");
    film.window.press("\u{e009}\u{e008}e\u{e000}").await;
    film.says("[role=dialog]", "OpenTimelineIO").await;
    film.picture("hand-over").await;
    film.window.press("\u{e00c}").await;

    film.window.press("\u{e009}\u{e008}p\u{e000}").await;
    film.says("[role=dialog]", "Results of other systems").await;
    film.picture("page").await;
    film.window.press("\u{e00c}").await;
    let request = json!({
        "folder": film.out("page"), "takes": [], "others": [], "reference": true, "overwrite": false
    });
    let job = film.call("make_page", json!({ "request": request })).await;
    let page = film.done(&job).await;
    assert_eq!(
        Path::new(page["output"].as_str().unwrap()),
        film.out("page/index.html")
    );
    let html = std::fs::read_to_string(film.out("page/index.html")).unwrap();
    assert!(html.contains("<video"), "the page shows no video");
}

/// A style clip is drawn and ends by itself.
pub async fn style(film: &Film) {
    let clip = style_clip(film.desk.folder());
    let path = clip.to_str().unwrap();
    film.edit(json!({ "edit": "set_style", "style": { "kind": "clip", "path": path, "from_s": 0.0 } }))
        .await;
    let escaped = path.replace(' ', "%20");
    let wave = film.bytes_until(&format!("clip-wave?path={escaped}&n=100")).await;
    assert_eq!(wave.len(), 4 + 200);
    let seconds = f32::from_le_bytes(wave[..4].try_into().unwrap());
    assert!((seconds - 2.0).abs() < 0.01, "{seconds} s");
    assert!(wave[4..].iter().any(|it| it.cast_signed() > 20), "{wave:?}");
    film.press("body", "Listen to plucks.wav").await;
    let playing =
        "return [...document.querySelectorAll('button')].some((it) => it.ariaLabel === 'Stop plucks.wav')";
    film.window.until("the clip plays", playing).await;
    film.window.screenshot("clip plays").await;
    let began = Instant::now();
    film.window
        .until("the clip ends by itself", &playing.replace("return ", "return !"))
        .await;
    assert!(began.elapsed() > Duration::from_secs(1), "{:?}", began.elapsed());
    film.picture("clip").await;
}

/// Closing while exports run asks; quitting doesn't.
pub async fn closing(film: Film) {
    for n in 0..12 {
        let request = json!({
            "path": film.out(&format!("late {n}.mov")), "what": "video", "codec": "pcm", "tracks": ["mix", "music"],
            "loopOnly": false, "targetLufs": -23.0, "ceilingDbtp": -1.0, "overwrite": false
        });
        film.call("export", json!({ "request": request })).await;
    }
    film.close_button();
    film.window
        .until(
            "the window asks",
            "return window.__closing !== null && window.__closing.length > 0",
        )
        .await;
    film.says("[role=dialog]", "exports have not ended").await;
    film.window.screenshot("closing").await;
    let busy = film.call("busy", json!({})).await;
    assert!(!busy.as_array().unwrap().is_empty(), "nothing runs any more");
    let out = film.out("");
    film.window.quit().await;
    assert!(!out.join("late 11.mov").exists(), "the last export was not ended");
    let parts: Vec<PathBuf> = std::fs::read_dir(&out)
        .unwrap()
        .map(|it| it.unwrap().path())
        .filter(|it| it.to_string_lossy().contains("part"))
        .collect();
    assert!(parts.is_empty(), "{parts:?}");
}
