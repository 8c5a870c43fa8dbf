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
use crate::select::size::SizeUnit;
use crate::view::figures::{self, Figure, Words};
use crate::view::page::{Cell, Section, Table, counted};

/// A row of `balance.parquet`, with what both sets are meant to be in it.
struct Line {
    row: Row,
    meant: Meant,
    /// Why they differ where nothing makes them.
    why: String,
    /// What the control was asked for as much of as its set has.
    unit: SizeUnit,
    /// The length that the set was chosen for.
    length: Option<String>,
}

/// The comparisons of one kind that are meant to be alike in the same variables.
#[derive(Default)]
struct Kind<'l> {
    pairs: BTreeSet<[&'l str; 2]>,
    /// Those that have something of that which could differ: one style of all cannot.
    held: BTreeSet<[&'l str; 2]>,
    /// Those that differ in one of them.
    apart: BTreeSet<[&'l str; 2]>,
    /// The largest difference in one of them.
    worst: Option<f64>,
    by_design: BTreeSet<&'l str>,
    /// Those that differ in what nothing holds alike, and what that is.
    besides: BTreeSet<[&'l str; 2]>,
    open: BTreeSet<&'l str>,
}

/// By relation, what both have as much of, and the variables that are to be alike.
type Key<'l> = (&'l str, SizeUnit, Vec<&'l str>);
type Kinds<'l> = BTreeMap<Key<'l>, Kind<'l>>;

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
        (facts.tables.shown_by("How many comparisons differ, by what the two are meant to be in it", BY_MEANT))
        (by_kind(facts, &kinds).markup())
        (in_tokens(facts, &lines).markup())
        (named(facts, &lines, Meant::Alike).markup())
        (named(facts, &lines, Meant::Open).markup())
        (facts.tables.shown_by("Every difference of every pair", "SELECT * FROM balance WHERE smd IS NOT NULL ORDER BY abs(smd) DESC"))
    };
    Ok(Some(Section {
        id: "balance",
        title: "Are the controls comparable?",
        found: found(&kinds),
        body,
        figures: drawn(&lines).into_iter().collect(),
    }))
}

/// As [`found`] counts them.
const BY_MEANT: &str = "SELECT meant, count(DISTINCT subset || ' ' || control) AS comparisons FROM balance WHERE large AND \
                        beyond_chance AND smd IS NOT NULL GROUP BY meant";

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

    /// Whether it is of the tokens of a set that was chosen for its length.
    fn is_of_tokens_by_design(&self) -> bool {
        self.text("variable") == "tokens" && self.meant == Meant::Unlike
    }

    fn group(&self) -> Group<'_> {
        let length = self.length.as_deref().unwrap_or_default();
        (self.text("relation"), self.unit, length)
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
            unit: of[1].unit,
            length: of[0].length.clone(),
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
        let of = &of_pair[0];
        let key = (of.text("relation"), of.unit, alike.into_iter().collect());
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
                    kind.held.insert(pair);
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
    for ((relation, ..), kind) in kinds {
        let counts = relations.entry(relation).or_default();
        counts[0] += kind.held.len() as u64;
        counts[1] += kind.apart.len() as u64;
    }
    let of_each = relations.iter().map(|(relation, [pairs, apart])| {
        format!("{} of {} {relation}", thousands(*apart), thousands(*pairs))
    });
    format!(
        "In {} of {} the two differ, beyond chance, in something that they are meant to have alike: {}{}. In {} they differ in \
         something that nothing holds alike and that may go with the choice{}.",
        thousands(sum(|kind| kind.apart.len())),
        counted(
            sum(|kind| kind.held.len()),
            "comparison of a set with a control",
            "comparisons of a set with a control"
        ),
        of_each.collect::<Vec<_>>().join(", "),
        match sum(|kind| kind.pairs.len() - kind.held.len()) {
            0 => String::new(),
            free => format!(
                "; {} nothing that is meant to be alike and could differ",
                counted(free, "other has", "others have")
            ),
        },
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
fn meaning(relation: &str, unit: SizeUnit) -> &'static str {
    match (relation, unit) {
        ("random", SizeUnit::Rows) => "the same number of rows, drawn from all",
        ("random", SizeUnit::Tokens) => {
            "rows for the same budget of tokens, drawn from all: as many rows as that takes"
        }
        ("random", SizeUnit::TokensReached) => {
            "as many tokens in all, drawn from all: as many rows as reach them"
        }
        ("matched", SizeUnit::TokensReached) => {
            "the same kinds of problem, without what the set is chosen for: as many rows as reach its tokens"
        }
        ("matched", _) => "row by row the same kind of problem, without what the set is chosen for",
        ("paired", _) => "the same problems, at the other end of lengths",
        ("style", _) => "the same problems in another style",
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
    for (key, kind) in kinds {
        let (relation, unit, alike) = key;
        table.rows.push(vec![
            Cell::text(*relation),
            Cell::text(meaning(relation, *unit)),
            Cell::Text(listed(alike)),
            Cell::Count(kind.pairs.len() as u64),
            Cell::Count(kind.apart.len() as u64),
            kind.worst
                .map_or(Cell::Nothing, |smd| Cell::Figure(format!("{smd:.2}"))),
            Cell::Text(listed(&kind.by_design)),
            Cell::Text(listed(&kind.open)),
            comparisons(kinds, key).map_or(Cell::Nothing, |sql| Cell::Rows(facts.tables.sql(&sql))),
        ]);
    }
    table
}

/// The comparisons of a kind, each with what counts against it; none where that is longer than anybody copies.
fn comparisons(kinds: &Kinds<'_>, key: &Key<'_>) -> Option<String> {
    let (relation, _, alike) = key;
    let variables: Vec<String> = alike.iter().map(|name| literal(name)).collect();
    let also = told_apart(kinds, key)?;
    Some(format!(
        "SELECT subset, control, max(abs(smd)) FILTER (WHERE meant = 'alike') AS largest, count(smd) FILTER (WHERE meant = 'alike' AND \
         large AND beyond_chance) AS differ_in FROM balance WHERE relation = {}{also} GROUP BY subset, control HAVING \
         count(DISTINCT variable) FILTER (WHERE meant = 'alike') = {count} AND count(DISTINCT variable) FILTER (WHERE meant = 'alike' AND \
         variable IN ({})) = {count} ORDER BY differ_in DESC, largest DESC",
        literal(relation),
        variables.join(", "),
        count = alike.len(),
    ))
}

/// Bytes of names that a command has room for.
const NAMES_BYTES: usize = 1500;

/// What tells a kind from another that is alike in the same variables: its controls' names, or the other's.
fn told_apart(kinds: &Kinds<'_>, key: &Key<'_>) -> Option<String> {
    let is_other = |other: &&Key<'_>| *other != key && (other.0, &other.2) == (key.0, &key.2);
    let controls = |of: &mut dyn Iterator<Item = &Key<'_>>| -> String {
        let pairs = of.flat_map(|key| &kinds[key].pairs);
        let names: BTreeSet<&str> = pairs.map(|[_, control]| *control).collect();
        let names: Vec<String> = names.into_iter().map(literal).collect();
        names.join(", ")
    };
    if !kinds.keys().any(|other| is_other(&other)) {
        return Some(String::new());
    }
    let own = controls(&mut std::iter::once(key));
    let others = controls(&mut kinds.keys().filter(is_other));
    [(own, "IN"), (others, "NOT IN")]
        .into_iter()
        .filter(|(names, _)| names.len() <= NAMES_BYTES)
        .min_by_key(|(names, _)| names.len())
        .map(|(names, is)| format!(" AND control {is} ({names})"))
}

/// Relation, what both have as much of, and the length that the set was chosen for.
type Group<'l> = (&'l str, SizeUnit, &'l str);

/// The differences in tokens of a group; none where the names of its sets and controls do not tell it from the others.
fn by_design(lines: &[Line], group: Group<'_>) -> Option<String> {
    let (relation, _, length) = group;
    let names = format!("-{length}-");
    let is_named =
        |line: &&Line| line.text("relation") == relation && line.text("subset").contains(&names);
    let of_tokens = lines.iter().filter(|line| line.is_of_tokens_by_design());
    let mut apart = of_tokens.filter(|line| is_named(line) != (line.group() == group));
    apart.next().is_none().then(|| {
        format!(
            "SELECT count(smd) AS comparisons, min(smd) AS least, median(smd) AS median, max(smd) AS most FROM balance WHERE variable = \
             'tokens' AND meant = 'unlike' AND relation = {} AND subset LIKE {}",
            literal(relation),
            literal(&format!("%{names}%"))
        )
    })
}

/// How far sets lie from their controls in tokens where that is what they were chosen for, by kind of control and length.
fn in_tokens(facts: &Facts, lines: &[Line]) -> Table {
    let mut groups: BTreeMap<Group<'_>, Vec<f64>> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.is_of_tokens_by_design()) {
        let smds = groups.entry(line.group()).or_default();
        smds.extend(line.row.number("smd"));
    }
    let mut table = Table::new(
        "Where sets differ in tokens by design: how far, in standard deviations of the logarithm (below 0: the set is shorter in the geometric mean)",
        &[
            "control",
            "equal in",
            "the set's length",
            "comparisons",
            "least",
            "median",
            "most",
            "see",
        ],
    );
    for ((relation, unit, length), mut smds) in groups {
        smds.sort_by(f64::total_cmp);
        let count = smds.len();
        if count == 0 {
            continue;
        }
        let figure = |smd: f64| Cell::Figure(format!("{smd:.2}"));
        table.rows.push(vec![
            Cell::text(relation),
            Cell::Text(unit.to_string()),
            Cell::text(length),
            Cell::Count(count as u64),
            figure(smds[0]),
            figure(f64::midpoint(smds[(count - 1) / 2], smds[count / 2])),
            figure(smds[count - 1]),
            by_design(lines, (relation, unit, length))
                .map_or(Cell::Nothing, |sql| facts.tables.rows(&sql)),
        ]);
    }
    table
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
