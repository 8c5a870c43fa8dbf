//! Two versions on one page: what came and went, what is said otherwise, and by which keys.

use crate::audit::diff::{
    Change, Diff, Example, FateMove, FieldChange, FileChange, KeyChange, Kind, MOVES_MAX,
    RowChange, RowCount, SideRecord, SubsetChange, Way, around,
};
use crate::cli::style::{Style, heading, styled};
use crate::cli::table::{table, thousands};
use crate::error::one_line;

/// The page.
pub(super) fn page(diff: &Diff) -> String {
    let parts = [
        head(diff),
        rows(diff),
        fields(&diff.fields),
        fates(&diff.fates),
        keys(diff),
        subsets(&diff.subsets),
        files(&diff.files),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n")
}

/// Lines of a list that are shown.
const SHOWN: usize = 20;

/// Letters of a value that are shown.
const VALUE_CHARS: usize = 40;

fn head(diff: &Diff) -> String {
    let sides = [&diff.first, &diff.second].map(|side| {
        let side: &SideRecord = side;
        vec![
            one_line(&side.name).into_owned(),
            thousands(side.entries),
            thousands(side.trajectories),
            thousands(side.problems),
            thousands(side.problems_alone),
            thousands(side.problems_near),
        ]
    });
    let heads = [
        "",
        "entries",
        "trajectories",
        "problems",
        "its alone",
        "near the other's",
    ];
    let differ = match diff.differs {
        true => styled(Style::Bad, "they differ"),
        false => styled(Style::Good, "they do not differ"),
    };
    let same = match diff.same_rows {
        1 => "1 row is the same in both".to_owned(),
        rows => format!("{} rows are the same in both", thousands(rows)),
    };
    table(&heads, &sides) + &format!("{differ}; {same}\n")
}

/// What the rows are.
fn sentence(change: RowChange) -> &'static str {
    match change {
        RowChange::ProblemEdited => "the problem was edited, the response is the same",
        RowChange::ResponseEdited => "the response was edited, the problem is the same",
        RowChange::ResponseReplaced => "the response is another one, the problem is the same",
        RowChange::BothEdited => "problem and response were edited",
        RowChange::FieldsChanged => {
            "problem and response are the same, and something is said otherwise"
        }
        RowChange::Removed => "removed",
        RowChange::Added => "added",
        RowChange::CopyRemoved => "a copy less of what stays",
        RowChange::CopyAdded => "a copy more of what was there",
    }
}

/// What came, what went, and what is neither.
fn style(change: RowChange) -> Style {
    match change {
        RowChange::Added | RowChange::CopyAdded => Style::Good,
        RowChange::Removed | RowChange::CopyRemoved => Style::Bad,
        _ => Style::Caution,
    }
}

fn rows(diff: &Diff) -> String {
    let some: Vec<&RowCount> = diff.rows.iter().filter(|count| count.rows > 0).collect();
    if some.is_empty() {
        return String::new();
    }
    let mut text = heading("rows that differ") + "\n";
    for count in some {
        text += &format!(
            "  {}: {}{}\n",
            thousands(count.rows),
            styled(style(count.change), sentence(count.change)),
            known(count)
        );
        count.examples.iter().for_each(|one| text += &example(one));
    }
    text
}

/// Of rows that came or went, whose problem is known.
fn known(count: &RowCount) -> String {
    let some = |rows: u64, words: &str| (rows > 0).then(|| format!("{} {words}", thousands(rows)));
    let of = [
        some(count.of_same_problem, "of a problem of both"),
        some(count.of_near_problem, "of a problem near one of the other"),
    ];
    let of: Vec<String> = of.into_iter().flatten().collect();
    match of.is_empty() {
        true => String::new(),
        false => format!(" ({})", of.join(", ")),
    }
}

fn example(example: &Example) -> String {
    let places = [&example.first, &example.second];
    let places: Vec<&str> = places.into_iter().flatten().map(String::as_str).collect();
    let mut text = format!("      {}", one_line(&places.join(" -> ")));
    if let Some(similarity) = example.similarity.filter(|share| *share < 1.0) {
        text += &format!(", responses {similarity:.2} alike");
    }
    for change in example.changes.iter().take(CHANGES) {
        text += &format!(", {}", changed(change));
    }
    text + "\n"
}

/// Changes of a row that are shown.
const CHANGES: usize = 3;

fn changed(change: &Change) -> String {
    format!(
        "{} {}",
        change.field,
        from_to(change.first.as_deref(), change.second.as_deref())
    )
}

/// Two values; of long ones what is around their first difference.
fn from_to(first: Option<&str>, second: Option<&str>) -> String {
    if let (Some(first), Some(second)) = (first, second) {
        let [first, second] = around(&one_line(first), &one_line(second), VALUE_CHARS);
        return format!("{first} -> {second}");
    }
    let value = |value: Option<&str>| value.map_or("none".to_owned(), shortened);
    format!("{} -> {}", value(first), value(second))
}

