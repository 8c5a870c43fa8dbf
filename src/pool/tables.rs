//! The pool's three tables: every column of them, and what fills it.
//!
//! A measurement is added here, in [`measures`]: the ledger has it then as well. Who reads a part again takes the
//! same constants (`load`).

use std::collections::HashSet;

use arrow::array::ArrayRef;

use crate::ids::{self, Id};
use crate::measure::behaviour::Behaviour;
use crate::measure::style::Style;
use crate::measure::{Measured, Measurements};
use crate::schema::{
    Column, Filled, Head, Holds, Kind, OneOf, Stored, Worded, arrays, column, heads, read_words,
};
use crate::source::{GoldKind, Remarks, Trajectory, Void};
use crate::verify::Outcome;

/// Part of every part's name: raised when the tables change their form.
pub const VERSION: u32 = 6;

/// A table of a part: its name and its columns.
#[derive(Clone, Copy)]
pub(crate) struct PartTable {
    pub name: &'static str,
    columns: fn() -> Vec<Head>,
}

/// The entries of a unit, one row each, in the order of the file: a function of that entry alone.
pub(crate) const TRAJECTORIES: PartTable = PartTable {
    name: "trajectories",
    columns: || {
        [
            heads(&place()),
            heads(&ids()),
            heads(&measures()),
            heads(&[fields()]),
        ]
        .concat()
    },
};

/// The problems that they answer, one row for each problem of a part.
pub(crate) const PROBLEMS: PartTable = PartTable {
    name: "problems",
    columns: || heads(&problem()),
};

/// The problems of a companion, one row each, with what it tells of them.
pub(crate) const COMPANION: PartTable = PartTable {
    name: "companion",
    columns: || heads(&said()),
};

impl PartTable {
    /// Whether its rows are the entries that a part's seal counts.
    pub(super) fn is_first(self) -> bool {
        [TRAJECTORIES.name, COMPANION.name].contains(&self.name)
    }

    pub(crate) fn heads(self) -> Vec<Head> {
        (self.columns)()
    }
}

/// Entries as rows of [`TRAJECTORIES`]; one that yields no trajectory has a place and nothing more.
pub(crate) fn trajectories(measured: &[Measured]) -> Vec<ArrayRef> {
    let entries: Vec<Option<&Measured>> = measured.iter().map(Some).collect();
    let bodies = measured.iter().map(|entry| entry.body.as_ref().ok());
    let bodies: Vec<Option<&Measurements>> = bodies.collect();
    let places = place().into_iter().map(|column| column.array(&entries));
    let measures = [ids(), measures(), vec![fields()]].into_iter().flatten();
    places
        .chain(measures.map(|column| column.array(&bodies)))
        .collect()
}

/// The problems of entries that are not in `known` yet, as rows of [`PROBLEMS`].
pub(crate) fn problems(measured: &[Measured], known: &mut HashSet<Id>) -> Vec<ArrayRef> {
    let bodies = measured.iter().filter_map(|entry| entry.body.as_ref().ok());
    let new = bodies.filter(|body| known.insert(body.problem_id));
    arrays(&problem(), new)
}

