//! What a column is: its name, type and meaning, with what fills and reads it.
//!
//! A [`Column`] is written once, beside the writer of its table. Writing pairs it with the value that a row has
//! of it (`ROW.always(|entry| entry.row)`), and a table is the list of such pairs: no array is filled by its
//! place. Reading asks the same column (`ROW.of(&batch)?`), whose type says what comes. `gradatim schema TABLE`
//! prints the columns of a table and `schemas/` keeps the print under test.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray, BooleanArray, FixedSizeBinaryBuilder, Float32Array, Float64Array, ListArray,
    RecordBatch, StringArray, StringBuilder, StructArray, UInt32Array, UInt64Array,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{
    DataType, Field, Fields, Float32Type, Schema, SchemaRef, UInt32Type, UInt64Type,
};

use crate::ids::Id;

/// A column's name and meaning, and as a type what it holds: `u32`, `str`, an id; `String` where the text
/// is put together for the row.
pub(crate) struct Column<V: ?Sized> {
    name: &'static str,
    meaning: &'static str,
    holds: PhantomData<V>,
}

/// A column of that name and meaning.
pub(crate) const fn column<V: ?Sized>(name: &'static str, meaning: &'static str) -> Column<V> {
    Column {
        name,
        meaning,
        holds: PhantomData,
    }
}

/// A column of one table, as `gradatim schema` prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub name: &'static str,
    pub kind: Kind,
    pub nullable: bool,
    pub meaning: &'static str,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// 16 bytes: an id inside the pool.
    Id,
    Text,
    Bool,
    U32,
    U64,
    F32,
    F64,
    /// A list of `{role, content}`.
    Messages,
    /// A list of `{from, value}`.
    Conversations,
}

impl Kind {
    /// What people call it.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Id => "16 bytes",
            Self::Text => "string",
            Self::Bool => "bool",
            Self::U32 => "uint32",
            Self::U64 => "uint64",
            Self::F32 => "float32",
            Self::F64 => "float64",
            Self::Messages => "list of {role, content}",
            Self::Conversations => "list of {from, value}",
        }
    }

    pub(crate) fn data_type(self) -> DataType {
        match self {
            Self::Id => DataType::FixedSizeBinary(16),
            Self::Text => DataType::Utf8,
            Self::Bool => DataType::Boolean,
            Self::U32 => DataType::UInt32,
            Self::U64 => DataType::UInt64,
            Self::F32 => DataType::Float32,
            Self::F64 => DataType::Float64,
            Self::Messages => list_of(turn_fields("role", "content")),
            Self::Conversations => list_of(turn_fields("from", "value")),
        }
    }
}

/// The two text fields of one turn of a conversation.
fn turn_fields(who: &str, said: &str) -> Fields {
    Fields::from(vec![
        Field::new(who, DataType::Utf8, false),
        Field::new(said, DataType::Utf8, false),
    ])
}

fn list_of(turn: Fields) -> DataType {
    DataType::List(Arc::new(Field::new("item", DataType::Struct(turn), false)))
}

impl Head {
    pub(crate) fn field(&self) -> Field {
        Field::new(self.name, self.kind.data_type(), self.nullable)
    }

    /// The column in a batch of a stored table, as it is; fails where it is missing or of another type.
    pub(crate) fn array(&self, batch: &RecordBatch) -> Result<ArrayRef, Misfit> {
        let misfit = |problem: &str| Misfit {
            column: self.name,
            problem: problem.to_owned(),
        };
        let array = batch.column_by_name(self.name);
        let array = array.ok_or_else(|| misfit(MISSING))?;
        if *array.data_type() != self.kind.data_type() {
            return Err(misfit(OTHER_TYPE));
        }
        Ok(array.clone())
    }
}

const MISSING: &str = "is missing";
const OTHER_TYPE: &str = "is of another type";

/// The Arrow schema of a table.
pub(crate) fn schema(heads: &[Head]) -> SchemaRef {
    let fields: Vec<Field> = heads.iter().map(Head::field).collect();
    Arc::new(Schema::new(fields))
}

/// A table of the columns in Markdown, as `gradatim schema` prints it.
pub(crate) fn markdown(heads: &[Head]) -> String {
    let mut text = String::from("| column | type | null | meaning |\n|---|---|---|---|\n");
    for column in heads {
        text += &format!(
            "| `{}` | {} | {} | {} |\n",
            column.name,
            column.kind.words(),
            if column.nullable { "may be" } else { "never" },
            column.meaning
        );
    }
    text
}

/// What a column holds, as a type.
pub(crate) trait Holds: 'static {
    const KIND: Kind;
    /// The value of one row.
    type Of<'r>;

    /// The values of rows as an array.
    fn array<'r, I: Iterator<Item = Option<Self::Of<'r>>>>(values: I) -> ArrayRef;
}

