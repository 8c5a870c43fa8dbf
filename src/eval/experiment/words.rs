//! The answer in words. None says more than its interval: a difference is called one only where the interval and the family's
//! p agree, no difference is never claimed, and what is about these very sets says so.

use super::answer::{
    Answer, Beside, Comparison, Family, Scaling, SmallestPassing, Spread, Verdict,
};

pub(super) fn of(answer: &Answer) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    let effects = answer
        .effects
        .iter()
        .filter(|effect| effect.verdict != Verdict::Refused);
    said.extend(effects.map(effect));
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
    said.extend(whole.filter_map(scaling));
    said.extend(answer.beside.iter().map(beside));
    said.extend(answer.detectable.iter().filter_map(|found| {
        let [these, like_these] = [found.these_questions, found.questions_like_these];
        let mut text = format!(
            "{}an effect of {} points is what two such arms show with a chance of 80 %",
            at(&found.benchmark),
            plain(these?)
        );
        if let Some(like_these) = like_these {
            text += &format!(
                " on these questions, {} on questions like these",
                plain(like_these)
            );
        }
        Some(text)
    }));
    said
}

fn effect(effect: &Comparison) -> String {
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
    let cells = match effect.cells.len() {
        1 => "one cell".to_owned(),
        cells => format!("{cells} cells"),
    };
    let tail = format!("({cells}; {})", effect.estimand.words());
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
            "{head}: {} points, {range} by itself; among all that was compared it is not shown {tail}",
            points(difference)
        ),
        _ => format!("{head} is open: {range} points {tail}"),
    }
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
        None => "nor does any mean read so".to_owned(),
    };
    let largest = found.sizes.iter().max().copied().unwrap_or(0);
    let failing = match found.failing {
        Some(size) if size == largest => ", and it is shown not to be".to_owned(),
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
    let size = found
        .size
        .map_or_else(String::new, |size| format!(", {size} {}", found.unit));
    let head = format!(
        "{}{} categories{size}",
        at(&found.benchmark),
        found.categories.len()
    );
    let at_most = plain(found.at_most?);
    Some(if low > 0.0 {
        format!(
            "{head} differ: by a standard deviation of {} points at least and {at_most} at most",
            plain(low)
        )
    } else {
        format!(
            "{head} differ by a standard deviation of {at_most} points at most; that they differ at all is not shown"
        )
    })
}

fn scaling(found: &Scaling) -> Option<String> {
    let [low, high] = found.intervals.of(found.estimand)?;
    let named = [
        found.category.clone(),
        found.length.clone(),
        found.style.clone(),
    ];
    let named: Vec<String> = named.into_iter().flatten().collect();
    let which = if found.families.len() > 1 {
        format!("mean of {} families", found.families.len())
    } else {
        named.join(" ")
    };
    let mut text = format!(
        "{}each doubling of N, {which}: {} points, {} to {} ({})",
        at(&found.benchmark),
        points(found.per_doubling?),
        points(low),
        points(high),
        found.estimand.words()
    );
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
    use crate::eval::experiment::answer::{Estimand, Intervals};

    fn said(verdict: Verdict, interval: [f64; 2]) -> String {
        effect(&Comparison {
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
        })
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
}
