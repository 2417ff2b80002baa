//! What is drawn of real videos, with and without a cache.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use muvi_media::frames::{FrameReader, FrameSpec, frame_at_tick};
use muvi_media::probe;

use super::*;

const HZ: u32 = 44_100;

fn launch() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/oa4_launch.webm")
}

fn open(path: &Path, cache: Option<&Path>) -> (Tools, MediaInfo, Assets) {
    let tools = Tools::locate().unwrap();
    let info = probe(&tools, path).unwrap();
    let cache = cache.map(|dir| Cache::at(dir, 64 << 20));
    let assets = Assets::with_cache(&tools, &info, "key", cache, HZ);
    (tools, info, assets)
}

fn make(path: &Path, words: &str) {
    let status = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-y"])
        .args(words.split_whitespace())
        .arg(path)
        .status();
    assert!(status.unwrap().success(), "{words}");
}

fn work(assets: &Assets, strip: bool) -> Vec<AssetChange> {
    let (sender, changes) = channel();
    let on_change = move |change| sender.send(change).unwrap();
    assets
        .start_background(TempPass::default(), strip, CancelToken::new(), on_change)
        .unwrap()
        .wait();
    changes.into_iter().collect()
}

fn image(jpeg: &[u8]) -> image::RgbImage {
    image::load_from_memory(jpeg).unwrap().to_rgb8()
}

fn difference(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter()
        .zip(b)
        .map(|(a, b)| f64::from(a.abs_diff(*b)))
        .sum::<f64>()
        / a.len() as f64
}

#[test]
fn the_film_strip_from_either_pass_and_from_the_cache() {
    let dir = tempfile::tempdir().unwrap();
    let (tools, info, assets) = open(&launch(), Some(dir.path()));
    assert!(assets.thumb(0).is_none());
    let mut sink = assets.thumb_sink(64).unwrap();
    let rate = info.video.rate.for_analysis();
    for chunk in FrameReader::open(&tools, &info, FrameSpec::square(64, rate, 24)).unwrap() {
        for (number, frame) in chunk.unwrap().frames() {
            sink.push(number, frame);
        }
    }
    assert!(assets.thumbs().is_complete() && assets.thumb_sink(64).is_none());
    // The other pass, elsewhere.
    let (_, _, other) = open(&launch(), None);
    let changes = work(&other, true);
    assert_eq!(
        changes
            .iter()
            .filter(|it| matches!(it, AssetChange::Thumb))
            .count(),
        9
    );
    let spec = FrameSpec {
        width: 160,
        height: 90,
        rate,
        chunk: 1,
    };
    let frames: Vec<Vec<u8>> = FrameReader::open(&tools, &info, spec)
        .unwrap()
        .map(|chunk| chunk.unwrap().data)
        .collect();
    let second = Rate::hz(1).unwrap();
    for at in 0..9 {
        let exact = &frames[frame_at_tick(at, second, rate) as usize];
        let [coarse, fine] = [&assets, &other].map(|it| image(&it.thumb(at).unwrap()));
        assert_eq!((coarse.dimensions(), fine.dimensions()), ((160, 90), (160, 90)));
        assert!(difference(&fine, exact) < 4.0, "second {at}");
        assert!(difference(&coarse, exact) < 14.0, "second {at}");
        assert!(assets.thumb(at).unwrap().len() < 12_000);
    }
    assert!(assets.thumb(9).is_none() && assets.thumb(u64::MAX).is_none());
    // And from the cache, where nothing has to be done.
    let (_, _, again) = open(&launch(), Some(dir.path()));
    assert_eq!(again.thumb(4), assets.thumb(4));
    assert!(again.thumb_sink(64).is_none());
}

