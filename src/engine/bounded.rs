//! Functions of SQL that make much of little, with a bound.
//!
//! `repeat('x', 1000000000)` is a gigabyte, made at once and counted by nobody: DataFusion's limits hold what its
//! operators keep, and not what a function returns. What such a call would come to follows from its arguments.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::{cast, max, min};
use arrow::datatypes::{DataType, FieldRef, Int64Type};
use datafusion::common::{DataFusionError, exec_err};
use datafusion::logical_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
};
use datafusion::prelude::SessionContext;

type Answer<T> = Result<T, DataFusionError>;

/// How large a call's answer is, by its arguments and how many rows it is for.
type Size = fn(&[ArrayRef], usize) -> Answer<u64>;

const FUNCTIONS: [(&str, Size); 7] = [
    ("repeat", copies),
    ("array_repeat", copies),
    ("lpad", padded),
    ("rpad", padded),
    ("array_resize", resized),
    ("range", series),
    ("generate_series", series),
];

/// Puts the bounded functions in the place of a session's own.
pub(super) fn register(context: &SessionContext, bytes_max: u64) {
    let state = context.state();
    for (name, size) in FUNCTIONS {
        if let Some(function) = state.scalar_functions().get(name) {
            context.register_udf(ScalarUDF::new_from_impl(Bounded {
                function: Arc::clone(function),
                name,
                size: Estimate(size),
                bytes_max,
            }));
        }
    }
}

/// A function that answers where the answer is not too large.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Bounded {
    function: Arc<ScalarUDF>,
    name: &'static str,
    size: Estimate,
    bytes_max: u64,
}

/// Two are the same where their functions' names are, which stand beside them.
#[derive(Debug)]
struct Estimate(Size);

impl PartialEq for Estimate {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Estimate {}

impl std::hash::Hash for Estimate {
    fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
}

impl ScalarUDFImpl for Bounded {
    fn name(&self) -> &str {
        self.function.name()
    }

    fn aliases(&self) -> &[String] {
        self.function.aliases()
    }

    fn signature(&self) -> &Signature {
        self.function.signature()
    }

    fn return_type(&self, kinds: &[DataType]) -> Answer<DataType> {
        self.function.return_type(kinds)
    }

    fn return_field_from_args(&self, arguments: ReturnFieldArgs<'_>) -> Answer<FieldRef> {
        self.function.return_field_from_args(arguments)
    }

    fn coerce_types(&self, kinds: &[DataType]) -> Answer<Vec<DataType>> {
        self.function.inner().coerce_types(kinds)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Answer<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&arguments.args)?;
        let bytes = (self.size.0)(&arrays, arguments.number_rows)?;
        if bytes > self.bytes_max {
            return exec_err!(
                "`{}` would make {} MB, and there are {} for it",
                self.name,
                bytes / 1_000_000,
                self.bytes_max / 1_000_000
            );
        }
        self.function.invoke_with_args(arguments)
    }
}

/// Each value as often as the largest count says.
fn copies(arguments: &[ArrayRef], _: usize) -> Answer<u64> {
    let bytes = arguments
        .first()
        .map_or(0, |array| array.get_array_memory_size());
    Ok(largest(arguments.get(1))?.saturating_mul(bytes as u64))
}

/// Characters of up to four bytes.
fn padded(arguments: &[ArrayRef], rows: usize) -> Answer<u64> {
    Ok(largest(arguments.get(1))?.saturating_mul(4 * rows as u64))
}

fn resized(arguments: &[ArrayRef], rows: usize) -> Answer<u64> {
    Ok(largest(arguments.get(1))?.saturating_mul(16 * rows as u64))
}

/// From the first to the second number; one alone is the end. Steps are taken for 1.
fn series(arguments: &[ArrayRef], rows: usize) -> Answer<u64> {
    let ends = arguments.iter().take(2).map(numbers);
    let mut span = 0_u64;
    for numbers in ends {
        let numbers = numbers?;
        let numbers = numbers.as_primitive::<Int64Type>();
        let (least, most) = (min(numbers).unwrap_or(0), max(numbers).unwrap_or(0));
        span = span.saturating_add(least.unsigned_abs().max(most.unsigned_abs()));
    }
    Ok(span.saturating_mul(8 * rows.max(1) as u64))
}

/// The largest of some counts; below zero they make nothing.
fn largest(counts: Option<&ArrayRef>) -> Answer<u64> {
    let Some(counts) = counts else { return Ok(0) };
    let counts = numbers(counts)?;
    let most = max(counts.as_primitive::<Int64Type>());
    Ok(u64::try_from(most.unwrap_or(0)).unwrap_or(0))
}

fn numbers(array: &ArrayRef) -> Answer<ArrayRef> {
    match array.data_type() {
        kind if kind.is_integer() || *kind == DataType::Null => Ok(cast(array, &DataType::Int64)?),
        kind => exec_err!("it takes whole numbers here, and no {kind}"),
    }
}
