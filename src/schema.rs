//! The columns: name, type, unit and meaning, each written once.
//!
//! Every table that gradatim writes is a list of these; `gradatim schema TABLE` prints them and
//! `schemas/` keeps the print under test.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef};

/// One column of one or more tables.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    pub name: &'static str,
    pub kind: Kind,
    pub nullable: bool,
    pub meaning: &'static str,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
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

impl Column {
    pub fn field(&self) -> Field {
        Field::new(self.name, self.kind.data_type(), self.nullable)
    }
}

impl Kind {
    /// What people call it.
    pub fn words(self) -> &'static str {
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

    pub fn data_type(self) -> DataType {
        match self {
            Self::Id => DataType::FixedSizeBinary(16),
            Self::Text => DataType::Utf8,
            Self::Bool => DataType::Boolean,
            Self::U32 => DataType::UInt32,
            Self::U64 => DataType::UInt64,
            Self::F32 => DataType::Float32,
            Self::F64 => DataType::Float64,
            Self::Messages => list_of_pairs("role", "content"),
            Self::Conversations => list_of_pairs("from", "value"),
        }
    }
}

/// The two text fields of one turn of a conversation.
pub fn pair_fields(first: &str, second: &str) -> Fields {
    Fields::from(vec![
        Field::new(first, DataType::Utf8, false),
        Field::new(second, DataType::Utf8, false),
    ])
}

fn list_of_pairs(first: &str, second: &str) -> DataType {
    let turn = Field::new("item", DataType::Struct(pair_fields(first, second)), false);
    DataType::List(Arc::new(turn))
}

/// The Arrow schema of a list of columns.
pub fn schema(columns: &[Column]) -> SchemaRef {
    Arc::new(Schema::new(
        columns.iter().map(Column::field).collect::<Vec<_>>(),
    ))
}

const fn column(name: &'static str, kind: Kind, meaning: &'static str) -> Column {
    Column {
        name,
        kind,
        nullable: false,
        meaning,
    }
}

const fn nullable(name: &'static str, kind: Kind, meaning: &'static str) -> Column {
    Column {
        name,
        kind,
        nullable: true,
        meaning,
    }
}

/// A table by the name that `gradatim schema` knows it under.
pub fn table(name: &str) -> Option<&'static [Column]> {
    match name {
        "trajectories" => Some(TRAJECTORIES),
        "problems" => Some(PROBLEMS),
        "companion" => Some(COMPANION),
        "ledger" => Some(LEDGER),
        "selection" => Some(SELECTION),
        "subset" => Some(SUBSET),
        "balance" => Some(BALANCE),
        "overlap" => Some(OVERLAP),
        "runs" => Some(RUNS),
        "subsets" => Some(SUBSETS),
        _ => None,
    }
}

/// The names that [`table`] knows.
pub const TABLES: &[&str] = &[
    "trajectories",
    "problems",
    "companion",
    "ledger",
    "selection",
    "subset",
    "balance",
    "overlap",
    "runs",
    "subsets",
];

