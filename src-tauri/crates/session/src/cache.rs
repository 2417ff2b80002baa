//! A bounded store of analyses in the user's cache directory: whole entries or none, oldest out first.
//!
//! A cache never fails a job: what can't be read is absent, what can't be written is not kept.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

const MAGIC: &[u8; 8] = b"MUVIAN01";
const DIGEST: usize = 32;
const SUFFIX: &str = "analysis";
/// An hour of video takes about 17 MB.
const BOUND: u64 = 512 << 20;

/// The store.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    dir: PathBuf,
    bound: u64,
}

impl Cache {
    /// The user's own cache, if the system names a place for it.
    pub(crate) fn of_user() -> Option<Self> {
        user_cache_dir().map(|dir| Self::at(dir.join("muvi"), BOUND))
    }

    /// A cache in `dir` that holds at most `bound` bytes.
    pub(crate) fn at(dir: impl Into<PathBuf>, bound: u64) -> Self {
        Self {
            dir: dir.into(),
            bound,
        }
    }

    /// Where it is; the folder may not be there yet.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The entry of `key`, if it is there and whole.
    pub(crate) fn get(&self, key: &str) -> Option<Vec<u8>> {
        let path = self.path(key);
        let bytes = fs::read(&path).ok()?;
        let rest = bytes.strip_prefix(MAGIC)?;
        let (digest, payload) = rest.split_at_checked(DIGEST)?;
        if Sha256::digest(payload).as_slice() != digest {
            return None;
        }
        // Marks it as used, so that it is not the next to go.
        if let Ok(file) = File::options().append(true).open(&path) {
            let _ = file.set_modified(SystemTime::now());
        }
        Some(payload.to_vec())
    }

    /// Keeps `payload` under `key`, and drops the oldest entries above the bound.
    ///
    /// # Errors
    /// When the directory or the file can't be written; nothing half-written stays.
    pub(crate) fn put(&self, key: &str, payload: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.dir)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.dir)?;
        file.write_all(MAGIC)?;
        file.write_all(&Sha256::digest(payload))?;
        file.write_all(payload)?;
        file.as_file().sync_data()?;
        file.persist(self.path(key)).map_err(|failed| failed.error)?;
        self.trim()
    }

    fn path(&self, key: &str) -> PathBuf {
        self.dir.join(format!("{key}.{SUFFIX}"))
    }

    fn trim(&self) -> io::Result<()> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(&self.dir)? {
            let entry = entry?;
            if Path::new(&entry.file_name())
                .extension()
                .is_some_and(|it| it == SUFFIX)
            {
                let data = entry.metadata()?;
                entries.push((data.modified()?, data.len(), entry.path()));
            }
        }
        entries.sort();
        let mut total: u64 = entries.iter().map(|(_, size, _)| size).sum();
        for (_, size, path) in entries {
            if total <= self.bound {
                break;
            }
            fs::remove_file(path)?;
            total -= size;
        }
        Ok(())
    }
}

/// The hash of a file's bytes, in hex.
pub(crate) fn content_hash(path: &Path, cancelled: &dyn Fn() -> bool) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(hex(&hash.finalize()));
        }
        if cancelled() {
            return Err(io::Error::from(io::ErrorKind::Interrupted));
        }
        hash.update(&buffer[..read]);
    }
}

/// One key from several parts.
pub(crate) fn key(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hex(&hash.finalize())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn user_cache_dir() -> Option<PathBuf> {
    let var = |name| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    if cfg!(windows) {
        var("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        var("HOME").map(|home| home.join("Library/Caches"))
    } else {
        var("XDG_CACHE_HOME").or_else(|| var("HOME").map(|home| home.join(".cache")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_whole_entries_only() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::at(dir.path().join("deep/cache"), 1000);
        assert_eq!(cache.get("a"), None);
        cache.put("a", b"first").unwrap();
        cache.put("a", b"second").unwrap();
        assert_eq!(cache.get("a").unwrap(), b"second");

        let path = cache.path("a");
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
        assert_eq!(cache.get("a"), None);
        fs::write(&path, b"MUVI").unwrap();
        assert_eq!(cache.get("a"), None);
    }

    #[test]
    fn the_oldest_unused_go_first() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::at(dir.path(), 300);
        let pause = || std::thread::sleep(std::time::Duration::from_millis(20));
        for name in ["a", "b"] {
            cache.put(name, &[0; 100]).unwrap();
            pause();
        }
        assert!(cache.get("a").is_some()); // used again: now "b" is the oldest
        pause();
        cache.put("c", &[0; 100]).unwrap();
        let kept = ["a", "b", "c"].map(|name| cache.get(name).is_some());
        assert_eq!(kept, [true, false, true]);
    }

    #[test]
    fn hashes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        fs::write(&path, b"abc").unwrap();
        let hash = content_hash(&path, &|| false).unwrap();
        assert!(hash.starts_with("ba7816bf8f01cfea"), "{hash}");
        assert!(content_hash(&path, &|| true).is_err());
        assert_ne!(key(&["ab", "c"]), key(&["a", "bc"]));
    }
}
