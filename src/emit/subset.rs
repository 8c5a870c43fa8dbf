//! One subset's Parquet file.

use std::ops::Range;
use std::path::{Path, PathBuf};

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::SchemaRef;
use fs_err as fs;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;

use super::chat::{self, Speaker};
use super::texts::{EntryText, Texts};
use super::{DerivedRows, Written, features, shuffled, split};
use crate::folder::{self, shard};
use crate::ids::Id;
use crate::measure::tokens::Tokenizer;
use crate::pipeline::{Added, Emit};
use crate::plan::{Plan, PlannedSource};
use crate::pool::entries::{Body, Entries, NameIndex, Problem};
use crate::run::{Amount, Experiment, Watch};
use crate::schema::{
    self, Column, Conversations, Dialogue, Filled, Head, HexId, Messages, Misfit, column, heads,
};
use crate::select::{Derivation, Subset};
use crate::table::{self, Begun, GROUP_ROWS, Table};
use crate::{Error, Result};

/// One row: a selected trajectory with its texts.
struct SubsetRow<'r> {
    rank: u32,
    text: EntryText,
    body: &'r Body,
    entries: &'r Entries,
    source: &'r PlannedSource,
    emit: &'r Emit,
}

pub(crate) const ID: Column<HexId> = column(
    "id",
    "trajectory_id; of a derived control's row that of the changed response",
);
pub(crate) const TOKENS: Column<u32> = column("tokens", "tokens of the whole reply");
pub(crate) const CONVERSATION_TOKENS: Column<u32> = column(
    "conversation_tokens",
    "tokens of `messages` in Qwen2.5's chat template, with its system message where there is none: what a trainer holds \
     against its limit; a mark of the template is one token in any vocabulary",
);
pub(crate) const DERIVED_FROM: Column<HexId> = column(
    "derived_from",
    "of a derived control's row the trajectory_id that it was made of, equal to `id` where there was nothing to change; \
     null in all other subsets",
);

/// The columns that every subset has.
fn own<'r>() -> Vec<Filled<'r, SubsetRow<'r>>> {
    vec![
        ID.always(SubsetRow::id),
        column::<HexId>("problem_id", "hash of the problem's canonical text")
            .always(|row| row.problem().id),
        column::<str>("problem", "the problem").always(|row| &row.text.problem),
        column::<str>("answer", "the gold answer, as the source has it")
            .perhaps(|row| row.text.gold.as_deref()),
        column::<Messages>(
            "messages",
            "a system turn where `[emit] system` has one, a user turn (the problem, with `[emit] instruction`) and an \
             assistant turn (the response)",
        )
        .always(|row| row.turns(|_| true, Speaker::role)),
        column::<str>(
            "category",
            "category of the problem: of several that its rows have the first by name",
        )
        .perhaps(|row| row.name(row.problem().category)),
        column::<str>("style", "style of the trajectory")
            .perhaps(|row| row.name(Some(row.body.style))),
        TOKENS.always(SubsetRow::tokens),
        CONVERSATION_TOKENS.always(|row| row.text.conversation_tokens.unwrap_or_default()),
        column::<str>("source", "the source's name in the pipeline")
            .always(|row| &row.source.name),
        column::<str>(
            "license",
            "the source's licence: by the pipeline or its card on the hub; null where neither says",
        )
        .perhaps(|row| row.source.terms.license.as_deref()),
        column::<str>(
            "attribution",
            "whom to name for the source: by the pipeline, or its dataset on the hub; null where neither says",
        )
        .perhaps(|row| row.source.terms.attribution.as_deref()),
        column::<u32>(
            "rank",
            "place in the draw, from 0: rank < 100 of the 1000 is the 100",
        )
        .always(|row| row.rank),
    ]
}

/// The columns of a folder in which a grid asks for a derived control, in every subset of it.
fn of_derived<'r>() -> Vec<Filled<'r, SubsetRow<'r>>> {
    vec![
        DERIVED_FROM.perhaps(|row| row.text.made.as_ref().map(|_| row.body.trajectory_id)),
        column::<String>(
            "transformation",
            "how it was made, as `shuffled_steps_100`: a hundred of a hundred steps change places",
        )
        .perhaps(|row| row.derivation().map(Derivation::name)),
        column::<u64>("transformation_seed", "the seed of the transformation")
            .perhaps(|row| row.derivation().map(|derivation| derivation.seed)),
    ]
}

