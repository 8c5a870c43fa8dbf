//! Text of others as people may see it: what acts on a terminal, or hides, is shown and does nothing.
//!
//! A name, a cell or a message of a file can hold letters that move a cursor, colour a line, turn the order of what is
//! read, or take no room at all (CVE-2021-42574 is of the last two). They are data and stay in what is written for
//! programs; for people each stands as an escape.

use std::borrow::Cow;
use std::ops::RangeInclusive;

/// Two of the noncharacters, by which pages mark the style of words: Unicode keeps them for a program's own use.
pub(crate) const MARKS: RangeInclusive<char> = '\u{fdd0}'..='\u{fdd1}';

/// Whether a letter acts on what is around it, or is not seen where it stands: controls (C0, DEL, C1), separators of
/// lines, marks of direction, and what Unicode calls default ignorable, but for the forms of emoji. And noncharacters, of
/// which some act here, and which no page may hold.
fn acts(letter: char) -> bool {
    letter.is_control()
        || is_noncharacter(letter)
        || matches!(letter,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

fn is_noncharacter(letter: char) -> bool {
    matches!(letter, '\u{fdd0}'..='\u{fdef}') || u32::from(letter) & 0xfffe == 0xfffe
}

fn breaks(letter: char) -> bool {
    matches!(letter, '\n' | '\t')
}

/// Each letter that is an escape here in its place, the others as they are.
fn escaped(
    text: &str,
    is_escaped: impl Fn(char) -> bool,
    escape: impl Fn(char) -> String,
) -> Cow<'_, str> {
    if !holds(text, &is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match is_escaped(letter) {
            true => shown += &escape(letter),
            false => shown.push(letter),
        }
    }
    Cow::Owned(shown)
}

/// Whether some letter is one; letters of ASCII that only stand for themselves, as most are, are passed over by the
/// block.
fn holds(text: &str, is_one: impl Fn(char) -> bool) -> bool {
    const BLOCK: usize = 32;
    let mut rest = text;
    loop {
        let is_plain = |block: &&[u8]| {
            block
                .iter()
                .fold(true, |all, byte| all & matches!(byte, b' '..=b'~'))
        };
        let blocks = rest.as_bytes().chunks_exact(BLOCK).take_while(is_plain);
        rest = &rest[blocks.count() * BLOCK..];
        // The block that is not plain, and what lies over its end of its last letter.
        let end = rest.ceil_char_boundary(BLOCK);
        if rest[..end].contains(&is_one) {
            return true;
        }
        rest = &rest[end..];
        if rest.is_empty() {
            return false;
        }
    }
}

/// As Rust writes it: `\n`, `\u{1b}`.
fn as_text(letter: char) -> String {
    match letter {
        '\n' | '\t' | '\r' => letter.escape_default().to_string(),
        other => other.escape_unicode().to_string(),
    }
}

/// A text of several lines: its line breaks and tabs stay.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if text.contains("\r\n") {
        let lines = text.replace("\r\n", "\n");
        return Cow::Owned(visible(&lines).into_owned());
    }
    escaped(text, |letter| acts(letter) && !breaks(letter), as_text)
}

/// What stands in one line, as a name or a cell: line breaks would make lines of their own.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    escaped(text, acts, as_text)
}

/// JSON of the same value: between its texts stand none of these letters but line breaks.
pub(crate) fn visible_json(text: &str) -> Cow<'_, str> {
    escaped(
        text,
        |letter| acts(letter) && !breaks(letter),
        |letter| match letter {
            // Inside of a text it is an escape already.
            '\r' => " ".to_owned(),
            other => {
                let mut units = [0; 2];
                let units = other.encode_utf16(&mut units).iter();
                units.map(|unit| format!("\\u{unit:04x}")).collect()
            }
        },
    )
}

/// The text in double quotes, as YAML, TOML and Python read it alike, in one line of letters that are seen.
pub(crate) fn quoted(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    let escape = |letter: char| match u32::from(letter) {
        code @ ..0x1_0000 => format!("\\u{code:04x}"),
        code => format!("\\U{code:08x}"),
    };
    escaped(&json, acts, escape).into_owned()
}

