//! Grades one attempt: by our verifier, beside what its log says.
//!
//! Ours is *right* or *wrong* only where the verifier is sure. An attempt without an answer, one whose answer can be
//! shown neither equal nor different, and one that was cut off before it committed to the gold answer are unknown: what
//! each would do to an average is said by two bounds, and never decided silently. What a log records stays as recorded,
//! also where it calls a cut-off attempt wrong: the recorded average is the one that others have published.

use super::table::Outcome;
use crate::verify::{
    self, Options, Reason, Verdict, compare, extract, split_thinking, verify_parts,
};

/// What we say of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Graded {
    /// None without a gold answer, or where nothing was to be graded.
    pub outcome: Option<Outcome>,
    /// The answer that was found.
    pub answer: Option<String>,
    /// What the outcome rests on.
    pub reason: Option<Reason>,
    /// Whether the response's thinking never ends: it was cut off.
    pub is_open: bool,
}

/// Grades a response; where there is none, the answer that its log found.
///
/// Without a gold answer only the answer is looked for.
pub(crate) fn grade(gold: Option<&str>, response: Option<&str>, answer: Option<&str>) -> Graded {
    match (response, answer) {
        (Some(response), _) => of_response(gold, response),
        (None, Some(answer)) => Graded {
            is_open: false,
            ..of_verdict(gold.map(|gold| compare(gold, answer)))
        },
        (None, None) => of_verdict(None),
    }
}

fn of_response(gold: Option<&str>, response: &str) -> Graded {
    let parts = split_thinking(response);
    let is_open = parts.state == verify::Thinking::Open;
    let Some(gold) = gold else {
        let answer = response.get(parts.answer).filter(|_| !is_open);
        return Graded {
            outcome: None,
            answer: answer.and_then(extract).map(|found| found.text),
            reason: None,
            is_open,
        };
    };
    let verdict = verify_parts(gold, response, &parts, &Options::default());
    Graded {
        is_open,
        ..of_verdict(Some(verdict))
    }
}

fn of_verdict(verdict: Option<Verdict>) -> Graded {
    let outcome = verdict.as_ref().and_then(|verdict| match verdict.outcome {
        verify::Outcome::Correct => Some(Outcome::Right),
        verify::Outcome::Wrong => Some(Outcome::Wrong),
        verify::Outcome::Undecided | verify::Outcome::NoAnswer => Some(Outcome::Unknown),
        verify::Outcome::NoGold => None,
    });
    Graded {
        outcome,
        reason: verdict.as_ref().map(|verdict| verdict.reason),
        answer: verdict.and_then(|verdict| verdict.extracted),
        is_open: false,
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
