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
use tokenizers::pipeline::{EncodeOptions, PipelineToken, PipelineTokenizer};
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
        Ok(Self {
            inner: from_json(QWEN, &qwen_json())?,
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
fn qwen_json() -> String {
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
    let added: Vec<_> = QWEN_ADDED.iter().zip(bpe.num_tokens()..).map(|((content, special), id)| json!({
        "id": id, "content": content, "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": special,
    })).collect();
    let byte_level = json!({ "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false });
    json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": added,
        "normalizer": null,
        "pre_tokenizer": { "type": "Sequence", "pretokenizers": [
            { "type": "Split", "pattern": { "Regex": QWEN_PATTERN }, "behavior": "Isolated", "invert": false },
            byte_level,
        ] },
        "post_processor": byte_level, "decoder": byte_level,
        "model": {
            "type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": "",
            "end_of_word_suffix": "", "fuse_unk": false, "byte_fallback": false,
            "vocab": vocab, "merges": merges,
        },
    })
    .to_string()
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
    fn plain_mathematics_is_seen_to_be_composed() {
        for text in ["caf\u{e9}", "π ≤ 4, 答案 ✓", "x\u{b2}"] {
            assert!(is_surely_nfc(text), "{text}");
        }
        assert!(!is_surely_nfc("cafe\u{301}"));
    }
}
