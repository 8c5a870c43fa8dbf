//! Finds the answer in a response.
//!
//! The last thing a model commits to is what it is judged by: the last box, else what follows the
//! last words that announce an answer, else the last mathematics. A box that is written twice is a
//! correction and the second one counts; boxes are one answer of several parts only when they stand
//! on one line with nothing but commas or and/or between them.

use std::ops::Range;

use crate::options::Options;
use crate::readings::is_readable;
use crate::response::{Parts, Thinking, split_thinking};
use crate::scan::{self, Boxed, Math};

/// What pointed at the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// `\boxed{…}` or `\fbox{…}`.
    Box,
    /// `<answer>…</answer>`.
    Tag,
    /// `#### …`, as GSM8K ends.
    Hashes,
    /// Words that announce an answer: `the answer is …`, `答案：…`.
    Anchor,
    /// The last mathematics between delimiters.
    Math,
    /// The last bold text.
    Bold,
    /// A response that is short enough to be nothing but its answer.
    Text,
    /// The last number of the last line.
    Number,
}

impl Rule {
    /// The rule's name, as it is stored and printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Box => "box",
            Self::Tag => "tag",
            Self::Hashes => "hashes",
            Self::Anchor => "anchor",
            Self::Math => "math",
            Self::Bold => "bold",
            Self::Text => "text",
            Self::Number => "number",
        }
    }
}

/// The answer of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extracted {
    /// The answer, joined by commas where it stands in several boxes.
    pub text: String,
    /// Where it stands in the response, in bytes; with several boxes, from the first to the last.
    pub span: Range<usize>,
    /// What pointed at it.
    pub rule: Rule,
    /// Whether another reading of the same line would give another answer.
    pub ambiguous: bool,
}

/// The answer of a response, or nothing where it gives none.
///
/// A thinking part that never ends has no answer, whatever it holds.
///
/// ```
/// use gradatim_verify::{Rule, extract};
///
/// let found = extract("<think>\\boxed{1}?</think>No: \\boxed{2}").unwrap();
/// assert_eq!((found.text.as_str(), found.rule), ("2", Rule::Box));
/// assert_eq!(extract("<think>\\boxed{1}?"), None);
/// ```
pub fn extract(response: &str) -> Option<Extracted> {
    extract_with(response, &Options::default())
}

/// The answer of a response, looked for in the way that `options` say.
pub fn extract_with(response: &str, options: &Options) -> Option<Extracted> {
    extract_parts(response, &split_thinking(response), options)
}

/// The part of a response that may hold its answer; nothing where the thinking never ends.
pub(crate) fn answer_part<'r>(response: &'r str, parts: &Parts) -> Option<&'r str> {
    let answer = response.get(parts.answer.clone());
    answer.filter(|_| parts.state != Thinking::Open)
}

/// The answer of a response whose parts are known.
pub(crate) fn extract_parts(response: &str, parts: &Parts, options: &Options) -> Option<Extracted> {
    let start = parts.answer.start;
    let answer = answer_part(response, parts)?;
    let mut found = find(answer, options).filter(|found| !is_cut_off(answer, found))?;
    found.span = start + found.span.start..start + found.span.end;
    Some(found)
}

/// Whether a long response breaks off in the middle of a sentence behind an answer that nothing
/// announced: that was a step on the way.
fn is_cut_off(text: &str, found: &Extracted) -> bool {
    let announced = !matches!(found.rule, Rule::Math | Rule::Bold | Rule::Number);
    let tail = text.get(found.span.end..).unwrap_or("").trim_end();
    let ended = tail.ends_with([
        '.', '!', '?', '。', '*', '$', ')', ']', '}', '>', ':', '"', '|', '`',
    ]);
    let words = tail.split_whitespace().count();
    let line = &text[text[..found.span.end].rfind('\n').map_or(0, |at| at + 1)..];
    let count = |c: char| line.matches(c).count();
    let open = tail.is_empty() && count('(') > count(')');
    !announced && text.len() > CUT_OFF_MIN && (words > 2 && !ended || open)
}

/// A shorter response was not cut off by a limit of tokens.
const CUT_OFF_MIN: usize = 1_000;

