//! Why a trajectory or a problem is where it is: what each stage decided of it, its copies, near duplicates and
//! benchmark's items with their texts, and where it stands in each subset.

mod again;
mod decisions;
mod find;
mod partners;
mod standing;
mod texts;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use serde_json::{Map, Value};

use crate::Result;
use crate::engine::Engine;
use crate::engine::rows::objects;
use crate::folder::RUN_FOLDER;
use crate::pipeline::PipelineFile;
use crate::plan::refuse_unknown;
use crate::screen::DropReason;
use again::Again;
pub(crate) use decisions::Decision;
use decisions::Row;
pub(crate) use partners::Partner;
pub(crate) use standing::Standing;
use texts::Wanted;
pub(crate) use texts::{Sources, Texts};

/// One entry's story.
pub(crate) struct Story {
    /// Each column of its row in the ledger.
    pub ledger: Map<String, Value>,
    /// Subset and rank, by name.
    pub places: Vec<(String, u64)>,
    /// Whether no subset can have it since its problem, or one of its template, is in the validation set.
    pub is_set_aside: bool,
    pub texts: Texts,
    pub decisions: Vec<Decision>,
    pub partners: Vec<Partner>,
    /// Where it stands in each subset; none where what was selected cannot be made again, which `Found` explains.
    pub standings: Option<Vec<Standing>>,
}

impl Story {
    /// Its place and its fate.
    pub(crate) fn headline(&self) -> String {
        let row = Row(&self.ledger);
        let place = partners::place(&self.ledger);
        match row.text("reason") {
            Some(reason) => format!("{place}: dropped as {reason}"),
            None => format!("{place}: kept"),
        }
    }
}

/// What was found.
pub(crate) struct Found {
    pub stories: Vec<Story>,
    /// Whether there are more entries than are told.
    pub are_more: bool,
    /// Why it is not known where they stand, and how it could be; none where it is.
    pub unknown: Option<String>,
}

/// Finds entries by trajectory id or problem id (both may be cut short, to 6 digits), by the source's own id, whole, by
/// a place (`source/file:row`), or by a text: a whole problem, or a piece of what was emitted. Empty where nothing
/// matches.
pub(crate) fn why(out: &Path, id: &str, sources: &Sources<'_>, threads: usize) -> Result<Found> {
    let lock = PipelineFile::read(&out.join(RUN_FOLDER).join("pipeline.lock.toml"));
    let pipeline = lock.ok().map(|file| file.pipeline);
    if let Some(pipeline) = &pipeline {
        refuse_unknown(pipeline, &sources.overrides)?;
    }
    let engine = Engine::open(out, threads)?;
    let found = find::entries(&engine, id)?;
    let mut stories = stories(&engine, out, &found.rows, sources)?;
    let rows: Vec<Row<'_>> = found.rows.iter().map(Row).collect();
    let (standings, mut unknown) = match again::standings(out, &rows, sources)? {
        Again::Known(standings) => (Some(standings), None),
        Again::Unknown(why) => (None, why),
    };
    for (story, row) in stories.iter_mut().zip(rows) {
        story.standings = standings.as_ref().map(|known| known_of(known, row));
    }
    if !stories.iter().all(stands_as_selected) {
        stories.iter_mut().for_each(|story| story.standings = None);
        unknown = Some(OTHERWISE.to_owned());
    }
    Ok(Found {
        stories,
        are_more: found.are_more,
        unknown,
    })
}

/// The stories of entries, by their rows of the ledger, as far as nothing has to be selected again for them: without
/// their standings.
pub(crate) fn stories(
    engine: &Engine,
    out: &Path,
    ledger: &[Map<String, Value>],
    sources: &Sources<'_>,
) -> Result<Vec<Story>> {
    let rows: Vec<Row<'_>> = ledger.iter().map(Row).collect();
    let mut partners = partners::of(engine, out, &rows)?;
    let texts = texts_of(engine, out, &rows, &mut partners, sources)?;
    let lock = PipelineFile::read(&out.join(RUN_FOLDER).join("pipeline.lock.toml"));
    let pipeline = lock.ok().map(|file| file.pipeline);
    let mut stories = Vec::new();
    for (ledger, partners) in ledger.iter().zip(partners) {
        let row = Row(ledger);
        let (places, is_set_aside) = selected(engine, row)?;
        stories.push(Story {
            places,
            is_set_aside,
            texts: texts.get(&Wanted::of(row)).cloned().unwrap_or_default(),
            decisions: match &pipeline {
                Some(pipeline) => decisions::decisions(row, pipeline),
                None => Vec::new(),
            },
            partners,
            standings: None,
            ledger: ledger.clone(),
        });
    }
    Ok(stories)
}

