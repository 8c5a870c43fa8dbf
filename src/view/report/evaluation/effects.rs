//! What makes a difference: effects over all questions, and of each by tier.

use std::collections::HashMap;

use maud::html;

use super::{Evaluation, ROWS_MAX, TIERS, chance, estimand, interval, points, some_of};
use crate::Result;
use crate::error::thousands;
use crate::view::figures::{self, Estimate, Figure, Words};
use crate::view::page::{Cell, Section, Table, counted};
use crate::view::report::facts::{Row, is, literal};

impl Evaluation {
    /// The effects that the experiment asks for, family by family; none without an experiment.
    pub(super) fn effect_rows(&self) -> Result<Vec<Row>> {
        match self.tables.has("comparisons") {
            true => self.tables.ask(&format!(
                "SELECT * FROM comparisons WHERE kind = 'effect' ORDER BY family, name, benchmark LIMIT {ROWS_MAX}"
            )),
            false => Ok(Vec::new()),
        }
    }

    /// Whether it is shown: interval and adjusted p agree.
    pub(super) fn is_shown(&self, row: &Row) -> bool {
        matches!(self.said.verdict(row), "higher" | "lower")
    }

    pub(super) fn effects(&self) -> Result<Option<Section>> {
        let rows = self.effect_rows()?;
        if rows.is_empty() {
            return Ok(None);
        }
        let mut table = Table::new(
            "Effects, in points of the score: what the first scores more than the second, the mean over cells (pairs of sets) that \
             differ in nothing else",
            &[
                "family",
                "compared",
                "benchmark",
                "cells",
                "difference",
                "95 %",
                "its cells from, to; beyond chance",
                "p, adjusted",
                "is it beyond chance",
                "of",
                "95 %, on questions like these",
                "see",
            ],
        );
        let (sizes, ranges) = (self.arm_sizes()?, self.ranges()?);
        let lengths = self.by_length()?;
        let members = members(&rows);
        table.rows.extend(rows.iter().map(|row| {
            let p = p_adjusted(row, members[&of_family(row)]);
            let cells = match lengths.get(&key(row)) {
                Some(lengths) => Cell::text(lengths.join(", ")),
                None => self.taken(row, &sizes),
            };
            self.effect(row, cells, ranges.get(&key(row)), p)
        }));
        let shown = rows.iter().filter(|row| self.is_shown(row)).count() as u64;
        let contrasts = "SELECT family, name, cells, difference, low, high, p_adjusted FROM comparisons WHERE kind = 'contrast'";
        Ok(Some(Section {
            id: "effects",
            title: "What makes a difference",
            found: format!(
                "Of {} that the experiment asks for, {} beyond chance: the interval of 95 % and p, adjusted for all effects of one \
                 family, agree.",
                counted(rows.len() as u64, "effect", "effects"),
                counted(shown, "is", "are")
            ),
            body: html! {
                p.soft { (WHICH_CELLS) }
                (self.controls_told())
                (table.markup())
                p.soft { (WHICH_FAMILY) }
                p.soft { (LIKE_THESE) }
                (self.tables.shown_by("The same cell by cell", contrasts))
                (self.between_draws(&rows)?)
                (self.by_tier(&rows).markup())
            },
            figures: self.drawn_effects(&rows).into_iter().collect(),
        }))
    }

    /// How many rows the sets of each arm have, where that is known.
    fn arm_sizes(&self) -> Result<HashMap<String, u64>> {
        let rows = match self.tables.has("arms") {
            true => self.tables.ask(
                "SELECT DISTINCT arm, size FROM arms WHERE tier IS NULL AND size IS NOT NULL",
            )?,
            false => Vec::new(),
        };
        let size = |row: &Row| Some((row.text("arm")?.to_owned(), row.count("size")));
        Ok(rows.iter().filter_map(size).collect())
    }

