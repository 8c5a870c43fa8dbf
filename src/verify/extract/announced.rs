//! Answers that words announce: `the answer is …`, `答案：…`.

use std::ops::Range;

use memchr::memmem;

use crate::extract::context;
use crate::extract::found::{Extracted, Rule, has_digit, is_prose, one};
use crate::extract::maths::{last_clause_math, maths, shift};
use crate::extract::numbers::last_number_in;
use crate::extract::sentences::{before_aside, display_end, last_clause, sentence_end};
use crate::options::Options;
use crate::readings::is_readable;
use crate::scan::{self, Math};
use crate::words;

const FINAL: [&str; 3] = ["final answer is", "final answer: the", "final answer:"];

/// An answer that is announced behind the last box takes that box back. `finals` says that only a final
/// answer does.
pub(crate) fn last_word(text: &str, options: &Options, finals: bool) -> Option<Extracted> {
    let behind = scan::boxes(text).last()?.outer.end;
    let tail = text.get(behind..)?.to_ascii_lowercase();
    let places = Places::of(&tail);
    let words: &mut dyn Iterator<Item = &&str> = if finals {
        &mut FINAL.iter()
    } else {
        &mut ANCHORS[..2].iter().copied().flatten().chain(&EXPECTED)
    };
    let anchor = words
        .filter_map(|word| places.last(word).first().map(|at| at + word.len()))
        .max()?;
    let found = announced(text, behind + anchor, options)?;
    let letter = words::choice(&found.text).is_some();
    let late = text.len() - found.span.end <= LATE_MAX || finals;
    let said = has_digit(&found.text) || letter && !finals;
    (late && said && !is_enumerated(text, &found)).then_some(found)
}

/// What is announced behind a box takes it back where no more, in bytes, follows: else the argument went
/// on. By hand.
const LATE_MAX: usize = 300;

/// Whether what was found only counts what follows it: `1. …`.
fn is_enumerated(text: &str, found: &Extracted) -> bool {
    let rest = text.get(found.span.end..).unwrap_or("");
    let digits = found.text.bytes().all(|byte| byte.is_ascii_digit());
    let item = rest
        .strip_prefix(['.', ')'])
        .and_then(|rest| rest.strip_prefix(' '));
    let line = item.and_then(|item| item.lines().next());
    let starts = text
        .get(..found.span.start)
        .is_some_and(|before| before.trim_end_matches(' ').ends_with('\n'));
    digits && starts && line.is_some_and(|line| !line.trim().is_empty())
}

/// Whether an announced answer closes as the prompt of Minerva asks: `… . I hope it is correct.`
pub(crate) fn is_minerva(text: &str, found: &Extracted) -> bool {
    text[found.span.end..].contains("I hope")
}

