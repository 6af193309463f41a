//! A dictionary as Python prints it, such as `{'kind': 'word', 'start': 1.5}`.
//!
//! Only literals are understood: strings, numbers, `True`, `False`, `None`, `nan`, `inf`, and lists, tuples and
//! dictionaries of them. Nothing is ever evaluated.

/// How deep lists may stand in lists.
const DEPTH: usize = 16;

/// A value of a dictionary, as far as words need it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    /// A string.
    Text(String),
    /// A number, a truth, nothing, or something that holds others.
    Other,
}

/// The keys and values of the dictionary that `text` is; what is wrong with it, otherwise.
pub(super) fn dictionary(text: &str) -> Result<Vec<(String, Literal)>, &'static str> {
    let mut parser = Parser { rest: text };
    let entries = parser.entries(0)?;
    parser.blank();
    if parser.rest.is_empty() { Ok(entries) } else { Err("goes on after its dictionary") }
}

struct Parser<'a> {
    rest: &'a str,
}

impl Parser<'_> {
    fn blank(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// Takes `wanted` after white space, if it stands there.
    fn take(&mut self, wanted: char) -> bool {
        self.blank();
        let rest = self.rest.strip_prefix(wanted);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn entries(&mut self, depth: usize) -> Result<Vec<(String, Literal)>, &'static str> {
        if !self.take('{') {
            return Err("is no dictionary");
        }
        let mut entries = Vec::new();
        while !self.take('}') {
            let Literal::Text(key) = self.value(depth)? else { return Err("has a key that is no string") };
            if !self.take(':') {
                return Err("has a key without a value");
            }
            entries.push((key, self.value(depth)?));
            if !self.take(',') && !self.rest.starts_with('}') {
                return Err("has entries without a comma between them");
            }
        }
        Ok(entries)
    }

    fn value(&mut self, depth: usize) -> Result<Literal, &'static str> {
        if depth > DEPTH {
            return Err("is too deep");
        }
        self.blank();
        match self.rest.chars().next() {
            Some(quote @ ('\'' | '"')) => self.string(quote).map(Literal::Text),
            Some('{') => self.entries(depth + 1).map(|_| Literal::Other),
            Some('[') => self.list(']', depth + 1),
            Some('(') => self.list(')', depth + 1),
            _ => self.word(),
        }
    }

    fn list(&mut self, end: char, depth: usize) -> Result<Literal, &'static str> {
        self.rest = &self.rest[1..];
        while !self.take(end) {
            self.value(depth)?;
            if !self.take(',') && !self.rest.starts_with(end) {
                return Err("has a list without a comma or an end");
            }
        }
        Ok(Literal::Other)
    }

    /// A number or a name.
    fn word(&mut self) -> Result<Literal, &'static str> {
        let end =
            self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-._".contains(c))).unwrap_or(self.rest.len());
        let word = &self.rest[..end];
        self.rest = &self.rest[end..];
        // Rust's numbers have `nan` and `inf` too.
        match ["True", "False", "None"].contains(&word) || word.parse::<f64>().is_ok() {
            true => Ok(Literal::Other),
            false => Err("has a value that is no literal"),
        }
    }

    fn string(&mut self, quote: char) -> Result<String, &'static str> {
        let (mut text, mut characters) = (String::new(), self.rest[1..].chars());
        while let Some(character) = characters.next() {
            match character {
                _ if character == quote => {
                    self.rest = characters.as_str();
                    return Ok(text);
                }
                '\\' => {
                    let (character, rest) = escaped(characters.as_str())?;
                    text.push(character);
                    characters = rest.chars();
                }
                _ => text.push(character),
            }
        }
        Err("has a string without an end")
    }
}

/// The character that is written after a backslash, and what follows.
fn escaped(text: &str) -> Result<(char, &str), &'static str> {
    let mut characters = text.chars();
    let digits = match characters.next() {
        Some(same @ ('\\' | '\'' | '"')) => return Ok((same, characters.as_str())),
        Some('n') => return Ok(('\n', characters.as_str())),
        Some('t') => return Ok(('\t', characters.as_str())),
        Some('r') => return Ok(('\r', characters.as_str())),
        Some('x') => 2,
        Some('u') => 4,
        Some('U') => 8,
        _ => return Err("has an escape that is not known"),
    };
    let code = characters.as_str().get(..digits).and_then(|code| u32::from_str_radix(code, 16).ok());
    let character = code.and_then(char::from_u32).ok_or("has an escape that is no character")?;
    Ok((character, &characters.as_str()[digits..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Literal {
        Literal::Text(text.into())
    }

    #[test]
    fn a_dictionary_is_its_entries() {
        let found = dictionary("{'kind': 'word', \"word\": \"it's\", 'start': -1.5e3, 'n': nan, 'x': None, }");
        let other = |key: &str| (key.to_owned(), Literal::Other);
        let expected =
            vec![("kind".into(), text("word")), ("word".into(), text("it's")), other("start"), other("n"), other("x")];
        assert_eq!(found, Ok(expected));
        assert_eq!(dictionary(" { } "), Ok(Vec::new()));
        assert_eq!(dictionary("{'a': [1, (2, 'b'), {'c': {}}]}"), Ok(vec![other("a")]));
    }

    #[test]
    fn escapes_are_characters() {
        assert_eq!(dictionary(r"{'w': 'na\xefve \'\u2019\\'}"), Ok(vec![("w".into(), text("naïve '\u{2019}\\"))]));
    }

    #[test]
    fn what_is_no_literal_is_refused() {
        for (wrong, expected) in [
            ("__import__('os')", "is no dictionary"),
            ("{'a': open('x')}", "has a value that is no literal"),
            ("{'a': 1} + {}", "goes on after its dictionary"),
            ("{'a'}", "has a key without a value"),
            ("{1: 2}", "has a key that is no string"),
            ("{'a': 'b", "has a string without an end"),
            ("{'a': 1 'b': 2}", "has entries without a comma between them"),
            ("{'a': 1", "has entries without a comma between them"),
            ("{'a': [1 2]}", "has a list without a comma or an end"),
            ("{'a': '\\q'}", "has an escape that is not known"),
            ("{'a': '\\ud800'}", "has an escape that is no character"),
            ("{'a': '\\xé'}", "has an escape that is no character"),
            ("", "is no dictionary"),
        ] {
            assert_eq!(dictionary(wrong), Err(expected), "{wrong}");
        }
        assert_eq!(dictionary(&format!("{{'a': {}", "[".repeat(100_000))), Err("is too deep"));
    }
}