/// The answer of a text without thinking.
pub(crate) fn find(text: &str, options: &Options) -> Option<Extracted> {
    let boxes = |late: bool| {
        let wanted = options.boxed_match_priority >= 0;
        let now = (options.boxed_match_priority >= 100) == late;
        (wanted && now).then(|| boxed(text, options)).flatten()
    };
    let plain = |found: Option<Extracted>| found.filter(|_| options.plain_text);
    let found = last_word(text, options)
        .filter(|found| options.boxed_match_priority >= 50 || is_minerva(text, found))
        .or_else(|| boxes(false))
        .or_else(|| tagged(text, options))
        .or_else(|| hashes(text))
        .or_else(|| anchored(text, options))
        .or_else(|| boxes(true))
        .or_else(|| plain(short(text).filter(|found| is_readable(&found.text))))
        .or_else(|| last_math(text, options))
        .or_else(|| plain(bold(text)))
        .or_else(|| plain(last_number(text)));
    match found {
        Some(found) if options.any_match && !is_readable(&found.text) => {
            let ways: [&dyn Fn() -> Option<Extracted>; 5] = [
                &|| boxes(false),
                &|| tagged(text, options),
                &|| hashes(text),
                &|| anchored(text, options),
                &|| last_math(text, options),
            ];
            let mut others = ways.iter().filter_map(|way| way());
            let next = others.find(|other| is_readable(&other.text));
            Some(next.unwrap_or(found))
        }
        found => found,
    }
}

/// A final answer that is announced behind the last box takes that box back.
fn last_word(text: &str, options: &Options) -> Option<Extracted> {
    text.contains("boxed").then_some(())?;
    let behind = scan::boxes(text).last()?.outer.end;
    let tail = &text[behind..];
    let anchors = FINAL
        .iter()
        .filter_map(|word| tail.rfind(word).map(|at| at + word.len()));
    let anchor = anchors.max()?;
    let found = after_anchor(text, behind + anchor, options)?;
    has_digit(&found.text).then_some(found)
}

/// Whether an announced answer closes as the prompt of Minerva asks: `… . I hope it is correct.`
fn is_minerva(text: &str, found: &Extracted) -> bool {
    text[found.span.end..].contains("I hope")
}

const FINAL: [&str; 3] = ["final answer is", "Final Answer: The", "Final answer:"];

fn one(text: &str, span: Range<usize>, rule: Rule) -> Option<Extracted> {
    let span = trimmed(text, span);
    let inner = text.get(span.clone())?;
    (!inner.is_empty()).then(|| Extracted {
        text: inner.to_owned(),
        span,
        rule,
        ambiguous: false,
    })
}

/// A span without the blanks at its ends.
fn trimmed(text: &str, span: Range<usize>) -> Range<usize> {
    let Some(inner) = text.get(span.clone()) else {
        return span.start..span.start;
    };
    let start = span.start + (inner.len() - inner.trim_start().len());
    let end = span.end - (inner.len() - inner.trim_end().len());
    start..end.max(start)
}

/// The last box, with those that belong to it.
fn boxed(text: &str, options: &Options) -> Option<Extracted> {
    let mut boxes = scan::boxes(text);
    boxes.retain(|found| !text[found.inner.clone()].trim().is_empty());
    if boxes.iter().any(|found| found.closed) {
        boxes.retain(|found| found.closed);
    }
    let last = boxes.last()?;
    let mut first = boxes.len() - 1;
    while first > 0 && joins(text, &boxes[first - 1], &boxes[first], options) {
        first -= 1;
    }
    let joined = boxes.get(first..)?;
    let start = joined.first()?.outer.start;
    let span = if joined.len() == 1 {
        trimmed(text, last.inner.clone())
    } else {
        start..last.outer.end
    };
    Some(Extracted {
        text: join(text, joined),
        span,
        rule: Rule::Box,
        ambiguous: first > 0 && same_line(text, &boxes[first - 1], last),
    })
}

/// The texts of all boxes of an answer part together, where there are several.
pub(crate) fn all_boxes(text: &str) -> Option<String> {
    let mut boxes = scan::boxes(text);
    boxes.retain(|found| found.closed && !text[found.inner.clone()].trim().is_empty());
    let joined = join(text, &boxes);
    (boxes.len() > 1 && boxes.len() <= 12).then_some(joined)
}

/// The texts of several boxes, one after the other, without repeats.
fn join(text: &str, boxes: &[Boxed]) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for found in boxes {
        let part = text[found.inner.clone()].trim();
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts.join(", ")
}

