//! Where the rows of a unit go: into a part of the pool, or into memory where nothing is stored.

use arrow::array::ArrayRef;

use super::Settings;
use super::held::{Held, MemoryPart};
use crate::Result;
use crate::pool::identity::Made;
use crate::pool::tables::PartTable;
use crate::pool::{Aside, PartWriter};

pub(super) enum Sink {
    Part(Box<PartWriter>),
    Memory(&'static [PartTable], MemoryPart),
}

impl Sink {
    /// Begins the tables of a unit of that file; in memory where there is no place aside.
    pub(super) fn new(
        settings: &Settings<'_>,
        aside: Option<&Aside>,
        made: &Made,
        file: &str,
        tables: &'static [PartTable],
    ) -> Result<Self> {
        let Some(aside) = aside else {
            return Ok(Self::Memory(tables, MemoryPart::new()));
        };
        let part = PartWriter::new(&settings.pool, aside, made.clone(), file, tables)?;
        Ok(Self::Part(Box::new(part)))
    }

    /// Adds rows to each table, in their order; so many entries stand for them.
    pub(super) fn add(&mut self, entries: usize, arrays: Vec<Vec<ArrayRef>>) -> Result<()> {
        match self {
            Self::Part(part) => part.add(entries as u64, arrays),
            Self::Memory(tables, held) => {
                for (table, arrays) in tables.iter().zip(arrays) {
                    let batches = held.entry(table.name).or_default();
                    batches.push(table.batch(arrays)?);
                }
                Ok(())
            }
        }
    }

    pub(super) fn finish(self) -> Result<Held> {
        match self {
            Self::Part(part) => Ok(Held::Stored(part.finish()?)),
            Self::Memory(_, held) => Ok(Held::Memory(held)),
        }
    }

    /// Removes what was written aside.
    pub(super) fn abandon(self) -> Result<()> {
        match self {
            Self::Part(part) => part.abandon(),
            Self::Memory(..) => Ok(()),
        }
    }
}
