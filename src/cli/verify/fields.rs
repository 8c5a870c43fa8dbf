//! Fields that the command line names and no row has: a typo there must not look like an answer.
//!
//! Some rows may lack a field, and are `no_gold` or `no_answer`. Where none of the first has it all of them would be,
//! and the command would print a whole file of answers without having judged anything.

use crate::Error;
use crate::error::{did_you_mean, listed};

use super::Arguments;
use super::field::Field;
use super::row::Fields;

/// The named fields that no row had so far.
pub(super) struct MissingFields {
    /// Each option with the field that it names.
    missing: Vec<(&'static str, Field)>,
    /// Fields of the first row that is an object.
    first: Option<Vec<String>>,
}

impl MissingFields {
    pub(super) fn of(arguments: &Arguments) -> Self {
        let mut missing = vec![
            ("--gold-field", arguments.gold_field.clone()),
            ("--response-field", arguments.response_field.clone()),
        ];
        let against = arguments.against.clone();
        missing.extend(against.map(|field| ("--against", field)));
        Self {
            missing,
            first: None,
        }
    }

    /// Strikes off what these rows have; reads no more of them than that takes.
    pub(super) fn look(&mut self, rows: &[(u64, Vec<u8>)]) {
        for (_, text) in rows {
            if self.missing.is_empty() {
                return;
            }
            let Ok(fields) = serde_json::from_slice::<Fields>(text) else {
                continue;
            };
            self.missing.retain(|(_, field)| !field.is_in(&fields));
            self.first
                .get_or_insert_with(|| fields.into_keys().collect());
        }
    }

    /// That no row had a field without which there is nothing to judge. Of a column of recorded verdicts the first
    /// rows say little: it may be filled where somebody looked.
    pub(super) fn error_so_far(&self) -> Option<Error> {
        let mut missing = self.missing.iter();
        self.told(missing.find(|(option, _)| *option != "--against")?)
    }

    /// That no row had a field; none where each was somewhere, or no row is an object.
    pub(super) fn error(&self) -> Option<Error> {
        self.told(self.missing.first()?)
    }

    fn told(&self, (option, field): &(&'static str, Field)) -> Option<Error> {
        let first = self.first.as_ref()?;
        let known = || first.iter().map(String::as_str);
        Some(Error::usage(
            format!(
                "no row has a field `{}`; the first has {}",
                field.name,
                listed(known())
            ),
            format!(
                "{}name one of the rows' fields with `{option}`",
                did_you_mean(&field.name, known())
            ),
        ))
    }
}
