//! The window with the film in it: what a person does there, and what they then see.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::desk::{Desk, Window};

/// Work of the networks, on a machine that does other things too.
pub const LONG: Duration = Duration::from_secs(240);
/// Frames a second of the film.
pub const FPS: f64 = 24.0;

/// The window at its desk.
pub struct Film {
    pub desk: Desk,
    pub window: Window,
}

impl Film {
    pub async fn call(&self, command: &str, arguments: Value) -> Value {
        self.window.call(command, arguments).await.unwrap()
    }

    pub async fn edit(&self, edit: Value) -> Value {
        self.call("edit", json!({ "edit": edit })).await
    }

    /// Remembers all news of jobs, and of a close that was held up.
    pub async fn listen(&self) {
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
    pub async fn done(&self, job: &Value) -> Value {
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
    pub async fn project_until(&self, what: &str, ready: impl Fn(&Value) -> bool) -> Value {
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
    pub async fn generate(&self, cue: u64) -> Value {
        let job = self.call("generate", json!({ "cue": cue })).await;
        self.done(&job).await;
        self.window.project().await
    }

    /// Bytes of the scheme as numbers; `null` where there are none yet.
    pub async fn bytes(&self, path: &str) -> Option<Vec<u8>> {
        let script = "const [path, done] = arguments;
            fetch('muvi://localhost/' + path).then(async (reply) =>
                done(reply.status === 200 ? [...new Uint8Array(await reply.arrayBuffer())] : null));";
        let reply = self.window.client.execute_async(script, vec![json!(path)]).await;
        serde_json::from_value(reply.unwrap()).unwrap()
    }

    /// The same, waited for.
    pub async fn bytes_until(&self, path: &str) -> Vec<u8> {
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
    pub fn mouse(&self, words: &[&str]) {
        let done = self.desk.command("xdotool").args(words).status();
        assert!(done.expect("xdotool is needed: ./dev test installs it").success());
    }

    pub fn move_to(&self, [x, y]: [f64; 2]) {
        self.mouse(&["mousemove", &x.round().to_string(), &y.round().to_string()]);
    }

    /// Where an element is: left, top, width, height.
    pub async fn place(&self, css: &str) -> [f64; 4] {
        let script = format!(
            "const box = document.querySelector({css:?}).getBoundingClientRect();
             return [box.left, box.top, box.width, box.height];"
        );
        serde_json::from_value(self.window.script(&script).await).unwrap()
    }

    /// Asks the window to close, as the button of a window manager does.
    pub fn close_button(&self) {
        let found = self
            .desk
            .command("xdotool")
            .args(["search", "--onlyvisible", "--name", "MuVi Studio"])
            .output()
            .expect("xdotool is needed: ./dev test installs it");
        let found = String::from_utf8(found.stdout).unwrap();
        let window = found.split_whitespace().next().expect("the window has no name");
        let script = crate::desk::repository().join("src-tauri/tests/desk/close.py");
        let done = self
            .desk
            .command("/usr/bin/python3")
            .arg(script)
            .arg(window)
            .status();
        assert!(done.unwrap().success());
    }

    pub async fn cursor(&self, css: &str) -> Value {
        let script = format!("return getComputedStyle(document.querySelector({css:?})).cursor");
        self.window.script(&script).await
    }

    /// What a canvas shows, to be compared.
    pub async fn drawn(&self, css: &str) -> String {
        let script = format!("return document.querySelector({css:?}).toDataURL()");
        self.window.script(&script).await.as_str().unwrap().to_owned()
    }

    /// Clicks a button by its words.
    pub async fn press(&self, within: &str, words: &str) {
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

    pub async fn says(&self, within: &str, words: &str) {
        let script = format!(
            "return [...document.querySelectorAll({within:?})].some((it) => it.innerText.includes({words:?}))"
        );
        self.window.until(&format!("{words} is said"), &script).await;
    }

    /// Sizes and lights the window as it should be looked at.
    pub async fn look_at(&self, theme: &str, (width, height): (u32, u32)) {
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
    pub async fn picture(&self, name: &str) {
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

    pub fn out(&self, name: &str) -> PathBuf {
        self.desk.folder().join("out").join(name)
    }

    /// Exports and waits; gives the job.
    pub async fn export(&self, name: &str, changes: Value) -> Value {
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
    pub async fn ducking(&self, key: &str) -> Vec<f32> {
        let bytes = self.bytes_until(&format!("ducking/{key}")).await;
        let values = bytes.chunks_exact(4);
        values
            .map(|b| f32::from_le_bytes(b.try_into().unwrap()))
            .collect()
    }
}
