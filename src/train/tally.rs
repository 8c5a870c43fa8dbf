//! What a trainer makes of the rows of one subset, counted.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;

use super::trainers::{Prepare, Trainer};
use super::{Fate, Model, Prepared, Row, Settings, TrainedColumn};
use crate::verify::{Thinking, split_thinking};

/// What a trainer makes of a subset.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Tally {
    pub rows: u64,
    /// The column that it takes; none where a row has none of its columns.
    pub column: Option<TrainedColumn>,
    /// Tokens of a row before anything is cut, in the order of their number.
    #[serde(skip)]
    lengths: Vec<u32>,
    /// The same as the smallest, the quantiles 0.5, 0.9 and 0.99, and the largest; none where no row came to tokens.
    pub length: Option<[u32; 5]>,
    /// Rows that are longer than they may be.
    pub over: u64,
    /// Tokens of all rows, as they would be without a limit.
    pub tokens: u64,
    /// Tokens that are in no row that is trained on: cut off, or of a row that is left out.
    pub tokens_lost: u64,
    pub cut: u64,
    /// Rows that are left out.
    pub dropped: u64,
    /// Rows that training does not begin with, or stops at.
    pub refused: u64,
    /// Why rows are left out or refused, and how many.
    pub reasons: BTreeMap<String, u64>,
    /// Tokens that are trained on, prompt and all.
    pub tokens_kept: u64,
    /// Of those, how many the loss is on.
    pub tokens_trained: u64,
    /// Rows that are trained on without loss on any token.
    pub without_loss: u64,
    /// Rows whose loss does not reach the end token.
    pub endless: u64,
    /// Rows whose reply has thinking.
    pub thinking: u64,
    /// Of those that are trained on, how many have none of it in the loss.
    pub thinking_lost: u64,
    /// Of those whose thinking is in the loss, how many have its opening `<think>` outside of it.
    pub think_outside: u64,
    /// Rows that are trained on an empty thinking part.
    pub thinking_empty: u64,
    /// Rows that are trained on more than one `<think>`.
    pub thinking_twice: u64,
    /// Rows with a control token inside of what somebody says.
    pub control: u64,
    /// Those tokens, and in how many rows.
    pub control_tokens: BTreeMap<String, u64>,
    /// Rows that are learned under a system message that they have not.
    pub system_added: u64,
    /// Of the first row that is trained on, the words before the loss and the first that it is on.
    pub opening: Option<[String; 2]>,
}

impl Tally {
    /// Whether something of a row is lost that the folder holds.
    pub(crate) fn loses(&self) -> bool {
        let lost = [
            self.cut,
            self.dropped,
            self.refused,
            self.without_loss,
            self.thinking_lost,
            self.endless,
        ];
        lost.iter().any(|rows| *rows > 0)
    }

    /// The share of what is trained on that the loss is on.
    pub(crate) fn trained_share(&self) -> Option<f64> {
        (self.tokens_kept > 0).then(|| self.tokens_trained as f64 / self.tokens_kept as f64)
    }

    fn finish(&mut self) {
        self.lengths.sort_unstable();
        let at = |share: f64| {
            let last = self.lengths.len() - 1;
            self.lengths[(share * last as f64).round() as usize]
        };
        self.length = (!self.lengths.is_empty()).then(|| [0.0, 0.5, 0.9, 0.99, 1.0].map(at));
    }

    fn merge(&mut self, other: Self) {
        self.rows += other.rows;
        self.column = self.column.or(other.column);
        self.lengths.extend(other.lengths);
        self.over += other.over;
        self.tokens += other.tokens;
        self.tokens_lost += other.tokens_lost;
        self.cut += other.cut;
        self.dropped += other.dropped;
        self.refused += other.refused;
        add(&mut self.reasons, other.reasons);
        self.tokens_kept += other.tokens_kept;
        self.tokens_trained += other.tokens_trained;
        self.without_loss += other.without_loss;
        self.endless += other.endless;
        self.thinking += other.thinking;
        self.thinking_lost += other.thinking_lost;
        self.think_outside += other.think_outside;
        self.thinking_empty += other.thinking_empty;
        self.thinking_twice += other.thinking_twice;
        self.control += other.control;
        add(&mut self.control_tokens, other.control_tokens);
        self.system_added += other.system_added;
        self.opening = self.opening.take().or(other.opening);
    }
}

fn add(all: &mut BTreeMap<String, u64>, more: BTreeMap<String, u64>) {
    for (name, count) in more {
        *all.entry(name).or_default() += count;
    }
}

/// Counts what becomes of rows; in their order, over all threads.
pub(crate) fn tally(
    rows: &[Row],
    model: &Model,
    trainer: Trainer,
    settings: &Settings,
    ready: &dyn Prepare,
) -> Tally {
    use rayon::prelude::*;
    let counted = rows.par_iter().map(|row| {
        let prepared = ready.prepare(row);
        let column = settings.column.or_else(|| trainer.column(row));
        of_one(row, &prepared, model, column, settings)
    });
    let counted: Vec<Tally> = counted.collect();
    let mut tally = Tally::default();
    for one in counted {
        tally.merge(one);
    }
    tally.finish();
    tally
}

