//! One row of JSON as people write it: the wanted keys of an object, numbers exactly, small faults mended.
//!
//! Rows are parsed by `serde_json`, which is strict and fast. What it refuses is looked at again: Python writes
//! `NaN`, texts that were cut inside of an emoji leave half of a surrogate pair, logs have raw tabs. Each is
//! mended in one way and remarked; a row that is still no JSON yields nothing and says so.

use std::borrow::Cow;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::source::Void;
use crate::source::remark::{Remark, Remarks};
use crate::source::value::{ObjectKey, Value};

/// The wanted keys of a row's object, in their order, and what had to be done to read them.
pub(super) fn cells<'a>(
    row: &'a [u8],
    columns: &[String],
) -> (Result<Vec<Value<'a>>, Void>, Remarks) {
    let (cells, remarks) = read_cells(row, columns);
    let is_small = |cells: &Vec<Value<'_>>| !cells.iter().any(Value::is_overfull);
    let cells = cells.and_then(|cells| match is_small(&cells) {
        true => Ok(cells),
        false => Err(Void::TooLarge),
    });
    (cells, remarks)
}

fn read_cells<'a>(row: &'a [u8], columns: &[String]) -> (Result<Vec<Value<'a>>, Void>, Remarks) {
    let Ok(text) = std::str::from_utf8(row) else {
        return (Err(Void::BadUtf8), Remarks::default());
    };
    if let Ok(cells) = parsed(text, columns) {
        return (Ok(cells), Remarks::default());
    }
    // A row whose JSON was written as a text once more.
    if text.starts_with('"')
        && let Ok(inner) = serde_json::from_str::<String>(text)
        && let Ok(cells) = parsed(&inner, columns)
    {
        let cells = cells.into_iter().map(Value::into_owned).collect();
        return (Ok(cells), Remarks::default());
    }
    // The rows of a list without its brackets.
    let text = text.trim_end();
    let text = text.strip_suffix(',').unwrap_or(text);
    if let Ok(cells) = parsed(text, columns) {
        return (Ok(cells), Remarks::default());
    }
    let Some((text, remarks)) = mended(text) else {
        return (Err(Void::BadJson), Remarks::default());
    };
    match parsed(&text, columns) {
        Ok(cells) => (
            Ok(cells.into_iter().map(Value::into_owned).collect()),
            remarks,
        ),
        Err(_) => (Err(Void::BadJson), Remarks::default()),
    }
}

/// All keys of a row's object, for a look at a file; none where the row is no object.
pub(super) fn object(row: &[u8]) -> Option<Vec<(Cow<'_, str>, Value<'_>)>> {
    let text = std::str::from_utf8(row).ok()?.trim_end();
    match value(text.strip_suffix(',').unwrap_or(text))? {
        Value::Object(fields) => Some(fields),
        text @ Value::Text(_) => match text.opened() {
            Value::Object(fields) => Some(fields),
            _ => None,
        },
        _ => None,
    }
}

/// What a text of JSON means, read as a row is; none where it is none.
pub(crate) fn value(text: &str) -> Option<Value<'_>> {
    match whole(text) {
        Ok(value) => Some(value),
        Err(_) => {
            let (text, _) = mended(text)?;
            Some(whole(&text).ok()?.into_owned())
        }
    }
}

/// The values of some keys of an object, passing over the others; none where the text is no object, or one of them is too
/// large to be held.
pub(crate) fn wanted<'a>(text: &'a str, keys: &[&str]) -> Option<Vec<Value<'a>>> {
    let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
    cells(text.as_bytes(), &keys).0.ok()
}

/// An object each of whose values is held on its own: one that is too large is named by what it is, and the others are
/// there. None where the text is no object.
pub(crate) fn document(text: &str) -> Option<Value<'_>> {
    match fields(text) {
        Ok(fields) => Some(fields),
        Err(_) => Some(fields(&mended(text)?.0).ok()?.into_owned()),
    }
}

fn fields(text: &str) -> serde_json::Result<Value<'_>> {
    let mut fields = Vec::new();
    for (key, raw) in raw_fields(text)? {
        fields.push((key, whole(raw.get())?));
    }
    Ok(Value::Object(fields))
}

