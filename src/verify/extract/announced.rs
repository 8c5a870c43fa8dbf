//! Answers that words announce: `the answer is …`, `答案：…`.

use std::ops::Range;

use crate::extract::found::{Extracted, Rule, has_digit, is_prose, one};
use crate::extract::maths::{last_clause_math, maths, shift};
use crate::extract::numbers::last_number_in;
use crate::extract::sentences::{before_aside, display_end, last_clause, sentence_end};
use crate::options::Options;
use crate::readings::is_readable;
use crate::scan::{self, Math};

const FINAL: [&str; 3] = ["final answer is", "Final Answer: The", "Final answer:"];

/// A final answer that is announced behind the last box takes that box back.
pub(crate) fn last_word(text: &str, options: &Options) -> Option<Extracted> {
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
pub(crate) fn is_minerva(text: &str, found: &Extracted) -> bool {
    text[found.span.end..].contains("I hope")
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

pub(crate) fn anchored(text: &str, options: &Options) -> Option<Extracted> {
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
        return Some(Extracted {
            rule: Rule::Anchor,
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
    let whole = one(text, clause.clone(), Rule::Text);
    let prose = text[clause]
        .split_whitespace()
        .filter(|word| is_prose(word))
        .count();
    let readable = |found: &Extracted| prose <= CLAUSE_PROSE_MAX && is_readable(&found.text);
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
