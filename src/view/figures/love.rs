//! Balance as a Love plot: how subsets and their controls differ, before the grey that chance makes.

use indexmap::IndexMap;

use super::{Figure, Table, Words, listed};
use crate::compare::balance::love::{self, Difference, Shown};
use crate::compare::balance::{Meant, Relation};
use crate::error::thousands;
use crate::svg::{fitted, tick};

/// One variable of one pair, or one level of it: a row of `balance.parquet`.
#[derive(Clone, Debug)]
pub(crate) struct Compared {
    pub subset: String,
    pub control: String,
    /// As [`Relation::as_str`] has it.
    pub relation: String,
    pub variable: String,
    pub level: Option<String>,
    pub meant: Meant,
    pub smd: f64,
    pub chance: Option<f64>,
}

/// The plot of a run's pairs, in the order of their first rows. None where there is none.
pub(crate) fn love(words: Words<'_>, rows: &[Compared]) -> Option<Figure> {
    let drawn = rows.iter().filter(|row| row.smd.is_finite());
    let mut of_pairs: IndexMap<[&str; 2], Vec<&Compared>> = IndexMap::new();
    for row in drawn {
        let pair = of_pairs.entry([&row.subset, &row.control]).or_default();
        pair.push(row);
    }
    let pairs: Vec<Shown<'_>> = of_pairs.values().map(|rows| shown(rows)).collect();
    if pairs.is_empty() {
        return None;
    }
    let mut worst: Vec<(&Shown<'_>, &Difference<'_>)> = pairs
        .iter()
        .filter_map(|pair| Some((pair, pair.worst()?)))
        .collect();
    worst.sort_by(|a, b| b.1.says_less(a.1));
    let counting = worst.iter().filter(|(_, difference)| difference.counts());
    let counting: Vec<_> = counting.collect();
    let parts = counting.iter().map(|(pair, difference)| {
        let name = fitted(&pair.name(), 400.0);
        format!(
            "{name}: {} {}",
            fitted(&difference.name(), 200.0),
            tick(difference.smd, 0.01)
        )
    });
    let mut about = format!(
        "Of {} pairs of a subset and its control {} differ beyond chance in what they are meant to have alike",
        thousands(pairs.len() as u64),
        thousands(counting.len() as u64),
    );
    if !counting.is_empty() {
        about += &format!(", most: {}", listed(parts));
    }
    about.push('.');
    let drawing = love::of_run(&pairs).told(words.title, words.said, &about);
    Some(words.figure(drawing, table(&worst)))
}

fn shown<'r>(rows: &[&'r Compared]) -> Shown<'r> {
    let relation = Relation::ALL
        .into_iter()
        .find(|relation| relation.as_str() == rows[0].relation);
    let difference = |row: &&'r Compared| Difference {
        variable: &row.variable,
        level: row.level.as_deref(),
        meant: row.meant,
        smd: row.smd,
        chance: row.chance.filter(|chance| chance.is_finite()),
    };
    Shown {
        first: &rows[0].subset,
        second: &rows[0].control,
        relation: relation.unwrap_or(Relation::None),
        differences: rows.iter().map(difference).collect(),
    }
}

fn table(worst: &[(&Shown<'_>, &Difference<'_>)]) -> Table {
    let mut table = Table::new(&[
        "subset",
        "control",
        "relation",
        "of what is meant to be alike, differs most in",
        "by",
        "chance makes",
    ]);
    for (pair, difference) in worst {
        table.push([
            pair.first.to_owned(),
            pair.second.to_owned(),
            pair.relation.as_str().to_owned(),
            difference.name(),
            tick(difference.smd, 0.01),
            difference
                .chance
                .map_or("–".into(), |chance| tick(chance, 0.01)),
        ]);
    }
    table
}
