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

#[path = "../desk/mod.rs"]
mod desk;

mod deliver;
mod files;
mod film;
mod music;

use desk::Desk;
use film::Film;
use serde_json::json;

#[tokio::test]
async fn from_a_take_to_what_is_delivered() {
    let desk = Desk::new(1920, 1080);
    let window = desk.window(None).await;
    let film_path = files::film(desk.folder());
    let film = Film { desk, window };
    std::fs::create_dir(film.out("")).unwrap();
    film.listen().await;
    film.look_at("dark", (1280, 720)).await;
    film.call("open_path", json!({ "path": film_path })).await;

    let project = music::speech_and_cues(&film).await;
    music::ducking(&film, &project).await;
    music::drawn_gain(&film, &project).await;
    music::measures(&film, &project).await;
    deliver::exports(&film, &project).await;
    deliver::handed_over(&film).await;
    deliver::style(&film).await;
    deliver::closing(film).await;
}
