//! What is asked: this trainer, over this model, in these settings.

use super::trainers::{Prepare, Trainer};
use super::{Beyond, Model, Prepared, Row, Settings, TrainedColumn};
use crate::{Error, Result};

/// A trainer that is ready for rows of a model.
pub(crate) struct Asked<'m> {
    pub model: &'m Model,
    pub trainer: Trainer,
    pub settings: Settings,
    ready: Box<dyn Prepare + 'm>,
}

impl<'m> Asked<'m> {
    /// Fails where the trainer does not train such a model, or not so.
    pub(crate) fn new(model: &'m Model, trainer: Trainer, settings: Settings) -> Result<Self> {
        let ready = trainer.ready(model, settings).map_err(|refused| {
            Error::usage(
                format!("`{}` cannot be asked about this: {refused}", trainer.name()),
                "name another trainer, model or setting",
            )
        })?;
        Ok(Self {
            model,
            trainer,
            settings,
            ready,
        })
    }

    /// What it makes of a row.
    pub(crate) fn prepare(&self, row: &Row) -> Prepared {
        self.ready.prepare(row)
    }

    /// The column that it takes of a row.
    pub(crate) fn column(&self, row: &Row) -> Option<TrainedColumn> {
        let told = self.settings.column;
        told.or_else(|| self.trainer.column(row))
    }

    /// What becomes of a row that is too long.
    pub(crate) fn beyond(&self) -> Beyond {
        self.ready.beyond()
    }
}
