//! What sets share: whether draws that are called independent are.

use std::collections::{BTreeMap, HashMap};

use maud::html;

use super::facts::{Facts, Row, literal};
use crate::Result;
use crate::compare::balance::{Pair, Relation, pairs};
use crate::error::thousands;
use crate::manifest::SubsetRecord;
use crate::select::SubsetRole;
use crate::view::figures::{self, Figure, Shared, Words};
use crate::view::page::{Cell, Section, Table, counted, percent};

pub(super) fn section(facts: &Facts) -> Result<Option<Section>> {
    let sets = facts.manifest.subsets.len() as u64;
    if !facts.tables.has("overlap") || sets < 2 {
        return Ok(None);
    }
    let counts = facts.ask(COUNTS)?;
    let count = |name| counts.first().map_or(0, |row| row.count(name));
    let body = html! {
        p.soft {
            "A smaller set is part of the larger one of the same draw, and paired sets have the same problems: they share what \
             they should. Two draws of one set share the more the less there is to draw from, as a set and its random control do; a \
             matched control has none of its set's problems where there are others."
        }
        (facts.tables.shown_by("How many pairs share a problem, and how many half of them", COUNTS))
    };
    let all = sets * (sets - 1) / 2;
    let own = own(facts)?;
    let body = html! {
        (body)
        (with_own(facts, &own).markup())
        (between_draws(facts)?.markup())
        (most(facts)?.markup())
        (facts.tables.shown_by("What any two sets share", "SELECT * FROM overlap ORDER BY problems_jaccard DESC"))
    };
    Ok(Some(Section {
        id: "overlap",
        title: "What the sets share",
        found: format!(
            "Of {} of two sets {} ({}) have a problem in common; half or more of all problems of the two are in both of \
             {} ({} of all).{}",
            counted(all, "pair", "pairs"),
            thousands(count("pairs")),
            percent(count("pairs") as f64 / all as f64),
            counted(count("half"), "pair", "pairs"),
            percent(count("half") as f64 / all as f64),
            said_of_own(&own),
        ),
        body,
        figures: drawn(facts)?.into_iter().collect(),
    }))
}

const COUNTS: &str = "SELECT count(*) AS pairs, count(*) FILTER (WHERE problems_jaccard >= 0.5) AS half FROM overlap";

/// A set and a control of its own, or the same problems in another style.
pub(super) struct Own<'m> {
    pub relation: Relation,
    pub set: &'m SubsetRecord,
    pub control: &'m SubsetRecord,
    /// Problems that are in both.
    pub problems: u64,
}

impl Own<'_> {
    /// Of the set's problems those that its control has too.
    fn share(&self) -> f64 {
        self.problems as f64 / f64::from(self.set.problems.max(1))
    }
}

/// What each set shares with its own controls, in the order of the sets; nothing where the run compared none.
pub(super) fn own(facts: &Facts) -> Result<Vec<Own<'_>>> {
    if !facts.tables.has("balance") {
        return Ok(Vec::new());
    }
    let rows = facts.ask("SELECT DISTINCT subset, control, problems_shared FROM balance")?;
    let shared: HashMap<[&str; 2], u64> = rows
        .iter()
        .filter_map(|row| {
            let names = [row.text("subset")?, row.text("control")?];
            Some((names, row.count("problems_shared")))
        })
        .collect();
    let records = &facts.manifest.subsets;
    let own = |pair: Pair| {
        let [set, control] = [pair.first, pair.second].map(|at| &records[at]);
        Some(Own {
            relation: pair.relation,
            set,
            control,
            problems: *shared.get(&[&*set.name, &*control.name])?,
        })
    };
    Ok(pairs(records).into_iter().filter_map(own).collect())
}

/// What sets share with their own controls, by kind of control.
struct Shares<'o> {
    relation: Relation,
    /// The least first.
    pairs: Vec<&'o Own<'o>>,
}

impl<'o> Shares<'o> {
    fn of(relation: Relation, own: &'o [Own<'o>]) -> Option<Self> {
        let of_it = own.iter().filter(|one| one.relation == relation);
        let mut pairs: Vec<&Own<'_>> = of_it.collect();
        pairs.sort_by(|a, b| a.share().total_cmp(&b.share()));
        (!pairs.is_empty()).then_some(Self { relation, pairs })
    }

    fn median(&self) -> f64 {
        let count = self.pairs.len();
        f64::midpoint(
            self.pairs[(count - 1) / 2].share(),
            self.pairs[count / 2].share(),
        )
    }

    fn most(&self) -> &Own<'o> {
        self.pairs[self.pairs.len() - 1]
    }
}

