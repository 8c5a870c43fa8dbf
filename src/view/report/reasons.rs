//! Why rows are dropped, in the words of whoever reads for the first time, and at which stage.

/// Where on its way an entry was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// It was no trajectory.
    Read,
    /// Its answer was not accepted.
    Accept,
    /// It was not as the pipeline asks.
    Screen,
    /// Its problem is a benchmark's.
    Benchmark,
    /// Another stands for it.
    Copy,
}

impl Stage {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Read => "cannot be read as a trajectory",
            Self::Accept => "its answer is not accepted",
            Self::Screen => "not as the pipeline asks",
            Self::Benchmark => "meets a benchmark",
            Self::Copy => "another copy stays",
        }
    }
}

/// A reason's stage and what it means; of one that another version wrote nothing is known.
pub(super) fn meaning(reason: &str) -> Option<(Stage, &'static str)> {
    let found = REASONS.iter().find(|(name, ..)| *name == reason);
    found.map(|(_, stage, meaning)| (*stage, *meaning))
}

/// Its place among all in the order in which they are asked; behind all others where nothing is known of it.
pub(super) fn place(reason: &str) -> usize {
    let found = REASONS.iter().position(|(name, ..)| *name == reason);
    found.unwrap_or(REASONS.len())
}

/// In the order in which they are asked.
const REASONS: [(&str, Stage, &str); 33] = [
    ("bad_json", Stage::Read, "the line is no JSON object"),
    (
        "bad_csv",
        Stage::Read,
        "the row of CSV does not fit its header",
    ),
    ("bad_utf8", Stage::Read, "the row is not UTF-8"),
    (
        "too_large",
        Stage::Read,
        "the row has more bytes than the pipeline lets through",
    ),
    (
        "wrong_type",
        Stage::Read,
        "a column holds another type than the source's layout says",
    ),
    ("no_problem", Stage::Read, "the problem is missing or blank"),
    ("no_generations", Stage::Read, "the row has no responses"),
    ("no_response", Stage::Read, "the response is missing"),
    ("empty_response", Stage::Read, "the response is blank"),
    (
        "several_turns",
        Stage::Read,
        "the chat has several questions, and one is taken",
    ),
    (
        "turn_order",
        Stage::Read,
        "the turns are no dialogue of a question and its answer",
    ),
    (
        "tool_calls",
        Stage::Read,
        "the chat calls tools, so that its text is not all of it",
    ),
    (
        "no_text",
        Stage::Read,
        "a turn holds something else than text, as an image",
    ),
    (
        "control_tokens",
        Stage::Read,
        "a token that would end or begin a turn stands inside the text",
    ),
    ("unreadable_file", Stage::Read, "its file could not be read"),
    (
        "cut_off",
        Stage::Accept,
        "the response was cut off before its end",
    ),
    (
        "not_recorded",
        Stage::Accept,
        "the source does not say whether it is right",
    ),
    (
        "recorded_wrong",
        Stage::Accept,
        "the source says that it is wrong",
    ),
    (
        "wrong",
        Stage::Accept,
        "our verifier finds the answer wrong",
    ),
    ("undecided", Stage::Accept, "our verifier cannot decide"),
    (
        "no_answer",
        Stage::Accept,
        "our verifier finds no answer in it",
    ),
    (
        "no_gold",
        Stage::Accept,
        "there is no gold answer to compare with",
    ),
    (
        "too_short",
        Stage::Screen,
        "fewer tokens than the pipeline asks for",
    ),
    (
        "too_long",
        Stage::Screen,
        "more tokens than the pipeline allows",
    ),
    (
        "repetitive",
        Stage::Screen,
        "more of it repeats itself than the pipeline allows",
    ),
    (
        "question_type",
        Stage::Screen,
        "another type of question than the pipeline asks for",
    ),
    (
        "gold_kind",
        Stage::Screen,
        "another kind of gold answer than the pipeline asks for",
    ),
    (
        "problem_is_valid",
        Stage::Screen,
        "the source does not call the problem valid",
    ),
    (
        "solution_is_valid",
        Stage::Screen,
        "the source does not call the solution valid",
    ),
    (
        "synthetic",
        Stage::Screen,
        "made by a model, or not, against what the pipeline asks for",
    ),
    (
        "contaminated",
        Stage::Benchmark,
        "the problem is a benchmark's",
    ),
    (
        "duplicate",
        Stage::Copy,
        "another row has the same problem and response",
    ),
    (
        "near_duplicate",
        Stage::Copy,
        "its problem is nearly the same as one that stays",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screen::DropReason::{self, *};
    use crate::screen::facts::Fact;
    use crate::source::Void;

    #[test]
    fn every_reason_that_a_row_is_dropped_for_is_said_in_words() {
        let voids = Void::ALL.map(DropReason::Void);
        let facts = Fact::ALL.map(DropReason::Fact);
        let others = [
            CutOff,
            NotRecorded,
            RecordedWrong,
            Wrong,
            Undecided,
            NoAnswer,
            NoGold,
            TooShort(0),
            TooLong(0),
            Repetitive(0.0),
            Duplicate(0),
            Contaminated(0),
            NearDuplicate(0),
        ];
        let all = voids.into_iter().chain(facts).chain(others);
        for reason in all.clone() {
            assert!(meaning(reason.as_str()).is_some(), "{}", reason.as_str());
        }
        assert_eq!(all.count(), REASONS.len());
        assert!(
            REASONS.is_sorted_by_key(|(_, stage, _)| stage),
            "stage by stage"
        );
    }
}
