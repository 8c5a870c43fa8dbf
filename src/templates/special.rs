//! The special tokens that a template may name: where a text begins and ends, as the model's folder says.

use serde_json::{Map, Value as Json};

/// Those that templates are handed, by the names that `transformers` knows them by.
const NAMES: [&str; 7] = [
    "bos_token",
    "eos_token",
    "unk_token",
    "sep_token",
    "pad_token",
    "cls_token",
    "mask_token",
];

/// Special tokens by name; one that the model has not is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpecialTokens(Map<String, Json>);

impl SpecialTokens {
    /// With a beginning and an end, where there are.
    pub fn new(bos: Option<&str>, eos: Option<&str>) -> Self {
        let named = [("bos_token", bos), ("eos_token", eos)];
        let there = named.into_iter().filter_map(|(name, token)| {
            let token = token?;
            Some((name.to_owned(), token.into()))
        });
        Self(there.collect())
    }

    /// From `tokenizer_config.json` and, for those that it has not, `special_tokens_map.json`. A token is a text there,
    /// or an object with a `content`.
    pub fn read(config: Option<&Json>, map: Option<&Json>) -> Self {
        let said = |file: Option<&Json>, name: &str| -> Option<Json> {
            let token = file?.get(name)?;
            let text = token.as_str().or_else(|| token["content"].as_str())?;
            Some(text.into())
        };
        let there = NAMES.into_iter().filter_map(|name| {
            let token = said(config, name).or_else(|| said(map, name))?;
            Some((name.to_owned(), token))
        });
        Self(there.collect())
    }

    pub fn bos(&self) -> Option<&str> {
        self.0.get("bos_token")?.as_str()
    }

    pub fn eos(&self) -> Option<&str> {
        self.0.get("eos_token")?.as_str()
    }

    /// All of them, as a template is handed them.
    pub(super) fn named(&self) -> Map<String, Json> {
        self.0.clone()
    }
}
