//! Exact token counts with the vocabulary of the model to be trained.
//!
//! The length buckets stand on these counts, so they are counts and not estimates. Qwen2.5's vocabulary
//! comes with the binary as the pairs that its merges join, and [`crate::count`] counts with them and makes no ids: 2.6
//! times as fast as the tokenizers library on R1 trajectories, which was ten times as fast as its peers (one core,
//! 2026-11-27). The library is the reference that tests hold it against; it counts with any other file, and is loaded
//! where ids are asked for.

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::json;
use tokenizers::pipeline::{EncodeOptions, PipelineModel, PipelineToken, PipelineTokenizer};

use crate::count::{AddedToken, Compiled, Counter, byte_letters};
use crate::ids::IdHasher;
use crate::source::disk_file::open_regular;
use crate::{Error, Result};

/// The name of the vocabulary that the binary carries.
pub(crate) const QWEN: &str = "qwen2.5";

/// A loaded vocabulary; one serves all threads.
pub struct Tokenizer {
    /// None where its file has something in it that counting does not know: then the library counts.
    counter: Option<Counter>,
    /// Made of `json` where it is asked for: that takes seconds, and a count does without. None where it cannot be.
    library: OnceLock<Option<PipelineTokenizer>>,
    json: Json,
}

/// The `tokenizer.json` of a vocabulary.
enum Json {
    /// Qwen2.5's with these tokens behind it, and one that is put before each text. Such a text may be cut behind a run of
    /// line ends without changing the count.
    Qwen(Vec<(&'static str, bool)>, Option<&'static str>),
    File(String),
}

/// Qwen2.5's merges, without added tokens.
const QWEN_VOCABULARY: &[u8] = include_bytes!("../../data/qwen2.5.vocabulary");

/// Tokens of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    pub whole: u32,
    /// Up to the end of the thinking part; 0 where there is none.
    pub thinking: u32,
}

/// What a tokenizer is, without loading it: its name, or the hash of its file.
pub(crate) fn identity(name: &str, folder: &Path) -> Result<String> {
    if name == QWEN {
        return Ok(QWEN.to_owned());
    }
    Ok(identity_of(&bytes(name, folder)?))
}

/// The same of a file's bytes.
fn identity_of(bytes: &[u8]) -> String {
    let id = IdHasher::new("gradatim tokenizer v1").part(bytes).finish();
    format!("tokenizer.json {id}")
}

fn bytes(name: &str, folder: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let opened = open_regular(&file(name, folder));
    let read = opened.and_then(|mut opened| opened.read_to_end(&mut bytes));
    read.map_err(|error| unusable(name, error))?;
    Ok(bytes)
}

fn file(name: &str, folder: &Path) -> PathBuf {
    folder.join(name)
}

fn unusable(name: &str, why: impl std::fmt::Display) -> Error {
    Error::Tokenizer {
        path: name.to_owned(),
        why: why.to_string(),
    }
}

impl Tokenizer {
    /// Qwen2.5's, or that of a `tokenizer.json`.
    pub fn load(name: &str, folder: &Path) -> Result<Self> {
        Self::load_known(name, folder, &identity(name, folder)?)
    }

    /// The same; fails where it is no longer the one that [`identity`] named so.
    pub(crate) fn load_known(name: &str, folder: &Path, identity: &str) -> Result<Self> {
        if name == QWEN {
            return Self::qwen();
        }
        let bytes = bytes(name, folder)?;
        if identity_of(&bytes) != identity {
            return Err(Error::Changed { file: name.into() });
        }
        let text = String::from_utf8(bytes).map_err(|error| unusable(name, error))?;
        let library = from_json(name, &text)?;
        Ok(Self {
            counter: Compiled::of_json(&text).and_then(Counter::new),
            library: OnceLock::from(Some(library)),
            json: Json::File(text),
        })
    }

    pub fn qwen() -> Result<Self> {
        Ok(Self::with_added(&QWEN_ADDED, None))
    }