/// The columns that `[emit] add` can put behind a subset's own, in the order in which they stand there.
fn additions<'r>() -> [(Added, Vec<Filled<'r, SubsetRow<'r>>>); 3] {
    let text = column::<String>(
        "text",
        "all turns in Qwen2.5's chat template up to the last end token, marked as `[emit.text] template` says",
    );
    let prompt = column::<Messages>(
        "prompt",
        "the turns of `messages` before the response, for TRL's completion-only loss",
    );
    let completion = column::<Messages>("completion", "the assistant's turn alone");
    let conversations = column::<Conversations>(
        "conversations",
        "ShareGPT's form of `messages`: human and gpt",
    );
    [
        (
            Added::Text,
            vec![text.always(|row| chat::chat(row.emit, &row.text))],
        ),
        (
            Added::PromptCompletion,
            vec![
                prompt.always(|row| row.turns(|who| who != Speaker::Assistant, Speaker::role)),
                completion.always(|row| row.turns(|who| who == Speaker::Assistant, Speaker::role)),
            ],
        ),
        (
            Added::Conversations,
            vec![conversations.always(|row| row.turns(|_| true, Speaker::from))],
        ),
    ]
}

/// The columns of a file of a plan, with what fills them.
fn filled<'r>(plan: &Plan) -> Vec<Filled<'r, SubsetRow<'r>>> {
    let mut columns = own();
    if plan.derives() {
        columns.extend(of_derived());
    }
    let additions = additions().into_iter();
    let asked = additions.filter(|(addition, _)| plan.emit.add.contains(addition));
    columns.extend(asked.flat_map(|(_, columns)| columns));
    columns
}

/// The columns of a subset's file of a plan.
pub(crate) fn columns(plan: &Plan) -> Vec<Head> {
    heads(&filled(plan))
}

/// The schema of a subset's file of a plan: its columns, and beside them what `datasets` takes for their types.
pub(crate) fn file_schema(plan: &Plan) -> SchemaRef {
    let columns = columns(plan);
    let schema = schema::schema(&columns).as_ref().clone();
    let beside = (features::KEY.to_owned(), features::features(&columns));
    schema.with_metadata([beside].into()).into()
}

/// The columns that every subset has.
pub(crate) fn own_columns() -> Vec<Head> {
    heads(&own())
}

/// The columns that a derived control brings.
pub(crate) fn derived_columns() -> Vec<Head> {
    heads(&of_derived())
}

/// The columns that can be added.
pub(crate) fn added() -> Vec<Head> {
    let columns = additions().map(|(_, columns)| heads(&columns));
    columns.concat()
}

impl<'r> SubsetRow<'r> {
    fn new(experiment: &'r Experiment<'_>, entry: u32, rank: u32, text: EntryText) -> Self {
        let entries = &experiment.entries;
        Self {
            rank,
            text,
            body: entries.body_of(entry),
            entries,
            source: experiment.source_of(entries.rows[entry as usize].part),
            emit: &experiment.plan.emit,
        }
    }

    fn id(&self) -> Id {
        let made = self.text.made.as_ref();
        made.map_or(self.body.trajectory_id, |made| made.id)
    }

    fn tokens(&self) -> u32 {
        let made = self.text.made.as_ref();
        made.map_or(self.body.tokens, |made| made.tokens)
    }

    fn derivation(&self) -> Option<Derivation> {
        Some(self.text.made.as_ref()?.derivation)
    }

    fn problem(&self) -> &'r Problem {
        &self.entries.problems[self.body.problem as usize]
    }

    fn name(&self, name: Option<NameIndex>) -> Option<&'r str> {
        name.map(|name| self.entries.name(name))
    }

    /// The conversation's turns of some speakers, under the names that a column has for them.
    fn turns(&self, has: fn(Speaker) -> bool, name: fn(Speaker) -> &'static str) -> Dialogue<'_> {
        let turns = chat::turns(self.emit, &self.text).into_iter();
        let turns = turns.filter(|(speaker, _)| has(*speaker));
        turns
            .map(|(speaker, words)| (name(speaker), words))
            .collect()
    }
}

