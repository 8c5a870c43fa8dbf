//! What each trainer does to a row, token for token: one file a trainer.
//!
//! Each says in its head which version it was read from and held against (`tests/clients`), which of our columns the
//! trainer takes, how it renders (the whole conversation, or turn by turn), where the loss is and what becomes of a row
//! that is too long.

mod axolotl;
mod llamafactory;
mod nemo_rl;
mod open_instruct;
mod s1;
mod swift;
mod torchtune;
mod trl;
mod verl;

use std::ops::Range;

use serde_json::{Map, Value as Json, json};
use unicode_normalization::UnicodeNormalization;

use super::{Beyond, Model, Prepared, Row, Settings, TrainedColumn};
use crate::templates::{ChatTemplate, Refused, Rendered};
pub(crate) use llamafactory::template_name as llamafactory_template;
pub(crate) use swift::template_name as swift_template;

/// A trainer by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Trainer {
    Trl,
    #[serde(rename = "llamafactory")]
    LlamaFactory,
    Axolotl,
    MsSwift,
    Verl,
    Torchtune,
    OpenInstruct,
    NemoRl,
    S1,
}

/// All of them.
pub const TRAINERS: [Trainer; 9] = [
    Trainer::Trl,
    Trainer::LlamaFactory,
    Trainer::Axolotl,
    Trainer::MsSwift,
    Trainer::Verl,
    Trainer::Torchtune,
    Trainer::OpenInstruct,
    Trainer::NemoRl,
    Trainer::S1,
];

/// Those of which nobody here knows what they do to a row, and why.
pub(crate) const NOT_KNOWN: [(&str, &str); 1] = [(
    "prime-rl",
    "it renders with a package of its own (`renderers`) for each model, which is not modelled here",
)];

/// A trainer that is ready for rows.
pub trait Prepare: Sync {
    fn prepare(&self, row: &Row) -> Prepared;

    /// What becomes of a row that is too long.
    fn beyond(&self) -> Beyond;
}

