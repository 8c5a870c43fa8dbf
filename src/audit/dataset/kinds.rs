//! What an audit looks for in rows: each kind with its word, and what it says of the rows that have it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::error::thousands;
use crate::source::{Remark, Void};

/// A kind of finding. Those of reading are counted where they were met, all others wherever they can be looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// The row yields no trajectory.
    Unread(Void),
    /// Something was done to the trajectory, or seen in it, when it was read.
    Remarked(Remark),
    Wrong,
    Undecided,
    NoAnswer,
    NoGold,
    RecordedRightFoundWrong,
    RecordedWrongFoundRight,
    GoldDisagrees,
    Copy,
    CopyOfNear,
    NearDuplicate,
    SameTemplate,
    Contaminated,
    Suspect,
    CutOff,
    ThinkingUnclosed,
    ThinkingMissing,
    ThinkingShort,
    NothingBehindThinking,
    Repetitive,
    OtherLanguage,
    CategoriesConflict,
}

/// Under which head a kind is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Section {
    Reading,
    Answers,
    Copies,
    Benchmarks,
    Thinking,
    Text,
    Problems,
}

impl Section {
    pub(crate) const ALL: [Self; 7] = [
        Self::Reading,
        Self::Answers,
        Self::Copies,
        Self::Benchmarks,
        Self::Thinking,
        Self::Text,
        Self::Problems,
    ];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Answers => "answers",
            Self::Copies => "copies",
            Self::Benchmarks => "benchmarks",
            Self::Thinking => "thinking",
            Self::Text => "text",
            Self::Problems => "problems",
        }
    }
}

/// More of a reply said before than this is a loop: what the pipelines that come with the program drop.
pub(super) const REPEATED_SHARE_MAX: f32 = 0.5;

/// A thinking part of so many tokens is hardly more than its marks.
pub(super) const SHORT_THINKING_TOKENS: u32 = 24;

/// The kinds whose rows are of no use to train on. A benchmark's problem is counted apart: it spoils a measure, not the row.
pub(super) const SPOILING: [Kind; 7] = [
    Kind::Wrong,
    Kind::NoAnswer,
    Kind::Copy,
    Kind::CutOff,
    Kind::ThinkingUnclosed,
    Kind::NothingBehindThinking,
    Kind::Repetitive,
];

/// What the trajectories of a dataset have; a kind that needs what none of them has cannot be looked for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Basis {
    /// Some has a response; else all are problems alone.
    pub response: bool,
    pub gold: bool,
    /// The source says of some whether it is right.
    pub recorded: bool,
    /// It is known of some how its response ended.
    pub ending: bool,
    pub thinking: bool,
    /// Some response is so long that its measures tell it from others.
    pub long_response: bool,
    pub category: bool,
    pub language: bool,
}

impl Kind {
    /// What every audit looks for, as far as its rows have what is needed for it.
    pub(crate) const ALWAYS: [Self; 21] = [
        Self::Wrong,
        Self::Undecided,
        Self::NoAnswer,
        Self::NoGold,
        Self::RecordedRightFoundWrong,
        Self::RecordedWrongFoundRight,
        Self::GoldDisagrees,
        Self::Copy,
        Self::CopyOfNear,
        Self::NearDuplicate,
        Self::SameTemplate,
        Self::Contaminated,
        Self::Suspect,
        Self::CutOff,
        Self::ThinkingUnclosed,
        Self::ThinkingMissing,
        Self::ThinkingShort,
        Self::NothingBehindThinking,
        Self::Repetitive,
        Self::OtherLanguage,
        Self::CategoriesConflict,
    ];