/// What can be read again.
pub(crate) trait Stored: Holds {
    /// The values of an array; fails with what is wrong where it is of another type, or holds a text that stands
    /// for no value.
    fn read(array: &ArrayRef) -> Result<Vec<Option<Self::Of<'_>>>, String>;
}

/// Why a stored column is not what its reader takes it for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("its column `{column}` {problem}")]
pub struct Misfit {
    pub column: &'static str,
    pub problem: String,
}

impl<V: ?Sized> Column<V> {
    pub(crate) const fn name(&self) -> &'static str {
        self.name
    }

    /// Why this column, as it is stored, cannot be read.
    pub(crate) fn misfit(&self, problem: impl Into<String>) -> Misfit {
        Misfit {
            column: self.name,
            problem: problem.into(),
        }
    }

    /// The value of a row that must have one.
    pub(crate) fn needed<T>(&self, value: Option<T>) -> Result<T, Misfit> {
        value.ok_or_else(|| self.misfit("is null in a row that must have one"))
    }
}

impl<V: Holds + ?Sized> Column<V> {
    /// In a table whose rows all have a value; null only where a row is none.
    pub(crate) fn always<'t, R: 't>(&self, value: for<'r> fn(&'r R) -> V::Of<'r>) -> Filled<'t, R> {
        self.filled(false, move |rows| {
            V::array(rows.iter().map(|row| row.map(value)))
        })
    }

    /// In a table where a row may have none.
    pub(crate) fn perhaps<'t, R: 't>(
        &self,
        value: for<'r> fn(&'r R) -> Option<V::Of<'r>>,
    ) -> Filled<'t, R> {
        self.filled(true, move |rows| {
            V::array(rows.iter().map(|row| row.and_then(value)))
        })
    }

    /// In a table of CSV, which knows no null: a row may have an empty cell.
    pub(crate) fn or_empty<'t, R: 't>(
        &self,
        value: for<'r> fn(&'r R) -> Option<V::Of<'r>>,
    ) -> Filled<'t, R> {
        let mut column = self.perhaps(value);
        column.head.nullable = false;
        column
    }

    fn filled<'t, R>(
        &self,
        nullable: bool,
        fill: impl Fn(&[Option<&R>]) -> ArrayRef + 't,
    ) -> Filled<'t, R> {
        Filled {
            head: Head {
                name: self.name,
                kind: V::KIND,
                nullable,
                meaning: self.meaning,
            },
            fill: Box::new(fill),
        }
    }
}

impl<V: Stored + ?Sized> Column<V> {
    /// The column's values in a batch of a stored table, one a row.
    ///
    /// Fails where the batch has no such column, where it is of another type, and where it has a word that its
    /// type has not.
    pub(crate) fn of<'b>(&self, batch: &'b RecordBatch) -> Result<Vec<Option<V::Of<'b>>>, Misfit> {
        let array = batch
            .column_by_name(self.name)
            .ok_or_else(|| self.misfit(MISSING))?;
        V::read(array).map_err(|problem| self.misfit(problem))
    }
}

/// A column of a table whose rows are `R`, with what fills it.
pub(crate) struct Filled<'t, R> {
    pub head: Head,
    fill: Box<Fill<'t, R>>,
}

/// Rows to the array of one column; null where a row is none.
type Fill<'t, R> = dyn Fn(&[Option<&R>]) -> ArrayRef + 't;

impl<R> Filled<'_, R> {
    /// The column over rows; null where a row is none.
    pub(crate) fn array(&self, rows: &[Option<&R>]) -> ArrayRef {
        (self.fill)(rows)
    }
}

