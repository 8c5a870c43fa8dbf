//! How many bytes each row of decoded columns would take as cells.
//!
//! What a file holds says little of that: one long text in a dictionary may stand in every row, and a list of a
//! million nulls is a few bytes. Rows are measured by copies of their texts, so that batches are cut, and rows found
//! too large, by what they come to and not by what was stored.

use arrow::array::{Array, ArrayRef, AsArray, OffsetSizeTrait};
use arrow::datatypes::DataType;

use crate::source::value::Value;

/// What a value takes beside its text.
const VALUE_BYTES: u64 = size_of::<Value<'static>>() as u64;

/// The bytes of each of `rows` rows of these columns together.
pub(super) fn weights<'a>(columns: impl Iterator<Item = &'a ArrayRef>, rows: usize) -> Vec<u64> {
    let mut sums = vec![0_u64; rows];
    for column in columns {
        add(&mut sums, &of(column));
    }
    sums
}

fn add(sums: &mut [u64], more: &[u64]) {
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum = sum.saturating_add(*more);
    }
}

/// The bytes of each value; what a null hides counts as if it were there.
fn of(array: &dyn Array) -> Vec<u64> {
    match array.data_type() {
        DataType::Utf8View => of_views(array.as_string_view().views()),
        DataType::BinaryView => of_views(array.as_binary_view().views()),
        DataType::Utf8 => of_offsets(array.as_string::<i32>().value_offsets()),
        DataType::LargeUtf8 => of_offsets(array.as_string::<i64>().value_offsets()),
        DataType::Binary => of_offsets(array.as_binary::<i32>().value_offsets()),
        DataType::LargeBinary => of_offsets(array.as_binary::<i64>().value_offsets()),
        DataType::FixedSizeBinary(width) => {
            vec![VALUE_BYTES + width.unsigned_abs() as u64; array.len()]
        }
        _ => of_nested(array),
    }
}

/// The bytes of each value that consists of others, or refers to one; all others are small.
fn of_nested(array: &dyn Array) -> Vec<u64> {
    match array.data_type() {
        DataType::List(_) => {
            let list = array.as_list::<i32>();
            of_lists(list.values(), list.value_offsets())
        }
        DataType::LargeList(_) => {
            let list = array.as_list::<i64>();
            of_lists(list.values(), list.value_offsets())
        }
        DataType::Map(..) => {
            let map = array.as_map();
            of_lists(map.entries(), map.value_offsets())
        }
        DataType::FixedSizeList(_, length) => {
            let list = array.as_fixed_size_list();
            let length = length.unsigned_abs() as usize;
            let ends = (0..=array.len()).map(|at| (list.value_offset(0) as usize) + at * length);
            of_ranges(list.values(), ends.clone().zip(ends.skip(1)))
        }
        DataType::ListView(_) => {
            let list = array.as_list_view::<i32>();
            of_ranges(list.values(), spans(list.offsets(), list.sizes()))
        }
        DataType::LargeListView(_) => {
            let list = array.as_list_view::<i64>();
            of_ranges(list.values(), spans(list.offsets(), list.sizes()))
        }
        DataType::Struct(_) => {
            let mut sums = vec![VALUE_BYTES; array.len()];
            for column in array.as_struct().columns() {
                add(&mut sums, &of(column));
            }
            sums
        }
        DataType::Dictionary(..) => of_keys(array),
        _ => vec![VALUE_BYTES; array.len()],
    }
}

/// A view begins with its text's length.
fn of_views(views: &[u128]) -> Vec<u64> {
    let views = views.iter();
    views
        .map(|view| VALUE_BYTES + u64::from(*view as u32))
        .collect()
}

fn of_offsets<O: OffsetSizeTrait>(offsets: &[O]) -> Vec<u64> {
    let pairs = offsets.windows(2);
    pairs
        .map(|ends| VALUE_BYTES + (ends[1] - ends[0]).as_usize() as u64)
        .collect()
}

fn of_lists<O: OffsetSizeTrait>(items: &dyn Array, offsets: &[O]) -> Vec<u64> {
    let pairs = offsets.windows(2);
    of_ranges(
        items,
        pairs.map(|ends| (ends[0].as_usize(), ends[1].as_usize())),
    )
}

fn spans<'a, O: OffsetSizeTrait>(
    offsets: &'a [O],
    sizes: &'a [O],
) -> impl Iterator<Item = (usize, usize)> + 'a {
    let spans = offsets.iter().zip(sizes);
    spans.map(|(start, size)| (start.as_usize(), start.as_usize() + size.as_usize()))
}

/// Lists of the items in these ranges, which may lie over one another.
fn of_ranges(items: &dyn Array, ranges: impl Iterator<Item = (usize, usize)>) -> Vec<u64> {
    let mut before = Vec::with_capacity(items.len() + 1);
    let mut sum = 0_u64;
    before.push(0);
    before.extend(of(items).into_iter().map(|bytes| {
        sum = sum.saturating_add(bytes);
        sum
    }));
    let until = |end: usize| before.get(end).copied().unwrap_or(sum);
    ranges
        .map(|(start, end)| VALUE_BYTES.saturating_add(until(end).saturating_sub(until(start))))
        .collect()
}

fn of_keys(array: &dyn Array) -> Vec<u64> {
    let dictionary = array.as_any_dictionary();
    let values = of(dictionary.values());
    if values.is_empty() {
        return vec![VALUE_BYTES; array.len()];
    }
    let keys = dictionary.normalized_keys();
    keys.into_iter()
        .map(|key| values.get(key).copied().unwrap_or(VALUE_BYTES))
        .collect()
}
