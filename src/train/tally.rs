//! What a trainer makes of the rows of one subset, counted.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use unicode_normalization::UnicodeNormalization;

use super::asked::Asked;
use super::rows::Read;
use super::said::{self, Turn};
use super::{Fate, Prepared, Row, TrainedColumn};
use crate::error::one_line;

/// What a trainer makes of a subset.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Tally {
    pub rows: u64,
    /// The column that it takes; none where no row has one of its columns.
    pub column: Option<TrainedColumn>,
    /// Tokens of each row before anything is cut.
    #[serde(skip)]
    lengths: Vec<u32>,
    /// How long rows are before anything is cut; none where no row came to tokens.
    pub length: Option<Lengths>,
    /// Rows that are longer than they may be.
    pub over: u64,
    /// Tokens of all rows, as they would be without a limit.
    pub tokens: u64,
    /// Tokens that are in no row that is trained on: cut off, or of a row that is left out.
    pub tokens_lost: u64,
    /// Of those, how many the loss would have been on.
    pub tokens_trained_lost: u64,
    /// Rows of which something is cut off.
    pub cut: u64,
    /// Rows that are left out.
    pub dropped: u64,
    /// Why, and how many.
    pub dropped_for: BTreeMap<String, u64>,
    /// Rows that training does not begin with, or stops at.
    pub refused: u64,
    /// Why, and how many.
    pub refused_for: BTreeMap<String, u64>,
    /// Tokens that are trained on, prompt and all.
    pub tokens_kept: u64,
    /// Of those, how many the loss is on.
    pub tokens_trained: u64,
    /// Rows that are trained on without loss on any token.
    pub without_loss: u64,
    /// Rows that are not cut and whose loss does not reach the end token.
    pub endless: u64,
    /// Rows with loss on what the user says.
    pub loss_on_prompt: u64,
    /// Rows with thinking in a reply.
    pub thinking: u64,
    /// Of those that are trained on, how many have a reply whose thinking is not in the loss.
    pub thinking_lost: u64,
    /// Tokens of the thinking of those.
    pub thinking_tokens_lost: u64,
    /// Of those whose thinking is in the loss, how many have its opening `<think>` outside of it.
    pub think_outside: u64,
    /// Rows whose loss begins with `<think>`.
    pub think_first: u64,
    /// Rows that are trained on an empty thinking part.
    pub thinking_empty: u64,
    /// Rows that are trained on more than one `<think>` a reply.
    pub thinking_twice: u64,
    /// Rows with a control token inside of what somebody says.
    pub control: u64,
    /// Those tokens, and in how many rows.
    pub control_tokens: BTreeMap<String, u64>,
    /// Rows that are learned under a system message that they have not.
    pub system_added: u64,
    /// Where the loss begins in the first row that is trained on.
    pub opening: Option<Opening>,
}

/// How many tokens rows have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Lengths {
    pub shortest: u32,
    pub p50: u32,
    pub p90: u32,
    pub p99: u32,
    pub longest: u32,
}

/// Where the loss begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Opening {
    /// The words before it.
    pub behind: String,
    /// The first words that it is on.
    pub begins: String,
}

impl Tally {
    /// Rows that are trained on.
    pub(crate) fn left(&self) -> u64 {
        self.rows - self.dropped - self.refused
    }

    /// The share of what is trained on that the loss is on.
    pub(crate) fn trained_share(&self) -> Option<f64> {
        (self.tokens_kept > 0).then(|| self.tokens_trained as f64 / self.tokens_kept as f64)
    }

    /// Counts what becomes of rows; in their order, over all threads.
    pub(crate) fn add(&mut self, rows: &[Read], asked: &Asked<'_>) {
        use rayon::prelude::*;
        let counted: Vec<Self> = rows.par_iter().map(|row| of_row(row, asked)).collect();
        for one in counted {
            self.merge(one);
        }
    }

    /// The quantiles, once all rows are counted.
    pub(crate) fn finish(&mut self) {
        self.lengths.sort_unstable();
        let at = |share: f64| {
            let last = self.lengths.len() - 1;
            self.lengths[(share * last as f64).round() as usize]
        };
        self.length = (!self.lengths.is_empty()).then(|| Lengths {
            shortest: at(0.0),
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            longest: at(1.0),
        });
    }

