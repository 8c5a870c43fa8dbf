//! What the units of a plan gave: their parts, or nothing.

use arrow::array::RecordBatch;

use crate::ids::Id;
use crate::pool::Part;
use crate::pool::tables::PartTable;
use crate::schema::Misfit;
use crate::{Error, Result};

/// A unit's place in the run, before its entries are loaded.
pub(super) struct Slot {
    pub source: usize,
    pub file: usize,
    pub content: Option<Id>,
    pub filling: Filling,
}

/// What a slot has.
pub(super) enum Filling {
    Held(Held),
    /// Put up to be measured: nothing yet.
    Awaited,
    /// Nothing: it is of another share.
    OfOthers,
    /// Nothing, since its file cannot be read, and why.
    Unreadable(String),
}

/// Where a part's table is.
pub(crate) enum Held {
    Stored(Box<Part>),
    /// The file could not be read; one entry stands for it.
    Unreadable,
    /// Not here: its entries were read from a ledger.
    Elsewhere,
}

impl Held {
    /// How many entries it holds.
    pub(super) fn entries(&self) -> usize {
        match self {
            Self::Stored(part) => part.entries as usize,
            Self::Unreadable => 1,
            Self::Elsewhere => 0,
        }
    }

    /// The part of the pool, where it is one.
    pub(crate) fn part(&self) -> Option<&Part> {
        match self {
            Self::Stored(part) => Some(part),
            Self::Unreadable | Self::Elsewhere => None,
        }
    }

    /// The error of a table that holds what nobody can read.
    pub(crate) fn misread(&self, why: &Misfit) -> Error {
        match self {
            Self::Stored(part) => part.misread(why),
            Self::Unreadable | Self::Elsewhere => unreachable!("nothing was read: {why}"),
        }
    }

    /// A table's rows with the columns named (all where none is); none where the file could not be read.
    pub(crate) fn read<'h>(
        &'h self,
        table: PartTable,
        columns: &[&str],
    ) -> Result<Box<dyn Iterator<Item = Result<RecordBatch>> + 'h>> {
        Ok(match self {
            Self::Stored(part) => Box::new(part.read(table, columns)?),
            Self::Unreadable | Self::Elsewhere => Box::new(std::iter::empty()),
        })
    }
}