/// Whether two boxes are parts of one answer.
fn joins(text: &str, left: &Boxed, right: &Boxed, options: &Options) -> bool {
    let Some(between) = text.get(left.outer.end..right.outer.start) else {
        return false;
    };
    let loose = options.loose_boxes && between.len() <= LOOSE_MAX && is_loose_separator(between);
    !between.contains('\n') && (loose || is_separator(between))
}

/// The most that may stand between two boxes that are joined loosely.
const LOOSE_MAX: usize = 40;

fn is_loose_separator(between: &str) -> bool {
    between.contains(',') || between.contains("and") || between.contains("or")
}

fn same_line(text: &str, left: &Boxed, right: &Boxed) -> bool {
    text.get(left.outer.end..right.outer.start)
        .is_some_and(|between| !between.contains('\n') && between.len() < 80)
}

/// Whether a text is nothing but commas, and/or, and the marks of mathematics around them.
fn is_separator(between: &str) -> bool {
    let between = without_label(between.trim_end());
    const NOISE: [&str; 24] = [
        "\\text{ and }",
        "\\text{and}",
        "\\text{ or }",
        "\\text{or}",
        "\\quad",
        "\\qquad",
        "\\(",
        "\\)",
        "\\[",
        "\\]",
        "\\,",
        "\\;",
        "\\ ",
        "\\&",
        "and",
        "or",
        "以及",
        "或",
        "和",
        "与",
        "，",
        "、",
        "；",
        "和",
    ];
    let mut rest = between;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',', ';', '$', '&', '~', '.', '*']);
        match NOISE.iter().find_map(|noise| rest.strip_prefix(noise)) {
            Some(shorter) => rest = shorter,
            None => return rest.is_empty(),
        }
    }
}

/// A separator without the name that the next box gives a value to: `, y =`.
fn without_label(between: &str) -> &str {
    let Some(named) = between.strip_suffix('=') else {
        return between;
    };
    let named = named.trim_end();
    let start = named.rfind([' ', ',', '$']).map_or(0, |at| at + 1);
    let label = &named[start..];
    let short =
        (1..=12).contains(&label.len()) && label.starts_with(|c: char| c.is_ascii_alphabetic());
    if short { &named[..start] } else { between }
}

/// `<answer>…</answer>`; the closing tag may be lost.
fn tagged(text: &str, options: &Options) -> Option<Extracted> {
    let open = text.rfind("<answer>")? + "<answer>".len();
    let close = text[open..]
        .find("</answer>")
        .map_or(text.len(), |at| open + at);
    let inner = &text[open..close];
    let mut found = anchored(inner, options)
        .or_else(|| short(inner))
        .or_else(|| last_math(inner, options).or_else(|| last_number(inner)))?;
    found.span = open + found.span.start..open + found.span.end;
    found.rule = Rule::Tag;
    Some(found)
}

/// What follows the last `####`.
fn hashes(text: &str) -> Option<Extracted> {
    let start = text.rfind("####")? + 4;
    let end = scan::line_end(text.as_bytes(), start);
    let line = text.get(start..end)?;
    // A heading of fourth level is no answer.
    if line.len() > 60 || line.split_whitespace().count() > 6 || line.trim_end().ends_with(':') {
        return None;
    }
    one(text, start..end, Rule::Hashes)
}

/// Words that announce an answer, from the strongest; the last occurrence of the strongest counts.
const ANCHORS: [&[&str]; 3] = [
    &["final answer", "最终答案", "最后答案"],
    &[
        "answer is",
        "answers are",
        "answer:",
        "answer**:",
        "answer:**",
        "答案是",
        "答案为",
        "答案：",
        "答案:",
        "故选",
        "故答案为",
        "应选",
    ],
    &[
        "answer $",
        "answer \\",
        "answer =",
        "answer\n",
        "答案",
        "réponse",
        "respuesta",
        "antwort",
        "ответ",
        "Ответ",
        "lösung",
        "resposta",
        "risposta",
        "答え",
        "정답",
        "답",
        "đáp án",
        "الجواب",
        "उत्तर",
    ],
];

