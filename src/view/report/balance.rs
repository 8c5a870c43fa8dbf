//! Whether each control can be compared with its subset.
//!
//! A control is judged by what it is meant to hold alike: a matched one by what it is matched on, a pair by what is the
//! problem's. What differs by design, as length where the length was chosen, and what may go with the choice, stand apart:
//! they say what a comparison is about, and not that it is spoiled.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use maud::html;

use super::facts::{Facts, Row, literal};
use crate::Result;
use crate::compare::balance::{Meant, Pair, meant, pairs, why};
use crate::error::thousands;
use crate::manifest::SubsetRecord;
use crate::view::figures::{self, Figure, Words};
use crate::view::page::{Cell, Section, Table, counted};

/// A row of `balance.parquet`, with what both sets are meant to be in it.
struct Line {
    row: Row,
    meant: Meant,
    /// Why they differ where nothing makes them.
    why: String,
}

/// The comparisons of one kind that are meant to be alike in the same variables.
#[derive(Default)]
struct Kind<'l> {
    pairs: BTreeSet<[&'l str; 2]>,
    /// Those that differ in one of them.
    apart: BTreeSet<[&'l str; 2]>,
    /// The largest difference in one of them.
    worst: Option<f64>,
    by_design: BTreeSet<&'l str>,
    /// Those that differ in what nothing holds alike, and what that is.
    besides: BTreeSet<[&'l str; 2]>,
    open: BTreeSet<&'l str>,
}

/// By relation and the variables that are to be alike.
type Kinds<'l> = BTreeMap<(&'l str, Vec<&'l str>), Kind<'l>>;

pub(super) fn section(facts: &Facts) -> Result<Option<Section>> {
    if !facts.tables.has("balance") {
        return Ok(None);
    }
    let lines = lines(facts)?;
    if lines.is_empty() {
        return Ok(None);
    }
    let kinds = kinds(&lines);
    let body = html! {
        p.soft {
            "A difference is of means, in standard deviations of all that was accepted. It counts where it is larger than a \
             tenth and farther apart than two random sets of these sizes lie in 95 of 100 draws. What differs by design, and what \
             nothing holds alike, is named beside it and no fault of the control."
        }
        (by_kind(facts, &kinds).markup())
        (named(facts, &lines, Meant::Alike).markup())
        (named(facts, &lines, Meant::Open).markup())
        (facts.tables.shown_by("Every difference of every pair", "SELECT * FROM balance WHERE smd IS NOT NULL ORDER BY abs(smd) DESC LIMIT 50"))
    };
    Ok(Some(Section {
        id: "balance",
        title: "Are the controls comparable?",
        found: found(&kinds),
        body,
        figures: drawn(&lines).into_iter().collect(),
    }))
}

impl Line {
    fn text(&self, name: &str) -> &str {
        self.row.text(name).unwrap_or_default()
    }

    fn pair(&self) -> [&str; 2] {
        [self.text("subset"), self.text("control")]
    }

    fn size(&self) -> f64 {
        self.row.number("smd").unwrap_or_default().abs()
    }

    /// Whether the difference counts, whatever it is meant to be.
    fn counts(&self) -> bool {
        let is = |name| self.row.truth(name) == Some(true);
        is("large") && is("beyond_chance")
    }

    fn name(&self) -> String {
        match self.row.text("level") {
            Some(level) => format!("{}: {level}", self.text("variable")),
            None => self.text("variable").to_owned(),
        }
    }
}

/// Every difference of every pair whose sets the manifest knows.
fn lines(facts: &Facts) -> Result<Vec<Line>> {
    let records = &facts.manifest.subsets;
    let pairs = pairs(records);
    let by_name: HashMap<[&str; 2], &Pair> = pairs
        .iter()
        .map(|pair| {
            let [first, second] = [pair.first, pair.second].map(|at| records[at].name.as_str());
            ([first, second], pair)
        })
        .collect();
    let rows = facts.ask(
        "SELECT subset, control, relation, variable, level, subset_mean, control_mean, smd, chance, large, beyond_chance FROM \
         balance ORDER BY subset, control, variable, level",
    )?;
    let line = |row: Row| {
        let names = [row.text("subset")?, row.text("control")?];
        let pair = by_name.get(&names)?;
        let of: [&SubsetRecord; 2] = [&records[pair.first], &records[pair.second]];
        let variable = row.text("variable")?;
        Some(Line {
            meant: meant(of, pair, variable),
            why: why(of, pair, variable),
            row,
        })
    };
    Ok(rows.into_iter().filter_map(line).collect())
}

fn kinds(lines: &[Line]) -> Kinds<'_> {
    let mut kinds = Kinds::new();
    for of_pair in lines.chunk_by(|a, b| a.pair() == b.pair()) {
        let variables = |meant: Meant| {
            let those = of_pair.iter().filter(move |line| line.meant == meant);
            those.map(|line| line.text("variable"))
        };
        let alike: BTreeSet<&str> = variables(Meant::Alike).collect();
        let key = (of_pair[0].text("relation"), alike.into_iter().collect());
        let kind = kinds.entry(key).or_default();
        let pair = of_pair[0].pair();
        kind.pairs.insert(pair);
        kind.by_design.extend(variables(Meant::Unlike));
        for line in of_pair
            .iter()
            .filter(|line| line.row.number("smd").is_some())
        {
            match line.meant {
                Meant::Alike => {
                    kind.worst = Some(kind.worst.unwrap_or(0.0).max(line.size()));
                    if line.counts() {
                        kind.apart.insert(pair);
                    }
                }
                Meant::Open if line.counts() => {
                    kind.besides.insert(pair);
                    kind.open.insert(line.text("variable"));
                }
                Meant::Open | Meant::Unlike => {}
            }
        }
    }
    kinds
}

/// Every difference of every pair: a Love plot.
fn drawn(lines: &[Line]) -> Option<Figure> {
    let compared = lines.iter().filter_map(|line| {
        let text = |name| line.text(name).to_owned();
        Some(figures::Compared {
            subset: text("subset"),
            control: text("control"),
            relation: text("relation"),
            variable: text("variable"),
            level: line.row.text("level").map(str::to_owned),
            meant: line.meant,
            smd: line.row.number("smd")?,
            chance: line.row.number("chance"),
        })
    });
    let words = Words {
        name: "plot-balance",
        title: "How far each set lies from its control, in each thing that is measured",
        said: "",
    };
    figures::love(words, &compared.collect::<Vec<_>>())
}

fn found(kinds: &Kinds<'_>) -> String {
    let sum = |count: fn(&Kind<'_>) -> usize| kinds.values().map(count).sum::<usize>() as u64;
    let mut relations: BTreeMap<&str, [u64; 2]> = BTreeMap::new();
    for ((relation, _), kind) in kinds {
        let counts = relations.entry(relation).or_default();
        counts[0] += kind.pairs.len() as u64;
        counts[1] += kind.apart.len() as u64;
    }
    let of_each = relations.iter().map(|(relation, [pairs, apart])| {
        format!("{} of {} {relation}", thousands(*apart), thousands(*pairs))
    });
    format!(
        "In {} of {} the two differ, beyond chance, in something that they are meant to have alike: {}. In {} they differ in \
         something that nothing holds alike and that may go with the choice{}.",
        thousands(sum(|kind| kind.apart.len())),
        counted(
            sum(|kind| kind.pairs.len()),
            "comparison of a set with a control",
            "comparisons of a set with a control"
        ),
        of_each.collect::<Vec<_>>().join(", "),
        thousands(sum(|kind| kind.besides.len())),
        besides(kinds)
    )
}

/// What some differ in that nothing holds alike.
fn besides(kinds: &Kinds<'_>) -> String {
    let open: BTreeSet<&str> = kinds
        .values()
        .flat_map(|kind| kind.open.iter().copied())
        .collect();
    match open.is_empty() {
        true => String::new(),
        false => format!(" ({})", listed(&open)),
    }
}

/// What a control is to its subset.
fn meaning(relation: &str) -> &'static str {
    match relation {
        "random" => "the same number of rows, drawn from all",
        "matched" => "row by row the same kind of problem, without what the set is chosen for",
        "paired" => "the same problems, at the other end of lengths",
        "style" => "the same problems in another style",
        _ => "",
    }
}

/// Names of variables that a cell lists, in the page's words.
fn listed<'v>(variables: impl IntoIterator<Item = &'v &'v str>) -> String {
    let names: Vec<String> = variables
        .into_iter()
        .map(|name| name.replace('_', " "))
        .collect();
    match names.is_empty() {
        true => "nothing".to_owned(),
        false => names.join(", "),
    }
}

