//! How a page looks on a terminal: words with a style, and lines no longer than it is wide.
//!
//! A page is a text in which some words are marked. The marks are two of Unicode's noncharacters, which a program may
//! use for itself alone: text of others is shown with an escape in their place, so that no data styles anything. Where
//! the page is printed they become a terminal's sequences, or nothing. Lines are broken there too, since there alone the
//! width is known and every page passes: a line that is too long goes on below where its words began.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::error::{MARKS, visible};

/// What some words are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// The head of a table or of a part of a page.
    Heading,
    /// What is as it should be, or came.
    Good,
    /// What is wrong, or went.
    Bad,
    /// What is to be known before the rest is relied on.
    Caution,
    /// What says how to go on.
    Hint,
}

impl Style {
    const ALL: [Self; 5] = [
        Self::Heading,
        Self::Good,
        Self::Bad,
        Self::Caution,
        Self::Hint,
    ];

    /// As terminals number it.
    fn code(self) -> &'static str {
        match self {
            Self::Heading => "1",
            Self::Good => "32",
            Self::Bad => "1;31",
            Self::Caution => "33",
            Self::Hint => "36",
        }
    }

    /// The letter behind the mark that says which style begins.
    fn letter(self) -> char {
        let at = Self::ALL.iter().position(|one| *one == self);
        char::from(b'0' + at.unwrap_or_default() as u8)
    }
}

/// The words of a page in this style, in one line or several.
pub(super) fn styled(style: Style, words: &str) -> String {
    let line = |line: &str| match line.is_empty() {
        true => String::new(),
        false => format!("{BEGIN}{}{line}{END}", style.letter()),
    };
    words.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

pub(super) fn heading(words: &str) -> String {
    styled(Style::Heading, words)
}

const BEGIN: char = *MARKS.start();
const END: char = *MARKS.end();

/// What begins a line that says how the others are to be taken.
const LABELS: [(&str, Style); 4] = [
    ("error:", Style::Bad),
    ("warning:", Style::Caution),
    ("note:", Style::Hint),
    ("hint:", Style::Hint),
];

/// The page as it is printed: nothing of others acts, words have their colours if there are any, and no line is longer
/// than `width` but for words that are.
pub(super) fn shown(page: &str, has_colours: bool, width: Option<usize>) -> String {
    let page = without_actors(page);
    let mut text = String::with_capacity(page.len());
    for line in page.split_inclusive('\n') {
        let (line, end) = match line.strip_suffix('\n') {
            Some(line) => (line, "\n"),
            None => (line, ""),
        };
        let line = labelled(line);
        let lines = match width {
            Some(width) => wrapped(&line, width),
            None => line,
        };
        text += &coloured(&lines, has_colours);
        text += end;
    }
    text
}

/// How many columns of a terminal a text takes; of letters that act, what is shown in their place counts.
pub(super) fn columns(text: &str) -> usize {
    match text.contains(BEGIN) {
        true => coloured(text, false).width(),
        false => text.width(),
    }
}

/// As much of the beginning as takes no more than these columns.
pub(super) fn beginning(text: &str, most: usize) -> &str {
    let mut width = 0;
    let mut letters = text.char_indices();
    let end = letters.find(|(_, letter)| {
        width += letter.width().unwrap_or_default();
        width > most
    });
    &text[..end.map_or(text.len(), |(at, _)| at)]
}

/// As much of the end as takes no more than these columns.
pub(super) fn ending(text: &str, most: usize) -> &str {
    let mut width = 0;
    let mut letters = text.char_indices().rev();
    let before = letters.find(|(_, letter)| {
        width += letter.width().unwrap_or_default();
        width > most
    });
    &text[before.map_or(0, |(at, letter)| at + letter.len_utf8())..]
}

/// The page in which what acts on a terminal is an escape; its marks stay.
fn without_actors(page: &str) -> Cow<'_, str> {
    if !page.contains(BEGIN) {
        return visible(page);
    }
    let parts = page.split_inclusive([BEGIN, END]);
    let part = |part: &str| {
        let words = part.strip_suffix([BEGIN, END]).unwrap_or(part);
        visible(words).into_owned() + &part[words.len()..]
    };
    Cow::Owned(parts.map(part).collect())
}

/// The line with its label in that label's style.
fn labelled(line: &str) -> Cow<'_, str> {
    let label = LABELS.iter().find(|(label, _)| line.starts_with(label));
    label.map_or(Cow::Borrowed(line), |(label, style)| {
        Cow::Owned(styled(*style, label) + &line[label.len()..])
    })
}

/// The same with a terminal's sequences in place of the marks, or with nothing there. A style that goes over a break
/// leaves out what stands before the next line's words.
fn coloured(text: &str, has_colours: bool) -> Cow<'_, str> {
    if !text.contains([BEGIN, END]) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut parts = text.split(BEGIN);
    shown += parts.next().unwrap_or_default();
    for part in parts {
        let style = Style::ALL
            .into_iter()
            .find(|style| part.starts_with(style.letter()));
        let part = style.map_or(part, |style| &part[style.letter().len_utf8()..]);
        let (words, rest) = part.split_once(END).unwrap_or((part, ""));
        match style.filter(|_| has_colours) {
            Some(style) => shown += &in_colour(words, style),
            None => shown += words,
        }
        shown += rest;
    }
    Cow::Owned(shown.replace(END, ""))
}

