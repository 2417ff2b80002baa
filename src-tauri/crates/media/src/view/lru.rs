//! Pictures by frame and width, the longest unused out first.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Pictures that stay whatever their size: a decoder's lead must not push out what is being waited for.
const KEPT: usize = 72;

/// Frame number and width in pixels.
pub(super) type Key = (u64, u32);

/// A bounded store of pictures.
#[derive(Debug)]
pub(super) struct Lru {
    bound: usize,
    bytes: usize,
    clock: u64,
    entries: HashMap<Key, (Arc<[u8]>, u64)>,
    ages: BTreeMap<u64, Key>,
}

impl Lru {
    /// A store of at most `bound` bytes, or [`KEPT`] pictures where these take more.
    pub(super) fn new(bound: usize) -> Self {
        Self {
            bound,
            bytes: 0,
            clock: 0,
            entries: HashMap::new(),
            ages: BTreeMap::new(),
        }
    }

    pub(super) fn get(&mut self, key: Key) -> Option<Arc<[u8]>> {
        let (picture, age) = self.entries.get_mut(&key)?;
        self.ages.remove(age);
        self.clock += 1;
        *age = self.clock;
        self.ages.insert(self.clock, key);
        Some(Arc::clone(picture))
    }

    pub(super) fn put(&mut self, key: Key, picture: Arc<[u8]>) {
        self.clock += 1;
        self.bytes += picture.len();
        self.ages.insert(self.clock, key);
        if let Some((old, age)) = self.entries.insert(key, (picture, self.clock)) {
            self.bytes -= old.len();
            self.ages.remove(&age);
        }
        while self.bytes > self.bound && self.entries.len() > KEPT {
            let Some((_, oldest)) = self.ages.pop_first() else {
                return;
            };
            if let Some((old, _)) = self.entries.remove(&oldest) {
                self.bytes -= old.len();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_unused_goes_first() {
        let mut lru = Lru::new(100 * KEPT);
        for n in 0..KEPT as u64 {
            lru.put((n, 1), vec![0; 100].into());
        }
        assert!(lru.get((0, 1)).is_some());
        lru.put((0, 2), vec![0; 100].into());
        assert!(lru.get((0, 1)).is_some() && lru.get((1, 1)).is_none());
        assert_eq!(lru.bytes, 100 * KEPT);
        lru.put((0, 2), vec![0; 50].into());
        assert_eq!((lru.bytes, lru.entries.len()), (100 * KEPT - 50, lru.ages.len()));
    }
}
