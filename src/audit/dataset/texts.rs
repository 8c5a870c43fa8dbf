//! What the texts of a dataset's problems say that the measuring pass does not: their languages and how long they are.
//!
//! Both are functions of the parts, and kept in the pool for the next audit of the same.

use std::collections::HashMap;

use arrow::array::RecordBatch;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::language;
use super::scope::Scope;
use crate::Result;
use crate::ids::Id;
use crate::pool::readings;
use crate::pool::tables::{PROBLEM, PROBLEM_ID};
use crate::run::{Amount, Settings};
use crate::schema::Misfit;

/// Version of what is told of a text.
const VERSION: u32 = 1;

/// Who reads the texts, for what is kept of it.
pub(crate) fn reader() -> String {
    format!("texts {VERSION}")
}

/// What the texts of problems say, for each problem of the run.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Texts {
    /// None where its words do not tell, or the dataset has it not.
    pub languages: Vec<Option<&'static str>>,
    tokens: Vec<u32>,
}

/// As it is kept: JSON.
#[derive(Serialize, Deserialize)]
struct Form {
    /// The languages that problems have.
    names: Vec<String>,
    /// For each problem its language among these, from 1; 0 where it has none.
    languages: Vec<u8>,
    tokens: Vec<u32>,
}

impl Texts {
    /// Those of `asked` problems: as an earlier audit read them, where one did.
    pub(super) fn of(scope: &Scope<'_>, asked: u64, settings: &Settings<'_>) -> Result<Self> {
        let (name, reader) = (name(scope), reader());
        let problems = scope.experiment.entries.problems.len();
        let kept = settings
            .pool
            .reading(name, &reader, |told| Self::from_bytes(told, problems));
        if let Some(kept) = kept {
            return Ok(kept);
        }
        let texts = Self::read(scope, asked, settings)?;
        let told = texts.to_bytes();
        settings.pool.keep_reading(name, &reader, &told);
        Ok(texts)
    }

    fn read(scope: &Scope<'_>, asked: u64, settings: &Settings<'_>) -> Result<Self> {
        let entries = &scope.experiment.entries;
        settings.watch.begin("tokenizer", Amount::default());
        let tokenizer = scope.experiment.plan.load_tokenizer(&settings.pool)?;
        settings.watch.begin("texts", Amount::rows(asked));
        let mut seen = vec![false; entries.problems.len()];
        let mut texts = Self {
            languages: vec![None; entries.problems.len()],
            tokens: vec![0; entries.problems.len()],
        };
        let columns = [PROBLEM_ID.name(), PROBLEM.name()];
        scope.each_problem_batch(&columns, |batch: &RecordBatch| -> Result<(), Misfit> {
            let rows = PROBLEM_ID.of(batch)?.into_iter().zip(PROBLEM.of(batch)?);
            let rows: Vec<_> = rows
                .filter_map(|(id, text)| Some((entries.find_problem(id?)? as usize, text?)))
                .collect();
            let read = |(problem, text): &(usize, &str)| {
                (*problem, language::language(text), tokenizer.tokens(text))
            };
            let mut new = 0;
            for (problem, language, tokens) in rows.par_iter().map(read).collect::<Vec<_>>() {
                texts.languages[problem] = language;
                texts.tokens[problem] = tokens;
                // Of several parts each may have it.
                new += u64::from(!std::mem::replace(&mut seen[problem], true));
            }
            settings.watch.advance(Amount::rows(new));
            Ok(())
        })?;
        Ok(texts)
    }

    /// The tokens of the problems that are asked for.
    pub(super) fn tokens_of(&self, asked: &[bool]) -> Vec<u32> {
        let tokens = self.tokens.iter().zip(asked);
        tokens
            .filter(|(_, is_asked)| **is_asked)
            .map(|(tokens, _)| *tokens)
            .collect()
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut names: Vec<String> = Vec::new();
        let mut places: HashMap<&str, u8> = HashMap::new();
        let mut place = |language: &'static str| {
            *places.entry(language).or_insert_with(|| {
                names.push(language.to_owned());
                names.len() as u8
            })
        };
        let languages = self.languages.iter();
        let languages = languages.map(|language| language.map_or(0, &mut place));
        let form = Form {
            languages: languages.collect(),
            names,
            tokens: self.tokens.clone(),
        };
        let bytes = serde_json::to_vec(&form).unwrap_or_default();
        assert!(!bytes.is_empty(), "names and numbers are always JSON");
        bytes
    }

    /// None where the bytes speak of another number of problems, or of a language that nobody tells.
    fn from_bytes(bytes: &[u8], problems: usize) -> Option<Self> {
        let form: Form = serde_json::from_slice(bytes).ok()?;
        let names = form.names.iter().map(|name| language::known(name));
        let names: Vec<&'static str> = names.collect::<Option<_>>()?;
        let named = |place: &u8| match place.checked_sub(1) {
            None => Some(None),
            Some(at) => names.get(usize::from(at)).map(|name| Some(*name)),
        };
        let languages: Vec<_> = form.languages.iter().map(named).collect::<Option<_>>()?;
        let is_whole = languages.len() == problems && form.tokens.len() == problems;
        is_whole.then_some(Self {
            languages,
            tokens: form.tokens,
        })
    }
}

/// The name of what is kept: of problems that are numbered as the run's parts have them, those of the scope's parts.
fn name(scope: &Scope<'_>) -> Id {
    let experiment = scope.experiment;
    let parts = || experiment.parts.iter();
    let of_scope = parts().map(|part| u8::from(scope.has(part.source)));
    readings::name(&reader(), parts().filter_map(|part| part.held.part()))
        .part(of_scope.collect::<Vec<u8>>())
        .part(&experiment.plan.tokenizer)
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_of_texts_comes_back_or_nothing_does() {
        let texts = Texts {
            languages: vec![Some("German"), None, Some("English"), Some("German")],
            tokens: vec![7, 0, 70_000, 1],
        };
        let bytes = texts.to_bytes();
        assert_eq!(Texts::from_bytes(&bytes, 4).as_ref(), Some(&texts));
        for problems in [0, 3, 5] {
            assert_eq!(Texts::from_bytes(&bytes, problems), None);
        }
        for (from, to) in [
            ("German", "Latin"),
            ("[1,0,2,1]", "[1,0,3,1]"),
            ("70000,", ""),
        ] {
            let other = String::from_utf8_lossy(&bytes).replace(from, to);
            assert_ne!(other.as_bytes(), bytes);
            assert_eq!(Texts::from_bytes(other.as_bytes(), 4), None, "{to}");
        }
    }
}
