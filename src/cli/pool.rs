//! `gradatim pool`: what is kept of measured trajectories; is it whole; what can go.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::Result;
use crate::error::one_line;
use crate::pool::vocabularies::{State, Vocabulary};
use crate::pool::{Aside, Part, PartFolder, Pool};
use crate::source::Reach;
use clap::{Args, Subcommand};
use serde_json::json;

use super::hub::Network;
use super::style::{Style, styled};
use super::table::{bytes, table, thousands};
use super::{print, print_json};

/// Lists, verifies and prunes the pool: the measured trajectories that runs keep for each other.
#[derive(Args)]
#[command(after_help = "\
Examples:
  gradatim pool
  gradatim pool check
  gradatim pool prune --older-versions --unused-days 30")]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
    /// The pool's folder, or its address in an object store (`s3://BUCKET/FOLDER`) [default: in the user's cache folder].
    #[arg(long, value_name = "DIR", global = true)]
    pool: Option<PathBuf>,
    /// Report as JSON on stdout.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Action {
    /// Show what is kept, a line for each file and way of measuring it, and for each compiled vocabulary (this is what
    /// `pool` alone does).
    List,
    /// Verify every part and vocabulary against its own hashes; ends with 1 where one is damaged.
    Check,
    /// Remove parts and vocabularies that nobody will use again; what is gone is made anew when it is needed.
    Prune(Prune),
}

#[derive(Args)]
#[group(required = true, multiple = true)]
struct Prune {
    /// What another version of the program measured or compiled, which this one never reads.
    #[arg(long)]
    older_versions: bool,
    /// What is damaged.
    #[arg(long)]
    damaged: bool,
    /// What no run has read for this many days.
    #[arg(long, value_name = "DAYS")]
    unused_days: Option<u32>,
    /// Everything.
    #[arg(long)]
    all: bool,
}

pub(super) fn pool(arguments: &Arguments) -> Result<u8> {
    let network = Network::plain(0)?;
    let pool = Pool::open_in(&|| network.stores(), arguments.pool.as_deref())?;
    match &arguments.action {
        None | Some(Action::List) => list(&pool, arguments.json),
        Some(Action::Check) => check(&pool, arguments.json),
        Some(Action::Prune(prune)) => remove(&pool, prune, arguments.json),
    }
}

/// Parts of one file, measured in one way.
#[derive(Default)]
struct Group {
    parts: u64,
    entries: u64,
    bytes: u64,
}

fn list(pool: &Pool, as_json: bool) -> Result<u8> {
    let _lock = pool.lock_for_reading(&|| Ok(()))?;
    let vocabularies = pool.vocabularies()?;
    let mut groups: BTreeMap<[String; 4], Group> = BTreeMap::new();
    for kept in pool.parts()? {
        let (key, entries, size) = match &kept {
            PartFolder::Whole(part) => (describe(part), part.entries, part.bytes),
            PartFolder::Damaged { .. } => (["?", "", "", "damaged"].map(str::to_owned), 0, 0),
        };
        let group = groups.entry(key).or_default();
        group.parts += 1;
        group.entries += entries;
        group.bytes += size;
    }
    if as_json {
        let rows = groups
            .iter()
            .map(|([file, layout, tokenizer, state], group)| {
                json!({
                    "file": file, "layout": layout, "tokenizer": tokenizer, "state": state,
                    "parts": group.parts, "entries": group.entries, "bytes": group.bytes,
                })
            });
        let kept = vocabularies.iter().map(|kept| {
            json!({ "tokenizer": kept.tokenizer, "state": said(kept.state), "bytes": kept.bytes })
        });
        print_json(&json!({
            "pool": pool.folder(), "files": rows.collect::<Vec<_>>(), "vocabularies": kept.collect::<Vec<_>>(),
        }))?;
        return Ok(0);
    }
    let rows = groups
        .iter()
        .map(|([file, layout, tokenizer, state], group)| {
            vec![
                file.clone(),
                layout.clone(),
                tokenizer.clone(),
                thousands(group.parts),
                thousands(group.entries),
                bytes(group.bytes),
                state.clone(),
            ]
        });
    let head = [
        "file",
        "layout",
        "tokenizer",
        "parts",
        "entries",
        "bytes",
        "state",
    ];
    let of_parts: u64 = groups.values().map(|group| group.bytes).sum();
    let total = of_parts + vocabularies.iter().map(|kept| kept.bytes).sum::<u64>();
    let mut text = table(&head, &rows.collect::<Vec<_>>());
    if !vocabularies.is_empty() {
        text += &format!("\n{}", listed(&vocabularies));
    }
    text += &format!("\n{} in {}\n", bytes(total), one_line(&pool.shown()));
    print(&text)?;
    Ok(0)
}

/// Compiled vocabularies, a line each.
fn listed(vocabularies: &[Vocabulary]) -> String {
    let rows = vocabularies.iter().map(|kept| {
        let state = said(kept.state).to_owned();
        vec![kept.tokenizer.clone(), bytes(kept.bytes), state]
    });
    let head = ["vocabulary", "bytes", "state"];
    table(&head, &rows.collect::<Vec<_>>())
}

