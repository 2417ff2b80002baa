//! The real window, from an empty one to an exported film: real video, real networks, real sound server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    reason = "tests"
)]

mod desk;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use desk::{Desk, Window, fixture};
use serde_json::{Value, json};

/// Work of the networks, on a machine that does other things too.
const LONG: Duration = Duration::from_secs(240);

/// Waits until the project is as it should be.
async fn project_until(window: &Window, what: &str, ready: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + LONG;
    loop {
        let state = window.call("app_state", json!({})).await.unwrap();
        if ready(&state["project"]) {
            return state["project"].clone();
        }
        if Instant::now() > deadline {
            window.screenshot(&format!("failed {what}")).await;
            panic!("waited in vain until {what}: {state:#}");
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

fn takes(project: &Value) -> &Vec<Value> {
    project["cues"][0]["takes"].as_array().unwrap()
}

/// Stereo samples of a take.
fn samples(project: &Value, take: u64) -> Vec<[f32; 2]> {
    let path = Path::new(project["folder"].as_str().unwrap()).join(format!("takes/{take}.wav"));
    let bytes = std::fs::read(&path).unwrap();
    let data = bytes.windows(4).position(|w| w == b"data").unwrap() + 8;
    let value = |b: &[u8]| f32::from_le_bytes(b.try_into().unwrap());
    bytes[data..]
        .chunks_exact(8)
        .map(|b| [value(&b[..4]), value(&b[4..])])
        .collect()
}

fn rms(plane: &[f32]) -> f64 {
    let sum: f64 = plane.iter().map(|v| f64::from(*v).powi(2)).sum();
    (sum / plane.len().max(1) as f64).sqrt()
}

/// A picture with cuts and a second of sound: 6 s of the fixture, at 24 frames a second.
fn video(folder: &Path) -> PathBuf {
    let path = folder.join("a film.mp4");
    let done = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(fixture("oa4_launch.webm"))
        .args([
            "-t",
            "6",
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-c:a",
            "aac",
        ])
        .arg(&path)
        .status()
        .unwrap();
    assert!(done.success());
    path
}

#[tokio::test]
async fn from_a_video_to_a_film() {
    let desk = Desk::new(1280, 720);
    let film = video(desk.folder());
    let window = desk.window(None).await;
    window.screenshot("empty 1280x720").await;

    // Open: the picture is there at once, the analysis comes as a job.
    window.call("open_path", json!({ "path": film })).await.unwrap();
    window
        .until(
            "the picture is drawn",
            "return document.querySelector('.box[data-frame]') !== null",
        )
        .await;
    let project = project_until(&window, "it is analysed", |project| project["analysed"] == true).await;
    assert_eq!(project["video"]["frames"], 144, "{project:#}");
    window.screenshot("analysed 1280x720").await;

    // The attention is drawn over the frame.
    let over = "const over = document.querySelector('canvas.over');
        if (!over || !over.width) return 0;
        const data = over.getContext('2d').getImageData(0, 0, over.width, over.height).data;
        let sum = 0; for (let i = 3; i < data.length; i += 4) sum += data[i]; return sum;";
    assert_eq!(window.script(over).await, json!(0));
    window.press("h").await;
    window
        .until(
            "the attention is drawn",
            &format!("return (() => {{ {over} }})() > 0"),
        )
        .await;
    window.screenshot("attention 1280x720").await;
    window.press("h").await;

    // Generate, by the key that the window tells.
    window.press("g").await;
    let project = project_until(&window, "there is a take", |project| takes(project).len() == 1).await;
    let first = takes(&project)[0]["id"].as_u64().unwrap();
    assert_eq!(project["cues"][0]["take"], first);
    window.screenshot("take 1280x720").await;

    // Play: what the sound server played is loud, and the head moved with it.
    let recording = desk.record();
    window.press(" ").await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    window.press(" ").await;
    let [left, right] = recording.stop();
    assert!(
        rms(&left) > 0.01 && rms(&right) > 0.01,
        "{} {}",
        rms(&left),
        rms(&right)
    );

    // A section anew: outside of it and its fade the samples stay.
    window
        .call(
            "regenerate",
            json!({ "cue": project["cues"][0]["id"], "span": [48, 96] }),
        )
        .await
        .unwrap();
    let project = project_until(&window, "there are two takes", |project| {
        takes(project).len() == 2
    })
    .await;
    let second = takes(&project)[1]["id"].as_u64().unwrap();
    assert_eq!(takes(&project)[1]["section"]["span"], json!([48, 96]));
    let (old, new) = (samples(&project, first), samples(&project, second));
    assert_eq!(old.len(), new.len());
    let changed: Vec<usize> = (0..old.len()).filter(|i| old[*i] != new[*i]).collect();
    let (start, end) = (48 * 44_100 / 24, 96 * 44_100 / 24);
    assert!(
        changed.len() > (end - start) / 2,
        "{} samples changed",
        changed.len()
    );
    let fade = 44_100 * 50 / 1000;
    assert!(changed[0] + fade >= start && *changed.last().unwrap() < end + fade);
    window.screenshot("section 1280x720").await;

    // Undo and redo, by key.
    window.press_with_control("z").await;
    let undone = project_until(&window, "the section is undone", |project| {
        takes(project).len() == 1
    })
    .await;
    assert_eq!(undone["cues"][0]["take"], first);
    window.call("redo", json!({})).await.unwrap();

    // The process is killed: all that was done is there again.
    window
        .call(
            "edit",
            json!({ "edit": { "edit": "add_hit", "frame": 33, "name": "the door" } }),
        )
        .await
        .unwrap();
    let before = window.project().await;
    window.kill();
    let window = desk.window(None).await;
    let folder = before["folder"].as_str().unwrap();
    window.call("open_path", json!({ "path": folder })).await.unwrap();
    let after = project_until(&window, "it is analysed again", |project| {
        project["analysed"] == true
    })
    .await;
    for part in ["hits", "cues", "mix", "style", "settings", "cuts"] {
        let strip = |value: &Value| value[part].to_string();
        assert_eq!(strip(&after), strip(&before), "{part}");
    }
    let codes: Vec<&str> = after["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["code"].as_str().unwrap())
        .collect();
    assert!(codes.contains(&"recovered"), "{codes:?}");
    window.screenshot("recovered 1280x720").await;

    // Export, and what others say of the file.
    let out = desk.folder().join("scored.mp4");
    let request = json!({
        "path": out, "what": "video", "codec": null, "tracks": ["mix"], "loopOnly": false,
        "targetLufs": null, "ceilingDbtp": -1.0, "overwrite": false
    });
    let forecast = window
        .call("export_forecast", json!({ "request": request }))
        .await
        .unwrap();
    assert_eq!(forecast["obstacle"], Value::Null, "{forecast:#}");
    window
        .call("export", json!({ "request": request }))
        .await
        .unwrap();
    let deadline = Instant::now() + LONG;
    while !out.exists() {
        assert!(Instant::now() < deadline, "no file was exported");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let probed = Command::new("ffprobe")
        .args([
            "-v",
            "error",
            "-show_entries",
            "stream=codec_name",
            "-of",
            "csv=p=0",
        ])
        .arg(&out)
        .output()
        .unwrap();
    let streams = String::from_utf8(probed.stdout).unwrap();
    assert_eq!(streams.split_whitespace().collect::<Vec<_>>(), ["h264", "aac"]);
    window.close().await;
}

/// At rates that are no whole number frames don't begin on samples: each must be shown all the same.
#[tokio::test]
async fn each_frame_is_shown_where_it_was_asked_for() {
    let desk = Desk::new(1280, 720);
    let film = desk.folder().join("ntsc.mp4");
    let made = Command::new("ffmpeg")
        .args([
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            "testsrc=s=320x180:r=30000/1001:d=4",
        ])
        .args(["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"])
        .arg(&film)
        .status()
        .unwrap();
    assert!(made.success());
    let window = desk.window(Some(&film)).await;
    let shown = |frame: u32| format!("return document.querySelector('.box')?.dataset.frame === '{frame}'");
    window.until("the first frame is drawn", &shown(0)).await;
    for frame in [1, 2, 3, 5, 49, 100, 118] {
        let seek = json!({ "command": { "kind": "seek", "frame": frame } });
        window.call("transport", seek).await.unwrap();
        window
            .until(&format!("frame {frame} is drawn"), &shown(frame))
            .await;
    }
    window.close().await;
}

#[tokio::test]
async fn bad_files_are_told_of_and_change_nothing() {
    let desk = Desk::new(1920, 1080);
    let window = desk.window(None).await;
    window.screenshot("empty 1920x1080").await;
    window
        .call("open_path", json!({ "path": video(desk.folder()) }))
        .await
        .unwrap();
    let before = project_until(&window, "it is analysed", |project| project["analysed"] == true).await;
    let bad = |name: &str, bytes: &[u8]| {
        let path = desk.folder().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let broken = desk.folder().join("broken.muvi");
    std::fs::create_dir_all(&broken).unwrap();
    std::fs::write(broken.join("project.json"), b"{ \"muvi_project\": 1, ").unwrap();
    let newer = desk.folder().join("newer.muvi");
    std::fs::create_dir_all(&newer).unwrap();
    std::fs::write(newer.join("project.json"), b"{ \"muvi_project\": 9999 }").unwrap();
    let cases = [
        ("input_unreadable", desk.folder().join("not there.mp4")),
        ("input_unusable", bad("empty.mp4", b"")),
        ("input_unusable", bad("text.mp4", b"this is no video")),
        ("input_unusable", bad("noise.mkv", &[0x5a; 5000])),
        ("input_unreadable", desk.folder().to_owned()),
        ("damaged", broken),
        ("newer", newer),
    ];
    for (code, path) in cases {
        let error = window
            .call("open_path", json!({ "path": path }))
            .await
            .unwrap_err();
        assert_eq!(error["code"], code, "{path:?}: {error:#}");
        let message = error["message"].as_str().unwrap();
        assert!(
            message.len() > 15 && !message.contains("panicked"),
            "{path:?}: {error:#}"
        );
    }
    let after = window.project().await;
    assert_eq!(after["folder"], before["folder"]);
    assert_eq!(after["cues"], before["cues"]);
    window.screenshot("workbench 1920x1080").await;
    window.close().await;
}
