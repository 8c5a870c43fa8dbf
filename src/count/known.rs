//! Compiles a `tokenizer.json` whose every part is known here; of any other the tokenizers library has to count.
//!
//! Known are byte-level BPE vocabularies with the patterns of GPT-4's family (Qwen2 and its successors, Llama 3) or that of
//! DeepSeek-V3 and R1, texts as they are or in Unicode's NFC, and added tokens that need not be words of their own. Each field is compared, and one more
//! than expected is unknown: a count that is off for a reason nobody looked for would be worse than a slower one.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use unicode_normalization::UnicodeNormalization;

use super::added::AddedToken;
use super::form::Compiled;
use super::merges::Merges;
use super::pattern::Pattern;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File<'j> {
    version: String,
    truncation: Option<Value>,
    #[serde(rename = "padding")]
    _padding: Option<Value>,
    added_tokens: Vec<AddedEntry>,
    normalizer: Option<Normalizer>,
    pre_tokenizer: PreTokenizer,
    // What is put around a text, and how ids become text again.
    #[serde(rename = "post_processor", borrow)]
    _post_processor: Option<&'j RawValue>,
    #[serde(rename = "decoder", borrow)]
    _decoder: Option<&'j RawValue>,
    model: Model,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddedEntry {
    #[serde(rename = "id")]
    _id: u32,
    content: String,
    single_word: bool,
    lstrip: bool,
    rstrip: bool,
    normalized: bool,
    #[serde(rename = "special")]
    _special: bool,
}

#[derive(Deserialize)]
#[serde(tag = "type", deny_unknown_fields)]
enum Normalizer {
    #[serde(rename = "NFC")]
    Nfc,
    Sequence {
        normalizers: Vec<Normalizer>,
    },
}

#[derive(Deserialize)]
#[serde(tag = "type", deny_unknown_fields)]
enum PreTokenizer {
    Sequence {
        pretokenizers: Vec<PreTokenizer>,
    },
    Split {
        pattern: Regex,
        behavior: String,
        invert: bool,
    },
    ByteLevel {
        add_prefix_space: bool,
        #[serde(rename = "trim_offsets")]
        _trim_offsets: bool,
        use_regex: bool,
    },
}