fn anchored(text: &str, options: &Options) -> Option<Extracted> {
    let folded = text.to_ascii_lowercase();
    ANCHORS.iter().find_map(|words| {
        let (at, word) = words
            .iter()
            .filter_map(|word| folded.rfind(word).map(|at| (at, *word)))
            .max()?;
        // The first character of mathematics belongs to the answer.
        let kept = usize::from(word.ends_with(['$', '\\']));
        let found = after_anchor(text, at + word.len() - kept, options)?;
        found
            .text
            .chars()
            .any(char::is_alphanumeric)
            .then_some(found)
    })
}

/// The answer that words ending at `start` announce: mathematics in the same sentence, else the
/// sentence itself when it is short, else its last number.
fn after_anchor(text: &str, start: usize, options: &Options) -> Option<Extracted> {
    let start = skip_lead(text, start);
    let bytes = text.as_bytes();
    let line = start..display_end(text, start);
    let sentence = start..sentence_end(bytes, line.clone());
    let sentence = start..start + before_aside(text.get(sentence)?);
    let segment = text.get(sentence.clone())?;
    let maths = maths(text.get(line.clone())?, options);
    let inside: Vec<Math> = maths
        .into_iter()
        .map(|math| shift(math, start))
        .filter(|math| math.outer.start < sentence.end || math.outer.start == start)
        .collect();
    let inside = before_denial(text, &inside);
    if let Some(found) = last_clause_math(text, &sentence, inside) {
        return Some(with_rule(found, Rule::Anchor));
    }
    if !options.plain_text {
        return None;
    }
    let clause = sentence.start + last_clause(segment);
    let more = has_digit(text.get(line.end..)?);
    in_plain_words(text, clause..sentence.end, sentence).map(|found| Extracted {
        rule: Rule::Anchor,
        ambiguous: found.ambiguous || more,
        ..found
    })
}

/// How much of a sentence stands before words in brackets that follow its value: `6 (since 7 is …)`.
fn before_aside(sentence: &str) -> usize {
    let mut inside = false;
    for (at, c) in sentence.char_indices() {
        inside ^= c == '$';
        let (before, after) = (&sentence[..at], &sentence[at + c.len_utf8()..]);
        let opens = c == '(' && !inside && before.ends_with([' ', '*', '$']);
        let words = after.bytes().take_while(u8::is_ascii_alphabetic).count();
        if opens && words >= 2 && has_digit(before) {
            return at;
        }
    }
    sentence.len()
}

/// The mathematics before words that deny what follows: `$8$ (not $9$)`.
fn before_denial<'a>(text: &str, maths: &'a [Math]) -> &'a [Math] {
    let denied = maths.windows(2).position(|pair| {
        let between = text.get(pair[0].outer.end..pair[1].outer.start);
        between.is_some_and(|between| {
            let words = between.trim_end().trim_end_matches(['(', ',']).trim_end();
            ["not", "instead of", "rather than"]
                .iter()
                .any(|denial| words.ends_with(denial))
        })
    });
    denied.map_or(maths, |at| &maths[..=at])
}

/// An answer in a sentence without mathematics: its last clause where that can be read, the only
/// number in it, or its last number.
fn in_plain_words(text: &str, clause: Range<usize>, sentence: Range<usize>) -> Option<Extracted> {
    let whole = one(text, clause.clone(), Rule::Text);
    let prose = text[clause]
        .split_whitespace()
        .filter(|word| is_prose(word))
        .count();
    let readable = |found: &Extracted| prose <= 2 && is_readable(&found.text);
    let digits = has_digit(&text[sentence.clone()]);
    match whole {
        Some(found) if readable(&found) && (has_digit(&found.text) || !digits) => Some(found),
        Some(found) if !digits => Some(found),
        _ => {
            let mut found = last_number_in(text, sentence.clone())?;
            found.ambiguous = has_digit(&text[sentence.start..found.span.start]);
            Some(found)
        }
    }
}

/// The mathematics of a text.
fn maths(text: &str, options: &Options) -> Vec<Math> {
    let mut maths = scan::math(text);
    if !options.inline_across_lines {
        let inline = |math: &Math| {
            math.inner.start - math.outer.start == 1 || text[math.outer.start..].starts_with("\\(")
        };
        maths.retain(|math| !inline(math) || !text[math.inner.clone()].contains('\n'));
    }
    maths
}

fn with_rule(mut found: Extracted, rule: Rule) -> Extracted {
    found.rule = rule;
    found
}

