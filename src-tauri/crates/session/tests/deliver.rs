//! Deliveries: files read back by ffprobe and by ffmpeg's own loudness meter.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use muvi_media::audio::AudioReader;
use muvi_media::wav::WavWriter;
use muvi_media::{MediaInfo, Tools, probe};
use muvi_playback::{Clip, OpenSource, Programme, SeekableSource, Source, SourceError};
use muvi_session::deliver::{Bus, Deliver, DeliverOrder, Delivered, Goal, Subject, deliver, outlook};
use muvi_session::store::{Document, Fingerprint, Places};
use muvi_session::{AudioCodecChoice, CancelToken, Error, Event, Family};
use muvi_timeline::{
    CueId, Delivery, Edit, FadeCurve, FrameSpan, Mix, Project, ProjectMix, Rate, SampleSpan, Style, Take,
    TakeSettings, TempTrack, TrackMix, Video,
};
use tempfile::TempDir;

const HZ: u32 = 44_100;

/// Sound that a function of the sample number makes, the same on every way to it.
struct Made(u64, fn(u64) -> f32);

impl Source for Made {
    fn read(&mut self, [left, right]: [&mut [f32]; 2]) -> Result<usize, SourceError> {
        for (left, right) in left.iter_mut().zip(right.iter_mut()) {
            (*left, *right) = ((self.1)(self.0), 0.8 * (self.1)(self.0 + 7));
            self.0 += 1;
        }
        Ok(left.len())
    }
}

impl SeekableSource for Made {
    fn seek(&mut self, sample: u64) -> Result<(), SourceError> {
        self.0 = sample;
        Ok(())
    }
}

fn clip(sound: fn(u64) -> f32, length: u64) -> Clip {
    let open =
        move || -> Result<Box<dyn SeekableSource + Send>, SourceError> { Ok(Box::new(Made(0, sound))) };
    let source: Arc<dyn OpenSource> = Arc::new(open);
    Clip {
        source,
        start: 0,
        length,
        offset: 0,
        gain_db: 0.0,
        fade_in: 0,
        fade_out: 0,
        fade_in_curve: FadeCurve::Linear,
        fade_out_curve: FadeCurve::Linear,
        automation: Arc::default(),
    }
}

/// Chords with a beat: what stands out of them by some 14 dB is for the limiter.
fn music(n: u64) -> f32 {
    let t = n as f32 / HZ as f32;
    let beat = (-12.0 * (t * 2.0).fract()).exp();
    let bar = 0.6 + 0.4 * (t * 0.7).sin();
    let tones: f32 = [110.0, 220.5, 331.0, 554.0]
        .iter()
        .map(|f| (std::f32::consts::TAU * f * t).sin())
        .sum();
    0.05 * bar * tones + 0.35 * beat * (std::f32::consts::TAU * 1870.0 * t).sin()
}

fn speech(n: u64) -> f32 {
    let t = n as f32 / HZ as f32;
    if (t % 3.0) < 1.4 {
        0.1 * (std::f32::consts::TAU * 180.0 * t).sin() * (std::f32::consts::TAU * 3.0 * t).sin()
    } else {
        0.0
    }
}

struct Desk {
    folder: TempDir,
    tools: Tools,
    info: MediaInfo,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/oa4_launch.webm");
        let video = folder.path().join("launch.mp4");
        ffmpeg(
            &[
                "-i",
                fixture.to_str().unwrap(),
                "-an",
                "-c:v",
                "libx264",
                "-preset",
                "ultrafast",
                "-bf",
                "2",
            ],
            &["-g", "48", "-timecode", "01:00:00:00"],
            &video,
        );
        let tools = Tools::locate().unwrap();
        let info = probe(&tools, &video).unwrap();
        Self { folder, tools, info }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn subject(&self, gain_db: f32) -> Subject {
        let length = self.info.samples(HZ);
        let programme = Programme {
            sample_rate: HZ,
            length,
            mix: Mix {
                music: TrackMix {
                    gain_db,
                    ..TrackMix::default()
                },
                temp: TempTrack::Keep { gain_db },
                ..Mix::default()
            },
            music: vec![clip(music, length)],
            temp: vec![clip(speech, length)],
            speech: Arc::default(),
        };
        let project = Project::new(video(&self.info), Rate::hz(HZ).unwrap()).unwrap();
        Subject::new(self.tools.clone(), self.info.clone(), programme, &project)
    }
}

fn video(info: &MediaInfo) -> Video {
    let Fingerprint { size, key } = Fingerprint::of(&info.path).unwrap();
    Video {
        path: info.path.clone(),
        key,
        size,
        rate: info.video.rate,
        frames: info.frames(info.video.rate),
        samples: info.samples(HZ),
        width: info.video.width,
        height: info.video.height,
        codec: info.video.codec.clone(),
        sound: None,
        variable_rate: false,
    }
}