fn by_kind(facts: &Facts, kinds: &Kinds<'_>) -> Table {
    let mut table = Table::new(
        "Comparisons by kind of control",
        &[
            "kind",
            "means",
            "meant to be alike in",
            "comparisons",
            "that differ in it",
            "largest difference in it",
            "not meant to be alike in",
            "some differ, too, in",
            "see",
        ],
    );
    for ((relation, alike), kind) in kinds {
        table.rows.push(vec![
            Cell::text(*relation),
            Cell::text(meaning(relation)),
            Cell::Text(listed(alike)),
            Cell::Count(kind.pairs.len() as u64),
            Cell::Count(kind.apart.len() as u64),
            kind.worst
                .map_or(Cell::Nothing, |smd| Cell::Figure(format!("{smd:.2}"))),
            Cell::Text(listed(&kind.by_design)),
            Cell::Text(listed(&kind.open)),
            facts
                .tables
                .rows(&differences(kinds, relation, alike, kind)),
        ]);
    }
    table
}

/// The differences that count against comparisons of a kind.
fn differences(kinds: &Kinds<'_>, relation: &str, alike: &[&str], kind: &Kind<'_>) -> String {
    let quoted = |names: &mut dyn Iterator<Item = &str>| -> String {
        let names: Vec<String> = names.map(literal).collect();
        names.join(", ")
    };
    // Kinds of one relation are told apart by their sets alone.
    let is_alone = kinds.keys().filter(|(other, _)| *other == relation).count() == 1;
    let of_sets = match is_alone {
        true => String::new(),
        false => {
            let names: BTreeSet<&str> = kind.pairs.iter().map(|[subset, _]| *subset).collect();
            format!(" AND subset IN ({})", quoted(&mut names.into_iter()))
        }
    };
    format!(
        "SELECT subset, control, variable, level, smd, chance FROM balance WHERE relation = {}{of_sets} AND variable IN ({}) AND large \
         AND beyond_chance AND smd IS NOT NULL ORDER BY abs(smd) DESC",
        literal(relation),
        quoted(&mut alike.iter().copied())
    )
}

