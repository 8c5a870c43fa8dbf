//! `ledger.parquet`: one row an entry, with its measurements and its fate.

use std::path::Path;

use arrow::array::{ArrayRef, RecordBatch, new_null_array};

use crate::Result;
use crate::ids::Id;
use crate::pool::entries::{Body, Entries, NameIndex, Problem, ProblemFacts};
use crate::pool::tables::{self, GENERATION, ROW, TRAJECTORIES};
use crate::run::{Experiment, Held, Settings, ahead};
use crate::schema::{self, Column, Filled, Head, HexId, Misfit, OneOf, Worded, column, heads};
use crate::screen::{DropReason, Fate, Screened, contamination};
use crate::table::Table;

pub(crate) const TRAJECTORY_ID: Column<HexId> = column(
    "trajectory_id",
    "hash of problem_id and the response; null where the entry yields no trajectory",
);
pub(crate) const PROBLEM_ID: Column<HexId> =
    column("problem_id", "hash of the problem's canonical text");
pub(crate) const TEXT_ID: Column<HexId> = column(
    "text_id",
    "hash of the problem and the gold answer, both exactly as the source has them",
);
pub(crate) const SOURCE: Column<str> = column("source", "the source's name in the pipeline");
pub(crate) const FILE: Column<str> = column("file", "file, relative to its source");
pub(crate) const CLUSTER: Column<HexId> = column(
    "cluster",
    "problem_id that stands for all near duplicates of the problem; null where none were looked for",
);
pub(crate) const CLUSTER_DISAGREES: Column<bool> = column(
    "cluster_disagrees",
    "whether the gold answers of its cluster differ; null where no near duplicates were looked for",
);
pub(crate) const TEMPLATE: Column<HexId> = column(
    "template",
    "smallest problem_id of its template: near duplicates, the same words with other numbers, and parts of one \
     another; null where no near duplicates were looked for",
);
/// The outcomes of `[screen.contamination]`, dropped or not.
pub(crate) const CONTAMINATED: Column<String> = column(
    "contaminated",
    "the benchmark's item that the problem is, and how it meets it; null where it is none",
);
pub(crate) const SUSPECT: Column<String> = column(
    "suspect",
    "the benchmark's item that the problem may be made from, and how it meets it; null where there is none",
);
pub(crate) const VALUE: Column<String> =
    column("value", "the value that decided, where there is one");
pub(crate) const FATE: Column<OneOf<FateWord>> = column("fate", "kept or dropped");
pub(crate) const REASON: Column<str> =
    column("reason", "why it was dropped; null where it was kept");

/// A fate without its reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FateWord {
    Kept,
    Dropped,
}

impl Worded for FateWord {
    fn word(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Dropped => "dropped",
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        let mut all = [Self::Kept, Self::Dropped].into_iter();
        all.find(|ending| ending.word() == word)
    }
}

/// The ledger's columns: an entry's place, what the pool measured of it, what became of it.
pub(crate) fn columns() -> Vec<Head> {
    [
        heads(&place()),
        heads(&tables::measures()),
        heads(&outcome()),
    ]
    .concat()
}

/// An entry of the run.
struct LedgerRow<'r> {
    source: &'r str,
    file: &'r str,
    entry: u32,
    fate: Fate,
    near: Option<&'r Near<'r>>,
    entries: &'r Entries,
    screened: &'r Screened,
}

fn place<'r>() -> Vec<Filled<'r, LedgerRow<'r>>> {
    vec![
        TRAJECTORY_ID.perhaps(|row| Some(row.body()?.trajectory_id)),
        PROBLEM_ID.perhaps(|row| Some(row.id_of(row.body()?.problem))),
        TEXT_ID.perhaps(|row| Some(row.body()?.text_id)),
        SOURCE.always(|row| row.source),
        FILE.always(|row| row.file),
        ROW.always(|row| row.entries.rows[row.entry as usize].row),
        GENERATION.perhaps(|row| row.entries.rows[row.entry as usize].generation),
    ]
}

/// The columns that a companion can complete.
pub(crate) fn completed_columns() -> Vec<Head> {
    heads(&completed())
}

