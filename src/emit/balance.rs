//! `balance.parquet`, `balance.svg` and `overlap.parquet`: how subsets compare, and what they share.

use std::path::Path;

use indexmap::IndexMap;

use crate::Result;
use crate::compare::balance::{self, Accepted, Balance, Line, Pair, love};
use crate::compare::overlap::{Order, Overlap, overlaps};
use crate::manifest::SubsetRecord;
use crate::run::Experiment;
use crate::schema::{self, Filled, Head, column, heads};
use crate::screen::Fate;
use crate::select::{Selection, Subset};
use crate::table::Table;

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
    let balances = balance::compare(&accepted, &samples, &pairs, experiment.plan.seed);
    let mut compared: Vec<Compared> = pairs.into_iter().zip(balances).collect();
    for (pair, balance) in &mut compared {
        balance.judge([pair.first, pair.second].map(|at| &records[at]), pair);
    }
    write_balance(records, &compared, &run.join("balance.parquet"))?;
    let shown: Vec<love::Shown<'_>> = compared
        .iter()
        .map(|(pair, balance)| {
            let names = [pair.first, pair.second].map(|at| &*records[at].name);
            love::Shown::new(names, pair.relation, balance)
        })
        .collect();
    let drawing = love::of_run(&shown).file("balance");
    crate::disk::write(&run.join("balance.svg"), drawing)?;
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

/// One row for each subset, control, variable and, of variables of names, level.
struct BalanceRow<'r> {
    subset: &'r SubsetRecord,
    control: &'r SubsetRecord,
    pair: &'r Pair,
    balance: &'r Balance,
    line: &'r Line,
}

fn row_columns<'r>() -> Vec<Filled<'r, BalanceRow<'r>>> {
    vec![
        column::<str>("subset", "name of the subset").always(|row| &row.subset.name),
        column::<str>("control", "name of its control or pair").always(|row| &row.control.name),
        column::<str>(
            "relation",
            "random, matched or paired: the control's kind; style: the same problems in another style",
        )
        .always(|row| row.pair.relation.as_str()),
        column::<str>(
            "variable",
            "tokens, thinking_tokens, answer_tokens, bytes, repeated_share, correct (ours, where decided), \
             recorded (right by the source), finished, pass_rate (of the problem: correct / decided, of \
             which exact copies are one, null below two decided), accepted_count (trajectories of the problem \
             that were accepted, of which exact copies are one), problem_bytes, category, origin, style, verdict",
        )
        .always(|row| row.line.variable),
        column::<str>(
            "level",
            "of category, origin, style and verdict: the row is of having this name; null: of the whole mix, \
             and of the other variables",
        )
        .perhaps(|row| row.line.level.as_deref()),
        column::<bool>(
            "by_design",
            "the criterion that tells the two apart makes the difference on purpose",
        )
        .always(|row| row.line.by_design),
        column::<str>(
            "meant",
            "what the two are meant to be in it, by which card and report judge. alike: the control holds it alike, or \
             nothing tells the two apart by it; unlike: the criterion (`by_design`) or the style makes the difference; open: \
             nothing holds it alike, and it may go with the choice",
        )
        .always(|row| row.line.meant.as_str()),
        column::<str>(
            "scale",
            "what differences and variances are taken on: plain, or log for ln(1 + x)",
        )
        .always(|row| row.line.scale),
        column::<u32>("subset_known", "rows of the subset whose value is known")
            .always(|row| row.line.known[0]),
        column::<u32>("control_known", "rows of the control whose value is known")
            .always(|row| row.line.known[1]),
        column::<f64>("subset_mean", "mean in the variable's own unit; of a level, its share").perhaps(|row| row.line.mean[0]),
        column::<f64>("control_mean", "the same of the control").perhaps(|row| row.line.mean[1]),
        column::<f64>("difference", "the subset's mean less the control's, on the scale").perhaps(|row| row.line.difference),
        column::<f64>("pool_sd", "standard deviation over all that was accepted (n below the sum), on the scale").perhaps(|row| row.line.pool_sd),
        column::<f64>("smd", "difference / pool_sd; null where that is 0, or nothing is known").perhaps(|row| row.line.smd),
        column::<f64>("chance", "what |smd| passes, in this variable or another, in 5 of 100 pairs of random sets of these sizes (of problems of the accepted pool); less where rows stand in both").perhaps(|row| row.line.chance),
        column::<bool>("beyond_chance", "whether |smd| passes `chance`; of a whole mix, whether a level's does").perhaps(|row| row.line.beyond_chance),
        column::<bool>("large", "whether |smd| is at least 0.1; of a whole mix, whether a level's is").perhaps(|row| row.line.large),
        column::<f64>("variance_ratio", "the subset's variance over the control's (n - 1 below the sum), on the scale; null where that is 0").perhaps(|row| row.line.variance_ratio),
        column::<f64>("ks", "Kolmogorov-Smirnov's D: the largest distance between the two distribution functions, 0 to 1").perhaps(|row| row.line.ks),
        column::<f64>("mix_distance", "total variation distance of the two mixes: half the sum of |differences of shares|, 0 to 1").perhaps(|row| row.line.mix_distance),
        column::<f64>("subset_effective", "exp(entropy) of the subset's mix: as many levels, all as common, would be as mixed").perhaps(|row| row.line.effective[0]),
        column::<f64>("control_effective", "the same of the control").perhaps(|row| row.line.effective[1]),
        column::<u32>("rows_shared", "trajectories that stand in both")
            .always(|row| row.balance.rows_shared),
        column::<u32>("problems_shared", "problems that stand in both")
            .always(|row| row.balance.problems_shared),
    ]
}

