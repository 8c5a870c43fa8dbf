//! Gold answers of which each would do.
//!
//! Some datasets keep a list of accepted answers, as a list or as its JSON text (`["1/2", "0.5"]`). It stays one
//! text here, so that every table has one column for it, and whoever compares with it asks for its parts.

use std::borrow::Cow;

use super::value::{Value, from_json};
use super::void::Void;

/// The text of a list of answers: its one item, or all as JSON; none where it has none.
pub(super) fn of_items<'a>(items: Vec<Value<'a>>) -> Result<Option<Cow<'a, str>>, Void> {
    let mut texts = Vec::with_capacity(items.len());
    for item in items {
        if matches!(item, Value::List(_)) {
            return Err(Void::WrongType);
        }
        texts.extend(item.said()?.filter(|text| !text.trim().is_empty()));
    }
    match texts.len() {
        0 | 1 => Ok(texts.pop()),
        _ => Ok(serde_json::to_string(&texts).ok().map(Cow::Owned)),
    }
}

/// The one answer of a JSON list of it, which some datasets keep as text; any other text as it is.
pub(super) fn single(text: Cow<'_, str>) -> Cow<'_, str> {
    match listed(&text).as_deref() {
        Some([one]) => Cow::Owned(one.clone().into_owned()),
        _ => text,
    }
}

/// The answers of which each would do: the items of a JSON list of texts, or the one answer itself.
///
/// Only a list of texts is one: `[1, 2]` is an interval, and an answer.
pub(crate) fn each(gold: &str) -> Vec<Cow<'_, str>> {
    listed(gold).unwrap_or_else(|| vec![Cow::Borrowed(gold)])
}

fn listed(gold: &str) -> Option<Vec<Cow<'_, str>>> {
    let inner = gold.trim().strip_prefix('[')?;
    if !inner.trim_start().starts_with('"') {
        return None;
    }
    let Ok(Value::List(items)) = from_json(gold) else {
        return None;
    };
    let texts: Option<Vec<_>> = items
        .into_iter()
        .map(|item| match item {
            Value::Text(text) => Some(text),
            _ => None,
        })
        .collect();
    texts.filter(|texts| !texts.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(json: &str) -> Result<Option<String>, Void> {
        let value = from_json(json).expect("JSON");
        Ok(value.said()?.map(Cow::into_owned))
    }

    #[test]
    fn a_list_of_one_is_its_item_and_of_several_each_would_do() {
        assert_eq!(said("[42]"), Ok(Some("42".into())));
        assert_eq!(said("[]"), Ok(None));
        assert_eq!(said("[null, \"7\"]"), Ok(Some("7".into())));
        let several = said("[\"1/2\", 0.5]").expect("answers").expect("some");
        assert_eq!(several, "[\"1/2\",\"0.5\"]");
        assert_eq!(each(&several), ["1/2", "0.5"]);
        assert_eq!(said("[[1]]"), Err(Void::WrongType));
        assert_eq!(said("\"[\\\"76\\\"]\""), Ok(Some("76".into())));
    }

    #[test]
    fn only_a_list_of_texts_is_a_list_of_answers() {
        assert_eq!(each("[\"34\"]"), ["34"]);
        for answer in ["[1, 2]", "[a, b)", "", "[]", "[\"a\", 1]", "[\"a"] {
            assert_eq!(each(answer), [answer]);
        }
    }
}