    fn merge(&mut self, other: Self) {
        self.column = self.column.or(other.column);
        self.lengths.extend(other.lengths);
        add(&mut self.dropped_for, other.dropped_for);
        add(&mut self.refused_for, other.refused_for);
        add(&mut self.control_tokens, other.control_tokens);
        self.opening = self.opening.take().or(other.opening);
        self.rows += other.rows;
        self.over += other.over;
        self.tokens += other.tokens;
        self.tokens_lost += other.tokens_lost;
        self.tokens_trained_lost += other.tokens_trained_lost;
        self.cut += other.cut;
        self.dropped += other.dropped;
        self.refused += other.refused;
        self.tokens_kept += other.tokens_kept;
        self.tokens_trained += other.tokens_trained;
        self.without_loss += other.without_loss;
        self.endless += other.endless;
        self.loss_on_prompt += other.loss_on_prompt;
        self.thinking += other.thinking;
        self.thinking_lost += other.thinking_lost;
        self.thinking_tokens_lost += other.thinking_tokens_lost;
        self.think_outside += other.think_outside;
        self.think_first += other.think_first;
        self.thinking_empty += other.thinking_empty;
        self.thinking_twice += other.thinking_twice;
        self.control += other.control;
        self.system_added += other.system_added;
    }

    fn left_out(&mut self, fate: &Fate) {
        let (rows, reasons, why) = match fate {
            Fate::Whole => return,
            Fate::Cut => {
                self.cut = 1;
                return;
            }
            Fate::Dropped(why) => (&mut self.dropped, &mut self.dropped_for, why),
            Fate::Refused(why) => (&mut self.refused, &mut self.refused_for, why),
        };
        *rows = 1;
        reasons.insert(reason(why), 1);
    }
}

/// Different reasons that are told apart: a template may refuse each row in words of its own.
const REASONS_MAX: usize = 20;

/// Letters of a reason that are kept.
const REASON_LETTERS: usize = 160;

/// What the rest of them is counted as.
const OTHERS: &str = "other reasons";

fn reason(why: &str) -> String {
    let line = one_line(why);
    match line.char_indices().nth(REASON_LETTERS) {
        None => line.into_owned(),
        Some((at, _)) => format!("{}…", &line[..at]),
    }
}

fn add(all: &mut BTreeMap<String, u64>, more: BTreeMap<String, u64>) {
    for (name, count) in more {
        let name = match all.contains_key(&name) || all.len() < REASONS_MAX {
            true => name,
            false => OTHERS.to_owned(),
        };
        *all.entry(name).or_default() += count;
    }
}

/// What becomes of one row.
fn of_row(row: &Read, asked: &Asked<'_>) -> Tally {
    match row {
        Ok(row) => of_one(row, &asked.prepare(row), asked),
        Err(why) => {
            let mut tally = Tally {
                rows: 1,
                ..Tally::default()
            };
            tally.left_out(&Fate::Refused(format!("the row cannot be read: {why}")));
            tally
        }
    }
}

fn of_one(row: &Row, prepared: &Prepared, asked: &Asked<'_>) -> Tally {
    let trained = prepared.trained_tokens();
    let lost = prepared.length.saturating_sub(prepared.ids.len());
    let mut tally = Tally {
        rows: 1,
        column: asked.column(row),
        tokens: prepared.length as u64,
        tokens_kept: prepared.ids.len() as u64,
        tokens_lost: lost as u64,
        tokens_trained_lost: prepared.length_trained.saturating_sub(trained).min(lost) as u64,
        over: u64::from(prepared.length > asked.settings.length_max),
        tokens_trained: trained as u64,
        ..Tally::default()
    };
    if prepared.length > 0 {
        tally
            .lengths
            .push(u32::try_from(prepared.length).unwrap_or(u32::MAX));
    }
    tally.left_out(&prepared.fate);
    let turns = said::turns(row);
    controls(&turns, asked, &mut tally);
    let thinking = said::thinking(row, tally.column);
    tally.thinking = u64::from(!thinking.is_empty());
    if !prepared.ids.is_empty() {
        of_loss(
            &Seen::new(prepared, asked),
            &turns,
            &thinking,
            asked,
            &mut tally,
        );
    }
    tally
}

/// So many letters of what is said are looked for.
const LETTERS: usize = 40;

/// So many tokens are shown before the loss and in it.
const TOKENS_SHOWN: usize = 8;

/// What a row is trained on, as texts.
struct Seen<'p> {
    prepared: &'p Prepared,
    /// The first token that the loss is on.
    first: Option<usize>,
    /// The texts before the loss, and of all that it is on.
    before: String,
    learned: String,
    /// Whether the loss ends with the model's end token, where it has one.
    ends: bool,
    opening: Option<Opening>,
}

