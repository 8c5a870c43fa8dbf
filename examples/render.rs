//! Renders conversations in chat templates: a JSON object a line on stdin, and one on stdout with what came of it.
//!
//!     {"template": "…", "tokens": {"bos_token": "<s>"}, "messages": […], "add_generation_prompt": false, "more": {…}}
//!
//! It is what `tests/clients/templates.py` holds against Jinja itself.

use std::io::{BufRead, Write};

use gradatim::templates::{ChatTemplate, SpecialTokens};
use serde_json::{Map, Value, json};

fn main() -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let asked: Value = serde_json::from_str(&line?)?;
        writeln!(stdout, "{}", answer(&asked))?;
    }
    Ok(())
}

fn answer(asked: &Value) -> Value {
    let tokens = SpecialTokens::read(Some(&asked["tokens"]), None);
    let source = asked["template"].as_str().unwrap_or_default();
    let prompt = asked["add_generation_prompt"].as_bool().unwrap_or_default();
    let more = asked["more"].as_object().cloned().unwrap_or_else(Map::new);
    let rendered = ChatTemplate::new(source, tokens)
        .and_then(|template| template.render(&asked["messages"], prompt, &more));
    match rendered {
        Ok(rendered) => {
            let letters = |at: usize| rendered.text[..at].chars().count();
            let spoken = rendered.spoken.iter();
            let spoken: Vec<_> = spoken
                .map(|span| [letters(span.start), letters(span.end)])
                .collect();
            json!({ "text": rendered.text, "spoken": spoken })
        }
        Err(refused) => json!({ "refused": refused.to_string() }),
    }
}
