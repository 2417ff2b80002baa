//! Names of files that every system takes.

/// The longest name, in bytes, with room for what is added to it.
const LONGEST: usize = 120;

/// A file name that is near to what the user calls it.
pub(super) fn file_name(text: &str) -> String {
    let plain = |c: char| match c {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
        c if c.is_control() => ' ',
        c => c,
    };
    let mut name: String = text.chars().map(plain).collect();
    while name.len() > LONGEST {
        name.pop();
    }
    let name = name.trim().trim_matches('.').trim();
    if name.is_empty() {
        "Untitled".into()
    } else {
        name.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe() {
        let check = |from: &str, to: &str| assert_eq!(file_name(from), to);
        check("Über: \"A/B\"?", "Über_ _A_B__");
        check("..", "Untitled");
        check(" . ", "Untitled");
        check("a\nb.", "a b");
        assert_eq!(file_name(&"ü".repeat(100)).len(), LONGEST);
    }
}
