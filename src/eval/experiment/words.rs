//! The answer in words. None says more than its interval: a difference is called one only where the interval and the family's
//! p agree, no difference is never claimed, and what is about these very sets says so.

use super::answer::{
    Answer, Beside, Comparison, Estimand, Family, Scaling, SmallestPassing, Spread, Verdict,
};

pub(super) fn of(answer: &Answer) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    let effects = answer.effects.iter();
    said.extend(effects.map(|of| effect(of, &answer.contrasts)));
    // An arm alone, of one size that does not pass, says nothing that its row does not.
    let smallest = answer.medium_rule.smallest.iter().filter(|found| {
        found.category.is_none() || found.sizes.len() > 1 || found.passing.is_some()
    });
    said.extend(smallest.map(self::smallest));
    let whole = answer.spread.iter().filter(|spread| spread.tier.is_none());
    said.extend(whole.filter_map(spread));
    let whole = answer
        .scaling
        .iter()
        .filter(|scaling| scaling.tier.is_none());
    said.extend(whole.filter_map(|of| scaling(of, &answer.contrasts)));
    said.extend(answer.beside.iter().map(beside));
    said.extend(answer.detectable.iter().filter_map(|found| {
        let [these, like_these] = [found.these_questions, found.questions_like_these];
        let mut text = format!(
            "{}two arms of this design that differ by {} points are told apart in 80 of 100 experiments",
            at(&found.benchmark),
            plain(these?)
        );
        if let Some(like_these) = like_these {
            text += &format!(
                " on these questions, and by {} on questions like these",
                plain(like_these)
            );
        }
        Some(text)
    }));
    said
}

fn effect(effect: &Comparison, contrasts: &[Comparison]) -> String {
    if let Some(why) = &effect.refused {
        return format!(
            "{}{} {} is not compared: {why}",
            at(&effect.benchmark),
            axis(effect.family),
            effect.name
        );
    }
    let (Some(difference), Some([low, high])) =
        (effect.difference, effect.intervals.of(effect.estimand))
    else {
        return format!(
            "{}{}: nothing can be said",
            at(&effect.benchmark),
            effect.name
        );
    };
    let head = format!(
        "{}{} {}",
        at(&effect.benchmark),
        axis(effect.family),
        effect.name
    );
    let range = format!("{} to {}", points(low), points(high));
    let tail = format!(
        "({}; {}){}",
        cells(effect, contrasts),
        about(effect.estimand),
        contaminated(effect)
    );
    match effect.verdict {
        Verdict::Higher => format!(
            "{head} is more by {} points, {range} {tail}",
            plain(difference)
        ),
        Verdict::Lower => format!(
            "{head} is less by {} points, {range} {tail}",
            plain(-difference)
        ),
        Verdict::NotAlone => format!(
            "{head}: {} points, {range} by itself; in its family of comparisons it is not shown {tail}",
            points(difference)
        ),
        _ => format!("{head} is open: {range} points {tail}"),
    }
}

/// Over how many cells, how far they differ, and which were left out.
fn cells(effect: &Comparison, contrasts: &[Comparison]) -> String {
    let mut text = match effect.cells.len() {
        1 => "one cell".to_owned(),
        cells => format!("{cells} cells"),
    };
    let is_cell = |one: &&Comparison| {
        let [cell] = one.cells.as_slice() else {
            return false;
        };
        one.benchmark == effect.benchmark
            && one.family == effect.family
            && effect.cells.contains(cell)
    };
    let alone = contrasts.iter().filter(is_cell);
    let alone: Vec<f64> = alone.filter_map(|one| one.difference).collect();
    if alone.len() > 1 {
        let [low, high] =
            [f64::min, f64::max].map(|of| alone.iter().copied().reduce(of).unwrap_or(0.0));
        text += &format!(" from {} to {}", points(low), points(high));
    }
    if let Some(first) = effect.refused_cells.first() {
        let refused = effect.refused_cells.len();
        text += &format!(
            ", {refused} of {} refused: {}",
            refused + effect.cells.len(),
            first.why
        );
    }
    text
}

/// What may have been memorised.
fn contaminated(of: &Comparison) -> String {
    of.contaminated.map_or_else(String::new, |[first, second]| {
        format!(" (contaminated rows: up to {first} against {second})")
    })
}