/// Measurements that a companion can complete, as they are in this run: they stand for the pool's.
fn completed<'r>() -> Vec<Filled<'r, LedgerRow<'r>>> {
    vec![
        tables::CATEGORY.perhaps(|row| row.name(row.body()?.category)),
        tables::ORIGIN.perhaps(|row| row.name(row.body()?.origin)),
        tables::QUESTION_TYPE.perhaps(|row| row.name(row.facts()?.question_type)),
        tables::GOLD_KIND.perhaps(|row| row.facts()?.gold_kind),
        tables::PROBLEM_IS_VALID.perhaps(|row| row.name(row.facts()?.problem_is_valid)),
        tables::SOLUTION_IS_VALID.perhaps(|row| row.name(row.facts()?.solution_is_valid)),
        tables::SYNTHETIC.perhaps(|row| row.facts()?.synthetic),
    ]
}

fn outcome<'r>() -> Vec<Filled<'r, LedgerRow<'r>>> {
    vec![
        column::<str>(
            "style",
            "style that the run uses: the source's where it is known, else the text's",
        )
        .perhaps(|row| row.name(Some(row.body()?.style))),
        column::<str>(
            "problem_category",
            "category that counts for the problem: what most of its trajectories have, exact copies being one; of \
             equals the first by name",
        )
        .perhaps(|row| row.name(row.problem()?.category)),
        column::<bool>(
            "categories_conflict",
            "whether entries of the problem are of different categories",
        )
        .perhaps(|row| Some(row.entries.categories_conflict(row.body()?.problem))),
        CLUSTER.perhaps(|row| Some(row.id_of(row.near?.stands[row.body()?.problem as usize]))),
        CLUSTER_DISAGREES.perhaps(|row| Some(row.near?.disagrees[row.body()?.problem as usize])),
        TEMPLATE.perhaps(|row| Some(row.id_of(row.near?.templates[row.body()?.problem as usize]))),
        CONTAMINATED.perhaps(|row| row.meets(contamination::Outcome::Contaminated)),
        SUSPECT.perhaps(|row| row.meets(contamination::Outcome::Suspect)),
        FATE.always(|row| match row.fate {
            Fate::Kept => FateWord::Kept,
            Fate::Dropped(_) => FateWord::Dropped,
        }),
        REASON.perhaps(|row| row.reason().map(DropReason::as_str)),
        VALUE.perhaps(|row| row.reason()?.value(row.entry, row.entries, row.screened)),
    ]
}

impl<'r> LedgerRow<'r> {
    fn body(&self) -> Option<&'r Body> {
        self.entries.rows[self.entry as usize].body.as_deref().ok()
    }

    fn problem(&self) -> Option<&'r Problem> {
        let problem = self.body()?.problem;
        Some(&self.entries.problems[problem as usize])
    }

    fn facts(&self) -> Option<&'r ProblemFacts> {
        self.body().map(|body| self.entries.facts_of(body))
    }

    fn name(&self, name: Option<NameIndex>) -> Option<&'r str> {
        name.map(|name| self.entries.name(name))
    }

    fn meets(&self, outcome: contamination::Outcome) -> Option<String> {
        self.screened.meets(self.body()?.problem, outcome)
    }

    fn id_of(&self, problem: u32) -> Id {
        self.entries.problems[problem as usize].id
    }

    fn reason(&self) -> Option<DropReason> {
        match self.fate {
            Fate::Kept => None,
            Fate::Dropped(reason) => Some(reason),
        }
    }
}

pub(super) fn write(
    experiment: &Experiment<'_>,
    fates: &[Fate],
    path: &Path,
    settings: &Settings<'_>,
) -> Result<()> {
    let mut table = Table::create(path, schema::schema(&columns()))?.alone();
    let near = Near::new(experiment, fates);
    for index in 0..experiment.parts.len() {
        settings.check_stop()?;
        write_part(&mut table, experiment, fates, near.as_ref(), index)?;
    }
    table.finish()?;
    Ok(())
}