impl Trainer {
    /// As a user writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Trl => "trl",
            Self::LlamaFactory => "llamafactory",
            Self::Axolotl => "axolotl",
            Self::MsSwift => "ms-swift",
            Self::Verl => "verl",
            Self::Torchtune => "torchtune",
            Self::OpenInstruct => "open-instruct",
            Self::NemoRl => "nemo-rl",
            Self::S1 => "s1",
        }
    }

    /// The version that it was held against, or read from where it says so.
    pub fn version(self) -> &'static str {
        match self {
            Self::Trl => "1.16.0",
            Self::LlamaFactory => "0.9.5",
            Self::Axolotl => "0.21.0",
            Self::MsSwift => "4.6.0",
            Self::Verl => "0.9.1",
            Self::Torchtune => "0.6.1",
            Self::OpenInstruct | Self::NemoRl => "of August 2026 (read, not run)",
            Self::S1 => "sft.py over trl 0.12.0",
        }
    }

    /// Tokens that a row may have where nobody says how many.
    pub fn length_max(self) -> Option<usize> {
        match self {
            Self::Trl | Self::Verl | Self::NemoRl => Some(1024),
            Self::LlamaFactory => Some(2048),
            Self::Axolotl => Some(512),
            Self::S1 => Some(32768),
            Self::MsSwift | Self::Torchtune | Self::OpenInstruct => None,
        }
    }

    /// What its configuration calls the tokens that a row may have.
    pub(crate) fn length_key(self) -> &'static str {
        match self {
            Self::Trl | Self::MsSwift => "max_length",
            Self::LlamaFactory => "cutoff_len",
            Self::Axolotl => "sequence_len",
            Self::Verl => "data.max_length",
            Self::Torchtune => "tokenizer.max_seq_len",
            Self::OpenInstruct => "max_seq_length",
            Self::NemoRl => "policy.max_total_sequence_length",
            Self::S1 => "block_size",
        }
    }

    /// Whether it renders with the model's chat template, so that another one can be given to it.
    pub(crate) fn takes_templates(self) -> bool {
        match self {
            Self::Trl | Self::Axolotl | Self::Verl | Self::OpenInstruct | Self::NemoRl => true,
            Self::LlamaFactory | Self::MsSwift | Self::Torchtune | Self::S1 => false,
        }
    }

    /// What it renders a model's rows with, in words.
    pub(crate) fn template(self, model: &Model, settings: &Settings) -> String {
        let family = model.family().map_or("", |family| family.name);
        let own = |name: Option<&str>| format!("its own, `{}`", name.unwrap_or_default());
        match self {
            Self::LlamaFactory => own(llamafactory::template_name(family)),
            Self::MsSwift => own(swift::template_name(family)),
            Self::Torchtune => "its own for Qwen2.5".to_owned(),
            Self::S1 => "none: the text is what it is".to_owned(),
            Self::Trl if trl::replaces(model, settings) => {
                "its own in the place of the model's, for loss on replies alone".to_owned()
            }
            _ => "the model's".to_owned(),
        }
    }

    /// The column that it takes of a row, among those that there are.
    pub fn column(self, row: &Row) -> Option<TrainedColumn> {
        let has = |there: bool, column| there.then_some(column);
        let messages = has(row.messages.is_some(), TrainedColumn::Messages);
        match self {
            Self::Trl => trl::column(row),
            Self::S1 => has(row.text.is_some(), TrainedColumn::Text),
            _ => messages,
        }
    }

    /// Takes rows for this model and in these settings; fails where it does not train such a model, or not so.
    pub fn ready<'m>(
        self,
        model: &'m Model,
        settings: Settings,
    ) -> Result<Box<dyn Prepare + 'm>, Refused> {
        Ok(match self {
            Self::Trl => Box::new(trl::Trl::new(model, settings)?),
            Self::LlamaFactory => Box::new(llamafactory::LlamaFactory::new(model, settings)?),
            Self::Axolotl => Box::new(axolotl::Axolotl::new(model, settings)?),
            Self::MsSwift => Box::new(swift::Swift::new(model, settings)?),
            Self::Verl => Box::new(verl::Verl::new(model, settings)?),
            Self::Torchtune => Box::new(torchtune::Torchtune::new(model, settings)?),
            Self::OpenInstruct => Box::new(open_instruct::OpenInstruct::new(model, settings)?),
            Self::NemoRl => Box::new(nemo_rl::NemoRl::new(model, settings)?),
            Self::S1 => Box::new(s1::S1::new(model, settings)?),
        })
    }
}

/// What a trainer can be told to do with a row that is too long, and does unless it is told (the first).
fn beyond(settings: &Settings, can: &[Beyond]) -> Result<Beyond, Refused> {
    match settings.beyond {
        None => Ok(can[0]),
        Some(asked) if can.contains(&asked) => Ok(asked),
        Some(_) => Err(Refused(
            "this trainer cannot be told to do that with rows that are too long".into(),
        )),
    }
}

/// Who speaks, and what is said.
#[derive(Clone, Copy)]
struct Turn<'r> {
    role: &'r str,
    content: &'r str,
}

/// The turns of `messages`.
fn turns(row: &Row) -> Result<Vec<Turn<'_>>, Prepared> {
    let list = row.messages.as_ref().and_then(Json::as_array);
    let list = list.ok_or_else(|| Prepared::refused("there is no column `messages`"))?;
    let turns: Option<Vec<Turn<'_>>> = list.iter().map(turn).collect();
    turns.ok_or_else(|| Prepared::refused("a turn of `messages` has no role or no text"))
}

fn turn(turn: &Json) -> Option<Turn<'_>> {
    Some(Turn {
        role: turn["role"].as_str()?,
        content: turn["content"].as_str()?,
    })
}

