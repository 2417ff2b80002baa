//! Work in the background gives way to the picture, the sound and the window.

/// How much lower the priority of such work is, as `nice` counts it.
#[cfg(target_os = "linux")]
const LOWER: i32 = 10;

/// Lowers the priority of this thread, and with it that of all threads and programs that it starts from now on.
pub(crate) fn give_way() {
    // Elsewhere the priority is that of the whole program. One that is lower already can't be raised, and stays.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, LOWER);
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::Command;
    use std::thread;

    use super::*;

    fn mine() -> Option<i32> {
        rustix::process::getpriority_process(None).ok()
    }

    #[test]
    fn the_thread_and_what_it_starts_give_way_and_no_other() {
        let before = mine().unwrap();
        let expect = LOWER.max(before);
        let work = thread::spawn(move || {
            give_way();
            assert_eq!(mine(), Some(expect));
            assert_eq!(thread::spawn(mine).join().unwrap(), Some(expect));
            let told = Command::new("nice").output().unwrap().stdout;
            assert_eq!(String::from_utf8(told).unwrap().trim(), expect.to_string());
        });
        work.join().unwrap();
        assert_eq!(mine(), Some(before));
    }
}