/// The texts of entries alone, by their rows of the ledger, in the same order.
pub(crate) fn texts(
    engine: &Engine,
    out: &Path,
    ledger: &[Map<String, Value>],
    sources: &Sources<'_>,
) -> Result<Vec<Texts>> {
    let rows: Vec<Row<'_>> = ledger.iter().map(Row).collect();
    let mut found = texts_of(engine, out, &rows, &mut [], sources)?;
    let each = rows.iter().map(|&row| found.remove(&Wanted::of(row)));
    Ok(each.map(Option::unwrap_or_default).collect())
}

/// The texts of the entries; those of their partners are put where they belong.
fn texts_of(
    engine: &Engine,
    out: &Path,
    rows: &[Row<'_>],
    partners: &mut [Vec<Partner>],
    sources: &Sources<'_>,
) -> Result<HashMap<Wanted, Texts>> {
    let entries = partners
        .iter()
        .flatten()
        .filter_map(|partner| partner.entry.as_ref());
    let mut wanted: Vec<Wanted> = entries.cloned().collect();
    wanted.extend(rows.iter().map(|&row| Wanted::of(row)));
    wanted.sort();
    wanted.dedup();
    let found = texts::of(engine, out, &wanted, sources)?;
    for partner in partners.iter_mut().flatten() {
        if let Some(texts) = partner.entry.as_ref().and_then(|entry| found.get(entry)) {
            partner.texts = texts.clone();
        }
    }
    Ok(found)
}

/// What is said where the run that was made again is not the one that wrote the folder.
const OTHERWISE: &str = "made again, the run selects other rows than the folder has: the folder, or what it was made from, is \
                         no longer as it was, which `gradatim check --sources` explains";

/// Whether what was made again says the same of an entry as the folder's selection. A copy stands where another does.
fn stands_as_selected(story: &Story) -> bool {
    let Some(standings) = &story.standings else {
        return true;
    };
    if Row(&story.ledger).text("reason") == Some("duplicate") {
        return true;
    }
    let inside = standings.iter().filter(|one| one.is_in);
    let mut inside: Vec<(&str, u64)> = inside
        .filter_map(|one| Some((one.subset.as_str(), one.rank?)))
        .collect();
    let places = story.places.iter();
    let mut places: Vec<(&str, u64)> = places.map(|(name, rank)| (name.as_str(), *rank)).collect();
    inside.sort_unstable();
    places.sort_unstable();
    inside == places
}

/// Where an entry stands: of a copy that was dropped where the one stands that stays.
fn known_of(known: &BTreeMap<String, Vec<Standing>>, row: Row<'_>) -> Vec<Standing> {
    let id = row.text("trajectory_id").unwrap_or_default();
    let mut standings = known.get(id).cloned().unwrap_or_default();
    if row.text("reason") == Some("duplicate") {
        for standing in &mut standings {
            standing.words = format!("the copy of it that stays: {}", standing.words);
        }
    }
    standings
}

/// The places of an entry, and whether it can have none since its problem was set aside.
fn selected(engine: &Engine, row: Row<'_>) -> Result<(Vec<(String, u64)>, bool)> {
    // What was dropped as wrong can stand in a wrong control.
    let is_wrong = row.text("reason").is_some_and(DropReason::is_word_of_wrong);
    let id = row
        .text("trajectory_id")
        .filter(|_| row.is_kept() || is_wrong);
    let Some(id) = id else {
        return Ok((Vec::new(), false));
    };
    let places = places(engine, id)?;
    let is_unplaced = row.is_kept() && places.is_empty();
    let is_set_aside = is_unplaced && is_set_aside(engine, row)?;
    Ok((places, is_set_aside))
}

fn places(engine: &Engine, id: &str) -> Result<Vec<(String, u64)>> {
    let rows = engine.query(&format!(
        "SELECT subset, CAST(rank AS BIGINT) AS rank FROM selection WHERE trajectory_id = '{id}' \
         ORDER BY subset"
    ))?;
    let mut places = Vec::new();
    for object in objects(&rows)? {
        let subset = object.get("subset").and_then(Value::as_str);
        let rank = object.get("rank").and_then(Value::as_u64);
        places.push((
            subset.unwrap_or_default().to_owned(),
            rank.unwrap_or_default(),
        ));
    }
    Ok(places)
}

fn is_set_aside(engine: &Engine, row: Row<'_>) -> Result<bool> {
    // Older ledgers have no templates: clusters were set aside.
    let column = match row.0.contains_key("template") {
        true => "template",
        false => "cluster",
    };
    let text = |name: &str| row.text(name).unwrap_or_default();
    let rows = engine.query(&format!(
        "SELECT 1 FROM selection JOIN ledger ON selection.trajectory_id = ledger.trajectory_id \
         WHERE subset = 'validation' AND (ledger.problem_id = '{}' OR ledger.{column} = '{}') LIMIT 1",
        text("problem_id"),
        text(column)
    ))?;
    Ok(rows.iter().any(|batch| batch.num_rows() > 0))
}