/// What sets share with controls that should share little with them.
fn said_of_own(own: &[Own<'_>]) -> String {
    let kinds = [Relation::Random, Relation::Matched];
    let kinds = kinds
        .into_iter()
        .filter_map(|relation| Shares::of(relation, own));
    let said = kinds.map(|shares| {
        format!(
            "with a {} one {} in the median and {} at most",
            shares.relation.as_str(),
            percent(shares.median()),
            percent(shares.most().share())
        )
    });
    match said.collect::<Vec<_>>().as_slice() {
        [] => String::new(),
        said => format!(
            " Of its problems a set shares with its own control: {}.",
            said.join(", ")
        ),
    }
}

fn with_own(facts: &Facts, own: &[Own<'_>]) -> Table {
    let mut table = Table::new(
        "What a set shares with its own control, of the set's problems",
        &[
            "control",
            "comparisons",
            "that share nothing",
            "median",
            "most",
            "a draw of as many would share",
            "the set that shares most",
            "its control",
            "see",
        ],
    );
    let kinds = Relation::ALL
        .into_iter()
        .filter_map(|relation| Shares::of(relation, own));
    for shares in kinds {
        let most = shares.most();
        let nothing = shares.pairs.iter().filter(|one| one.problems == 0).count();
        let named = |name: &str| match most.problems {
            0 => Cell::Nothing,
            _ => Cell::code(name),
        };
        // Drawn from all: each problem is as likely to be in it as any other.
        let by_chance = f64::from(most.control.problems) / f64::from(most.control.bucket.max(1));
        table.rows.push(vec![
            Cell::text(shares.relation.as_str()),
            Cell::Count(shares.pairs.len() as u64),
            Cell::Count(nothing as u64),
            Cell::share(Some(shares.median())),
            Cell::share(Some(most.share())),
            Cell::share((shares.relation == Relation::Random).then_some(by_chance)),
            named(&most.set.name),
            named(&most.control.name),
            facts.tables.rows(&format!(
                "SELECT DISTINCT balance.subset, control, problems_shared, problems_shared * 1.0 / problems AS share FROM balance JOIN \
                 subsets ON balance.subset = subsets.subset WHERE relation = {} ORDER BY share DESC",
                literal(shares.relation.as_str())
            )),
        ]);
    }
    table
}

/// Sets of which every two are held against each other in the drawing; pairs grow with their square.
const DRAWN_MAX: usize = 400;

/// Every two sets, by the problems that they share.
fn drawn(facts: &Facts) -> Result<Option<Figure>> {
    let (drawn, said) = chosen(&facts.manifest.subsets);
    let names: HashMap<&str, usize> = drawn
        .iter()
        .enumerate()
        .map(|(at, one)| (&*one.name, at))
        .collect();
    let listed = listed(drawn.iter().copied());
    let pairs = facts.ask(&format!(
        "SELECT a, b, problems_shared FROM overlap WHERE a IN ({listed}) AND b IN ({listed})"
    ))?;
    let place = |row: &Row, name| names.get(row.text(name)?).copied();
    let shared: Vec<Shared> = pairs
        .iter()
        .filter_map(|row| {
            Some(Shared {
                first: place(row, "a")?,
                second: place(row, "b")?,
                count: row.count("problems_shared"),
            })
        })
        .collect();
    let sets: Vec<figures::Sized> = drawn
        .iter()
        .map(|one| figures::Sized {
            name: one.name.clone(),
            size: u64::from(one.problems),
        })
        .collect();
    let words = Words {
        name: "plot-overlap",
        title: "The problems that every two sets share",
        said: &said,
    };
    Ok(figures::overlap(words, "problems", &sets, &shared))
}

/// The names of sets as a query lists them.
fn listed<'m>(sets: impl Iterator<Item = &'m SubsetRecord>) -> String {
    let names = sets.map(|one| literal(&one.name));
    names.collect::<Vec<_>>().join(", ")
}

/// All sets; of more than can be drawn the first that are no control, and what is said of that.
fn chosen(sets: &[SubsetRecord]) -> (Vec<&SubsetRecord>, String) {
    if sets.len() <= DRAWN_MAX {
        return (sets.iter().collect(), String::new());
    }
    let chosen = sets.iter().filter(|one| one.role == SubsetRole::Subset);
    let chosen: Vec<&SubsetRecord> = chosen.take(DRAWN_MAX).collect();
    let said = format!(
        "Of the {} sets {} are drawn, and no control.",
        thousands(sets.len() as u64),
        thousands(chosen.len() as u64)
    );
    (chosen, said)
}

/// Sets whose draws are held against each other, at most.
const DRAWN_SETS_MAX: usize = 60;

/// Pairs of which each may be two draws of one set: their names are alike but for what numbers draws.
const MAY_BE_DRAWS: &str = "SELECT a, b, problems_shared FROM overlap WHERE regexp_replace(a, '-d[0-9]+', '', 'g') = regexp_replace(b, \
                            '-d[0-9]+', '', 'g')";

/// What two draws of one set share, where there are several.
fn between_draws(facts: &Facts) -> Result<Table> {
    let mut draws: BTreeMap<String, Vec<&SubsetRecord>> = BTreeMap::new();
    for record in &facts.manifest.subsets {
        let mark = format!("-d{}", record.draw);
        if let Some((begin, end)) = record.name.rsplit_once(&mark) {
            draws
                .entry(format!("{begin}{end}"))
                .or_default()
                .push(record);
        }
    }
    draws.retain(|_, records| records.len() > 1);
    let of_set: HashMap<&str, &str> = draws
        .iter()
        .flat_map(|(set, records)| {
            records
                .iter()
                .map(move |one| (one.name.as_str(), set.as_str()))
        })
        .collect();
    let mut shared: HashMap<&str, Vec<u64>> = HashMap::new();
    let pairs = match draws.is_empty() {
        true => Vec::new(),
        false => facts.ask(MAY_BE_DRAWS)?,
    };
    for pair in &pairs {
        let [a, b] = ["a", "b"].map(|name| of_set.get(pair.text(name).unwrap_or_default()));
        if let Some(set) = a.filter(|_| a == b) {
            shared
                .entry(set)
                .or_default()
                .push(pair.count("problems_shared"));
        }
    }
    let mut rows = Vec::new();
    for (set, records) in &draws {
        let shared = shared.get(set.as_str()).map_or(&[][..], Vec::as_slice);
        let problems = f64::from(records[0].problems.max(1));
        let share = |count: u64| Some(count as f64 / problems);
        // Pairs that share nothing are none of the table.
        let is_each = shared.len() == records.len() * (records.len() - 1) / 2;
        let least = shared
            .iter()
            .min()
            .filter(|_| is_each)
            .copied()
            .unwrap_or_default();
        let most = shared.iter().max().copied().unwrap_or_default();
        let listed = listed(records.iter().copied());
        let sql = format!(
            "SELECT a, b, problems_shared FROM overlap WHERE a IN ({listed}) AND b IN ({listed}) ORDER BY 3 DESC"
        );
        rows.push((
            most as f64 / problems,
            vec![
                Cell::code(set),
                Cell::Count(records.len() as u64),
                Cell::Count(records[0].problems.into()),
                Cell::share(records[0].draws_overlap),
                Cell::share(share(least)),
                Cell::share(share(most)),
                facts.tables.rows(&sql),
            ],
        ));
    }
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut table = Table::new(
        format!(
            "What two draws of one set share, of its problems, the most first{}",
            match rows.len() > DRAWN_SETS_MAX {
                true => format!("; {DRAWN_SETS_MAX} of {}", thousands(rows.len() as u64)),
                false => String::new(),
            }
        ),
        &[
            "set", "draws", "problems", "expected", "least", "most", "see",
        ],
    );
    table.rows = rows
        .into_iter()
        .take(DRAWN_SETS_MAX)
        .map(|(_, row)| row)
        .collect();
    Ok(table)
}

/// How many pairs are named.
const PAIRS_MAX: usize = 30;

fn most(facts: &Facts) -> Result<Table> {
    let rows = facts.ask(&format!(
        "SELECT a, b, rows_shared, problems_shared, problems_jaccard FROM overlap ORDER BY problems_jaccard DESC, a, b LIMIT \
         {PAIRS_MAX}"
    ))?;
    let mut table = Table::new(
        format!("The pairs that share most, at most {PAIRS_MAX}"),
        &[
            "set",
            "other set",
            "rows in both",
            "problems in both",
            "of all problems of the two",
            "see",
        ],
    );
    for row in &rows {
        let [a, b] = ["a", "b"].map(|name| row.text(name).unwrap_or_default());
        let sql = format!(
            "SELECT problem_id FROM selection WHERE subset = {} INTERSECT SELECT problem_id FROM selection WHERE subset = {}",
            literal(a),
            literal(b)
        );
        table.rows.push(vec![
            Cell::code(a),
            Cell::code(b),
            Cell::Count(row.count("rows_shared")),
            Cell::Count(row.count("problems_shared")),
            Cell::share(row.number("problems_jaccard")),
            facts.tables.rows(&sql),
        ]);
    }
    Ok(table)
}