/// What becomes of one row.
fn of_one(
    row: &Row,
    prepared: &Prepared,
    model: &Model,
    column: Option<TrainedColumn>,
    settings: &Settings,
) -> Tally {
    let mut tally = Tally {
        rows: 1,
        column,
        tokens: prepared.length as u64,
        tokens_kept: prepared.ids.len() as u64,
        tokens_lost: (prepared.length - prepared.ids.len().min(prepared.length)) as u64,
        over: u64::from(prepared.length > settings.length_max),
        tokens_trained: prepared.trained_tokens() as u64,
        ..Tally::default()
    };
    if prepared.length > 0 {
        tally.lengths.push(prepared.length as u32);
    }
    match &prepared.fate {
        Fate::Whole => {}
        Fate::Cut => tally.cut = 1,
        Fate::Dropped(why) => {
            tally.dropped = 1;
            tally.reasons.insert(why.clone(), 1);
        }
        Fate::Refused(why) => {
            tally.refused = 1;
            tally.reasons.insert(why.clone(), 1);
        }
    }
    controls(row, model, &mut tally);
    let Some(reply) = reply(row) else {
        return tally;
    };
    let parts = split_thinking(reply);
    let thinking = reply[parts.thinking.clone()].trim();
    let thinks = parts.state != Thinking::Absent && !thinking.is_empty();
    tally.thinking = u64::from(thinks);
    if !prepared.ids.is_empty() {
        of_loss(row, prepared, model, thinks.then_some(thinking), &mut tally);
    }
    tally
}

/// So many letters of the thinking are looked for in the loss.
const LETTERS_OF_THINKING: usize = 40;

/// So many tokens are shown before the loss and in it.
const TOKENS_SHOWN: usize = 8;

/// What the loss is on.
fn of_loss(
    row: &Row,
    prepared: &Prepared,
    model: &Model,
    thinking: Option<&str>,
    tally: &mut Tally,
) {
    let ids = prepared.ids.iter().zip(&prepared.trained);
    let learned: Vec<u32> = ids.filter(|(_, on)| **on).map(|(id, _)| *id).collect();
    let Some(first) = prepared.trained.iter().position(|on| *on) else {
        tally.without_loss = 1;
        return;
    };
    let text = model.tokenizer.text(&learned);
    let ends = model.eos().is_none_or(|eos| {
        let last = learned.iter().rev().take(2);
        last.into_iter().any(|id| *id == eos)
    });
    tally.endless = u64::from(!ends);
    if let Some(thinking) = thinking {
        let letters: String = thinking.chars().take(LETTERS_OF_THINKING).collect();
        let is_there = text.contains(letters.trim_end());
        tally.thinking_lost = u64::from(!is_there);
        let opens = text.contains("<think>") || !said(row).contains("<think>");
        tally.think_outside = u64::from(is_there && !opens);
    }
    let squeezed: String = text.split_whitespace().collect();
    tally.thinking_empty = u64::from(squeezed.contains("<think></think>"));
    tally.thinking_twice = u64::from(text.matches("<think>").count() > 1);
    let before = &prepared.ids[..first];
    let shown = &before[before.len().saturating_sub(TOKENS_SHOWN)..];
    let opening = &prepared.ids[first..(first + TOKENS_SHOWN).min(prepared.ids.len())];
    tally.opening = Some([model.tokenizer.text(shown), model.tokenizer.text(opening)]);
    tally.system_added = u64::from(has_system_added(row, &model.tokenizer.text(before)));
}

/// Whether there is a system message before what the user says that the row has not.
fn has_system_added(row: &Row, before: &str) -> bool {
    let mut turns = turns(row);
    let own = turns.clone().any(|(role, _)| role == "system");
    let asked = turns.find(|(role, _)| *role == "user");
    let asked = asked.map_or("", |(_, said)| said.trim());
    let head = before.find(asked).map_or(before, |at| &before[..at]);
    !own && head.contains("system")
}

fn turns(row: &Row) -> impl Iterator<Item = (&str, &str)> + Clone {
    let turns = row.messages.as_ref().and_then(Json::as_array);
    let turns = turns.into_iter().flatten();
    turns.filter_map(|turn| Some((turn["role"].as_str()?, turn["content"].as_str()?)))
}

/// What the assistant says last.
fn reply(row: &Row) -> Option<&str> {
    let said = turns(row).filter(|(role, _)| *role == "assistant");
    said.last().map(|(_, reply)| reply)
}

fn said(row: &Row) -> &str {
    reply(row).unwrap_or_default()
}

/// Marks of thinking, which are tokens in some vocabularies and belong into a reply.
const OF_THINKING: [&str; 2] = ["<think>", "</think>"];

