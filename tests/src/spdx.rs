//! Licence expressions as crates write them, judged against a list of allowed licences.
//!
//! Understood: `OR`, `AND`, `WITH`, parentheses, and the old `/` for `OR`.

/// Whether `expression` can be satisfied by licences of `allowed` alone.
pub fn satisfied(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut parser = Parser {
        words: &words,
        at: 0,
        allowed,
    };
    let result = parser.any_of();
    result.unwrap_or(false) && parser.at == words.len()
}

struct Parser<'a> {
    words: &'a [&'a str],
    at: usize,
    allowed: &'a [&'a str],
}

impl Parser<'_> {
    fn peek(&self) -> Option<&str> {
        self.words.get(self.at).copied()
    }

    fn any_of(&mut self) -> Option<bool> {
        let mut result = self.all_of()?;
        while self.peek() == Some("OR") {
            self.at += 1;
            result |= self.all_of()?;
        }
        Some(result)
    }

    fn all_of(&mut self) -> Option<bool> {
        let mut result = self.one()?;
        while self.peek() == Some("AND") {
            self.at += 1;
            result &= self.one()?;
        }
        Some(result)
    }

    fn one(&mut self) -> Option<bool> {
        let mut name = self.peek()?.to_owned();
        self.at += 1;
        if name == "(" {
            let inner = self.any_of()?;
            let closed = self.peek() == Some(")");
            self.at += 1;
            return closed.then_some(inner);
        }
        if self.peek() == Some("WITH") {
            name = format!("{name} WITH {}", self.words.get(self.at + 1)?);
            self.at += 2;
        }
        Some(self.allowed.contains(&name.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::satisfied;

    #[test]
    fn expressions() {
        let check = |expression, expect| {
            assert_eq!(
                satisfied(expression, &["MIT", "ISC", "A WITH e"]),
                expect,
                "{expression}"
            );
        };
        check("MIT", true);
        check("GPL-3.0", false);
        check("GPL-3.0 OR MIT", true);
        check("GPL-3.0/MIT", true);
        check("GPL-3.0 AND MIT", false);
        check("(GPL-3.0 OR MIT) AND ISC", true);
        check("MIT OR (", false);
        check("A WITH e OR GPL-2.0", true);
        check("A", false);
        check("", false);
    }
}
