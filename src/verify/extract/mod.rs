//! Finds the answer in a response.
//!
//! The last thing a model commits to is what it is judged by: the last box, else what follows the
//! last words that announce an answer, else the last mathematics. The table below says in which
//! order, and each of its entries stands in a file by what points at the answer.

mod announced;
mod between;
mod boxes;
mod context;
mod found;
mod marked;
mod maths;
mod numbers;
mod plain;
mod runs;
mod sentences;

use crate::clean::clean;
use crate::extract::found::is_prose;
use crate::options::Options;
use crate::readings::{is_mathematics, is_readable};
use crate::refusals;
use crate::response::{Parts, Thinking, split_thinking};
use crate::scan;

pub(crate) use self::boxes::all_boxes;
pub use self::found::{Extracted, Rule};

/// The answer of a response, or nothing where it gives none.
///
/// A thinking part that never ends has no answer, whatever it holds, and `I don't know` is none.
///
/// ```
/// use gradatim_verify::{Rule, extract};
///
/// let found = extract("<think>\\boxed{1}?</think>No: \\boxed{2}").unwrap();
/// assert_eq!((found.text.as_str(), found.rule), ("2", Rule::Box));
/// assert_eq!(extract("<think>\\boxed{1}?"), None);
/// assert_eq!(extract("<think>1?</think>I don't know."), None);
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
    let answer = answer.filter(|_| parts.state != Thinking::Open);
    answer.map(|answer| &answer[..marked::next_problem(answer).unwrap_or(answer.len())])
}

/// The answer of a response whose parts are known.
pub(crate) fn extract_parts(response: &str, parts: &Parts, options: &Options) -> Option<Extracted> {
    let answer = answer_part(response, parts)?;
    let refused = |found: &Extracted| [answer, &found.text].into_iter().any(refusals::is_refusal);
    let mut found = extract_answer(answer, options).filter(|found| !refused(found))?;
    let start = parts.answer.start;
    found.span = start + found.span.start..start + found.span.end;
    Some(found)
}

/// The answer of an answer part, in which its span is counted.
pub(crate) fn extract_answer(answer: &str, options: &Options) -> Option<Extracted> {
    let mut found = find(answer, options).filter(|found| !is_cut_off(answer, found))?;
    let unmarked = matches!(found.rule, Rule::Math | Rule::Bold | Rule::Number);
    found.piece |= context::is_taken_back(answer, &found.span)
        || unmarked
            && (context::is_check(answer, &found.span) || context::breaks_off(answer, &found.span));
    Some(found)
}

/// A response that may be nothing but its answer.
pub(crate) struct Whole<'r> {
    pub text: &'r str,
    /// Whether all of it is mathematics, so that a part of it is no answer.
    pub is_mathematics: bool,
}

/// The answer part as a whole, where it is short and nothing in it marks an answer: graders that have cut
/// the answer out call with the bare answer as the response.
pub(crate) fn whole<'r>(
    answer: &'r str,
    found: Option<&Extracted>,
    options: &Options,
) -> Option<Whole<'r>> {
    let marked = found.is_some_and(|found| {
        matches!(
            found.rule,
            Rule::Box | Rule::Tag | Rule::Hashes | Rule::Anchor
        )
    });
    let text = answer.trim();
    if marked || text.is_empty() || text.len() > WHOLE_MAX || !options.plain_text {
        return None;
    }
    let first = text.split_whitespace().next().unwrap_or("");
    let led = is_prose(first) && first.ends_with([':', '.']) && first.len() < text.len();
    let sentence = led
        || text.contains("\n\n")
        || text
            .split_whitespace()
            .filter(|word| is_prose(word))
            .count()
            > 1;
    Some(Whole {
        text,
        is_mathematics: !sentence && is_mathematics(&clean(text)),
    })
}

/// A longer response, in bytes, is more than its answer. By hand.
const WHOLE_MAX: usize = 1_000;