#[test]
fn the_temp_track_from_the_file_and_from_the_cache() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.mp4");
    // Silence for a second, then a tone for a second, then silence.
    let tone = "-f lavfi -i aevalsrc=0.5*sin(2200*t)*between(t\\,1\\,2):d=3:s=44100";
    make(
        &path,
        &format!("-f lavfi -i testsrc2=s=64x64:r=25:d=3 {tone} -c:v libx264 -preset ultrafast -c:a aac"),
    );
    let (tools, info, assets) = open(&path, Some(&dir.path().join("cache")));
    assert_eq!(assets.temp_peaks(0, 0), Some((Vec::new(), true)));
    let changes = work(&assets, false);
    assert!(
        matches!(changes.last(), Some(AssetChange::Temp(1.0))),
        "{changes:?}"
    );
    let (speech, more) = assets.speech(-40.0);
    assert!(!more && speech.len() == 30, "{speech:?}");
    assert!(speech[..9].iter().all(|it| *it == 0) && speech[11..19].iter().all(|it| *it == 1));
    assert!(speech[21..].iter().all(|it| *it == 0));
    // The peaks are those of the sound itself.
    let stream = info.main_audio().unwrap();
    let mut reader = muvi_media::audio::AudioReader::open_video(&tools, &info, stream, HZ).unwrap();
    let [mut left, mut right] = [vec![0.0; HZ as usize * 4], vec![0.0; HZ as usize * 4]];
    let read = reader.read([&mut left, &mut right]).unwrap();
    let mut peaks = Peaks::new();
    peaks.push(&left[..read], &right[..read]);
    for level in 0..LEVELS {
        assert_eq!(
            assets.temp_peaks(level, 0),
            Some((peaks.tile(level, 0).unwrap(), false))
        );
    }
    assert_eq!(assets.temp_peaks(LEVELS, 0), None);
    let (_, _, again) = open(&path, Some(&dir.path().join("cache")));
    assert_eq!(again.temp_peaks(1, 0), assets.temp_peaks(1, 0));
    assert_eq!(again.speech(-40.0), assets.speech(-40.0));
    assert!(work(&again, false).is_empty(), "nothing to do");
}

#[test]
fn speech_and_the_file_to_play_in_one_pass() {
    let dir = tempfile::tempdir().unwrap();
    let (path, cache) = (dir.path().join("a.mkv"), dir.path().join("cache"));
    let sentence = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/austen.wav");
    // Two seconds of silence, 7.1 s of speech, silence up to 12 s.
    make(
        &path,
        &format!(
            "-f lavfi -i testsrc2=s=64x64:r=25:d=12 -i {} -af adelay=2000:all=1,apad=whole_dur=12 -ar 48000 -ac 2 \
             -c:v libx264 -preset ultrafast -c:a flac",
            sentence.display()
        ),
    );
    let pass = || TempPass {
        record: Some(dir.path().join("temp/sound.wav")),
        runtime: None,
    };
    let work = |assets: &Assets| {
        let (sender, changes) = channel();
        let on_change = move |change| sender.send(change).unwrap();
        let background = assets.start_background(pass(), false, CancelToken::new(), on_change);
        background.unwrap().wait();
        changes.into_iter().collect::<Vec<_>>()
    };
    let playable = |changes: &[AssetChange]| {
        let file = |change: &AssetChange| match change {
            AssetChange::Playable(path) => Some(path.clone()),
            _ => None,
        };
        changes.iter().filter_map(file).collect::<Vec<_>>()
    };
    let sound = pass().record.unwrap();
    let (_, info, assets) = open(&path, Some(&cache));
    assert_eq!(assets.spoken(), None, "not known yet");
    let files = playable(&work(&assets));
    assert!(
        files.len() == 2 && files[1] == sound && files[0] != sound,
        "{files:?}"
    );
    let spoken = assets.spoken().unwrap();
    let seconds: Vec<_> = spoken
        .iter()
        .map(|it| [it.start(), it.end()].map(|at| at as f64 / f64::from(HZ)))
        .collect();
    let (first, last) = (seconds[0][0], seconds[seconds.len() - 1][1]);
    assert!(
        (1.8..2.6).contains(&first) && (8.5..9.4).contains(&last),
        "{seconds:?}"
    );
    let heard: f64 = seconds.iter().map(|[start, end]| end - start).sum();
    assert!(heard > 5.5, "{seconds:?}");
    let wav = muvi_media::growing::GrowingWav::open(&sound).unwrap();
    assert_eq!(wav.frames().unwrap(), info.samples(HZ));

    // All from the cache; without it from the file, which is not decoded again; the file alone is made again.
    let (_, _, again) = open(&path, Some(&cache));
    assert_eq!(again.spoken(), Some(Arc::clone(&spoken)));
    assert_eq!(playable(&work(&again)), std::slice::from_ref(&sound));
    std::fs::rename(&path, dir.path().join("hidden")).unwrap();
    let without = Assets::with_cache(&Tools::locate().unwrap(), &info, "key", None, HZ);
    assert_eq!(playable(&work(&without)), std::slice::from_ref(&sound));
    assert_eq!(without.spoken(), Some(Arc::clone(&spoken)));
    assert_eq!(without.temp_peaks(0, 3), assets.temp_peaks(0, 3));
    std::fs::rename(dir.path().join("hidden"), &path).unwrap();
    std::fs::remove_file(&sound).unwrap();
    assert_eq!(playable(&work(&again)).last(), Some(&sound));

    // A file that can't be written is told; speech is found all the same.
    let blocked = TempPass {
        record: Some(path.join("no/folder.wav")),
        runtime: None,
    };
    let (_, _, other) = open(&path, None);
    let (sender, changes) = channel();
    let background = other.start_background(blocked, false, CancelToken::new(), move |it| {
        sender.send(it).unwrap()
    });
    background.unwrap().wait();
    let told: Vec<_> = changes.into_iter().collect();
    assert!(
        told.iter()
            .any(|it| matches!(it, AssetChange::Problem(AssetError::Record { .. }))),
        "{told:?}"
    );
    assert_eq!(other.spoken(), Some(spoken));
}