impl<'p> Seen<'p> {
    fn new(prepared: &'p Prepared, asked: &Asked<'_>) -> Self {
        let text = |ids: &[u32]| asked.model.tokenizer.text(ids);
        let ids = prepared.ids.iter().zip(&prepared.trained);
        let learned: Vec<u32> = ids.filter(|(_, on)| **on).map(|(id, _)| *id).collect();
        let first = prepared.trained.iter().position(|on| *on);
        let before = &prepared.ids[..first.unwrap_or_default()];
        let eos = asked.model.eos();
        let last = &learned[learned.len().saturating_sub(2)..];
        let opening = first.map(|first| Opening {
            behind: text(&before[before.len().saturating_sub(TOKENS_SHOWN)..]),
            begins: text(&prepared.ids[first..(first + TOKENS_SHOWN).min(prepared.ids.len())]),
        });
        // Some tokenizers compose letters and some do not: what is looked for is composed too.
        let composed = |ids: &[u32]| text(ids).nfc().collect();
        Self {
            prepared,
            first,
            before: composed(before),
            learned: composed(&learned),
            ends: eos.is_none_or(|eos| last.contains(&eos)),
            opening,
        }
    }
}

/// What the loss is on.
fn of_loss(
    seen: &Seen<'_>,
    turns: &[Turn<'_>],
    thinking: &[&str],
    asked: &Asked<'_>,
    tally: &mut Tally,
) {
    let is_cut = seen.prepared.fate == Fate::Cut;
    tally.opening.clone_from(&seen.opening);
    if seen.first.is_none() {
        tally.without_loss = 1;
        return;
    }
    tally.endless = u64::from(!seen.ends && !is_cut);
    tally.loss_on_prompt = u64::from(!is_cut && is_on_prompt(seen, turns));
    of_thinking(&seen.learned, turns, thinking, tally);
    tally.system_added = u64::from(has_system_added(turns, &seen.before));
    if tally.thinking_lost > 0 {
        let tokens = thinking
            .iter()
            .map(|part| asked.model.tokenizer.tokens(part));
        tally.thinking_tokens_lost = tokens.map(u64::from).sum();
    }
}

/// What of the thinking the loss is on.
fn of_thinking(learned: &str, turns: &[Turn<'_>], thinking: &[&str], tally: &mut Tally) {
    let replies = turns.iter().filter(|(role, _)| *role == "assistant");
    let replies: Vec<&str> = replies.map(|(_, said)| *said).collect();
    if !thinking.is_empty() {
        let is_there = all_stand_in(learned, thinking);
        let opens = learned.contains("<think>");
        let says = replies.iter().any(|reply| reply.contains("<think>"));
        tally.thinking_lost = u64::from(!is_there);
        tally.think_outside = u64::from(is_there && says && !opens);
    }
    tally.think_first = u64::from(learned.trim_start().starts_with("<think>"));
    if learned.contains("<think>") {
        let squeezed: String = learned.split_whitespace().collect();
        tally.thinking_empty = u64::from(squeezed.contains("<think></think>"));
        let most = replies.len().max(1);
        tally.thinking_twice = u64::from(learned.matches("<think>").count() > most);
    }
}

/// Whether the beginnings of all of these stand in a text of tokens, one behind the other.
fn all_stand_in(text: &str, parts: &[&str]) -> bool {
    let mut rest = text;
    parts.iter().all(|part| {
        let letters: String = part.nfc().take(LETTERS).collect();
        let letters = letters.trim_end();
        let found = rest.find(letters);
        if let Some(at) = found {
            rest = &rest[at + letters.len()..];
        }
        found.is_some()
    })
}

/// Whether the loss begins before the user has said everything of the first question; of a text of which nobody knows
/// who says what, whether it begins at once.
fn is_on_prompt(seen: &Seen<'_>, turns: &[Turn<'_>]) -> bool {
    let asked = turns.iter().find(|(role, _)| *role == "user");
    let Some((_, asked)) = asked else {
        return turns.is_empty() && seen.first == Some(0);
    };
    let letters: Vec<char> = asked.trim().nfc().collect();
    let end: String = letters[letters.len().saturating_sub(LETTERS)..]
        .iter()
        .collect();
    !seen.before.contains(&end)
}

/// Whether there is a system message before what the user says that the row has not.
fn has_system_added(turns: &[Turn<'_>], before: &str) -> bool {
    let own = turns.iter().any(|(role, _)| *role == "system");
    let asked = turns.iter().find(|(role, _)| *role == "user");
    let asked: Option<String> = asked.map(|(_, said)| said.trim().nfc().collect());
    let head = asked.and_then(|asked| Some(&before[..before.find(&asked)?]));
    !own && head.is_some_and(|head| head.contains("system"))
}

/// Marks of thinking, which are tokens in some vocabularies and belong into a reply.
const OF_THINKING: [&str; 2] = ["<think>", "</think>"];

/// Counts the tokens of the vocabulary's own kind inside of turns: they reach the trainer as real ones.
fn controls(turns: &[Turn<'_>], asked: &Asked<'_>, tally: &mut Tally) {
    let mut found: Vec<String> = Vec::new();
    for (_, said) in turns {
        found.extend(asked.model.tokenizer.marks_in(said));
    }
    found.retain(|mark| !OF_THINKING.contains(&mark.as_str()));
    found.sort_unstable();
    found.dedup();
    tally.control = u64::from(!found.is_empty());
    tally.control_tokens = found.into_iter().map(|mark| (mark, 1)).collect();
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::measure::tokens::Encoder;
    use crate::templates::built_in::Family;
    use crate::train::trainers::Trainer;
    use crate::train::{Model, Settings};

    fn model(family: &str) -> Model {
        let template = Family::named(family).expect("a family").template();
        let vocabulary = family.trim_end_matches("-thinking");
        let tokenizer = Encoder::of_family(vocabulary).expect("a vocabulary");
        Model {
            template: template.expect("a template"),
            tokenizer: tokenizer.expect("a tokenizer"),
        }
    }

    fn of_replies(replies: &[&str]) -> Vec<Row> {
        let row = |reply: &&str| Row {
            messages: Some(json!([
                { "role": "user", "content": "2+2?" }, { "role": "assistant", "content": reply },
            ])),
            ..Row::default()
        };
        replies.iter().map(row).collect()
    }

    fn of_rows(trainer: Trainer, family: &str, length_max: usize, rows: Vec<Row>) -> Tally {
        let model = model(family);
        let settings = Settings {
            length_max,
            beyond: None,
            column: None,
            on_prompt: false,
        };
        let asked = Asked::new(&model, trainer, settings).expect("a trainer");
        let mut tally = Tally::default();
        for row in rows {
            tally.add(&[Ok(row)], &asked);
        }
        tally.finish();
        tally
    }

    fn counted(trainer: Trainer, family: &str, length_max: usize, replies: &[&str]) -> Tally {
        of_rows(trainer, family, length_max, of_replies(replies))
    }

    const THOUGHT: &str = "<think>\nTwo and two.\n</think>\n\nIt is 4.";

    #[test]
    fn qwen_keeps_the_thinking_and_adds_a_system_message() {
        let tally = counted(Trainer::Trl, "qwen2.5", 1024, &[THOUGHT, "4"]);
        assert_eq!((tally.rows, tally.thinking, tally.thinking_lost), (2, 1, 0));
        assert_eq!(
            (tally.system_added, tally.endless, tally.think_first),
            (2, 0, 1)
        );
        assert_eq!((tally.loss_on_prompt, tally.without_loss), (0, 0));
        assert_eq!(tally.column, Some(TrainedColumn::Messages));
        let opening = tally.opening.expect("a row");
        assert!(opening.behind.ends_with("<|im_start|>assistant"));
        assert!(opening.begins.starts_with("\n<think>\nTwo"));
    }

    #[test]
    fn the_distilled_models_lose_it_where_a_trainer_takes_their_template() {
        let axolotl = counted(Trainer::Axolotl, "r1-distill", 1024, &[THOUGHT]);
        assert_eq!((axolotl.thinking, axolotl.thinking_lost), (1, 1));
        // "Two", " and", " two", ".".
        assert_eq!(axolotl.thinking_tokens_lost, 4);
        // TRL has a template of its own in its place.
        assert_eq!(
            counted(Trainer::Trl, "r1-distill", 1024, &[THOUGHT]).thinking_lost,
            0
        );
    }

    #[test]
    fn thinking_that_a_template_deletes_from_an_earlier_reply_is_lost_too() {
        let reply = |thought: &str| json!({ "role": "assistant", "content": format!("<think>\n{thought}\n</think>\n\n4") });
        let asked = json!({ "role": "user", "content": "2+2?" });
        let turns = json!([asked, reply("Two and two."), asked, reply("As before.")]);
        let row = Row {
            messages: Some(turns),
            ..Row::default()
        };
        for (family, lost) in [("qwen3", 1), ("qwen3-thinking", 0)] {
            let tally = of_rows(Trainer::Axolotl, family, 1024, vec![row.clone()]);
            assert_eq!((tally.thinking, tally.thinking_lost), (1, lost), "{family}");
            assert_eq!(tally.thinking_twice, 0);
        }
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
    fn what_is_cut_is_counted_with_its_tokens() {
        let long = format!("<think>\n{}\n</think>\n\n4", "Two. ".repeat(400));
        let tally = counted(Trainer::Trl, "qwen2.5", 100, &[&long, "4"]);
        assert_eq!(
            (tally.cut, tally.over, tally.endless, tally.dropped),
            (1, 1, 0, 0)
        );
        assert_eq!(tally.tokens_lost, tally.tokens - tally.tokens_kept);
        // Only the reply has an end to lose.
        assert_eq!(tally.tokens_trained_lost, tally.tokens_lost);
        let length = tally.length.expect("rows");
        assert_eq!(u64::from(length.shortest + length.longest), tally.tokens);
        assert_eq!(
            counted(Trainer::MsSwift, "qwen2.5", 100, &[&long]).dropped,
            1
        );
    }

    #[test]
    fn loss_on_the_prompt_is_seen_in_a_text_and_in_turns() {
        let text = |messages: bool| Row {
            messages: messages
                .then(|| of_replies(&["4"])[0].messages.clone())
                .flatten(),
            text: Some(
                "<|im_start|>user\n2+2?<|im_end|>\n<|im_start|>assistant\n4<|im_end|>".into(),
            ),
            ..Row::default()
        };
        let model = model("qwen2.5");
        for (trainer, of_text, lost) in [
            (Trainer::Trl, true, 1),
            (Trainer::Trl, false, 0),
            (Trainer::S1, true, 0),
        ] {
            let settings = Settings {
                length_max: 1024,
                beyond: None,
                column: of_text.then_some(TrainedColumn::Text),
                on_prompt: false,
            };
            let asked = Asked::new(&model, trainer, settings).expect("a trainer");
            for with_messages in [true, false].into_iter().filter(|there| of_text || *there) {
                let mut tally = Tally::default();
                tally.add(&[Ok(text(with_messages))], &asked);
                assert_eq!(
                    tally.loss_on_prompt, lost,
                    "{trainer:?} {of_text} {with_messages}"
                );
            }
        }
    }

    #[test]
    fn a_prompt_and_a_completion_may_be_texts() {
        let row = Row {
            prompt: Some("2+2 is".into()),
            completion: Some(" four".into()),
            ..Row::default()
        };
        let tokenizer = model("qwen2.5").tokenizer;
        let [prompt, completion] =
            ["2+2 is", " four"].map(|text| u64::from(tokenizer.tokens(text)));
        let tally = of_rows(Trainer::Trl, "qwen2.5", 1024, vec![row]);
        assert_eq!(tally.column, Some(TrainedColumn::PromptCompletion));
        // And the end behind it.
        assert_eq!(
            (tally.tokens, tally.tokens_trained),
            (prompt + completion + 1, completion + 1)
        );
        assert_eq!(
            (tally.loss_on_prompt, tally.endless, tally.refused),
            (0, 0, 0)
        );
    }

    #[test]
    fn what_cannot_be_read_or_is_refused_has_its_reason_and_reasons_have_an_end() {
        let mut all = Tally::default();
        for number in 0..100 {
            let mut one = Tally {
                rows: 1,
                ..Tally::default()
            };
            one.left_out(&Fate::Refused(format!(
                "the template: no row {number}\n{}",
                "x".repeat(999)
            )));
            all.merge(one);
        }
        assert_eq!((all.refused, all.left()), (100, 0));
        assert_eq!(all.refused_for.len(), REASONS_MAX + 1);
        assert_eq!(all.refused_for[OTHERS], 80);
        assert!(
            all.refused_for
                .keys()
                .all(|why| why.len() < 200 && !why.contains('\n'))
        );
        let model = model("qwen2.5");
        let settings = Settings {
            length_max: 9,
            beyond: None,
            column: None,
            on_prompt: false,
        };
        let asked = Asked::new(&model, Trainer::Trl, settings).expect("a trainer");
        all.add(&[Err("bad_json")], &asked);
        assert_eq!(all.refused_for[OTHERS], 81);
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
