//! The same verdict from many threads at once.

use std::thread;

use gradatim_verify::{Verdict, compare, verify};

/// Pairs of every kind, also of those that take constants which are worked out once.
const PAIRS: [(&str, &str); 12] = [
    ("42", "The answer is 42."),
    ("\\frac{1}{2}", "\\boxed{0.5}"),
    ("\\frac{\\pi}{4}", "\\boxed{\\arctan 1}"),
    ("3\\sqrt{2}", "\\boxed{\\sqrt{18}}"),
    ("x^2-1", "\\boxed{(x-1)(x+1)}"),
    ("\\sin 2x", "\\boxed{2\\sin x\\cos x}"),
    ("(0, 1)", "\\boxed{0 < x < 1}"),
    ("5 m/s", "\\boxed{18 km/h}"),
    ("1/3", "\\boxed{\\int_0^1 x^2 dx}"),
    ("3", "The answer is not 3."),
    ("C", "故选 C"),
    ("7", "<think>7"),
];

fn all() -> Vec<Verdict> {
    let judged = PAIRS
        .iter()
        .flat_map(|(gold, response)| [verify(gold, response), compare(gold, response)]);
    judged.collect()
}

#[test]
fn sixty_four_threads_at_once_give_the_same_verdicts() {
    let threads: Vec<_> = (0..64).map(|_| thread::spawn(all)).collect();
    let alone = all();
    for thread in threads {
        assert_eq!(thread.join().expect("no panic"), alone);
    }
}