fn ffmpeg(input: &[&str], options: &[&str], output: &Path) {
    let mut command = Command::new("ffmpeg");
    command
        .args(["-v", "error", "-nostdin", "-y"])
        .args(input)
        .args(options)
        .arg(output);
    assert!(command.status().unwrap().success());
}

fn run(subject: &Subject, order: &DeliverOrder) -> Result<Delivered, Error> {
    let mut last = 0.0;
    let mut hear = |event: Event| match event {
        Event::PhaseStarted { .. } => last = 0.0,
        Event::Progress { fraction, .. } => {
            assert!(fraction >= last, "{fraction} after {last}");
            last = fraction;
        }
        _ => {}
    };
    deliver(subject, order, &CancelToken::new(), &mut hear)
}

/// What ffmpeg's meter says: LUFS, LU, dBTP.
fn ebur128(path: &Path) -> [f64; 3] {
    let output = Command::new("ffmpeg")
        .args(["-nostdin", "-hide_banner", "-i"])
        .arg(path)
        .args(["-map", "0:a:0", "-af", "ebur128=peak=true", "-f", "null", "-"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let summary = &text[text.rfind("Summary:").unwrap()..];
    ["I:", "LRA:", "Peak:"].map(|name| {
        let after = &summary[summary.find(name).unwrap() + name.len()..];
        after.split_whitespace().next().unwrap().parse().unwrap()
    })
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn loudness_is_reached_and_measured() {
    let desk = Desk::new();
    let subject = desk.subject(0.0);
    use AudioCodecChoice::{Aac, Flac, Pcm16};
    for (name, target, ceiling, codec) in [
        ("a.wav", -14.0, -1.0, None),
        ("b.wav", -16.0, -1.0, Some(Pcm16)),
        ("c.flac", -23.0, -2.0, Some(Flac)),
        ("d.wav", -24.0, -1.0, None),
        ("e.mp4", -14.0, -1.0, Some(Aac)),
        ("f.mkv", -16.0, -1.5, Some(AudioCodecChoice::Opus)),
    ] {
        let order = DeliverOrder {
            what: if name.ends_with("mp4") || name.ends_with("mkv") {
                Deliver::Video
            } else {
                Deliver::Sound
            },
            codec,
            goal: Goal::Lufs(target),
            ceiling_dbtp: Some(ceiling),
            ..DeliverOrder::new(desk.path(name))
        };
        let done = run(&subject, &order).unwrap();
        let ours = done.loudness;
        let [lufs, range, peak] = ebur128(&done.files[0].path);
        let said = done.words();
        assert!(
            (ours.integrated_lufs.unwrap() - lufs).abs() <= 0.2,
            "{name}: {said}, ffmpeg {lufs}"
        );
        assert!(
            (ours.true_peak_dbtp.unwrap() - peak).abs() <= 0.3,
            "{name}: {said}, ffmpeg {peak}"
        );
        assert!(
            (ours.range_lu - range).abs() <= 0.5,
            "{name}: {said}, ffmpeg {range}"
        );
        let lossy = name.ends_with("mp4") || name.ends_with("mkv");
        let slack = if lossy { 0.2 } else { 0.1 };
        assert!(
            (lufs - f64::from(target)).abs() <= slack + 0.05,
            "{name}: {lufs} for {target}"
        );
        assert!(peak <= f64::from(ceiling) + 0.1, "{name}: {peak} above {ceiling}");
        assert!(
            done.warnings.iter().all(|it| !it.contains("allow")),
            "{:?}",
            done.warnings
        );
    }
}

#[test]
fn a_goal_that_the_peaks_forbid_is_said() {
    let desk = Desk::new();
    let order = DeliverOrder {
        what: Deliver::Sound,
        goal: Goal::Lufs(-6.0),
        ceiling_dbtp: Some(-6.0),
        ..DeliverOrder::new(desk.path("a.wav"))
    };
    let done = run(&desk.subject(0.0), &order).unwrap();
    let [lufs, _, peak] = ebur128(&done.files[0].path);
    assert!(lufs < -8.0 && peak <= -5.9, "{lufs} {peak}");
    let said = done
        .warnings
        .iter()
        .find(|it| it.contains("the peaks allow"))
        .unwrap();
    // It names about the loudness that was reached.
    let allowed: f64 = said.split_whitespace().nth(3).unwrap().parse().unwrap();
    assert!((allowed - lufs).abs() <= 0.5, "{said}, reached {lufs}");
}

#[test]
fn stems_add_up_to_the_mix() {
    let desk = Desk::new();
    let subject = desk.subject(-12.0);
    let order = DeliverOrder {
        what: Deliver::Stems,
        codec: Some(AudioCodecChoice::PcmFloat),
        tracks: vec![Bus::Mix, Bus::Music, Bus::Temp, Bus::Music],
        range: Some(FrameSpan::new(50, 150)),
        goal: Goal::Lufs(-30.0),
        ..DeliverOrder::new(desk.path("new/stems"))
    };
    let told = outlook(&subject, &order);
    assert_eq!((told.obstacle, told.exists), (None, false));
    let done = run(&subject, &order).unwrap();
    let paths: Vec<PathBuf> = done.files.iter().map(|it| it.path.clone()).collect();
    assert_eq!(paths, told.files);
    assert_eq!(
        names(&desk.path("new/stems")),
        [
            "launch - Mix.wav",
            "launch - Music.wav",
            "launch - Temp track.wav"
        ]
    );
    let bytes: u64 = done.files.iter().map(|it| it.bytes).sum();
    assert!(
        told.bytes.unwrap().abs_diff(bytes) < 5000,
        "{:?} {bytes}",
        told.bytes
    );
    let rate = desk.info.video.rate;
    let at = |frame| rate.convert(frame, Rate::hz(HZ).unwrap(), muvi_timeline::Round::Nearest);
    let span = SampleSpan::new(at(50), at(150));
    assert_eq!((done.samples, done.range), (span.len(), FrameSpan::new(50, 150)));
    let sounds: Vec<Vec<f32>> = paths
        .iter()
        .map(|path| {
            let mut reader = AudioReader::open_file(&desk.tools, path, HZ, None).unwrap();
            let (mut left, mut right) = (vec![0.0; 400_000], vec![0.0; 400_000]);
            let read = reader.read([&mut left, &mut right]).unwrap();
            assert_eq!(read as u64, span.len());
            left.truncate(read);
            left
        })
        .collect();
    let worst = (0..sounds[0].len()).map(|n| (sounds[0][n] - sounds[1][n] - sounds[2][n]).abs());
    assert!(worst.fold(0.0, f32::max) < 1e-5);
    // And the music is that of the timeline, from the range's first sample on.
    let gain = sounds[1][5000] / music(span.start() + 5000);
    let same = |n: usize| (sounds[1][n] - gain * music(span.start() + n as u64)).abs() < 1e-4;
    assert!((0..sounds[1].len()).all(same));
    let tags = Command::new("ffprobe")
        .args([
            "-v",
            "error",
            "-show_entries",
            "format_tags=time_reference",
            "-of",
            "csv=p=0",
            "-i",
        ])
        .arg(&paths[1])
        .output()
        .unwrap();
    let hour = at(3600 * rate.as_f64().round() as u64);
    let reference: u64 = String::from_utf8_lossy(&tags.stdout).trim().parse().unwrap();
    assert_eq!(reference, hour + span.start());
    // They are there now: nothing is replaced unasked, and nothing is half done.
    let again = run(&subject, &order).unwrap_err();
    assert!(again.existing_output().is_some() && outlook(&subject, &order).exists);
}

#[test]
fn several_tracks_and_only_a_range_in_one_video() {
    let desk = Desk::new();
    let order = DeliverOrder {
        tracks: vec![Bus::Mix, Bus::Music, Bus::Temp],
        codec: Some(AudioCodecChoice::Pcm),
        range: Some(FrameSpan::new(30, 100)),
        ..DeliverOrder::new(desk.path("film.mov"))
    };
    let subject = desk.subject(0.0);
    let told = outlook(&subject, &order);
    assert_eq!(
        told.sound,
        "3 tracks (Mix, Music, Temp track): PCM, 44.1 kHz, stereo, 24 bit"
    );
    assert_eq!(told.loudness, "as mixed, peaks under -1.0 dBTP");
    let done = run(&subject, &order).unwrap();
    let guess = told.bytes.unwrap() as f64 / done.files[0].bytes as f64;
    assert!((0.5..2.0).contains(&guess), "{guess}");
    let made = probe(&desk.tools, &done.files[0].path).unwrap();
    assert_eq!((made.frames(desk.info.video.rate), made.audio.len()), (70, 3));
    assert_eq!(made.timecode.as_deref(), Some("01:00:01:06"));
    assert_eq!(done.files[0].tracks, ["Mix", "Music", "Temp track"]);
}

#[test]
fn what_cannot_be_is_refused_with_the_reason() {
    let desk = Desk::new();
    let subject = desk.subject(0.0);
    let check = |change: &dyn Fn(&mut DeliverOrder), family: Family, words: &str| {
        let mut order = DeliverOrder::new(desk.path("film.mp4"));
        change(&mut order);
        let error = run(&subject, &order).unwrap_err();
        assert!(error.one_line().contains(words), "{}", error.one_line());
        assert_eq!(error.family(), family, "{words}");
        assert_eq!(outlook(&subject, &order).obstacle, Some(error.one_line()));
    };
    check(
        &|it| it.goal = Goal::Lufs(-3.0),
        Family::Request,
        "a loudness of -3 is out of range; use -40 to -6",
    );
    check(
        &|it| it.ceiling_dbtp = Some(f32::NAN),
        Family::Request,
        "a ceiling",
    );
    check(
        &|it| it.codec = Some(AudioCodecChoice::Pcm),
        Family::Output,
        "use AAC, or .mov",
    );
    check(
        &|it| it.range = Some(FrameSpan::new(0, 99_999)),
        Family::Request,
        "does not lie in the picture",
    );
    check(
        &|it| it.path = desk.path("no/film.mp4"),
        Family::Output,
        "its folder does not exist",
    );
    check(
        &|it| it.path = desk.path("launch.mp4"),
        Family::Output,
        "is the input itself",
    );
    let cancel = CancelToken::new();
    cancel.cancel();
    let order = DeliverOrder {
        goal: Goal::Lufs(-20.0),
        ..DeliverOrder::new(desk.path("film.mkv"))
    };
    let ended = deliver(&subject, &order, &cancel, &mut |_| {});
    assert!(matches!(ended, Err(Error::Cancelled)));
    assert_eq!(names(desk.folder.path()), ["launch.mp4"]);
}

/// A project on the disk with one take; the video has no sound of its own.
fn project(desk: &Desk) -> Document {
    let places = Places::at(desk.path("data"));
    let mut document = Document::create(&places, video(&desk.info), Rate::hz(HZ).unwrap()).unwrap();
    let (frames, samples) = (document.project().video.frames, document.project().video.samples);
    let id = document.new_take().unwrap();
    let mut writer = WavWriter::create(&document.take_files(id).audio, HZ, false).unwrap();
    let sound: Vec<f32> = (0..samples).map(music).collect();
    writer.write([&sound, &sound]).unwrap();
    writer.finish().unwrap();
    let take = Take {
        id,
        name: "Take 1".into(),
        favourite: false,
        made_at: 0,
        style: Style::Auto,
        style_name: "Piano".into(),
        settings: TakeSettings::default(),
        bpm: 120.0,
        provider: "cpu".into(),
        pack: "abc".into(),
        span: FrameSpan::new(0, frames),
        samples,
        lufs: Some(-18.0),
        peaks: None,
        section: None,
    };
    let take = Box::new(take);
    document.apply(&Edit::AddTake { cue: CueId(1), take }).unwrap();
    let mix = ProjectMix {
        delivery: Delivery {
            target_lufs: Some(-23.0),
            ceiling_dbtp: -2.0,
        },
        ..document.project().mix
    };
    document.apply(&Edit::SetMix { mix }).unwrap();
    document
}

#[test]
fn a_project_is_delivered_from_the_disk_while_it_is_open() {
    let desk = Desk::new();
    let document = project(&desk);
    let (subject, read) = Subject::read(document.folder(), &CancelToken::new(), &mut |_| {}).unwrap();
    assert_eq!(*read, *document.project());
    let order = DeliverOrder {
        tracks: vec![Bus::Mix, Bus::Temp],
        ..DeliverOrder::new(desk.path("film"))
    };
    let done = run(&subject, &order).unwrap();
    assert_eq!(done.files[0].path, desk.path("film.mp4"));
    // As the project says; and it has no temp track, which is said.
    let [lufs, _, peak] = ebur128(&done.files[0].path);
    assert!((lufs + 23.0).abs() < 0.25 && peak < -1.9, "{lufs} {peak}");
    assert!(
        done.warnings.iter().any(|it| it.contains("no temp track")),
        "{:?}",
        done.warnings
    );
    assert_eq!(done.files[0].tracks, ["Mix"]);
    let missing = Subject::read(&desk.path("none"), &CancelToken::new(), &mut |_| {}).unwrap_err();
    assert_eq!(missing.family(), Family::InputUnreadable);
    let foreign = Subject::read(desk.folder.path(), &CancelToken::new(), &mut |_| {}).unwrap_err();
    assert_eq!(foreign.family(), Family::InputUnusable);
    // The sound of a take is gone, then the video.
    let take = document.project().cues[0].take.unwrap();
    fs::remove_file(document.take_files(take).audio).unwrap();
    let gone = Subject::read(document.folder(), &CancelToken::new(), &mut |_| {}).unwrap_err();
    assert!(gone.to_string().contains("generate them anew"), "{gone}");
    fs::remove_file(desk.path("launch.mp4")).unwrap();
    let gone = Subject::read(document.folder(), &CancelToken::new(), &mut |_| {}).unwrap_err();
    assert!(gone.to_string().contains("is not where it was"), "{gone}");
}
