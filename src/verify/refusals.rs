//! Tells words that give no answer from an answer in words.
//!
//! What is said of the problem is an answer: `cannot be determined`, `no solution`, `does not exist`. What is said of
//! oneself is none, and nor is that there is none: `I don't know`, `I am unable to determine it`, `No answer`. Such words
//! are looked at whole: a text that says more (`I don't know, maybe 5`) may give an answer, and is read as any other.

use crate::words;

/// Whether a text says, and says nothing but, that its author gives no answer.
pub(crate) fn is_refusal(text: &str) -> bool {
    let text = text.trim();
    let values = |byte: u8| byte.is_ascii_digit() || byte == b'=';
    if text.len() > REFUSAL_MAX || text.bytes().any(values) {
        return false;
    }
    let folded = words::folded(text).replace('’', "'");
    // A command that does not only set words is mathematics.
    if folded.contains('\\') {
        return false;
    }
    let mut refused = false;
    for part in folded.split(['.', ',', ';', '!', '。', '，', '！']) {
        let said = without_regret(part.trim());
        if said.is_empty() {
            continue;
        }
        if !refuses(said) {
            return false;
        }
        refused = true;
    }
    refused
}

/// A longer text, in bytes, says more than that there is no answer.
/// By hand: no verdict changes with 100 or 400, on 33,974 real responses and 2,094 cases.
const REFUSAL_MAX: usize = 200;

/// A part of a sentence without the regret that it starts with.
fn without_regret(part: &str) -> &str {
    const REGRETS: [&str; 8] = [
        "i'm sorry",
        "i am sorry",
        "sorry",
        "i apologize",
        "i'm afraid",
        "i am afraid",
        "unfortunately",
        "but",
    ];
    let mut said = part;
    while let Some(rest) = REGRETS.iter().find_map(|regret| after(said, regret)) {
        said = rest;
    }
    said
}

/// What follows words that a text starts with; nothing where it starts with others.
fn after<'t>(text: &'t str, words: &str) -> Option<&'t str> {
    let rest = text.strip_prefix(words)?;
    (rest.is_empty() || rest.starts_with(' ')).then(|| rest.trim_start())
}

/// Whether a part of a sentence refuses.
fn refuses(part: &str) -> bool {
    if WHOLE.contains(&part) {
        return true;
    }
    let rest = UNKNOWING
        .iter()
        .find_map(|lead| after(part, lead))
        .or_else(|| {
            let rest = UNABLE.iter().find_map(|lead| after(part, lead))?;
            DOING.iter().find_map(|verb| after(rest, verb))
        });
    rest.is_some_and(|rest| !rest.split(' ').any(|word| TURNING.contains(&word)))
}

/// Words that refuse by themselves.
const WHOLE: [&str; 26] = [
    "no answer",
    "no answer given",
    "no answer provided",
    "no answer found",
    "no final answer",
    "don't know",
    "dont know",
    "do not know",
    "idk",
    "no idea",
    "not sure",
    "i give up",
    "我不知道",
    "不知道",
    "我不会",
    "不会做",
    "我不确定",
    "无法回答",
    "我无法回答",
    "je ne sais pas",
    "ich weiß es nicht",
    "ich weiß nicht",
    "no lo sé",
    "não sei",
    "non lo so",
    "не знаю",
];

/// What somebody says who does not know.
const UNKNOWING: [&str; 9] = [
    "i don't know",
    "i dont know",
    "i do not know",
    "i have no idea",
    "i've no idea",
    "i'm not sure",
    "i am not sure",
    "i'm unsure",
    "i am unsure",
];

/// What somebody says who cannot do what follows.
const UNABLE: [&str; 12] = [
    "i cannot",
    "i can't",
    "i can not",
    "i could not",
    "i couldn't",
    "i'm unable to",
    "i am unable to",
    "i was unable to",
    "i'm not able to",
    "i am not able to",
    "i was not able to",
    "i failed to",
];

/// What has to be done for an answer.
const DOING: [&str; 14] = [
    "determine",
    "solve",
    "answer",
    "find",
    "figure",
    "work",
    "compute",
    "calculate",
    "provide",
    "give",
    "tell",
    "say",
    "derive",
    "complete",
];

/// Words behind which something else may be said.
const TURNING: [&str; 22] = [
    "but", "maybe", "perhaps", "probably", "possibly", "guess", "might", "could", "likely",
    "think", "believe", "however", "except", "unless", "although", "though", "exactly", "more",
    "other", "another", "than", "because",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_oneself_is_no_answer() {
        for text in [
            "I don't know",
            "I don’t know.",
            "\\text{I don't know}",
            "I'm sorry, but I cannot determine the value of x from the given information.",
            "Unfortunately, I was unable to solve this problem",
            "I do not know how to solve it. Sorry!",
            "No answer.",
            "No idea",
            "**I don't know**",
            "我不知道。",
        ] {
            assert!(is_refusal(text), "{text}");
        }
    }

    #[test]
    fn what_is_said_of_the_problem_may_be_an_answer() {
        for text in [
            "",
            "sorry",
            "cannot be determined",
            "It cannot be determined from the information.",
            "We cannot determine x.",
            "No solution",
            "no answers exist",
            "does not exist",
            "none",
            "unknown",
            "no",
            "I don't know, maybe five",
            "I don't know, A",
            "I don't know but I think it is odd",
            "I don't know. The answer is 5.",
            "I cannot find \\boxed{A}",
            "I cannot be certain",
        ] {
            assert!(!is_refusal(text), "{text}");
        }
    }
}
