//! Exact token counts with the vocabulary of the model to be trained.
//!
//! The length buckets stand on these counts, so they are counts and not estimates. Qwen2.5's vocabulary
//! comes with the binary: `bpe-openai` carries the same ranks (as `voyage3_base`), and the merges are
//! rebuilt from the ranks, which is exact. The `tokenizers` release candidate counts some ten times
//! faster than `bpe-openai` itself (254 against 23 MB/s on R1 trajectories, two cores, 2026-11-21), which
//! is the second implementation that a test checks it against.

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::json;
use tokenizers::pipeline::{EncodeOptions, PipelineModel, PipelineToken, PipelineTokenizer};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::ids::IdHasher;
use crate::source::disk_file::open_regular;
use crate::{Error, Result};

/// The name of the vocabulary that the binary carries.
pub(crate) const QWEN: &str = "qwen2.5";

/// A loaded vocabulary; one serves all threads.
pub struct Tokenizer {
    inner: PipelineTokenizer,
    /// The built-in vocabulary: `inner` leaves Unicode's NFC to us, and a text may be cut behind a run of
    /// line ends without changing the count.
    is_qwen: bool,
}

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
    /// Qwen2.5's, which takes half a second; or that of a `tokenizer.json`.
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
        Ok(Self {
            inner: from_json(name, &text)?,
            is_qwen: false,
        })
    }

    pub fn qwen() -> Result<Self> {
        Self::with_added(&QWEN_ADDED, None)
    }

    /// The vocabulary of a family of models that differs from Qwen2.5's in its added tokens alone; none where there is
    /// no such family of this name: `qwen2.5`, `qwen3`, `r1-distill` (the models distilled into Qwen2.5).
    pub fn of_family(name: &str) -> Option<Result<Self>> {
        match name {
            QWEN => Some(Self::qwen()),
            "qwen3" => Some(Self::with_added(
                &[&QWEN_ADDED[..], &QWEN3_ADDED].concat(),
                None,
            )),
            "r1-distill" => {
                let added = [&R1_DISTILL_ADDED[..], &QWEN_ADDED[7..]].concat();
                Some(Self::with_added(&added, Some("<｜begin▁of▁sentence｜>")))
            }
            _ => None,
        }
    }

    /// Qwen2.5's vocabulary with these tokens behind it, and one that is put before each text.
    fn with_added(added: &[(&str, bool)], begin: Option<&str>) -> Result<Self> {
        Ok(Self {
            inner: from_json(QWEN, &qwen_json(added, begin))?,
            is_qwen: true,
        })
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
        let whole = if self.is_qwen && sound {
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
        if self.is_qwen && !is_surely_nfc(text) {
            let composed: String = text.nfc().collect();
            return self.tokens_as_is(&composed);
        }
        self.tokens_as_is(text)
    }

    /// The token ids of a text as it is trained on: what names a special token in it is one. With `marks`, those that the
    /// tokenizer puts around a text are added. None where the text cannot be tokenised.
    pub fn ids(&self, text: &str, marks: bool) -> Vec<u32> {
        let composed: String;
        let text = match self.is_qwen && !is_surely_nfc(text) {
            true => {
                composed = text.nfc().collect();
                &composed
            }
            false => text,
        };
        let options = EncodeOptions {
            add_special_tokens: marks,
            ..EncodeOptions::no_specials()
        };
        let mut ids = Vec::new();
        let encoded = self.inner.encode_into(text, &options, &mut ids);
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
        if let Some(added) = self.inner.get_added_vocabulary().simple_id_to_token(id) {
            return added.len();
        }
        let model = self.inner.get_model();
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
        let added = self.inner.get_added_vocabulary();
        let ids = self.ids(text, false);
        let marks = ids
            .into_iter()
            .filter_map(|id| added.simple_id_to_token(id));
        marks.collect()
    }

    /// The texts that ids stand for.
    pub fn text(&self, ids: &[u32]) -> String {
        self.inner.decode(ids, false).unwrap_or_default()
    }

    fn tokens_as_is(&self, text: &str) -> u32 {
        thread_local! {
            static IDS: std::cell::RefCell<Vec<PipelineToken>> = const { std::cell::RefCell::new(Vec::new()) };
        }
        IDS.with_borrow_mut(|ids| {
            ids.clear();
            let options = EncodeOptions::no_specials();
            self.inner
                .encode_into(text, &options, ids)
                .map_or(0, |()| ids.len() as u32)
        })
    }
}

/// Whether Unicode's composition leaves the text as it is; no where that takes more than a glance.
///
/// Nothing below U+0300 composes with what stands before it, and its UTF-8 has no byte from 0xCC on: most
/// of a text is passed over by the block, several times faster than character by character.
fn is_surely_nfc(text: &str) -> bool {
    const BLOCK: usize = 64;
    let bytes = text.as_bytes();
    let starts = (0..bytes.len()).step_by(BLOCK);
    let blocks = starts.map(|at| (at, &bytes[at..bytes.len().min(at + BLOCK)]));
    let high =
        blocks.filter(|(_, block)| block.iter().fold(0, |most, &byte| most.max(byte)) >= 0xCC);
    let characters = high.flat_map(|(at, block)| {
        let leads = block.iter().enumerate().filter(|(_, byte)| **byte >= 0xCC);
        leads.filter_map(move |(offset, _)| text[at + offset..].chars().next())
    });
    is_nfc_quick(characters) == IsNormalized::Yes
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
        "normalizer": null,
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

/// The letters that stand for the 256 bytes in byte-level BPE: themselves where they can be seen, else
/// the next free one from U+0100 on.
fn byte_letters() -> [char; 256] {
    let seen = |byte: u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    let mut next = 0x100_u32;
    std::array::from_fn(|byte| {
        let byte = byte as u8;
        if seen(byte) {
            return char::from(byte);
        }
        let letter = char::from_u32(next).unwrap_or_default();
        next += 1;
        letter
    })
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
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_text_that_is_surely_composed_is(text in "(\\PC|[a-eA-E\u{300}-\u{340}\u{b7}\u{1100}-\u{11c2}]){0,90}") {
            if is_surely_nfc(&text) {
                prop_assert_eq!(text.nfc().collect::<String>(), text);
            }
        }
    }

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
    fn plain_mathematics_is_seen_to_be_composed() {
        for text in ["caf\u{e9}", "π ≤ 4, 答案 ✓", "x\u{b2}"] {
            assert!(is_surely_nfc(text), "{text}");
        }
        assert!(!is_surely_nfc("cafe\u{301}"));
    }
}
