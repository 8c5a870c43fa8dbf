//! Functions of SQL that make much of little, with a bound.
//!
//! `repeat('x', 1000000000)` is a gigabyte, made at once and counted by nobody: DataFusion's limits hold what its
//! operators keep, and not what a function returns. What such a call would come to follows from its arguments. A batch
//! for which it would be too much is answered in parts, so that only what is too large itself is refused.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringViewArray};
use arrow::compute::{cast, concat, max, min};
use arrow::datatypes::{DataType, FieldRef, Int64Type};
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchema, DataFusionError, exec_err};
use datafusion::execution::FunctionRegistry;
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::expr_rewriter::FunctionRewrite;
use datafusion::logical_expr::{
    BinaryExpr, ColumnarValue, Expr, ExprSchemable, LogicalPlan, Operator, ReturnFieldArgs,
    ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::prelude::SessionContext;

type Answer<T> = Result<T, DataFusionError>;

/// How large a call's answer is, by its arguments and how many rows it is for; never less than it is. Of what makes little
/// of much, how many steps it takes.
type Size = fn(&[ColumnarValue], usize) -> Answer<u64>;

const FUNCTIONS: [(&str, Size); 21] = [
    ("repeat", copies),
    ("array_repeat", copies),
    ("lpad", padded),
    ("rpad", padded),
    ("array_resize", resized),
    ("range", series),
    ("generate_series", series),
    ("concat", together),
    ("concat_ws", separated),
    ("overlay", together),
    ("make_array", together),
    ("array_concat", together),
    ("array_append", together),
    ("array_prepend", together),
    ("array_union", together),
    ("replace", replaced),
    ("regexp_replace", matched),
    ("string_to_array", split),
    ("array_to_string", delimited),
    ("array_replace_all", exchanged),
    (OF_STEPS, steps),
];

/// Cannot be broken off, and compares each letter of one text with each of the other.
const OF_STEPS: &str = "levenshtein";

/// Aggregates that hold all that they see: over a window they would make as much again for each row.
const COLLECTING: [&str; 2] = ["array_agg", "string_agg"];

/// Has the bounded functions answer in the place of a session's own, wherever a query calls one.
pub(super) fn register(context: &mut SessionContext, bytes_max: u64) -> Answer<()> {
    let in_place = InPlace::of(context, bytes_max);
    context.register_function_rewrite(Arc::new(in_place))
}

/// Has a session that carries out what another one planned know the bounded functions by their names.
#[cfg(feature = "cluster")]
pub(super) fn register_by_name(context: &SessionContext, bytes_max: u64) {
    let in_place = InPlace::of(context, bytes_max);
    let functions = in_place.functions.into_values();
    for function in functions.chain([in_place.joined]) {
        context.register_udf(Arc::unwrap_or_clone(function));
    }
}

/// Refuses what no bound of a call holds.
pub(super) fn check(plan: &LogicalPlan) -> Answer<()> {
    let found = plan.apply_with_subqueries(|node| {
        let LogicalPlan::Window(window) = node else {
            return Ok(TreeNodeRecursion::Continue);
        };
        for one in &window.window_expr {
            one.apply(|part| match part {
                Expr::WindowFunction(function) if COLLECTING.contains(&function.fun.name()) => {
                    exec_err!(
                        "`{}` over a window makes a list for each of its rows: group by what it is over, and join",
                        function.fun.name()
                    )
                }
                _ => Ok(TreeNodeRecursion::Continue),
            })?;
        }
        Ok(TreeNodeRecursion::Continue)
    });
    found.map(drop)
}

/// Puts the bounded functions into queries.
#[derive(Debug)]
struct InPlace {
    functions: HashMap<String, Arc<ScalarUDF>>,
    /// What `||` does with texts.
    joined: Arc<ScalarUDF>,
}

impl InPlace {
    /// Those of the functions that a session has.
    fn of(context: &SessionContext, bytes_max: u64) -> Self {
        let own = context.state();
        let mut functions = HashMap::new();
        for (name, size) in FUNCTIONS {
            if let Some(function) = own.scalar_functions().get(name) {
                let bounded = Bounded::of(Arc::clone(function), size, bytes_max);
                functions.insert(function.name().to_owned(), bounded);
            }
        }
        let joined = Arc::new(ScalarUDF::new_from_impl(Joined {
            signature: Signature::any(2, Volatility::Immutable),
        }));
        Self {
            functions,
            joined: Bounded::of(joined, together, bytes_max),
        }
    }
}

impl FunctionRewrite for InPlace {
    fn name(&self) -> &str {
        "bounded functions"
    }

    fn rewrite(
        &self,
        expr: Expr,
        schema: &DFSchema,
        _: &ConfigOptions,
    ) -> Answer<Transformed<Expr>> {
        Ok(match expr {
            Expr::ScalarFunction(ScalarFunction { func, args }) => {
                let bounded = self.functions.get(func.name());
                let func = bounded.map_or(func, Arc::clone);
                let call = Expr::ScalarFunction(ScalarFunction { func, args });
                Transformed::new_transformed(call, bounded.is_some())
            }
            Expr::BinaryExpr(BinaryExpr { left, op, right })
                if op == Operator::StringConcat
                    && is_text(&left, schema)
                    && is_text(&right, schema) =>
            {
                Transformed::yes(self.joined.call(vec![*left, *right]))
            }
            other => Transformed::no(other),
        })
    }
}

fn is_text(expr: &Expr, schema: &DFSchema) -> bool {
    expr.get_type(schema).is_ok_and(|kind| kind.is_string())
}

/// A function that answers where the answer is not too large.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Bounded {
    function: Arc<ScalarUDF>,
    size: Estimate,
    bytes_max: u64,
}