fn shift(math: Math, by: usize) -> Math {
    Math {
        outer: math.outer.start + by..math.outer.end + by,
        inner: math.inner.start + by..math.inner.end + by,
    }
}

/// The mathematics of the last clause of a sentence, if the clause holds any.
fn last_clause_math(text: &str, sentence: &Range<usize>, maths: &[Math]) -> Option<Extracted> {
    let last = maths.last()?;
    let tail = text.get(last.outer.end..sentence.end.max(last.outer.end))?;
    // "... of $f(x)$ is 19": the answer follows the mathematics.
    if [" is ", " are ", " = "]
        .iter()
        .any(|verb| tail.contains(verb))
        && has_digit(tail)
    {
        return None;
    }
    let first = first_joined(text, maths);
    let mut found = one(text, maths[first].inner.start..last.inner.end, Rule::Math)?;
    if first + 1 < maths.len() {
        found.text = join_maths(text, &maths[first..]);
    } else if let Some(unit) = unit_after(tail) {
        found.text.push_str(unit);
    }
    Some(found)
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
}

/// A percent sign that stands outside of the mathematics it belongs to.
fn unit_after(tail: &str) -> Option<&'static str> {
    let tail = tail.trim_start();
    let percent = ["%", "\\%", "percent", "pct"]
        .iter()
        .any(|word| tail.starts_with(word));
    percent.then_some("\\%")
}

/// The first of the last stretches of mathematics that are parts of one answer.
fn first_joined(text: &str, maths: &[Math]) -> usize {
    let mut first = maths.len() - 1;
    while first > 0 {
        let between = text.get(maths[first - 1].outer.end..maths[first].outer.start);
        if between.is_none_or(|between| between.trim().is_empty() || !is_separator(between)) {
            break;
        }
        first -= 1;
    }
    first
}

fn join_maths(text: &str, maths: &[Math]) -> String {
    let parts: Vec<&str> = maths
        .iter()
        .map(|math| text[math.inner.clone()].trim())
        .collect();
    parts.join(", ")
}

/// Skips what stands between an anchor and its answer: `**`, `:`, `is`, empty lines.
fn skip_lead(text: &str, mut at: usize) -> usize {
    const WORDS: [&str; 24] = [
        "is:",
        "is",
        "are",
        "=",
        "therefore",
        "thus",
        "为",
        "是",
        "final",
        "finale",
        "est",
        "ist",
        "es",
        "é",
        "è",
        "là",
        "es:",
        "est:",
        "は",
        "은",
        "는",
        "هو",
        "должен быть",
        "равен",
    ];
    loop {
        let rest = &text[at..];
        let blank = rest.len()
            - rest
                .trim_start_matches([' ', '\n', '\t', '\r', '*', ':', '：', '_', '#', ','])
                .len();
        at += blank;
        let rest = &text[at..];
        let word = WORDS.iter().find(|word| {
            rest.strip_prefix(**word)
                .is_some_and(|after| !after.starts_with(|c: char| c.is_ascii_alphanumeric()))
        });
        match word {
            Some(word) => at += word.len(),
            None if blank == 0 => return at,
            None => {}
        }
    }
}

/// The end of the line at `start`, or of the display mathematics that opens there.
fn display_end(text: &str, start: usize) -> usize {
    let rest = &text[start..];
    let close = ["\\[", "$$", "\\("]
        .iter()
        .zip(["\\]", "$$", "\\)"])
        .find_map(|(open, close)| rest.strip_prefix(open).and_then(|inner| inner.find(close)));
    match close {
        Some(length) => scan::line_end(text.as_bytes(), start + 2 + length),
        None => scan::line_end(text.as_bytes(), start),
    }
}

/// The end of the first sentence of a line: a full stop that no digit follows.
fn sentence_end(bytes: &[u8], line: Range<usize>) -> usize {
    let mut depth = 0usize;
    for at in line.clone() {
        match bytes[at] {
            b'$' => depth ^= 1,
            b'.' | b'!' | b'?' if depth == 0 => {
                let next = bytes.get(at + 1);
                if next.is_none_or(|next| next.is_ascii_whitespace() || *next == b'*')
                    && at > line.start
                {
                    return at;
                }
            }
            // The ideographic full stop.
            0xE3 if bytes[at..].starts_with("。".as_bytes()) => return at,
            _ => {}
        }
    }
    line.end
}