#[derive(Deserialize)]
enum Regex {
    Regex(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Model {
    #[serde(rename = "type")]
    kind: String,
    dropout: Option<Value>,
    unk_token: Option<Value>,
    continuing_subword_prefix: Option<String>,
    end_of_word_suffix: Option<String>,
    #[serde(default)]
    fuse_unk: bool,
    #[serde(default)]
    byte_fallback: bool,
    #[serde(default)]
    ignore_merges: bool,
    vocab: HashMap<String, u32>,
    merges: Vec<MergeEntry>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum MergeEntry {
    Line(String),
    Pair(String, String),
}

impl Compiled {
    /// Of a `tokenizer.json`; none where a part of it is not known.
    pub fn of_json(json: &str) -> Option<Self> {
        let file: File = serde_json::from_str(json).ok()?;
        if file.version != "1.0" || file.truncation.is_some() || !file.model.is_plain() {
            return None;
        }
        let composes = file.normalizer.as_ref().is_some_and(Normalizer::composes);
        let (raw, composed) = added(&file.added_tokens, composes)?;
        let mut compiled = Self {
            pattern: file.pre_tokenizer.pattern()?,
            composes,
            raw,
            composed,
            ..file.model.merged()?
        };
        if !compiled.is_sound() {
            return None;
        }
        if file.model.ignore_merges {
            compiled.whole = file.model.not_merged(&Merges::new(&compiled.merges()));
        }
        Some(compiled)
    }
}

impl Normalizer {
    fn composes(&self) -> bool {
        match self {
            Self::Nfc => true,
            Self::Sequence { normalizers } => normalizers.iter().any(Self::composes),
        }
    }
}

impl PreTokenizer {
    /// The pattern that it cuts by; none where that is another.
    fn pattern(&self) -> Option<Pattern> {
        let Self::Sequence { pretokenizers } = self else {
            return None;
        };
        let (last, splits) = pretokenizers.split_last()?;
        let is_bytes = matches!(
            last,
            Self::ByteLevel {
                add_prefix_space: false,
                use_regex: false,
                ..
            }
        );
        match (is_bytes, splits) {
            (true, [only]) => gpt(only.split(true)?),
            (true, [first, second, third]) => {
                let splits = [
                    first.split(false)?,
                    second.split(false)?,
                    third.split(false)?,
                ];
                (splits == DEEPSEEK_PATTERNS).then_some(Pattern::DeepSeek)
            }
            _ => None,
        }
    }

    /// The pattern whose matches are pieces, and what is between them; `covers`: it matches everything, so that to remove
    /// what does not is to part what does.
    fn split(&self, covers: bool) -> Option<&str> {
        let Self::Split {
            pattern: Regex::Regex(pattern),
            behavior,
            invert,
        } = self
        else {
            return None;
        };
        match (behavior.as_str(), invert) {
            ("Isolated", false) => Some(pattern),
            ("Removed", true) if covers => Some(pattern),
            _ => None,
        }
    }
}

/// GPT-4's pattern but for its numbers, before and behind them.
const GPT_PATTERN: [&str; 2] = [
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|",
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
];

fn gpt(pattern: &str) -> Option<Pattern> {
    let numbers = pattern.strip_prefix(GPT_PATTERN[0])?;
    match numbers.strip_suffix(GPT_PATTERN[1])? {
        r"\p{N}" => Some(Pattern::Qwen2),
        r"\p{N}{1,3}" => Some(Pattern::Gpt4),
        _ => None,
    }
}

/// DeepSeek's, with line ends in them as its files have them: with them escaped the library takes another way.
const DEEPSEEK_PATTERNS: [&str; 3] = [
    r"\p{N}{1,3}",
    "[\u{4e00}-\u{9fa5}\u{3040}-\u{309f}\u{30a0}-\u{30ff}]+",
    "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+",
];

/// Added tokens to be found in a text as it is, and in what is left of it once it is composed.
fn added(entries: &[AddedEntry], composes: bool) -> Option<(Vec<AddedToken>, Vec<AddedToken>)> {
    let (mut raw, mut composed) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    for entry in entries {
        let is_composed = entry.normalized && composes;
        let content = match is_composed {
            true => entry.content.nfc().collect(),
            false => entry.content.clone(),
        };
        if entry.single_word || content.is_empty() || !seen.insert(content.clone()) {
            return None;
        }
        let found_in = if entry.normalized {
            &mut composed
        } else {
            &mut raw
        };
        found_in.push(AddedToken {
            content,
            takes_before: entry.lstrip,
            takes_behind: entry.rstrip,
        });
    }
    Some((raw, composed))
}

impl Model {
    fn is_plain(&self) -> bool {
        let is_empty = |affix: &Option<String>| affix.as_deref().unwrap_or_default().is_empty();
        self.kind == "BPE"
            && self.dropout.is_none()
            && self.unk_token.is_none()
            && is_empty(&self.continuing_subword_prefix)
            && is_empty(&self.end_of_word_suffix)
            && !self.fuse_unk
            && !self.byte_fallback
    }

    /// Symbols and merges; none where a merge names what is not in the vocabulary or was not made before it.
    fn merged(&self) -> Option<Compiled> {
        let mut symbols = self.bytes()?;
        let mut compiled = Compiled::default();
        for (made, entry) in (256_u32..).zip(&self.merges) {
            let (left, right) = entry.pair()?;
            let pair = (*symbols.get(left)?, *symbols.get(right)?);
            let (token, _) = self.vocab.get_key_value(&[left, right].concat())?;
            let symbol = *symbols.entry(token.clone()).or_insert(made);
            if symbol != made {
                compiled.again.push((made - 256, symbol));
            }
            compiled.pairs.push(pair);
        }
        Some(compiled)
    }

    /// The symbols of the bytes, by the letters that stand for them. All that UTF-8 can hold have to be tokens.
    fn bytes(&self) -> Option<HashMap<String, u32>> {
        let mut symbols = HashMap::with_capacity(256 + self.merges.len());
        for (byte, letter) in (0..=u8::MAX).zip(byte_letters()) {
            let never = matches!(byte, 0xc0 | 0xc1 | 0xf5..);
            match self.vocab.contains_key(letter.to_string().as_str()) {
                true => _ = symbols.insert(letter.to_string(), u32::from(byte)),
                false if never => {}
                false => return None,
            }
        }
        Some(symbols)
    }

    /// Tokens that merges leave more of, in order.
    fn not_merged(&self, merges: &Merges) -> Vec<Vec<u8>> {
        let letters = byte_letters();
        let bytes: HashMap<char, u8> = letters.into_iter().zip(0..=u8::MAX).collect();
        let spelled = |token: &String| -> Vec<u8> {
            let mut own = [0; 4];
            let byte = |letter: char| bytes.get(&letter).map(|byte| vec![*byte]);
            let letters = token.chars();
            letters
                .flat_map(|l| {
                    byte(l).unwrap_or_else(|| l.encode_utf8(&mut own).as_bytes().to_vec())
                })
                .collect()
        };
        let tokens = self.vocab.keys().map(spelled);
        let mut tokens: Vec<_> = tokens.filter(|token| merges.count(token) != 1).collect();
        tokens.sort_unstable();
        tokens
    }
}

impl MergeEntry {
    fn pair(&self) -> Option<(&str, &str)> {
        let (left, right) = match self {
            Self::Pair(left, right) => (left.as_str(), right.as_str()),
            Self::Line(line) => line
                .split_once(' ')
                .filter(|(_, right)| !right.contains(' '))?,
        };
        (!left.is_empty() && !right.is_empty()).then_some((left, right))
    }
}

/// The letters that stand for the 256 bytes in byte-level BPE: themselves where they can be seen, else
/// the next free one from U+0100 on.
pub fn byte_letters() -> [char; 256] {
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

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;
    use serde_json::json;
    use tokenizers::pipeline::{EncodeOptions, PipelineTokenizer};

    use super::super::Counter;
    use super::super::runs::RUNS;
    use super::*;

    /// A vocabulary of bytes and some merges.
    fn small() -> Value {
        let merges = [
            "Ġ t", "h e", "Ġt he", "a b", "b c", "ab c", "a bc", "' s", "1 2", "12 3", "Ċ Ċ",
            "= =", "Ã ©",
        ];
        let letters = byte_letters().into_iter().map(String::from);
        let made = merges.iter().map(|merge| merge.replace(' ', ""));
        let mut vocab = serde_json::Map::new();
        for token in letters.chain(made).chain(["xy".into(), "Ġzz".into()]) {
            let id = vocab.len();
            vocab.entry(token).or_insert(json!(id));
        }
        let pattern = [GPT_PATTERN[0], r"\p{N}", GPT_PATTERN[1]].concat();
        let added = json!({ "id": 900, "content": "<|end|>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true });
        let byte_level = json!({ "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false });
        json!({
            "version": "1.0", "truncation": null, "padding": null, "added_tokens": [added],
            "normalizer": { "type": "NFC" },
            "pre_tokenizer": { "type": "Sequence", "pretokenizers": [
                { "type": "Split", "pattern": { "Regex": pattern }, "behavior": "Isolated", "invert": false },
                byte_level,
            ] },
            "post_processor": byte_level, "decoder": byte_level,
            "model": { "type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": "", "end_of_word_suffix": "", "fuse_unk": false, "byte_fallback": false, "ignore_merges": false, "vocab": vocab, "merges": merges },
        })
    }

    /// With one field set.
    fn with(path: &str, value: Value) -> String {
        let mut json = small();
        *json.pointer_mut(path).expect("a field") = value;
        json.to_string()
    }

    /// With DeepSeek's patterns.
    fn of_deepseek() -> String {
        let split = |pattern: &str| json!({ "type": "Split", "pattern": { "Regex": pattern }, "behavior": "Isolated", "invert": false });
        let mut all = DEEPSEEK_PATTERNS.map(split).to_vec();
        all.push(small()["pre_tokenizer"]["pretokenizers"][1].take());
        with("/pre_tokenizer/pretokenizers", json!(all))
    }

    fn library(json: &str) -> PipelineTokenizer {
        let canonical = tokenizers::canonicalize_str(json).expect("it is converted");
        tokenizers::from_json(&canonical).expect("it is read")
    }

    #[track_caller]
    fn check_as_the_library<'t>(json: &str, texts: impl IntoIterator<Item = &'t str>) {
        let compiled = Compiled::of_json(json).expect("it is known");
        let counter = Counter::new(compiled).expect("it is sound");
        let library = library(json);
        for text in texts {
            let mut ids = Vec::new();
            let encoded = library.encode_into(text, &EncodeOptions::no_specials(), &mut ids);
            encoded.expect("it is encoded");
            assert_eq!(counter.tokens(text), ids.len(), "{text:?}");
        }
    }

    const TEXTS: [&str; 10] = [
        "$\\frac{the}{12345}$ !abc\u{e9} !!abc \u{1}\u{1}abc 12 \u{4e2d}\u{6587}\u{30fb}abc\u{3002}\n\n",
        "the theabc abcd it's 123 1234 == \n\n\nxy zz",
        "<|end|>the<|end|> cafe\u{301}",
        "<|end|>\u{338}",
        "e\u{301}",
        "  <|end|>  \n",
        "\u{e9}t\u{e9} == \u{4e2d}\u{6587}\u{3002}",
        "x",
        "",
        "                                                                                the",
    ];

    #[test]
    fn a_known_file_counts_as_the_library_does() {
        check_as_the_library(&small().to_string(), TEXTS);
    }

    #[test]
    fn so_it_does_with_each_of_the_settings_that_are_known() {
        let pattern = [GPT_PATTERN[0], r"\p{N}{1,3}", GPT_PATTERN[1]].concat();
        check_as_the_library(
            &with(
                "/pre_tokenizer/pretokenizers/0/pattern/Regex",
                json!(pattern),
            ),
            TEXTS,
        );
        check_as_the_library(&of_deepseek(), TEXTS);
        check_as_the_library(&with("/normalizer", Value::Null), TEXTS);
        check_as_the_library(&with("/model/ignore_merges", json!(true)), TEXTS);
        for flag in ["normalized", "lstrip", "rstrip"] {
            check_as_the_library(
                &with(&format!("/added_tokens/0/{flag}"), json!(true)),
                TEXTS,
            );
        }
    }

    #[test]
    fn characters_on_either_side_of_each_border_of_a_class_count_as_the_library_has_them() {
        let border = |run: &u32| [(run >> 3).wrapping_sub(1), run >> 3];
        let characters = RUNS.iter().flat_map(border).filter_map(char::from_u32);
        // Each class cuts these otherwise.
        let texts: Vec<String> = characters
            .map(|character| {
                format!(
                    "ab{character}c12{character}3 the{character}{character}\n==\n{character} the"
                )
            })
            .collect();
        for json in [small().to_string(), of_deepseek()] {
            check_as_the_library(&json, texts.iter().map(String::as_str));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1024))]

        #[test]
        fn any_text_counts_as_the_library_has_it(
            text in "([ \n\r\t'!a-eT0-3=$\\\\{\u{a0}\u{3000}\u{b2}\u{660}\u{e9}\u{4e2d}\u{30fb}\u{3099}\u{301}\u{1f600}\u{200d}\u{85}\0\x7f]|'(s|ll|RE)|the|abc|  |\n\n|\\PC){0,90}"
        ) {
            static KNOWN: LazyLock<[(Counter, PipelineTokenizer); 2]> = LazyLock::new(|| {
                [small().to_string(), of_deepseek()].map(|json| {
                    let compiled = Compiled::of_json(&json).expect("it is known");
                    (Counter::new(compiled).expect("it is sound"), library(&json))
                })
            });
            for (counter, library) in KNOWN.iter() {
                let mut ids = Vec::new();
                let encoded = library.encode_into(&text, &EncodeOptions::no_specials(), &mut ids);
                encoded.expect("it is encoded");
                prop_assert_eq!(counter.tokens(&text), ids.len(), "{:?}", text);
            }
        }
    }

    #[test]
    fn a_file_with_anything_else_in_it_is_not_known() {
        for (path, value) in [
            ("/version", json!("2.0")),
            ("/truncation", json!({ "max_length": 3 })),
            ("/normalizer", json!({ "type": "NFKC" })),
            (
                "/pre_tokenizer/pretokenizers/0/pattern/Regex",
                json!(r"\w+"),
            ),
            ("/pre_tokenizer/pretokenizers/0/behavior", json!("Removed")),
            (
                "/pre_tokenizer/pretokenizers/1/add_prefix_space",
                json!(true),
            ),
            ("/pre_tokenizer/pretokenizers/1/use_regex", json!(true)),
            ("/added_tokens/0/single_word", json!(true)),
            ("/model/type", json!("WordPiece")),
            ("/model/dropout", json!(0.1)),
            ("/model/unk_token", json!("x")),
            ("/model/byte_fallback", json!(true)),
            ("/model/end_of_word_suffix", json!("</w>")),
            ("/model/merges", json!(["q q"])),
            ("/model/merges", json!(["abc d", "ab c"])),
            ("/model/vocab", json!({ "a": 0 })),
        ] {
            assert_eq!(
                Compiled::of_json(&with(path, value.clone())),
                None,
                "{path} {value}"
            );
        }
        let escaped = of_deepseek().replace("\\r\\n", r"\\r\\n");
        assert_eq!(Compiled::of_json(&escaped), None);
        let mut more = small();
        more["model"]["new"] = json!(1);
        assert_eq!(Compiled::of_json(&more.to_string()), None);
        assert_eq!(Compiled::of_json("{"), None);
    }
}