    /// How many cells an effect is the mean over. Of an effect of size: of how many kinds of set that have both sizes, which they
    /// are, and why the others are left out.
    fn taken(&self, row: &Row, sizes: &HashMap<String, u64>) -> Cell {
        let cells = cells(row);
        let count = cells.len() as u64;
        let refused = self.said.refused_cells(row);
        let first = cells.first().filter(|_| row.text("family") == Some("N"));
        let ends = first.map(|cell| cell.each_ref().map(|arm| sizes.get(arm).copied()));
        let Some([Some(more), Some(less)]) = ends else {
            return match refused {
                0 => Cell::Count(count),
                some => Cell::Text(format!("{} of {}", thousands(count), count + some)),
            };
        };
        let kinds: Vec<(String, &[String])> = self.said.kinds_with(row, &cells[0]).collect();
        let has = |arms: &[String], size| arms.iter().any(|arm| sizes.get(arm) == Some(&size));
        let both = kinds
            .iter()
            .filter(|(_, arms)| has(arms, more) && has(arms, less));
        let is_taken = |arms: &[String]| cells.iter().any(|[first, _]| arms.contains(first));
        let all = both.clone().count() as u64;
        if all <= count {
            return Cell::Text(format!("{} of {}", thousands(count), thousands(count)));
        }
        let names: Vec<&str> = both
            .filter(|(_, arms)| is_taken(arms))
            .map(|(name, _)| name.as_str())
            .collect();
        let why = match refused {
            0 => "of the others the two sizes are neither neighbours nor the ends",
            _ => {
                "of the others the two sizes are neither neighbours nor the ends, or the two were trained in other ways"
            }
        };
        Cell::Text(format!(
            "{} of {}: {}; {why}",
            thousands(count),
            thousands(all),
            some_of(&names, KINDS_NAMED)
        ))
    }

    /// Of each effect against controls: how many of its cells are of each length, and their mean; none where none has a length.
    fn by_length(&self) -> Result<HashMap<Key, Vec<String>>> {
        let mut found: HashMap<Key, Vec<String>> = HashMap::new();
        if self.tables.has("arms") {
            for row in &self.tables.ask(BY_LENGTH)? {
                let told = format!(
                    "{} {} ({})",
                    thousands(row.count("cells")),
                    row.text("length").unwrap_or_default(),
                    points(row.number("mean"))
                );
                found.entry(key(row)).or_default().push(told);
            }
        }
        Ok(found)
    }

    /// For each effect from where to where its cells lie, and how many of them are beyond chance as effects are.
    fn ranges(&self) -> Result<HashMap<Key, Row>> {
        let rows = self.tables.ask(
            "SELECT family, name, benchmark, min(difference) AS least, max(difference) AS most, \
             count(*) FILTER (WHERE low > 0 AND p_adjusted < 0.05) AS more, count(*) FILTER (WHERE high < 0 AND p_adjusted < 0.05) AS \
             less FROM comparisons \
             WHERE kind = 'contrast' AND difference IS NOT NULL GROUP BY family, name, benchmark",
        )?;
        Ok(rows.into_iter().map(|row| (key(&row), row)).collect())
    }

    fn effect(&self, row: &Row, cells: Cell, range: Option<&Row>, p: Cell) -> Vec<Cell> {
        let of_family = row.text("family").unwrap_or_default();
        let name = row.text("name").unwrap_or_default();
        let sql = format!(
            "SELECT * FROM comparisons WHERE family = {} AND name = {}",
            literal(of_family),
            literal(name)
        );
        let difference = match row.text("refused") {
            Some(why) => Cell::text(format!("not compared: {why}")),
            None => Cell::Figure(points(row.number("difference"))),
        };
        vec![
            Cell::text(family(of_family)),
            Cell::text(name),
            Cell::text(row.text("benchmark").unwrap_or("not known")),
            cells,
            difference,
            interval(row, ["low", "high"], points),
            range.map_or(Cell::Nothing, apart),
            p,
            Cell::text(verdict(self.said.verdict(row))),
            Cell::text(estimand(row)),
            interval(row, ["like_these_low", "like_these_high"], points),
            self.tables.rows(&sql),
        ]
    }