/// The texts of the items of a list in an object, as JSON has them; none where there is no such list.
pub(crate) fn items(text: &str, key: &str) -> Option<Vec<String>> {
    let items = |text| -> serde_json::Result<Option<Vec<String>>> {
        let found = raw_fields(text)?.into_iter().find(|(name, _)| name == key);
        let Some((_, raw)) = found else {
            return Ok(None);
        };
        let items: Vec<&RawValue> = serde_json::from_str(raw.get())?;
        Ok(Some(
            items
                .into_iter()
                .map(|item| item.get().to_owned())
                .collect(),
        ))
    };
    match items(text) {
        Ok(found) => found,
        Err(_) => items(&mended(text)?.0).ok()?,
    }
}

fn whole(text: &str) -> serde_json::Result<Value<'_>> {
    let value: Value<'_> = serde_json::from_str(text)?;
    match is_rounded(&value) {
        true => exact_value(serde_json::from_str(text)?, EXACT_DEPTH),
        false => Ok(value),
    }
}

/// Why a row is no object, in the parser's words; none where it is one.
pub(super) fn fault(row: &[u8]) -> Option<String> {
    let text = match std::str::from_utf8(row) {
        Ok(text) => text,
        Err(error) => return Some(error.to_string()),
    };
    match object(row) {
        Some(_) => None,
        None => Some(match serde_json::from_str::<Value<'_>>(text) {
            Ok(value) => format!("a {} where an object is expected", value.kind()),
            Err(error) => error.to_string(),
        }),
    }
}

fn parsed<'a>(text: &'a str, columns: &[String]) -> serde_json::Result<Vec<Value<'a>>> {
    let mut json = serde_json::Deserializer::from_str(text);
    let cells = WantedKeys(columns).deserialize(&mut json)?;
    json.end()?;
    match cells.iter().any(is_rounded) {
        true => exactly(text, columns),
        false => Ok(cells),
    }
}

/// Reads an object into the cells of the wanted keys and passes over the rest.
struct WantedKeys<'c>(&'c [String]);

impl<'de> DeserializeSeed<'de> for WantedKeys<'_> {
    type Value = Vec<Value<'de>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for WantedKeys<'_> {
    type Value = Vec<Value<'de>>;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut cells = vec![Value::Missing; self.0.len()];
        while let Some(ObjectKey(key)) = map.next_key()? {
            match self.0.iter().position(|name| *name == key) {
                Some(at) => cells[at] = map.next_value()?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(cells)
    }
}

/// The largest integer below which every one is a float of its own.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// Floats of so few digits are what was written.
const EXACT_DIGITS: usize = 15;

/// Whether a number may have lost its last digits: one that is too large for the parser's integers, or has more digits
/// than a float holds.
fn is_rounded(value: &Value<'_>) -> bool {
    match value {
        Value::Number(number) => {
            let digits = || {
                number
                    .to_string()
                    .bytes()
                    .filter(u8::is_ascii_digit)
                    .count()
            };
            number.abs() > EXACT_MAX || digits() > EXACT_DIGITS
        }
        Value::List(items) => items.iter().any(is_rounded),
        Value::Object(fields) => fields.iter().any(|(_, value)| is_rounded(value)),
        _ => false,
    }
}

/// The same cells, whose numbers are read from their digits.
fn exactly<'a>(text: &'a str, columns: &[String]) -> serde_json::Result<Vec<Value<'a>>> {
    let mut cells = vec![Value::Missing; columns.len()];
    for (key, raw) in raw_fields(text)? {
        if let Some(at) = columns.iter().position(|name| *name == key) {
            cells[at] = exact_value(raw, EXACT_DEPTH)?;
        }
    }
    Ok(cells)
}

/// How deep numbers are read from their digits; each level reads its text once more.
const EXACT_DEPTH: usize = 8;

fn exact_value(raw: &RawValue, depth: usize) -> serde_json::Result<Value<'_>> {
    let text = raw.get();
    match text.as_bytes().first() {
        Some(b'-' | b'0'..=b'9') => Ok(exact_number(text)),
        Some(b'[') if depth > 0 => {
            let items: Vec<&RawValue> = serde_json::from_str(text)?;
            let items = items.into_iter().map(|item| exact_value(item, depth - 1));
            Ok(Value::List(items.collect::<Result<_, _>>()?))
        }
        Some(b'{') if depth > 0 => {
            let fields = raw_fields(text)?.into_iter();
            let fields = fields.map(|(key, raw)| Ok((key, exact_value(raw, depth - 1)?)));
            Ok(Value::Object(fields.collect::<serde_json::Result<_>>()?))
        }
        _ => serde_json::from_str(text),
    }
}

