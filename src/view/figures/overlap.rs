//! What subsets have in common: a row and a column a subset, in each cell the share of the row's that is the column's too.

use std::collections::BTreeMap;

use super::{Figure, Table, WIDTH, Words, listed};
use crate::error::thousands;
use crate::svg::{Anchor, Svg, fitted, percent, width_of};
use crate::view::page;

/// Rows that a page has room for: of more subsets those stand together whose names begin alike.
const ROWS_MAX: usize = 36;

/// With more rows, a cell has no room for its number.
const NUMBERS_MAX: usize = 16;

/// How many tones a share has.
const TONES: f64 = 20.0;

/// Pixels.
const LABEL: f64 = 250.0;
const CELL_MAX: f64 = 30.0;
const ROW_MIN: f64 = 15.0;

/// A subset and how many rows (or problems) it has.
#[derive(Clone, Debug)]
pub(crate) struct Sized {
    pub name: String,
    pub size: u64,
}

/// How many rows (or problems) two subsets have in common, by their places; pairs that are not told have none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shared {
    pub first: usize,
    pub second: usize,
    pub count: u64,
}

/// Subsets whose names begin alike.
struct Group {
    name: String,
    members: Vec<usize>,
}

/// The matrix of subsets in their order, of what is thousands: "rows", "problems". None with fewer than two.
pub(crate) fn overlap(
    words: Words<'_>,
    unit: &str,
    subsets: &[Sized],
    shared: &[Shared],
) -> Option<Figure> {
    if subsets.len() < 2 {
        return None;
    }
    let groups = groups(subsets);
    let shares = shares(subsets, shared, &groups);
    let mut largest: Vec<&Shared> = shared
        .iter()
        .filter(|pair| pair.first.max(pair.second) < subsets.len() && pair.first != pair.second)
        .collect();
    let share = |pair: &Shared| {
        let least = subsets[pair.first].size.min(subsets[pair.second].size);
        pair.count as f64 / least.max(1) as f64
    };
    largest.sort_by(|a, b| {
        let order = share(b).total_cmp(&share(a));
        order.then((a.first, a.second).cmp(&(b.first, b.second)))
    });
    let how_read = how_read(unit, subsets, &groups);
    let mut svg = words.svg(&how_read, &about(unit, subsets, &largest));
    let height = draw(&mut svg, unit, &groups, &shares);
    let some = largest.iter().filter(|pair| pair.count > 0).count();
    let table = match groups.len() < subsets.len() || some > PAIRS_MAX {
        true => matrix(&groups, &shares),
        false => table(unit, subsets, &largest),
    };
    Some(words.figure(svg.finish(WIDTH, height), table))
}

fn how_read(unit: &str, subsets: &[Sized], groups: &[Group]) -> String {
    let cell = format!("how much of the row's {unit} the column has too, in percent");
    match groups.len() < subsets.len() {
        false => format!("In each cell: {cell}; an empty one: none."),
        true => format!(
            "Of {} subsets those stand together whose names begin alike. In each cell: {cell}, of the pair of subsets that has \
             most in common; an empty one: none.",
            thousands(subsets.len() as u64)
        ),
    }
}

fn about(unit: &str, subsets: &[Sized], largest: &[&Shared]) -> String {
    let some = largest.iter().filter(|pair| pair.count > 0);
    let pairs = subsets.len() as u64 * (subsets.len() as u64 - 1) / 2;
    let most = largest.iter().take(6).map(|pair| {
        let [first, second] = [pair.first, pair.second].map(|at| fitted(&subsets[at].name, LABEL));
        format!("{first} and {second} {}", thousands(pair.count))
    });
    let some = some.count() as u64;
    let mut said = format!(
        "Of {} pairs of {} subsets {} have {unit} in common.",
        thousands(pairs),
        thousands(subsets.len() as u64),
        thousands(some)
    );
    if some > 0 {
        said += &format!(" The most, as a share of the smaller: {}.", listed(most));
    }
    said
}

/// Each subset alone, or those whose first words are the same: as many words as leave few enough groups.
fn groups(subsets: &[Sized]) -> Vec<Group> {
    if subsets.len() <= ROWS_MAX {
        let alone = |(at, subset): (usize, &Sized)| Group {
            name: subset.name.clone(),
            members: vec![at],
        };
        return subsets.iter().enumerate().map(alone).collect();
    }
    let words = |name: &str| name.split('-').count();
    let longest = subsets
        .iter()
        .map(|one| words(&one.name))
        .max()
        .unwrap_or(1);
    (1..longest.min(32))
        .rev()
        .map(|words| by_words(subsets, words))
        .find(|groups| groups.len() <= ROWS_MAX)
        .unwrap_or_else(|| in_order(subsets))
}