/// What the columns of a table are.
pub(crate) fn heads<R>(columns: &[Filled<'_, R>]) -> Vec<Head> {
    columns.iter().map(|column| column.head).collect()
}

/// Rows as the arrays of a table, column by column.
pub(crate) fn arrays<'r, R: 'r>(
    columns: &[Filled<'_, R>],
    rows: impl IntoIterator<Item = &'r R>,
) -> Vec<ArrayRef> {
    let rows: Vec<Option<&R>> = rows.into_iter().map(Some).collect();
    columns.iter().map(|column| column.array(&rows)).collect()
}

/// Text that is one of the words of `W`.
pub(crate) struct OneOf<W>(PhantomData<W>);

/// An id as the text that people search for.
pub(crate) enum HexId {}

/// The turns of a conversation as `{role, content}`.
pub(crate) enum Messages {}

/// The turns of a conversation as `{from, value}`.
pub(crate) enum Conversations {}

/// A type that is stored as a word.
pub(crate) trait Worded: Copy + 'static {
    fn word(self) -> &'static str;

    /// None where no value has that word.
    fn of_word(word: &str) -> Option<Self>;
}

/// Implements [`Holds`] for a type that one of Arrow's arrays collects as it is.
macro_rules! collected {
    ($value:ty, $kind:ident, $of:ty, $array:ty) => {
        impl Holds for $value {
            const KIND: Kind = Kind::$kind;
            type Of<'r> = $of;

            fn array<'r, I: Iterator<Item = Option<Self::Of<'r>>>>(values: I) -> ArrayRef {
                Arc::new(values.collect::<$array>())
            }
        }
    };
}

collected!(str, Text, &'r str, StringArray);
collected!(String, Text, Self, StringArray);
collected!(bool, Bool, Self, BooleanArray);
collected!(u32, U32, Self, UInt32Array);
collected!(u64, U64, Self, UInt64Array);
collected!(f32, F32, Self, Float32Array);
collected!(f64, F64, Self, Float64Array);

/// Implements [`Stored`] for a type whose array gives its values as they are.
macro_rules! stored {
    ($value:ty, $downcast:expr) => {
        impl Stored for $value {
            fn read(array: &ArrayRef) -> Result<Vec<Option<Self::Of<'_>>>, String> {
                let array = $downcast(array).ok_or(OTHER_TYPE)?;
                Ok(array.iter().collect())
            }
        }
    };
}

stored!(str, AsArray::as_string_opt::<i32>);
stored!(bool, AsArray::as_boolean_opt);
stored!(u32, AsArray::as_primitive_opt::<UInt32Type>);
stored!(u64, AsArray::as_primitive_opt::<UInt64Type>);
stored!(f32, AsArray::as_primitive_opt::<Float32Type>);

impl<W: Worded> Holds for OneOf<W> {
    const KIND: Kind = Kind::Text;
    type Of<'r> = W;

    fn array<'r, I: Iterator<Item = Option<Self::Of<'r>>>>(values: I) -> ArrayRef {
        str::array(values.map(|value| value.map(W::word)))
    }
}

impl<W: Worded> Stored for OneOf<W> {
    fn read(array: &ArrayRef) -> Result<Vec<Option<Self::Of<'_>>>, String> {
        read_words(array, W::of_word)
    }
}

impl Holds for HexId {
    const KIND: Kind = Kind::Text;
    type Of<'r> = Id;

    fn array<'r, I: Iterator<Item = Option<Self::Of<'r>>>>(values: I) -> ArrayRef {
        String::array(values.map(|id| id.map(|id| id.to_string())))
    }
}

impl Stored for HexId {
    fn read(array: &ArrayRef) -> Result<Vec<Option<Self::Of<'_>>>, String> {
        read_words(array, |text| text.parse().ok())
    }
}

/// Texts that each stand for a value.
pub(crate) fn read_words<T>(
    array: &ArrayRef,
    of_word: fn(&str) -> Option<T>,
) -> Result<Vec<Option<T>>, String> {
    let unknown = |word: &str| format!("has the unknown word `{word}`");
    let value = |word: &str| of_word(word).ok_or_else(|| unknown(word));
    let texts = str::read(array)?.into_iter();
    texts.map(|text| text.map(value).transpose()).collect()
}

impl Holds for Id {
    const KIND: Kind = Kind::Id;
    type Of<'r> = Self;

    fn array<'r, I: Iterator<Item = Option<Self::Of<'r>>>>(values: I) -> ArrayRef {
        let mut column = FixedSizeBinaryBuilder::new(16);
        for id in values {
            match id {
                // An id is 16 bytes and so is the column: appending cannot fail.
                Some(id) => column.append_value(id.to_bytes()).unwrap_or_default(),
                None => column.append_null(),
            }
        }
        Arc::new(column.finish())
    }
}

impl Stored for Id {
    fn read(array: &ArrayRef) -> Result<Vec<Option<Self::Of<'_>>>, String> {
        let ids = array.as_fixed_size_binary_opt().ok_or(OTHER_TYPE)?;
        let id = |bytes: &[u8]| bytes.try_into().map(Self::from_bytes);
        let ids = ids.iter().map(|bytes| bytes.map(id).transpose());
        ids.collect::<Result<_, _>>().map_err(|_| OTHER_TYPE.into())
    }
}

/// Who says something, and what.
pub(crate) type Dialogue<'r> = Vec<(&'static str, Cow<'r, str>)>;

impl Holds for Messages {
    const KIND: Kind = Kind::Messages;
    type Of<'r> = Dialogue<'r>;

    fn array<'r, I: Iterator<Item = Option<Self::Of<'r>>>>(values: I) -> ArrayRef {
        conversations(values, turn_fields("role", "content"))
    }
}

impl Holds for Conversations {
    const KIND: Kind = Kind::Conversations;
    type Of<'r> = Dialogue<'r>;