fn said(turns: &[Turn<'_>]) -> Json {
    let turns = turns.iter();
    turns
        .map(|turn| json!({ "role": turn.role, "content": turn.content }))
        .collect()
}

/// A conversation in a template, with nothing but itself.
fn render(template: &ChatTemplate, messages: &Json, prompt: bool) -> Result<Rendered, Prepared> {
    let rendered = template.render(messages, prompt, &Map::new());
    rendered.map_err(refused)
}

fn refused(by_template: Refused) -> Prepared {
    Prepared::refused(format!("the template: {by_template}"))
}

/// The ids of a text, as [`crate::measure::tokens::Encoder::ids`] makes them; a row whose text has none is refused.
fn ids(model: &Model, text: &str, marks: bool) -> Result<Vec<u32>, Prepared> {
    let ids = model.tokenizer.ids(text, marks);
    ids.map_err(|why| Prepared::refused(why.to_string()))
}

/// The same of words of a trainer's own, without which it cannot be ready.
fn own_ids(model: &Model, text: &str) -> Result<Vec<u32>, Refused> {
    let ids = model.tokenizer.ids(text, false);
    ids.map_err(|why| Refused(why.to_string()))
}

/// Where each token of a text begins, and where the last ends, in bytes of the text as it was tokenised.
fn borders(model: &Model, ids: &[u32]) -> Vec<usize> {
    let mut at = 0;
    let mut borders = vec![0];
    borders.extend(ids.iter().map(|id| {
        at += model.tokenizer.bytes(*id);
        at
    }));
    borders
}

/// Spans of a text as spans of what was tokenised: a tokenizer may compose letters first.
fn as_tokenised(text: &str, spans: &[Range<usize>], borders: &[usize]) -> Vec<Range<usize>> {
    if borders.last() == Some(&text.len()) {
        return spans.to_vec();
    }
    let composed = |at: usize| -> usize { text[..at].nfc().map(char::len_utf8).sum() };
    let spans = spans.iter();
    spans
        .map(|span| composed(span.start)..composed(span.end))
        .collect()
}

/// Which tokens have a byte in one of the spans, which are in order.
fn within(borders: &[usize], spans: &[Range<usize>]) -> Vec<bool> {
    let tokens = borders.windows(2);
    tokens
        .map(|token| {
            let after = spans.partition_point(|span| span.end <= token[0]);
            spans.get(after).is_some_and(|span| token[1] > span.start)
        })
        .collect()
}

/// The places at which `part` stands in `ids`.
fn places<'i>(ids: &'i [u32], part: &'i [u32]) -> impl Iterator<Item = usize> + 'i {
    let windows = ids.windows(part.len().max(1)).enumerate();
    windows
        .filter(move |(_, window)| *window == part)
        .map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::tokens::Encoder;
    use crate::templates::built_in::Family;

    /// A family's model, or one with its tokens and a template of another's.
    pub(super) fn model(family: &str, template: Option<&str>) -> Model {
        let own = Family::named(family).expect("a family").template();
        let own = own.expect("a template");
        let template = match template {
            Some(source) => ChatTemplate::new(source, own.tokens().clone()).expect("a template"),
            None => own,
        };
        let tokenizer = Encoder::of_family(family).expect("a vocabulary");
        Model {
            template,
            tokenizer: tokenizer.expect("a tokenizer"),
        }
    }

    pub(super) fn row(asked: &str, reply: &str) -> Row {
        let turns = [("user", asked), ("assistant", reply)];
        let messages = turns.map(|(role, content)| json!({ "role": role, "content": content }));
        let text = turns.map(|(role, said)| format!("<|im_start|>{role}\n{said}<|im_end|>\n"));
        Row {
            messages: Some(messages.to_vec().into()),
            text: Some(text.concat()),
            ..Row::default()
        }
    }

    pub(super) fn settings(length_max: usize, beyond: Option<Beyond>) -> Settings {
        Settings {
            length_max,
            beyond,
            column: None,
            on_prompt: false,
        }
    }

    /// What a row is trained on, as text.
    pub(super) fn learned(model: &Model, prepared: &Prepared) -> String {
        let tokens = prepared.ids.iter().zip(&prepared.trained);
        let learned: Vec<u32> = tokens
            .filter(|(_, trained)| **trained)
            .map(|(id, _)| *id)
            .collect();
        model.tokenizer.text(&learned)
    }
}
