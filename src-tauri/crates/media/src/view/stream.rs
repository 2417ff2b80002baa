//! Pictures out of a stream of parts, each with a header that states its length.

use std::io::{self, BufRead, Read};

/// Longest header of a part; ffmpeg's take some 70 bytes.
const HEADER_BYTES: u64 = 1024;
/// Longest picture: one of the largest width, hardly compressed.
const PICTURE_BYTES: usize = 64 << 20;

/// The next picture, or `None` where the stream ends, also in the middle of one.
///
/// # Errors
/// When the stream cannot be read, or is none of parts with lengths.
pub(super) fn picture(stream: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut length = None;
    let mut line = Vec::new();
    let mut left = HEADER_BYTES;
    loop {
        line.clear();
        let read = stream.by_ref().take(left).read_until(b'\n', &mut line)?;
        left -= read as u64;
        if read == 0 {
            return if left == 0 {
                Err(odd("a header without end"))
            } else {
                Ok(None)
            };
        }
        let text = line.trim_ascii();
        if text.is_empty() {
            // An empty line ends a header; one before it ends the part before.
            if let Some(length) = length {
                return body(stream, length);
            }
        } else if let Some(value) = field(text, b"content-length:") {
            let value = std::str::from_utf8(value)
                .ok()
                .and_then(|text| text.trim().parse().ok());
            length = Some(value.ok_or_else(|| odd("a length that is no number"))?);
        }
    }
}

fn body(stream: &mut impl BufRead, length: usize) -> io::Result<Option<Vec<u8>>> {
    if length > PICTURE_BYTES {
        return Err(odd("a picture beyond all size"));
    }
    let mut picture = vec![0; length];
    match stream.read_exact(&mut picture) {
        Ok(()) => Ok(Some(picture)),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

fn field<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (front, value) = line.split_at_checked(name.len())?;
    front.eq_ignore_ascii_case(name).then_some(value)
}

fn odd(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("ffmpeg sent {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_as_ffmpeg_writes_them() {
        let part = |text: &str| {
            format!(
                "Content-type: image/jpeg\r\nContent-length: {}\r\n\r\n{text}\r\n--ffmpeg\r\n",
                text.len()
            )
        };
        let text = format!("--ffmpeg\r\n{}{}", part("one\r\n\r\ntwo"), part(""));
        let mut stream = text.as_bytes();
        assert_eq!(picture(&mut stream).unwrap().unwrap(), b"one\r\n\r\ntwo");
        assert_eq!(picture(&mut stream).unwrap().unwrap(), b"");
        assert_eq!(picture(&mut stream).unwrap(), None);
        let cut = &text.as_bytes()[..66];
        assert_eq!(picture(&mut &*cut).unwrap(), None, "{:?}", cut.escape_ascii());
    }

    #[test]
    fn what_is_no_stream_of_parts_is_an_error() {
        assert!(picture(&mut &b"Content-length: many\r\n\r\n"[..]).is_err());
        assert!(picture(&mut &b"Content-length: 99999999999\r\n\r\n"[..]).is_err());
        assert!(picture(&mut &[b'x'; 5000][..]).is_err());
    }
}
