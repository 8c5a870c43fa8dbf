//! `balance.parquet`, `balance.svg` and `overlap.parquet`: how subsets compare, and what they share.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, StringArray, UInt32Array};
use fs_err as fs;
use indexmap::IndexMap;

use crate::compare::balance::{self, Accepted, Balance, Line, Pair, love};
use crate::compare::overlap::{Order, Overlap, overlaps};
use crate::manifest::SubsetRecord;
use crate::run::Experiment;
use crate::schema::{self, Column};
use crate::screen::Fate;
use crate::select::{Selection, Subset};
use crate::table::Table;
use crate::{Error, Result};

/// A pair of a subset and its control, and how they compare.
pub(super) type Compared = (Pair, Balance);

/// Rows of a batch of the overlap, which may have millions.
const BATCH: usize = 1 << 16;

/// Writes the three files; returns how each subset compares to each of its controls.
pub(super) fn write(
    experiment: &Experiment<'_>,
    fates: &[Fate],
    selection: &Selection,
    records: &[SubsetRecord],
    run: &Path,
) -> Result<Vec<Compared>> {
    let kept = (0_u32..)
        .zip(fates)
        .filter(|(_, fate)| **fate == Fate::Kept);
    let accepted = Accepted::new(&experiment.entries, kept.map(|(entry, _)| entry).collect());
    let pairs = balance::pairs(records);
    let samples: Vec<&[u32]> = selection.subsets.iter().map(Subset::entries).collect();
    let balances = balance::compare(&accepted, &samples, &pairs);
    let compared: Vec<Compared> = pairs.into_iter().zip(balances).collect();
    write_balance(records, &compared, &run.join("balance.parquet"))?;
    let shown: Vec<love::Shown<'_>> = compared
        .iter()
        .map(|(pair, balance)| love::Shown {
            first: &records[pair.first].name,
            second: &records[pair.second].name,
            relation: pair.relation,
            balance,
        })
        .collect();
    fs::write(run.join("balance.svg"), love::of_run(&shown))?;
    let found = overlaps(&accepted, &orders(selection));
    write_overlap(records, &found, &run.join("overlap.parquet"))?;
    Ok(compared)
}

/// The orders that the subsets are prefixes of.
fn orders(selection: &Selection) -> Vec<Order<'_>> {
    let mut orders: IndexMap<u32, Order<'_>> = IndexMap::new();
    for (at, subset) in (0_u32..).zip(&selection.subsets) {
        let order = orders.entry(subset.family).or_insert(Order {
            entries: &[],
            subsets: Vec::new(),
        });
        order.subsets.push((at, subset.size));
        if subset.entries().len() > order.entries.len() {
            order.entries = subset.entries();
        }
    }
    let sorted = orders.into_values().map(|mut order| {
        order.subsets.sort_by_key(|(_, size)| *size);
        order
    });
    sorted.collect()
}

fn write_balance(records: &[SubsetRecord], compared: &[Compared], path: &Path) -> Result<()> {
    let mut table = Table::create(path, schema::schema(schema::BALANCE))?;
    // A batch for each subset: its pairs stand together.
    for pairs in compared.chunk_by(|a, b| a.0.first == b.0.first) {
        let rows = pairs.iter().flat_map(|(pair, balance)| {
            balance.lines.iter().map(move |line| (pair, balance, line))
        });
        let rows: Vec<(&Pair, &Balance, &Line)> = rows.collect();
        let array = |column: &Column| balance_array(column.name, &rows, records);
        table.write(schema::BALANCE.iter().map(array).collect::<Result<_>>()?)?;
    }
    table.finish()?;
    Ok(())
}

fn balance_array(
    column: &str,
    rows: &[(&Pair, &Balance, &Line)],
    records: &[SubsetRecord],
) -> Result<ArrayRef> {
    let lines = rows.iter().map(|(_, _, line)| *line);
    let numbers = |number: fn(&Line) -> Option<f64>| -> ArrayRef {
        Arc::new(lines.clone().map(number).collect::<Float64Array>())
    };
    let counts = |count: fn(&Balance, &Line) -> u32| -> ArrayRef {
        let counts = rows.iter().map(|(_, balance, line)| count(balance, line));
        Arc::new(UInt32Array::from_iter_values(counts))
    };
    let texts = |text: &dyn Fn(&Pair, &Line) -> Option<String>| -> ArrayRef {
        let texts = rows.iter().map(|(pair, _, line)| text(pair, line));
        Arc::new(texts.collect::<StringArray>())
    };
    Ok(match column {
        "subset" => texts(&|pair, _| Some(records[pair.first].name.clone())),
        "control" => texts(&|pair, _| Some(records[pair.second].name.clone())),
        "relation" => texts(&|pair, _| Some(pair.relation.as_str().to_owned())),
        "variable" => texts(&|_, line| Some(line.variable.to_owned())),
        "level" => texts(&|_, line| line.level.clone()),
        "by_design" => {
            let flags = lines.clone().map(|line| Some(line.by_design));
            Arc::new(flags.collect::<BooleanArray>())
        }
        "scale" => texts(&|_, line| Some(line.scale.to_owned())),
        "subset_known" => counts(|_, line| line.known[0]),
        "control_known" => counts(|_, line| line.known[1]),
        "subset_mean" => numbers(|line| line.mean[0]),
        "control_mean" => numbers(|line| line.mean[1]),
        "difference" => numbers(|line| line.difference),
        "pool_sd" => numbers(|line| line.pool_sd),
        "smd" => numbers(|line| line.smd),
        "variance_ratio" => numbers(|line| line.variance_ratio),
        "ks" => numbers(|line| line.ks),
        "mix_distance" => numbers(|line| line.mix_distance),
        "subset_effective" => numbers(|line| line.effective[0]),
        "control_effective" => numbers(|line| line.effective[1]),
        "rows_shared" => counts(|balance, _| balance.rows_shared),
        "problems_shared" => counts(|balance, _| balance.problems_shared),
        other => return Err(Error::Query(format!("no column `{other}` is known"))),
    })
}

fn write_overlap(records: &[SubsetRecord], found: &[Overlap], path: &Path) -> Result<()> {
    let mut table = Table::create(path, schema::schema(schema::OVERLAP))?;
    for rows in found.chunks(BATCH) {
        let names = |place: fn(&Overlap) -> u32| -> ArrayRef {
            let names = rows.iter().map(|row| &records[place(row) as usize].name);
            Arc::new(StringArray::from_iter_values(names))
        };
        let counts = |count: fn(&Overlap) -> u32| -> ArrayRef {
            Arc::new(UInt32Array::from_iter_values(rows.iter().map(count)))
        };
        let jaccard = |shared: fn(&Overlap) -> u32, of: fn(&SubsetRecord) -> u32| -> ArrayRef {
            let shares = rows.iter().map(|row| {
                let [first, second] = [row.first, row.second].map(|at| of(&records[at as usize]));
                Overlap::jaccard(shared(row), first, second)
            });
            Arc::new(Float64Array::from_iter_values(shares))
        };
        table.write(vec![
            names(|row| row.first),
            names(|row| row.second),
            counts(|row| row.rows),
            counts(|row| row.problems),
            jaccard(|row| row.rows, |record| record.size),
            jaccard(|row| row.problems, |record| record.problems),
        ])?;
    }
    table.finish()?;
    Ok(())
}
