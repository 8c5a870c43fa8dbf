//! `gradatim pool`: what is kept of measured trajectories; is it whole; what can go.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::Result;
use crate::audit::dataset;
use crate::error::one_line;
use crate::measure::tokens::identity_of;
use crate::pool::kept::{Kept, State};
use crate::pool::{Aside, Part, PartFolder, Pool};
use crate::run;
use crate::source::Reach;
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

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
    /// Show what is kept, a line for each file and way of measuring it, for each compiled vocabulary, and for each reading:
    /// what the texts of a run's problems told (this is what `pool` alone does).
    List,
    /// Verify every part, vocabulary and reading against its own hashes; ends with 1 where one is damaged.
    Check,
    /// Remove parts, vocabularies and readings that nobody will use again; what is gone is made anew when it is needed.
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
        // What this machine has of a shared pool says nothing of the store.
        Some(Action::Check) => match pool.afresh()? {
            Some((fresh, _own)) => check(&fresh, arguments.json),
            None => check(&pool, arguments.json),
        },
        Some(Action::Prune(prune)) => match pool.afresh()?.filter(|_| prune.damaged) {
            Some((fresh, _own)) => remove(&fresh, prune, arguments.json),
            None => remove(&pool, prune, arguments.json),
        },
    }
}

/// What is kept beside the parts, of one kind.
struct Shelf {
    one: &'static str,
    many: &'static str,
    /// What its names are called in JSON, and how they are written.
    named: (&'static str, fn(&Kept) -> String),
    kept: Vec<Kept>,
}

fn shelves(pool: &Pool) -> Result<[Shelf; 2]> {
    Ok([
        Shelf {
            one: "vocabulary",
            many: "vocabularies",
            named: ("tokenizer", |kept| identity_of(kept.name)),
            kept: pool.vocabularies()?,
        },
        Shelf {
            one: "reading",
            many: "readings",
            named: ("reading", |kept| kept.name.to_string()),
            kept: pool.readings(&[run::screening_reader(), dataset::reader()])?,
        },
    ])
}

impl Shelf {
    fn bytes(&self) -> u64 {
        self.kept.iter().map(|kept| kept.bytes).sum()
    }

    /// A line each; nothing where nothing is kept.
    fn table(&self) -> Option<String> {
        let rows = self.kept.iter().map(|kept| {
            let state = said(kept.state).to_owned();
            vec![(self.named.1)(kept), bytes(kept.bytes), state]
        });
        let rows: Vec<_> = rows.collect();
        (!rows.is_empty()).then(|| table(&[self.one, "bytes", "state"], &rows))
    }

    fn json(&self) -> Value {
        let rows = self.kept.iter().map(|kept| {
            let (key, name) = self.named;
            json!({ key: name(kept), "state": said(kept.state), "bytes": kept.bytes })
        });
        rows.collect()
    }

    fn damaged(&self) -> impl Iterator<Item = &Kept> {
        let kept = self.kept.iter();
        kept.filter(|kept| kept.state == State::Damaged)
    }
}

/// What is said of each kind, under its name.
fn of_each(shelves: &[Shelf], said: impl Fn(&Shelf) -> Value) -> Map<String, Value> {
    let said = shelves
        .iter()
        .map(|shelf| (shelf.many.to_owned(), said(shelf)));
    said.collect()
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
    let shelves = shelves(pool)?;
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
        let mut report = Map::new();
        report.insert("pool".to_owned(), json!(pool.folder()));
        report.insert("files".to_owned(), rows.collect());
        report.extend(of_each(&shelves, Shelf::json));
        print_json(&report)?;
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
    let total = of_parts + shelves.iter().map(Shelf::bytes).sum::<u64>();
    let mut text = table(&head, &rows.collect::<Vec<_>>());
    for table in shelves.iter().filter_map(Shelf::table) {
        text += &format!("\n{table}");
    }
    text += &format!("\n{} in {}\n", bytes(total), one_line(&pool.shown()));
    print(&text)?;
    Ok(0)
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
    let shelves = shelves(pool)?;
    let parts = damaged.len();
    let mut is_whole = parts == 0;
    if as_json {
        let rows = damaged
            .iter()
            .map(|(folder, why)| json!({ "part": folder, "why": why }));
        let mut report = Map::new();
        report.insert("whole".to_owned(), json!(whole));
        report.insert("damaged".to_owned(), rows.collect());
        report.extend(of_each(&shelves, |shelf| {
            let paths: Vec<_> = shelf.damaged().map(Kept::path).collect();
            json!({ "whole": shelf.kept.len() - paths.len(), "damaged": paths })
        }));
        print_json(&report)?;
    } else {
        let others = shelves.iter().flat_map(Shelf::damaged);
        damaged.extend(others.map(|kept| {
            let why = "it is not what was kept";
            (kept.path().to_owned(), why.to_owned())
        }));
        let mut text = String::new();
        for (folder, why) in &damaged {
            let folder = folder.display().to_string();
            let damaged = styled(Style::Bad, "damaged");
            text += &format!("{damaged}: {}: {}\n", one_line(&folder), one_line(why));
        }
        text += &format!("{} parts whole, {parts} damaged\n", thousands(whole));
        for shelf in shelves.iter().filter(|shelf| !shelf.kept.is_empty()) {
            let damaged = shelf.damaged().count();
            let whole = shelf.kept.len() - damaged;
            text += &format!("{whole} {} whole, {damaged} damaged\n", shelf.many);
        }
        print(&text)?;
    }
    is_whole &= shelves.iter().all(|shelf| shelf.damaged().next().is_none());
    Ok(u8::from(!is_whole))
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
    let (mut others, mut more) = (Map::new(), Vec::new());
    for shelf in shelves(pool)? {
        let mut count = 0_u64;
        for kept in &shelf.kept {
            if lock.is_some() && prune.covers_kept(kept)? {
                size += kept.bytes;
                kept.remove()?;
                count += 1;
            }
        }
        others.insert(shelf.many.to_owned(), json!(count));
        match count {
            0 => {}
            1 => more.push(format!("a {}", shelf.one)),
            count => more.push(format!("{} {}", thousands(count), shelf.many)),
        }
    }
    if as_json {
        let mut report = Map::new();
        report.insert("removed".to_owned(), json!(parts));
        report.extend(others);
        report.insert("bytes".to_owned(), json!(size));
        print_json(&report)?;
    } else {
        let more: String = more.iter().map(|more| format!(" and {more}")).collect();
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

    fn covers_kept(&self, kept: &Kept) -> Result<bool> {
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
