//! `random`: the smallest hash. Every problem of the bucket has the same chance.

use super::criterion::Criterion;

pub(super) struct Random;

impl Criterion for Random {
    fn name(&self) -> &'static str {
        "random"
    }
}
