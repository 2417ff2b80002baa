//! What text must look like inside of other formats.

use std::fmt::Write as _;
use std::path::Path;

/// Text for XML and HTML, inside of elements and of attributes. Characters that XML cannot hold are left out.
pub(crate) fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// One line: control characters become spaces, so that formats of lines keep their lines.
pub(crate) fn line(text: &str) -> String {
    // Unicode's own line breaks end a line for some readers too.
    let plain = |c: char| {
        if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
            ' '
        } else {
            c
        }
    };
    text.chars().map(plain).collect::<String>().trim().to_owned()
}

/// A line of a CSV file (RFC 4180).
pub(crate) fn csv<S: AsRef<str>>(fields: impl IntoIterator<Item = S>) -> String {
    let quoted = fields.into_iter().map(|field| {
        let field = field.as_ref();
        if field.contains(['"', ',', '\n', '\r']) || field != field.trim() {
            format!("\"{}\"", field.replace('"', "\"\""))
        } else {
            field.to_owned()
        }
    });
    quoted.collect::<Vec<_>>().join(",") + "\r\n"
}

/// A number with its sign and so many digits; what rounds to zero is above it.
pub(crate) fn signed(value: f64, digits: usize) -> String {
    let unit = 10_f64.powi(digits.try_into().unwrap_or(0));
    // Adding zero turns a negative zero into a positive one.
    format!("{:+.digits$}", (value * unit).round() / unit + 0.0)
}

/// A file URL (RFC 8089): all bytes but those that need no escape are percent-encoded.
pub(crate) fn file_url(path: &Path) -> String {
    let text = path.to_string_lossy();
    // A drive's path has no slash before its letter, and backslashes.
    let text = if cfg!(windows) {
        text.replace('\\', "/")
    } else {
        text.into_owned()
    };
    let mut out = String::from("file://");
    if !text.starts_with('/') {
        out.push('/');
    }
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                out.push(byte.into())
            }
            b':' if cfg!(windows) => out.push(':'),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped() {
        assert_eq!(
            xml("a<b>&\"c\"\u{1}'\u{7f}\n😀"),
            "a&lt;b&gt;&amp;&quot;c&quot;&apos; 😀"
        );
        assert_eq!([signed(-0.004, 2), signed(-0.36, 1)], ["+0.00", "-0.4"]);
        assert_eq!(line(" a\nb\u{2028}c "), "a b c");
        assert_eq!(csv(["a", "b,c", "d\"e", " f"]), "a,\"b,c\",\"d\"\"e\",\" f\"\r\n");
        #[cfg(not(windows))]
        assert_eq!(
            file_url(Path::new("/a b/ü#?%&.wav")),
            "file:///a%20b/%C3%BC%23%3F%25%26.wav"
        );
    }
}