    fn array<'r, I: Iterator<Item = Option<Self::Of<'r>>>>(values: I) -> ArrayRef {
        conversations(values, turn_fields("from", "value"))
    }
}

/// A list of turns a row, empty where there is none.
fn conversations<'r>(
    values: impl Iterator<Item = Option<Dialogue<'r>>>,
    fields: Fields,
) -> ArrayRef {
    let (mut who, mut said) = (StringBuilder::new(), StringBuilder::new());
    let mut lengths = Vec::new();
    for turns in values {
        let turns = turns.unwrap_or_default();
        for (speaker, words) in &turns {
            who.append_value(speaker);
            said.append_value(words);
        }
        lengths.push(turns.len());
    }
    let arrays: Vec<ArrayRef> = vec![Arc::new(who.finish()), Arc::new(said.finish())];
    let turns = StructArray::new(fields.clone(), arrays, None);
    let item = Field::new("item", DataType::Struct(fields), false);
    let offsets = OffsetBuffer::from_lengths(lengths);
    Arc::new(ListArray::new(
        Arc::new(item),
        offsets,
        Arc::new(turns),
        None,
    ))
}

/// Columns that are read together: a field for each, with its values in a batch.
///
/// `of` fails as [`Column::of`] does; `NAMES` are the columns that a reader has to ask a file for.
macro_rules! read_columns {
    ($(#[$about:meta])* $seen:vis struct $name:ident { $($field:ident: $value:ty = $column:expr,)* }) => {
        $(#[$about])*
        $seen struct $name<'b> {
            $($seen $field: Vec<Option<<$value as $crate::schema::Holds>::Of<'b>>>,)*
        }

        impl<'b> $name<'b> {
            #[allow(dead_code, reason = "who reads whole batches asks for no columns")]
            $seen const NAMES: &'static [&'static str] = &[$($column.name()),*];

            $seen fn of(
                batch: &'b arrow::array::RecordBatch,
            ) -> Result<Self, $crate::schema::Misfit> {
                Ok(Self { $($field: $column.of(batch)?,)* })
            }
        }
    };
}
pub(crate) use read_columns;

#[cfg(test)]
pub(crate) mod tests {
    use arrow::json::WriterBuilder;
    use arrow::json::writer::JsonArray;
    use serde_json::Value;

    use super::*;

    /// A batch's rows as objects, nulls and all.
    pub(crate) fn json_rows(batch: &RecordBatch) -> Vec<Value> {
        let mut writer = WriterBuilder::new()
            .with_explicit_nulls(true)
            .build::<_, JsonArray>(Vec::new());
        writer.write(batch).expect("rows as JSON");
        writer.finish().expect("rows as JSON");
        serde_json::from_slice(&writer.into_inner()).expect("rows as JSON")
    }

    /// Rows as a table's writer hands them to its file, as objects.
    pub(crate) fn written<R>(columns: &[Filled<'_, R>], rows: &[R]) -> Vec<Value> {
        let arrays = arrays(columns, rows);
        let batch = RecordBatch::try_new(schema(&heads(columns)), arrays);
        json_rows(&batch.expect("arrays of the columns' types"))
    }

    #[test]
    fn a_row_that_is_none_is_null_in_every_column() {
        let columns = [
            column::<u32>("a", "").perhaps(|row: &u32| Some(*row)),
            column::<String>("b", "").perhaps(|row: &u32| Some(row.to_string())),
        ];
        for column in &columns {
            let array = column.array(&[Some(&1), None]);
            assert_eq!((array.is_null(0), array.is_null(1)), (false, true));
        }
    }

    #[test]
    fn what_is_written_is_read_again_by_the_same_column() {
        const NAME: Column<str> = column("name", "");
        const ID: Column<HexId> = column("id", "");
        const KEY: Column<Id> = column("key", "");
        type Row = (&'static str, Option<Id>);
        let columns: [Filled<'_, Row>; 3] = [
            NAME.always(|row| row.0),
            ID.perhaps(|row| row.1),
            KEY.perhaps(|row| row.1),
        ];
        let rows = [("one", Some(Id(7))), ("two", None)];
        let batch = RecordBatch::try_new(schema(&heads(&columns)), arrays(&columns, &rows));
        let batch = batch.expect("a batch");
        assert_eq!(NAME.of(&batch), Ok(vec![Some("one"), Some("two")]));
        assert_eq!(ID.of(&batch), Ok(vec![Some(Id(7)), None]));
        assert_eq!(KEY.of(&batch), Ok(vec![Some(Id(7)), None]));
        let misread: Column<u32> = column("name", "");
        assert_eq!(
            misread.of(&batch),
            Err(misread.misfit("is of another type"))
        );
        let none: Column<u32> = column("nobody", "");
        assert_eq!(none.of(&batch), Err(none.misfit("is missing")));
    }
}
