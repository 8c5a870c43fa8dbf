//! What was done to a row, or seen in it, when it was read without dropping it.
//!
//! A remark never decides anything. It is counted and shown, since nothing is read as something else in silence.

use std::fmt;
use std::str::FromStr;

/// Something that happened to a row when it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remark {
    /// Half of a surrogate pair in JSON became U+FFFD.
    LoneSurrogate,
    /// A control character stood in a JSON string as it is, which JSON forbids.
    ControlCharacter,
    /// A cell of CSV says `NaN`, `null` or the like, and is none.
    NullWord,
    /// A system turn, or a system message beside the turns, was passed over.
    SystemTurn,
    /// A last question without an answer was passed over.
    UnansweredTurn,
    /// A question and its answer come from a chat that had others before them, which were left out.
    EarlierTurns,
    /// `after` or `before` does not stand in the text, which was taken whole.
    CutUnmatched,
    /// Thinking and answer were written in other marks, or some of them twice.
    ThinkingMarks,
    /// `</think>` had no `<think>`, which was put in front.
    ThinkingOpened,
    /// It thinks more than once: some chat templates lose what stands between.
    SeveralThoughts,
    /// It says something before its thinking begins, which counts as part of that.
    BeforeThinking,
    /// Its thinking was empty: marks alone, as a template writes them where nothing is to be thought.
    EmptyThinking,
    /// It stood in a chat template, and was read as the turns that it has there.
    TemplateRead,
    /// A template's token stood in front of a text and was stripped.
    BeginToken,
    /// A template's token stood behind a text and was stripped.
    EndToken,
    /// A template's token stands inside a text and was kept.
    ControlTokens,
    /// A template's token inside a text was made text by a space.
    EscapedTokens,
    /// A list beside the responses has another length than there are responses: it is read from the front.
    Misaligned,
    /// The reason why a response ended is a word that nobody knows.
    FinishUnread,
    /// The recorded verdict is none that can be read, as a reward between right and wrong.
    RecordedUnread,
    /// A turn has more that may be thinking, beside what was read.
    ThinkingUnread,
    /// The problem has `<image>` where an image stood, which is not read.
    ImageMark,
}

impl Remark {
    pub(crate) const ALL: [Self; 22] = [
        Self::LoneSurrogate,
        Self::ControlCharacter,
        Self::NullWord,
        Self::SystemTurn,
        Self::UnansweredTurn,
        Self::EarlierTurns,
        Self::CutUnmatched,
        Self::ThinkingMarks,
        Self::ThinkingOpened,
        Self::SeveralThoughts,
        Self::BeforeThinking,
        Self::EmptyThinking,
        Self::TemplateRead,
        Self::BeginToken,
        Self::EndToken,
        Self::ControlTokens,
        Self::EscapedTokens,
        Self::Misaligned,
        Self::FinishUnread,
        Self::RecordedUnread,
        Self::ThinkingUnread,
        Self::ImageMark,
    ];

    /// As the ledger spells it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::LoneSurrogate => "lone_surrogate",
            Self::ControlCharacter => "control_character",
            Self::NullWord => "null_word",
            Self::SystemTurn => "system_turn",
            Self::UnansweredTurn => "unanswered_turn",
            Self::EarlierTurns => "earlier_turns",
            Self::CutUnmatched => "cut_unmatched",
            Self::ThinkingMarks => "thinking_marks",
            Self::ThinkingOpened => "thinking_opened",
            Self::SeveralThoughts => "several_thoughts",
            Self::BeforeThinking => "before_thinking",
            Self::EmptyThinking => "empty_thinking",
            Self::TemplateRead => "template_read",
            Self::BeginToken => "begin_token",
            Self::EndToken => "end_token",
            Self::ControlTokens => "control_tokens",
            Self::EscapedTokens => "escaped_tokens",
            Self::Misaligned => "misaligned",
            Self::FinishUnread => "finish_unread",
            Self::RecordedUnread => "recorded_unread",
            Self::ThinkingUnread => "thinking_unread",
            Self::ImageMark => "image_mark",
        }
    }
}

const SEPARATOR: &str = ", ";

impl Remark {
    /// What happened to trajectories, as a sentence goes on behind their count.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::LoneSurrogate => "had half of a surrogate pair, which became U+FFFD",
            Self::ControlCharacter => "had a control character in JSON as it is, which was read",
            Self::NullWord => {
                "have a cell that says `NaN`, `null` or the like, which was read as none"
            }
            Self::SystemTurn => "have a system message, which was passed over",
            Self::UnansweredTurn => "had a last question without an answer, which was passed over",
            Self::EarlierTurns => "answer a question behind others, which were left out",
            Self::CutUnmatched => {
                "lack the mark of `after` or `before` in a text, which was taken whole"
            }
            Self::ThinkingMarks => {
                "marked thinking and answer in another way, and have `<think>` now"
            }
            Self::ThinkingOpened => {
                "lacked `<think>` before their thinking, and have it in front now"
            }
            Self::SeveralThoughts => "think more than once, which some chat templates cut",
            Self::BeforeThinking => {
                "say something before their thinking begins, which counts as part of it"
            }
            Self::EmptyThinking => {
                "had an empty thinking part, which was taken out: they have no thinking"
            }
            Self::TemplateRead => "stood in a chat template, and were read as its turns",
            Self::BeginToken => "had a begin token in front of a text, which was stripped",
            Self::EndToken => "had an end token behind a text, which was stripped",
            Self::ControlTokens => "have a chat's control token inside a text, which was kept",
            Self::EscapedTokens => {
                "had a chat's control token inside a text, which has a space in it now"
            }
            Self::Misaligned => {
                "have a list beside the responses with another length, which was read from the front"
            }
            Self::FinishUnread => {
                "ended for a reason that is no known word, and count as without one"
            }
            Self::RecordedUnread => {
                "have a recorded verdict that is neither right nor wrong, and count as without"
            }
            Self::ThinkingUnread => "have more in a turn that may be thinking, which was left out",
            Self::ImageMark => "ask with `<image>`, for an image that is not read",
        }
    }
}

/// A set of remarks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Remarks(u32);

impl Remarks {
    pub(crate) fn add(&mut self, remark: Remark) {
        self.0 |= 1 << remark as u32;
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn has(self, remark: Remark) -> bool {
        self.0 & (1 << remark as u32) != 0
    }

    /// All of both.
    pub(crate) fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = Remark> {
        Remark::ALL
            .into_iter()
            .filter(move |&remark| self.has(remark))
    }
}

impl FromStr for Remarks {
    type Err = ();

    /// Reads what [`fmt::Display`] writes; fails at a word that is no remark.
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut remarks = Self::default();
        for word in text.split(SEPARATOR) {
            let mut all = Remark::ALL.into_iter();
            remarks.add(all.find(|remark| remark.as_str() == word).ok_or(())?);
        }
        Ok(remarks)
    }
}

impl fmt::Display for Remarks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.iter().map(Remark::as_str).collect();
        f.write_str(&words.join(SEPARATOR))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_are_read_as_they_are_written() {
        let mut all = Remarks::default();
        for remark in Remark::ALL {
            all.add(remark);
            assert_eq!(all.to_string().parse(), Ok(all));
        }
        assert_eq!("whim".parse::<Remarks>(), Err(()));
    }
}