/// A companion's rows as rows of [`COMPANION`]; none stands for a row that is no problem.
pub(crate) fn companion(problems: &[Option<Trajectory<'_>>]) -> Vec<ArrayRef> {
    let rows: Vec<Option<&Trajectory<'_>>> = problems.iter().map(Option::as_ref).collect();
    said().iter().map(|column| column.array(&rows)).collect()
}

// What is read again.

pub(crate) const ROW: Column<u64> = column("row", "row of the file, from 0");
pub(crate) const GENERATION: Column<u32> = column(
    "generation",
    "index among the row's trajectories, from 0; null where the row yields none",
);
pub(super) const OFFSET: Column<u64> = column(
    "offset",
    "byte where the row starts, in a plain file of text only",
);
pub(super) const VOID: Column<OneOf<Void>> = column(
    "void",
    "why the entry yields no trajectory; null where it does",
);
pub(crate) const PROBLEM_ID: Column<Id> =
    column("problem_id", "hash of the problem's canonical text");
pub(super) const TRAJECTORY_ID: Column<Id> = column(
    "trajectory_id",
    "hash of problem_id and the response as it is",
);
pub(super) const TEXT_ID: Column<Id> = column(
    "text_id",
    "hash of the problem and the gold answer, both exactly as the source has them",
);
pub(super) const FIELDS_ID: Column<Id> = column(
    "fields_id",
    "hash of the gold answer and all that the source says of the trajectory: which exact copy stays",
);
pub(crate) const PROBLEM: Column<str> = column("problem", "the problem, as the source has it");
pub(crate) const ANSWER: Column<str> = column("answer", "the gold answer, as the source has it");
pub(crate) const CATEGORY: Column<str> = column(
    "category",
    "category of the problem as the source has it, in lower case with _ for spaces",
);
pub(crate) const ORIGIN: Column<str> = column(
    "origin",
    "where the source has the problem from (OpenR1's and NuminaMath's column `source`)",
);
pub(crate) const QUESTION_TYPE: Column<str> =
    column("question_type", "kind of question as the source has it");
pub(crate) const GOLD_KIND: Column<OneOf<GoldKind>> = column(
    "gold_kind",
    "value, proof or notfound; null where the source has no answer",
);
pub(crate) const PROBLEM_IS_VALID: Column<str> = column(
    "problem_is_valid",
    "whether the problem is one, as NuminaMath judged it",
);
pub(crate) const SOLUTION_IS_VALID: Column<str> = column(
    "solution_is_valid",
    "whether the human solution solves it, as NuminaMath judged it",
);
pub(crate) const SYNTHETIC: Column<bool> = column(
    "synthetic",
    "whether a model wrote the problem, as NuminaMath says",
);
pub(super) const REMARKS: Column<Remarks> = column(
    "remarks",
    "what was done to it when it was read, in words with commas between; null where nothing was",
);
pub(super) const RECORDED_RULE: Column<bool> = column(
    "recorded_rule",
    "right by the source's rule-based verifier; null where it did not look",
);
pub(super) const RECORDED_JUDGE: Column<bool> = column(
    "recorded_judge",
    "right by the source's judging model or grader; null where it did not look",
);
pub(super) const VERDICT: Column<OneOf<Outcome>> = column(
    "verdict",
    "ours: correct, wrong, undecided, no_answer or no_gold",
);
pub(crate) const VERDICT_REASON: Column<str> =
    column("verdict_reason", "the rule that decided our verdict");
pub(crate) const EXTRACTED: Column<str> =
    column("extracted", "the extracted answer, cut at 200 characters");
pub(super) const TOKENS: Column<u32> =
    column("tokens", "tokens of the whole reply as it will be trained");
pub(super) const THINKING_TOKENS: Column<u32> = column(
    "thinking_tokens",
    "tokens up to the end of the thinking part; 0 where there is none",
);
pub(super) const BYTES: Column<u32> = column("bytes", "bytes of the whole reply");
pub(crate) const PROBLEM_BYTES: Column<u32> = column(
    "problem_bytes",
    "bytes of the problem, in Unicode NFC with white space folded",
);
pub(super) const FINISHED: Column<bool> = column(
    "finished",
    "false: cut off; true: ended by itself; null: nothing says which",
);
pub(super) const REPEATED_SHARE: Column<f32> = column(
    "repeated_share",
    "share of the reply's bytes in lines and sentences said before, 0 to 1",
);
pub(super) const STYLE_SOURCE: Column<str> = column(
    "style_source",
    "style as the source or the pipeline names it",
);
pub(super) const STYLE_TEXT: Column<OneOf<Style>> = column(
    "style_text",
    "style as the text rule sees it: r1, gemini, human or other",
);
pub(super) const VERIFICATION_WORDS: Column<u32> = column(
    "verification_word_count",
    "words of data/words/verification.txt in the reply; null where none were counted",
);
pub(super) const TENTATIVE_WORDS: Column<u32> = column(
    "tentative_word_count",
    "words of data/words/tentative.txt in the reply; null where none were counted",
);
pub(super) const CONNECTIVES: Column<u32> = column(
    "connective_count",
    "words of data/words/connectives.txt in the reply; null where none were counted",
);

// What fills the tables.

/// Where an entry lies, and why it yields no trajectory.
fn place() -> Vec<Filled<'static, Measured>> {
    vec![
        ROW.always(|entry| entry.row),
        GENERATION.perhaps(|entry| entry.generation),
        OFFSET.perhaps(|entry| entry.offset),
        VOID.perhaps(|entry| entry.body.as_ref().err().copied()),
    ]
}