fn exact_number(text: &str) -> Value<'_> {
    if let Ok(number) = text.parse() {
        return Value::Integer(number);
    }
    match text.contains(['e', 'E']) {
        true => text.parse().map_or(Value::Null, Value::Number),
        false => Value::Decimal(Cow::Borrowed(text)),
    }
}

type RawFields<'a> = Vec<(Cow<'a, str>, &'a RawValue)>;

fn raw_fields(text: &str) -> serde_json::Result<RawFields<'_>> {
    struct Fields;
    impl<'de> Visitor<'de> for Fields {
        type Value = RawFields<'de>;

        fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut fields = Vec::new();
            while let Some((ObjectKey(key), raw)) = map.next_entry()? {
                fields.push((key, raw));
            }
            Ok(fields)
        }
    }
    serde_json::Deserializer::from_str(text).deserialize_map(Fields)
}

/// The row as JSON has it, for who wants no more of it; none where there is nothing to mend.
pub(crate) fn strict(text: &str) -> Option<String> {
    mended(text).map(|(text, _)| text)
}

/// The row as JSON has it, where it is JSON but for what Python's tools write and let pass; else none.
fn mended(text: &str) -> Option<(String, Remarks)> {
    let mut mending = Mending {
        bytes: text.as_bytes(),
        text,
        at: 0,
        copied: 0,
        out: String::new(),
        remarks: Remarks::default(),
    };
    while let Some(&byte) = mending.bytes.get(mending.at) {
        match byte {
            b'"' => mending.string(),
            b'N' | b'I' | b'-' | b'0'..=b'9' => mending.word(),
            _ => mending.at += 1,
        }
    }
    let is_same = mending.copied == 0;
    mending.replace(mending.at, "");
    (!is_same).then_some((mending.out, mending.remarks))
}

/// A walk over a row that copies what is right and replaces what is not.
struct Mending<'t> {
    bytes: &'t [u8],
    text: &'t str,
    at: usize,
    /// Up to where the text stands in `out`.
    copied: usize,
    out: String,
    remarks: Remarks,
}

