//! Answers in words that have a meaning in mathematics: `no solution` is the empty set.
//!
//! A phrase is looked up whole, in the languages of the data; nothing is read into a sentence.

use crate::words;

/// Phrases of one meaning, and the LaTeX for it.
const MEANINGS: [(&str, &[&str]); 3] = [
    (
        "\\emptyset",
        &[
            "no solution",
            "no real solution",
            "no root",
            "no real root",
            "there is no solution",
            "there are no solution",
            "there are no real solution",
            "there is no real solution",
            "there are no real root",
            "has no solution",
            "has no real solution",
            "empty set",
            "无解",
            "没有解",
            "方程无解",
            "无实数解",
            "无实数根",
            "空集",
            "нет решений",
            "решений нет",
            "пустое множество",
            "aucune solution",
            "pas de solution",
            "keine lösung",
            "keine lösungen",
            "leere menge",
            "sin solución",
            "no hay solución",
            "nenhuma solução",
            "nessuna soluzione",
        ],
    ),
    (
        "\\mathbb{R}",
        &[
            "real",
            "any real number",
            "every real number",
            "real number",
            "set of real number",
            "set of all real number",
            "real value",
            "全体实数",
            "所有实数",
            "任意实数",
            "一切实数",
            "实数集",
        ],
    ),
    (
        "\\infty",
        &[
            "infinitely many",
            "infinite",
            "infinitely many solution",
            "infinite solution",
            "infinite number of solution",
            "infinite number",
            "there are infinitely many",
            "there are infinitely many solution",
            "an infinite number",
            "infinity",
            "无数个",
            "无数",
            "无穷多个",
            "无穷多",
            "无限多个",
            "有无数个",
            "无穷",
            "бесконечно много",
        ],
    ),
];

/// Phrases of one meaning that is no mathematics: the first stands for all.
const SYNONYMS: [&[&str]; 7] = [
    &["yes", "是", "是的", "да", "oui", "ja", "sí", "si", "sim"],
    &["no", "否", "不是", "нет", "non", "nein", "não", "nee"],
    &[
        "true",
        "正确",
        "对",
        "真",
        "верно",
        "vrai",
        "wahr",
        "verdadero",
        "√",
        "✓",
    ],
    &[
        "false",
        "错误",
        "错",
        "假",
        "不正确",
        "неверно",
        "faux",
        "falsch",
        "falso",
        "×",
        "✗",
    ],
    &[
        "does not exist",
        "dne",
        "doe not exist",
        "doesn't exist",
        "do not exist",
        "no such number exist",
        "不存在",
        "не существует",
        "n'existe pas",
        "existiert nicht",
        "no existe",
    ],
    &["impossible", "not possible", "it is impossible", "不可能"],
    &["undefined", "not defined", "无定义", "未定义"],
];

/// The mathematics that a whole answer in words stands for.
pub(crate) fn mathematics(text: &str) -> Option<&'static str> {
    let key = key(text)?;
    let found = MEANINGS
        .iter()
        .find(|(_, phrases)| phrases.contains(&key.as_str()));
    found.map(|(meaning, _)| *meaning)
}

/// Words as they are compared: folded, singular, without articles, and synonyms as one.
pub(crate) fn canonical(folded: &str) -> String {
    let key = plain(folded);
    let found = SYNONYMS
        .iter()
        .find(|phrases| phrases.contains(&key.as_str()));
    match found {
        Some(phrases) => phrases[0].to_owned(),
        None => key,
    }
}

/// A longer text is a sentence.
/// By hand: no verdict changes with 80 or 320.
const PHRASE_MAX: usize = 160;

fn key(text: &str) -> Option<String> {
    let mathematics = |byte: u8| byte.is_ascii_digit() || b"=^_+<>&|/".contains(&byte);
    if text.len() > PHRASE_MAX
        || text.bytes().any(mathematics)
        || !text.contains(char::is_alphabetic)
    {
        return None;
    }
    Some(plain(&words::folded(text)))
}

/// Words without articles, commas and plurals.
fn plain(folded: &str) -> String {
    let words: Vec<&str> = folded
        .split([' ', ','])
        .map(|word| word.trim_matches(['(', ')', ';', ':', '!']))
        .filter(|word| !word.is_empty())
        .collect();
    // At the end, `a` is a name: `the point A`.
    let last = words.len().saturating_sub(1);
    let article =
        |at: usize, word: &str| matches!(word, "the" | "an" | "and") || word == "a" && at < last;
    let kept = words
        .iter()
        .enumerate()
        .filter(|(at, word)| !article(*at, word));
    let mut words: Vec<String> = kept.map(|(_, word)| words::singular(word)).collect();
    // `all even integers`, `on Friday`.
    if words.len() > 1 && matches!(words[0].as_str(), "all" | "on") {
        words.remove(0);
    }
    // `the second player wins` and `the second player`.
    let long = words.len() > 1;
    words.pop_if(|last| long && matches!(last.as_str(), "win" | "win." | "wins"));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_mathematics() {
        for text in [
            "no solution",
            "\\text{No solutions}",
            "There are no real roots.",
            "无解",
        ] {
            assert_eq!(mathematics(text), Some("\\emptyset"), "{text}");
        }
        assert_eq!(mathematics("\\text{all real numbers}"), Some("\\mathbb{R}"));
        assert_eq!(mathematics("no solution for x > 0"), None);
        assert_eq!(
            canonical("the second player wins"),
            canonical("second player")
        );
    }
}
