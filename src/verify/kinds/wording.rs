//! Compares words: `yes` and `no`, `no solution`, names.

use crate::decision::Decision;
use crate::expr::{Id, Name, Node};
use crate::verdict::Reason;
use crate::work::Work;
use crate::{phrases, words};

/// Compares what is words on one side at least.
pub(crate) fn by_text(gold: &str, answer: &str) -> Option<Decision> {
    if words::has_sign(gold) && words::has_sign(answer) {
        return None;
    }
    let (gold, answer) = (words::folded(gold), words::folded(answer));
    if !words::is_words(&gold) && !words::is_words(&answer) {
        return None;
    }
    let (gold_words, answer_words) = (phrases::canonical(&gold), phrases::canonical(&answer));
    // `AB` and `ab` may be a side and a product.
    if gold_words == answer_words && (gold_words.len() > 2 || !gold_words.is_ascii()) {
        return Some(Decision::Equal(Reason::Words));
    }
    let (gold_reply, answer_reply) = (short_reply(&gold), short_reply(&answer));
    if gold_reply.is_some() && gold_reply == answer_reply {
        return Some(Decision::Equal(Reason::Words));
    }
    let gold_words = gold_reply.unwrap_or(gold_words);
    let answer_words = answer_reply.unwrap_or(answer_words);
    words::rivals(&gold_words, &answer_words).then_some(Decision::Different(Reason::Words))
}

/// `Yes, it is possible` says yes; `no solution` does not say no, and a reply with a condition says
/// more than it starts with.
fn short_reply(folded: &str) -> Option<String> {
    const SUBJECTS: [&str; 8] = ["it", "there", "they", "he", "she", "we", "this", "that"];
    let first = folded.split([' ', ',', '.', ';']).next()?;
    let rest = &folded[first.len()..];
    let mut words = rest.split_whitespace();
    let apart = !rest.starts_with(' ');
    let goes_on = words.next().is_some_and(|word| SUBJECTS.contains(&word));
    let condition = |word: &str| matches!(word, "if" | "but" | "unless");
    let short = words.clone().count() <= REPLY_MAX && !words.any(condition);
    let reply = phrases::canonical(first);
    let said = matches!(reply.as_str(), "yes" | "no");
    (said && short && (apart || goes_on)).then_some(reply)
}

/// A reply with more words behind `yes, it` says more than yes.
/// By hand: no verdict changes with 4,, 6 or 10.
const REPLY_MAX: usize = 5;

/// Compares two trees that are words.
pub(crate) fn by_tree(work: &mut Work<'_>, left: Id, right: Id) -> Option<Decision> {
    let (Node::Words(left), Node::Words(right)) = (work.arena.node(left), work.arena.node(right))
    else {
        return None;
    };
    let fold = |name: &Name| phrases::canonical(&words::folded(work.arena.text(*name)));
    let same = fold(left) == fold(right);
    Some(if same {
        Decision::Equal(Reason::Words)
    } else {
        Decision::Unknown(Reason::Words)
    })
}
