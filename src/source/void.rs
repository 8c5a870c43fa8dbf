//! Why there is no trajectory where one was looked for.

use std::fmt;

/// Why an entry yields no trajectory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Void {
    /// The line is not a JSON object.
    BadJson,
    /// The row of CSV has more or fewer cells than the header, or a quote that never closes.
    BadCsv,
    /// The row is not UTF-8.
    BadUtf8,
    /// The row has more bytes than `row_bytes_max`.
    TooLarge,
    /// A column holds something else than its layout says.
    WrongType,
    /// The problem is null, missing or blank.
    NoProblem,
    /// The row has no responses at all: null, missing or an empty list.
    NoGenerations,
    /// The response is null.
    NoResponse,
    /// The response is blank.
    EmptyResponse,
    /// The chat has several answered questions.
    SeveralTurns,
    /// The turns are no dialogue: not a question first, or not the other's turn next, or someone else's.
    TurnOrder,
    /// The chat calls tools, so that its answer is not all of it.
    ToolCalls,
    /// A turn has parts that are no text, as images.
    NoText,
    /// A token of a chat's control stands inside the text, which would end or begin a turn.
    ControlTokens,
    /// The file could not be read and `skip_unreadable` is on.
    UnreadableFile,
}

impl Void {
    pub(crate) const ALL: [Self; 15] = [
        Self::BadJson,
        Self::BadCsv,
        Self::BadUtf8,
        Self::TooLarge,
        Self::WrongType,
        Self::NoProblem,
        Self::NoGenerations,
        Self::NoResponse,
        Self::EmptyResponse,
        Self::SeveralTurns,
        Self::TurnOrder,
        Self::ToolCalls,
        Self::NoText,
        Self::ControlTokens,
        Self::UnreadableFile,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::BadJson => "bad_json",
            Self::BadCsv => "bad_csv",
            Self::BadUtf8 => "bad_utf8",
            Self::TooLarge => "too_large",
            Self::WrongType => "wrong_type",
            Self::NoProblem => "no_problem",
            Self::NoGenerations => "no_generations",
            Self::NoResponse => "no_response",
            Self::EmptyResponse => "empty_response",
            Self::SeveralTurns => "several_turns",
            Self::TurnOrder => "turn_order",
            Self::ToolCalls => "tool_calls",
            Self::NoText => "no_text",
            Self::ControlTokens => "control_tokens",
            Self::UnreadableFile => "unreadable_file",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|void| void.as_str() == text)
    }
}

impl fmt::Display for Void {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
