//! The real window under WebDriver.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};

use super::{Desk, Guard};

const PATIENCE: Duration = Duration::from_secs(30);

/// MuVi Studio, running.
pub struct Window {
    pub client: Client,
    driver: Guard,
    /// The desk's folder, by which its processes are known.
    folder: PathBuf,
}

/// Paints a dot anew for some seconds: without a graphics card the driver's picture comes with the next painting, and
/// of a window at rest never.
const PAINTING: &str = "const dot = document.createElement('div');
    dot.style.cssText = 'position: fixed; right: 0; bottom: 0; width: 1px; height: 1px; pointer-events: none';
    document.body.append(dot);
    const end = performance.now() + 10000;
    const paint = (now) => {
      dot.style.opacity = 0.01 + (now % 2) / 200;
      if (now < end) requestAnimationFrame(paint);
      else dot.remove();
    };
    requestAnimationFrame(paint);
    return true;";

impl Window {
    pub(super) async fn open(desk: &Desk, file: Option<&Path>) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let log = std::fs::File::create(desk.folder().join(format!("driver-{port}.log"))).unwrap();
        let child = desk
            .command("WebKitWebDriver")
            .arg(format!("--port={port}"))
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .stdout(log.try_clone().unwrap())
            .stderr(Stdio::from(log))
            .spawn()
            .expect("WebKitWebDriver is needed: ./dev test installs it");
        let driver = Guard(child);
        let arguments: Vec<String> = file.iter().map(|f| f.display().to_string()).collect();
        let capabilities = json!({
            "webkitgtk:browserOptions": { "binary": env!("CARGO_BIN_EXE_muvi-studio"), "args": arguments }
        });
        let deadline = Instant::now() + PATIENCE;
        let client = loop {
            let mut builder = ClientBuilder::native();
            builder.capabilities(capabilities.as_object().unwrap().clone());
            match builder.connect(&format!("http://127.0.0.1:{port}")).await {
                Ok(client) => break client,
                Err(error) => assert!(Instant::now() < deadline, "no WebDriver session: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        let (width, height) = desk.size;
        client.set_window_rect(0, 0, width, height).await.unwrap();
        let folder = desk.folder().to_owned();
        let window = Self {
            client,
            driver,
            folder,
        };
        window
            .until(
                "the window is ready",
                "return document.body.innerText.trim().length > 0",
            )
            .await;
        window
    }

    /// Runs a script in the window; its result as JSON.
    pub async fn script(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.unwrap()
    }

    /// Calls a command of the shell as the window does; the error as JSON.
    pub async fn call(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        let script = "const [command, args, done] = arguments;
            window.__TAURI_INTERNALS__.invoke(command, args)
                .then(ok => done({ok: ok === undefined ? null : ok}), error => done({error}));";
        let reply = self
            .client
            .execute_async(script, vec![json!(command), arguments])
            .await
            .unwrap();
        match reply.get("error") {
            Some(error) => Err(error.clone()),
            None => Ok(reply["ok"].clone()),
        }
    }

    /// The open project.
    pub async fn project(&self) -> Value {
        self.call("app_state", json!({})).await.unwrap()["project"].clone()
    }

    /// Waits until a script gives `true`.
    pub async fn until(&self, what: &str, script: &str) {
        self.until_within(PATIENCE, what, script).await;
    }

    /// Waits until a script gives `true`, so long.
    pub async fn until_within(&self, patience: Duration, what: &str, script: &str) {
        let deadline = Instant::now() + patience;
        loop {
            let last = self.client.execute(script, vec![]).await;
            if matches!(&last, Ok(Value::Bool(true))) {
                return;
            }
            if Instant::now() > deadline {
                self.screenshot(&format!("failed: {what}")).await;
                panic!("waited in vain until {what}: {last:?}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Clicks the element that a CSS selector finds.
    pub async fn click(&self, css: &str) {
        self.until(
            &format!("{css} is there"),
            &format!("return document.querySelector({css:?}) !== null"),
        )
        .await;
        self.client
            .find(Locator::Css(css))
            .await
            .unwrap()
            .click()
            .await
            .unwrap();
    }

    /// Presses a key where the focus is.
    pub async fn press(&self, key: &str) {
        let focused = self.client.active_element().await.unwrap();
        focused.send_keys(key).await.unwrap();
    }

    /// Presses a key with the control key where the focus is.
    pub async fn press_with_control(&self, key: &str) {
        self.press(&format!("\u{e009}{key}\u{e000}")).await;
    }

    /// Keeps a picture of the window as an artefact of the run; gives its bytes (PNG).
    pub async fn screenshot(&self, name: &str) -> Vec<u8> {
        self.script(PAINTING).await;
        let png = self.client.screenshot().await.unwrap();
        let folder = artefacts();
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(
            folder.join(format!("{}.png", name.replace([' ', ':', '/'], "-"))),
            &png,
        )
        .unwrap();
        png
    }

    /// Ends the process of the window as the system would: at once, without a word.
    pub fn kill(self) {
        for pid in processes(&self.folder) {
            let _ = std::process::Command::new("kill")
                .args(["-9", &pid.to_string()])
                .status();
        }
        drop(self.driver);
    }

    /// Ends the program by its own command; waits until its process is gone.
    pub async fn quit(self) {
        let quit = "window.__TAURI_INTERNALS__.invoke('quit'); return true;";
        // The answer may be lost with the window.
        let _ = self.client.execute(quit, vec![]).await;
        let deadline = Instant::now() + PATIENCE;
        while !processes(&self.folder).is_empty() {
            assert!(Instant::now() < deadline, "the program does not end");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        drop(self.driver);
    }

    /// Closes the window as its user would.
    pub async fn close(self) {
        let _ = self.client.close().await;
        drop(self.driver);
    }
}

/// Where pictures of the run are kept.
pub fn artefacts() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    target.join("artefacts")
}

/// The processes of MuVi Studio at the desk with this folder.
fn processes(folder: &Path) -> Vec<u32> {
    let ours = Path::new(env!("CARGO_BIN_EXE_muvi-studio"))
        .canonicalize()
        .unwrap();
    let here = format!("XDG_RUNTIME_DIR={}", folder.display());
    let is_here = |pid: u32| {
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment
            .split(|byte| *byte == 0)
            .any(|it| it == here.as_bytes())
    };
    let entries = std::fs::read_dir("/proc").unwrap();
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|pid: &u32| std::fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|exe| exe == ours))
        .filter(|pid| is_here(*pid))
        .collect()
}