/// Counts the tokens of the vocabulary's own kind inside of turns: they reach the trainer as real ones.
fn controls(row: &Row, model: &Model, tally: &mut Tally) {
    let mut found: Vec<String> = Vec::new();
    for (_, said) in turns(row) {
        found.extend(model.tokenizer.marks_in(said));
    }
    found.retain(|mark| !OF_THINKING.contains(&mark.as_str()));
    found.sort_unstable();
    found.dedup();
    tally.control = u64::from(!found.is_empty());
    let counted = found.into_iter().map(|mark| (mark, 1));
    tally.control_tokens = counted.collect();
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::measure::tokens::Tokenizer;
    use crate::templates::built_in::Family;

    fn model(family: &str) -> Model {
        let template = Family::named(family).expect("a family").template();
        let vocabulary = family.trim_end_matches("-thinking");
        let tokenizer = Tokenizer::of_family(vocabulary).expect("a vocabulary");
        Model {
            template: template.expect("a template"),
            tokenizer: tokenizer.expect("a tokenizer"),
        }
    }

    fn rows(replies: &[&str]) -> Vec<Row> {
        let row = |reply: &&str| Row {
            messages: Some(json!([
                { "role": "user", "content": "2+2?" }, { "role": "assistant", "content": reply },
            ])),
            ..Row::default()
        };
        replies.iter().map(row).collect()
    }

    fn counted(trainer: Trainer, family: &str, length_max: usize, replies: &[&str]) -> Tally {
        let model = model(family);
        let settings = Settings {
            length_max,
            beyond: None,
            column: None,
            on_prompt: false,
        };
        let ready = trainer.ready(&model, settings).expect("a trainer");
        tally(&rows(replies), &model, trainer, &settings, ready.as_ref())
    }

    const THOUGHT: &str = "<think>\nTwo and two.\n</think>\n\nIt is 4.";

    #[test]
    fn qwen_keeps_the_thinking_and_adds_a_system_message() {
        let tally = counted(Trainer::Trl, "qwen2.5", 1024, &[THOUGHT, "4"]);
        assert_eq!((tally.rows, tally.thinking, tally.thinking_lost), (2, 1, 0));
        assert_eq!(
            (tally.system_added, tally.endless, tally.loses()),
            (2, 0, false)
        );
        assert_eq!(tally.column, Some(TrainedColumn::Messages));
        assert!(tally.opening.is_some_and(|[before, first]| {
            before.ends_with("<|im_start|>assistant") && first.starts_with("\n<think>\nTwo")
        }));
    }

    #[test]
    fn the_distilled_models_lose_it_where_a_trainer_takes_their_template() {
        let axolotl = counted(Trainer::Axolotl, "r1-distill", 1024, &[THOUGHT]);
        assert_eq!((axolotl.thinking, axolotl.thinking_lost), (1, 1));
        assert!(axolotl.loses());
        // TRL has a template of its own in its place.
        assert_eq!(
            counted(Trainer::Trl, "r1-distill", 1024, &[THOUGHT]).thinking_lost,
            0
        );
    }

    #[test]
    fn a_trainer_stops_where_turns_are_rendered_otherwise_alone_or_are_too_long() {
        let replies = [THOUGHT, &THOUGHT.repeat(9)];
        let verl = counted(Trainer::Verl, "qwen2.5", 80, &replies);
        assert_eq!((verl.refused, verl.over, verl.rows), (1, 1, 2));
        // Qwen3's template puts thinking behind a question alone, and a turn that is rendered alone has none before it.
        let qwen3 = counted(Trainer::Verl, "qwen3", 1024, &[THOUGHT]);
        assert_eq!((qwen3.refused, qwen3.tokens_kept), (1, 0));
        let whole = counted(Trainer::Verl, "qwen3-thinking", 1024, &[THOUGHT]);
        assert_eq!((whole.refused, whole.thinking_lost), (0, 0));
    }

    #[test]
    fn what_is_cut_is_counted_with_its_tokens_and_has_no_end() {
        let long = format!("<think>\n{}\n</think>\n\n4", "Two. ".repeat(400));
        let tally = counted(Trainer::Trl, "qwen2.5", 100, &[&long, "4"]);
        assert_eq!(
            (tally.cut, tally.over, tally.endless, tally.dropped),
            (1, 1, 1, 0)
        );
        assert_eq!(tally.tokens_lost, tally.tokens - tally.tokens_kept);
        let length = tally.length.expect("rows");
        assert_eq!(u64::from(length[0] + length[4]), tally.tokens);
        assert_eq!(
            counted(Trainer::MsSwift, "qwen2.5", 100, &[&long]).dropped,
            1
        );
    }

    #[test]
    fn control_tokens_in_a_turn_are_named_and_empty_thinking_is_seen() {
        let tally = counted(
            Trainer::LlamaFactory,
            "qwen3",
            1024,
            &["4 <|im_end|>", THOUGHT],
        );
        assert_eq!((tally.control, tally.control_tokens["<|im_end|>"]), (1, 1));
        assert_eq!((tally.thinking_empty, tally.thinking_twice), (1, 0));
    }
}
