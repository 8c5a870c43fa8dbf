//! The list of entries that an address asks for, as a query over the ledger.
//!
//! The same list stands behind the page of rows, and behind a row's "next" and "previous".

use super::super::asked::Asked;
use super::super::conditions::{self, Kind, compared, kind_of, literal, quoted};
use super::super::found::{FOUND, Scope};
use super::super::viewed::{NAMED, Viewed};
use super::{unasked, whole};
use crate::Result;
use crate::error::{did_you_mean, listed, one_line};

/// The keys of an address that say which entries are meant, and in which order.
pub(in crate::view::server) const KEYS: [&str; 14] = [
    "q",
    "in",
    "subset",
    "fate",
    "reason",
    "category",
    "style",
    "verdict",
    "source",
    "tokens_min",
    "tokens_max",
    "where",
    "sort",
    "desc",
];

/// No two entries are at one place: with it behind, every order is one of all rows.
const PLACE: &str = "source, file, \"row\", generation";

/// Conditions beside each other; more are nobody's.
const CONDITIONS_MAX: usize = 20;

/// A list of entries.
pub(super) struct List {
    from: String,
    wanted: Vec<String>,
    order: String,
}

impl List {
    /// Reads an address; fails where it asks for what there is not.
    pub(super) fn of(viewed: &Viewed, asked: &Asked) -> Result<Self> {
        let from = match asked.get("subset") {
            Some(name) => {
                viewed.check_subset(name)?;
                of_subset(name)
            }
            None => "ledger".to_owned(),
        };
        Ok(Self {
            from,
            wanted: wanted(viewed, asked)?,
            order: order(viewed, asked)?,
        })
    }

    /// Whether only entries of one subset are meant.
    fn wanted(&self) -> String {
        match self.wanted.is_empty() {
            true => String::new(),
            false => format!(" WHERE {}", self.wanted.join(" AND ")),
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> String {
        format!("SELECT count(*) FROM {}{}", self.from, self.wanted())
    }

    /// Some of them, in their order.
    pub(super) fn some(&self, columns: &str, skip: u64, most: u64) -> String {
        format!(
            "SELECT {columns} FROM {}{} ORDER BY {} LIMIT {most} OFFSET {skip}",
            self.from,
            self.wanted(),
            self.order
        )
    }
}

/// The entries of a subset, one for each of its rows: of copies the one that was kept.
fn of_subset(name: &str) -> String {
    format!(
        "(SELECT * FROM (SELECT ledger.*, rank, row_number() OVER (PARTITION BY rank ORDER BY fate DESC, {PLACE}) AS nth \
         FROM ledger JOIN (SELECT rank, trajectory_id AS selected FROM selection WHERE subset = {}) \
         ON trajectory_id = selected) WHERE nth = 1)",
        literal(name)
    )
}

fn wanted(viewed: &Viewed, asked: &Asked) -> Result<Vec<String>> {
    let mut wanted = Vec::new();
    for (key, column) in NAMED {
        if let Some(value) = asked.get(key) {
            kind_of(column, viewed.columns())?;
            wanted.push(compared(column, Kind::Text, "=", value)?);
        }
    }
    for (key, operator) in [("tokens_min", ">="), ("tokens_max", "<=")] {
        if let Some(number) = whole(asked, key)? {
            wanted.push(format!("tokens {operator} {number}"));
        }
    }
    let typed: Vec<&str> = asked.all("where").collect();
    if typed.len() > CONDITIONS_MAX {
        return Err(unasked(
            format!("{} conditions are more than {CONDITIONS_MAX}", typed.len()),
            "ask the ledger by SQL",
        ));
    }
    for typed in typed {
        wanted.push(conditions::sql(typed, viewed.columns())?);
    }
    if let Some(typed) = asked.get("q") {
        let scope = Scope::of(asked.get("in")).word();
        wanted.push(format!(
            "{FOUND}({}, {}, problem_id, trajectory_id)",
            literal(typed),
            literal(scope)
        ));
    }
    Ok(wanted)
}

fn order(viewed: &Viewed, asked: &Asked) -> Result<String> {
    let falling = match asked.get("desc") {
        Some("1") => "DESC NULLS LAST",
        _ => "ASC NULLS LAST",
    };
    let first = match (asked.get("sort"), asked.get("subset")) {
        (Some("rank"), Some(_)) | (None, Some(_)) => format!("rank {falling}"),
        (Some(column), _) => {
            sortable(viewed, column)?;
            format!("{} {falling}", quoted(column))
        }
        (None, None) => return Ok(PLACE.to_owned()),
    };
    Ok(format!("{first}, {PLACE}"))
}

/// Fails where there is no column of that name, with those that there are.
fn sortable(viewed: &Viewed, name: &str) -> Result<()> {
    let columns = viewed.columns().fields();
    let names = || columns.iter().map(|field| field.name().as_str());
    if names().any(|known| known == name) {
        return Ok(());
    }
    Err(unasked(
        format!("there is no column `{}` to sort by", one_line(name)),
        format!("{}sort by {}", did_you_mean(name, names()), listed(names())),
    ))
}