/// Words that announce an answer, from the strongest; the last occurrence of the strongest counts.
const ANCHORS: [&[&str]; 3] = [
    &["final answer", "final result", "最终答案", "最后答案"],
    &[
        "answer is",
        "answers are",
        "answer becomes",
        "answer equals",
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

/// Words that announce an answer near the end, and before it say what the answer has to be.
const EXPECTED: [&str; 4] = [
    "answer should be",
    "answer must be",
    "correct option is",
    "correct choice is",
];

/// The answer that words announce: by the last of the strong ones that announce one, else by the last of
/// the weak ones. `Answer:` above a whole solution announces none.
pub(crate) fn anchored(text: &str, options: &Options) -> Option<Extracted> {
    let folded = text.to_ascii_lowercase();
    let mut strong = ends_of(&folded, &[ANCHORS[0], ANCHORS[1], &EXPECTED]);
    let expected = |end: usize| EXPECTED.iter().any(|words| folded[..end].ends_with(words));
    strong.retain(|end| text.len() - end <= LATE_MAX || !expected(*end));
    let found = strong
        .iter()
        .take(ANCHORS_TRIED)
        .filter_map(|end| Some((*end, announced(text, *end, options)?)))
        .filter(|(_, found)| !is_enumerated(text, found));
    let mut last = None;
    for (end, found) in found {
        let heads = heads_solution(text, end, &found);
        if !found.piece && !heads {
            return Some(found);
        }
        last.get_or_insert((found, heads));
    }
    if let Some((found, heads)) = last {
        return (!heads).then_some(found);
    }
    let weak = ends_of(&folded, &[ANCHORS[2]]);
    announced(text, *weak.first()?, options)
}

/// What words ending at `end` announce, if it may be an answer; a piece where they are doubted.
fn announced(text: &str, end: usize, options: &Options) -> Option<Extracted> {
    let found = after_anchor(text, end, options).filter(is_answer)?;
    let start = text[..end].rfind(|c: char| c.is_whitespace() && c != '\n');
    let start = start.map_or(0, |at| {
        text[..at]
            .rfind(char::is_whitespace)
            .map_or(at, |at| at + 1)
    });
    let piece = found.piece || context::is_doubted(text, start);
    Some(Extracted { piece, ..found })
}

/// Whether what announces stands above a solution, of which the first sentence was taken.
fn heads_solution(text: &str, end: usize, found: &Extracted) -> bool {
    let rest = text.get(found.span.end..).unwrap_or("");
    let before = text.get(end..found.span.start).unwrap_or("");
    let led = before
        .split_whitespace()
        .filter(|word| is_prose(word))
        .count();
    let said = found
        .text
        .split_whitespace()
        .filter(|word| is_prose(word))
        .count();
    let worded = said > CLAUSE_PROSE_MAX && !has_digit(&found.text);
    has_digit(rest) && (worded || rest.len() > SOLUTION_MIN && led > CLAUSE_PROSE_MAX)
}

/// A shorter text behind a sentence, in bytes, is no solution. By hand.
const SOLUTION_MIN: usize = 150;

/// Only so many announcements are tried, from the last. By hand.
const ANCHORS_TRIED: usize = 3;

/// Where words of these lists end, the last first.
fn ends_of(folded: &str, lists: &[&[&str]]) -> Vec<usize> {
    let places = Places::of(folded);
    let mut ends = Vec::new();
    for word in lists.iter().flat_map(|words| words.iter()) {
        // The first character of mathematics belongs to the answer.
        let kept = usize::from(word.ends_with(['$', '\\']));
        let starts = places.last(word);
        ends.extend(starts.iter().map(|at| at + word.len() - kept));
    }
    ends.sort_unstable_by(|one, other| other.cmp(one));
    ends
}

/// The word that most announcements are made with.
const ROOT: &str = "answer";

/// Where announcements may stand in a text, so that it is not searched for each of them.
struct Places<'t> {
    text: &'t str,
    /// Which bytes beyond ASCII it has: most announcements of other languages are told to be absent by one of theirs.
    wide: [bool; 256],
    /// Where [`ROOT`] stands.
    roots: Vec<usize>,
}

impl<'t> Places<'t> {
    fn of(text: &'t str) -> Self {
        Self {
            text,
            wide: wide_bytes(text),
            roots: memmem::find_iter(text.as_bytes(), ROOT).collect(),
        }
    }

    /// Where a word stands, from the last, and no more often than is tried.
    fn last(&self, word: &str) -> Vec<usize> {
        match memmem::find(word.as_bytes(), ROOT.as_bytes()) {
            Some(root) => {
                let starts = self
                    .roots
                    .iter()
                    .rev()
                    .filter_map(|at| at.checked_sub(root));
                let bytes = self.text.as_bytes();
                let starts = starts.filter(|at| bytes[*at..].starts_with(word.as_bytes()));
                starts.take(ANCHORS_TRIED).collect()
            }
            None if self.may_have(word) => {
                let starts = self.text.rmatch_indices(word).map(|(at, _)| at);
                starts.take(ANCHORS_TRIED).collect()
            }
            None => Vec::new(),
        }
    }

    fn may_have(&self, word: &str) -> bool {
        let known = |byte: u8| byte.is_ascii() || self.wide[usize::from(byte)];
        word.bytes().all(known) && memmem::find(self.text.as_bytes(), word.as_bytes()).is_some()
    }
}

/// The bytes beyond ASCII that a text has.
fn wide_bytes(text: &str) -> [bool; 256] {
    // So many bytes are told to be ASCII at once.
    const CHUNK: usize = 64;
    let mut wide = [false; 256];
    for chunk in text
        .as_bytes()
        .chunks(CHUNK)
        .filter(|chunk| !chunk.is_ascii())
    {
        for byte in chunk.iter().filter(|byte| !byte.is_ascii()) {
            wide[usize::from(*byte)] = true;
        }
    }
    wide
}

/// Words that are said of an answer and are none: `I hope this answer is helpful`.
const SAID_OF: [&str; 12] = [
    "helpful",
    "correct",
    "right",
    "wrong",
    "incorrect",
    "consistent",
    "reasonable",
    "clear",
    "valid",
    "in",
    "that",
    "what",
];

/// Whether what was found may be an answer.
fn is_answer(found: &Extracted) -> bool {
    let first = found.text.split([' ', '.', ',', '*']).next().unwrap_or("");
    found.text.chars().any(char::is_alphanumeric)
        && (has_digit(&found.text) || !SAID_OF.contains(&first))
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
    let inside = before_condition(text, start, inside);
    if let Some(found) = last_clause_math(text, &sentence, inside) {
        let piece = is_piece_behind(text, start, &found);
        let more = has_digit(text.get(sentence.end.max(found.span.end)..)?);
        return Some(Extracted {
            rule: Rule::Anchor,
            ambiguous: found.ambiguous || more,
            piece,
            ..found
        });
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

/// Whether an announced answer in mathematics is a piece of what is announced; where nothing stands before
/// it, only what follows can make it one.
fn is_piece_behind(text: &str, start: usize, found: &Extracted) -> bool {
    let inner = text.get(start..).unwrap_or("");
    context::is_piece(inner, &(found.span.start - start..found.span.end - start))
        || context::is_conditioned(text, &found.span)
}

/// The mathematics before words that say when it holds: `$n/2$ for even $n$`.
fn before_condition<'a>(text: &str, start: usize, maths: &'a [Math]) -> &'a [Math] {
    let first = maths.first();
    let directly =
        first.is_some_and(|first| text[start..first.outer.start.max(start)].trim().is_empty());
    let conditioned = maths.windows(2).position(|pair| {
        let between = text
            .get(pair[0].outer.end..pair[1].outer.start)
            .unwrap_or("");
        let word = between.split_whitespace().next().unwrap_or("");
        let word = word.trim_matches([',', '(']);
        matches!(
            word,
            "for" | "if" | "when" | "where" | "with" | "unless" | "provided" | "whenever"
        )
    });
    match conditioned.filter(|_| directly) {
        Some(at) => &maths[..=at],
        None => maths,
    }
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

/// A clause of more words of prose than this is no answer by itself.
/// By hand: with 1, 1 known case is lost; with 3, 3 verdicts change; with 4, 3 verdicts change.
const CLAUSE_PROSE_MAX: usize = 2;

/// An answer in a sentence without mathematics: its last clause where that can be read, the only
/// number in it, or its last number.
fn in_plain_words(text: &str, clause: Range<usize>, sentence: Range<usize>) -> Option<Extracted> {
    let all = one(text, sentence.clone(), Rule::Text);
    if let Some(all) = all.filter(|all| is_bare(&all.text)) {
        return Some(Extracted {
            ambiguous: all.text.ends_with('!'),
            ..all
        });
    }
    let whole = one(text, clause.clone(), Rule::Text);
    let prose = text[clause]
        .split_whitespace()
        .filter(|word| is_prose(word))
        .count();
    let readable = |found: &Extracted| prose <= CLAUSE_PROSE_MAX && is_readable(&found.text);
    let digits = has_digit(&text[sentence.clone()]);
    match whole {
        Some(found) if readable(&found) && (has_digit(&found.text) || !digits) => {
            let piece =
                context::is_conditioned(text, &found.span) || !is_all(text, &sentence, &found);
            Some(Extracted {
                piece,
                ambiguous: found.text.ends_with('!'),
                ..found
            })
        }
        Some(found) if !digits => Some(found),
        _ => {
            let mut found = last_number_in(text, sentence.clone())?;
            found.ambiguous = has_digit(&text[sentence.start..found.span.start]);
            Some(found)
        }
    }
}

/// Whether a sentence is nothing but mathematics: `x = 2, y = 3`.
fn is_bare(sentence: &str) -> bool {
    has_digit(sentence) && !sentence.split_whitespace().any(is_prose) && is_readable(sentence)
}

/// Whether the last clause of a sentence says all that the sentence does: nothing before it is a number,
/// denies, or makes the clause a piece in another way.
fn is_all(text: &str, sentence: &Range<usize>, found: &Extracted) -> bool {
    let before = &text[sentence.start..found.span.start];
    let inner = &text[sentence.clone()];
    before.trim().is_empty()
        || !context::is_piece(
            inner,
            &(found.span.start - sentence.start..found.span.end - sentence.start),
        )
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
                .trim_start_matches([' ', '\n', '\t', '\r', '*', ':', '：', '_', '#', ',', '}'])
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