    /// The same effects on the questions of each tier.
    fn by_tier(&self, rows: &[Row]) -> Table {
        let mut heads = vec!["family", "compared", "benchmark"];
        heads.extend(TIERS.map(|(_, words, _)| words));
        heads.push("see");
        let mut table = Table::new(
            "The same effects by tier of difficulty, with their intervals of 95 % (each by itself: adjusted for nothing)",
            &heads,
        );
        for row in rows {
            let of_tier = TIERS.map(|(tier, ..)| self.of_tier(row, tier));
            if of_tier.iter().any(|cell| matches!(cell, Cell::Figure(_))) {
                let mut cells = vec![
                    Cell::text(family(row.text("family").unwrap_or_default())),
                    Cell::text(row.text("name").unwrap_or_default()),
                    Cell::text(row.text("benchmark").unwrap_or("not known")),
                ];
                cells.extend(of_tier);
                cells.push(match self.tables.has("comparison_tiers") {
                    true => self.tables.rows(&of_tiers(row)),
                    false => Cell::Nothing,
                });
                table.rows.push(cells);
            }
        }
        table
    }

    fn of_tier(&self, row: &Row, tier: &str) -> Cell {
        match self.said.of_tier(row, tier) {
            Some((difference, Some([low, high]))) => Cell::Figure(format!(
                "{} ({} to {})",
                points(Some(difference)),
                points(Some(low)),
                points(Some(high))
            )),
            Some((difference, None)) => Cell::Figure(points(Some(difference))),
            None => Cell::Nothing,
        }
    }

    /// Each effect with its interval, under its family.
    fn drawn_effects(&self, rows: &[Row]) -> Option<Figure> {
        let words = Words {
            name: "plot-effects",
            title: "Effects with their intervals of 95 %",
            said: "What the first scores more than the second, over cells that differ in nothing else.",
        };
        let estimate = |row: &Row| {
            let [difference, low, high] =
                ["difference", "low", "high"].map(|name| row.number(name));
            let benchmark = row.text("benchmark").map(|name| format!(" ({name})"));
            Some(Estimate {
                label: format!("{}{}", row.text("name")?, benchmark.unwrap_or_default()),
                group: family(row.text("family")?).to_owned(),
                value: 100.0 * difference?,
                interval: [100.0 * low?, 100.0 * high?],
                is_clear: self.is_shown(row),
            })
        };
        let estimates: Vec<Estimate> = rows.iter().filter_map(estimate).collect();
        figures::intervals(words, "points of the score", &estimates)
    }
}

/// Which pairs of sets are held against each other.
const WHICH_CELLS: &str = "A cell is a pair of sets that differ in the thing alone, and all cells of an effect weigh the same. Of sizes \
                           each is held against the next one of the same kind of set, and of three or more the largest against the \
                           smallest: no other two, so that a kind of set is in a difference of sizes only where these are its \
                           neighbours or its ends; its controls are not counted. Of lengths, categories, styles and recipes every two are taken, and a control \
                           with each set that it is one of: effects against two kinds of control are over other cells, and not to be \
                           compared; how many are of each length, and their mean, stands beside. Cells beyond chance are counted by \
                           the rule of the effects: interval and p, adjusted for all cells of the family, agree.";

const BY_LENGTH: &str = "SELECT c.family AS family, c.name AS name, c.benchmark AS benchmark, a.length AS length, count(*) AS cells, \
                         avg(c.difference) AS mean FROM comparisons AS c JOIN (SELECT DISTINCT arm, length FROM arms) AS a ON \
                         starts_with(c.cells, concat('[[\"', a.arm, '\",')) WHERE a.length IS NOT NULL AND c.kind = 'contrast' AND c.difference IS NOT NULL AND c.family IN ('random', \
                         'matched', 'paired', 'wrong', 'derived') GROUP BY c.family, c.name, c.benchmark, a.length ORDER BY CASE a.length \
                         WHEN 'short' THEN 0 WHEN 'normal' THEN 1 WHEN 'long' THEN 2 ELSE 3 END, a.length";

/// Why the second interval of an effect may be much wider.
const LIKE_THESE: &str = "On questions like these: if other questions of their kind were asked, too. It is never narrower, equal where draws \
                          differ more than questions do, and much wider where few of the questions make most of a difference, or \
                          fewer than thirty were asked: then up to two more are counted in, one that is won outright and one that is \
                          lost, as a question that was not asked may be.";