fn ids() -> Vec<Filled<'static, Measurements>> {
    vec![
        PROBLEM_ID.perhaps(|body| Some(body.problem_id)),
        TRAJECTORY_ID.perhaps(|body| Some(body.trajectory_id)),
        TEXT_ID.perhaps(|body| Some(body.text_id)),
    ]
}

fn fields() -> Filled<'static, Measurements> {
    FIELDS_ID.perhaps(|body| Some(body.fields_id))
}

/// What is measured of a trajectory or said of it, as the pool and the ledger have it.
pub(crate) fn measures() -> Vec<Filled<'static, Measurements>> {
    vec![
        CATEGORY.perhaps(|body| body.category.as_deref()),
        ORIGIN.perhaps(|body| body.origin.as_deref()),
        QUESTION_TYPE.perhaps(|body| body.facts.question_type.as_deref()),
        GOLD_KIND.perhaps(|body| GoldKind::of(body.gold.as_deref()?)),
        PROBLEM_IS_VALID.perhaps(|body| body.facts.problem_is_valid.as_deref()),
        SOLUTION_IS_VALID.perhaps(|body| body.facts.solution_is_valid.as_deref()),
        SYNTHETIC.perhaps(|body| body.facts.synthetic),
        column::<str>(
            "source_id",
            "the source's own id (`uuid`); never a key, it may repeat",
        )
        .perhaps(|body| body.source_id.as_deref()),
        REMARKS.perhaps(|body| Some(body.remarks).filter(|remarks| !remarks.is_empty())),
        RECORDED_RULE.perhaps(|body| body.recorded_rule),
        RECORDED_JUDGE.perhaps(|body| body.recorded_judge),
        VERDICT.perhaps(|body| Some(body.outcome)),
        VERDICT_REASON.perhaps(|body| Some(body.reason)),
        EXTRACTED.perhaps(|body| body.extracted.as_deref()),
        TOKENS.perhaps(|body| Some(body.tokens)),
        THINKING_TOKENS.perhaps(|body| Some(body.thinking_tokens)),
        column::<u32>(
            "answer_tokens",
            "tokens after the thinking part: tokens - thinking_tokens",
        )
        .perhaps(|body| Some(body.tokens - body.thinking_tokens)),
        BYTES.perhaps(|body| Some(body.bytes)),
        PROBLEM_BYTES.perhaps(|body| {
            let bytes = ids::canonical(&body.problem).len();
            Some(u32::try_from(bytes).unwrap_or(u32::MAX))
        }),
        FINISHED.perhaps(|body| body.finished),
        REPEATED_SHARE.perhaps(|body| Some(body.repeated_share)),
        STYLE_SOURCE.perhaps(|body| body.style_source.as_deref()),
        STYLE_TEXT.perhaps(|body| Some(body.style_text)),
        column::<u32>(
            "verification_count",
            "phrases of data/behaviours/verification.txt in the reply; null where none were counted",
        )
        .perhaps(|body| Some(counts(body)?.verification)),
        column::<u32>(
            "backtracking_count",
            "phrases of data/behaviours/backtracking.txt in the reply; null where none were counted",
        )
        .perhaps(|body| Some(counts(body)?.backtracking)),
        column::<u32>(
            "subgoal_count",
            "phrases of data/behaviours/subgoals.txt in the reply; null where none were counted",
        )
        .perhaps(|body| Some(counts(body)?.subgoals)),
        column::<u32>(
            "backward_chaining_count",
            "phrases of data/behaviours/backward_chaining.txt in the reply; null where none were counted",
        )
        .perhaps(|body| Some(counts(body)?.backward_chaining)),
        VERIFICATION_WORDS.perhaps(|body| Some(counts(body)?.words[0])),
        TENTATIVE_WORDS.perhaps(|body| Some(counts(body)?.words[1])),
        CONNECTIVES.perhaps(|body| Some(counts(body)?.words[2])),
    ]
}

