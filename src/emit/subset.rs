//! One subset's Parquet file.

use std::ops::Range;
use std::path::{Path, PathBuf};

use arrow::array::ArrayRef;
use fs_err as fs;
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::chat::{self, Speaker};
use super::texts::{EntryText, Reader, Texts};
use super::{Written, split};
use crate::folder::{self, shard};
use crate::pipeline::{Added, Emit};
use crate::plan::PlannedSource;
use crate::pool::entries::{Body, Entries, NameIndex, Problem};
use crate::run::{Amount, Experiment, Watch};
use crate::schema::{self, Conversations, Dialogue, Filled, Head, HexId, Messages, column, heads};
use crate::select::Subset;
use crate::table::{self, GROUP_ROWS, Table};
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

/// The columns that every subset has.
fn own<'r>() -> Vec<Filled<'r, SubsetRow<'r>>> {
    vec![
        column::<HexId>("id", "trajectory_id").always(|row| row.body.trajectory_id),
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
        column::<u32>("tokens", "tokens of the whole reply").always(|row| row.body.tokens),
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

/// The columns that `[emit] add` can put behind a subset's own, in the order in which they stand there.
fn additions<'r>() -> [(Added, Vec<Filled<'r, SubsetRow<'r>>>); 3] {
    let text = column::<String>(
        "text",
        "all turns in Qwen2.5's chat template, marked as `[emit.text] template` says",
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

/// The columns of a file with these additions, with what fills them.
fn filled<'r>(added: &[Added]) -> Vec<Filled<'r, SubsetRow<'r>>> {
    let additions = additions().into_iter();
    let asked = additions.filter(|(addition, _)| added.contains(addition));
    let behind = asked.flat_map(|(_, columns)| columns);
    own().into_iter().chain(behind).collect()
}

/// The columns of a subset's file.
pub(crate) fn columns(added: &[Added]) -> Vec<Head> {
    heads(&filled(added))
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

/// Writes the files of subsets that are prefixes of one order. The largest is encoded, with a row group
/// ending wherever a smaller one ends; the others take its first row groups.
pub(super) fn write(
    experiment: &Experiment<'_>,
    nested: &[&Subset],
    texts: &Texts,
    root: &Path,
    watch: &dyn Watch,
) -> Result<Vec<Written>> {
    let Some(largest) = nested.iter().max_by_key(|subset| subset.size) else {
        return Ok(Vec::new());
    };
    let ends = group_ends(nested);
    let whole = file_of(largest, root)?;
    encode(
        experiment,
        largest,
        &ends,
        &mut texts.reader()?,
        &whole,
        watch,
    )?;
    let mut written = Vec::with_capacity(nested.len());
    for subset in nested {
        let path = file_of(subset, root)?;
        if path != whole {
            let groups = ends.partition_point(|&end| end <= subset.size as usize);
            table::copy_groups(&whole, groups, &path)?;
            watch.advance(Amount::rows(u64::from(subset.size)));
        }
        written.push(describe(subset, &path)?);
    }
    Ok(written)
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

fn encode(
    experiment: &Experiment<'_>,
    subset: &Subset,
    ends: &[usize],
    texts: &mut Reader<'_>,
    path: &Path,
    watch: &dyn Watch,
) -> Result<()> {
    let columns = columns(&experiment.plan.emit.add);
    let mut table = Table::create_text(path, schema::schema(&columns))?;
    let mut start = 0;
    for &end in ends {
        for ranks in chunks(start, end) {
            let entries = &subset.order[ranks.clone()];
            let texts: Result<Vec<EntryText>> =
                entries.iter().map(|&entry| texts.text(entry)).collect();
            table.write(rows(experiment, entries, ranks.start as u32, texts?))?;
            watch.advance(Amount::rows(ranks.len() as u64));
        }
        table.end_group()?;
        start = end;
    }
    table.finish()?;
    Ok(())
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
    schema::arrays(&filled(&experiment.plan.emit.add), &rows)
}

fn chunks(start: usize, end: usize) -> impl Iterator<Item = Range<usize>> {
    let starts = (start..end).step_by(CHUNK);
    starts.map(move |at| at..(at + CHUNK).min(end))
}

/// What was written of a subset into that file.
pub(crate) fn describe(subset: &Subset, path: &Path) -> Result<Written> {
    let file = fs::File::open(path)?.into_parts().0;
    let parquet = SerializedFileReader::new(file).map_err(|error| Error::parquet(path, error))?;
    let groups = parquet.metadata().row_groups();
    Ok(Written {
        rows: subset.size,
        path: path_of(subset),
        sha256: folder::sha256(path)?,
        file_bytes: fs::metadata(path)?.len(),
        data_bytes: groups
            .iter()
            .map(|group| group.total_byte_size().max(0) as u64)
            .sum(),
    })
}