/// The columns of `balance.parquet`.
pub(crate) fn columns() -> Vec<Head> {
    heads(&row_columns())
}

fn write_balance(records: &[SubsetRecord], compared: &[Compared], path: &Path) -> Result<()> {
    let mut table = Table::create(path, schema::schema(&columns()))?;
    // A batch for each subset: its pairs stand together.
    for pairs in compared.chunk_by(|a, b| a.0.first == b.0.first) {
        let rows: Vec<BalanceRow<'_>> = pairs
            .iter()
            .flat_map(|compared| rows(records, compared))
            .collect();
        table.write(schema::arrays(&row_columns(), &rows))?;
    }
    table.finish()?;
    Ok(())
}

fn rows<'r>(
    records: &'r [SubsetRecord],
    (pair, balance): &'r Compared,
) -> impl Iterator<Item = BalanceRow<'r>> {
    balance.lines.iter().map(move |line| BalanceRow {
        subset: &records[pair.first],
        control: &records[pair.second],
        pair,
        balance,
        line,
    })
}

/// One row for each two subsets or controls that share a problem.
struct OverlapRow<'r> {
    a: &'r SubsetRecord,
    b: &'r SubsetRecord,
    shared: &'r Overlap,
}

fn both_columns<'r>() -> Vec<Filled<'r, OverlapRow<'r>>> {
    vec![
        column::<str>("a", "the one that was selected first").always(|row| &row.a.name),
        column::<str>("b", "the other").always(|row| &row.b.name),
        column::<u32>("rows_shared", "trajectories that stand in both")
            .always(|row| row.shared.rows),
        column::<u32>("problems_shared", "problems that stand in both")
            .always(|row| row.shared.problems),
        column::<f64>(
            "rows_jaccard",
            "rows_shared over the trajectories that stand in either, 0 to 1",
        )
        .always(|row| Overlap::jaccard(row.shared.rows, row.a.size, row.b.size)),
        column::<f64>("problems_jaccard", "the same of problems")
            .always(|row| Overlap::jaccard(row.shared.problems, row.a.problems, row.b.problems)),
    ]
}

fn both<'r>(records: &'r [SubsetRecord], shared: &'r Overlap) -> OverlapRow<'r> {
    OverlapRow {
        a: &records[shared.first as usize],
        b: &records[shared.second as usize],
        shared,
    }
}

/// The columns of `overlap.parquet`.
pub(crate) fn overlap_columns() -> Vec<Head> {
    heads(&both_columns())
}