/// Writes the entries of a part.
fn write_part(
    table: &mut Table,
    experiment: &Experiment<'_>,
    fates: &[Fate],
    near: Option<&Near<'_>>,
    index: usize,
) -> Result<()> {
    let row = |entry: usize| LedgerRow {
        source: &experiment.source_of(index as u32).name,
        file: &experiment.file_of(index as u32).file.name,
        entry: entry as u32,
        fate: fates[entry],
        near,
        entries: &experiment.entries,
        screened: &experiment.screened,
    };
    let part = &experiment.parts[index];
    let fill = |put: &mut dyn FnMut(Vec<ArrayRef>) -> bool| {
        let mut entries = part.entries.clone();
        if matches!(part.held, Held::Unreadable) {
            for entry in entries.by_ref() {
                put(unmeasured(&row(entry)));
            }
        }
        for batch in part.held.read(TRAJECTORIES, &[])? {
            let batch = batch?;
            let rows = entries.by_ref().take(batch.num_rows()).map(row);
            let rows: Vec<LedgerRow<'_>> = rows.collect();
            let arrays = arrays(&rows, &batch);
            if !put(arrays.map_err(|misfit| part.held.misread(&misfit))?) {
                return Ok(());
            }
        }
        assert!(entries.is_empty(), "the ledger has one row for each entry");
        Ok(())
    };
    ahead::each(fill, |arrays| table.write(arrays))
}

/// What follows for entries from their measurements, column by column, as the ledger has it: style, cluster, fate.
pub(crate) struct Outcome<'e> {
    experiment: &'e Experiment<'e>,
    fates: &'e [Fate],
    near: Option<Near<'e>>,
}

impl<'e> Outcome<'e> {
    pub(crate) fn new(experiment: &'e Experiment<'e>, fates: &'e [Fate]) -> Self {
        Self {
            experiment,
            fates,
            near: Near::new(experiment, fates),
        }
    }

    /// The columns of these entries of the run.
    pub(crate) fn of(&self, entries: std::ops::Range<usize>) -> Vec<(Head, ArrayRef)> {
        let row = |entry: usize| LedgerRow {
            source: "",
            file: "",
            entry: entry as u32,
            fate: self.fates[entry],
            near: self.near.as_ref(),
            entries: &self.experiment.entries,
            screened: &self.experiment.screened,
        };
        let rows: Vec<LedgerRow<'_>> = entries.map(row).collect();
        let columns = outcome();
        let heads = heads(&columns).into_iter();
        heads.zip(schema::arrays(&columns, &rows)).collect()
    }
}

/// What is known of each problem's near duplicates.
struct Near<'e> {
    /// The problem that stands for its cluster.
    stands: Vec<u32>,
    /// Whether the gold answers of its cluster differ.
    disagrees: Vec<bool>,
    /// The first problem of its template.
    templates: &'e [u32],
}

impl<'e> Near<'e> {
    /// None where they were not looked for.
    fn new(experiment: &'e Experiment<'_>, fates: &[Fate]) -> Option<Self> {
        let screened = &experiment.screened;
        Some(Self {
            stands: screened.representatives(&experiment.entries, fates)?,
            disagrees: screened.disagrees()?,
            templates: &screened.clusters.as_ref()?.template,
        })
    }
}

/// The row of an entry of which nothing was measured: it stands for an unreadable file.
fn unmeasured(row: &LedgerRow<'_>) -> Vec<ArrayRef> {
    let measures = heads(&tables::measures()).into_iter();
    let nulls = measures.map(|head| new_null_array(&head.kind.data_type(), 1));
    let [place, outcome] = [place(), outcome()].map(|columns| schema::arrays(&columns, [row]));
    place.into_iter().chain(nulls).chain(outcome).collect()
}