const ROW: Column = column("row", Kind::U64, "row of the file, from 0");
const GENERATION: Column = nullable(
    "generation",
    Kind::U32,
    "index among the row's trajectories, from 0; null where the row yields none",
);
const CATEGORY: Column = nullable(
    "category",
    Kind::Text,
    "category of the problem as the source has it, in lower case with _ for spaces",
);
const ORIGIN: Column = nullable(
    "origin",
    Kind::Text,
    "where the source has the problem from (OpenR1's and NuminaMath's column `source`)",
);
const FACTS: [Column; 5] = [
    nullable(
        "question_type",
        Kind::Text,
        "kind of question as the source has it",
    ),
    nullable(
        "gold_kind",
        Kind::Text,
        "value, proof or notfound; null where the source has no answer",
    ),
    nullable(
        "problem_is_valid",
        Kind::Text,
        "whether the problem is one, as NuminaMath judged it",
    ),
    nullable(
        "solution_is_valid",
        Kind::Text,
        "whether the human solution solves it, as NuminaMath judged it",
    ),
    nullable(
        "synthetic",
        Kind::Bool,
        "whether a model wrote the problem, as NuminaMath says",
    ),
];
const MEASURES: [Column; 28] = [
    CATEGORY,
    ORIGIN,
    FACTS[0],
    FACTS[1],
    FACTS[2],
    FACTS[3],
    FACTS[4],
    nullable(
        "source_id",
        Kind::Text,
        "the source's own id (`uuid`); never a key, it may repeat",
    ),
    nullable(
        "recorded_rule",
        Kind::Bool,
        "right by the source's rule-based verifier; null where it did not look",
    ),
    nullable(
        "recorded_judge",
        Kind::Bool,
        "right by the source's judging model or grader; null where it did not look",
    ),
    nullable(
        "verdict",
        Kind::Text,
        "ours: correct, wrong, undecided, no_answer or no_gold",
    ),
    nullable(
        "verdict_reason",
        Kind::Text,
        "the rule that decided our verdict",
    ),
    nullable(
        "extracted",
        Kind::Text,
        "the extracted answer, cut at 200 characters",
    ),
    nullable(
        "tokens",
        Kind::U32,
        "tokens of the whole reply as it will be trained",
    ),
    nullable(
        "thinking_tokens",
        Kind::U32,
        "tokens up to the end of the thinking part; 0 where there is none",
    ),
    nullable(
        "answer_tokens",
        Kind::U32,
        "tokens after the thinking part: tokens - thinking_tokens",
    ),
    nullable("bytes", Kind::U32, "bytes of the whole reply"),
    nullable(
        "finished",
        Kind::Bool,
        "false: cut off; true: ended by itself; null: nothing says which",
    ),
    nullable(
        "repeated_share",
        Kind::F32,
        "share of the reply's bytes in lines and sentences said before, 0 to 1",
    ),
    nullable(
        "style_source",
        Kind::Text,
        "style as the source or the pipeline names it",
    ),
    nullable(
        "style_text",
        Kind::Text,
        "style as the text rule sees it: r1, gemini, human or other",
    ),
    nullable(
        "verification_count",
        Kind::U32,
        "phrases of data/behaviours/verification.txt in the reply; null where none were counted",
    ),
    nullable(
        "backtracking_count",
        Kind::U32,
        "phrases of data/behaviours/backtracking.txt in the reply; null where none were counted",
    ),
    nullable(
        "subgoal_count",
        Kind::U32,
        "phrases of data/behaviours/subgoals.txt in the reply; null where none were counted",
    ),
    nullable(
        "backward_chaining_count",
        Kind::U32,
        "phrases of data/behaviours/backward_chaining.txt in the reply; null where none were counted",
    ),
    nullable(
        "verification_word_count",
        Kind::U32,
        "words of data/words/verification.txt in the reply; null where none were counted",
    ),
    nullable(
        "tentative_word_count",
        Kind::U32,
        "words of data/words/tentative.txt in the reply; null where none were counted",
    ),
    nullable(
        "connective_count",
        Kind::U32,
        "words of data/words/connectives.txt in the reply; null where none were counted",
    ),
];

/// The pool's table of entries: one row an entry, a function of that entry alone.
pub const TRAJECTORIES: &[Column] = &{
    let mut all = [ROW; 7 + MEASURES.len()];
    all[1] = GENERATION;
    all[2] = nullable(
        "offset",
        Kind::U64,
        "byte where the row starts, in a plain file of text only",
    );
    all[3] = nullable(
        "void",
        Kind::Text,
        "why the entry yields no trajectory; null where it does",
    );
    all[4] = nullable(
        "problem_id",
        Kind::Id,
        "hash of the problem's canonical text",
    );
    all[5] = nullable(
        "trajectory_id",
        Kind::Id,
        "hash of problem_id and the response as it is",
    );
    let mut i = 0;
    while i < MEASURES.len() {
        all[6 + i] = MEASURES[i];
        i += 1;
    }
    all[6 + i] = nullable(
        "fields_id",
        Kind::Id,
        "hash of the gold answer and all that the source says of the trajectory: which exact copy stays",
    );
    all
};

/// The pool's table of problems: one row for each problem of a part.
pub const PROBLEMS: &[Column] = &[
    column(
        "problem_id",
        Kind::Id,
        "hash of the problem's canonical text",
    ),
    column("problem", Kind::Text, "the problem, as the source has it"),
    nullable(
        "answer",
        Kind::Text,
        "the gold answer, as the source has it",
    ),
    CATEGORY,
    ORIGIN,
];

/// The pool's table of a companion: one row a problem, with what it tells of it.
pub const COMPANION: &[Column] = &[
    nullable(
        "problem_id",
        Kind::Id,
        "hash of the problem's canonical text; null where the row is no problem",
    ),
    CATEGORY,
    ORIGIN,
    FACTS[0],
    FACTS[1],
    FACTS[2],
    FACTS[3],
    FACTS[4],
];