/// Rows that are turned into arrays at once; part of the file's bytes, so it is fixed.
const CHUNK: usize = 128;

/// What files are written with.
pub(super) struct Pens<'w> {
    pub experiment: &'w Experiment<'w>,
    pub texts: &'w Texts,
    pub tokenizer: &'w Tokenizer,
    pub watch: &'w dyn Watch,
}

/// Writes the files of subsets that are prefixes of one order. The largest is encoded, with a row group
/// ending wherever a smaller one ends; the others take its first row groups, and the hash of them.
pub(super) fn write(pens: &Pens<'_>, nested: &[&Subset], root: &Path) -> Result<Vec<Written>> {
    let Some(largest) = nested.iter().max_by_key(|subset| subset.size) else {
        return Ok(Vec::new());
    };
    let ends = group_ends(nested);
    let whole = file_of(largest, root)?;
    let encoded = encode(pens, largest, &ends, &whole)?;
    let mut written = Vec::with_capacity(nested.len());
    for subset in nested {
        let path = file_of(subset, root)?;
        let sha256 = if path == whole {
            encoded.sha256
        } else {
            let groups = ends.partition_point(|&end| end <= subset.size as usize);
            let begun = &encoded.begun[groups - 1];
            let sha256 = table::copy_groups(&whole, groups, begun, &path)?;
            pens.watch.advance(Amount::rows(u64::from(subset.size)));
            sha256
        };
        let tokens = &encoded.conversation_tokens[..subset.size as usize];
        written.push(Written {
            rows: subset.size,
            path: path_of(subset),
            sha256: folder::hex(&sha256),
            conversation_tokens: tokens.to_vec(),
            derived: derived(subset, &path)?,
        });
    }
    Ok(written)
}

/// What was written of the largest of nested subsets.
struct Encoded {
    sha256: [u8; 32],
    /// What its file begins with, up to the end of each row group.
    begun: Vec<Begun>,
    /// Of each row.
    conversation_tokens: Vec<u32>,
}

/// Where a subset's file stands in the folder, with `/`.
pub(crate) fn path_of(subset: &Subset) -> String {
    format!("{}/{}", subset.name, shard(split(subset)))
}

fn file_of(subset: &Subset, root: &Path) -> Result<PathBuf> {
    let folder = root.join(&subset.name);
    fs::create_dir_all(&folder)?;
    Ok(folder.join(shard(split(subset))))
}

/// Where row groups end: at each size, and so often that none is larger than its bound.
fn group_ends(nested: &[&Subset]) -> Vec<usize> {
    let mut sizes: Vec<usize> = nested.iter().map(|subset| subset.size as usize).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let (mut ends, mut start) = (Vec::new(), 0);
    for size in sizes {
        let steps = (start + GROUP_ROWS..size).step_by(GROUP_ROWS);
        ends.extend(steps);
        ends.push(size);
        start = size;
    }
    ends
}

fn encode(pens: &Pens<'_>, subset: &Subset, ends: &[usize], path: &Path) -> Result<Encoded> {
    let mut reader = pens.texts.reader()?;
    let mut table = Table::create_hashed_text(path, file_schema(pens.experiment.plan))?;
    let mut begun = Vec::with_capacity(ends.len());
    let mut conversation_tokens = Vec::with_capacity(subset.size as usize);
    let mut start = 0;
    for &end in ends {
        for ranks in chunks(start, end) {
            let entries = &subset.order[ranks.clone()];
            let texts = entries.iter().map(|&entry| {
                let text = reader.text(entry)?;
                Ok(pens.of_subset(subset, entry, text))
            });
            let texts = texts.collect::<Result<Vec<EntryText>>>()?;
            let tokens = texts.iter().map(|text| text.conversation_tokens);
            conversation_tokens.extend(tokens.map(Option::unwrap_or_default));
            let rows = rows(pens.experiment, entries, ranks.start as u32, texts);
            table.write(rows)?;
            pens.watch.advance(Amount::rows(ranks.len() as u64));
        }
        table.end_group()?;
        begun.push(table.begun()?);
        start = end;
    }
    Ok(Encoded {
        sha256: table.finish_hashed()?,
        begun,
        conversation_tokens,
    })
}

