//! A walk over the fields of a row of JSON, which reads those that are asked for and passes over the others.
//!
//! A row is mostly the text of one response, and what its JSON costs is what its verdict costs: here ends of texts are
//! found by the vector, and a text is copied once. What is not so plain (keys with escapes, halves of surrogate pairs,
//! white space that is no blank) is left to `serde_json`, which also passes over all that is no simple text.

use std::borrow::Cow;

use memchr::memchr2;
use serde::de::IgnoredAny;

/// A row without letters below the blank, as far as it was walked over. Each step is none where the row is not plain.
pub(super) struct Scan<'r> {
    text: &'r str,
    at: usize,
    is_first: bool,
}

impl<'r> Scan<'r> {
    /// Begins behind the brace that opens the row.
    pub(super) fn begin(text: &'r str) -> Option<Self> {
        text.starts_with('{').then_some(Self {
            text,
            at: 1,
            is_first: true,
        })
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn pass_blanks(&mut self) {
        while self.byte() == Some(b' ') {
            self.at += 1;
        }
    }

    /// The name of the next field, whose value is read or passed over next; an inner none where the row ends.
    pub(super) fn name(&mut self) -> Option<Option<&'r str>> {
        self.pass_blanks();
        match self.byte()? {
            b'}' => {
                let is_end = self.at + 1 == self.text.len();
                return is_end.then_some(None);
            }
            b',' if !self.is_first => {
                self.at += 1;
                self.pass_blanks();
            }
            _ if self.is_first => {}
            _ => return None,
        }
        self.is_first = false;
        let name = self.simple()?;
        self.pass_blanks();
        (self.byte()? == b':').then(|| self.at += 1)?;
        self.pass_blanks();
        Some(Some(name))
    }

    /// A text without escapes.
    fn simple(&mut self) -> Option<&'r str> {
        let start = self.at + 1;
        let rest = self
            .text
            .get(start..)
            .filter(|_| self.byte() == Some(b'"'))?;
        let length = memchr2(b'"', b'\\', rest.as_bytes())?;
        let text = &rest[..length];
        (rest.as_bytes()[length] == b'"').then(|| self.at = start + length + 1)?;
        Some(text)
    }

    /// Passes over a value.
    pub(super) fn pass(&mut self) -> Option<()> {
        if self.simple().is_some() {
            return Some(());
        }
        let rest = serde_json::Deserializer::from_str(self.text.get(self.at..)?);
        let mut values = rest.into_iter::<IgnoredAny>();
        values.next()?.ok()?;
        self.at += values.byte_offset();
        Some(())
    }

    /// A value as text: a number or bool as it is written; an inner none for null.
    pub(super) fn text(&mut self) -> Option<Option<Cow<'r, str>>> {
        match self.byte()? {
            b'"' => self.unescaped().map(Some),
            b'[' | b'{' => None,
            _ => {
                let start = self.at;
                self.pass()?;
                let raw = &self.text[start..self.at];
                Some((raw != "null").then_some(Cow::Borrowed(raw)))
            }
        }
    }

    fn unescaped(&mut self) -> Option<Cow<'r, str>> {
        let start = self.at + 1;
        let (mut out, mut from) = (String::new(), start);
        loop {
            let rest = self.text.get(from..)?;
            let length = memchr2(b'"', b'\\', rest.as_bytes())?;
            let (piece, behind) = rest.split_at(length);
            if behind.starts_with('"') {
                self.at = from + length + 1;
                return Some(match from == start {
                    true => Cow::Borrowed(piece),
                    false => Cow::Owned(out + piece),
                });
            }
            if from == start {
                out.reserve(rest.len());
            }
            out.push_str(piece);
            let (letter, length_of_it) = escape(&behind[1..])?;
            out.push(letter);
            from += length + 1 + length_of_it;
        }
    }
}

/// The letter that an escape means, and how long the escape is behind its stroke.
fn escape(behind: &str) -> Option<(char, usize)> {
    let letter = match behind.as_bytes().first()? {
        b'n' => '\n',
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b't' => '\t',
        b'r' => '\r',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'u' => return by_number(behind),
        _ => return None,
    };
    Some((letter, 1))
}