/// Whether a response is JSON that breaks off, or a long one that does so in the middle of a sentence behind an
/// answer that nothing announced: that was a step on the way.
fn is_cut_off(text: &str, found: &Extracted) -> bool {
    if found.rule != Rule::Box && marked::is_cut_json(text) {
        return true;
    }
    let announced = !matches!(found.rule, Rule::Math | Rule::Bold | Rule::Number);
    let tail = text.get(found.span.end..).unwrap_or("").trim_end();
    let ended = tail.ends_with([
        '.', '!', '?', '。', '*', '$', ')', ']', '}', '>', ':', '"', '|', '`',
    ]);
    let words = tail.split_whitespace().count();
    let line = &text[text[..found.span.end].rfind('\n').map_or(0, |at| at + 1)..];
    let count = |c: char| line.matches(c).count();
    let open = tail.is_empty() && count('(') > count(')');
    !announced && text.len() > CUT_OFF_MIN && (words > CUT_OFF_WORDS_MAX && !ended || open)
}

/// A shorter response was not cut off by a limit of tokens.
/// By hand: with 500, 26 verdicts change; with 2,000, 9 verdicts change.
const CUT_OFF_MIN: usize = 1_000;

/// What stands behind an answer that was cut off has more words than this.
/// By hand: with 1, 53 verdicts change; with 3, 19 verdicts change; with 4, 25 verdicts change.
const CUT_OFF_WORDS_MAX: usize = 2;

/// Looks for an answer in a text without thinking.
type Finder = fn(&str, &Options) -> Option<Extracted>;

/// What points at an answer, from the strongest.
const FINDERS: &[Finder] = &[
    final_word,
    first_boxes,
    marked::tagged,
    |text, _| marked::keyed(text),
    |text, _| marked::hashes(text),
    announced::anchored,
    late_boxes,
    short,
    maths::last_math,
    |text, options| plain::bold(text).filter(|_| options.plain_text),
    |text, options| numbers::last_number(text).filter(|_| options.plain_text),
];

/// What is looked for where an answer cannot be read and another one will do.
const OTHERS: &[Finder] = &[
    first_boxes,
    marked::tagged,
    |text, _| marked::hashes(text),
    announced::anchored,
    maths::last_math,
];

/// The answer of a text without thinking.
pub(crate) fn find(text: &str, options: &Options) -> Option<Extracted> {
    let found = FINDERS.iter().find_map(|find| find(text, options))?;
    if !options.any_match || is_readable(&found.text) {
        return Some(found);
    }
    let mut others = OTHERS.iter().filter_map(|find| find(text, options));
    Some(
        others
            .find(|other| is_readable(&other.text))
            .unwrap_or(found),
    )
}

/// From this priority on, a final answer that is announced behind the boxes comes before them: the
/// peer's own number.
const AFTER_FINAL_WORD: i32 = 50;

/// From this priority on, any announced answer does: the peer's own number.
const AFTER_ANCHORS: i32 = 100;

/// What is announced behind the last box and takes it back: what comes later counts, however it is spelt.
fn final_word(text: &str, options: &Options) -> Option<Extracted> {
    let behind = scan::last_box_end(text)?;
    // Mostly nothing but a full stop follows.
    text.get(behind..)?
        .contains(char::is_alphanumeric)
        .then_some(())?;
    let first = options.boxed_match_priority >= AFTER_FINAL_WORD;
    // The peer knows a final answer only.
    let finals = options.any_match;
    let announced = announced::last_word(text, options, finals)
        .filter(|found| first || announced::is_minerva(text, found));
    let marked = marked::behind(text, behind, options).filter(|_| first && !finals);
    let latest = [announced, marked].into_iter().flatten();
    let latest = latest.max_by_key(|found| found.span.start)?;
    (!latest.piece).then_some(latest)
}

fn first_boxes(text: &str, options: &Options) -> Option<Extracted> {
    let wanted = (0..AFTER_ANCHORS).contains(&options.boxed_match_priority);
    wanted.then(|| boxes::boxed(text, options)).flatten()
}

fn late_boxes(text: &str, options: &Options) -> Option<Extracted> {
    let wanted = options.boxed_match_priority >= AFTER_ANCHORS;
    wanted.then(|| boxes::boxed(text, options)).flatten()
}

fn short(text: &str, options: &Options) -> Option<Extracted> {
    plain::short(text).filter(|found| options.plain_text && is_readable(&found.text))
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