/// `ledger.parquet`: one row an entry, with its measurements and its fate in this run.
pub const LEDGER: &[Column] = &{
    let mut all = [ROW; 12 + MEASURES.len()];
    all[0] = nullable(
        "trajectory_id",
        Kind::Text,
        "hash of problem_id and the response; null where the entry yields no trajectory",
    );
    all[1] = nullable(
        "problem_id",
        Kind::Text,
        "hash of the problem's canonical text",
    );
    all[2] = column("source", Kind::Text, "the source's name in the pipeline");
    all[3] = column("file", Kind::Text, "file, relative to its source");
    all[4] = ROW;
    all[5] = GENERATION;
    let mut i = 0;
    while i < MEASURES.len() {
        all[6 + i] = MEASURES[i];
        i += 1;
    }
    all[6 + i] = nullable(
        "style",
        Kind::Text,
        "style that the run uses: the source's where it is known, else the text's",
    );
    all[7 + i] = nullable(
        "cluster",
        Kind::Text,
        "problem_id that stands for all near duplicates of the problem; null where none were looked for",
    );
    all[8 + i] = nullable(
        "cluster_disagrees",
        Kind::Bool,
        "whether the gold answers of its cluster differ; null where no near duplicates were looked for",
    );
    all[9 + i] = column("fate", Kind::Text, "kept or dropped");
    all[10 + i] = nullable(
        "reason",
        Kind::Text,
        "why it was dropped; null where it was kept",
    );
    all[11 + i] = nullable(
        "value",
        Kind::Text,
        "the value that decided, where there is one",
    );
    all
};

/// `selection.parquet`: the whole grid, one row for each selected trajectory of each subset.
pub const SELECTION: &[Column] = &[
    column("subset", Kind::Text, "name of the subset or control"),
    column("rank", Kind::U32, "place in the draw, from 0"),
    column(
        "trajectory_id",
        Kind::Text,
        "the trajectory's id in the ledger",
    ),
    column("problem_id", Kind::Text, "the problem's id"),
];

/// One subset's rows, before what `[emit] add` names.
pub const SUBSET: &[Column] = &[
    column("id", Kind::Text, "trajectory_id"),
    column(
        "problem_id",
        Kind::Text,
        "hash of the problem's canonical text",
    ),
    column("problem", Kind::Text, "the problem"),
    nullable(
        "answer",
        Kind::Text,
        "the gold answer, as the source has it",
    ),
    column(
        "messages",
        Kind::Messages,
        "a system turn where `[emit] system` has one, a user turn (the problem, with `[emit] instruction`) and an \
         assistant turn (the response)",
    ),
    nullable(
        "category",
        Kind::Text,
        "category of the problem: of several that its rows have the first by name",
    ),
    nullable("style", Kind::Text, "style of the trajectory"),
    column("tokens", Kind::U32, "tokens of the whole reply"),
    column("source", Kind::Text, "the source's name in the pipeline"),
    nullable(
        "license",
        Kind::Text,
        "the source's licence: by the pipeline or its card on the hub; null where neither says",
    ),
    nullable(
        "attribution",
        Kind::Text,
        "whom to name for the source: by the pipeline, or its dataset on the hub; null where neither says",
    ),
    column(
        "rank",
        Kind::U32,
        "place in the draw, from 0: rank < 100 of the 1000 is the 100",
    ),
];

/// Columns that `[emit] add` can put behind a subset's own.
pub const ADDED: &[Column] = &[
    column(
        "text",
        Kind::Text,
        "all turns in Qwen2.5's chat template, marked as `[emit.text] template` says",
    ),
    column(
        "prompt",
        Kind::Messages,
        "the turns of `messages` before the response, for TRL's completion-only loss",
    ),
    column("completion", Kind::Messages, "the assistant's turn alone"),
    column(
        "conversations",
        Kind::Conversations,
        "ShareGPT's form of `messages`: human and gpt",
    ),
];

