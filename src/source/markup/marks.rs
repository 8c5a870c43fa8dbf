//! `<think>` and `</think>`: the marks that thinking has here.

use super::signs::Signs;

pub(super) const OPEN: &str = "<think>";
pub(super) const CLOSE: &str = "</think>";

/// Thinking and an answer in the one markup.
pub(super) fn marked(thinking: &str, answer: &str) -> String {
    format!("{OPEN}\n{}\n{CLOSE}\n\n{}", thinking.trim(), answer.trim())
}

/// Thinking without marks of its own around it.
pub(super) fn bare(thinking: &str) -> &str {
    let text = thinking.trim();
    let text = text.strip_prefix(OPEN).unwrap_or(text);
    text.strip_suffix(CLOSE).unwrap_or(text).trim()
}

/// The bytes that stand second in them.
pub(super) fn seconds() -> impl Iterator<Item = u8> {
    [OPEN, CLOSE].map(|mark| mark.as_bytes()[1]).into_iter()
}

/// The marks of a text in their order: where each begins and what it is.
fn marks(text: &str, signs: &Signs) -> impl Iterator<Item = (usize, &'static str)> {
    signs.iter().filter_map(|at| {
        let tail = &text.as_bytes()[at..];
        let mark = [OPEN, CLOSE].into_iter();
        let mut mark = mark.filter(|mark| tail.starts_with(mark.as_bytes()));
        Some((at, mark.next()?))
    })
}

/// Where its thinking is opened first.
pub(super) fn first_open(text: &str, signs: &Signs) -> Option<usize> {
    let mut marks = marks(text, signs);
    marks.find(|(_, mark)| *mark == OPEN).map(|(at, _)| at)
}

/// Whether it thinks more than once.
pub(super) fn is_several(text: &str, signs: &Signs) -> bool {
    let (mut opens, mut closes) = (0, 0);
    for (_, mark) in marks(text, signs) {
        *(if mark == OPEN {
            &mut opens
        } else {
            &mut closes
        }) += 1;
    }
    opens > 1 || closes > 1
}

/// With the mark that a chat template wrote in front, where the text has but the closing one; none where nothing is
/// missing.
pub(super) fn opened(text: &str, signs: &Signs) -> Option<String> {
    let (_, first) = marks(text, signs).next()?;
    (first == CLOSE).then(|| format!("{OPEN}\n{text}"))
}

/// With each mark once where it stands twice in a row, as where a prompt's `<think>` was put before a response that
/// has its own; none where none does.
pub(super) fn once(text: &str, signs: &Signs) -> Option<String> {
    let mut kept = String::new();
    let (mut taken, mut last) = (0, None::<(usize, &str)>);
    for (at, mark) in marks(text, signs) {
        let is_again =
            last.is_some_and(|(end, known)| known == mark && text[end..at].trim().is_empty());
        match last {
            Some((end, _)) if is_again => {
                kept.push_str(&text[taken..end]);
                taken = at + mark.len();
            }
            _ => {}
        }
        last = Some((at + mark.len(), mark));
    }
    (taken > 0).then(|| kept + &text[taken..])
}

/// Without thinking that says nothing, at the beginning; none where there is none such.
pub(super) fn without_empty(text: &str) -> Option<String> {
    let behind = text.strip_prefix(OPEN)?.trim_start().strip_prefix(CLOSE)?;
    Some(behind.trim_start().to_owned())
}

/// The tags that some prompts ask to write the answer between, where they hold all of it.
const ANSWER_TAGS: [[&str; 2]; 2] = [["<answer>", "</answer>"], ["<output>", "</output>"]];

/// Without the tags around all that stands behind the thinking; none where there are none.
pub(super) fn without_answer_tags(text: &str, signs: &Signs) -> Option<String> {
    let closes = marks(text, signs).filter(|(_, mark)| *mark == CLOSE);
    let end = closes.last()?.0 + CLOSE.len();
    let answer = text[end..].trim();
    let inside = ANSWER_TAGS.iter().find_map(|[open, close]| {
        let rest = without_prefix(answer, open)?;
        let inside = without_suffix(rest, close).unwrap_or(rest);
        let is_whole = !has(inside, open) && !has(inside, close);
        is_whole.then(|| inside.trim())
    })?;
    Some(format!("{}\n\n{inside}", &text[..end]))
}

/// Behind a tag, in whatever case it is written.
pub(super) fn without_prefix<'t>(text: &'t str, tag: &str) -> Option<&'t str> {
    let start = text.get(..tag.len())?;
    start.eq_ignore_ascii_case(tag).then(|| &text[tag.len()..])
}

fn without_suffix<'t>(text: &'t str, tag: &str) -> Option<&'t str> {
    let at = text.len().checked_sub(tag.len())?;
    let end = text.get(at..)?;
    end.eq_ignore_ascii_case(tag).then(|| &text[..at])
}

/// Where a tag stands, in whatever case it is written.
pub(super) fn find(text: &str, tag: &str) -> Option<usize> {
    let mut starts = memchr::memchr_iter(*tag.as_bytes().first()?, text.as_bytes());
    starts.find(|&at| without_prefix(&text[at..], tag).is_some())
}

fn has(text: &str, tag: &str) -> bool {
    find(text, tag).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_that_stands_twice_in_a_row_stands_once() {
        let twice = "<think>\n<think>\na\n</think> </think>\n\nb";
        assert_eq!(
            once(twice, &Signs::of(twice)).as_deref(),
            Some("<think>\na\n</think>\n\nb")
        );
        assert_eq!(
            once(
                "<think>a</think>b<think>c</think>d",
                &Signs::of("<think>a</think>b<think>c</think>d")
            ),
            None
        );
        assert_eq!(once("a < b", &Signs::of("a < b")), None);
        assert_eq!(
            once(
                "<think><think><think>a",
                &Signs::of("<think><think><think>a")
            )
            .as_deref(),
            Some("<think>a")
        );
    }

    #[test]
    fn only_a_closing_mark_without_an_opening_one_before_it_lacks_one() {
        assert_eq!(
            opened("a</think>b", &Signs::of("a</think>b")).as_deref(),
            Some("<think>\na</think>b")
        );
        assert_eq!(
            opened("<think>a</think>b", &Signs::of("<think>a</think>b")),
            None
        );
        assert_eq!(opened("<think>a", &Signs::of("<think>a")), None);
        assert_eq!(opened("a", &Signs::of("a")), None);
    }

    #[test]
    fn tags_that_hold_all_of_the_answer_are_markup_and_others_are_text() {
        let inside = |text: &str| without_answer_tags(text, &Signs::of(text));
        let plain = Some("<think>a</think>\n\n42".to_owned());
        assert_eq!(inside("<think>a</think><answer>42</answer>"), plain);
        assert_eq!(inside("<think>a</think>\n<Answer>\n42\n</Answer>"), plain);
        // A stop word takes the closing one.
        assert_eq!(inside("<think>a</think> <answer> 42"), plain);
        assert_eq!(inside("<think>a</think>So <answer>42</answer>"), None);
        assert_eq!(inside("<think>a</think><answer>42</answer> so."), None);
        assert_eq!(
            inside("<think>a</think><answer>4</answer><answer>2</answer>"),
            None
        );
        assert_eq!(inside("<answer>42</answer>"), None);
    }
}
