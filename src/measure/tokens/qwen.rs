//! Qwen2.5's vocabulary, which comes with the binary, and the families of models that differ from it in added tokens alone.

use serde_json::json;

use super::QWEN;
use crate::count::{AddedToken, Compiled, byte_letters};

/// Qwen2.5's merges, without added tokens.
const VOCABULARY: &[u8] = include_bytes!("../../../data/qwen2.5.vocabulary");

/// What a family has behind Qwen2.5's vocabulary.
pub(super) struct Family {
    added: Vec<(&'static str, bool)>,
    /// Put before each text.
    begin: Option<&'static str>,
}

impl Family {
    /// `qwen2.5`, `qwen3`, `r1-distill` (the models distilled into Qwen2.5).
    pub(super) fn named(name: &str) -> Option<Self> {
        let (added, begin) = match name {
            QWEN => (QWEN_ADDED.to_vec(), None),
            "qwen3" => ([&QWEN_ADDED[..], &QWEN3_ADDED].concat(), None),
            "r1-distill" => (
                [&R1_DISTILL_ADDED[..], &QWEN_ADDED[7..]].concat(),
                Some("<｜begin▁of▁sentence｜>"),
            ),
            _ => return None,
        };
        Some(Self { added, begin })
    }

    /// What counts with it.
    pub(super) fn compiled(&self) -> Compiled {
        let raw = self.added.iter().map(|(token, _)| AddedToken::alone(token));
        Compiled {
            raw: raw.collect(),
            ..built_in()
        }
    }

    /// Its `tokenizer.json`, of which the library makes ids.
    pub(super) fn json(&self) -> String {
        Spelled::built_in().json(&self.added, self.begin)
    }
}

fn built_in() -> Compiled {
    Compiled::from_bytes(VOCABULARY).expect("what is built in is whole")
}

/// The tokens of a vocabulary as its file spells them, in order of id, and the merges in theirs.
#[derive(Debug, PartialEq, Eq)]
struct Spelled {
    tokens: Vec<String>,
    merges: Vec<String>,
}

impl Spelled {
    /// Of the built-in one: the bytes by their letters, and behind them what each merge makes.
    fn built_in() -> Self {
        let pairs = built_in().pairs;
        let mut symbols: Vec<String> = byte_letters().map(String::from).to_vec();
        let merges = pairs.iter().map(|&(left, right)| {
            let [left, right] = [left, right].map(|symbol| symbols[symbol as usize].clone());
            symbols.push([left.as_str(), right.as_str()].concat());
            format!("{left} {right}")
        });
        let merges = merges.collect();
        symbols[..256].sort_unstable();
        Self {
            tokens: symbols,
            merges,
        }
    }

    /// Its `tokenizer.json`.
    fn json(&self, added: &[(&str, bool)], begin: Option<&str>) -> String {
        let vocab: serde_json::Map<_, _> = self
            .tokens
            .iter()
            .zip(0_u32..)
            .map(|(token, id)| (token.clone(), json!(id)))
            .collect();
        let added: Vec<_> = added.iter().zip(self.tokens.len()..).map(|((content, special), id)| json!({
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
                { "type": "Split", "pattern": { "Regex": PATTERN }, "behavior": "Isolated", "invert": false },
                byte_level,
            ] },
            "post_processor": processor, "decoder": byte_level,
            "model": {
                "type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": "",
                "end_of_word_suffix": "", "fuse_unk": false, "byte_fallback": false,
                "vocab": vocab, "merges": self.merges,
            },
        })
        .to_string()
    }
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

const PATTERN: &str = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

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

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

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

    /// Of the ranks that another library carries: each token above the bytes is the pair that the merges below its own
    /// rank leave of it.
    fn of_ranks() -> Spelled {
        let bpe = &bpe_openai::voyage3_base().bpe;
        let letters = byte_letters();
        let spell =
            |token: &[u8]| -> String { token.iter().map(|&byte| letters[byte as usize]).collect() };
        let tokens: Vec<&[u8]> = (0..bpe.num_tokens() as u32)
            .map(|id| bpe.token_bytes(id))
            .collect();
        let ranks: HashMap<&[u8], u32> = tokens.iter().copied().zip(0..).collect();
        let merges = tokens.iter().zip(0..).filter(|(token, _)| token.len() > 1);
        let merges = merges.filter_map(|(token, rank)| {
            let cut = merged_at(token, rank, &ranks)?;
            Some(format!("{} {}", spell(&token[..cut]), spell(&token[cut..])))
        });
        Spelled {
            merges: merges.collect(),
            tokens: tokens.iter().map(|token| spell(token)).collect(),
        }
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

    #[test]
    fn the_built_in_vocabulary_is_that_of_the_ranks() {
        let of_ranks = of_ranks();
        let compiled = Compiled::of_json(&of_ranks.json(&[], None)).expect("it is known");
        let bytes = compiled.to_bytes();
        if std::env::var_os("VOCABULARY").is_some_and(|asked| asked == "overwrite") {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/qwen2.5.vocabulary");
            std::fs::write(path, &bytes).expect("it is written");
        }
        assert!(bytes == VOCABULARY, "see data/README.md");
        assert!(Spelled::built_in() == of_ranks, "ids and merges differ");
    }
}
