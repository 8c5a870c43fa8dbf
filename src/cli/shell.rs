//! Words as a shell takes them, for the commands that are shown.

use std::borrow::Cow;

/// The word as it is where a shell changes nothing in it, else in quotes.
pub(super) fn shell(word: &str) -> Cow<'_, str> {
    let is_plain = |letter: char| letter.is_alphanumeric() || "/._-+:@=,".contains(letter);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => Cow::Borrowed(word),
        false if !word.contains('\'') => Cow::Owned(format!("'{word}'")),
        false => Cow::Owned(format!("\"{}\"", escaped(word))),
    }
}

/// What stands between double quotes, with a `\` before what acts there.
fn escaped(word: &str) -> String {
    let mut escaped = String::with_capacity(word.len());
    for letter in word.chars() {
        if "\\\"$`".contains(letter) {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_takes_each_word_apart_as_it_was() {
        for word in [
            "out",
            "my out",
            "SELECT * FROM findings WHERE kind = 'copy'",
            "it's \"$5\" `a\\b`",
            "",
        ] {
            let line = format!("gradatim {}", shell(word));
            let split = shlex::split(&line).expect("a line");
            assert_eq!(split, ["gradatim", word]);
        }
        assert_eq!(shell("data/a-b_1.parquet"), "data/a-b_1.parquet");
    }
}