/// `u00e9`, or the two of a pair `ud83d\ude00`.
fn by_number(behind: &str) -> Option<(char, usize)> {
    let first = unit(behind, 1)?;
    if let Some(letter) = char::from_u32(u32::from(first)) {
        return Some((letter, 5));
    }
    let second = unit(behind, 7).filter(|_| behind.get(5..7) == Some("\\u"))?;
    let letter = char::decode_utf16([first, second]).next()?.ok()?;
    Some((letter, 11))
}

/// The number of four digits.
fn unit(text: &str, at: usize) -> Option<u16> {
    let digits = text.get(at..at + 4)?;
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_plain.then(|| u16::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::row::Fields;
    use super::*;

    /// The fields of a row of texts, where it is plain.
    fn fields(row: &str) -> Option<Vec<(String, Option<String>)>> {
        let mut scan = Scan::begin(row)?;
        let mut fields = Vec::new();
        while let Some(name) = scan.name()? {
            fields.push((name.to_owned(), scan.text()?.map(Cow::into_owned)));
        }
        Some(fields)
    }

    fn is_passed(row: &str) -> Option<()> {
        let mut scan = Scan::begin(row)?;
        while scan.name()?.is_some() {
            scan.pass()?;
        }
        Some(())
    }

    #[test]
    fn texts_are_unescaped_and_numbers_stand_as_they_are_written() {
        let row = r#"{"a": "x", "b" :"\"\\\/\n\u00e9\ud83d\ude00 é" , "c":1.50e3,"d":null,"e":""}"#;
        let expected = [
            ("a", Some("x")),
            ("b", Some("\"\\/\né😀 é")),
            ("c", Some("1.50e3")),
            ("d", None),
            ("e", Some("")),
        ];
        let expected = expected.map(|(name, text)| (name.to_owned(), text.map(str::to_owned)));
        assert_eq!(fields(row).as_deref(), Some(&expected[..]));
        assert_eq!(fields("{ }"), Some(Vec::new()));
        assert_eq!(
            is_passed(r#"{"a": [{"b": "}"}, 1], "c": {"d": "\""}, "e": tru}"#),
            None
        );
        assert_eq!(
            is_passed(r#"{"a": [{"b": "}"}, 1], "c": {"d": "\""}, "e": true}"#),
            Some(())
        );
    }

    #[test]
    fn what_is_no_json_is_left_to_who_knows() {
        for row in [
            "",
            "{",
            "{}x",
            "{,}",
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            r#"{"a":1 "b":2}"#,
            r#"{"a":"x}"#,
            r#"{"a":"\x"}"#,
            r#"{"a":"\u+123"}"#,
            r#"{"a":"\ud83d"}"#,
            r#"{"a":"\ud83d\u0041"}"#,
            r#"{"a":"\"#,
            r#"{"a":01}"#,
            r#"{"a":nul}"#,
            r#"{"\u0061":1}"#,
            "[]",
        ] {
            assert_eq!(fields(row), None, "{row}");
        }
    }

    proptest! {
        /// Pieces of rows in any order: what is read here is what `serde_json` reads.
        #[test]
        fn a_row_that_is_read_here_says_the_same_elsewhere(
            pieces in prop::collection::vec(prop::sample::select(&[
                "{", "}", "\"a\"", "\"", ":", ",", " ", "\\", "n", "1", "-", ".5", "null", "\\u00e9", "\\ud83d", "\\ude00",
                "é", "[", "]", "true", "\"b\":", "\"c\": \"", "\",",
            ][..]), 0..14),
            is_row in any::<bool>(),
        ) {
            let inner = pieces.concat();
            let row = if is_row { format!("{{\"b\": \"{inner}\"}}") } else { inner };
            let known = serde_json::from_str::<indexmap::IndexMap<String, serde_json::Value>>(&row);
            if let Some(fields) = fields(&row) {
                let known = known.expect("JSON");
                for (name, text) in &fields {
                    // Of two of a name only the last is known there.
                    let of_name = fields.iter().filter(|(other, _)| other == name).count();
                    match &known[name] {
                        serde_json::Value::String(known) if of_name == 1 => prop_assert_eq!(text.as_ref(), Some(known)),
                        serde_json::Value::Null if of_name == 1 => prop_assert_eq!(text, &None),
                        _ => {}
                    }
                }
            } else if is_passed(&row).is_some() {
                // Whoever takes no text of a row does not look for halves of surrogate pairs in it.
                prop_assert!(serde_json::from_str::<Fields<'_>>(&row).is_ok(), "{row}");
            }
        }
    }
}
