//! The report for people: a line a subset with its controls below it, what is lost and its mend, broken comparisons.

use std::collections::HashSet;

use crate::cli::style::heading;
use crate::cli::table::{self, table, thousands};
use crate::train::Beyond;
use crate::train::TrainedColumn;
use crate::train::findings::Finding;
use crate::train::preflight::{Difference, Pair, Preflight, Share, Subset};
use crate::train::tally::{Opening, Tally};

/// Lines of broken comparisons that are shown.
const BROKEN_MAX: usize = 12;

pub(super) fn shown(told: &Preflight, model: &str) -> String {
    let [lost, known] = [true, false].map(|is_loss| {
        let findings = told.findings.iter().filter(|one| one.is_loss == is_loss);
        findings
            .map(|finding| shown_finding(finding, told.subsets.len()))
            .collect::<String>()
    });
    let headed = |head: &str, text: String| match text.is_empty() {
        true => text,
        false => format!("\n{}\n{text}", heading(head)),
    };
    let mut text = head(told, model) + "\n" + &rows(&told.subsets);
    text += &headed("lost", lost);
    text += &headed("to be known", known);
    text += &comparisons(&told.pairs);
    if !told.is_lost {
        text += "\nnothing is lost\n";
    }
    text
}

fn head(told: &Preflight, model: &str) -> String {
    let beyond = match told.beyond {
        Beyond::CutEnd => "loses its end",
        Beyond::CutStart => "loses its start",
        Beyond::Drop => "is left out",
        Beyond::Refuse => "stops the training",
    };
    let default = match told.length_default {
        Some(default) if default != told.length_max => {
            format!(", which is {} unless it is set", thousands(default as u64))
        }
        _ => String::new(),
    };
    let mut text = format!(
        "{} {}, {model}\ntemplate {}\nlength   {} tokens (`{}`{default});\n         a longer row {beyond}\n",
        told.trainer.name(),
        told.trainer_version,
        told.template,
        thousands(told.length_max as u64),
        told.length_key,
    );
    if let Some(column) = same(&told.subsets, |one| column(&one.tally)) {
        text += &format!("column   {column}\n");
    }
    let epochs = same(&told.subsets, epochs);
    let epochs = epochs.map_or_else(String::new, |epochs| format!(", {epochs} epochs"));
    text += &format!("steps    of {} rows{epochs}\n", told.batch_size);
    let opening = told
        .subsets
        .iter()
        .find_map(|one| one.tally.opening.as_ref());
    text + &opening.map_or_else(String::new, shown_opening)
}

fn shown_opening(Opening { behind, begins }: &Opening) -> String {
    format!("loss     behind {behind:?}\n         from {begins:?} on\n")
}

/// What all of them have alike; none where they do not.
fn same(subsets: &[Subset], of: impl Fn(&Subset) -> String) -> Option<String> {
    let first = of(subsets.first()?);
    subsets.iter().all(|one| of(one) == first).then_some(first)
}

fn column(tally: &Tally) -> String {
    let name = tally.column.map_or("none", |column| match column {
        TrainedColumn::Messages => "messages",
        TrainedColumn::PromptCompletion => "prompt_completion",
        TrainedColumn::Text => "text",
        TrainedColumn::Conversations => "conversations",
    });
    name.to_owned()
}

fn epochs(subset: &Subset) -> String {
    let budget = subset.budgets.first();
    budget.map_or_else(none, |budget| {
        let epochs = format!("{:.2}", budget.epochs);
        epochs
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned()
    })
}

fn none() -> String {
    "–".to_owned()
}

