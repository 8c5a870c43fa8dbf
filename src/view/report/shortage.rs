//! What would fill a cell of the grid that is short: which key of the pipeline, and which value.

use super::facts::{Facts, Row, is};
use super::grid::Asked;
use crate::Result;
use crate::bucket::category::{self, DIVERSE};
use crate::bucket::length::LengthRules;
use crate::select::Lack;

/// Problems with a kept trajectory by category and style, and by category in any style.
pub(super) struct Supply {
    by_style: Vec<Row>,
    of_any: Vec<Row>,
}

/// What fills a cell.
pub(super) struct Mend {
    /// The same for all cells that are short for the same reason.
    pub rule: &'static str,
    /// The key with its value for this one, where that is known.
    pub value: Option<String>,
}

// A bucket is one for a grid, and no size of it may be larger.
const OVERLAP: &str = "mended in a `[[grid]]` of its own by a `[grid.length] bucket` of at most half of the problems there, and no \
                       `size` above that";
const OVERLAP_IN_SMALLEST: &str = "mended in a `[[grid]]` of its own by a `[grid.length] bucket` of at most half of the problems of \
                                   its smallest category, and no `size` above what all its buckets hold";
const SHARE: &str = "mended in a `[[grid]]` of its own by a smaller `[grid.length] bucket` and no `size` above that, or by a larger \
                     `bucket_share_max`";
const FEWER: &str =
    "mended by a smaller `size`, or by `on_shortfall = \"short\"`, which takes what there is";
const BUCKET: &str = "mended by a larger `[grid.length] bucket`, or by a smaller `size`";
const NOTHING: &str = "nothing there is of it: leave it out of its `[[grid]]`, or read more rows";
const FIRST_TOO_LONG: &str = "mended by a larger `size` in tokens";

impl Supply {
    pub(super) fn of(facts: &Facts) -> Result<Self> {
        let by = |columns: &str| {
            facts.ask(&format!(
                "SELECT {columns}, count(DISTINCT problem_id) AS problems FROM ledger WHERE fate = 'kept' GROUP BY {columns}"
            ))
        };
        Ok(Self {
            by_style: by("problem_category, style")?,
            of_any: by("problem_category")?,
        })
    }

    /// How many problems there are of a category and a style, of any where none is named.
    fn problems(&self, category: Option<&str>, style: Option<&str>) -> u64 {
        let rows = match style {
            Some(_) => &self.by_style,
            None => &self.of_any,
        };
        let is_it = |row: &&Row| {
            category.is_none_or(|name| row.text("problem_category") == Some(name))
                && style.is_none_or(|name| row.text("style") == Some(name))
        };
        rows.iter()
            .filter(is_it)
            .map(|row| row.count("problems"))
            .sum()
    }

    /// What became of all that a cell could be drawn from, as a query; none where that is nothing.
    pub(super) fn fates(&self, cell: &Asked) -> Option<String> {
        let category = category_of(cell);
        let style = cell.style_alone();
        if self.problems(category, style) == 0 {
            return None;
        }
        let conditions = [("problem_category", category), ("style", style)];
        let conditions: Vec<String> = conditions
            .into_iter()
            .filter(|(_, value)| value.is_some())
            .map(|(column, value)| is(column, value))
            .collect();
        let wanted = match conditions.is_empty() {
            true => String::new(),
            false => format!(" WHERE {}", conditions.join(" AND ")),
        };
        Some(format!(
            "SELECT fate, reason, count(DISTINCT problem_id) AS problems, count(*) AS entries FROM ledger{wanted} GROUP BY fate, reason \
             ORDER BY entries DESC"
        ))
    }
}

/// What would fill a cell; none where nothing is missing, or nobody knows what.
pub(super) fn mend(cell: &Asked, length: &LengthRules) -> Option<Mend> {
    let bucket = |most: usize| (most > 0).then(|| format!("bucket = {}", most.min(length.bucket)));
    let available = cell.available.unwrap_or_default();
    let is_full = cell.is_ranked && length.bucket as u64 <= available;
    let size = || (cell.is_of_rows() && available > 0).then(|| format!("size = [{available}]"));
    let (rule, value) = match cell.lack.as_ref()? {
        Lack::Nothing => (NOTHING, None),
        Lack::FirstTooLong => (FIRST_TOO_LONG, None),
        Lack::Fewer if is_full => (BUCKET, size()),
        Lack::Fewer => (FEWER, size()),
        Lack::BucketShare(from) => (SHARE, bucket(length.bucket_max(from.problems as usize))),
        Lack::Overlap(from) => {
            let is_of_one = from.category == cell.category;
            let rule = if is_of_one {
                OVERLAP
            } else {
                OVERLAP_IN_SMALLEST
            };
            (rule, bucket(from.problems as usize / 2))
        }
    };
    Some(Mend { rule, value })
}

/// The category of the problems that a cell is drawn from; none where it is drawn from several.
fn category_of(cell: &Asked) -> Option<&str> {
    let is_one = category::decides(&cell.category) && cell.category != DIVERSE;
    is_one.then_some(&*cell.category)
}

impl Mend {
    /// With the value for its cell.
    pub(super) fn said(&self) -> String {
        match &self.value {
            Some(value) => format!("{}: here `{value}`", self.rule),
            None => self.rule.to_owned(),
        }
    }
}
