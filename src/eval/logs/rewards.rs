//! Which of a rollout's rewards says whether its answer is right.
//!
//! Trainers write every reward function under the name that its author gave it: beside the one for the answer stand
//! rewards for form, length and language, and their weighted sum. Only a reward that is named for being right is a
//! grade; a sum is one where it takes no other values than a grade does.

use super::row::grade;
use crate::eval::table::Outcome;
use crate::source::value::Value;

/// Words in the names of rewards for the answer, the surest first.
const WORDS: [&str; 7] = [
    "correct",
    "accuracy",
    "is_right",
    "math_verify",
    "verify",
    "exact_match",
    "acc",
];

/// The name that promises a grade most surely; of equals the first.
pub(super) fn named<'n>(names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let rank = |name: &str| {
        let name = name.to_ascii_lowercase();
        WORDS.iter().position(|word| name.contains(word))
    };
    let ranked = names
        .into_iter()
        .filter_map(|name| Some((rank(name)?, name)));
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, name)| name)
}

/// The grade that a reward is: right or wrong, and none where it is anything else.
pub(super) fn decided(reward: &Value<'_>) -> Option<Outcome> {
    grade(reward).filter(|outcome| *outcome != Outcome::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reward_named_for_being_right_is_the_grade() {
        let of = |names: &[&'static str]| named(names.iter().copied());
        assert_eq!(
            of(&["format_reward", "accuracy_reward"]),
            Some("accuracy_reward")
        );
        assert_eq!(of(&["length", "format"]), None);
        assert_eq!(
            of(&["acc", "correct_answer_reward_func"]),
            Some("correct_answer_reward_func")
        );
    }

    #[test]
    fn a_sum_of_rewards_is_a_grade_only_where_it_is_one() {
        assert_eq!(decided(&Value::Number(1.0)), Some(Outcome::Right));
        assert_eq!(decided(&Value::Integer(-1)), Some(Outcome::Wrong));
        assert_eq!(decided(&Value::Number(1.2)), None);
        assert_eq!(decided(&Value::Null), None);
    }
}
