//! From a take to what is delivered, in the real window: speech and ducking, cues that cross, drawn gain, measures,
//! exports, hand-over, the comparison page, the style clip, a close that would lose work.
//!
//! `MUVI_LOOKS=all` keeps each picture in both sizes and both themes.
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
/// Frames a second of the film.
const FPS: f64 = 24.0;

fn ffmpeg(arguments: &[&str]) {
    let status = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-y"])
        .args(arguments)
        .status()
        .unwrap();
    assert!(status.success(), "{arguments:?}");
}

/// Eleven seconds of picture with a cut, and somebody who speaks from the third second to the tenth.
fn film(folder: &Path) -> PathBuf {
    let path = folder.join("a launch.mp4");
    let (picture, voice) = (fixture("oa4_launch.webm"), fixture("austen.wav"));
    ffmpeg(&[
        "-stream_loop",
        "1",
        "-i",
        picture.to_str().unwrap(),
        "-i",
        voice.to_str().unwrap(),
        "-filter_complex",
        "[1:a]adelay=2000,apad,aresample=48000[a]",
        "-map",
        "0:v",
        "-map",
        "[a]",
        "-t",
        "11",
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-g",
        "24",
        "-c:a",
        "aac",
        path.to_str().unwrap(),
    ]);
    path
}

/// Two seconds of music for a style.
fn style_clip(folder: &Path) -> PathBuf {
    let path = folder.join("plucks.wav");
    let plucks = "aevalsrc='0.5*sin(2*PI*330*t)*exp(-6*mod(t,0.5))':s=44100:d=2";
    ffmpeg(&["-f", "lavfi", "-i", plucks, path.to_str().unwrap()]);
    path
}

/// What ffprobe says of the streams of a file, one line for each.
fn probe(path: &Path, entries: &str) -> Vec<String> {
    let out = Command::new("ffprobe")
        .args(["-v", "error", "-of", "csv=p=0", "-show_entries", entries])
        .arg(path)
        .output()
        .unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    text.split_whitespace().map(str::to_owned).collect()
}

/// Integrated loudness by ffmpeg's own measure, in LUFS.
fn lufs_by_others(path: &Path) -> f64 {
    let out = Command::new("ffmpeg")
        .args(["-hide_banner", "-nostats", "-i"])
        .arg(path)
        .args(["-filter_complex", "ebur128", "-f", "null", "-"])
        .output()
        .unwrap();
    let report = String::from_utf8_lossy(&out.stderr).into_owned();
    let at = report.rfind("I:").unwrap();
    report[at + 2..]
        .split_whitespace()
        .next()
        .unwrap()
        .parse()
        .unwrap()
}

/// Loudest sample of a span of a file, in seconds.
fn peak(path: &Path, from: f64, to: f64) -> f32 {
    let out = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(path)
        .args(["-ss", &from.to_string(), "-to", &to.to_string()])
        .args(["-ac", "1", "-f", "f32le", "-"])
        .output()
        .unwrap();
    let samples = out.stdout.chunks_exact(4);
    let values = samples.map(|b| f32::from_le_bytes(b.try_into().unwrap()).abs());
    values.fold(0.0, f32::max)
}

/// The window at its desk.
struct Film {
    desk: Desk,
    window: Window,
}

impl Film {
    async fn call(&self, command: &str, arguments: Value) -> Value {
        self.window.call(command, arguments).await.unwrap()
    }

    async fn edit(&self, edit: Value) -> Value {
        self.call("edit", json!({ "edit": edit })).await
    }

    /// Remembers all news of jobs, and of a close that was held up.
    async fn listen(&self) {
        let listen = "window.__jobs = {}; window.__closing = null;
            const tauri = window.__TAURI_INTERNALS__;
            const on = (event, act) => tauri.invoke('plugin:event|listen', {
                event, target: { kind: 'Any' }, handler: tauri.transformCallback((it) => act(it.payload)) });
            on('job', (job) => (window.__jobs[job.id] = job));
            on('closing', (jobs) => (window.__closing = jobs));
            return true;";
        self.window.script(listen).await;
    }