impl Pens<'_> {
    /// The text of an entry as a subset has it, and its tokens counted.
    fn of_subset(&self, subset: &Subset, entry: u32, text: EntryText) -> EntryText {
        let tokenizer = self.tokenizer;
        let body = self.experiment.entries.body_of(entry);
        let text = match subset.derivation {
            Some(derivation) => shuffled::made(text, body.trajectory_id, derivation, tokenizer),
            None => text,
        };
        let reply = text.made.as_ref().map_or(body.tokens, |made| made.tokens);
        let emit = &self.experiment.plan.emit;
        let tokens = chat::conversation_tokens(emit, &text.problem, reply, tokenizer);
        EntryText {
            conversation_tokens: Some(tokens),
            ..text
        }
    }
}

/// The rows of a subset's file that stand for these entries, the first of them at that rank: its [`columns`], in
/// their order. There is a text for each entry.
pub(crate) fn rows(
    experiment: &Experiment<'_>,
    entries: &[u32],
    first_rank: u32,
    texts: Vec<EntryText>,
) -> Vec<ArrayRef> {
    let ranked = entries.iter().zip(first_rank..).zip(texts);
    let rows = ranked.map(|((&entry, rank), text)| SubsetRow::new(experiment, entry, rank, text));
    let rows: Vec<SubsetRow<'_>> = rows.collect();
    schema::arrays(&filled(experiment.plan), &rows)
}

fn chunks(start: usize, end: usize) -> impl Iterator<Item = Range<usize>> {
    let starts = (start..end).step_by(CHUNK);
    starts.map(move |at| at..(at + CHUNK).min(end))
}

/// What was written of a subset into that file.
pub(crate) fn describe(subset: &Subset, path: &Path) -> Result<Written> {
    Ok(Written {
        rows: subset.size,
        path: path_of(subset),
        sha256: folder::sha256(path)?,
        conversation_tokens: conversation_tokens(path)?,
        derived: derived(subset, path)?,
    })
}

/// What the file of a derived control says of its rows; none of any other.
fn derived(subset: &Subset, path: &Path) -> Result<Option<DerivedRows>> {
    let derived = subset.derivation.map(|_| derived_rows(path));
    derived.transpose()
}

/// What a subset's file says of its rows' conversations.
fn conversation_tokens(path: &Path) -> Result<Vec<u32>> {
    let mut tokens = Vec::new();
    each_batch(path, &[CONVERSATION_TOKENS.name()], |batch| {
        let counted = CONVERSATION_TOKENS.of(batch)?;
        tokens.extend(counted.into_iter().map(Option::unwrap_or_default));
        Ok(())
    })?;
    Ok(tokens)
}

fn derived_rows(path: &Path) -> Result<DerivedRows> {
    let mut rows = DerivedRows {
        tokens: Vec::new(),
        unchanged: 0,
    };
    let columns = [ID.name(), DERIVED_FROM.name(), TOKENS.name()];
    each_batch(path, &columns, |batch| {
        let (ids, from) = (ID.of(batch)?, DERIVED_FROM.of(batch)?);
        let same = ids.iter().zip(&from).filter(|(id, from)| id == from);
        rows.unchanged += same.count() as u32;
        let tokens = TOKENS.of(batch)?;
        rows.tokens
            .extend(tokens.into_iter().map(Option::unwrap_or_default));
        Ok(())
    })?;
    Ok(rows)
}

/// Hands over some columns of a subset's file, a batch at a time.
fn each_batch(
    path: &Path,
    columns: &[&str],
    mut take: impl FnMut(&RecordBatch) -> std::result::Result<(), Misfit>,
) -> Result<()> {
    let failed = |error| Error::parquet(path, error);
    let file = fs::File::open(path)?.into_parts().0;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(failed)?;
    let read = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
    for batch in builder.with_projection(read).build().map_err(failed)? {
        let batch = batch.map_err(|error| failed(error.into()))?;
        take(&batch).map_err(|misfit| {
            let why = format!("column `{}` {}", misfit.column, misfit.problem);
            failed(ParquetError::General(why))
        })?;
    }
    Ok(())
}