/// A column of the table: its head, and its cell of each subset.
type Column = (&'static str, Box<dyn Fn(&Subset) -> String>);

fn count(head: &'static str, of: fn(&Tally) -> u64) -> Column {
    (head, Box::new(move |one| thousands(of(&one.tally))))
}

fn length(head: &'static str, of: fn(&crate::train::tally::Lengths) -> u32) -> Column {
    let cell = move |one: &Subset| {
        let length = one.tally.length.as_ref();
        length.map_or_else(none, |length| thousands(u64::from(of(length))))
    };
    (head, Box::new(cell))
}

/// The table. What is the same of all stands in the head, and what is of none nowhere.
fn rows(subsets: &[Subset]) -> String {
    let shown: HashSet<&str> = subsets.iter().map(|one| one.name.as_str()).collect();
    let of_one: HashSet<String> = subsets
        .iter()
        .filter_map(|one| own_control(one, &shown))
        .collect();
    let name = move |one: &Subset| match of_one.contains(&one.name) {
        true => format!("  {}", one.name),
        false => one.name.clone(),
    };
    let mut columns: Vec<Column> = vec![("", Box::new(name)), count("rows", |tally| tally.rows)];
    if same(subsets, |one| column(&one.tally)).is_none() {
        columns.push(("column", Box::new(|one| column(&one.tally))));
    }
    columns.push(length("p50", |length| length.p50));
    columns.push(length("p99", |length| length.p99));
    columns.push(length("longest", |length| length.longest));
    columns.extend(losses(subsets));
    columns.push(("trained", Box::new(trained)));
    if same(subsets, epochs).is_none() {
        columns.push(("epochs", Box::new(epochs)));
    }
    columns.push(("steps", Box::new(steps)));
    let head: Vec<&str> = columns.iter().map(|(head, _)| *head).collect();
    let line = |one: &Subset| columns.iter().map(|(_, cell)| cell(one)).collect();
    let lines: Vec<Vec<String>> = subsets.iter().map(line).collect();
    table(&head, &lines)
}

/// The name of a control that is one of but one subset here, and stands below it.
fn own_control(one: &Subset, shown: &HashSet<&str>) -> Option<String> {
    let of = one
        .control_of
        .iter()
        .filter(|of| shown.contains(of.as_str()));
    (of.count() == 1).then(|| one.name.clone())
}

/// The head of a column, and how many it counts.
type Lost = (&'static str, fn(&Tally) -> u64);

/// The columns of what is lost, of which there is any.
fn losses(subsets: &[Subset]) -> Vec<Column> {
    let all: [Lost; 6] = [
        ("over", |tally| tally.over),
        ("cut", |tally| tally.cut),
        ("left out", |tally| tally.dropped),
        ("stopped at", |tally| tally.refused),
        ("no loss", |tally| tally.without_loss),
        ("tokens lost", |tally| tally.tokens_lost),
    ];
    let any = all
        .into_iter()
        .filter(|(_, of)| subsets.iter().any(|one| of(&one.tally) > 0));
    any.map(|(head, of)| count(head, of)).collect()
}

fn trained(subset: &Subset) -> String {
    let share = subset.trained_share;
    share.map_or_else(none, |share| format!("{:.1} %", 100.0 * share))
}

fn steps(subset: &Subset) -> String {
    let budget = subset.budgets.first();
    budget.map_or_else(none, |budget| thousands(budget.steps))
}

fn shown_finding(finding: &Finding, all: usize) -> String {
    let rows = match finding.rows == finding.of {
        true => format!("all {} rows", thousands(finding.of)),
        false => format!(
            "{} of {} rows",
            thousands(finding.rows),
            thousands(finding.of)
        ),
    };
    let sets = match finding.subsets.as_slice() {
        [one] => one.clone(),
        some if some.len() == all => format!("all {all} sets"),
        [first, second] => format!("{first} and {second}"),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
        [] => String::new(),
    };
    let mend = finding.mend.as_ref();
    let mend = mend.map_or_else(String::new, |mend| wrapped("  mend: ", mend));
    wrapped("- ", &finding.what) + &wrapped("  ", &format!("{rows} of {sets}")) + &mend
}

/// As wide as a page is read well.
const WIDTH: usize = 80;

/// As wide as that, or as the terminal.
fn width() -> usize {
    table::width().map_or(WIDTH, |width| width.min(WIDTH))
}

/// A text in lines, the first behind its mark and the others below that.
fn wrapped(mark: &str, text: &str) -> String {
    let (indent, width) = (" ".repeat(mark.len()), width());
    let (mut all, mut line) = (String::new(), mark.to_owned());
    for word in text.split(' ') {
        let is_begun = line.len() > mark.len();
        if is_begun && line.chars().count() + 1 + word.chars().count() > width {
            all += &(std::mem::replace(&mut line, indent.clone()) + "\n");
        } else if is_begun {
            line.push(' ');
        }
        line += word;
    }
    all + &line + "\n"
}

/// The comparisons that are broken, and by what.
fn comparisons(pairs: &[Pair]) -> String {
    let broken: Vec<&Pair> = pairs.iter().filter(|pair| pair.is_broken).collect();
    if broken.is_empty() {
        return String::new();
    }
    let lines = broken
        .iter()
        .flat_map(|pair| pair.differs.iter().map(|one| difference(pair, one)));
    let lines: Vec<Vec<String>> = lines.collect();
    let head = [
        "subset",
        "compared with",
        "as",
        "what",
        "of it",
        "of the other",
        "on purpose",
    ];
    let first = &lines[..lines.len().min(BROKEN_MAX)];
    let mut text = format!(
        "\nbroken: {} of {} comparisons, whose sides lose different shares of their rows\n{}",
        thousands(broken.len() as u64),
        thousands(pairs.len() as u64),
        table(&head, first)
    );
    if lines.len() > first.len() {
        text += &format!(
            "and {} lines more: `--json` has all\n",
            lines.len() - first.len()
        );
    }
    text
}

fn difference(pair: &Pair, difference: &Difference) -> Vec<String> {
    let share = |share: Share| format!("{} / {:.1} %", thousands(share.rows), 100.0 * share.share);
    vec![
        pair.subset.clone(),
        pair.control.clone(),
        pair.relation.to_owned(),
        difference.kind.short().to_owned(),
        share(difference.subset),
        share(difference.control),
        match pair.intended.is_empty() {
            true => none(),
            false => pair.intended.join(", "),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_make_lines_that_stand_below_their_mark() {
        assert_eq!(wrapped("- ", "short"), "- short\n");
        let text = wrapped("  mend: ", &"word ".repeat(20));
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH));
        assert_eq!(text.lines().count(), 2);
        assert!(
            text.lines()
                .nth(1)
                .is_some_and(|line| line.starts_with("        word"))
        );
        assert_eq!(wrapped("- ", &"x".repeat(99)).lines().count(), 1);
    }
}
