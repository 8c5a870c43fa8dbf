//! Texts to the ids of their tokens, and back: what a trainer is given. The tokenizers library makes them.

use std::path::Path;

use tokenizers::pipeline::{EncodeOptions, PipelineModel, PipelineTokenizer};

use super::{library, library_tokens, qwen, read, unusable};
use crate::Result;
use crate::count::{Compiled, Counter};

/// A loaded vocabulary that makes ids, and counts as well; one serves all threads.
pub struct Encoder {
    /// As its file is called, or its family.
    name: String,
    library: PipelineTokenizer,
    /// None where the library counts.
    counter: Option<Counter>,
}

impl Encoder {
    /// That of a `tokenizer.json`. Fails where the library refuses it.
    pub fn load(name: &str, folder: &Path) -> Result<Self> {
        let text = String::from_utf8(read(name, folder)?).map_err(|why| unusable(name, why))?;
        Self::of_json(name, &text)
    }

    /// That of a family whose tokens are built in, as [`super::Tokenizer::of_family`] names them; none where there is no
    /// such family.
    pub fn of_family(name: &str) -> Option<Result<Self>> {
        Some(Self::of_json(name, &qwen::Family::named(name)?.json()))
    }

    fn of_json(name: &str, text: &str) -> Result<Self> {
        Ok(Self {
            name: name.to_owned(),
            library: library(name, text)?,
            counter: Compiled::of_json(text).and_then(Counter::new),
        })
    }

    /// Tokens of a text, with no special token added.
    pub fn tokens(&self, text: &str) -> u32 {
        match &self.counter {
            Some(counter) => counter.tokens(text) as u32,
            None => library_tokens(&self.library, text),
        }
    }

    /// The token ids of a text as it is trained on: what names a special token in it is one. With `marks`, those that the
    /// tokenizer puts around a text are added. Fails where the text cannot be tokenised.
    pub fn ids(&self, text: &str, marks: bool) -> Result<Vec<u32>> {
        let options = EncodeOptions {
            add_special_tokens: marks,
            ..EncodeOptions::no_specials()
        };
        let mut ids = Vec::new();
        let encoded = self.library.encode_into(text, &options, &mut ids);
        encoded.map_err(|why| unusable(&self.name, why))?;
        Ok(ids.into_iter().map(u32::from).collect())
    }

    /// The id of a special token, or of any that is one token.
    pub fn id(&self, token: &str) -> Option<u32> {
        match self.ids(token, false).ok()?.as_slice() {
            [id] => Some(*id),
            _ => None,
        }
    }

    /// How many bytes of its text a token stands for.
    pub fn bytes(&self, id: u32) -> usize {
        let added = self.library.get_added_vocabulary();
        if let Some(added) = added.simple_id_to_token(id) {
            return added.len();
        }
        let model = self.library.get_model();
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

    /// The added tokens that a text names, as marks of turns do, in their order; none of a text that cannot be tokenised.
    pub fn marks_in(&self, text: &str) -> Vec<String> {
        // None is without one of them, and most texts are.
        if !text.contains(['<', '[', '\u{ff5c}']) {
            return Vec::new();
        }
        let added = self.library.get_added_vocabulary();
        let ids = self.ids(text, false).unwrap_or_default();
        let marks = ids
            .into_iter()
            .filter_map(|id| added.simple_id_to_token(id));
        marks.collect()
    }

    /// The texts that ids stand for.
    pub fn text(&self, ids: &[u32]) -> String {
        self.library.decode(ids, false).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Tokenizer;
    use super::*;

    #[test]
    fn a_family_counts_as_its_library_does() {
        let texts = [
            "<|im_start|>user\nIt's 12 cafe\u{301} \u{1112}\u{1161}<|im_end|>\u{338}\n\n  x",
            "<think>\nwait</think>\n\n<\u{ff5c}User\u{ff5c}>\u{4e2d}\u{6587}",
        ];
        for family in ["qwen2.5", "qwen3", "r1-distill"] {
            let encoder = Encoder::of_family(family).and_then(Result::ok);
            let encoder = encoder.expect("a family");
            let tokenizer = Tokenizer::of_family(family).expect("a family");
            for text in texts {
                let ids = encoder.ids(text, false).expect("ids").len() as u32;
                let counts = [tokenizer.tokens(text), encoder.tokens(text)];
                assert_eq!(counts, [ids; 2], "{family} {text}");
            }
        }
    }

    #[test]
    fn a_vocabulary_that_the_library_refuses_is_an_error_that_says_what_to_do() {
        let refused = Encoder::of_json("tokenizer.json", "{}").err();
        let refused = refused.expect("it is refused");
        assert!(
            refused
                .hint()
                .is_some_and(|hint| hint.contains("name a `tokenizer.json`"))
        );
    }
}