/// What a message of ours begins with: no line inside of one does.
const LABELS: [&str; 5] = ["error:", "hint:", "note:", "warning:", "caused by:"];

/// A message that may show a line of a file with a mark under it, which stays under what it marks.
pub(crate) fn visible_message(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut shown: Vec<String> = Vec::with_capacity(lines.len());
    for (at, line) in lines.iter().enumerate() {
        let above = at.checked_sub(1).map(|above| lines[above]);
        shown.push(match above.filter(|_| is_mark(line)) {
            Some(above) => moved(line, above),
            None if at > 0 && LABELS.iter().any(|label| line.starts_with(label)) => {
                format!("  {}", visible(line))
            }
            None => visible(line).into_owned(),
        });
    }
    shown.join("\n")
}

/// Whether the line is a mark under the one above it, as `   | ^^^`.
fn is_mark(line: &str) -> bool {
    line.contains('^') && line.chars().all(|letter| " |^".contains(letter))
}

/// The mark as far to the right, and as wide, as the escapes above make it.
fn moved(mark: &str, above: &str) -> String {
    let width = |letter: char| match breaks(letter) {
        true => 1,
        false => one_line(letter.encode_utf8(&mut [0; 4])).chars().count(),
    };
    let mut letters = above.chars();
    let mut shown = String::new();
    for mark in mark.chars() {
        let width = letters.next().map_or(1, width);
        match mark {
            '|' => shown.push('|'),
            other => shown.extend(std::iter::repeat_n(other, width)),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One of each kind that acts.
    const ACTING: &str = "\u{7}\u{1b}\u{7f}\u{85}\u{9b}\u{ad}\u{61c}\u{200b}\u{200d}\u{200e}\u{2028}\u{2029}\
                          \u{202a}\u{202e}\u{2066}\u{2069}\u{fdd0}\u{fdd1}\u{feff}\u{e0041}\r\0";

    #[test]
    fn what_acts_or_hides_is_an_escape_and_all_else_stays() {
        assert!(!visible(ACTING).contains(acts));
        assert!(!one_line(&format!("{ACTING}\n\t")).contains(acts));
        assert_eq!(visible("a\u{1b}[2J\tb\r\nc\rd"), "a\\u{1b}[2J\tb\nc\\rd");
        assert_eq!(one_line("a\n| b\t\u{202e}"), "a\\n| b\\t\\u{202e}");
        let plain = "é 数 ∫ 👍\u{fe0f} \\u{1b} \"'";
        assert!(matches!(visible(plain), Cow::Borrowed(_)));
        assert!(matches!(one_line(plain), Cow::Borrowed(_)));
    }

    #[test]
    fn json_keeps_its_value_and_holds_nothing_that_acts() {
        let value = serde_json::json!({ ACTING: [ACTING, "\n\t"] });
        let text = serde_json::to_string_pretty(&value).expect("json");
        let shown = visible_json(&text);
        assert!(!shown.contains(|letter| acts(letter) && letter != '\n'));
        let read: serde_json::Value = serde_json::from_str(&shown).expect("json");
        assert_eq!(read, value);
        assert_eq!(visible_json("{\"a\":\r1}"), "{\"a\": 1}");
    }

    #[test]
    fn a_quoted_text_is_the_same_in_toml_and_has_one_line() {
        let text = format!("{ACTING}\n--- \"&a\" \\");
        let quoted = quoted(&text);
        assert!(!quoted.contains(acts), "{quoted}");
        let table: toml::Table = format!("a = {quoted}").parse().expect("TOML");
        assert_eq!(table["a"].as_str(), Some(text.as_str()));
    }

    #[test]
    fn a_mark_stays_under_what_it_marks() {
        let message = "1 | a\u{1b}b = 1\n  |   ^\nunknown";
        let expected = "1 | a\\u{1b}b = 1\n  |        ^\nunknown";
        assert_eq!(visible_message(message), expected);
        assert_eq!(visible_message("1 | ab\n  |  ^"), "1 | ab\n  |  ^");
        let forged = "`a\nhint: b` is gone";
        assert_eq!(visible_message(forged), "`a\n  hint: b` is gone");
    }
}