fn axis(family: Family) -> &'static str {
    match family {
        Family::N => "size",
        Family::L => "length",
        Family::C => "category",
        Family::S => "style",
        Family::Recipe => "recipe",
        Family::Axis => "axis",
        Family::Random | Family::Matched | Family::Paired | Family::Wrong | Family::Derived => {
            "curated against control,"
        }
        Family::Reference => "gain,",
    }
}

fn smallest(found: &SmallestPassing) -> String {
    let category = found
        .category
        .clone()
        .unwrap_or_else(|| format!("mean of {}", found.categories.join(", ")));
    let named = [
        Some(category),
        found.length.clone(),
        found.style.clone(),
        found.recipe.clone(),
    ];
    let named: Vec<String> = named.into_iter().flatten().collect();
    let head = format!(
        "{}Medium at 90 %, {}",
        at(&found.benchmark),
        named.join(" ")
    );
    let reading = match found.by_reading {
        Some(size) => format!("the mean alone reads {size}"),
        None => "no mean reads 90 % either".to_owned(),
    };
    let largest = found.sizes.iter().max().copied().unwrap_or(0);
    let failing = match found.failing {
        Some(size) => format!(", {size} is shown not to be"),
        None => String::new(),
    };
    match found.passing {
        Some(size) => format!(
            "{head}: {size} {} are enough{failing}; {reading}",
            found.unit
        ),
        None => {
            format!("{head}: no size up to {largest} is shown to be enough{failing}; {reading}")
        }
    }
}

fn spread(found: &Spread) -> Option<String> {
    let [low, _] = found.interval?;
    let size = found.size.map(|size| format!("{size} {}", found.unit));
    let named = [found.length.clone(), found.style.clone(), size];
    let named: Vec<String> = named.into_iter().flatten().collect();
    let head = format!(
        "{}{} categories, {},",
        at(&found.benchmark),
        found.categories.len(),
        named.join(" ")
    );
    let at_most = plain(found.at_most?);
    Some(if low > 0.0 {
        format!(
            "{head} differ by a standard deviation of {} points at least and {at_most} at most",
            plain(low)
        )
    } else {
        format!(
            "{head} differ by a standard deviation of {at_most} points at most; that they differ at all is not shown"
        )
    })
}

fn scaling(found: &Scaling, contrasts: &[Comparison]) -> Option<String> {
    let [low, high] = found.intervals.of(found.estimand)?;
    let named = [
        found.category.clone(),
        found.length.clone(),
        found.style.clone(),
        found.recipe.clone(),
        Some(found.budget.clone()).filter(|budget| budget != "epochs"),
    ];
    let named: Vec<String> = named.into_iter().flatten().collect();
    let mut which = named.join(" ");
    if found.families.len() > 1 {
        let sizes: Vec<String> = found.sizes.iter().map(|of| of.size.to_string()).collect();
        let which_ones = [vec![format!("{} {}", sizes.join(", "), found.unit)], named].concat();
        which = format!(
            "mean of {} families ({})",
            found.families.len(),
            which_ones.join("; ")
        );
    }
    let mut text = format!(
        "{}each doubling of N, {which}: {} points, {} to {} ({})",
        at(&found.benchmark),
        points(found.per_doubling?),
        points(low),
        points(high),
        about(found.estimand)
    );
    let ends = |family: &Vec<String>| Some([family.last()?.clone(), family.first()?.clone()]);
    let ends: Vec<[String; 2]> = found.families.iter().filter_map(ends).collect();
    let grown = contrasts.iter().filter(|one| {
        one.benchmark == found.benchmark && one.cells.iter().all(|cell| ends.contains(cell))
    });
    let most = grown
        .filter(|one| one.contaminated.is_some())
        .max_by_key(|one| one.contaminated);
    text += &most.map_or_else(String::new, contaminated);
    match found.saturating_weight {
        Some(weight) if weight > 0.95 => {
            text += "; a curve with a ceiling fits better than the logarithm"
        }
        Some(weight) if weight < 0.05 => {
            text += "; the logarithm fits better than a curve with a ceiling"
        }
        Some(_) => text += "; neither the logarithm nor a curve with a ceiling is preferred",
        None => text += "; too few sizes to choose between a logarithm and a ceiling",
    }
    Some(text)
}

