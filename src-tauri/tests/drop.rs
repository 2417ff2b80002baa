//! Files that come from the desktop: dragged from another window, chosen in the system's own dialog.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    reason = "tests"
)]

mod desk;

use std::time::{Duration, Instant};

use desk::{Desk, Guard, Window, fixture, repository};

/// A window of the desk beside the one that is tested.
fn files(desk: &Desk, at: (u32, u32)) -> Guard {
    let child = desk
        .command("/usr/bin/python3")
        .arg(repository().join("src-tauri/tests/desk/drag.py"))
        .arg(fixture("oa4_launch.webm"))
        .args([at.0.to_string(), at.1.to_string()])
        .spawn()
        .expect("python3-gi is needed: ./dev test installs it");
    Guard(child)
}

async fn mouse(desk: &Desk, words: &[&str]) {
    let done = desk.command("xdotool").args(words).status();
    assert!(done.expect("xdotool is needed: ./dev test installs it").success());
    tokio::time::sleep(Duration::from_millis(150)).await;
}

async fn shown(window: &Window, text: &str) {
    let script = format!("return document.body.innerText.includes({text:?})");
    window.until(text, &script).await;
}

/// The video is open and drawn.
async fn opened(window: Window) {
    window
        .until(
            "the picture is drawn",
            "return document.querySelector('.box[data-frame]') !== null",
        )
        .await;
    assert_eq!(window.project().await["video"]["name"], "oa4_launch.webm");
    window.close().await;
}

#[tokio::test]
async fn a_video_dropped_on_the_window_is_opened() {
    let desk = Desk::new(1440, 760);
    let window = desk.window(None).await;
    window.client.set_window_rect(0, 0, 1280, 720).await.unwrap();
    let _files = files(&desk, (1320, 20));
    let found = ["search", "--sync", "--onlyvisible", "--name", "^files$"];
    mouse(&desk, &found).await;

    mouse(&desk, &["mousemove", "1360", "70"]).await;
    mouse(&desk, &["mousedown", "1"]).await;
    for x in ["1340", "1300", "1200", "1000", "800", "640"] {
        mouse(&desk, &["mousemove", x, "300"]).await;
    }
    shown(&window, "Drop the video to open it").await;
    window.screenshot("drop 1280x720").await;
    mouse(&desk, &["mouseup", "1"]).await;
    opened(window).await;
}

/// The windows of the desktop with this name.
fn named(desk: &Desk, name: &str) -> Vec<String> {
    let mut command = desk.command("xdotool");
    let found = command.args(["search", "--onlyvisible", "--name", name]).output();
    let text = String::from_utf8(found.unwrap().stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_video_chosen_in_the_dialog_is_opened() {
    let desk = Desk::new(1280, 900);
    let window = desk.window(None).await;
    window.press_with_control("o").await;
    let deadline = Instant::now() + Duration::from_secs(30);
    while named(&desk, "^Open File$").is_empty() {
        assert!(Instant::now() < deadline, "no dialog");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // Asked again, the window opens no second one.
    let again = window.call("pick", serde_json::json!({ "what": "open" })).await;
    assert_eq!(again, Ok(serde_json::Value::Null));
    let dialogs = named(&desk, "^Open File$");
    assert_eq!(dialogs.len(), 1, "{dialogs:?}");

    mouse(&desk, &["windowfocus", "--sync", &dialogs[0]]).await;
    let path = fixture("oa4_launch.webm");
    mouse(&desk, &["type", "--delay", "40", path.to_str().unwrap()]).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    mouse(&desk, &["key", "Return"]).await;
    opened(window).await;
}
