//! How far sets differ that are drawn alike, beside which an effect is large or small.

use maud::{Markup, html};

use super::said::Components;
use super::{Evaluation, points};
use crate::Result;
use crate::view::page::{counted, said};
use crate::view::report::facts::Row;

/// Of a normal distribution: so many standard deviations to each side hold 95 %.
const WITHIN_95: f64 = 1.959_963_984_540_054;

impl Evaluation {
    /// What the draws of like sets differ by at each benchmark, and which of the effects are more; nothing without an experiment.
    pub(super) fn between_draws(&self, effects: &[Row]) -> Result<Markup> {
        let noise = self.tables.ask(NOISE)?;
        let of = |one: &Components| {
            let at = noise
                .iter()
                .find(|row| row.text("benchmark") == one.benchmark.as_deref());
            told(one, at.and_then(|row| row.number("noise")), effects)
        };
        let told: Vec<String> = self.said.components.iter().map(of).collect();
        Ok(html! {
            @if !told.is_empty() {
                h3 { "Beside what chance draws differ by" }
                (super::listed(&told))
                p.soft { (said(HOW_READ)) }
            }
        })
    }
}

/// How much the score of one trained model varies by its attempts.
const NOISE: &str = "SELECT benchmark, avg(se_attempts * se_attempts) AS noise FROM runs WHERE is_reference IS NOT TRUE GROUP BY benchmark";

const HOW_READ: &str = "A standard deviation is of the true scores of the models, what attempts add to it is taken out: two rows of the table of runs are read by the larger number. The same, with the \
                        other parts of the variation, stands under `components` in `eval.json`. Two models lie within 2.77 (1.96 · √2) of \
                        it in 95 of 100 pairs. An effect is a mean over cells, draws and training seeds, so that one that is smaller can \
                        be beyond chance all the same: then it shows over many sets, and not between two of them.";

fn told(of: &Components, noise: Option<f64>, effects: &[Row]) -> String {
    let benchmark = of
        .benchmark
        .as_deref()
        .unwrap_or("the benchmark that is not known");
    let seeds = of.seed_sd.map(|sd| {
        format!(
            "between training seeds of one set {} ({})",
            plain(sd),
            freedom(of.seed_freedom)
        )
    });
    let Some(draw_sd) = of.draw_sd else {
        let seeds = seeds.map_or_else(String::new, |seeds| {
            format!("; the standard deviation {seeds}")
        });
        return format!(
            "At {benchmark} no kind of set was drawn more than once: what chance draws differ by is not known, and whether an \
             effect is larger than that (`draws = 3` in a grid makes three){seeds}"
        );
    };
    let between = match &seeds {
        Some(seeds) => format!(", {seeds}"),
        None => ", which holds what training seeds differ by, since each draw has one".to_owned(),
    };
    let apart = two_apart(draw_sd, of.seed_sd, 0.0);
    let shown = noise.map_or_else(String::new, |noise| {
        format!(
            " in their true scores; two scores as the table of runs shows them, which hold what attempts add, up to {}",
            plain(two_apart(draw_sd, of.seed_sd, noise))
        )
    });
    let at_it: Vec<&Row> = effects
        .iter()
        .filter(|row| row.text("benchmark") == of.benchmark.as_deref())
        .filter(|row| row.number("difference").is_some())
        .collect();
    let larger: Vec<String> = at_it
        .iter()
        .filter(|row| row.number("difference").is_some_and(|d| d.abs() > apart))
        .map(|row| {
            format!(
                "{} ({})",
                row.text("name").unwrap_or_default(),
                points(row.number("difference"))
            )
        })
        .collect();
    let which = match larger.as_slice() {
        [] => "none".to_owned(),
        some => format!(
            "{}: {}",
            some.len(),
            super::some_of(some, super::QUESTIONS_MAX)
        ),
    };
    format!(
        "At {benchmark} the standard deviation between draws of one kind of set is {} ({}){between}. So two models of two draws of \
         one kind lie up to {} apart in 95 of 100 pairs, by chance alone{shown}. Larger than the first of these is, of {}, \
         {which}",
        plain(draw_sd),
        freedom(of.draw_freedom),
        plain(apart),
        counted(at_it.len() as u64, "effect", "effects"),
    )
}

/// How far two models lie apart, in 95 of 100 pairs, that are trained once each on two draws of one kind; `noise` is what their
/// attempts add to the variance.
fn two_apart(draw_sd: f64, seed_sd: Option<f64>, noise: f64) -> f64 {
    let variance = draw_sd * draw_sd + seed_sd.map_or(0.0, |sd| sd * sd) + noise;
    WITHIN_95 * (2.0 * variance).sqrt()
}

fn plain(share: f64) -> String {
    format!("{:.1} points", 100.0 * share)
}

fn freedom(degrees: u64) -> String {
    match degrees {
        few @ 0..10 => format!(
            "{}: it may be off by a factor",
            counted(few, "degree of freedom", "degrees of freedom")
        ),
        degrees => counted(degrees, "degree of freedom", "degrees of freedom"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: 1.96 · √2 · √(3² + 4²) is 13.86, and with 12² more, √(2 · 169) · 1.96 = 36.03.
    #[test]
    fn scores_as_shown_lie_as_much_further_apart_as_attempts_make_them() {
        assert_eq!(plain(two_apart(0.03, Some(0.04), 0.0)), "13.9 points");
        assert_eq!(plain(two_apart(0.03, Some(0.04), 0.0144)), "36.0 points");
    }
}
