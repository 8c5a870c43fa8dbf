//! Of which style the trajectories are, and of which of them the text sounds like another.

use maud::html;

use super::facts::{Facts, Row, is};
use crate::Result;
use crate::error::thousands;
use crate::measure::style::Style;
use crate::view::page::{Cell, Section, Table, counted, percent};

/// Trajectories that have a style.
const STYLED: &str = "style IS NOT NULL AND style_text IS NOT NULL AND bytes > 0";

pub(super) fn section(facts: &Facts) -> Result<Option<Section>> {
    let pairs = facts.ask(&format!(
        "SELECT style_source, style_text, count(*) AS trajectories FROM ledger WHERE {STYLED} GROUP BY 1, 2 ORDER BY \
         trajectories DESC, style_source, style_text"
    ))?;
    if pairs.is_empty() {
        return Ok(None);
    }
    let counts = Counts::of(&pairs);
    let body = html! {
        p.soft {
            "The style that is named is the one that a column, the layout or the pipeline says; where none does, the style that the \
             text sounds like stands for it."
        }
        (table(facts, &pairs, counts.all).markup())
        @if counts.others > 0 { (facts.tables.shown_by("Those whose text sounds like another style", &others())) }
    };
    Ok(Some(Section {
        id: "styles",
        title: "Of which style they are",
        found: counts.found(),
        body,
        figures: Vec::new(),
    }))
}

/// How many trajectories there are of each.
struct Counts {
    all: u64,
    /// Whose style is named.
    named: u64,
    /// Whose text sounds like another than the one that is named.
    others: u64,
    /// Whose style has a name that the text is never told by.
    unknown: u64,
}

impl Counts {
    fn of(pairs: &[Row]) -> Self {
        let sum = |is_one: &dyn Fn(&Row) -> bool| {
            let those = pairs.iter().filter(|pair| is_one(pair));
            those.map(|pair| pair.count("trajectories")).sum()
        };
        let is_named = |pair: &Row| pair.text("style_source").is_some();
        let is_known = |pair: &Row| pair.text("style_source").is_some_and(is_told_by_text);
        Self {
            all: sum(&|_| true),
            named: sum(&is_named),
            others: sum(&|pair| {
                is_known(pair) && pair.text("style_source") != pair.text("style_text")
            }),
            unknown: sum(&|pair| is_named(pair) && !is_known(pair)),
        }
    }

    fn found(&self) -> String {
        if self.named == 0 {
            return format!(
                "No column names a style: of all {} it is guessed from the text, so that there is nothing it could disagree with.",
                counted(self.all, "trajectory", "trajectories")
            );
        }
        let more = [
            (self.unknown, "has a name that no text is told by"),
            (self.all - self.named, "is guessed from the text"),
        ];
        let more = more.into_iter().filter(|(count, _)| *count > 0);
        let more: String = more
            .map(|(count, what)| format!("; of {} it {what}", thousands(count)))
            .collect();
        let held = self.named - self.unknown;
        match held {
            0 => format!(
                "Of {} the style is named{more}.",
                counted(self.named, "trajectory", "trajectories")
            ),
            held => format!(
                "The text of {} of {} whose style is named sounds like another style ({}){more}.",
                thousands(self.others),
                counted(held, "trajectory", "trajectories"),
                percent(self.others as f64 / held as f64),
            ),
        }
    }
}

/// Whether the text rule knows a style by that name, so that the two can be held against each other.
fn is_told_by_text(style: &str) -> bool {
    style.parse::<Style>().is_ok()
}

/// The rows whose text sounds like another style than the one that is named.
fn others() -> String {
    format!(
        "SELECT trajectory_id, source, file, row, style_source, style_text FROM ledger WHERE {STYLED} AND style_source <> style_text AND \
         style_source IN ('r1', 'gemini', 'human', 'other')"
    )
}

/// How many pairs a table has.
const PAIRS_MAX: usize = 60;

fn table(facts: &Facts, pairs: &[Row], all: u64) -> Table {
    let mut table = Table::new(
        "Trajectories by the style that is named and the one that the text sounds like",
        &[
            "named",
            "the text sounds like",
            "trajectories",
            "share",
            "see",
        ],
    );
    for pair in pairs.iter().take(PAIRS_MAX) {
        let [source, text] = ["style_source", "style_text"].map(|name| pair.text(name));
        let count = pair.count("trajectories");
        table.rows.push(vec![
            Cell::text(source.unwrap_or("none")),
            Cell::text(text.unwrap_or_default()),
            Cell::Count(count),
            Cell::share(Some(count as f64 / all as f64)),
            facts.tables.rows(&format!(
                "SELECT trajectory_id, source, file, row, tokens FROM ledger WHERE {STYLED} AND {} AND {}",
                is("style_source", source),
                is("style_text", text)
            )),
        ]);
    }
    table
}