impl Mending<'_> {
    /// Copies up to here, and puts `by` in the place of what lies between here and `end`.
    fn replace(&mut self, end: usize, by: &str) {
        self.out.push_str(&self.text[self.copied..self.at]);
        self.out.push_str(by);
        (self.at, self.copied) = (end, end);
    }

    /// A number that is none is null; one beyond the largest float is a text of its digits.
    fn word(&mut self) {
        let rest = &self.bytes[self.at..];
        let words: [&[u8]; 3] = [b"NaN", b"Infinity", b"-Infinity"];
        match words.iter().find(|word| rest.starts_with(word)) {
            Some(word) => self.replace(self.at + word.len(), "null"),
            None => self.number(),
        }
    }

    fn number(&mut self) {
        let is_of_it =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        let length = self.bytes[self.at..]
            .iter()
            .take_while(|byte| is_of_it(byte))
            .count()
            .max(1);
        let digits = &self.text[self.at..self.at + length];
        match digits.parse::<f64>() {
            Ok(number) if number.is_infinite() => {
                let quoted = format!("\"{digits}\"");
                self.replace(self.at + length, &quoted);
            }
            _ => self.at += length,
        }
    }

    /// From a quote to behind the one that closes it.
    fn string(&mut self) {
        self.at += 1;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\\' => self.escape(),
                0..=0x1f => {
                    self.remarks.add(Remark::ControlCharacter);
                    self.replace(self.at + 1, &format!("\\u{byte:04x}"));
                }
                _ => self.at += 1,
            }
        }
    }

    /// A backslash with what it stands before; half of a surrogate pair is replaced.
    fn escape(&mut self) {
        match self.unit(self.at) {
            None => self.at = (self.at + 2).min(self.bytes.len()),
            Some(0xd800..=0xdbff) if matches!(self.unit(self.at + 6), Some(0xdc00..=0xdfff)) => {
                self.at += 12;
            }
            Some(0xd800..=0xdfff) => {
                self.remarks.add(Remark::LoneSurrogate);
                self.replace(self.at + 6, "\\ufffd");
            }
            Some(_) => self.at += 6,
        }
    }

    /// The unit of UTF-16 that is written there as `\uXXXX`.
    fn unit(&self, at: usize) -> Option<u16> {
        let digits = self.bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
        let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
        let digits = std::str::from_utf8(digits).ok().filter(|_| is_hex)?;
        u16::from_str_radix(digits, 16).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(row: &str) -> Result<(String, String), Void> {
        let (cells, remarks) = cells(row.as_bytes(), &["a".to_owned()]);
        let said = cells?.remove(0).said()?.unwrap_or_default().into_owned();
        Ok((said, remarks.to_string()))
    }

    fn clean(said: &str) -> Result<(String, String), Void> {
        Ok((said.into(), String::new()))
    }

    #[test]
    fn numbers_are_exact_beyond_64_bits() {
        let digits = "123456789012345678901234567890123456789012345678901";
        assert_eq!(read(&format!("{{\"a\": {digits}}}")), clean(digits));
        assert_eq!(
            read(&format!("{{\"a\": [-{digits}]}}")),
            clean(&format!("-{digits}"))
        );
        assert_eq!(
            read("{\"a\": 18446744073709551617}"),
            clean("18446744073709551617")
        );
        assert_eq!(
            read("{\"a\": 12345678901234567890.50}"),
            clean("12345678901234567890.5")
        );
        let pi = "3.14159265358979323846264";
        assert_eq!(read(&format!("{{\"a\": {pi}}}")), clean(pi));
        assert_eq!(read("{\"a\": 1e400}"), clean("1e400"));
        assert_eq!(
            read(&format!("{{\"a\": {}}}", "7".repeat(400))),
            clean(&"7".repeat(400))
        );
        assert_eq!(read("{\"a\": 42.0}"), clean("42"));
        assert_eq!(read("{\"a\": 0.1}"), clean("0.1"));
    }

    #[test]
    fn numbers_that_are_none_are_null() {
        assert_eq!(
            read("{\"x\": NaN, \"a\": \"NaN\", \"y\": [-Infinity, Infinity]}"),
            clean("NaN")
        );
        assert_eq!(read("{\"a\": NaN}"), clean(""));
    }

    #[test]
    fn half_of_a_pair_is_replaced_and_a_whole_one_is_not() {
        let lone = |said: &str| Ok((said.into(), "lone_surrogate".into()));
        assert_eq!(read(r#"{"a": "x\ud83d"}"#), lone("x\u{fffd}"));
        assert_eq!(
            read(r#"{"a": "x\ud83d\ud83d\ude00"}"#),
            lone("x\u{fffd}\u{1f600}")
        );
        assert_eq!(read(r#"{"a": "\ude00y"}"#), lone("\u{fffd}y"));
        assert_eq!(read(r#"{"a": "\ud83d\ude00"}"#), clean("\u{1f600}"));
        assert_eq!(read(r#"{"a": "\\ud83d"}"#), clean("\\ud83d"));
    }

    #[test]
    fn a_raw_control_character_is_kept() {
        assert_eq!(
            read("{\"a\": \"1\t2\"}"),
            Ok(("1\t2".into(), "control_character".into()))
        );
    }

    #[test]
    fn a_cell_of_more_values_than_any_is_too_large_however_they_are_nested() {
        let many = |item: &str| vec![item; 600_000].join(",");
        for value in [
            format!("[{}]", many("[]")),
            format!("[[{}], 1]", many("0")),
            format!("{{\"b\": [{}]}}", many("{}")),
        ] {
            assert_eq!(read(&format!("{{\"a\": {value}}}")), Err(Void::TooLarge));
            assert_eq!(read(&format!("{{\"b\": {value}, \"a\": 1}}")), clean("1"));
        }
        let few = format!("{{\"a\": \"x\", \"b\": [{}]}}", many("0"));
        assert_eq!(read(&few), clean("x"));
    }

    #[test]
    fn what_is_no_object_is_bad() {
        assert_eq!(read("{\"a\": 1},\r\n"), clean("1"));
        assert_eq!(read(r#""{\"a\": \"x\"}""#), clean("x"));
        for row in [
            "[1]",
            "7",
            "{\"a\": 1} x",
            "{\"a\": \"\\q\"}",
            "{\"a\": \"\\ud8",
            "{\"a\": NaN",
            "{\"a\": \"\\",
        ] {
            assert_eq!(read(row), Err(Void::BadJson), "{row}");
        }
    }
}
