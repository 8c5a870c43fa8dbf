//! Fields that the command line names and no row has: a typo there must not look like an answer.
//!
//! Some rows may lack a field, and are `no_gold` or `no_answer`. Where none has it all of them would be,
//! and the command would end well without having judged anything.

use crate::Error;

use super::Arguments;
use super::row::Fields;

/// The named fields that no row had so far.
pub(super) struct MissingFields {
    /// Each option with the field that it names.
    missing: Vec<(&'static str, String)>,
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
        missing.extend(against.map(|name| ("--against", name)));
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
            self.missing
                .retain(|(_, name)| !fields.contains_key(name.as_str()));
            self.first
                .get_or_insert_with(|| fields.into_keys().collect());
        }
    }

    /// That no row has a field; none where each is somewhere, or no row is an object.
    pub(super) fn error(&self) -> Option<Error> {
        let first = self.first.as_ref()?;
        let (option, name) = self.missing.first()?;
        Some(Error::usage(
            format!(
                "no row has a field `{name}`; the first has: {}",
                first.join(", ")
            ),
            format!("name one of the rows' fields with `{option}`"),
        ))
    }
}