/// Where the last clause of a sentence starts: behind its last `is`, `are`, `=` or colon.
fn last_clause(sentence: &str) -> usize {
    [
        " is ", " are ", " be ", ": ", " = ", "是", "为", "等于", "：",
    ]
    .iter()
    .filter_map(|verb| sentence.rfind(verb).map(|at| at + verb.len()))
    .max()
    .unwrap_or(0)
}

/// The longest response that may be nothing but its answer: chosen by hand, 21 November 2026.
const SHORT_MAX: usize = 120;

/// A response of one short line without a sentence in it.
fn short(text: &str) -> Option<Extracted> {
    let line = text.trim();
    let maths = scan::math(line);
    if let [only] = maths.as_slice() {
        let rest = line.len() - (only.outer.end - only.outer.start);
        if rest <= 1 {
            return last_math(text, &Options::default());
        }
    }
    let wordy = line
        .split_whitespace()
        .filter(|word| is_prose(word))
        .count();
    if line.len() > SHORT_MAX || line.contains('\n') || wordy > 3 || !maths.is_empty() {
        return None;
    }
    let start = text.len() - text.trim_start().len();
    let end = start + line.len();
    // `The ratio is [1/2].`
    let clause = [" is ", " are ", ": ", "是", "为", "等于", "："]
        .iter()
        .filter_map(|verb| line.rfind(verb).map(|at| at + verb.len()))
        .max()
        .filter(|_| !line.contains("\\text"))
        .unwrap_or(0);
    let named = clause > 0 && wordy > 0 && has_digit(&line[clause..]);
    let from = if named { start + clause } else { start };
    one(text, from..end, Rule::Text)
}

fn is_prose(word: &str) -> bool {
    word.len() > 2
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphabetic() || b",.;:'".contains(&byte))
}

/// The last mathematics between delimiters, with what belongs to it.
fn last_math(text: &str, options: &Options) -> Option<Extracted> {
    let maths = maths(text, options);
    let last = maths.last()?;
    let bytes = text.as_bytes();
    let line = last.outer.end..scan::line_end(bytes, last.outer.end);
    let stops = |text: &str| text.starts_with(['.', '。']);
    let ends_here =
        stops(&text[last.outer.end..]) || text[last.inner.clone()].trim_end().ends_with('.');
    let sentence = if ends_here {
        line.start..line.start
    } else {
        line.start..sentence_end(bytes, line)
    };
    let mut found = last_clause_math(text, &(last.outer.start..sentence.end), &maths)?;
    let tail = &text[sentence.end..];
    if has_digit(tail) {
        // A number in plain text behind the mathematics: either may be the answer.
        found = last_number(text)?;
        found.ambiguous = true;
    } else {
        // Nothing announced it: only mathematics that stands alone is surely the answer.
        found.ambiguous = tail.split_whitespace().count() > 6 || numbers_outside(text, &maths);
    }
    Some(found)
}

/// Whether a text has numbers other than those of its last mathematics.
fn numbers_outside(text: &str, maths: &[Math]) -> bool {
    let mut at = 0;
    let outside = maths.iter().any(|math| {
        let before = text.get(at..math.outer.start).unwrap_or("");
        at = math.outer.end;
        has_digit(before)
    });
    outside || first_joined(text, maths) > 0
}

/// The last bold text, when it is short.
fn bold(text: &str) -> Option<Extracted> {
    let close = text.rfind("**")?;
    let open = text[..close].rfind("**")? + 2;
    let inner = text.get(open..close)?;
    if inner.len() > SHORT_MAX || inner.contains('\n') || inner.trim_end().ends_with(':') {
        return None;
    }
    // A heading in bold, and numbers behind it.
    if !has_digit(inner) && has_digit(&text[close..]) {
        return None;
    }
    let clause = open + last_clause(inner);
    one(text, clause..close, Rule::Bold)
}

/// The last number of the last line that holds one.
fn last_number(text: &str) -> Option<Extracted> {
    last_number_in(text, 0..text.len())
}

