//! `gradatim why`: one entry's whole story.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::audit::why::{self, Found, Partner, Sources, Standing, Story, Texts};
use crate::error::{did_you_mean, one_line};
use crate::plan::{Overrides, Plan};
use crate::{Error, Result};
use clap::Args;
use serde_json::{Value, json};

use super::fetched::Fetched;
use super::hub::Network;
use super::progress::Progress;
use super::size::ByteSize;
use super::{Work, named_path, print, print_json, say, stop_on_signals, threads};

/// Shows why a trajectory or a problem is where it is: its texts, what each stage decided by which rule, its copies, near
/// duplicates and benchmark's items, its rank in each subset and the cut, and its measurements.
#[derive(Args)]
#[command(after_help = "\
Ends with 1 where no entry has the id.

A text that no subset holds is read from its source again, where the lock file of the folder names it.

Example:
  gradatim why 3fa4c1 --in out
  gradatim why openr1/train-00000-of-00010.parquet:17 --in out --text
  gradatim why 3fa4c1 --in out --subset algebra-long-r1-100")]
pub(super) struct Arguments {
    /// A trajectory_id or problem_id (the first 6 digits suffice), a source's own id, a place (`SOURCE/FILE:ROW`), a whole
    /// problem, or a piece of the text of some row that was written.
    id: String,
    /// The folder that `gradatim run` wrote.
    #[arg(long = "in", value_name = "DIR", default_value = "out")]
    out: PathBuf,
    /// Show problem and response whole; else the response's end.
    #[arg(long)]
    text: bool,
    /// Say of this subset or control alone why the entry is in it, or what would have to change for it to be.
    #[arg(long, value_name = "NAME")]
    subset: Option<String>,
    /// Where relative paths in the lock file start [default: the current folder].
    #[arg(long, value_name = "DIR")]
    base: Option<PathBuf>,
    /// Read the source, companion, benchmark or join NAME from this path, as `gradatim run` does.
    #[arg(long, value_name = "NAME=PATH", value_parser = named_path)]
    source: Vec<(String, PathBuf)>,
    /// The pool that the run was given: where a grid asks for texts, similarities or joined columns, the run is made again
    /// from it and from the sources, to say where the entry stands. What it lacks is measured into it.
    #[arg(long, value_name = "DIR")]
    pool: Option<PathBuf>,
    /// Report as JSON on stdout.
    #[arg(long)]
    json: bool,
}

/// Rows that are measured at a time.
const BATCH_ROWS: usize = 512;

/// How much disk ranges of hub files may take.
const HUB_SPACE: u64 = 20_000_000_000;

pub(super) fn why(arguments: &Arguments) -> Result<u8> {
    let out = Fetched::of(&arguments.out)?;
    let stop = stop_on_signals()?;
    let progress = Arc::new(Progress::new());
    let work = arguments.work();
    let settings = |plan: &Plan| work.settings(plan, &stop, &progress);
    let sources = Sources {
        base: arguments.base.as_deref(),
        overrides: Overrides {
            sources: arguments.source.iter().cloned().collect(),
            ..Overrides::default()
        },
        connect: &Network::new(&stop, &progress, HUB_SPACE),
        settings: arguments.pool.as_ref().map(|_| &settings as _),
        stop: &|| match stop.load(Ordering::Relaxed) {
            0 => Ok(()),
            signal => Err(Error::Interrupted {
                signal: signal as i32,
            }),
        },
    };
    let found = why::why(&out, &arguments.id, &sources, threads());
    progress.finish();
    let mut found = found?;
    if let Some(name) = &arguments.subset {
        of_subset(&mut found, name)?;
    }
    if !arguments.text {
        found.stories.iter_mut().for_each(shorten);
    }
    if arguments.json {
        let unknown = found.unknown.as_deref();
        let stories = found.stories.iter().map(|story| object(story, unknown));
        print_json(&stories.collect::<Vec<_>>())?;
    } else {
        for story in &found.stories {
            print(&told(story, found.unknown.as_deref()))?;
        }
    }
    say_what_is_not_there(&found, &arguments.id);
    Ok(u8::from(found.stories.is_empty()))
}

impl Arguments {
    /// How what the pool lacks is measured.
    fn work(&self) -> Work {
        Work {
            pool: self.pool.clone(),
            threads: None,
            batch_size: BATCH_ROWS,
            memory: None,
            hub: None,
            hub_space: ByteSize(HUB_SPACE),
            timings: None,
            json: self.json,
        }
    }
}

fn say_what_is_not_there(found: &Found, id: &str) {
    if found.are_more {
        say(&format!(
            "these are the first {} entries of more: write more of the id, or ask the ledger by `gradatim sql`",
            found.stories.len()
        ));
    }
    if found.stories.is_empty() {
        say(&format!(
            "no entry has the id `{id}` (our ids are found from 6 digits on, a source's own only whole; a place is \
             SOURCE/FILE:ROW; a text is a whole problem, or a piece of 8 letters or more of a row that was written)"
        ));
    }
}

/// Leaves one subset of the standings; fails where there is none of that name.
fn of_subset(found: &mut Found, name: &str) -> Result<()> {
    for story in &mut found.stories {
        story.places.retain(|(subset, _)| subset == name);
        let Some(standings) = &mut story.standings else {
            continue;
        };
        let known: Vec<&str> = standings.iter().map(|one| one.subset.as_str()).collect();
        if !known.is_empty() && !known.contains(&name) {
            return Err(Error::usage(
                format!("the folder has no subset `{name}`"),
                format!(
                    "{}ask `SELECT DISTINCT subset FROM selection` by `gradatim sql`",
                    did_you_mean(name, known)
                ),
            ));
        }
        standings.retain(|one| one.subset == name);
    }
    Ok(())
}

