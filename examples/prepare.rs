//! What is said of a trainer, row by row: rows as JSON on stdin (`tests/clients/rows.py` makes them), a line on stdout for
//! each with its token ids, which of them are trained on, and what became of it.
//!
//!     prepare TRAINER FAMILY|DIR LENGTH COLUMN|default BEYOND|default ON_PROMPT(0|1) < rows.jsonl > ours.jsonl
//!
//! `tests/clients/compare.py` holds it against what the trainer itself makes of the same rows.

use std::error::Error;
use std::io::{BufRead, Write};
use std::path::Path;

use gradatim::measure::tokens::Encoder;
use gradatim::templates::{self, built_in::Family};
use gradatim::train::trainers::{TRAINERS, Trainer};
use gradatim::train::{Beyond, Model, Row, Settings, TrainedColumn};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [trainer, model, length, column, beyond, on_prompt] = arguments.as_slice() else {
        return Err("six arguments: see the head of this file".into());
    };
    let trainer = TRAINERS
        .into_iter()
        .find(|one| Trainer::name(*one) == trainer);
    let trainer = trainer.ok_or("no such trainer")?;
    let settings = Settings {
        length_max: length.parse()?,
        beyond: beyond_of(beyond),
        column: column_of(column),
        on_prompt: on_prompt == "1",
    };
    let model = model_of(model)?;
    let ready = trainer.ready(&model, settings)?;
    let mut stdout = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let prepared = ready.prepare(&row_of(&serde_json::from_str(&line?)?));
        let trained: Vec<u8> = prepared.trained.iter().map(|on| u8::from(*on)).collect();
        let fate = format!("{:?}", prepared.fate);
        let said = json!({ "ids": prepared.ids, "trained": trained, "length": prepared.length, "fate": fate });
        writeln!(stdout, "{said}")?;
    }
    Ok(())
}

fn model_of(name: &str) -> Result<Model, Box<dyn Error>> {
    let Some(family) = Family::named(name) else {
        let folder = Path::new(name);
        return Ok(Model {
            template: templates::of_model(folder)?,
            tokenizer: Encoder::load("tokenizer.json", folder)?,
        });
    };
    let encoder = Encoder::of_family(name.trim_end_matches("-thinking"));
    Ok(Model {
        template: family.template()?,
        tokenizer: encoder.ok_or("its tokens are not built in")??,
    })
}

fn column_of(name: &str) -> Option<TrainedColumn> {
    match name {
        "messages" => Some(TrainedColumn::Messages),
        "prompt_completion" => Some(TrainedColumn::PromptCompletion),
        "text" => Some(TrainedColumn::Text),
        "conversations" => Some(TrainedColumn::Conversations),
        _ => None,
    }
}

fn beyond_of(name: &str) -> Option<Beyond> {
    match name {
        "cut_end" => Some(Beyond::CutEnd),
        "cut_start" => Some(Beyond::CutStart),
        "drop" => Some(Beyond::Drop),
        "refuse" => Some(Beyond::Refuse),
        _ => None,
    }
}

fn row_of(row: &Value) -> Row {
    let column = |name: &str| row.get(name).filter(|held| !held.is_null()).cloned();
    Row {
        messages: column("messages"),
        prompt: column("prompt"),
        completion: column("completion"),
        text: row["text"].as_str().map(str::to_owned),
        conversations: column("conversations"),
    }
}