fn in_colour(words: &str, style: Style) -> String {
    let line = |line: &str| {
        let words = line.trim_start_matches(' ');
        match words.is_empty() {
            true => line.to_owned(),
            false => format!(
                "{}\x1b[{}m{words}\x1b[0m",
                &line[..line.len() - words.len()],
                style.code()
            ),
        }
    };
    words.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// A line as lines that are no wider, each but the first behind what the line hangs from.
fn wrapped(line: &str, width: usize) -> Cow<'_, str> {
    if columns(line) <= width || is_picture(line) {
        return Cow::Borrowed(line);
    }
    let hang = hang(line, width);
    let (mut lines, mut at, mut is_begun) = (String::new(), 0, false);
    for word in line.split_inclusive(' ') {
        let bare = columns(word.trim_end_matches(' '));
        if is_begun && bare > 0 && at + bare > width {
            lines.truncate(lines.trim_end_matches(' ').len());
            lines.push('\n');
            lines += &hang;
            at = columns(&hang);
        }
        lines += word;
        at += columns(word);
        is_begun |= bare > 0;
    }
    Cow::Owned(lines)
}

/// Whether the line's letters stand under those of others: of a table with bars, of a file that an error shows.
fn is_picture(line: &str) -> bool {
    let bare = line.trim_start_matches(|letter: char| letter == ' ' || letter.is_ascii_digit());
    bare.starts_with(['|', '+', '^'])
}

/// A label that stands in a column of its own is no longer.
const LABEL_MAX: usize = 26;

/// What the second line of a long one begins with: as far in as its words began, behind the label of a column or the
/// mark of a list.
fn hang(line: &str, width: usize) -> String {
    let line = coloured(line, false);
    let words = line.trim_start_matches(' ');
    let before = line.len() - words.len();
    if words.starts_with("# ") {
        return format!("{}# ", " ".repeat(before));
    }
    let gap = words.find("  ").filter(|at| before + at < LABEL_MAX);
    let behind = gap.map(|at| words[at..].len() - words[at..].trim_start_matches(' ').len() + at);
    let label = behind.map(|at| columns(&words[..at]));
    " ".repeat((before + label.unwrap_or(2)).min(width / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without sequences.
    fn bare(text: &str) -> String {
        let mut bare = String::new();
        for (at, part) in text.split("\x1b[").enumerate() {
            bare += if at == 0 {
                part
            } else {
                part.split_once('m').map_or(part, |(_, rest)| rest)
            };
        }
        bare
    }

    #[test]
    fn a_long_line_goes_on_below_where_its_words_began() {
        let show = |line: &str| shown(line, false, Some(20));
        assert_eq!(show("twenty letters wide.\n"), "twenty letters wide.\n");
        assert_eq!(
            show("one two three four five six"),
            "one two three four\n  five six"
        );
        assert_eq!(
            show("- one two three four five"),
            "- one two three four\n  five"
        );
        assert_eq!(
            show("gold    one two three four"),
            "gold    one two\n        three four"
        );
        assert_eq!(
            show("      one two three four"),
            "      one two three\n        four"
        );
        assert_eq!(
            show("# one two three four five"),
            "# one two three four\n# five"
        );
        let word = "x".repeat(30);
        assert_eq!(
            show(&format!("see {word} there")),
            format!("see\n  {word}\n  there")
        );
        assert_eq!(
            shown("one two three four five six", false, None),
            "one two three four five six"
        );
    }

    #[test]
    fn what_stands_under_something_stays_there() {
        for line in [
            "12 | a = 1 # and more than that",
            "   |     ^^^^^^^^^^ ^^^^^^",
            "| a cell | another cell |",
        ] {
            assert_eq!(shown(line, false, Some(10)), line);
        }
    }

    #[test]
    fn wide_letters_count_twice() {
        assert_eq!(
            shown("数学数学 数学数学 数学", false, Some(20)),
            "数学数学 数学数学\n  数学"
        );
        assert_eq!(beginning("数学x", 3), "数");
        assert_eq!(ending("数学x", 3), "学x");
    }

    #[test]
    fn styles_are_sequences_or_nothing_and_take_no_room() {
        let page = format!("{}: {}\n", heading("a b"), styled(Style::Good, "c"));
        assert_eq!(
            shown(&page, true, Some(6)),
            "\x1b[1ma b\x1b[0m: \x1b[32mc\x1b[0m\n"
        );
        assert_eq!(shown(&page, false, Some(6)), "a b: c\n");
        let page = heading("one two three four five six");
        let lines = "\x1b[1mone two three four\x1b[0m\n  \x1b[1mfive six\x1b[0m";
        assert_eq!(shown(&page, true, Some(20)), lines);
        assert_eq!(
            shown("note: a\nnoted", true, None),
            "\x1b[36mnote:\x1b[0m a\nnoted"
        );
    }

    #[test]
    fn no_text_of_others_has_a_style_or_a_sequence() {
        let hostile = "\u{1b}[31m a \u{fdd0}2b\u{fdd1}";
        let cell = crate::error::one_line(hostile);
        let page = shown(&format!("{} {cell}", heading("x")), true, Some(80));
        assert_eq!(page.matches('\u{1b}').count(), 2, "{}", page.escape_debug());
        assert!(
            bare(&page).contains("\\u{fdd0}2b"),
            "{}",
            page.escape_debug()
        );
        // What nobody made visible is at worst coloured, to the end of its line.
        let page = shown(&format!("{hostile}\u{fdd0}2 \n c"), true, None);
        assert!(
            !bare(&page).contains(['\u{1b}', BEGIN, END]),
            "{}",
            page.escape_debug()
        );
    }
}
