//! What the grid has to draw from: a row a category, a column a length of a style, in each cell how many problems or
//! trajectories are available and the largest size that was asked of it.

use super::{Figure, Table, WIDTH, Words, listed_of};
use crate::error::thousands;
use crate::svg::{Anchor, BOLD, Svg, fitted, width_of};

/// Categories, columns and cells that a page has room for; those with most are drawn, the others told.
const ROWS_MAX: usize = 30;
const COLUMNS_MAX: usize = 9;
const CELLS_MAX: usize = 150;

/// Pixels.
const ROW: f64 = 34.0;
const LABEL_MAX: f64 = 190.0;
const CELL_MAX: f64 = 110.0;

/// What is available in one cell.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub category: String,
    pub length: String,
    /// Empty where the grid knows no styles.
    pub style: String,
    pub available: u64,
    /// The largest size that was asked of it.
    pub asked: Option<u64>,
    /// Why some size of it was left out or made smaller.
    pub reason: Option<String>,
    /// What would fill the cells that are short for that reason.
    pub mend: Option<&'static str>,
}

impl Cell {
    fn is_short(&self) -> bool {
        self.reason.is_some() || self.lacks()
    }

    /// Whether there is less than the largest size.
    fn lacks(&self) -> bool {
        self.asked.is_some_and(|asked| asked > self.available)
    }

    /// What there is of what was asked.
    fn shortage(&self) -> String {
        let name = fitted(&self.name(), 2.0 * LABEL_MAX);
        let of = match self.asked {
            Some(asked) => format!("{} of {}", thousands(self.available), thousands(asked)),
            None => thousands(self.available),
        };
        format!("{name} ({of})")
    }

    fn name(&self) -> String {
        let names = [&self.category, &self.length, &self.style];
        let names: Vec<&str> = names
            .into_iter()
            .map(String::as_str)
            .filter(|name| !name.is_empty())
            .collect();
        names.join(", ")
    }
}

/// The cells of a grid. Categories, and columns, stand in the order of their first cells.
#[derive(Clone, Debug)]
pub(crate) struct Grid {
    pub cells: Vec<Cell>,
}

/// The order of rows and columns that are drawn, and how many are not.
struct Order<'g> {
    categories: Vec<&'g str>,
    /// Style and length.
    columns: Vec<[&'g str; 2]>,
    left_out: [usize; 2],
}

/// The heat map; none where there is no cell.
pub(crate) fn heat_map(words: Words<'_>, grid: &Grid) -> Option<Figure> {
    let most = grid.cells.iter().map(|cell| cell.available).max()?;
    let order = Order::of(grid);
    let too_few: Vec<&Cell> = grid.cells.iter().filter(|cell| cell.is_short()).collect();
    let mut how_read = how_read(grid, &order);
    if !too_few.is_empty() {
        how_read += &format!(" {}", told(&too_few));
    }
    let mut svg = words.svg(&how_read, &about(grid, &too_few));
    let labels = order.categories.iter().map(|name| width_of(name));
    let left = labels.fold(40.0, f64::max).min(LABEL_MAX) + 12.0;
    let width = ((WIDTH - left) / order.columns.len() as f64).min(CELL_MAX);
    let top = heads(&mut svg, &order.columns, left, width);
    let (mut cells, mut short) = (Vec::new(), Vec::new());
    for (y, category) in order.categories.iter().enumerate() {
        let place = [left - 10.0, top + ROW * (y as f64 + 0.5) + 4.0];
        svg.text("", place, Anchor::End, &fitted(category, LABEL_MAX));
        for (x, column) in order.columns.iter().enumerate() {
            let found = grid.cells.iter().find(|cell| {
                cell.category == **category && [&*cell.style, &*cell.length] == *column
            });
            let corner = [left + width * x as f64, top + ROW * y as f64];
            if let Some(cell) = found {
                draw(&mut svg, cell, most, corner, width);
                let [x, y] = corner;
                cells.push([x + 1.0, y + 1.0, width - 2.0, ROW - 2.0]);
                if cell.is_short() {
                    short.push([x + 2.0, y + 2.0, width - 4.0, ROW - 4.0]);
                }
            }
        }
    }
    svg.rects("cell", &cells);
    svg.rects("short", &short);
    let height = top + ROW * order.categories.len() as f64 + 4.0;
    Some(words.figure(svg.finish(WIDTH, height), table(grid)))
}

fn how_read(grid: &Grid, order: &Order<'_>) -> String {
    let mut said = String::from("In each cell: how many there are to draw from");
    if grid.cells.iter().any(|cell| cell.asked.is_some()) {
        said += ", and below whether that is enough for the largest size asked (≥) or not (<); dashed where a size was left out or made \
                 smaller";
    }
    said.push('.');
    for (left_out, what) in order.left_out.into_iter().zip(["categories", "columns"]) {
        if left_out > 0 {
            let left_out = thousands(left_out as u64);
            said += &format!(" {left_out} {what} with fewer are not drawn.");
        }
    }
    said
}

fn about(grid: &Grid, short: &[&Cell]) -> String {
    let cells = grid.cells.len();
    let each = grid.cells.iter().map(|cell| cell.available);
    let (least, most) = (each.clone().min().unwrap_or(0), each.max().unwrap_or(0));
    let mut said = format!(
        "{} cells with {} to {} to draw from.",
        thousands(cells as u64),
        thousands(least),
        thousands(most)
    );
    if !short.is_empty() {
        said += &format!(" {}", told(short));
    } else if grid.cells.iter().any(|cell| cell.asked.is_some()) {
        said += " None is short of what was asked.";
    }
    said
}