/// Two are the same where their functions are, which stand beside them.
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

impl Bounded {
    fn of(function: Arc<ScalarUDF>, size: Size, bytes_max: u64) -> Arc<ScalarUDF> {
        Arc::new(ScalarUDF::new_from_impl(Self {
            function,
            size: Estimate(size),
            bytes_max,
        }))
    }

    fn refused<T>(&self, bytes: u64) -> Answer<T> {
        let (takes, unit) = match self.function.name() == OF_STEPS {
            true => ("take", "million steps"),
            false => ("make", "MB"),
        };
        exec_err!(
            "`{}` would {takes} {} {unit}, and there are {} for it",
            self.function.name(),
            bytes / 1_000_000,
            self.bytes_max / 1_000_000
        )
    }

    /// The answer for some rows: at once, or for either half of them.
    fn answer(&self, arguments: ScalarFunctionArgs) -> Answer<ColumnarValue> {
        let rows = arguments.number_rows;
        let is_of_rows = |value: &ColumnarValue| matches!(value, ColumnarValue::Array(_));
        let is_one = !arguments.args.iter().any(is_of_rows);
        let bytes = (self.size.0)(&arguments.args, if is_one { 1 } else { rows })?;
        if bytes <= self.bytes_max {
            return self.function.invoke_with_args(arguments);
        }
        if is_one || rows < 2 {
            return self.refused(bytes);
        }
        let half = rows / 2;
        let first = self.part(&arguments, 0, half)?;
        let second = self.part(&arguments, half, rows - half)?;
        let bytes = size_of(&first).saturating_add(size_of(&second));
        match bytes <= self.bytes_max {
            true => Ok(ColumnarValue::Array(concat(&[&first, &second])?)),
            false => self.refused(bytes),
        }
    }

    fn part(&self, arguments: &ScalarFunctionArgs, from: usize, rows: usize) -> Answer<ArrayRef> {
        let mut part = arguments.clone();
        part.number_rows = rows;
        for value in &mut part.args {
            if let ColumnarValue::Array(array) = value {
                *array = array.slice(from, rows);
            }
        }
        self.answer(part)?.into_array(rows)
    }
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
        self.answer(arguments)
    }
}

/// Two texts as one, null where either is: `||`.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Joined {
    signature: Signature,
}