fn by_words(subsets: &[Sized], words: usize) -> Vec<Group> {
    let mut groups: indexmap::IndexMap<String, Vec<usize>> = indexmap::IndexMap::new();
    for (at, subset) in subsets.iter().enumerate() {
        let begin: Vec<&str> = subset.name.split('-').take(words).collect();
        groups.entry(begin.join("-")).or_default().push(at);
    }
    let group = |(name, members): (String, Vec<usize>)| Group {
        name: match members.as_slice() {
            [one] => subsets[*one].name.clone(),
            many => format!("{name}-… ({})", many.len()),
        },
        members,
    };
    groups.into_iter().map(group).collect()
}

/// Names that begin in too many ways: as many beside each other as must be.
fn in_order(subsets: &[Sized]) -> Vec<Group> {
    let together = subsets.len().div_ceil(ROWS_MAX);
    let places: Vec<usize> = (0..subsets.len()).collect();
    let group = |members: &[usize]| Group {
        name: format!("{} … ({})", subsets[members[0]].name, members.len()),
        members: members.to_vec(),
    };
    places.chunks(together).map(group).collect()
}

/// For each two groups, the largest share of a subset of the first that a subset of the second has too; none where that
/// would be of a subset and itself.
fn shares(subsets: &[Sized], shared: &[Shared], groups: &[Group]) -> Vec<Vec<Option<f64>>> {
    let mut group_of = vec![0; subsets.len()];
    for (at, group) in groups.iter().enumerate() {
        for &member in &group.members {
            group_of[member] = at;
        }
    }
    let several = |at: usize| groups[at].members.len() > 1;
    let mut found: Vec<Vec<Option<f64>>> = (0..groups.len())
        .map(|row| {
            let cell = |column| (row != column || several(row)).then_some(0.0);
            (0..groups.len()).map(cell).collect()
        })
        .collect();
    for pair in shared.iter().filter(|pair| pair.first != pair.second) {
        for [of, other] in [[pair.first, pair.second], [pair.second, pair.first]] {
            let (Some(subset), Some(&column)) = (subsets.get(of), group_of.get(other)) else {
                continue;
            };
            let share = (pair.count as f64 / subset.size.max(1) as f64).min(1.0);
            if let Some(cell) = &mut found[group_of[of]][column] {
                *cell = cell.max(share);
            }
        }
    }
    found
}

/// The matrix with its scale; how high it is.
fn draw(svg: &mut Svg, unit: &str, groups: &[Group], shares: &[Vec<Option<f64>>]) -> f64 {
    let left = LABEL + 32.0;
    // The last number may be wider than its column.
    let width = ((WIDTH - left - 8.0) / groups.len() as f64).min(CELL_MAX);
    let (row, top) = (width.max(ROW_MIN), 18.0);
    // A number over each column, or over every fifth where they are narrow.
    let step = if width >= 17.0 { 1 } else { 5 };
    for (at, group) in groups.iter().enumerate() {
        let number = (at + 1).to_string();
        let base = top + row * (at as f64 + 0.5) + 4.0;
        svg.text("", [LABEL, base], Anchor::End, &fitted(&group.name, LABEL));
        svg.text("soft", [left - 8.0, base], Anchor::End, &number);
        if (at + 1) % step == 0 || at == 0 {
            let place = [left + width * (at as f64 + 0.5), 11.0];
            svg.text("soft", place, Anchor::Middle, &number);
        }
    }
    cells(svg, shares, [left, top], [width, row]);
    let size = [width * groups.len() as f64, row * groups.len() as f64];
    svg.rect("cell", [left, top], size);
    let hints = shares.iter().enumerate().flat_map(|(y, row_of)| {
        let cells = row_of.iter().enumerate();
        cells.filter_map(move |(x, share)| {
            let share = share.filter(|share| *share > 0.0)?;
            let corner = [left + width * x as f64, top + row * y as f64];
            // Of many cells the names stand beside their numbers alone.
            let said = match groups.len() <= NUMBERS_MAX {
                true => hint(unit, [&groups[y], &groups[x]], share),
                false => format!("{}, {}: {}", y + 1, x + 1, page::percent(share)),
            };
            Some(([corner[0], corner[1], width, row], said))
        })
    });
    svg.hints(&hints.collect::<Vec<_>>());
    scale(svg, unit, top + size[1] + 18.0)
}

