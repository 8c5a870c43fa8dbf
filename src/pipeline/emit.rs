//! The `[emit]` table: what is written, and in which words a problem is put.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The `[emit]` table of a pipeline file.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Emit {
    /// Globs over the names of subsets and controls: whose text is written. The whole grid stands in
    /// `selection.parquet` in any case.
    pub subsets: Vec<String>,
    /// Columns beside a subset's own, for trainers that want them.
    pub add: Vec<Added>,
    /// The licence that the dataset card names: an id of SPDX's or a name of the hub's (`apache-2.0`); that of the
    /// sources where this is left out and they have one and the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// A system message before each problem. Where it is left out `messages` has none, and `text` has the one
    /// that Qwen2.5's template puts in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// What the user says beside the problem, on a line after it, or around `{problem}` where that stands in
    /// it: `Please reason step by step, and put your final answer within \\boxed{}.`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instruction: Option<String>,
    /// The column `text`.
    pub text: TextColumn,
}

impl Default for Emit {
    fn default() -> Self {
        Self {
            subsets: vec!["*".into()],
            add: Vec::new(),
            license: None,
            system: None,
            instruction: None,
            text: TextColumn::default(),
        }
    }
}

/// Columns that a pipeline can add to its subsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Added {
    /// `text`: all turns in Qwen2.5's chat template up to the last end token, for the paper's and s1's trainer.
    Text,
    /// `prompt` and `completion` as lists of turns, for TRL's completion-only loss over the model's own chat
    /// template.
    PromptCompletion,
    /// `conversations`, ShareGPT's form of `messages`, beside `prompt_completion`: TRL takes it before `messages` and
    /// does not know its roles, and `prompt` and `completion` before both.
    Conversations,
}

/// The `[emit.text]` table: the column `text`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TextColumn {
    /// How thinking and answer are marked inside Qwen2.5's chat template.
    pub template: Template,
}

/// How thinking and answer are marked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Template {
    /// `<think>…</think>`, then the answer, as DeepSeek-R1 writes it and every column has it.
    #[default]
    Think,
    /// As s1's `data/tokenization.py` writes it: `<|im_start|>think`, the thinking, `<|im_start|>answer`,
    /// the answer, which begins with `Answer: ` unless it has that already.
    S1,
}