fn write_overlap(records: &[SubsetRecord], found: &[Overlap], path: &Path) -> Result<()> {
    let mut table = Table::create(path, schema::schema(&overlap_columns()))?;
    for found in found.chunks(BATCH) {
        let rows = found.iter().map(|shared| both(records, shared));
        let rows: Vec<OverlapRow<'_>> = rows.collect();
        table.write(schema::arrays(&both_columns(), &rows))?;
    }
    table.finish()?;
    Ok(())
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::compare::balance::{Intended, Relation};
    use crate::schema::tests::written;

    /// The record of a subset, with these figures.
    pub(in crate::emit) fn record(name: &str, figures: Value) -> SubsetRecord {
        let mut record = json!({
            "name": name, "role": "subset", "grid": null, "category": null, "length": null, "style": null,
            "asked": 0, "size": 0, "written": 0, "bucket": 0, "available": 0, "draw": 0,
            "draw_kind": "independent", "prefix_of": null, "control_of": [], "pair_of": [], "matched": null,
            "tokens": 0, "path": null, "sha256": null,
        });
        for (figure, value) in figures.as_object().into_iter().flatten() {
            record[figure] = value.clone();
        }
        serde_json::from_value(record).expect("a record")
    }

    #[test]
    fn a_line_has_each_figure_in_the_column_of_its_name() {
        let records = [
            record("none", json!({})),
            record("one", json!({})),
            record("two", json!({})),
        ];
        let pair = Pair {
            first: 1,
            second: 2,
            relation: Relation::Matched,
            intended: Intended::default(),
        };
        let line = Line {
            variable: "a variable",
            level: Some("a level".into()),
            by_design: true,
            meant: balance::Meant::Unlike,
            scale: "a scale",
            known: [1, 2],
            mean: [Some(3.0), Some(4.0)],
            difference: Some(5.0),
            pool_sd: Some(6.0),
            smd: Some(7.0),
            chance: Some(7.5),
            beyond_chance: Some(false),
            large: Some(true),
            variance_ratio: Some(8.0),
            ks: Some(9.0),
            mix_distance: Some(10.0),
            effective: [Some(11.0), Some(12.0)],
        };
        let unknown = Line::default();
        let balance = Balance {
            rows_shared: 13,
            problems_shared: 14,
            chance: None,
            lines: vec![line, unknown],
        };
        let compared = (pair, balance);
        let rows: Vec<BalanceRow<'_>> = rows(&records, &compared).collect();
        let told = written(&row_columns(), &rows);
        let expected = json!({
            "subset": "one", "control": "two", "relation": "matched", "variable": "a variable",
            "level": "a level", "by_design": true, "meant": "unlike", "scale": "a scale", "subset_known": 1, "control_known": 2,
            "subset_mean": 3.0, "control_mean": 4.0, "difference": 5.0, "pool_sd": 6.0, "smd": 7.0,
            "chance": 7.5, "beyond_chance": false, "large": true,
            "variance_ratio": 8.0, "ks": 9.0, "mix_distance": 10.0, "subset_effective": 11.0,
            "control_effective": 12.0, "rows_shared": 13, "problems_shared": 14,
        });
        assert_eq!(told[0], expected);
        let unknown = told[1].as_object().into_iter().flatten();
        let unknown = unknown.filter(|(_, value)| value.is_null());
        assert_eq!(unknown.count(), 14, "a level and thirteen figures");
    }

    #[test]
    fn an_overlap_has_each_figure_in_the_column_of_its_name() {
        let records = [
            record("none", json!({})),
            record("one", json!({ "size": 8, "problems": 4 })),
            record("two", json!({ "size": 10, "problems": 7 })),
        ];
        let shared = Overlap {
            first: 1,
            second: 2,
            rows: 2,
            problems: 1,
        };
        let expected = json!({
            "a": "one", "b": "two", "rows_shared": 2, "problems_shared": 1, "rows_jaccard": 0.125,
            "problems_jaccard": 0.1,
        });
        let rows = [both(&records, &shared)];
        assert_eq!(written(&both_columns(), &rows), [expected]);
    }
}
