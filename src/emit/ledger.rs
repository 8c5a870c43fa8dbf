//! `ledger.parquet`: one row an entry, with its measurements and its fate.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, BooleanBuilder, RecordBatch, StringArray,
    StringBuilder, UInt64Array, new_null_array,
};
use arrow::datatypes::DataType;

use crate::ids::Id;
use crate::pool::entries::{Body, Known, Name};
use crate::pool::part::TRAJECTORIES;
use crate::run::{Experiment, Held, Settings};
use crate::screen::Fate;
use crate::table::Table;
use crate::{Error, Result, schema};

pub fn write(
    experiment: &Experiment<'_>,
    fates: &[Fate],
    path: &Path,
    settings: &Settings<'_>,
) -> Result<()> {
    let mut table = Table::create(path, schema::schema(schema::LEDGER))?;
    let near = Near::new(experiment, fates);
    for (index, part) in experiment.parts.iter().enumerate() {
        settings.check_stop()?;
        let place = (
            experiment.source_of(index as u32).name.as_str(),
            experiment.file_of(index as u32).file.name.as_str(),
        );
        let mut next = part.entries.start;
        let mut add = |batch: &RecordBatch| {
            let range = next..next + batch.num_rows();
            next = range.end;
            table.write(rows(experiment, fates, near.as_ref(), range, place, batch)?)
        };
        if matches!(part.held, Held::Unreadable) {
            add(&unreadable_row()?)?;
        }
        for batch in part.held.read(TRAJECTORIES, &[])? {
            add(&batch?)?;
        }
        assert_eq!(
            next, part.entries.end,
            "the ledger has one row for each entry"
        );
    }
    table.finish()?;
    Ok(())
}

/// What is known of each problem's near duplicates.
struct Near {
    /// The problem that stands for its cluster.
    stands: Vec<u32>,
    /// Whether the gold answers of its cluster differ.
    disagrees: Vec<bool>,
}

impl Near {
    /// None where they were not looked for.
    fn new(experiment: &Experiment<'_>, fates: &[Fate]) -> Option<Self> {
        let screened = &experiment.screened;
        Some(Self {
            stands: screened.representatives(&experiment.entries, fates)?,
            disagrees: screened.disagrees()?,
        })
    }
}

/// One entry without any measurement: the row that stands for an unreadable file.
fn unreadable_row() -> Result<RecordBatch> {
    let schema = schema::schema(schema::TRAJECTORIES);
    let arrays = schema.fields().iter().map(|field| -> ArrayRef {
        if field.name() == "row" {
            Arc::new(UInt64Array::from(vec![0]))
        } else {
            new_null_array(field.data_type(), 1)
        }
    });
    let arrays = arrays.collect();
    RecordBatch::try_new(schema, arrays)
        .map_err(|error| Error::parquet(Path::new("ledger.parquet"), error.into()))
}

fn rows(
    experiment: &Experiment<'_>,
    fates: &[Fate],
    near: Option<&Near>,
    range: std::ops::Range<usize>,
    (source, file): (&str, &str),
    batch: &RecordBatch,
) -> Result<Vec<ArrayRef>> {
    let entries = &experiment.entries;
    let count = range.len();
    let repeat = |text: &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(std::iter::repeat_n(
            text, count,
        )))
    };
    let told = told(experiment, range.clone());
    let mut style = StringBuilder::new();
    let (mut cluster, mut disagrees) = (StringBuilder::new(), BooleanBuilder::new());
    let mut fate = StringBuilder::new();
    let mut reason = StringBuilder::new();
    let mut value = StringBuilder::new();
    for at in range {
        let body = entries.rows[at].body.as_ref().ok();
        style.append_option(body.map(|body| entries.name(body.style)));
        let near = body.and_then(|body| Some((near?, body.problem as usize)));
        cluster.append_option(near.map(|(near, problem)| {
            let stands = near.stands[problem];
            entries.problems[stands as usize].id.to_string()
        }));
        disagrees.append_option(near.map(|(near, problem)| near.disagrees[problem]));
        match fates[at] {
            Fate::Kept => {
                fate.append_value("kept");
                reason.append_null();
                value.append_null();
            }
            Fate::Dropped(why) => {
                fate.append_value("dropped");
                reason.append_value(why.as_str());
                value.append_option(why.value(at as u32, entries, &experiment.screened));
            }
        }
    }
    let column = |field: &schema::Column| -> Result<ArrayRef> {
        Ok(match field.name {
            "source" => repeat(source),
            "file" => repeat(file),
            "style" => Arc::new(style.finish_cloned()),
            "cluster" => Arc::new(cluster.finish_cloned()),
            "cluster_disagrees" => Arc::new(disagrees.finish_cloned()),
            "fate" => Arc::new(fate.finish_cloned()),
            "reason" => Arc::new(reason.finish_cloned()),
            "value" => Arc::new(value.finish_cloned()),
            name if told.contains_key(name) => told[name].clone(),
            name => {
                let array = batch.column_by_name(name).ok_or_else(|| Error::Part {
                    part: "of the pool".into(),
                    why: format!("it has no column `{name}`"),
                })?;
                match array.data_type() {
                    DataType::FixedSizeBinary(_) => hex(array),
                    _ => array.clone(),
                }
            }
        })
    };
    schema::LEDGER.iter().map(column).collect()
}

/// The columns that a companion can complete, as they are in this run.
fn told(
    experiment: &Experiment<'_>,
    range: std::ops::Range<usize>,
) -> HashMap<&'static str, ArrayRef> {
    let entries = &experiment.entries;
    let bodies = || {
        entries.rows[range.clone()]
            .iter()
            .map(|row| row.body.as_ref().ok())
    };
    let text = |pick: fn(&Body, &Known) -> Option<Name>| -> ArrayRef {
        let names = bodies().map(|body| {
            let name = body.and_then(|body| pick(body, entries.known_of(body)));
            name.map(|name| entries.name(name))
        });
        Arc::new(StringArray::from_iter(names))
    };
    let known = |body: Option<&Body>| body.map(|body| *entries.known_of(body));
    let gold_kinds = bodies().map(|body| Some(known(body)?.gold_kind?.as_str()));
    let synthetic = bodies().map(|body| known(body)?.synthetic);
    HashMap::from([
        ("category", text(|body, _| body.category)),
        ("origin", text(|body, _| body.origin)),
        ("question_type", text(|_, known| known.question_type)),
        ("problem_is_valid", text(|_, known| known.problem_is_valid)),
        (
            "solution_is_valid",
            text(|_, known| known.solution_is_valid),
        ),
        (
            "gold_kind",
            Arc::new(StringArray::from_iter(gold_kinds)) as ArrayRef,
        ),
        (
            "synthetic",
            Arc::new(BooleanArray::from_iter(synthetic)) as ArrayRef,
        ),
    ])
}

/// Ids as the text that people search for.
fn hex(array: &ArrayRef) -> ArrayRef {
    let ids = array.as_fixed_size_binary();
    let mut text = StringBuilder::new();
    for at in 0..ids.len() {
        let bytes: Option<[u8; 16]> = ids
            .is_valid(at)
            .then(|| ids.value(at).try_into().ok())
            .flatten();
        text.append_option(bytes.map(|bytes| Id::from_bytes(bytes).to_string()));
    }
    Arc::new(text.finish())
}