    /// What counts: this program, or the library where the vocabulary is none that it knows.
    pub fn counts_by(&self) -> &'static str {
        match self.counter {
            Some(_) => "gradatim",
            None => "tokenizers 1.0.0-rc.3",
        }
    }

    fn is_qwen(&self) -> bool {
        matches!(self.json, Json::Qwen(..))
    }

    fn library(&self) -> Option<&PipelineTokenizer> {
        let made = || match &self.json {
            Json::Qwen(added, begin) => from_json(QWEN, &qwen_json(added, *begin)).ok(),
            Json::File(json) => from_json("tokenizer.json", json).ok(),
        };
        self.library.get_or_init(made).as_ref()
    }

    /// The vocabulary of a family of models that differs from Qwen2.5's in its added tokens alone; none where there is
    /// no such family of this name: `qwen2.5`, `qwen3`, `r1-distill` (the models distilled into Qwen2.5).
    pub fn of_family(name: &str) -> Option<Result<Self>> {
        match name {
            QWEN => Some(Self::qwen()),
            "qwen3" => {
                let added = [&QWEN_ADDED[..], &QWEN3_ADDED].concat();
                Some(Ok(Self::with_added(&added, None)))
            }
            "r1-distill" => {
                let added = [&R1_DISTILL_ADDED[..], &QWEN_ADDED[7..]].concat();
                let begin = Some("<｜begin▁of▁sentence｜>");
                Some(Ok(Self::with_added(&added, begin)))
            }
            _ => None,
        }
    }

    /// Qwen2.5's vocabulary with these tokens behind it, and one that is put before each text.
    fn with_added(added: &[(&'static str, bool)], begin: Option<&'static str>) -> Self {
        let built_in = Compiled::from_bytes(QWEN_VOCABULARY).expect("what is built in is whole");
        let raw = added.iter().map(|(token, _)| AddedToken::alone(token));
        let compiled = Compiled {
            raw: raw.collect(),
            ..built_in
        };
        Self {
            counter: Counter::new(compiled),
            library: OnceLock::new(),
            json: Json::Qwen(added.to_vec(), begin),
        }
    }

    /// Tokens of `response`, and of its first `thinking_end` bytes.
    pub fn count(&self, response: &str, thinking_end: usize) -> Count {
        if thinking_end == 0 {
            let whole = self.tokens(response);
            return Count { whole, thinking: 0 };
        }
        let end = behind_lines(response, thinking_end);
        let (thinking, answer) = response.split_at(end);
        let parted = self.tokens(thinking);
        let sound = thinking.ends_with(['\r', '\n'])
            && answer.as_bytes().first().is_none_or(u8::is_ascii_graphic);
        let whole = if self.is_qwen() && sound {
            parted + self.tokens(answer)
        } else {
            self.tokens(response)
        };
        Count {
            whole,
            thinking: parted.min(whole),
        }
    }

    /// Tokens of a text, with no special token added.
    pub fn tokens(&self, text: &str) -> u32 {
        match &self.counter {
            Some(counter) => counter.tokens(text) as u32,
            None => self.tokens_by_library(text),
        }
    }

    /// The token ids of a text as it is trained on: what names a special token in it is one. With `marks`, those that the
    /// tokenizer puts around a text are added. None where the text cannot be tokenised.
    pub fn ids(&self, text: &str, marks: bool) -> Vec<u32> {
        let Some(library) = self.library() else {
            return Vec::new();
        };
        let options = EncodeOptions {
            add_special_tokens: marks,
            ..EncodeOptions::no_specials()
        };
        let mut ids = Vec::new();
        let encoded = library.encode_into(text, &options, &mut ids);
        encoded.map_or_else(
            |_| Vec::new(),
            |()| ids.into_iter().map(u32::from).collect(),
        )
    }

    /// The id of a special token, or of any that is one token.
    pub fn id(&self, token: &str) -> Option<u32> {
        match self.ids(token, false).as_slice() {
            [id] => Some(*id),
            _ => None,
        }
    }

    /// How many bytes of its text a token stands for.
    pub fn bytes(&self, id: u32) -> usize {
        let Some(library) = self.library() else {
            return 0;
        };
        if let Some(added) = library.get_added_vocabulary().simple_id_to_token(id) {
            return added.len();
        }
        let model = library.get_model();
        let token = model.id_to_token(id).unwrap_or_default();
        let PipelineModel::BPE(bpe) = model;
        match token
            .strip_prefix("<0x")
            .and_then(|rest| rest.strip_suffix('>'))
        {
            // One letter stands for each byte.
            _ if bpe.is_byte_level() => token.chars().count(),
            // SentencePiece: bytes by their number, and a mark for a blank.
            Some(number) if number.len() == 2 => 1,
            _ => token.replace('\u{2581}', " ").len(),
        }
    }

    /// The added tokens that a text names, as marks of turns do, in their order.
    pub fn marks_in(&self, text: &str) -> Vec<String> {
        // None is without one of them, and most texts are.
        if !text.contains(['<', '[', '\u{ff5c}']) {
            return Vec::new();
        }
        let Some(library) = self.library() else {
            return Vec::new();
        };
        let added = library.get_added_vocabulary();
        let ids = self.ids(text, false);
        let marks = ids
            .into_iter()
            .filter_map(|id| added.simple_id_to_token(id));
        marks.collect()
    }

    /// The texts that ids stand for.
    pub fn text(&self, ids: &[u32]) -> String {
        let text = self.library().map(|library| library.decode(ids, false));
        text.and_then(std::result::Result::ok).unwrap_or_default()
    }

    fn tokens_by_library(&self, text: &str) -> u32 {
        thread_local! {
            static IDS: std::cell::RefCell<Vec<PipelineToken>> = const { std::cell::RefCell::new(Vec::new()) };
        }
        IDS.with_borrow_mut(|ids| {
            ids.clear();
            let options = EncodeOptions::no_specials();
            let encoded = self
                .library()
                .map(|library| library.encode_into(text, &options, ids));
            match encoded {
                Some(Ok(())) => ids.len() as u32,
                _ => 0,
            }
        })
    }
}

/// The end of the run of line ends that starts at `at`: Qwen's pattern takes them with the mark before
/// them (`>\n\n` is one piece), and a new piece starts behind them where neither more white space nor a
/// combining character follows.
fn behind_lines(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.len() - rest.trim_start_matches(['\r', '\n']).len()
}

fn from_json(name: &str, text: &str) -> Result<PipelineTokenizer> {
    let canonical = tokenizers::canonicalize_str(text).map_err(|error| unusable(name, error))?;
    tokenizers::from_json(&canonical).map_err(|error| unusable(name, error))
}

/// Qwen2.5's `tokenizer.json`, from the ranks: each token above the bytes is the pair that the merges
/// below its own rank leave of it.
fn qwen_json(added: &[(&str, bool)], begin: Option<&str>) -> String {
    let bpe = &bpe_openai::voyage3_base().bpe;
    let letters = byte_letters();
    let spell =
        |token: &[u8]| -> String { token.iter().map(|&byte| letters[byte as usize]).collect() };
    let tokens: Vec<&[u8]> = (0..bpe.num_tokens() as u32)
        .map(|id| bpe.token_bytes(id))
        .collect();
    let ranks: HashMap<&[u8], u32> = tokens
        .iter()
        .zip(0..)
        .map(|(&token, rank)| (token, rank))
        .collect();
    let vocab: serde_json::Map<_, _> = tokens
        .iter()
        .zip(0_u32..)
        .map(|(token, rank)| (spell(token), json!(rank)))
        .collect();
    let merges: Vec<String> = tokens
        .iter()
        .zip(0..)
        .filter(|(token, _)| token.len() > 1)
        .filter_map(|(token, rank)| {
            let cut = merged_at(token, rank, &ranks)?;
            Some(format!("{} {}", spell(&token[..cut]), spell(&token[cut..])))
        })
        .collect();
    let added: Vec<_> = added.iter().zip(bpe.num_tokens()..).map(|((content, special), id)| json!({
        "id": id, "content": content, "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": special,
    })).collect();
    let byte_level = json!({ "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false });
    let begin_id = added
        .iter()
        .find(|token| token["content"].as_str() == begin);
    let processor = match begin_id {
        Some(token) => template_processor(token),
        None => byte_level.clone(),
    };
    json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": added,
        "normalizer": { "type": "NFC" },
        "pre_tokenizer": { "type": "Sequence", "pretokenizers": [
            { "type": "Split", "pattern": { "Regex": QWEN_PATTERN }, "behavior": "Isolated", "invert": false },
            byte_level,
        ] },
        "post_processor": processor, "decoder": byte_level,
        "model": {
            "type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": "",
            "end_of_word_suffix": "", "fuse_unk": false, "byte_fallback": false,
            "vocab": vocab, "merges": merges,
        },
    })
    .to_string()
}

/// Puts a token before each text.
fn template_processor(token: &serde_json::Value) -> serde_json::Value {
    let (id, content) = (&token["id"], &token["content"]);
    let text = content.as_str().unwrap_or_default();
    let begin = |part: u8| json!({ "SpecialToken": { "id": content, "type_id": part } });
    let sequence = |name: &str, part: u8| json!({ "Sequence": { "id": name, "type_id": part } });
    json!({
        "type": "TemplateProcessing",
        "single": [begin(0), sequence("A", 0)],
        "pair": [begin(0), sequence("A", 0), begin(1), sequence("B", 1)],
        "special_tokens": { text: { "id": content, "ids": [id], "tokens": [content] } },
    })
}

/// Where the last merge that makes `token` joins its two halves.
fn merged_at(token: &[u8], rank: u32, ranks: &HashMap<&[u8], u32>) -> Option<usize> {
    let mut cuts: Vec<usize> = (0..=token.len()).collect();
    while cuts.len() > 3 {
        let (best, at) = cuts
            .windows(3)
            .enumerate()
            .filter_map(|(at, w)| Some((*ranks.get(&token[w[0]..w[2]])?, at)))
            .min()?;
        if best >= rank {
            return None;
        }
        cuts.remove(at + 1);
    }
    Some(cuts[1])
}

const QWEN_PATTERN: &str = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/// The tokens behind the vocabulary, in order of id, and whether each is special.
const QWEN_ADDED: [(&str, bool); 22] = [
    ("<|endoftext|>", true),
    ("<|im_start|>", true),
    ("<|im_end|>", true),
    ("<|object_ref_start|>", true),
    ("<|object_ref_end|>", true),
    ("<|box_start|>", true),
    ("<|box_end|>", true),
    ("<|quad_start|>", true),
    ("<|quad_end|>", true),
    ("<|vision_start|>", true),
    ("<|vision_end|>", true),
    ("<|vision_pad|>", true),
    ("<|image_pad|>", true),
    ("<|video_pad|>", true),
    ("<tool_call>", false),
    ("</tool_call>", false),
    ("<|fim_prefix|>", false),
    ("<|fim_middle|>", false),
    ("<|fim_suffix|>", false),
    ("<|fim_pad|>", false),
    ("<|repo_name|>", false),
    ("<|file_sep|>", false),
];

/// What Qwen3 has behind those.
const QWEN3_ADDED: [(&str, bool); 4] = [
    ("<tool_response>", false),
    ("</tool_response>", false),
    ("<think>", false),
    ("</think>", false),
];

/// What the models distilled from DeepSeek-R1 have in place of the first seven.
const R1_DISTILL_ADDED: [(&str, bool); 7] = [
    ("<｜end▁of▁sentence｜>", true),
    ("<｜User｜>", false),
    ("<｜Assistant｜>", false),
    ("<｜begin▁of▁sentence｜>", true),
    ("<|EOT|>", false),
    ("<think>", false),
    ("</think>", false),
];

/// The second implementation, for the cross-check.
pub fn reference_tokens(text: &str) -> u32 {
    bpe_openai::voyage3_base().count(text) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_vocabulary_adds_for_turns_and_tools_is_known_where_texts_are_read() {
        let added = [&QWEN_ADDED[..], &QWEN3_ADDED, &R1_DISTILL_ADDED].concat();
        for (token, _) in added {
            let is_thinking = ["<think>", "</think>"].contains(&token);
            let known = crate::source::control_token(token);
            assert_eq!(known, (!is_thinking).then_some(token));
        }
    }

    #[test]
    fn the_built_in_vocabulary_is_that_of_the_ranks() {
        let compiled = Compiled::of_json(&qwen_json(&[], None)).expect("it is known");
        let bytes = compiled.to_bytes();
        if std::env::var_os("VOCABULARY").is_some_and(|asked| asked == "overwrite") {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/qwen2.5.vocabulary");
            std::fs::write(path, &bytes).expect("it is written");
        }
        assert!(bytes == QWEN_VOCABULARY, "see data/README.md");
    }

    #[test]
    fn a_family_counts_as_its_library_does() {
        let texts = [
            "<|im_start|>user\nIt's 12 cafe\u{301} \u{1112}\u{1161}<|im_end|>\u{338}\n\n  x",
            "<think>\nwait</think>\n\n<\u{ff5c}User\u{ff5c}>\u{4e2d}\u{6587}",
        ];
        for family in ["qwen2.5", "qwen3", "r1-distill"] {
            let tokenizer = Tokenizer::of_family(family).and_then(Result::ok);
            let tokenizer = tokenizer.expect("a family");
            for text in texts {
                assert_eq!(
                    tokenizer.tokens(text),
                    tokenizer.tokens_by_library(text),
                    "{family} {text}"
                );
            }
        }
    }
}