/// What a cell says in words.
fn hint(unit: &str, [row, column]: [&Group; 2], share: f64) -> String {
    let [of, other] = [row, column].map(|group| fitted(&group.name, LABEL));
    let share = page::percent(share);
    match row.members.len() + column.members.len() {
        2 => format!("{of}: {other} has {share} of its {unit}"),
        _ => format!(
            "{of}: of one of them {share} of its {unit} are in one of {other}, and of none more"
        ),
    }
}

/// Which tone is which share, in a line; where the drawing ends.
fn scale(svg: &mut Svg, unit: &str, top: f64) -> f64 {
    const SHARES: [(f64, &str); 5] = [
        (0.1, "10 %"),
        (0.25, "25 %"),
        (0.5, "50 %"),
        (0.75, "75 %"),
        (1.0, "all"),
    ];
    let words = format!("of the row's {unit} the column has:");
    svg.text("soft", [LABEL, top + 11.0], Anchor::End, &words);
    let mut left = LABEL + 12.0;
    for (share, label) in SHARES {
        svg.tones(share, &[[left, top, 26.0, 15.0]]);
        svg.rect("cell", [left, top], [26.0, 15.0]);
        svg.text("soft", [left + 32.0, top + 11.0], Anchor::Start, label);
        left += 42.0 + width_of(label);
    }
    top + 19.0
}

/// The cells that hold something, one element for all that are as dark, with their numbers where there is room.
fn cells(svg: &mut Svg, shares: &[Vec<Option<f64>>], [left, top]: [f64; 2], size: [f64; 2]) {
    let place = |row: usize, column: usize| {
        let corner = [left + size[0] * column as f64, top + size[1] * row as f64];
        [corner[0], corner[1], size[0], size[1]]
    };
    let mut same = Vec::new();
    let mut tones: BTreeMap<u32, Vec<[f64; 4]>> = BTreeMap::new();
    let mut numbers = Vec::new();
    for (y, row) in shares.iter().enumerate() {
        for (x, share) in row.iter().enumerate() {
            match share {
                None => same.push(place(y, x)),
                Some(share) if *share > 0.0 => {
                    // What is there is seen, however little it is.
                    let tone = (share * TONES).ceil().max(2.0) as u32;
                    tones.entry(tone).or_default().push(place(y, x));
                    numbers.push((place(y, x), (100.0 * share).max(1.0)));
                }
                Some(_) => {}
            }
        }
    }
    svg.rects("band", &same);
    for (tone, places) in tones {
        svg.tones(f64::from(tone) / TONES, &places);
    }
    if shares.len() <= NUMBERS_MAX {
        for ([x, y, width, height], number) in numbers {
            let middle = [x + width / 2.0, y + height / 2.0 + 4.0];
            svg.text("", middle, Anchor::Middle, &format!("{number:.0}"));
        }
    }
}

/// Pairs that the table names; of more it is the matrix.
const PAIRS_MAX: usize = 150;

/// The matrix as it is drawn.
fn matrix(groups: &[Group], shares: &[Vec<Option<f64>>]) -> Table {
    let cell = |share: &Option<f64>| share.map_or("–".to_owned(), page::percent);
    let rows = groups.iter().zip(shares);
    let rows = rows.map(|(group, shares)| (group.name.clone(), shares.iter().map(cell).collect()));
    Table::matrix("of these, the column has", rows.collect())
}

fn table(unit: &str, subsets: &[Sized], largest: &[&Shared]) -> Table {
    let head = match unit {
        "problems" => "problems in common",
        _ => "rows in common",
    };
    let mut table = Table::new(&["subset", "other", head, "of the first", "of the second"]);
    for pair in largest.iter().filter(|pair| pair.count > 0) {
        let [first, second] = [pair.first, pair.second].map(|at| &subsets[at]);
        table.push([
            first.name.clone(),
            second.name.clone(),
            thousands(pair.count),
            percent(pair.count, first.size),
            percent(pair.count, second.size),
        ]);
    }
    table
}
