//! From the folder to the first step of training: what a trainer makes of a row, and what is lost on the way.
//!
//! A trainer renders a row, cuts it into tokens and decides which of them are learned. Each does it in its own way and
//! most say nothing when they cut an answer off, drop a row or train on the prompt; a subset and its control that lose
//! different rows are no longer a comparison. [`trainers`] does to a row what each trainer does, token for token.

pub(crate) mod asked;
pub(crate) mod configs;
pub(crate) mod findings;
pub(crate) mod launcher;
pub(crate) mod preflight;
mod rows;
mod said;
pub(crate) mod tally;
pub mod trainers;

use serde_json::Value as Json;

use crate::measure::tokens::Encoder;
use crate::templates::ChatTemplate;
use crate::templates::built_in::Family;

/// The columns of a row that some trainer takes, each as the row has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// A list of `{role, content}`.
    pub messages: Option<Json>,
    /// The same, without the assistant's turn.
    pub prompt: Option<Json>,
    /// The assistant's turn.
    pub completion: Option<Json>,
    /// The conversation in a template.
    pub text: Option<String>,
    /// A list of `{from, value}`.
    pub conversations: Option<Json>,
}

/// What is trained: its chat template and its tokenizer.
pub struct Model {
    pub template: ChatTemplate,
    pub tokenizer: Encoder,
}

impl Model {
    /// The family that its template is of, which trainers with templates of their own go by.
    pub fn family(&self) -> Option<&'static Family> {
        Family::of(&self.template)
    }

    fn eos(&self) -> Option<u32> {
        self.tokenizer.id(self.template.tokens().eos()?)
    }
}

/// How a trainer is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Tokens that a row may have.
    pub length_max: usize,
    /// What becomes of a longer one; none: what the trainer does unless it is told otherwise.
    pub beyond: Option<Beyond>,
    /// The column that is trained on; none: the one that the trainer takes of those that there are.
    pub column: Option<TrainedColumn>,
    /// Loss on the prompt too, where the trainer can be set to it.
    pub on_prompt: bool,
}

/// What becomes of a row that is longer than it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Beyond {
    /// Its end is cut off.
    CutEnd,
    /// Its start is cut off.
    CutStart,
    /// The row is left out.
    Drop,
    /// Training stops.
    Refuse,
}

/// A column that a trainer takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrainedColumn {
    Messages,
    PromptCompletion,
    Text,
    Conversations,
}

/// A row as it is trained on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prepared {
    /// Empty where the row is not trained on.
    pub ids: Vec<u32>,
    /// Which of them the loss is on.
    pub trained: Vec<bool>,
    /// Tokens before anything was cut; 0 where it did not come to tokens.
    pub length: usize,
    /// Of those, how many the loss would have been on.
    pub length_trained: usize,
    pub fate: Fate,
}

/// What became of a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fate {
    #[default]
    Whole,
    /// Tokens were cut off.
    Cut,
    /// It is left out, without a word or with one: why.
    Dropped(String),
    /// Training does not begin, or stops at it: why.
    Refused(String),
}

impl Prepared {
    /// Tokens with the loss on some of them, before a limit of length.
    fn whole(ids: Vec<u32>, trained: Vec<bool>) -> Self {
        Self {
            length: ids.len(),
            length_trained: count(&trained),
            ids,
            trained,
            fate: Fate::Whole,
        }
    }

    fn refused(why: impl Into<String>) -> Self {
        let fate = Fate::Refused(why.into());
        Self {
            fate,
            ..Self::default()
        }
    }

    fn dropped(why: impl Into<String>) -> Self {
        let fate = Fate::Dropped(why.into());
        Self {
            fate,
            ..Self::default()
        }
    }

    /// Within a limit of length: what is longer meets its fate.
    fn within(mut self, length_max: usize, beyond: Beyond) -> Self {
        if self.ids.len() <= length_max {
            return self;
        }
        match beyond {
            Beyond::CutEnd => {
                self.ids.truncate(length_max);
                self.trained.truncate(length_max);
                self.fate = Fate::Cut;
            }
            Beyond::CutStart => {
                let over = self.ids.len() - length_max;
                self.ids.drain(..over);
                self.trained.drain(..over);
                self.fate = Fate::Cut;
            }
            Beyond::Drop => return self.without_tokens(Fate::Dropped(TOO_LONG.into())),
            Beyond::Refuse => return self.without_tokens(Fate::Refused(TOO_LONG.into())),
        }
        self
    }

    /// The same without its tokens, for it is not trained on.
    fn without_tokens(self, fate: Fate) -> Self {
        Self {
            ids: Vec::new(),
            trained: Vec::new(),
            fate,
            ..self
        }
    }

    /// Tokens that the loss is on.
    pub fn trained_tokens(&self) -> usize {
        count(&self.trained)
    }
}

const TOO_LONG: &str = "longer than it may be";

fn count(trained: &[bool]) -> usize {
    trained.iter().filter(|trained| **trained).count()
}