fn counts(body: &Measurements) -> Option<&Behaviour> {
    body.behaviour.as_ref()
}

fn problem() -> Vec<Filled<'static, Measurements>> {
    vec![
        PROBLEM_ID.always(|body| body.problem_id),
        PROBLEM.always(|body| &body.problem),
        ANSWER.perhaps(|body| body.gold.as_deref()),
        CATEGORY.perhaps(|body| body.category.as_deref()),
        ORIGIN.perhaps(|body| body.origin.as_deref()),
    ]
}

/// What a row of a companion says of its problem.
fn said<'t>() -> Vec<Filled<'t, Trajectory<'t>>> {
    let problem_id: Column<Id> = column(
        PROBLEM_ID.name(),
        "hash of the problem's canonical text; null where the row is no problem",
    );
    vec![
        problem_id.perhaps(|problem| Some(ids::problem_id(&problem.problem))),
        CATEGORY.perhaps(|problem| problem.category.as_deref()),
        ORIGIN.perhaps(|problem| problem.origin.as_deref()),
        QUESTION_TYPE.perhaps(|problem| problem.facts.question_type.as_deref()),
        GOLD_KIND.perhaps(|problem| GoldKind::of(problem.gold.as_deref()?)),
        PROBLEM_IS_VALID.perhaps(|problem| problem.facts.problem_is_valid.as_deref()),
        SOLUTION_IS_VALID.perhaps(|problem| problem.facts.solution_is_valid.as_deref()),
        SYNTHETIC.perhaps(|problem| problem.facts.synthetic),
    ]
}

// The words that columns hold.

impl Worded for Void {
    fn word(self) -> &'static str {
        self.as_str()
    }

    fn of_word(word: &str) -> Option<Self> {
        Self::parse(word)
    }
}

impl Worded for GoldKind {
    fn word(self) -> &'static str {
        self.as_str()
    }

    fn of_word(word: &str) -> Option<Self> {
        Self::parse(word)
    }
}

impl Worded for Outcome {
    fn word(self) -> &'static str {
        self.as_str()
    }

    fn of_word(word: &str) -> Option<Self> {
        word.parse().ok()
    }
}

impl Worded for Style {
    fn word(self) -> &'static str {
        self.as_str()
    }

    fn of_word(word: &str) -> Option<Self> {
        word.parse().ok()
    }
}

impl Holds for Remarks {
    const KIND: Kind = Kind::Text;
    type Of<'r> = Self;

    fn array<'r, I: Iterator<Item = Option<Self::Of<'r>>>>(values: I) -> ArrayRef {
        String::array(values.map(|remarks| remarks.map(|remarks| remarks.to_string())))
    }
}

impl Stored for Remarks {
    fn read(array: &ArrayRef) -> Result<Vec<Option<Self::Of<'_>>>, String> {
        read_words(array, |words| words.parse().ok())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use arrow::array::RecordBatch;
    use serde_json::{Value, json};