    /// Why it cannot be looked for; none where it can.
    pub(super) fn unsought(self, basis: &Basis) -> Option<&'static str> {
        let has_response = basis.response || !self.is_of_responses();
        let needs = [
            (has_response, "no row has a response"),
            (basis.gold || !self.needs_gold(), "no row has a gold answer"),
            (
                basis.recorded || !self.needs_record(),
                "no row is recorded as right or wrong",
            ),
            (
                basis.ending || self != Self::CutOff,
                "no row says how its response ended",
            ),
            (
                basis.thinking || self != Self::ThinkingMissing,
                "no row has thinking",
            ),
            (
                basis.long_response || self != Self::CopyOfNear,
                "every response is too short to be told from others",
            ),
            (
                basis.category || self != Self::CategoriesConflict,
                "no row has a category",
            ),
            (
                basis.language || self != Self::OtherLanguage,
                "no problem's words tell its language",
            ),
        ];
        let unmet = needs.into_iter().find(|(is_met, _)| !is_met);
        unmet.map(|(_, reason)| reason)
    }

    fn needs_gold(self) -> bool {
        matches!(
            self,
            Self::Wrong
                | Self::Undecided
                | Self::NoAnswer
                | Self::RecordedRightFoundWrong
                | Self::RecordedWrongFoundRight
                | Self::GoldDisagrees
        )
    }

    fn needs_record(self) -> bool {
        matches!(
            self,
            Self::RecordedRightFoundWrong | Self::RecordedWrongFoundRight
        )
    }

    /// Whether it is seen in responses alone: in a set of problems nobody can look for it.
    fn is_of_responses(self) -> bool {
        !matches!(
            self,
            Self::Unread(_)
                | Self::NoGold
                | Self::GoldDisagrees
                | Self::Copy
                | Self::NearDuplicate
                | Self::SameTemplate
                | Self::Contaminated
                | Self::Suspect
                | Self::OtherLanguage
                | Self::CategoriesConflict
        )
    }

    /// Whether a row of it is of no use to train on, whatever the experiment: what only may be so is left to who looks.
    pub(super) fn spoils(self) -> bool {
        matches!(self, Self::Unread(_)) || SPOILING.contains(&self)
    }

    /// Its word in JSON; of reading that of the ledger.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Unread(void) => void.as_str(),
            Self::Remarked(remark) => remark.as_str(),
            Self::Wrong => "wrong",
            Self::Undecided => "undecided",
            Self::NoAnswer => "no_answer",
            Self::NoGold => "no_gold",
            Self::RecordedRightFoundWrong => "recorded_right_found_wrong",
            Self::RecordedWrongFoundRight => "recorded_wrong_found_right",
            Self::GoldDisagrees => "gold_disagrees",
            Self::Copy => "copy",
            Self::CopyOfNear => "copy_of_near",
            Self::NearDuplicate => "near_duplicate",
            Self::SameTemplate => "same_template",
            Self::Contaminated => "contaminated",
            Self::Suspect => "suspect",
            Self::CutOff => "cut_off",
            Self::ThinkingUnclosed => "thinking_unclosed",
            Self::ThinkingMissing => "thinking_missing",
            Self::ThinkingShort => "thinking_short",
            Self::NothingBehindThinking => "nothing_behind_thinking",
            Self::Repetitive => "repetitive",
            Self::OtherLanguage => "other_language",
            Self::CategoriesConflict => "categories_conflict",
        }
    }

    pub(crate) fn section(self) -> Section {
        match self {
            Self::Unread(_) => Section::Reading,
            Self::Remarked(remark) => section_of(remark),
            Self::Wrong
            | Self::Undecided
            | Self::NoAnswer
            | Self::NoGold
            | Self::RecordedRightFoundWrong
            | Self::RecordedWrongFoundRight
            | Self::GoldDisagrees => Section::Answers,
            Self::Copy | Self::CopyOfNear | Self::NearDuplicate | Self::SameTemplate => {
                Section::Copies
            }
            Self::Contaminated | Self::Suspect => Section::Benchmarks,
            Self::CutOff
            | Self::ThinkingUnclosed
            | Self::ThinkingMissing
            | Self::ThinkingShort
            | Self::NothingBehindThinking => Section::Thinking,
            Self::Repetitive => Section::Text,
            Self::OtherLanguage | Self::CategoriesConflict => Section::Problems,
        }
    }

    /// The same of problems without responses, which answer nothing.
    pub(super) fn sentence_of_problems(self) -> String {
        match self {
            Self::GoldDisagrees => "have a problem that stands here with different gold answers",
            Self::Copy => "repeat an earlier problem",
            Self::NearDuplicate => "are a near duplicate of an earlier problem",
            Self::SameTemplate => {
                "share most of their words with an earlier problem, which has other numbers or asks for more or for less"
            }
            Self::Contaminated => "are a benchmark's problem",
            Self::Suspect => "may be made from a benchmark's problem",
            Self::CategoriesConflict => "have a problem that is of several categories",
            other => return other.sentence(),
        }
        .to_owned()
    }

    /// What the rows of this kind are, as a sentence goes on behind their count.
    pub(crate) fn sentence(self) -> String {
        match self {
            Self::Unread(void) => {
                return format!("yield no trajectory: {}", void.as_str().replace('_', " "));
            }
            Self::Remarked(remark) => remark.sentence(),
            Self::Wrong => "give another answer than the gold answer",
            Self::Undecided => "give an answer that could not be decided",
            Self::NoAnswer => "give no answer",
            Self::NoGold => "have no gold answer to be judged by",
            Self::RecordedRightFoundWrong => "are recorded as right, and wrong by our verifier",
            Self::RecordedWrongFoundRight => "are recorded as wrong, and right by our verifier",
            Self::GoldDisagrees => "answer a problem that stands here with different gold answers",
            Self::Copy => "copy an earlier row, problem and response",
            Self::CopyOfNear => {
                "have the measures of an earlier response, to a near duplicate of its problem"
            }
            Self::NearDuplicate => "answer a near duplicate of an earlier problem",
            Self::SameTemplate => {
                "answer a problem that shares most of its words with an earlier one, which has other numbers or asks for more \
                 or for less"
            }
            Self::Contaminated => "answer a benchmark's problem",
            Self::Suspect => "answer what may be made from a benchmark's problem",
            Self::CutOff => {
                "were cut off: they are recorded as that, or their thinking never closes"
            }
            Self::ThinkingUnclosed => "open a thinking part that never closes",
            Self::ThinkingMissing => "have no marked thinking, where others have",
            Self::ThinkingShort => "have a thinking part of hardly a word",
            Self::NothingBehindThinking => "say nothing behind their thinking",
            Self::Repetitive => "say more than half of their text again",
            Self::OtherLanguage => "ask in another language than most",
            Self::CategoriesConflict => "answer a problem that is of several categories",
        }
        .to_owned()
    }
}

/// Of how many rows it is not known whether they are of a kind, and why; nothing where it is known of all.
pub(crate) fn untold(rows: u64) -> String {
    match rows {
        0 => String::new(),
        rows => format!(
            "; of {} it is not known: they have neither a finish reason nor thinking marks",
            thousands(rows)
        ),
    }
}

/// A kind of which no row was found, by its word: a row that may be made from a benchmark's problem is not of it where it
/// has one outright.
pub(crate) fn missed(kind: &str) -> String {
    match kind {
        "suspect" => "suspect and not contaminated too".to_owned(),
        kind => kind.replace('_', " "),
    }
}

fn section_of(remark: Remark) -> Section {
    match remark {
        Remark::ThinkingMarks
        | Remark::ThinkingOpened
        | Remark::SeveralThoughts
        | Remark::BeforeThinking
        | Remark::EmptyThinking
        | Remark::ThinkingUnread => Section::Thinking,
        Remark::BeginToken
        | Remark::EndToken
        | Remark::ControlTokens
        | Remark::EscapedTokens
        | Remark::TemplateRead => Section::Text,
        _ => Section::Reading,
    }
}
