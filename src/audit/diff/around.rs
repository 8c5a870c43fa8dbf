//! Two texts where they begin to differ: of long ones the beginning says nothing.

/// The two texts, whole where both are that short, else as many letters of each from shortly before their first
/// difference on.
pub(crate) fn around(first: &str, second: &str, most: usize) -> [String; 2] {
    let is_short = |text: &str| text.chars().nth(most).is_none();
    let start = match is_short(first) && is_short(second) {
        true => 0,
        false => common(first, second).saturating_sub(most / 4),
    };
    [first, second].map(|text| excerpt(text, start, most))
}

/// Letters that both begin with.
fn common(first: &str, second: &str) -> usize {
    let both = first.chars().zip(second.chars());
    both.take_while(|(first, second)| first == second).count()
}

/// As many letters of a text from that one on; what is left out is marked.
fn excerpt(text: &str, start: usize, most: usize) -> String {
    let before = if start > 0 { "…" } else { "" };
    let mut rest = text.chars().skip(start);
    let mut shown: String = before.to_owned();
    shown.extend(rest.by_ref().take(most));
    if rest.next().is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_shown_where_they_begin_to_differ() {
        assert_eq!(around("4", "77", 8), ["4", "77"]);
        let begin = "ab".repeat(50);
        let [first, second] = [format!("{begin}one and more"), format!("{begin}two")];
        assert_eq!(around(&first, &second, 8), ["…abone an…", "…abtwo"]);
        assert_eq!(around(&begin, &first, 8), ["…ab", "…abone an…"]);
        assert_eq!(around("ä".repeat(9).as_str(), "ö", 8), ["ääääääää…", "ö"]);
    }
}
