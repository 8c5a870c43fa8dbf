//! Grades one attempt: by our verifier, beside what its log says.
//!
//! Ours is *right* or *wrong* only where the verifier is sure. An attempt without an answer, one whose answer can be
//! shown neither equal nor different, and one that was cut off before it committed to the gold answer are unknown: what
//! each would do to an average is said by two bounds, and never decided silently. What a log records stays as recorded,
//! also where it calls a cut-off attempt wrong: the recorded average is the one that others have published.

use super::table::Outcome;
use crate::source::answers;
use crate::verify::{
    self, Options, Reason, Thinking, Verdict, compare, extract, split_thinking, verify_parts,
};

/// What we say of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Graded {
    /// None without a gold answer, or where nothing was to be graded.
    pub outcome: Option<Outcome>,
    /// The answer to which the response commits.
    pub answer: Option<String>,
    /// What the outcome rests on.
    pub reason: Option<Reason>,
    /// Whether the response shows that it came to its end: not, where its thinking never ends; it did, where an answer
    /// is announced behind its thinking.
    pub finished: Option<bool>,
}

/// Grades a response; where there is none, the answer that its log found.
///
/// Without a gold answer only the answer is looked for.
pub(crate) fn grade(gold: Option<&str>, response: Option<&str>, answer: Option<&str>) -> Graded {
    match (response, answer) {
        (Some(response), _) => of_response(gold, response),
        (None, Some(answer)) => {
            let verdict = gold.and_then(|gold| by_any(gold, |gold| compare(gold, answer)));
            let found = verdict
                .as_ref()
                .and_then(|verdict| verdict.extracted.clone());
            graded(verdict, found)
        }
        (None, None) => graded(None, None),
    }
}

fn of_response(gold: Option<&str>, response: &str) -> Graded {
    let parts = split_thinking(response);
    let answer = response.get(parts.answer.clone());
    let answer = answer.filter(|_| parts.state != Thinking::Open);
    // A piece of a sentence is nothing that anybody votes for.
    let found = answer.and_then(extract);
    let found = found.filter(|found| !found.piece && !found.ambiguous);
    let finished = match parts.state {
        Thinking::Open => Some(false),
        Thinking::Closed => found.as_ref().map(|_| true),
        Thinking::Absent => None,
    };
    let options = Options::default();
    let by = |gold: &str| verify_parts(gold, response, &parts, &options);
    let verdict = gold.and_then(|gold| by_any(gold, by));
    let committed = found.map(|found| found.text).or_else(|| {
        let verdict = verdict.as_ref()?;
        let is_right = verdict.outcome == verify::Outcome::Correct;
        verdict.extracted.clone().filter(|_| is_right)
    });
    Graded {
        finished,
        ..graded(verdict, committed)
    }
}

/// The verdict by a gold answer; of several, of which each would do, the first that calls the attempt right, else the
/// first that is not sure.
fn by_any(gold: &str, by: impl Fn(&str) -> Verdict) -> Option<Verdict> {
    let rank = |verdict: &Verdict| match verdict.outcome {
        verify::Outcome::Correct => 0,
        verify::Outcome::Undecided | verify::Outcome::NoAnswer => 1,
        verify::Outcome::Wrong => 2,
        verify::Outcome::NoGold => 3,
    };
    let golds = answers::each(gold);
    golds.iter().map(|gold| by(gold)).min_by_key(rank)
}

fn graded(verdict: Option<Verdict>, answer: Option<String>) -> Graded {
    let outcome = verdict.as_ref().and_then(|verdict| match verdict.outcome {
        verify::Outcome::Correct => Some(Outcome::Right),
        verify::Outcome::Wrong => Some(Outcome::Wrong),
        verify::Outcome::Undecided | verify::Outcome::NoAnswer => Some(Outcome::Unknown),
        verify::Outcome::NoGold => None,
    });
    Graded {
        outcome,
        reason: verdict.map(|verdict| verdict.reason),
        answer,
        finished: None,
    }
}