    use super::*;
    use crate::schema;
    use crate::schema::tests::json_rows;
    use crate::source::Facts;

    impl PartTable {
        /// Rows of the table as a batch.
        pub(crate) fn batch(self, arrays: Vec<ArrayRef>) -> RecordBatch {
            RecordBatch::try_new(schema::schema(&self.heads()), arrays).expect("an array a column")
        }
    }

    fn text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    /// A trajectory that says everything, every number another and every word; one that says as little as it can,
    /// with the flags that tell the first one's apart; an entry without one.
    pub(crate) fn measured() -> Vec<Measured> {
        let full = Measurements {
            problem_id: Id(0xa1),
            trajectory_id: Id(0xa2),
            text_id: Id(0xa4),
            fields_id: Id(0xa3),
            problem: "a problem".into(),
            gold: text("a gold answer"),
            category: text("a category"),
            origin: text("an origin"),
            facts: Facts {
                question_type: Some("a question type".into()),
                problem_is_valid: Some("a valid problem".into()),
                solution_is_valid: Some("a valid solution".into()),
                synthetic: Some(true),
            },
            source_id: text("an id"),
            remarks: "system_turn, end_token".parse().expect("remarks"),
            recorded_rule: Some(true),
            recorded_judge: Some(false),
            outcome: Outcome::Wrong,
            reason: "a reason",
            extracted: text("an extracted answer"),
            tokens: 1000,
            thinking_tokens: 1,
            bytes: 2,
            finished: Some(false),
            repeated_share: 0.25,
            style_source: text("a style"),
            style_text: Style::Gemini,
            behaviour: Some(Behaviour {
                verification: 3,
                backtracking: 4,
                subgoals: 5,
                backward_chaining: 6,
                words: [7, 8, 9],
            }),
        };
        let bare = Measurements {
            problem_id: Id(0xb1),
            trajectory_id: Id(0xb2),
            text_id: Id(0xb4),
            fields_id: Id(0xb3),
            problem: "another problem".into(),
            gold: None,
            category: None,
            origin: None,
            facts: Facts {
                synthetic: Some(false),
                ..Facts::default()
            },
            source_id: None,
            remarks: Remarks::default(),
            recorded_rule: None,
            recorded_judge: None,
            outcome: Outcome::NoGold,
            reason: "another reason",
            extracted: None,
            tokens: 30,
            thinking_tokens: 20,
            bytes: 10,
            finished: Some(true),
            repeated_share: 0.5,
            style_source: None,
            style_text: Style::Human,
            behaviour: None,
        };
        let entry = |row, body| Measured {
            row,
            generation: Some(row as u32 + 100),
            offset: Some(row + 200),
            body,
        };
        let void = Measured {
            generation: None,
            offset: None,
            ..entry(13, Err(Void::NoProblem))
        };
        vec![entry(11, Ok(full)), entry(12, Ok(bare)), void]
    }

    /// What the measured columns of [`measured`]'s first two have to say, by name.
    pub(crate) fn expected_measures() -> [Value; 2] {
        [
            json!({
                "category": "a category", "origin": "an origin", "question_type": "a question type",
                "gold_kind": "value", "problem_is_valid": "a valid problem",
                "solution_is_valid": "a valid solution", "synthetic": true, "source_id": "an id",
                "remarks": "system_turn, end_token",
                "recorded_rule": true, "recorded_judge": false, "verdict": "wrong", "verdict_reason": "a reason",
                "extracted": "an extracted answer", "tokens": 1000, "thinking_tokens": 1, "answer_tokens": 999,
                "bytes": 2, "problem_bytes": 9, "finished": false, "repeated_share": 0.25, "style_source": "a style",
                "style_text": "gemini", "verification_count": 3, "backtracking_count": 4, "subgoal_count": 5,
                "backward_chaining_count": 6, "verification_word_count": 7, "tentative_word_count": 8,
                "connective_count": 9,
            }),
            json!({
                "category": null, "origin": null, "question_type": null, "gold_kind": null,
                "problem_is_valid": null, "solution_is_valid": null, "synthetic": false, "source_id": null,
                "remarks": null,
                "recorded_rule": null, "recorded_judge": null, "verdict": "no_gold",
                "verdict_reason": "another reason", "extracted": null, "tokens": 30, "thinking_tokens": 20,
                "answer_tokens": 10, "bytes": 10, "problem_bytes": 15, "finished": true, "repeated_share": 0.5, "style_source": null,
                "style_text": "human", "verification_count": null, "backtracking_count": null,
                "subgoal_count": null, "backward_chaining_count": null, "verification_word_count": null,
                "tentative_word_count": null, "connective_count": null,
            }),
        ]
    }

