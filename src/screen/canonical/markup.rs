//! What web pages, Markdown and pictures add around a text.

use std::borrow::Cow;

use memchr::memmem;

/// How often entities are looked for in what they stood for: pages escape `&amp;lt;` twice.
const ESCAPES_MAX: usize = 3;

/// The text with its HTML entities as their characters; `&` of LaTeX stays.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for _ in 0..ESCAPES_MAX {
        if !has_entity(text.as_bytes()) {
            break;
        }
        text = html_escape::decode_html_entities(&text).into_owned().into();
    }
    text
}

/// The longest name of an entity is `&CounterClockwiseContourIntegral;`.
const ENTITY_BYTES_MAX: usize = 34;

fn has_entity(text: &[u8]) -> bool {
    memchr::memchr_iter(b'&', text).any(|at| {
        let rest = &text[at + 1..text.len().min(at + ENTITY_BYTES_MAX)];
        let name = rest
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'#');
        let bytes = name.count();
        bytes > 1 && rest.get(bytes) == Some(&b';')
    })
}

/// A tag of HTML.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    /// It says nothing that matters.
    Inline,
    /// It ends a line.
    Line,
    Raised,
}

/// The longest tag that is taken for one, with its attributes.
const TAG_BYTES_MAX: usize = 1000;

/// The tag that starts here, and where the text goes on behind it. `paired` says that the text closes tags:
/// only then are `<b>` and `<i>` tags, which may also be inequalities.
pub(super) fn tag(bytes: &[u8], at: usize, paired: bool) -> Option<(Tag, usize)> {
    let rest = &bytes[at..bytes.len().min(at + TAG_BYTES_MAX)];
    let closes = rest.get(1) == Some(&b'/');
    let name_at = if closes { 2 } else { 1 };
    let letters = rest[name_at.min(rest.len())..]
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric());
    let name_end = name_at + letters.take(NAME_BYTES_MAX + 1).count();
    let name = rest.get(name_at..name_end)?.to_ascii_lowercase();
    let tag = match name.as_slice() {
        b"br" | b"div" | b"li" | b"ul" | b"ol" | b"tr" | b"table" | b"hr" | b"h1" | b"h2"
        | b"h3" | b"h4" => Tag::Line,
        b"sup" if !closes => Tag::Raised,
        b"sup" | b"sub" | b"span" | b"strong" | b"em" | b"img" | b"td" | b"th" | b"font"
        | b"center" | b"tbody" | b"code" | b"small" => Tag::Inline,
        b"p" if paired || closes => Tag::Line,
        b"b" | b"i" | b"u" if paired || closes => Tag::Inline,
        _ => return None,
    };
    if !matches!(rest.get(name_end), Some(b'>' | b' ' | b'/' | b'\n')) {
        return None;
    }
    let end = memchr::memchr(b'>', &rest[name_end..])?;
    Some((tag, at + name_end + end + 1))
}

const NAME_BYTES_MAX: usize = 6;

/// What stars say: nothing where they emphasise, a power or a product elsewhere.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stars {
    Nothing,
    Times,
    Power,
}

/// What `count` stars at `at` say.
pub(super) fn stars(bytes: &[u8], at: usize, count: usize) -> Stars {
    let before = at.checked_sub(1).and_then(|before| bytes.get(before));
    let after = bytes.get(at + count);
    let is_operand = |byte: Option<&u8>| {
        byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"()\\".contains(byte))
    };
    if count > 1 {
        // `x**2` in ASCII; a word beside them is emphasised.
        let beside = at.checked_sub(2).and_then(|before| bytes.get(before));
        let is_word = before.is_some_and(u8::is_ascii_alphabetic)
            && beside.is_some_and(u8::is_ascii_alphabetic);
        let is_power = count == 2 && is_operand(before) && is_operand(after) && !is_word;
        return if is_power {
            Stars::Power
        } else {
            Stars::Nothing
        };
    }
    let is_open = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_whitespace);
    let opens = is_open(before) && after.is_some_and(u8::is_ascii_alphabetic);
    let closes = before.is_some_and(u8::is_ascii_alphabetic)
        && after.is_none_or(|byte| byte.is_ascii_whitespace() || b".,:;!?<".contains(byte));
    // A bullet opens a line.
    let is_bullet = is_open(after) && opens_line(bytes, at);
    if opens || closes || is_bullet {
        Stars::Nothing
    } else {
        Stars::Times
    }
}

/// Whether only spaces stand before `at` in its line.
pub(super) fn opens_line(bytes: &[u8], at: usize) -> bool {
    const INDENT_BYTES_MAX: usize = 12;
    let before = bytes[at.saturating_sub(INDENT_BYTES_MAX)..at].iter().rev();
    let indent = before.clone().take_while(|byte| **byte == b' ').count();
    indent == at || before.clone().nth(indent) == Some(&b'\n')
}

/// Pictures that say the same as the text beside them, and that copies leave out.
#[derive(Default)]
pub(super) struct Pictures {
    /// No `[/asy]` stands in the rest of the text: without this an unclosed picture would be looked for
    /// again and again.
    none_left: bool,
}

/// The longest `![…](…)` that is taken for a picture.
const LINK_BYTES_MAX: usize = 1000;

impl Pictures {
    /// Behind the `[asy] … [/asy]` that starts here.
    pub(super) fn asymptote(&mut self, bytes: &[u8], at: usize) -> Option<usize> {
        const OPEN: &[u8] = b"[asy]";
        const CLOSE: &[u8] = b"[/asy]";
        let here = bytes.get(at..at + OPEN.len())?;
        if self.none_left || !here.eq_ignore_ascii_case(OPEN) {
            return None;
        }
        let mut ends = memchr::memchr_iter(b'[', &bytes[at..]).map(|length| at + length);
        let is_close = |&start: &usize| {
            let tag = bytes.get(start..start + CLOSE.len());
            tag.is_some_and(|tag| tag.eq_ignore_ascii_case(CLOSE))
        };
        let found = ends.find(is_close);
        self.none_left = found.is_none();
        found.map(|start| start + CLOSE.len())
    }

    /// Behind the `![…](…)` that starts here.
    pub(super) fn markdown(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let rest = &bytes[at..bytes.len().min(at + LINK_BYTES_MAX)];
        if !rest.starts_with(b"![") {
            return None;
        }
        let link = memmem::find(rest, b"](")?;
        let end = memchr::memchr(b')', &rest[link..])?;
        Some(at + link + end + 1)
    }
}
