//! What was done to a row, or seen in it, when it was read without dropping it.
//!
//! A remark never decides anything. It is counted and shown, since nothing is read as something else in silence.

use std::fmt;

/// Something that happened to a row when it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remark {
    /// Half of a surrogate pair in JSON became U+FFFD.
    LoneSurrogate,
    /// A control character stood in a JSON string as it is, which JSON forbids.
    ControlCharacter,
}

impl Remark {
    pub(crate) const ALL: [Self; 2] = [Self::LoneSurrogate, Self::ControlCharacter];

    /// As the ledger spells it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::LoneSurrogate => "lone_surrogate",
            Self::ControlCharacter => "control_character",
        }
    }
}

/// A set of remarks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Remarks(u16);

impl Remarks {
    pub(crate) fn add(&mut self, remark: Remark) {
        self.0 |= 1 << remark as u16;
    }

    pub(crate) fn has(self, remark: Remark) -> bool {
        self.0 & (1 << remark as u16) != 0
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

impl fmt::Display for Remarks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.iter().map(Remark::as_str).collect();
        f.write_str(&words.join(", "))
    }
}
