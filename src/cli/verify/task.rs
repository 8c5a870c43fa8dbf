//! What is judged of each row, and how: the command line, looked at once.

use crate::Result;
use crate::verify::{self, Options, Verdict};

use super::Arguments;
use super::field::Field;
use super::row::Names;

/// What stands for the fields that nobody names.
const RESPONSE: &str = "response";
const ANSWER: &str = "answer";

pub(super) struct Task {
    pub gold: Field,
    /// Judged where a row has it.
    pub response: Option<Field>,
    /// Judged as it stands where a row has no response.
    pub answer: Option<Field>,
    /// Whether nobody named the answer's field.
    pub is_answer_found: bool,
    pub against: Option<Field>,
    pub options: Options,
    /// Whether one verdict is written as a list of it.
    pub is_listed: bool,
    /// Whether what is judged is each item of a list, also where a row has none.
    pub is_each: bool,
    /// Whether rows are written.
    pub is_written: bool,
    pub names: Names,
}

/// What is held against the gold answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// A response, in which the answer is looked for.
    Response,
    /// An answer, read whole.
    Answer,
}

impl Said {
    pub(super) fn verdict(self, gold: &str, text: &str, options: &Options) -> Verdict {
        match self {
            Self::Response => verify::verify_with(gold, text, options),
            Self::Answer => verify::compare_with(gold, text, options),
        }
    }
}

impl Task {
    pub(super) fn of(arguments: &Arguments, is_listed: bool) -> Result<Self> {
        let gold = arguments.gold_field.clone();
        let (response, answer) = match (&arguments.response_field, &arguments.answer_field) {
            (None, None) => (
                Some(Field::plain(RESPONSE)),
                (gold.name != ANSWER).then(|| Field::plain(ANSWER)),
            ),
            (response, answer) => (response.clone(), answer.clone()),
        };
        let is_each = [&response, &answer]
            .into_iter()
            .flatten()
            .any(Field::is_each);
        Ok(Self {
            gold,
            response,
            is_answer_found: answer.is_some() && arguments.answer_field.is_none(),
            answer,
            against: arguments.against.clone(),
            options: arguments.options()?,
            is_listed: is_listed || is_each,
            is_each,
            is_written: arguments.is_written(),
            names: Names::of(&arguments.prefix),
        })
    }

    /// The fields that are judged, the response's first.
    pub(super) fn said(&self) -> impl Iterator<Item = (Said, &Field)> {
        let response = self.response.iter().map(|field| (Said::Response, field));
        response.chain(self.answer.iter().map(|field| (Said::Answer, field)))
    }

    /// The fields of a row that it is judged by.
    pub(super) fn columns(&self) -> Vec<String> {
        let fields = self.said().map(|(_, field)| field);
        let fields = fields.chain([&self.gold]).chain(&self.against);
        let names = fields.flat_map(|field| [field.root(), &field.name]);
        names
            .map(str::to_owned)
            .chain(["options".to_owned()])
            .collect()
    }

    /// Whether rows are asked for nothing but texts in fields of their own.
    pub(super) fn is_plain(&self) -> bool {
        let mut fields = self.said().map(|(_, field)| field).chain([&self.gold]);
        self.against.is_none() && fields.all(Field::is_name)
    }
}