    /// An object with the fields of another added.
    pub(crate) fn with(mut own: Value, more: Value) -> Value {
        for (name, value) in more.as_object().into_iter().flatten() {
            own[name] = value.clone();
        }
        own
    }

    fn hex(id: u8) -> String {
        format!("{id:032x}")
    }

    #[test]
    fn an_entry_has_each_measurement_in_the_column_of_its_name() {
        let batch = TRAJECTORIES.batch(trajectories(&measured()));
        let [full, bare] = expected_measures();
        let full = with(
            full,
            json!({
                "row": 11, "generation": 111, "offset": 211, "void": null, "problem_id": hex(0xa1),
                "trajectory_id": hex(0xa2), "text_id": hex(0xa4), "fields_id": hex(0xa3),
            }),
        );
        let bare = with(
            bare,
            json!({
                "row": 12, "generation": 112, "offset": 212, "void": null, "problem_id": hex(0xb1),
                "trajectory_id": hex(0xb2), "text_id": hex(0xb4), "fields_id": hex(0xb3),
            }),
        );
        let mut void = full.clone();
        for (_, value) in void.as_object_mut().into_iter().flatten() {
            *value = Value::Null;
        }
        let void = with(void, json!({ "row": 13, "void": "no_problem" }));
        assert_eq!(json_rows(&batch), [full, bare, void]);
    }

    #[test]
    fn a_problem_stands_in_its_table_once() {
        let mut measured = measured();
        measured.push(measured[0].clone());
        let mut known = HashSet::from([Id(0xb1)]);
        let batch = PROBLEMS.batch(problems(&measured, &mut known));
        let expected = json!({
            "problem_id": hex(0xa1), "problem": "a problem", "answer": "a gold answer",
            "category": "a category", "origin": "an origin",
        });
        assert_eq!(json_rows(&batch), [expected]);
    }

    #[test]
    fn a_companion_has_what_it_says_of_a_problem_in_the_column_of_its_name() {
        let said = Trajectory {
            problem: "a problem".into(),
            response: "a response".into(),
            gold: Some("Proof".into()),
            category: Some("a category".into()),
            origin: Some("an origin".into()),
            facts: Facts {
                question_type: Some("a question type".into()),
                problem_is_valid: Some("a valid problem".into()),
                solution_is_valid: Some("a valid solution".into()),
                synthetic: Some(true),
            },
            ..Trajectory::default()
        };
        let batch = COMPANION.batch(companion(&[Some(said), None]));
        let id = ids::problem_id("a problem").to_string();
        let expected = json!({
            "problem_id": id, "category": "a category", "origin": "an origin",
            "question_type": "a question type", "gold_kind": "proof", "problem_is_valid": "a valid problem",
            "solution_is_valid": "a valid solution", "synthetic": true,
        });
        let mut none = expected.clone();
        for (_, value) in none.as_object_mut().into_iter().flatten() {
            *value = Value::Null;
        }
        assert_eq!(json_rows(&batch), [expected, none]);
    }
}
