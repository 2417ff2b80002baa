//! The lists in an mp4 or mov that say which part of each track is shown: ffmpeg lets them end with the last packet.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// More than the index of any real file.
const INDEX_BYTES: u64 = 1 << 30;

/// Lets every track of the file end `ticks` after its start, in the clock of the whole file; what is shorter stays.
pub(super) fn shorten(path: &Path, ticks: u64) -> io::Result<()> {
    let mut file = File::options().read(true).write(true).open(path)?;
    let (at, length) = index(&mut file)?;
    let mut bytes = vec![0; length];
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut bytes)?;
    patch(&mut bytes, ticks).ok_or_else(damaged)?;
    file.seek(SeekFrom::Start(at))?;
    file.write_all(&bytes)
}

fn damaged() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "the index of the file is not as it should be",
    )
}

/// Where the contents of the box `moov` are.
fn index(file: &mut File) -> io::Result<(u64, usize)> {
    let end = file.seek(SeekFrom::End(0))?;
    let mut at = 0;
    while at + 8 <= end {
        file.seek(SeekFrom::Start(at))?;
        let mut head = [0; 16];
        file.read_exact(&mut head[..8])?;
        let (mut size, mut header) = (u64::from(word(&head, 0).unwrap_or(0)), 8);
        if size == 1 {
            file.read_exact(&mut head[8..])?;
            size = long(&head, 8).unwrap_or(0);
            header = 16;
        } else if size == 0 {
            size = end - at;
        }
        if size < header || at.checked_add(size).is_none_or(|next| next > end) {
            return Err(damaged());
        }
        if &head[4..8] == b"moov" {
            let length = size - header;
            let fits = usize::try_from(length).ok().filter(|_| length <= INDEX_BYTES);
            return Ok((at + header, fits.ok_or_else(damaged)?));
        }
        at += size;
    }
    Err(damaged())
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn long(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_be_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

/// The boxes in `bytes[from..to]`: name, start and end of the contents.
fn boxes(bytes: &[u8], from: usize, to: usize) -> Option<Vec<([u8; 4], usize, usize)>> {
    let mut found = Vec::new();
    let mut at = from;
    while at + 8 <= to {
        let size = word(bytes, at)? as usize;
        let name = bytes.get(at + 4..at + 8)?.try_into().ok()?;
        if size < 8 || at + size > to {
            // Some boxes of old end with a zero.
            break;
        }
        found.push((name, at + 8, at + size));
        at += size;
    }
    Some(found)
}

/// A number that a box has in 32 bits, or in 64 bits from version 1 on; made smaller if it is above `most`.
fn lower(bytes: &mut [u8], body: usize, narrow: usize, wide: usize, most: u64) -> Option<()> {
    if *bytes.get(body)? == 0 {
        let at = body + narrow;
        let value = u64::from(word(bytes, at)?).min(most);
        let value = u32::try_from(value).ok()?;
        bytes.get_mut(at..at + 4)?.copy_from_slice(&value.to_be_bytes());
    } else {
        let at = body + wide;
        let value = long(bytes, at)?.min(most);
        bytes.get_mut(at..at + 8)?.copy_from_slice(&value.to_be_bytes());
    }
    Some(())
}

fn patch(bytes: &mut [u8], ticks: u64) -> Option<()> {
    let all = bytes.len();
    for (name, start, end) in boxes(bytes, 0, all)? {
        match &name {
            b"mvhd" => lower(bytes, start, 16, 24, ticks)?,
            b"trak" => track(bytes, start, end, ticks)?,
            _ => {}
        }
    }
    Some(())
}

fn track(bytes: &mut [u8], start: usize, end: usize, ticks: u64) -> Option<()> {
    for (name, start, end) in boxes(bytes, start, end)? {
        match &name {
            b"tkhd" => lower(bytes, start, 20, 28, ticks)?,
            b"edts" => {
                for (name, start, _) in boxes(bytes, start, end)? {
                    if &name == b"elst" {
                        list(bytes, start, ticks)?;
                    }
                }
            }
            _ => {}
        }
    }
    Some(())
}

/// Shortens the entries of an edit list so that they end after `ticks`.
fn list(bytes: &mut [u8], body: usize, ticks: u64) -> Option<()> {
    let wide = *bytes.get(body)? != 0;
    let step = if wide { 20 } else { 12 };
    let mut left = ticks;
    for entry in 0..word(bytes, body + 4)? as usize {
        let at = body + 8 + entry * step;
        let length = if wide {
            let length = long(bytes, at)?.min(left);
            bytes.get_mut(at..at + 8)?.copy_from_slice(&length.to_be_bytes());
            length
        } else {
            let length = u64::from(word(bytes, at)?).min(left);
            let narrow = u32::try_from(length).ok()?;
            bytes.get_mut(at..at + 4)?.copy_from_slice(&narrow.to_be_bytes());
            length
        };
        left -= length;
    }
    Some(())
}