impl ScalarUDFImpl for Joined {
    fn name(&self) -> &str {
        "||"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Answer<DataType> {
        Ok(DataType::Utf8View)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Answer<ColumnarValue> {
        let rows = arguments.number_rows;
        let texts = Texts::of(&arguments.args)?;
        let joined = (0..rows).map(|row| {
            let (first, second) = (texts.at(0, row)?, texts.at(1, row)?);
            Some([first, second].concat())
        });
        let joined = joined.collect::<StringViewArray>();
        Ok(ColumnarValue::Array(Arc::new(joined)))
    }
}

/// Arguments that are texts.
struct Texts(Vec<(StringViewArray, bool)>);

impl Texts {
    fn of(arguments: &[ColumnarValue]) -> Answer<Self> {
        let text = |value: &ColumnarValue| {
            let is_one = matches!(value, ColumnarValue::Scalar(_));
            let texts = cast(&array_of(value)?, &DataType::Utf8View)?;
            Ok((texts.as_string_view().clone(), is_one))
        };
        arguments.iter().map(text).collect::<Answer<_>>().map(Self)
    }

    /// An argument in a row; none where it is null, or is not given.
    fn at(&self, argument: usize, row: usize) -> Option<&str> {
        let (texts, is_one) = self.0.get(argument)?;
        let row = if *is_one { 0 } else { row };
        texts.is_valid(row).then(|| texts.value(row))
    }
}

/// An argument as it is: what is the same in all rows is there once.
fn array_of(value: &ColumnarValue) -> Answer<ArrayRef> {
    match value {
        ColumnarValue::Array(array) => Ok(Arc::clone(array)),
        ColumnarValue::Scalar(scalar) => scalar.to_array_of_size(1),
    }
}

/// What an argument takes in so many rows.
fn bytes_of(value: &ColumnarValue, rows: usize) -> Answer<u64> {
    let bytes = size_of(&array_of(value)?);
    Ok(match value {
        ColumnarValue::Array(_) => bytes,
        ColumnarValue::Scalar(_) => bytes.saturating_mul(rows as u64),
    })
}

/// What the values of an array take.
fn size_of(array: &ArrayRef) -> u64 {
    match array.as_string_view_opt() {
        Some(texts) => texts
            .iter()
            .map(|text| 16 + text.map_or(0, str::len) as u64)
            .sum(),
        None => {
            let of_slice = array.to_data().get_slice_memory_size();
            of_slice.unwrap_or_else(|_| array.get_array_memory_size()) as u64
        }
    }
}

/// Values that a list has in all, or as many as there are rows.
fn items_of(value: &ColumnarValue, rows: usize) -> Answer<u64> {
    let array = array_of(value)?;
    let items = match array.data_type() {
        DataType::List(_) => {
            let offsets = array.as_list::<i32>().value_offsets();
            (offsets.last().unwrap_or(&0) - offsets.first().unwrap_or(&0)) as u64
        }
        DataType::LargeList(_) => {
            let offsets = array.as_list::<i64>().value_offsets();
            (offsets.last().unwrap_or(&0) - offsets.first().unwrap_or(&0)) as u64
        }
        _ => array.len() as u64,
    };
    Ok(match value {
        ColumnarValue::Array(_) => items,
        ColumnarValue::Scalar(_) => items.saturating_mul(rows as u64),
    })
}

/// Each value as often as the largest count says.
fn copies(arguments: &[ColumnarValue], rows: usize) -> Answer<u64> {
    let bytes = arguments
        .first()
        .map_or(Ok(0), |value| bytes_of(value, rows))?;
    Ok(largest(arguments.get(1))?.saturating_mul(bytes.max(rows as u64)))
}

/// Characters of up to four bytes.
fn padded(arguments: &[ColumnarValue], rows: usize) -> Answer<u64> {
    Ok(largest(arguments.get(1))?.saturating_mul(4 * rows as u64))
}

fn resized(arguments: &[ColumnarValue], rows: usize) -> Answer<u64> {
    let each = arguments.get(2).map_or(Ok(0), |value| bytes_of(value, 1))?;
    let items = largest(arguments.get(1))?.saturating_mul(each.max(16));
    Ok(items.saturating_mul(rows as u64))
}

/// From the first to the second number; one alone is the end. Steps are taken for 1.
fn series(arguments: &[ColumnarValue], rows: usize) -> Answer<u64> {
    let mut span = 0_u64;
    for value in arguments.iter().take(2) {
        let numbers = numbers(&array_of(value)?)?;
        let numbers = numbers.as_primitive::<Int64Type>();
        let (least, most) = (min(numbers).unwrap_or(0), max(numbers).unwrap_or(0));
        span = span.saturating_add(least.unsigned_abs().max(most.unsigned_abs()));
    }
    Ok(span.saturating_mul(8 * rows as u64))
}

/// All arguments, one behind the other.
fn together(arguments: &[ColumnarValue], rows: usize) -> Answer<u64> {
    arguments.iter().try_fold(0_u64, |all, value| {
        Ok(all.saturating_add(bytes_of(value, rows)?))
    })
}

/// The same with the first between any two of the others.
fn separated(arguments: &[ColumnarValue], rows: usize) -> Answer<u64> {
    let separator = arguments
        .first()
        .map_or(Ok(0), |value| bytes_of(value, rows))?;
    let separators = separator.saturating_mul(arguments.len() as u64);
    Ok(together(arguments, rows)?.saturating_add(separators))
}

/// The letters of one text by those of the other.
fn steps(arguments: &[ColumnarValue], rows: usize) -> Answer<u64> {
    let texts = Texts::of(arguments)?;
    let letters = |argument, row| texts.at(argument, row).map_or(0, str::len) as u64;
    let sizes = (0..rows).map(|row| letters(0, row).saturating_mul(letters(1, row)));
    Ok(sizes.fold(0, u64::saturating_add))
}

/// Each text with another in the place of each that is found in it.
fn replaced(arguments: &[ColumnarValue], rows: usize) -> Answer<u64> {
    let texts = Texts::of(arguments)?;
    let sizes = (0..rows).map(|row| {
        let (Some(text), Some(found)) = (texts.at(0, row), texts.at(1, row)) else {
            return 0;
        };
        let places = text.matches(found).count() as u64;
        let other = texts.at(2, row).map_or(0, str::len) as u64;
        places
            .saturating_mul(other)
            .saturating_add(text.len() as u64)
    });
    Ok(sizes.fold(0, u64::saturating_add))
}

/// The same where a pattern may be found anywhere, and what is put there may hold what was found.
fn matched(arguments: &[ColumnarValue], rows: usize) -> Answer<u64> {
    let texts = Texts::of(arguments)?;
    let sizes = (0..rows).map(|row| {
        let (text, other) = (texts.at(0, row), texts.at(2, row));
        let (text, other) = (text.unwrap_or_default(), other.unwrap_or_default());
        let is_everywhere = texts.at(3, row).is_some_and(|flags| flags.contains('g'));
        let places = if is_everywhere {
            text.len() as u64 + 1
        } else {
            1
        };
        let again = other.matches(['\\', '$']).count() as u64 + 1;
        let of_text = again.saturating_mul(text.len() as u64);
        places
            .saturating_mul(other.len() as u64)
            .saturating_add(of_text)
    });
    Ok(sizes.fold(0, u64::saturating_add))
}

/// At most each letter by itself.
fn split(arguments: &[ColumnarValue], rows: usize) -> Answer<u64> {
    let text = arguments
        .first()
        .map_or(Ok(0), |value| bytes_of(value, rows))?;
    Ok(text.saturating_mul(17))
}

/// The items as text, with another between them, and one in the place of nulls.
fn delimited(arguments: &[ColumnarValue], rows: usize) -> Answer<u64> {
    let Some((list, between)) = arguments.split_first() else {
        return Ok(0);
    };
    let items = items_of(list, rows)?;
    let longest = between.iter().try_fold(24_u64, |all, value| {
        Ok::<_, DataFusionError>(all.saturating_add(bytes_of(value, 1)?))
    })?;
    Ok(items
        .saturating_mul(longest)
        .saturating_add(bytes_of(list, rows)?))
}

/// Items with another in the place of each.
fn exchanged(arguments: &[ColumnarValue], rows: usize) -> Answer<u64> {
    let Some((list, others)) = arguments.split_first() else {
        return Ok(0);
    };
    let other = others.last().map_or(Ok(0), |value| bytes_of(value, 1))?;
    let items = items_of(list, rows)?.saturating_mul(other);
    Ok(items.saturating_add(bytes_of(list, rows)?))
}

/// The largest of some counts; below zero they make nothing.
fn largest(counts: Option<&ColumnarValue>) -> Answer<u64> {
    let Some(counts) = counts else { return Ok(0) };
    let counts = numbers(&array_of(counts)?)?;
    let most = max(counts.as_primitive::<Int64Type>());
    Ok(u64::try_from(most.unwrap_or(0)).unwrap_or(0))
}

fn numbers(array: &ArrayRef) -> Answer<ArrayRef> {
    match array.data_type() {
        kind if kind.is_integer() || *kind == DataType::Null => Ok(cast(array, &DataType::Int64)?),
        kind => exec_err!("it takes whole numbers here, and no {kind}"),
    }
}