fn last_number_in(text: &str, span: Range<usize>) -> Option<Extracted> {
    let span = span.start..before_denied(text, &span);
    let bytes = text.as_bytes();
    let last = (span.clone())
        .rev()
        .find(|at| bytes[*at].is_ascii_digit())?;
    let inner = |byte: u8| byte.is_ascii_digit() || b".,/".contains(&byte);
    let mut start = last;
    while start > span.start && inner(bytes[start - 1]) {
        start -= 1;
    }
    while start < last && !bytes[start].is_ascii_digit() && bytes[start] != b'.' {
        start += 1;
    }
    if start > span.start && bytes[start - 1].is_ascii_alphabetic() {
        return None;
    }
    if start > span.start && bytes[start - 1] == b'-' {
        start -= 1;
    }
    let before = text[span.start..start].trim_end();
    let negative = ["negative", "minus", "负"]
        .iter()
        .any(|word| before.ends_with(word));
    let (start, last) = bracketed(text, start, last).unwrap_or((start, last));
    let mut found = one(text, start..last + 1, Rule::Number)?;
    found.ambiguous = true;
    if negative {
        found.text.insert(0, '-');
    }
    let line = scan::line_end(bytes, last + 1).min(span.end.max(last + 1));
    if let Some(unit) = unit_after(&text[last + 1..line]) {
        found.text.push_str(unit);
    }
    Some(found)
}

/// Where words deny what follows, behind a number: `42, not 43`.
fn before_denied(text: &str, span: &Range<usize>) -> usize {
    let inner = &text[span.clone()];
    let from = crate::scan::tail(inner, 400);
    let start = span.end - from.len();
    let denied = [", not ", " (not ", " instead of ", " rather than "]
        .iter()
        .filter_map(|denial| from.rfind(denial))
        .filter(|at| {
            let denied = from[*at..].trim_end_matches(['.', ')', ' ', '\n']);
            has_digit(&from[..*at]) && !denied.contains(['\n', '.'])
        });
    denied.max().map_or(span.end, |at| start + at)
}

/// The brackets around a last number: `(-1, 6)`.
fn bracketed(text: &str, start: usize, last: usize) -> Option<(usize, usize)> {
    text[last + 1..].starts_with(')').then_some(())?;
    let open = text[..start].rfind('(')?;
    let inner = &text[open + 1..start];
    let plain = inner
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b" ,.-/".contains(&byte));
    (plain && !inner.trim().is_empty()).then_some((open, last + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(response: &str, text: &str, rule: Rule) {
        let found = extract(response).unwrap_or_else(|| panic!("nothing in {response:?}"));
        assert_eq!(
            (found.text.as_str(), found.rule),
            (text, rule),
            "{response:?}"
        );
        assert!(response.get(found.span).is_some());
    }

    #[test]
    fn the_last_box_counts() {
        check(r"\boxed{1} no, \boxed{2}", "2", Rule::Box);
        check("\\boxed{1}\n\\boxed{2}", "2", Rule::Box);
        check(r"so $\boxed{\frac{1}{2}}$.", r"\frac{1}{2}", Rule::Box);
        check(r"\boxed{3} and then \boxed{", "3", Rule::Box);
    }

    #[test]
    fn boxes_on_one_line_are_joined() {
        check(r"$\boxed{1}$ and $\boxed{2}$", "1, 2", Rule::Box);
        check(r"\boxed{1}, \boxed{2} or \boxed{3}", "1, 2, 3", Rule::Box);
        check(r"\boxed{5}, \boxed{5}", "5", Rule::Box);
    }

    #[test]
    fn words_announce_an_answer() {
        check(
            "The final answer is $5$. I hope it is correct.",
            "5",
            Rule::Anchor,
        );
        check("**Final Answer**\n\n$x = 5$", "x = 5", Rule::Anchor);
        check("Final Answer: The largest $n$ is 34.", "34", Rule::Anchor);
        check("So the answer is 3.5 meters.", "3.5 meters", Rule::Anchor);
        check("We add.\n#### 42", "42", Rule::Hashes);
        check("<answer>42</answer>", "42", Rule::Tag);
        check("所以答案是 5。", "5", Rule::Anchor);
        check("故选：C", "C", Rule::Anchor);
    }

    #[test]
    fn the_last_mathematics_is_next() {
        check("We add $1$ and get $x = 2$.", "x = 2", Rule::Math);
        check(r"Hence \[ y = 3 \]", "y = 3", Rule::Math);
        check("42", "42", Rule::Text);
    }

    #[test]
    fn an_open_thinking_part_has_no_answer() {
        assert_eq!(extract("<think>\\boxed{4}"), None);
        assert_eq!(extract(""), None);
    }
}