fn said(state: State) -> &'static str {
    match state {
        State::Usable => USABLE,
        State::OfAnotherVersion => OF_ANOTHER_VERSION,
        State::Damaged => "damaged",
    }
}

const USABLE: &str = "usable";
const OF_ANOTHER_VERSION: &str = "of another version";

fn describe(part: &Part) -> [String; 4] {
    let made = &part.made;
    let layout = serde_json::to_value(made.manner.layout).unwrap_or_default();
    let state = if made.is_current() {
        USABLE
    } else {
        OF_ANOTHER_VERSION
    };
    [
        part.file.clone(),
        layout.as_str().unwrap_or_default().to_owned(),
        made.manner.tokenizer.clone(),
        state.to_owned(),
    ]
}

fn check(pool: &Pool, as_json: bool) -> Result<u8> {
    let _lock = pool.lock_for_reading(&|| Ok(()))?;
    let (mut whole, mut damaged) = (0_u64, Vec::new());
    for kept in pool.parts()? {
        match kept.checked() {
            PartFolder::Whole(_) => whole += 1,
            PartFolder::Damaged { folder, why } => damaged.push((folder, why)),
        }
    }
    let (unsound, sound): (Vec<_>, Vec<_>) = pool
        .vocabularies()?
        .into_iter()
        .partition(|kept| kept.state == State::Damaged);
    if as_json {
        let rows = damaged
            .iter()
            .map(|(folder, why)| json!({ "part": folder, "why": why }));
        let paths: Vec<_> = unsound.iter().map(Vocabulary::path).collect();
        print_json(&json!({
            "whole": whole, "damaged": rows.collect::<Vec<_>>(),
            "vocabularies": { "whole": sound.len(), "damaged": paths },
        }))?;
    } else {
        damaged.extend(unsound.iter().map(|kept| {
            let why = "it is not what was compiled";
            (kept.path().to_owned(), why.to_owned())
        }));
        let mut text = String::new();
        for (folder, why) in &damaged {
            let folder = folder.display().to_string();
            let damaged = styled(Style::Bad, "damaged");
            text += &format!("{damaged}: {}: {}\n", one_line(&folder), one_line(why));
        }
        text += &format!(
            "{} parts whole, {} damaged\n",
            thousands(whole),
            damaged.len() - unsound.len()
        );
        if !(sound.is_empty() && unsound.is_empty()) {
            let counts = [sound.len(), unsound.len()];
            text += &format!("{} vocabularies whole, {} damaged\n", counts[0], counts[1]);
        }
        print(&text)?;
    }
    Ok(u8::from(!(damaged.is_empty() && unsound.is_empty())))
}

fn remove(pool: &Pool, prune: &Prune, as_json: bool) -> Result<u8> {
    let lock = pool.lock_for_pruning()?;
    // Where there is no pool, none is made.
    let aside = lock.as_ref().map(|_| Aside::open(pool)).transpose()?;
    let (mut parts, mut size) = (0_u64, 0);
    for kept in pool.parts()? {
        let kept = if prune.damaged { kept.checked() } else { kept };
        if let Some(aside) = &aside
            && prune.covers(&kept)?
        {
            size += kept.bytes();
            kept.remove(pool, aside)?;
            parts += 1;
        }
    }
    let mut vocabularies = 0_u64;
    for kept in pool.vocabularies()? {
        if lock.is_some() && prune.covers_vocabulary(&kept)? {
            size += kept.bytes;
            kept.remove()?;
            vocabularies += 1;
        }
    }
    if as_json {
        print_json(&json!({ "removed": parts, "vocabularies": vocabularies, "bytes": size }))?;
    } else {
        let more = match vocabularies {
            0 => String::new(),
            1 => " and a vocabulary".to_owned(),
            more => format!(" and {} vocabularies", thousands(more)),
        };
        print(&format!(
            "removed {} parts{more}, {}\n",
            thousands(parts),
            bytes(size)
        ))?;
    }
    Ok(0)
}

impl Prune {
    fn covers(&self, kept: &PartFolder) -> Result<bool> {
        if self.all {
            return Ok(true);
        }
        let part = match kept {
            PartFolder::Whole(part) => part,
            PartFolder::Damaged { .. } => return Ok(self.damaged),
        };
        Ok(self.is_unused(|| part.unused_for())?
            || (self.older_versions && !part.made.is_current()))
    }

    fn covers_vocabulary(&self, kept: &Vocabulary) -> Result<bool> {
        let is_named = match kept.state {
            State::Usable => false,
            State::OfAnotherVersion => self.older_versions,
            State::Damaged => self.damaged,
        };
        Ok(self.all || is_named || self.is_unused(|| kept.unused_for())?)
    }

    fn is_unused(&self, unused_for: impl FnOnce() -> Result<Duration>) -> Result<bool> {
        let age = self
            .unused_days
            .map(|days| Duration::from_secs(u64::from(days) * 86_400));
        match age {
            Some(age) => Ok(unused_for()? >= age),
            None => Ok(false),
        }
    }
}