    /// Waits for the end of a job; gives it.
    async fn done(&self, job: &Value) -> Value {
        let deadline = Instant::now() + LONG;
        loop {
            let now = self
                .window
                .script(&format!("return window.__jobs[{job}] ?? null"))
                .await;
            match now["state"].as_str() {
                Some("done") => return now,
                Some("failed" | "cancelled") => panic!("{now:#}"),
                _ => assert!(Instant::now() < deadline, "job {job} never ends: {now:#}"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Waits until the project is as it should be.
    async fn project_until(&self, what: &str, ready: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + LONG;
        loop {
            let project = self.window.project().await;
            if ready(&project) {
                return project;
            }
            if Instant::now() > deadline {
                self.window.screenshot(&format!("failed {what}")).await;
                panic!("waited in vain until {what}: {project:#}");
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Generates a take of a cue; gives the project.
    async fn generate(&self, cue: u64) -> Value {
        let job = self.call("generate", json!({ "cue": cue })).await;
        self.done(&job).await;
        self.window.project().await
    }

    /// Bytes of the scheme as numbers; `null` where there are none yet.
    async fn bytes(&self, path: &str) -> Option<Vec<u8>> {
        let script = "const [path, done] = arguments;
            fetch('muvi://localhost/' + path).then(async (reply) =>
                done(reply.status === 200 ? [...new Uint8Array(await reply.arrayBuffer())] : null));";
        let reply = self.window.client.execute_async(script, vec![json!(path)]).await;
        serde_json::from_value(reply.unwrap()).unwrap()
    }

    /// The same, waited for.
    async fn bytes_until(&self, path: &str) -> Vec<u8> {
        let deadline = Instant::now() + LONG;
        loop {
            if let Some(bytes) = self.bytes(path).await {
                return bytes;
            }
            assert!(Instant::now() < deadline, "{path} never comes");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Uses the real mouse of the desk.
    fn mouse(&self, words: &[&str]) {
        let done = self.desk.command("xdotool").args(words).status();
        assert!(done.expect("xdotool is needed: ./dev test installs it").success());
    }

    fn move_to(&self, [x, y]: [f64; 2]) {
        self.mouse(&["mousemove", &x.round().to_string(), &y.round().to_string()]);
    }

    /// Where an element is: left, top, width, height.
    async fn place(&self, css: &str) -> [f64; 4] {
        let script = format!(
            "const box = document.querySelector({css:?}).getBoundingClientRect();
             return [box.left, box.top, box.width, box.height];"
        );
        serde_json::from_value(self.window.script(&script).await).unwrap()
    }

    /// Asks the window to close, as the button of a window manager does.
    fn close_button(&self) {
        let found = self
            .desk
            .command("xdotool")
            .args(["search", "--onlyvisible", "--name", "MuVi Studio"])
            .output()
            .expect("xdotool is needed: ./dev test installs it");
        let found = String::from_utf8(found.stdout).unwrap();
        let window = found.split_whitespace().next().expect("the window has no name");
        let script = desk::repository().join("src-tauri/tests/desk/close.py");
        let done = self
            .desk
            .command("/usr/bin/python3")
            .arg(script)
            .arg(window)
            .status();
        assert!(done.unwrap().success());
    }

    async fn cursor(&self, css: &str) -> Value {
        let script = format!("return getComputedStyle(document.querySelector({css:?})).cursor");
        self.window.script(&script).await
    }

    /// What a canvas shows, to be compared.
    async fn drawn(&self, css: &str) -> String {
        let script = format!("return document.querySelector({css:?}).toDataURL()");
        self.window.script(&script).await.as_str().unwrap().to_owned()
    }

    /// Clicks a button by its words.
    async fn press(&self, within: &str, words: &str) {
        let found = format!(
            "[...document.querySelectorAll({within:?} + ' :is(button, summary, [role=menuitem], label)')]
                .find((it) => (it.getAttribute('aria-label') ?? it.innerText).trim().startsWith({words:?}))"
        );
        let ready = format!("const it = {found}; return it !== undefined && !it.disabled");
        self.window
            .until(&format!("{words} can be pressed"), &ready)
            .await;
        self.window.script(&format!("{found}.click(); return true")).await;
    }

    async fn says(&self, within: &str, words: &str) {
        let script = format!(
            "return [...document.querySelectorAll({within:?})].some((it) => it.innerText.includes({words:?}))"
        );
        self.window.until(&format!("{words} is said"), &script).await;
    }

    /// Sizes and lights the window as it should be looked at.
    async fn look_at(&self, theme: &str, (width, height): (u32, u32)) {
        let rect = self.window.client.set_window_rect(0, 0, width, height);
        rect.await.unwrap();
        let sized = format!("return innerWidth === {width} && innerHeight === {height}");
        self.window.until(&format!("it is {width} wide"), &sized).await;
        // Canvases and the picture follow their new sizes; what is remembered is sent.
        tokio::time::sleep(Duration::from_millis(300)).await;
        let lit = format!("document.documentElement.dataset.theme = '{theme}'; return true");
        self.window.script(&lit).await;
        tokio::time::sleep(Duration::from_millis(350)).await;
    }

    /// Keeps pictures of a state: dark and small, and where all are wanted in the other three ways too.
    async fn picture(&self, name: &str) {
        let looks: &[(&str, (u32, u32))] = if std::env::var_os("MUVI_LOOKS").is_some_and(|it| it == "all") {
            &[
                ("light", (1920, 1080)),
                ("dark", (1920, 1080)),
                ("light", (1280, 720)),
                ("dark", (1280, 720)),
            ]
        } else {
            &[("light", (1920, 1080)), ("dark", (1280, 720))]
        };
        for (theme, size) in looks {
            self.look_at(theme, *size).await;
            let name = format!("{name} {theme} {}x{}", size.0, size.1);
            self.window.screenshot(&name).await;
        }
    }

    fn out(&self, name: &str) -> PathBuf {
        self.desk.folder().join("out").join(name)
    }

    /// Exports and waits; gives the job.
    async fn export(&self, name: &str, changes: Value) -> Value {
        let mut request = json!({
            "path": self.out(name), "what": "video", "codec": null, "tracks": ["mix"], "loopOnly": false,
            "targetLufs": null, "ceilingDbtp": -1.0, "overwrite": false
        });
        for (key, value) in changes.as_object().unwrap() {
            request[key] = value.clone();
        }
        let forecast = self
            .call("export_forecast", json!({ "request": request.clone() }))
            .await;
        assert_eq!(forecast["obstacle"], Value::Null, "{forecast:#}");
        let job = self.call("export", json!({ "request": request })).await;
        self.done(&job).await
    }

    /// How far the music goes down, in dB, twenty times a second.
    async fn ducking(&self, key: &str) -> Vec<f32> {
        let bytes = self.bytes_until(&format!("ducking/{key}")).await;
        let values = bytes.chunks_exact(4);
        values
            .map(|b| f32::from_le_bytes(b.try_into().unwrap()))
            .collect()
    }
}

#[tokio::test]
async fn from_a_take_to_what_is_delivered() {
    let desk = Desk::new(1920, 1080);
    let window = desk.window(None).await;
    let film_path = film(desk.folder());
    let film = Film { desk, window };
    std::fs::create_dir(film.out("")).unwrap();
    film.listen().await;
    film.look_at("dark", (1280, 720)).await;
    film.call("open_path", json!({ "path": film_path })).await;

    let project = speech_and_cues(&film).await;
    ducking(&film, &project).await;
    drawn_gain(&film, &project).await;
    measures(&film, &project).await;
    exports(&film, &project).await;
    handed_over(&film).await;
    style(&film).await;
    closing(film).await;
}

/// Two cues that cross, with a gap after them; speech is known.
async fn speech_and_cues(film: &Film) -> Value {
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
async fn ducking(film: &Film, project: &Value) {
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
async fn drawn_gain(film: &Film, project: &Value) {
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
async fn measures(film: &Film, project: &Value) {
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

/// Several tracks, stems, the loop, a loudness, presets.
async fn exports(film: &Film, project: &Value) {
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
async fn handed_over(film: &Film) {
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
async fn style(film: &Film) {
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
async fn closing(film: Film) {
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
