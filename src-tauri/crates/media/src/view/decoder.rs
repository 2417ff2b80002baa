//! One run of ffmpeg from a place in the picture on, and the search for a place early enough.

use std::io::{self, BufReader};
use std::process::{ChildStdout, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use muvi_timeline::{Rate, Round};

use super::state::{Child, locked};
use super::stream;
use super::{Shared, ViewError};
use crate::frames::filter;
use crate::process::{Log, Running};
use crate::tools::file_url;

/// Codecs without frames that need others.
const INTRA: [&str; 12] = [
    "mjpeg", "prores", "dnxhd", "ffv1", "huffyuv", "ffvhuff", "utvideo", "rawvideo", "v210", "png",
    "dvvideo", "cfhd",
];
/// Frames that may be shown before the frame they were started from, and lack what they refer to.
const LEADING: u64 = 16;
/// Frames by which a key frame may be stored earlier than it is shown: seeks go by either.
const REORDERED: u64 = 3;
/// The first try in containers without an index, where a seek lands anywhere, in microseconds.
const BLIND_MARGIN: i64 = 1_000_000;
/// The furthest try back; then it goes from the start.
const FURTHEST_MARGIN: i64 = 64_000_000;
/// A decoder that nobody has asked anything for so long is ended.
const IDLE: Duration = Duration::from_secs(4);
/// How long ffmpeg has to end by itself, or to say when its first frame is shown, once it has given it.
const PATIENCE: Duration = Duration::from_secs(3);
/// Quality of the pictures, 2 (best) to 31.
const QUALITY: &str = "4";
/// More threads make the first frame later, as each takes a frame before any is given.
const THREADS: &str = "4";

/// What a decoder has to do.
pub(super) struct Job {
    pub(super) id: u64,
    pub(super) width: u32,
    pub(super) height: u32,
    /// The first frame to give.
    pub(super) first: u64,
    pub(super) child: Arc<Child>,
    /// Decoders to be ended first.
    pub(super) before: Vec<Arc<Child>>,
}

/// How a run ended.
enum End {
    /// All is done, or nobody wants it any more.
    Done,
    /// Its first frame is shown too late: what comes before the wanted one is not known.
    TooLate,
    /// There was no frame at all.
    Empty(Log),
    /// It cannot be done.
    Failed(ViewError),
}

/// Does the job, on a thread of its own.
pub(super) fn run(shared: &Shared, job: &Job) {
    job.before.iter().for_each(|child| child.end());
    let failure = search(shared, job);
    let mut state = locked(&shared.state);
    match failure {
        Some(error) if !job.child.is_ended() => state.fail(job.id, error),
        _ => state.remove(job.id),
    }
    drop(state);
    shared.changed.notify_all();
    job.child.end();
}

/// Starts earlier and earlier until a run begins before the first frame of the job.
fn search(shared: &Shared, job: &Job) -> Option<ViewError> {
    let video = &shared.info.video;
    let intra = INTRA.contains(&video.codec.as_str());
    let guard = filter::micros(video.rate, if intra { 2 } else { LEADING });
    let indexed = !shared.info.container.starts_with("mpeg");
    let mut margin = if indexed {
        guard.min(filter::micros(video.rate, REORDERED))
    } else {
        guard.max(BLIND_MARGIN)
    };
    let tolerance = filter::tolerance_micros(&shared.info, video.rate).cast_signed();
    let (mut first, mut back) = (job.first, 4);
    loop {
        let wanted = filter::micros(video.rate, first);
        let seek = (margin <= FURTHEST_MARGIN && margin < wanted).then(|| Seek {
            to: wanted - margin,
            latest: wanted - guard,
            latest_key: wanted + tolerance,
        });
        match attempt(shared, job, first, seek) {
            End::Done => return None,
            End::Failed(error) => return Some(error),
            End::TooLate => margin = margin.saturating_mul(4).max(guard),
            End::Empty(log) if first == 0 => return Some(shared.undecodable(job.first, &log)),
            // The picture ends before this frame; a start before its end shows where.
            End::Empty(_) => {
                back *= 4;
                first = first.saturating_sub(back);
                if let Some(decoder) = locked(&shared.state).decoder(job.id) {
                    decoder.next = first;
                }
            }
        }
    }
}

/// Where a run starts, in microseconds after the start of the picture.
#[derive(Clone, Copy)]
struct Seek {
    to: i64,
    /// When its first frame has to be shown.
    latest: i64,
    /// The same if that is a key frame: then nothing that lacks what it refers to came before it, or will.
    latest_key: i64,
}

impl Seek {
    /// Whether all is decoded right that is wanted, by whether the first frame that came is a key frame and when it
    /// is shown. Not a number if it has no time at all: then only the start of the file is sure.
    fn is_early_enough(&self, key: f64, shown: f64) -> bool {
        let latest = if key == 1.0 { self.latest_key } else { self.latest };
        shown <= latest as f64
    }
}

/// One run of ffmpeg that gives the frames from `first` on.
fn attempt(shared: &Shared, job: &Job, first: u64, seek: Option<Seek>) -> End {
    let (mut stream, told) = match start(shared, job, first, seek) {
        Ok(started) => started,
        Err(error) => return End::Failed(shared.tool_error(error)),
    };
    let mut number = first;
    loop {
        let picture = match stream::picture(&mut stream) {
            Ok(Some(picture)) => picture,
            Ok(None) => break,
            Err(error) => return End::Failed(shared.tool_error(error)),
        };
        if let Some(seek) = seek.filter(|_| number == first) {
            let tell = || told.recv_timeout(PATIENCE).unwrap_or(f64::NAN);
            let (key, begins) = (tell(), tell());
            if !seek.is_early_enough(key, begins - start_micros(shared) as f64) {
                return End::TooLate;
            }
        }
        number += 1;
        if !deliver(shared, job, number - 1, picture.into()) || number >= shared.total {
            return End::Done;
        }
    }
    let Some(program) = job.child.take() else {
        return End::Done;
    };
    match finish(program) {
        Err(error) => End::Failed(shared.tool_error(error)),
        Ok((_, log)) if number == first => End::Empty(log),
        Ok((false, log)) => End::Failed(shared.undecodable(number, &log)),
        Ok((true, _)) => {
            locked(&shared.state).end.get_or_insert(number);
            End::Done
        }
    }
}

/// Starts ffmpeg; gives its pictures, and of the first decoded frame, as soon as that is known, 1 if it is a key
/// frame and its time (microseconds on the file's clock).
fn start(
    shared: &Shared,
    job: &Job,
    first: u64,
    seek: Option<Seek>,
) -> io::Result<(BufReader<ChildStdout>, Receiver<f64>)> {
    let (tools, info) = (&shared.tools, &shared.info);
    let mut command = tools.command();
    command.args(["-protocol_whitelist", "file", "-copyts", "-an", "-sn", "-dn"]);
    command.args(["-threads", THREADS]);
    if let Some(seek) = seek {
        let at = (start_micros(shared) + seek.to) as f64 / 1e6;
        // The filters choose the frames; ffmpeg itself is to drop none.
        command.args([
            "-noaccurate_seek",
            "-seek_timestamp",
            "1",
            "-ss",
            &format!("{at:.6}"),
        ]);
    }
    command.input(file_url(&info.path));
    command
        .map(format!("0:{}", info.video.index))
        .args(filter::passthrough(tools));
    // The level is that of a warning: what is less is not said.
    let key = "select='gte(if(eq(n,0),print(key,24),1),0)'";
    let clock = filter::clock(info, info.video.rate, first, "'if(eq(N,0),print(PTS,24),PTS)'");
    let clock = format!("{key},{clock}");
    let (width, height, tone) = (job.width, job.height, filter::tone(tools, info));
    let scale = format!("scale={width}:{height}:flags=bilinear");
    // JPEG has its own matrix and uses the full range.
    let colours = "out_color_matrix=bt601:out_range=pc,format=yuvj420p";
    let filters = if tone.is_empty() {
        format!("{clock},{scale}:{colours}")
    } else {
        format!("{clock},{scale}{tone},scale={colours}")
    };
    command.args(["-vf", &filters, "-max_error_rate", "1"]);
    command.args(["-c:v", "mjpeg", "-q:v", QUALITY, "-huffman", "default"]);
    // With more threads the encoder holds frames back.
    command.args(["-threads", "1", "-flush_packets", "1", "-f", "mpjpeg", "pipe:1"]);
    command.as_inner_mut().stdin(Stdio::null()).stdout(Stdio::piped());
    let (sender, told) = channel();
    let mut running = Running::spawn_heard(command.into(), move |line| {
        if let Some(time) = line.strip_prefix("[warning] ").and_then(|text| text.parse().ok()) {
            // Only the first run of the filters counts, and only while somebody listens.
            let _ = sender.send(time);
        }
    })?;
    let stdout = running.take_stdout()?;
    job.child.put(running);
    Ok((BufReader::with_capacity(1 << 16, stdout), told))
}

/// Hands a picture over and waits until the next is wanted; false if none is.
fn deliver(shared: &Shared, job: &Job, number: u64, picture: Arc<[u8]>) -> bool {
    let mut state = locked(&shared.state);
    let Some(decoder) = state.decoder(job.id) else {
        return false;
    };
    decoder.next = number + 1;
    state.cache.put((number, job.width), picture);
    shared.changed.notify_all();
    loop {
        if state.closed || job.child.is_ended() {
            return false;
        }
        let Some(decoder) = state.decoder(job.id) else {
            return false;
        };
        if decoder.next <= decoder.goal {
            return true;
        }
        let idle = decoder.used.elapsed();
        if idle >= IDLE {
            return false;
        }
        let waited = shared.changed.wait_timeout(state, IDLE - idle);
        state = waited.unwrap_or_else(PoisonError::into_inner).0;
    }
}

/// Waits for the end of a program that has closed its output: success, and its last words.
fn finish(mut program: Running) -> io::Result<(bool, Log)> {
    let since = Instant::now();
    while program.try_wait()?.is_none() && since.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(2));
    }
    if program.try_wait()?.is_none() {
        program.kill();
    }
    let (status, log) = program.wait()?;
    Ok((status.success(), log))
}

/// The start of the picture on the file's clock.
fn start_micros(shared: &Shared) -> i64 {
    Rate::hz(1_000_000).map_or(0, |micros| shared.info.video.start.at(micros, Round::Nearest))
}