/// How many differences are named.
const NAMED_MAX: usize = 30;

/// The largest differences that count, of what is meant to be alike or of what nothing holds.
fn named(facts: &Facts, lines: &[Line], meant: Meant) -> Table {
    let mut found: Vec<&Line> = lines
        .iter()
        .filter(|line| line.meant == meant && line.counts() && line.row.number("smd").is_some())
        .collect();
    found.sort_by(|a, b| b.size().total_cmp(&a.size()));
    let what = match meant {
        Meant::Alike => "The largest differences in what is meant to be alike",
        _ => "The largest differences in what nothing holds alike: they may go with the choice",
    };
    let mut table = Table::new(
        match found.len() > NAMED_MAX {
            true => format!("{what}, {NAMED_MAX} of {}", thousands(found.len() as u64)),
            false => what.to_owned(),
        },
        &[
            "set",
            "control",
            "in",
            "of the set",
            "of the control",
            "difference",
            "by chance up to",
            "since",
            "see",
        ],
    );
    for line in found.into_iter().take(NAMED_MAX) {
        let number = |name| {
            let number = line.row.number(name);
            number.map_or(Cell::Nothing, |number| Cell::Figure(format!("{number:.2}")))
        };
        let [subset, control] = line.pair();
        let sql = format!(
            "SELECT * FROM balance WHERE subset = {} AND control = {} AND variable = {}",
            literal(subset),
            literal(control),
            literal(line.text("variable"))
        );
        let mut cells = vec![
            Cell::code(subset),
            Cell::code(control),
            Cell::Text(line.name()),
        ];
        cells.extend(["subset_mean", "control_mean", "smd", "chance"].map(number));
        cells.push(Cell::text(&line.why));
        cells.push(facts.tables.rows(&sql));
        table.rows.push(cells);
    }
    table
}