/// Which cells are short of what: those of one reason together, with the reason and what would fill them.
fn told(short: &[&Cell]) -> String {
    let mut by_reason: indexmap::IndexMap<(Option<&str>, Option<&str>), Vec<&Cell>> =
        indexmap::IndexMap::new();
    for cell in short {
        let key = (cell.reason.as_deref(), cell.mend);
        by_reason.entry(key).or_default().push(cell);
    }
    let groups = by_reason.len().saturating_sub(REASONS_MAX);
    let mut said: Vec<String> = by_reason
        .iter()
        .take(REASONS_MAX)
        .map(|((reason, mend), cells)| {
            let why = [
                reason.map(|reason| fitted(reason, 3.0 * LABEL_MAX)),
                mend.map(str::to_owned),
            ];
            let why: Vec<String> = why.into_iter().flatten().collect();
            let cells = listed_of(cells.iter().map(|cell| cell.shortage()), SHORT_MAX);
            match why.is_empty() {
                true => format!("Short: {cells}."),
                false => format!("Short: {cells}: {}.", why.join("; ")),
            }
        })
        .collect();
    if groups > 0 {
        said.push(format!("And for {groups} more reasons."));
    }
    said.join(" ")
}

/// How many reasons a caption says, and how many cells of each.
const REASONS_MAX: usize = 4;
const SHORT_MAX: usize = 24;

impl<'g> Order<'g> {
    fn of(grid: &'g Grid) -> Self {
        let of = |name: fn(&Cell) -> [&str; 2], most: usize| few(&grid.cells, name, most);
        let (mut columns, left) = of(|cell| [&cell.style, &cell.length], COLUMNS_MAX);
        let rows_max = ROWS_MAX.min(CELLS_MAX / columns.len().max(1));
        let (categories, rows) = of(|cell| [&cell.category, ""], rows_max);
        // Columns of one style stand together.
        let styles: Vec<&str> = columns.iter().map(|[style, _]| *style).collect();
        columns.sort_by_key(|[style, _]| styles.iter().position(|other| other == style));
        Self {
            categories: categories.into_iter().map(|[name, _]| name).collect(),
            columns,
            left_out: [rows, left],
        }
    }
}

/// The names with most trajectories, in the order of their first cells; how many there are besides.
fn few<'g>(
    cells: &'g [Cell],
    name: impl Fn(&'g Cell) -> [&'g str; 2],
    most: usize,
) -> (Vec<[&'g str; 2]>, usize) {
    let mut found: indexmap::IndexMap<[&str; 2], u64> = indexmap::IndexMap::new();
    for cell in cells {
        let count = found.entry(name(cell)).or_default();
        *count = count.saturating_add(cell.available);
    }
    let mut counts: Vec<u64> = found.values().copied().collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    let least = counts.get(most.min(counts.len()) - 1).copied().unwrap_or(0);
    let all = found.len();
    let names: Vec<[&str; 2]> = found
        .into_iter()
        .filter(|(_, count)| *count >= least)
        .map(|(name, _)| name)
        .take(most)
        .collect();
    let left = all - names.len();
    (names, left)
}

/// The names over the columns, styles over lengths; how far down the cells begin.
fn heads(svg: &mut Svg, columns: &[[&str; 2]], left: f64, width: f64) -> f64 {
    let has_styles = columns.iter().any(|[style, _]| !style.is_empty());
    let top = if has_styles { 38.0 } else { 20.0 };
    for (at, [_, length]) in columns.iter().enumerate() {
        let place = [left + width * (at as f64 + 0.5), top - 7.0];
        svg.text("", place, Anchor::Middle, &fitted(length, width - 6.0));
    }
    let mut first = 0;
    for group in columns.chunk_by(|[a, _], [b, _]| a == b) {
        let room = width * group.len() as f64;
        let from = left + width * first as f64;
        let style = fitted(group[0][0], (room - 6.0) / BOLD);
        svg.text("strong", [from + room / 2.0, 11.0], Anchor::Middle, &style);
        if has_styles {
            svg.line("axis", [from + 3.0, 16.0], [from + room - 3.0, 16.0]);
        }
        first += group.len();
    }
    top
}

fn draw(svg: &mut Svg, cell: &Cell, most: u64, [left, top]: [f64; 2], width: f64) {
    // A root: what is a hundredth of the most is still a tenth as dark.
    let share = libm::sqrt(cell.available as f64 / most.max(1) as f64);
    svg.tones(share, &[[left + 1.0, top + 1.0, width - 2.0, ROW - 2.0]]);
    let middle = left + width / 2.0;
    let base = top + if cell.asked.is_some() { 15.0 } else { 21.0 };
    let available = fitted(&thousands(cell.available), width - 4.0);
    svg.text("", [middle, base], Anchor::Middle, &available);
    if let Some(asked) = cell.asked {
        let sign = if cell.lacks() { '<' } else { '≥' };
        let said = fitted(&format!("{sign} {}", thousands(asked)), width - 4.0);
        svg.text("", [middle, top + 28.0], Anchor::Middle, &said);
    }
}

fn table(grid: &Grid) -> Table {
    let mut table = Table::new(&[
        "category",
        "length",
        "style",
        "available",
        "largest asked",
        "standing",
    ]);
    for cell in &grid.cells {
        table.push([
            cell.category.clone(),
            cell.length.clone(),
            cell.style.clone(),
            thousands(cell.available),
            cell.asked.map_or("–".into(), thousands),
            match (&cell.reason, cell.is_short()) {
                (Some(reason), _) => format!("short: {reason}"),
                (None, true) => "short".to_owned(),
                (None, false) => String::new(),
            },
        ]);
    }
    table
}
