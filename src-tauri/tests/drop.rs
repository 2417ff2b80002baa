//! A file dragged from another window of the desktop, by the system's own drag and drop.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    reason = "tests"
)]

mod desk;

use std::time::Duration;

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
    window
        .until(
            "the picture is drawn",
            "return document.querySelector('.box[data-frame]') !== null",
        )
        .await;
    assert_eq!(window.project().await["video"]["name"], "oa4_launch.webm");
    window.close().await;
}