/// As much of a problem, and of a response's end, is shown where not all is asked for.
const SHOWN_CHARS: usize = 600;

fn shorten(story: &mut Story) {
    let partners = story.partners.iter_mut().map(|partner| &mut partner.texts);
    for texts in std::iter::once(&mut story.texts).chain(partners) {
        texts.problem = texts.problem.take().map(|text| begin(&text));
        texts.response = texts.response.take().map(|text| end(&text));
    }
}

fn begin(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((at, _)) => format!("{} …", &text[..at]),
        None => text.to_owned(),
    }
}

fn end(text: &str) -> String {
    match text.char_indices().rev().nth(SHOWN_CHARS) {
        Some((at, _)) => format!("… {}", text[at..].trim_start()),
        None => text.to_owned(),
    }
}

fn object(story: &Story, unknown: Option<&str>) -> Value {
    let places = story.places.iter();
    let places = places.map(|(subset, rank)| json!({ "subset": subset, "rank": rank }));
    json!({
        "ledger": story.ledger,
        "places": places.collect::<Vec<_>>(),
        "is_set_aside": story.is_set_aside,
        "texts": story.texts,
        "decisions": story.decisions,
        "partners": story.partners,
        "standings": story.standings,
        "standings_unknown": unknown,
    })
}

fn told(story: &Story, unknown: Option<&str>) -> String {
    let mut text = line("entry", &story.headline());
    text += &texts(&story.texts);
    for decision in &story.decisions {
        text += &line(decision.stage, &decision.words);
    }
    for partner in &story.partners {
        text += &line(partner.kind, &of_partner(partner));
    }
    text += &selected(story);
    text += &standings(story, unknown);
    text.push('\n');
    for (name, value) in &story.ledger {
        let value = match value {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        text += &line(name, &value);
    }
    text.push('\n');
    text
}

fn line(name: &str, value: &str) -> String {
    format!("{name:16} {}\n", one_line(value))
}

fn texts(texts: &Texts) -> String {
    let named = [
        ("problem", &texts.problem),
        ("gold answer", &texts.gold),
        ("response", &texts.response),
        ("text from", &texts.from),
        ("text", &texts.missing),
    ];
    let there = named
        .into_iter()
        .filter_map(|(name, text)| Some((name, text.as_ref()?)));
    there.map(|(name, text)| line(name, text)).collect()
}

fn of_partner(partner: &Partner) -> String {
    let mut told = partner.name.clone();
    if let Some(fate) = &partner.fate {
        told += &format!(" ({fate})");
    }
    if partner.kind == "copy" {
        told += ", with the same problem and response";
    }
    if let Some(problem) = &partner.texts.problem {
        told += &format!(": {problem}");
    }
    if let Some(gold) = &partner.texts.gold {
        told += &format!(" (gold answer: {gold})");
    }
    if let Some(why) = &partner.texts.missing {
        told += &format!("; its text is not shown: {why}");
    }
    if !partner.matched.is_empty() {
        told += &format!("; both say: {}", partner.matched.join(" / "));
    }
    told
}

/// Where it was selected, and what goes for all subsets where it was nowhere.
fn selected(story: &Story) -> String {
    let standings = story.standings.iter().flatten();
    let of = |name: &str| {
        let one = standings
            .clone()
            .find(|one| one.subset == name && one.is_in)?;
        Some(format!(" (the cut is {}, of {})", one.cut, one.available))
    };
    let places = story.places.iter();
    let mut text: String = places
        .map(|(subset, rank)| {
            let cut = of(subset).unwrap_or_default();
            line("selected", &format!("{subset}, rank {rank}{cut}"))
        })
        .collect();
    if story.places.is_empty() && story.ledger.get("fate") == Some(&Value::from("kept")) {
        let why = match (story.is_set_aside, &story.standings) {
            (true, _) => {
                "in no subset: its problem, or a near duplicate of it, is in the validation set"
            }
            (false, Some(_)) => "in none of these",
            (false, None) => "in no subset: others had smaller hashes, or fitted better",
        };
        text += &line("selected", why);
    }
    text
}

/// What keeps it out of the subsets that it is not in; those of which the same is to be said together.
fn standings(story: &Story, unknown: Option<&str>) -> String {
    let out = story.standings.iter().flatten().filter(|one| !one.is_in);
    let mut told: Vec<(&Standing, Vec<&str>)> = Vec::new();
    for one in out {
        match told.iter_mut().find(|(first, _)| first.words == one.words) {
            Some((_, names)) => names.push(&one.subset),
            None => told.push((one, vec![&one.subset])),
        }
    }
    let mut text = String::new();
    let all = story.standings.as_ref().map_or(0, Vec::len);
    for (first, names) in told {
        let subsets = match names.len() == all && all > 1 {
            true => format!("all {all} subsets and controls"),
            false => named(&names),
        };
        text += &line("not in", &format!("{subsets}: {}", first.words));
        if let (1, Some(change)) = (all, &first.change) {
            text += &line("to be in it", change);
        }
    }
    if let (None, Some(why)) = (&story.standings, unknown) {
        text += &line(
            "not known",
            &format!("where it stands in each subset: {why}"),
        );
    }
    text
}

/// The first few, and how many more.
fn named(names: &[&str]) -> String {
    match names {
        [first, second, third, _, ..] => {
            format!("{first}, {second}, {third} and {} more", names.len() - 3)
        }
        few => few.join(", "),
    }
}
