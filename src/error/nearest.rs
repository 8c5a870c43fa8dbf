//! What somebody meant who mistyped a name, and which names there are.

/// Names that one line lists; of more it says how many.
const LISTED_MAX: usize = 20;

/// The known name that a mistyped one most likely means: one that differs from it in at most a third of its
/// letters (a swap of two is one difference), and before such the shortest that begins with it. None where nothing is near.
pub(crate) fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let word = word.to_lowercase();
    let allowed = (word.chars().count() / 3).max(1);
    let is_longer = |known: &str| word.len() >= 3 && known.starts_with(&word);
    let distance = |known: &'k str| {
        let lowered = known.to_lowercase();
        match strsim::osa_distance(&word, &lowered) {
            more if is_longer(&lowered) => Some(((false, more), known)),
            few if few <= allowed => Some(((true, few), known)),
            _ => None,
        }
    };
    let near = known.into_iter().filter_map(distance);
    near.min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// The start of a hint: which name was meant; empty where nothing is near.
pub(crate) fn did_you_mean<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    let meant = nearest(word, known);
    meant.map_or_else(String::new, |name| {
        format!("did you mean `{name}`? otherwise ")
    })
}

/// The names in one line, the first of them where they are many.
pub(crate) fn listed<'k>(names: impl IntoIterator<Item = &'k str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    let (shown, more) = names.split_at(names.len().min(LISTED_MAX));
    match more.len() {
        0 => shown.join(", "),
        more => format!("{}, and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_name_finds_the_one_that_was_meant() {
        let known = [
            "run",
            "plan",
            "inspect",
            "verify",
            "response",
            "problem_text",
            "qwen3",
            "qwen2.5",
        ];
        for (word, meant) in [
            ("rn", Some("run")),
            ("Plan", Some("plan")),
            ("inspcet", Some("inspect")),
            ("problem", Some("problem_text")),
            ("respnse", Some("response")),
            ("qwen2", Some("qwen2.5")),
            ("sql", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, known), meant, "{word}");
        }
    }

    #[test]
    fn many_names_are_listed_up_to_a_number() {
        assert_eq!(listed(["a", "b"]), "a, b");
        let many = vec!["x"; 23];
        assert!(listed(many).ends_with("x, and 3 more"));
    }
}