/// `balance.parquet`: one row for each subset, control, variable and, of variables of names, level.
pub const BALANCE: &[Column] = &[
    column("subset", Kind::Text, "name of the subset"),
    column("control", Kind::Text, "name of its control or pair"),
    column(
        "relation",
        Kind::Text,
        "random, matched or paired: the control's kind; style: the same problems in another style",
    ),
    column(
        "variable",
        Kind::Text,
        "tokens, thinking_tokens, answer_tokens, bytes, repeated_share, correct (ours, where decided), \
         recorded (right by the source), finished, pass_rate (of the problem: correct / decided, null \
         below two decided), category, origin, style, verdict",
    ),
    nullable(
        "level",
        Kind::Text,
        "of category, origin, style and verdict: the row is of having this name; null: of the whole mix, \
         and of the other variables",
    ),
    column(
        "by_design",
        Kind::Bool,
        "the criterion that tells the two apart makes the difference on purpose",
    ),
    column(
        "scale",
        Kind::Text,
        "what differences and variances are taken on: plain, or log for ln(1 + x)",
    ),
    column(
        "subset_known",
        Kind::U32,
        "rows of the subset whose value is known",
    ),
    column(
        "control_known",
        Kind::U32,
        "rows of the control whose value is known",
    ),
    nullable(
        "subset_mean",
        Kind::F64,
        "mean in the variable's own unit; of a level, its share",
    ),
    nullable("control_mean", Kind::F64, "the same of the control"),
    nullable(
        "difference",
        Kind::F64,
        "the subset's mean less the control's, on the scale",
    ),
    nullable(
        "pool_sd",
        Kind::F64,
        "standard deviation over all that was accepted (n below the sum), on the scale",
    ),
    nullable(
        "smd",
        Kind::F64,
        "difference / pool_sd; null where that is 0, or nothing is known",
    ),
    nullable(
        "variance_ratio",
        Kind::F64,
        "the subset's variance over the control's (n - 1 below the sum), on the scale; null where that is 0",
    ),
    nullable(
        "ks",
        Kind::F64,
        "Kolmogorov-Smirnov's D: the largest distance between the two distribution functions, 0 to 1",
    ),
    nullable(
        "mix_distance",
        Kind::F64,
        "total variation distance of the two mixes: half the sum of |differences of shares|, 0 to 1",
    ),
    nullable(
        "subset_effective",
        Kind::F64,
        "exp(entropy) of the subset's mix: as many levels, all as common, would be as mixed",
    ),
    nullable("control_effective", Kind::F64, "the same of the control"),
    column("rows_shared", Kind::U32, "trajectories that stand in both"),
    column("problems_shared", Kind::U32, "problems that stand in both"),
];

/// `overlap.parquet`: one row for each two subsets or controls that share a problem.
pub const OVERLAP: &[Column] = &[
    column("a", Kind::Text, "the one that was selected first"),
    column("b", Kind::Text, "the other"),
    column("rows_shared", Kind::U32, "trajectories that stand in both"),
    column("problems_shared", Kind::U32, "problems that stand in both"),
    column(
        "rows_jaccard",
        Kind::F64,
        "rows_shared over the trajectories that stand in either, 0 to 1",
    ),
    column("problems_jaccard", Kind::F64, "the same of problems"),
];

/// `runs.csv`: one line for each training run of a subset whose text is written.
pub const RUNS: &[Column] = &[
    column(
        "run",
        Kind::Text,
        "name of the run: subset, training seed, budget",
    ),
    column("subset", Kind::Text, "name of the subset or control"),
    column("role", Kind::Text, "subset, random, matched or paired"),
    column(
        "path",
        Kind::Text,
        "its file, relative to the output folder",
    ),
    column("draw", Kind::U32, "number of its draw, from 0"),
    column(
        "draw_kind",
        Kind::Text,
        "independent, or replicate where every draw is the same: it has a training seed for each draw of \
         its grid times each of `[runs] training_seeds`",
    ),
    column("training_seed", Kind::U64, "the trainer's seed"),
    column(
        "budget",
        Kind::Text,
        "epochs: as often over the rows as `[runs] epochs` says; steps: `[runs] steps`, whatever the size",
    ),
    column("epochs", Kind::F64, "times that each row is trained on"),
    column(
        "steps",
        Kind::U64,
        "optimiser's steps at `[runs] batch_size`; the last of an epoch may be smaller",
    ),
    column("rows", Kind::U32, "rows of the subset"),
    column("tokens", Kind::U64, "tokens of all its replies"),
];

/// `subsets.csv`, and with fewer columns `subsets.tex`: one line for each subset and control.
pub const SUBSETS: &[Column] = &[
    column("subset", Kind::Text, "name of the subset or control"),
    column("role", Kind::Text, "subset, random, matched or paired"),
    column("draw", Kind::U32, "number of its draw, from 0"),
    column("draw_kind", Kind::Text, "independent or replicate"),
    column("rows", Kind::U32, "rows that were selected"),
    column("problems", Kind::U32, "different problems among them"),
    column("tokens", Kind::U64, "tokens of all its replies"),
    column("tokens_median", Kind::F64, "median of a reply's tokens"),
    column(
        "max_length",
        Kind::U32,
        "`[runs] max_length`: tokens that a reply may have",
    ),
    column("rows_over", Kind::U32, "rows whose reply has more"),
    column("rows_over_share", Kind::F64, "the same over rows"),
    column(
        "tokens_over_share",
        Kind::F64,
        "share of all tokens that lie beyond max_length and would be cut",
    ),
    column(
        "category_mix",
        Kind::Text,
        "rows of each category, as `algebra:15;geometry:14`, the most common first",
    ),
    column("style_mix", Kind::Text, "the same of styles"),
    column(
        "category_effective",
        Kind::F64,
        "exp(entropy) of the categories: as many, all as common, would be as mixed",
    ),
    column(
        "steps",
        Kind::U64,
        "optimiser's steps of a run at `[runs] epochs`, else `[runs] steps`",
    ),
];