fn beside(found: &Beside) -> String {
    let [one, other] = &found.benchmarks;
    let Some([low, high]) = found.intervals.of(found.estimand) else {
        return format!(
            "{}: nothing can be said of {one} beside {other}",
            found.name
        );
    };
    let range = format!("{} to {} points", points(low), points(high));
    let head = format!("{} {}", axis(found.family), found.name);
    if low <= 0.0 && high >= 0.0 {
        return format!("{head}: whether it does more on {one} than on {other} is open, {range}");
    }
    let more = if low > 0.0 { "more" } else { "less" };
    format!("{head} does {more} on {one} than on {other}, {range}")
}

/// What is said is about, of several arms.
fn about(estimand: Estimand) -> &'static str {
    match estimand {
        Estimand::ThisSet => "these sets, retrained, on these questions",
        other => other.words(),
    }
}

fn at(benchmark: &Option<String>) -> String {
    benchmark
        .as_ref()
        .map_or_else(String::new, |name| format!("{name}: "))
}

/// In points, with a sign.
fn points(share: f64) -> String {
    format!("{:+.1}", 100.0 * share)
}

fn plain(share: f64) -> String {
    format!("{:.1}", 100.0 * share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::experiment::answer::Intervals;

    fn said(verdict: Verdict, interval: [f64; 2]) -> String {
        let of = Comparison {
            family: Family::L,
            name: "long - short".to_owned(),
            benchmark: Some("aime24".to_owned()),
            cells: vec![["a".to_owned(), "b".to_owned()]],
            estimand: Estimand::ThisKind,
            difference: Some(0.04),
            intervals: Intervals {
                this_kind: Some(interval),
                ..Intervals::default()
            },
            verdict,
            ..Comparison::default()
        };
        effect(&of, &[])
    }

    #[test]
    fn words_say_no_more_than_the_interval() {
        let shown = said(Verdict::Higher, [0.01, 0.07]);
        assert_eq!(
            shown,
            "aime24: length long - short is more by 4.0 points, +1.0 to +7.0 (one cell; this kind of subset on these questions)"
        );
        let open = said(Verdict::Open, [-0.02, 0.1]);
        assert!(open.contains("is open: -2.0 to +10.0 points"), "{open}");
        let alone = said(Verdict::NotAlone, [0.001, 0.08]);
        assert!(alone.contains("not shown"), "{alone}");
    }

    /// A length's cells lie far apart, one was left out, and its first arms saw more of the benchmark.
    #[test]
    fn an_effect_says_how_far_its_cells_differ_which_are_left_out_and_what_may_be_memorised() {
        let cell = |name: &str| [format!("{name}-long"), format!("{name}-short")];
        let alone = |name: &str, difference: f64| Comparison {
            family: Family::L,
            cells: vec![cell(name)],
            difference: Some(difference),
            ..Comparison::default()
        };
        let whole = Comparison {
            family: Family::L,
            name: "long - short".to_owned(),
            cells: vec![cell("a"), cell("b")],
            estimand: Estimand::ThisKind,
            difference: Some(0.04),
            intervals: Intervals {
                this_kind: Some([0.01, 0.07]),
                ..Intervals::default()
            },
            verdict: Verdict::Higher,
            contaminated: Some([18, 4]),
            refused_cells: vec![crate::eval::experiment::answer::RefusedCell {
                cell: cell("c"),
                why: "temperature differs: 0.6, 1".to_owned(),
            }],
            ..Comparison::default()
        };
        assert_eq!(
            effect(
                &whole,
                &[alone("a", -0.01), alone("b", 0.09), alone("c", 0.5)]
            ),
            "length long - short is more by 4.0 points, +1.0 to +7.0 (2 cells from -1.0 to +9.0, 1 of 3 refused: temperature \
             differs: 0.6, 1; this kind of subset on these questions) (contaminated rows: up to 18 against 4)"
        );
        let refused = Comparison {
            refused: Some("temperature differs: 0.6, 1".to_owned()),
            ..whole
        };
        assert_eq!(
            effect(&refused, &[]),
            "length long - short is not compared: temperature differs: 0.6, 1"
        );
    }
}