/// Ours of an attempt that is known to be cut off: an answer that is not the gold one may not have been its last.
pub(crate) fn of_cut(ours: Option<Outcome>) -> Option<Outcome> {
    match ours {
        Some(Outcome::Wrong) => Some(Outcome::Unknown),
        ours => ours,
    }
}

/// The key under which equal answers to one question meet: an integer by its digits, else the tree that the verifier
/// reads, else the text.
pub(crate) fn answer_key(answer: &str) -> String {
    let plain = answer.trim();
    if let Some(digits) = integer(plain) {
        return digits;
    }
    match answer.len() <= READ_BYTES_MAX {
        true => verify::reading(plain).unwrap_or_else(|| plain.to_owned()),
        false => plain.to_owned(),
    }
}

/// No answer that people vote on is longer.
const READ_BYTES_MAX: usize = 2000;

/// An integer without leading zeros and with no sign but a minus.
fn integer(text: &str) -> Option<String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let significant = digits.trim_start_matches('0');
    Some(match (significant, digits.len() < text.len()) {
        ("", _) => "0".into(),
        (digits, true) => format!("-{digits}"),
        (digits, false) => digits.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(gold: &str, response: &str) -> Option<Outcome> {
        grade(Some(gold), Some(response), None).outcome
    }

    #[test]
    fn an_attempt_without_an_answer_is_unknown_and_not_wrong() {
        assert_eq!(outcome("4", "It is \\boxed{4}."), Some(Outcome::Right));
        assert_eq!(outcome("4", "It is \\boxed{5}."), Some(Outcome::Wrong));
        assert_eq!(outcome("4", "<think>It is 4"), Some(Outcome::Unknown));
        assert_eq!(outcome("4", ""), Some(Outcome::Unknown));
        assert_eq!(grade(None, Some("It is \\boxed{4}."), None).outcome, None);
        assert_eq!(
            grade(None, Some("\\boxed{4}"), None).answer.as_deref(),
            Some("4")
        );
        assert_eq!(
            grade(Some("4"), None, Some("4.0")).outcome,
            Some(Outcome::Right)
        );
        assert_eq!(grade(Some("4"), None, None).outcome, None);
    }

    #[test]
    fn of_several_gold_answers_any_will_do() {
        let golds = "[\"14\", \"14.5\"]";
        assert_eq!(outcome(golds, "\\boxed{14}"), Some(Outcome::Right));
        assert_eq!(outcome(golds, "\\boxed{29/2}"), Some(Outcome::Right));
        assert_eq!(outcome(golds, "\\boxed{15}"), Some(Outcome::Wrong));
        assert_eq!(outcome(golds, "So"), Some(Outcome::Unknown));
        let of = |answer| grade(Some(golds), None, Some(answer)).outcome;
        assert_eq!(
            (of("14.5"), of("13")),
            (Some(Outcome::Right), Some(Outcome::Wrong))
        );
        // What differs from one and cannot be held against the other is not known to be wrong.
        let golds = "[\"14\", \"the whole plane\"]";
        let of = |answer| grade(Some(golds), None, Some(answer)).outcome;
        assert_eq!(of("a plane"), Some(Outcome::Unknown));
        // A list that is no list of texts is an answer.
        assert_eq!(outcome("[1, 2]", "\\boxed{[1, 2]}"), Some(Outcome::Right));
    }

    #[test]
    fn a_wrong_answer_before_the_cut_is_unknown_and_a_right_one_stays() {
        assert_eq!(of_cut(Some(Outcome::Wrong)), Some(Outcome::Unknown));
        assert_eq!(of_cut(Some(Outcome::Right)), Some(Outcome::Right));
        assert_eq!(of_cut(None), None);
    }

    #[test]
    fn spellings_of_one_answer_meet() {
        assert_eq!(answer_key("073"), answer_key(" 73"));
        assert_eq!(answer_key("-0"), answer_key("0"));
        assert_eq!(answer_key("\\frac{1}{2}"), answer_key("\\dfrac12"));
        assert_ne!(answer_key("-7"), answer_key("7"));
    }
}