#[test]
fn a_mute_video_and_a_cache_that_cannot_be() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mute.mp4");
    make(
        &path,
        "-f lavfi -i testsrc2=s=90x160:r=10:d=2 -c:v libx264 -preset ultrafast",
    );
    let blocked = dir.path().join("file");
    std::fs::write(&blocked, b"no folder").unwrap();
    let (_, _, assets) = open(&path, Some(&blocked));
    let changes = work(&assets, true);
    assert!(
        changes.iter().all(|it| matches!(it, AssetChange::Thumb)),
        "{changes:?}"
    );
    assert_eq!(assets.temp_peaks(0, 0), Some((Vec::new(), false)));
    assert_eq!(assets.speech(-40.0), (Vec::new(), false));
    assert_eq!(image(&assets.thumb(1).unwrap()).dimensions(), (90, 160));
    assert!(!assets.frame(3, 60).unwrap().is_empty());
    assert!(assets.picture_curve().is_empty() && assets.attention(0, 10).is_empty());
}

#[test]
fn what_goes_wrong_is_told_and_the_rest_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("gone.webm");
    std::fs::copy(launch(), &path).unwrap();
    let (_, _, assets) = open(&path, None);
    std::fs::remove_file(&path).unwrap();
    let changes = work(&assets, true);
    let problems = changes.iter().filter(|it| matches!(it, AssetChange::Problem(_)));
    assert_eq!(problems.count(), 2, "{changes:?}");
    assert!(matches!(assets.frame(0, 160), Err(ViewError::Gone { .. })));
    assert!(!assets.speech(-40.0).1, "nobody waits for more");
}

#[test]
fn the_background_ends_with_the_video_or_when_asked() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("long.mp4");
    make(
        &path,
        "-f lavfi -i color=s=64x64:r=25:d=400 -f lavfi -i anoisesrc=d=400:a=0.1 -c:v libx264 -preset ultrafast -c:a flac \
         -strict -2",
    );
    for by_drop in [true, false] {
        let (_, _, assets) = open(&path, None);
        let cancel = CancelToken::new();
        let passes = assets
            .start_background(TempPass::default(), true, cancel.clone(), |_| {})
            .unwrap();
        let since = Instant::now();
        if by_drop {
            drop(assets);
        } else {
            cancel.cancel();
            passes.wait();
            assert!(since.elapsed() < Duration::from_secs(3));
            // It can be taken up again, from the start.
            let (_, more) = assets.speech(-40.0);
            assert!(more);
            continue;
        }
        passes.wait();
        assert!(since.elapsed() < Duration::from_secs(3));
    }
}

#[test]
fn other_bytes_have_another_fingerprint() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file");
    let mut bytes = vec![1; 5_000_000];
    std::fs::write(&path, &bytes).unwrap();
    let stamp = std::fs::metadata(&path).unwrap().modified().unwrap();
    let first = fingerprint(&path).unwrap();
    assert_eq!(fingerprint(&path).unwrap(), first);
    bytes[2_600_000] = 2;
    std::fs::write(&path, &bytes).unwrap();
    fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_modified(stamp)
        .unwrap();
    assert_ne!(fingerprint(&path).unwrap(), first);
    assert!(fingerprint(&dir.path().join("none")).is_err());
}
