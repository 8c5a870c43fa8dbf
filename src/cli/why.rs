//! `gradatim why`: one entry's whole story.

use std::path::PathBuf;

use crate::Result;
use crate::audit::why;
use crate::error::one_line;
use clap::Args;
use serde_json::{Value, json};

use super::{print, print_json, say, threads};

/// Shows why a trajectory or a problem is where it is: its measurements, its fate with the reason, and
/// the subsets that hold it.
#[derive(Args)]
#[command(after_help = "\
Ends with 1 where no entry has the id.

Example:
  gradatim why 3fa4c1 --in out")]
pub(super) struct Arguments {
    /// A trajectory_id or problem_id (the first 6 digits suffice), or a source's own id.
    id: String,
    /// The folder that `gradatim run` wrote.
    #[arg(long = "in", value_name = "DIR", default_value = "out")]
    out: PathBuf,
    /// Report as JSON on stdout.
    #[arg(long)]
    json: bool,
}

pub(super) fn why(arguments: &Arguments) -> Result<u8> {
    let stories = why::why(&arguments.out, &arguments.id, threads())?;
    if arguments.json {
        let stories = stories.iter().map(|story| {
            let places = story.places.iter();
            let places = places.map(|(subset, rank)| json!({ "subset": subset, "rank": rank }));
            json!({
                "ledger": story.ledger, "places": places.collect::<Vec<_>>(),
                "is_set_aside": story.is_set_aside,
            })
        });
        print_json(&stories.collect::<Vec<_>>())?;
    } else {
        for story in &stories {
            print(&told(story))?;
        }
    }
    if stories.is_empty() {
        say(&format!(
            "no entry has the id `{}` (our ids are found from 6 digits on, a source's own only whole)",
            arguments.id
        ));
    }
    Ok(u8::from(stories.is_empty()))
}

fn told(story: &why::Story) -> String {
    let mut text = String::new();
    for (name, value) in &story.ledger {
        let value = match value {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        text += &format!("{name:16} {}\n", one_line(&value));
    }
    for (subset, rank) in &story.places {
        text += &format!("{:16} {}, rank {rank}\n", "selected", one_line(subset));
    }
    if story.places.is_empty() && story.ledger.get("fate") == Some(&Value::from("kept")) {
        let why = match story.is_set_aside {
            true => "its problem, or a near duplicate of it, is in the validation set",
            false => "others had smaller hashes, or fitted better",
        };
        text += &format!("{:16} in no subset: {why}\n", "selected");
    }
    text.push('\n');
    text
}