fn shortened(text: &str) -> String {
    let text = one_line(text);
    match text.chars().count() <= VALUE_CHARS {
        true => text.into_owned(),
        false => text.chars().take(VALUE_CHARS - 1).chain(['…']).collect(),
    }
}

fn fields(fields: &[FieldChange]) -> String {
    let row = |field: &FieldChange| {
        let first = field.moves.first();
        let common = first.map_or(String::new(), |one| {
            let values = from_to(one.first.as_deref(), one.second.as_deref());
            let all = field.more_moves + field.moves.len() as u64;
            match all {
                1 => values,
                _ => format!(
                    "{values} ({} of them), and {}{} others",
                    thousands(one.rows),
                    if all < MOVES_MAX as u64 {
                        ""
                    } else {
                        "at least "
                    },
                    thousands(all - 1)
                ),
            }
        });
        vec![field.field.to_owned(), thousands(field.rows), common]
    };
    let rows: Vec<Vec<String>> = fields.iter().map(row).collect();
    match rows.is_empty() {
        true => String::new(),
        false => table(&["said otherwise", "rows", "most often"], &rows),
    }
}

fn fates(fates: &[FateMove]) -> String {
    if fates.is_empty() {
        return String::new();
    }
    let mut text = heading("fates that moved") + "\n";
    for fate in fates.iter().take(SHOWN) {
        let by = match fate.keys.is_empty() {
            true => "by what is said of it, or of other rows".to_owned(),
            false => format!("by {}", fate.keys.join(", ")),
        };
        let (first, second) = (one_line(&fate.first), one_line(&fate.second));
        text += &format!(
            "  {}: {first} -> {second}, {}\n",
            thousands(fate.rows),
            one_line(&by)
        );
        fate.examples
            .iter()
            .take(1)
            .for_each(|one| text += &decided(one));
    }
    text + &more(fates.len())
}

/// A row whose fate moved, with the value that decided.
fn decided(example: &Example) -> String {
    let value = example
        .changes
        .iter()
        .find(|change| change.field == "value");
    let value = value.map(|change| format!(", {}", changed(change)));
    let place = example.second.as_deref().or(example.first.as_deref());
    let place = one_line(place.unwrap_or_default()).into_owned();
    format!("      {place}{}\n", value.unwrap_or_default())
}

fn more(all: usize) -> String {
    match all.saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!("  and {more} more: `--json` has them\n"),
    }
}

fn keys(diff: &Diff) -> String {
    if diff.keys.is_empty() {
        return String::new();
    }
    let title = match diff.kind {
        Kind::Outputs => "keys of the pipeline",
        Kind::Datasets => "how they are read",
    };
    let row = |key: &KeyChange| {
        let value = |value: &Option<String>| value.as_deref().map_or("none".to_owned(), shortened);
        vec![
            one_line(&key.key).into_owned(),
            value(&key.first),
            value(&key.second),
        ]
    };
    let rows: Vec<Vec<String>> = diff.keys.iter().take(SHOWN).map(row).collect();
    table(&[title, "first", "second"], &rows) + &more(diff.keys.len())
}

fn subsets(subsets: &[SubsetChange]) -> String {
    if subsets.is_empty() {
        return String::new();
    }
    let size = |rows: Option<u64>| rows.map_or("-".to_owned(), thousands);
    let row = |subset: &SubsetChange| {
        vec![
            one_line(&subset.subset).into_owned(),
            size(subset.first),
            size(subset.second),
            thousands(subset.rows_in),
            thousands(subset.rows_out),
            thousands(subset.rows_moved),
            causes(subset),
        ]
    };
    let rows: Vec<Vec<String>> = subsets.iter().take(SHOWN).map(row).collect();
    let heads = [
        "subset",
        "first",
        "second",
        "in",
        "out",
        "moved",
        "mostly since",
    ];
    table(&heads, &rows) + &more(subsets.len())
}

/// The commonest cause of each way.
fn causes(subset: &SubsetChange) -> String {
    let of = |way: Way| {
        let causes = subset.causes.iter().filter(|cause| cause.way == way);
        let most = causes.max_by_key(|cause| cause.rows)?;
        let word = match way {
            Way::In => "in",
            Way::Out => "out",
        };
        Some(format!(
            "{word} {}: {}",
            thousands(most.rows),
            one_line(&most.why)
        ))
    };
    let told: Vec<String> = [of(Way::In), of(Way::Out)].into_iter().flatten().collect();
    told.join("; ")
}

fn files(files: &[FileChange]) -> String {
    if files.is_empty() {
        return String::new();
    }
    let count = |is: fn(&FileChange) -> bool| {
        thousands(files.iter().filter(|file| is(file)).count() as u64)
    };
    format!(
        "files: {} have other bytes, {} only the first has, {} only the second\n",
        count(|file| file.in_first && file.in_second),
        count(|file| !file.in_second),
        count(|file| !file.in_first),
    )
}