/// Among which others p is adjusted.
const WHICH_FAMILY: &str = "A family is all effects at one benchmark that vary the same thing: all of size, all of length, all against one \
                            kind of control. The more of them there are, the likelier one is beyond chance by chance: p is adjusted \
                            for that. Of a family of one nothing is adjusted, and p stands as it is.";

/// How many kinds of set a cell names.
const KINDS_NAMED: usize = 3;

/// A family of effects at a benchmark.
type FamilyKey = [Option<String>; 2];

fn of_family(row: &Row) -> FamilyKey {
    ["family", "benchmark"].map(|column| row.text(column).map(str::to_owned))
}

/// How many effects of each family have a p.
fn members(rows: &[Row]) -> HashMap<FamilyKey, u64> {
    let mut members = HashMap::new();
    for row in rows {
        *members.entry(of_family(row)).or_default() += u64::from(row.number("p").is_some());
    }
    members
}

fn p_adjusted(row: &Row, members: u64) -> Cell {
    match row.number("p_adjusted") {
        None => Cell::Nothing,
        Some(p) if members == 1 => Cell::Text(format!("{} (alone, not adjusted)", chance(p))),
        Some(p) => Cell::Figure(chance(p)),
    }
}

/// What an effect is called by: its family, its name and its benchmark.
type Key = [Option<String>; 3];

fn key(row: &Row) -> Key {
    ["family", "name", "benchmark"].map(|column| row.text(column).map(str::to_owned))
}

/// What is found of a gain over one model, by the rule of the effects.
pub(super) fn gain(row: &Row) -> &'static str {
    let [low, high, p] = ["low", "high", "p_adjusted"].map(|name| row.number(name));
    verdict(match (low, high, p) {
        _ if row.text("refused").is_some() => "refused",
        (Some(low), Some(high), _) if low <= 0.0 && high >= 0.0 => "open",
        (Some(low), _, Some(p)) if p < 0.05 && low > 0.0 => "higher",
        (Some(_), _, Some(p)) if p < 0.05 => "lower",
        (Some(_), _, Some(_)) => "not_alone",
        _ => "open",
    })
}

/// From where to where the cells of an effect lie, and how many are beyond chance; a mean of cells that differ both ways is
/// nobody's effect.
fn apart(range: &Row) -> Cell {
    let [least, most] = ["least", "most"].map(|end| points(range.number(end)));
    if least == most {
        return Cell::Nothing;
    }
    let ends = format!("{least} to {most}");
    Cell::Text(format!(
        "{ends}; {} more, {} less",
        thousands(range.count("more")),
        thousands(range.count("less"))
    ))
}

/// The pairs of arms that a comparison is the mean over.
pub(super) fn cells(row: &Row) -> Vec<[String; 2]> {
    serde_json::from_str(row.text("cells").unwrap_or("[]")).unwrap_or_default()
}

/// An effect by tier.
fn of_tiers(row: &Row) -> String {
    let of = |name| literal(row.text(name).unwrap_or_default());
    format!(
        "SELECT tier, questions, difference, low, high, p FROM comparison_tiers WHERE kind = 'effect' AND family = {} AND name = {} \
         AND {}",
        of("family"),
        of("name"),
        is("benchmark", row.text("benchmark"))
    )
}

/// What the comparisons of a family vary.
pub(super) fn family(family: &str) -> &str {
    match family {
        "N" => "size",
        "L" => "length",
        "C" => "category",
        "S" => "style",
        "random" => "against a random control",
        "matched" => "against a matched control",
        "paired" => "against a paired control",
        "wrong" => "against wrong answers",
        "derived" => "against changed rows",
        "reference" => "against the reference",
        other => other,
    }
}

/// What is found of an effect.
fn verdict(verdict: &str) -> &'static str {
    match verdict {
        "higher" => "yes, more",
        "lower" => "yes, less",
        "not_alone" => "not among all effects of its family",
        "refused" => "not compared",
        _ => "open",
    }
}