/// Entries with what the pool's batch of them measured.
fn arrays(rows: &[LedgerRow<'_>], batch: &RecordBatch) -> Result<Vec<ArrayRef>, Misfit> {
    let all: Vec<Option<&LedgerRow<'_>>> = rows.iter().map(Some).collect();
    let completed = completed();
    let measured = heads(&tables::measures());
    let stands = |column: &Filled<'_, _>| measured.contains(&column.head);
    assert!(
        completed.iter().all(stands),
        "a ledger completes measured columns"
    );
    let measure = |head: Head| {
        let own = completed.iter().find(|column| column.head == head);
        own.map_or_else(|| head.array(batch), |column| Ok(column.array(&all)))
    };
    let mut arrays = schema::arrays(&place(), rows);
    for head in measured.iter().copied() {
        arrays.push(measure(head)?);
    }
    arrays.extend(schema::arrays(&outcome(), rows));
    Ok(arrays)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::pool::tables::tests::{expected_measures, measured, with};
    use crate::schema::tests::json_rows;
    use crate::source::Void;

    /// [`measured`], with other words where a companion can have the last one.
    fn completed_entries() -> Entries {
        let mut told = measured();
        if let Ok(body) = &mut told[0].body {
            body.category = Some("told category".into());
            body.origin = Some("told origin".into());
            body.facts.question_type = Some("told type".into());
            body.gold = Some("proof".into());
            body.facts.problem_is_valid = Some("told problem".into());
            body.facts.solution_is_valid = Some("told solution".into());
            body.facts.synthetic = Some(false);
        }
        let batch = TRAJECTORIES.batch(tables::trajectories(&told));
        let mut entries = Entries::default();
        entries.add(0, &batch).expect("a part");
        entries
    }

    fn ledger(rows: &[LedgerRow<'_>], batch: &RecordBatch) -> Vec<Value> {
        let arrays = arrays(rows, batch).expect("the pool's columns");
        let batch = RecordBatch::try_new(schema::schema(&columns()), arrays);
        json_rows(&batch.expect("arrays of the columns' types"))
    }

    #[test]
    fn an_entry_has_its_place_measurements_and_fate_in_the_columns_of_their_names() {
        let (entries, screened) = (completed_entries(), Screened::default());
        let near = Near {
            stands: vec![1, 1],
            disagrees: vec![true, false],
            templates: &[0, 0],
        };
        let row = |entry, fate| LedgerRow {
            source: "a source",
            file: "a file",
            entry,
            fate,
            near: Some(&near),
            entries: &entries,
            screened: &screened,
        };
        let rows = [
            row(0, Fate::Dropped(DropReason::TooShort(9))),
            row(1, Fate::Kept),
            row(2, Fate::Dropped(DropReason::Void(Void::NoProblem))),
        ];
        let pool = TRAJECTORIES.batch(tables::trajectories(&measured()));
        let [full, bare] = expected_measures();
        let hex = |id: u8| format!("{id:032x}");
        let place = json!({ "source": "a source", "file": "a file" });
        let full = with(
            with(full, place.clone()),
            json!({
                "trajectory_id": hex(0xa2), "problem_id": hex(0xa1), "text_id": hex(0xa4), "row": 11, "generation": 111,
                "category": "told category", "origin": "told origin", "question_type": "told type",
                "gold_kind": "proof", "problem_is_valid": "told problem",
                "solution_is_valid": "told solution", "synthetic": false, "style": "a style",
                "problem_category": "told category", "categories_conflict": false,
                "cluster": hex(0xb1), "cluster_disagrees": true, "template": hex(0xa1), "contaminated": null, "suspect": null, "fate": "dropped", "reason": "too_short",
                "value": "9 tokens",
            }),
        );
        let bare = with(
            with(bare, place.clone()),
            json!({
                "trajectory_id": hex(0xb2), "problem_id": hex(0xb1), "text_id": hex(0xb4), "row": 12, "generation": 112,
                "style": "human", "problem_category": null, "categories_conflict": false, "cluster": hex(0xb1), "cluster_disagrees": false, "template": hex(0xa1), "contaminated": null, "suspect": null, "fate": "kept",
                "reason": null, "value": null,
            }),
        );
        let mut void = full.clone();
        for (_, value) in void.as_object_mut().into_iter().flatten() {
            *value = Value::Null;
        }
        let void = with(
            with(void, place),
            json!({ "row": 13, "fate": "dropped", "reason": "no_problem" }),
        );
        assert_eq!(ledger(&rows, &pool), [full, bare, void]);
    }

    #[test]
    fn what_a_companion_completes_stands_in_the_place_of_a_measurement() {
        let measures = heads(&tables::measures());
        for head in heads(&completed()) {
            assert!(measures.contains(&head), "{head:?}");
        }
    }

    #[test]
    fn a_file_that_could_not_be_read_has_a_row_without_measurements() {
        let mut entries = Entries::default();
        entries.add_unreadable(0);
        let row = LedgerRow {
            source: "a source",
            file: "a file",
            entry: 0,
            fate: Fate::Dropped(DropReason::Void(Void::UnreadableFile)),
            near: None,
            entries: &entries,
            screened: &Screened::default(),
        };
        let batch = RecordBatch::try_new(schema::schema(&columns()), unmeasured(&row));
        let told = json_rows(&batch.expect("a row"));
        let known = told[0].as_object().into_iter().flatten();
        let known: Vec<String> = known
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        let expected = [
            "source \"a source\"",
            "file \"a file\"",
            "row 0",
            "fate \"dropped\"",
            "reason \"unreadable_file\"",
        ];
        assert_eq!(known, expected);
    }
}
