//! What a comparison could show, and how several are put together.

use crate::verdict::Reason;

/// What could be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    Equal(Reason),
    Different(Reason),
    Unknown(Reason),
}

impl Decision {
    /// Both have to hold: one difference decides, else one doubt does.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Different(_), _) => self,
            (_, Self::Different(_)) => other,
            (Self::Unknown(_), _) => self,
            (_, Self::Unknown(_)) => other,
            _ => Self::Equal(Reason::Items),
        }
    }

    /// Either may hold: one equality decides, else one doubt does.
    pub(crate) fn or_else(self, other: impl FnOnce() -> Self) -> Self {
        if let Self::Equal(_) = self {
            return self;
        }
        match (self, other()) {
            (_, equal @ Self::Equal(_)) => equal,
            (unknown @ Self::Unknown(_), _) => unknown,
            (_, other) => other,
        }
    }

    /// The same, where an equality rests on something that was guessed.
    pub(crate) fn hedged(self) -> Self {
        match self {
            Self::Equal(_) => Self::Unknown(Reason::Doubtful),
            other => other,
        }
    }

    /// The same, where a difference rests on something that was guessed.
    pub(crate) fn doubted(self) -> Self {
        match self {
            Self::Different(_) => Self::Unknown(Reason::Doubtful),
            other => other,
        }
    }
}
