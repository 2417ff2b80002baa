//! Child processes that cannot outlive their owner, with a bounded record of what they said.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// Lines kept from the start and from the end of what a program said.
const KEPT_LINES: usize = 24;
/// Longest line that is kept, in bytes.
const LINE_BYTES: u64 = 2048;

/// What a program wrote to its error stream: the first and last lines, and how many there were.
#[derive(Debug, Default, Clone)]
pub(crate) struct Log {
    first: Vec<String>,
    last: VecDeque<String>,
    errors: u64,
}

impl Log {
    fn push(&mut self, line: String) {
        if line.contains("[error]") || line.contains("[fatal]") {
            self.errors += 1;
        }
        if self.first.len() < KEPT_LINES {
            self.first.push(line);
            return;
        }
        if self.last.len() == KEPT_LINES {
            self.last.pop_front();
        }
        self.last.push_back(line);
    }

    /// Lines that were errors by their own account.
    pub(crate) fn errors(&self) -> u64 {
        self.errors
    }

    /// True if any kept line holds `text`.
    pub(crate) fn says(&self, text: &str) -> bool {
        self.lines().any(|line| line.contains(text))
    }

    /// The kept line that says best what went wrong, without the program's own decoration.
    pub(crate) fn reason(&self) -> String {
        let serious = |line: &&String| line.contains("[error]") || line.contains("[fatal]");
        // The first error is the cause; what follows are mostly its consequences.
        let line = self.lines().find(serious).or_else(|| self.lines().last());
        line.map_or_else(|| "it said nothing".to_owned(), |line| plain(line).to_owned())
    }

    fn lines(&self) -> impl Iterator<Item = &String> {
        self.first.iter().chain(&self.last)
    }
}

/// A line without the `[component @ address] [level]` in front of it.
fn plain(mut line: &str) -> &str {
    while let Some(rest) = line.trim_start().strip_prefix('[') {
        match rest.split_once(']') {
            Some((_, rest)) => line = rest,
            None => break,
        }
    }
    line.trim()
}

/// A running program; killed and reaped when dropped.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    log: Arc<Mutex<Log>>,
    listener: Option<JoinHandle<()>>,
}

impl Running {
    /// Starts `command` with its error stream recorded. Its other streams are as the caller set them.
    pub(crate) fn spawn(command: Command) -> io::Result<Self> {
        Self::spawn_heard(command, |_| {})
    }

    /// Starts `command` likewise and hands each line of its error stream to `heard` as it comes.
    pub(crate) fn spawn_heard(
        mut command: Command,
        heard: impl FnMut(&str) + Send + 'static,
    ) -> io::Result<Self> {
        // Its own group: Ctrl-C reaches us alone, and we end it in order.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.stderr(Stdio::piped()).spawn()?;
        let log = Arc::new(Mutex::new(Log::default()));
        let listener = child.stderr.take().map(|stream| {
            let log = Arc::clone(&log);
            std::thread::spawn(move || listen(stream, &log, heard))
        });
        Ok(Self { child, log, listener })
    }

    pub(crate) fn take_stdin(&mut self) -> io::Result<ChildStdin> {
        self.child
            .stdin
            .take()
            .ok_or_else(|| io::Error::other("the program has no input stream"))
    }

    pub(crate) fn take_stdout(&mut self) -> io::Result<ChildStdout> {
        self.child
            .stdout
            .take()
            .ok_or_else(|| io::Error::other("the program has no output stream"))
    }

    /// The exit status if the program has ended.
    pub(crate) fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Waits for the end and for the last words.
    pub(crate) fn wait(&mut self) -> io::Result<(ExitStatus, Log)> {
        drop(self.child.stdin.take());
        let status = self.child.wait()?;
        if let Some(listener) = self.listener.take() {
            // A listener that panicked has lost its lines, not the exit status.
            let _ = listener.join();
        }
        Ok((status, locked(&self.log).clone()))
    }

    /// Ends the program at once; harmless if it has ended.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
        if let Some(listener) = self.listener.take() {
            let _ = listener.join();
        }
    }
}

fn listen(stream: ChildStderr, log: &Mutex<Log>, mut heard: impl FnMut(&str)) {
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    loop {
        line.clear();
        match reader.by_ref().take(LINE_BYTES).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {
                let text = String::from_utf8_lossy(&line).trim().to_owned();
                if !text.is_empty() {
                    heard(&text);
                    locked(log).push(text);
                }
            }
        }
    }
}

fn locked(log: &Mutex<Log>) -> MutexGuard<'_, Log> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs a program to its end and hands back its output, at most `limit` bytes of it.
pub(crate) fn capture(mut command: Command, limit: u64) -> io::Result<(ExitStatus, Vec<u8>, Log)> {
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut running = Running::spawn(command)?;
    let mut output = Vec::new();
    running.take_stdout()?.take(limit).read_to_end(&mut output)?;
    let (status, log) = running.wait()?;
    Ok((status, output, log))
}

/// Runs a program to its end and hands its output to `each`, line by line.
pub(crate) fn capture_lines(
    mut command: Command,
    mut each: impl FnMut(&str),
) -> io::Result<(ExitStatus, Log)> {
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut running = Running::spawn(command)?;
    let mut reader = BufReader::new(running.take_stdout()?);
    let mut line = Vec::new();
    while reader.by_ref().take(LINE_BYTES).read_until(b'\n', &mut line)? > 0 {
        each(String::from_utf8_lossy(&line).trim());
        line.clear();
    }
    running.wait()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_error_is_the_reason() {
        let mut log = Log::default();
        for line in [
            "[info] hello",
            "[mov @ 0x1] [error] moov atom not found",
            "x.mp4: [error] Invalid data",
        ] {
            log.push(line.to_owned());
        }
        assert_eq!(log.reason(), "moov atom not found");
        assert_eq!(log.errors(), 2);
    }

    #[test]
    fn the_log_is_bounded() {
        let mut log = Log::default();
        for i in 0..10_000 {
            log.push(format!("[error] {i}"));
        }
        assert_eq!(log.lines().count(), 2 * KEPT_LINES);
        assert!(log.says("9999") && log.errors() == 10_000);
    }

    #[cfg(unix)]
    #[test]
    fn a_dropped_program_is_gone() {
        let mut command = Command::new("sleep");
        command.arg("600").stdin(Stdio::null()).stdout(Stdio::null());
        let running = Running::spawn(command).unwrap();
        let pid = running.child.id();
        drop(running);
        assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists());
    }
}
