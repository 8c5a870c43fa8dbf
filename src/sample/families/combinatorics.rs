//! Counting, and probabilities that come from counting.

use super::{Make, name};
use crate::sample::answer::{int, ratio};
use crate::sample::arithmetic::Op::*;
use crate::sample::number::{binomial, list, q};
use crate::sample::problem::Problem;
use crate::sample::rng::Rng;

pub(crate) const FAMILIES: &[(&str, Make)] = &[
    ("committees", committees),
    ("flag_rows", flag_rows),
    ("lattice_paths", lattice_paths),
    ("shared_sweets", shared_sweets),
    ("dice_sum", dice_sum),
    ("divisible_by_either", divisible_by_either),
    ("drawn_balls", drawn_balls),
    ("tournament_games", tournament_games),
];

fn committees(rng: &mut Rng) -> Problem {
    let (a, b) = (rng.range(3, 10), rng.range(3, 11));
    let k = rng.range(3, 5.min(b));
    let n = a + b;
    let (all, none) = (binomial(n, k), binomial(b, k));
    let result = all - none;
    let (one, other) = rng.one_of(&[
        ("teachers", "students"),
        ("pianists", "violinists"),
        ("engineers", "lawyers"),
        ("adults", "children"),
        ("mathematicians", "poets"),
    ]);
    let statement = match rng.below(3) {
        0 => format!(
            "A committee of ${k}$ people is chosen from ${a}$ {one} and ${b}$ {other}. In how many ways can this be done if at least one of the {one} must be on it?"
        ),
        1 => format!(
            "From ${n}$ people, of whom ${a}$ are {one} and the others are {other}, a group of ${k}$ is to be formed that does not consist of {other} only. How many such groups are there?"
        ),
        _ => format!(
            "{} invites ${k}$ guests, to be chosen among ${a}$ {one} and ${b}$ {other}. At least one of the {one} has to be invited. How many choices are there?",
            name(rng)
        ),
    };
    let cases: Vec<i64> = (1..=k.min(a))
        .map(|i| binomial(a, i) * binomial(b, k - i))
        .collect();
    let lines: Vec<String> = (1..=k.min(a))
        .map(|i| {
            format!(
                "with {i} of the {one} C({a}, {i}) × C({b}, {}) = {} × {} = {}",
                k - i,
                binomial(a, i),
                binomial(b, k - i),
                binomial(a, i) * binomial(b, k - i)
            )
        })
        .collect();
    let fixed = a * binomial(n - 1, k - 1);
    let exactly = a * binomial(b, k - 1);
    Problem::new(statement, "the number of possible choices", format!("{a} {one}, {b} {other}, and {k} to choose"), int(result))
        .step("count all choices", format!("Without any condition there are C({n}, {k}) = {all} ways to choose {k} of {n} people."))
        .op(Binomial(n, k))
        .step("count the forbidden choices", format!("Choices with {other} only are C({b}, {k}) = {none}."))
        .op(Binomial(b, k))
        .step("subtract", format!("All others have at least one of the {one}: {all} - {none} = {result}."))
        .op(Sub(all, none))
        .check(format!("Case by case, {}. Together {} = {result}.", lines.join(", "), cases.iter().map(i64::to_string).collect::<Vec<_>>().join(" + ")))
        .other(format!("Adding up the cases directly works too: the numbers for 1, 2, and so on of the {one} are {}, with the sum {result}.", list(&cases)))
        .look(format!("If there were only one of the {one}, the answer would be C({b}, {}) = {}, so with {a} it has to be larger.", k - 1, binomial(b, k - 1)))
        .slip(0, format!("First one of the {a} {one} is chosen, then any {} of the remaining {} people: {a} × C({}, {}) = {fixed}.", k - 1, n - 1, n - 1, k - 1), int(fixed), format!("That counts a group with several of the {one} several times, once for each that may be chosen first."))
        .slip(0, format!("One of the {one} and {} of the {other} make {a} × C({b}, {}) = {exactly}.", k - 1, k - 1), int(exactly), format!("That is exactly one of the {one}, and at least one also allows more."))
}

fn flag_rows(rng: &mut Rng) -> Problem {
    let (a, b, c) = (rng.range(1, 5), rng.range(2, 5), rng.range(1, 4));
    let n = a + b + c;
    let (first, second) = (binomial(n, a), binomial(n - a, b));
    let result = first * second;
    let things = rng.pick(&["flags", "beads", "books", "tiles", "candles", "balls"]);
    let mut colours = ["red", "blue", "green", "white", "yellow", "black"];
    rng.shuffle(&mut colours);
    let [p, r, s, ..] = colours;
    let statement = match rng.below(3) {
        0 => format!(
            "In how many different orders can ${a}$ {p}, ${b}$ {r} and ${c}$ {s} {things} be placed in a row, if {things} of one colour look alike?"
        ),
        1 => format!(
            "{} arranges ${n}$ {things} in a line: ${a}$ {p}, ${b}$ {r}, ${c}$ {s}. Those of the same colour cannot be told apart. How many arrangements are there?",
            name(rng)
        ),
        _ => format!(
            "How many distinguishable rows can be made of ${a}$ {p}, ${b}$ {r} and ${c}$ {s} {things}?"
        ),
    };
    let factorial = |n: i64| (1..=n).product::<i64>();
    let below = factorial(a) * factorial(b) * factorial(c);
    let missing = factorial(n) / factorial(b).max(1) / factorial(a).max(1);
    Problem::new(statement, "the number of different rows", format!("{a} {p}, {b} {r} and {c} {s} {things}, {n} in all"), int(result))
        .step(format!("choose the places of the {p} ones"), format!("Of the {n} places {a} are for the {p} ones: C({n}, {a}) = {first} ways."))
        .op(Binomial(n, a))
        .step(format!("choose the places of the {r} ones"), format!("Of the remaining {} places {b} are for the {r} ones: C({}, {b}) = {second} ways.", n - a, n - a))
        .op(Binomial(n - a, b))
        .step("multiply", format!("The {s} ones take what is left, so there are {first} × {second} = {result} rows."))
        .op(Mul(first, second))
        .check(format!("With factorials: {n}! / ({a}! × {b}! × {c}!) = {} / {below} = {result}.", factorial(n)))
        .other(format!("Placing the {s} ones first gives C({n}, {c}) × C({}, {b}) = {} × {} = {result}, the same.", n - c, binomial(n, c), binomial(n - c, b)))
        .look(format!("If all {n} {things} had different colours, there would be {n}! = {} rows; here many of them look alike.", factorial(n)))
        .slip(0, format!("There are {n}! = {} orders of {n} {things}.", factorial(n)), int(factorial(n)), "That treats every one as different, but those of one colour look alike.")
        .slip(0, format!("Dividing for two of the colours, {n}! / ({a}! × {b}!) = {missing}."), int(missing), format!("The {s} ones can be swapped among themselves as well, so {c}! belongs below the line too."))
        .slip(2, format!("Adding both, there are {first} + {second} = {} rows.", first + second), int(first + second), "Both choices are made one after the other, so their numbers are multiplied.")
}

fn lattice_paths(rng: &mut Rng) -> Problem {
    let (m, n) = (rng.range(4, 10), rng.range(4, 10));
    let (a, b) = (rng.range(1, m - 1), rng.range(1, n - 1));
    let avoid = rng.chance(50);
    let (to, from) = (binomial(a + b, a), binomial(m - a + n - b, m - a));
    let (all, through) = (binomial(m + n, m), to * from);
    let result = if avoid { all - through } else { through };
    let condition = if avoid {
        "does not pass through"
    } else {
        "passes through"
    };
    let statement = match rng.below(3) {
        0 => format!(
            "A path on the integer grid goes from $(0, 0)$ to $({m}, {n})$ with unit steps to the right or up. How many such paths are there whose route {condition} $({a}, {b})$?"
        ),
        1 => format!(
            "In a city with a rectangular grid of streets {} walks from the corner $(0, 0)$ to the corner $({m}, {n})$, always east or north. How many routes are there such that the way {condition} the corner $({a}, {b})$?",
            name(rng)
        ),
        _ => format!(
            "A robot moves right or up by one unit at a time, from $(0,0)$ to $({m},{n})$. Count the ways such that it {condition} the charging point $({a},{b})$."
        ),
    };
    let problem = Problem::new(statement, "the number of such paths", format!("start (0, 0), end ({m}, {n}), and the point ({a}, {b}) which the path {condition}"), int(result))
        .step("count the ways to the point", format!("From (0, 0) to ({a}, {b}) there are {} steps, {a} of them to the right: C({}, {a}) = {to} ways.", a + b, a + b))
        .op(Binomial(a + b, a))
        .step("count the ways from the point to the end", format!("From ({a}, {b}) to ({m}, {n}) it is {} to the right and {} up: C({}, {}) = {from} ways.", m - a, n - b, m - a + n - b, m - a))
        .op(Binomial(m - a + n - b, m - a))
        .step("multiply both", format!("Every way to the point can be followed by every way onwards: {to} × {from} = {through} paths go through ({a}, {b})."))
        .op(Mul(to, from));
    let problem = if avoid {
        problem.step("subtract from all paths", format!("In all there are C({}, {m}) = {all} paths, so {all} - {through} = {result} avoid the point.", m + n))
            .op(Binomial(m + n, m)).op(Sub(all, through))
            .slip(3, format!("In all there are {all} paths, and since {through} pass through the point, the answer is {through}."), int(through), "The paths through the point are the forbidden ones here.")
    } else {
        problem.slip(0, format!("There are {} steps in all, {m} of them to the right, which makes C({}, {m}) = {all} paths.", m + n, m + n), int(all), format!("That counts all paths, also those that miss ({a}, {b})."))
    };
    let complement = all - through;
    let crossing: Vec<i64> = (0..=m.min(a + b))
        .filter(|x| a + b - x <= n)
        .map(|x| binomial(a + b, x) * binomial(m + n - a - b, m - x))
        .collect();
    problem
        .check(format!("After {} steps every path is on the diagonal x + y = {}. Through its points go {} paths, in all {all}; {through} of them use ({a}, {b}) and {complement} do not.", a + b, a + b, list(&crossing)))
        .other(format!("Choosing which steps go up instead of right gives C({}, {b}) = {} and C({}, {}) = {}, with the product {through} as well.", a + b, binomial(a + b, b), m - a + n - b, n - b, binomial(m - a + n - b, n - b)))
        .look("In a 2 by 2 grid there are C(4, 2) = 6 paths, and 2 × 2 = 4 of them go through the middle (1, 1).")
        .slip(2, format!("Adding both, there are {to} + {from} = {}.", to + from), int(to + from), "Each way to the point combines with each way onwards, so the numbers are multiplied, not added.")
}

fn shared_sweets(rng: &mut Rng) -> Problem {
    let (k, least) = (rng.range(3, 6), rng.range(1, 3));
    let n = k * least + rng.range(3, 16);
    let left = n - k * least;
    let result = binomial(left + k - 1, k - 1);
    let things = rng.pick(&["sweets", "apples", "pencils", "coins", "stickers"]);
    let statement = match rng.below(3) {
        0 => format!(
            "In how many ways can ${n}$ identical {things} be shared among ${k}$ children so that each child gets at least ${least}$?"
        ),
        1 => format!(
            "Find the number of integer solutions of ${}= {n}$ with every $x_i \\ge {least}$.",
            (1..=k)
                .map(|i| format!("x_{i} "))
                .collect::<Vec<_>>()
                .join("+ ")
        ),
        _ => format!(
            "{} puts ${n}$ equal {things} into ${k}$ numbered boxes, with no fewer than ${least}$ in any box. How many ways are there?",
            name(rng)
        ),
    };
    let (free, wrong_bars) = (binomial(n + k - 1, k - 1), binomial(left + k, k));
    Problem::new(statement, "the number of ways", format!("{n} things, {k} places, at least {least} in each"), int(result))
        .step("hand out the minimum", format!("Giving {least} to each of the {k} uses {k} × {least} = {}, and {n} - {} = {left} are left.", k * least, k * least))
        .op(Mul(k, least)).op(Sub(n, k * least))
        .step("place bars between the rest", format!("The remaining {left} can be shared freely. A row of {left} stars and {} bars describes each way, {} symbols in all.", k - 1, left + k - 1))
        .op(Add(vec![left, k - 1]))
        .step("choose the places of the bars", format!("So there are C({}, {}) = {result} ways.", left + k - 1, k - 1))
        .op(Binomial(left + k - 1, k - 1))
        .check({
            let by_first: Vec<i64> = (0..=left).map(|f| binomial(left - f + k - 2, k - 2)).collect();
            format!("Sorting by what the first gets beyond the minimum, from 0 to {left}: {}. The sum is {result}.", list(&by_first))
        })
        .other(format!("Choosing the places of the stars instead gives C({}, {left}) = {}, the same.", left + k - 1, binomial(left + k - 1, left)))
        .look(format!("With only 1 left over there would be {k} ways, with 2 left over C({}, {}) = {}.", k + 1, k - 1, binomial(k + 1, k - 1)))
        .slip(0, format!("Stars and bars with {n} stars and {} bars gives C({}, {}) = {free}.", k - 1, n + k - 1, k - 1), int(free), format!("That allows places with less than {least}, the minimum has to be handed out first."))
        .slip(1, format!("With {k} bars there are C({}, {k}) = {wrong_bars} ways.", left + k), int(wrong_bars), format!("{k} parts need only {} bars between them.", k - 1))
}

fn dice_sum(rng: &mut Rng) -> Problem {
    let (m, n) = (
        rng.one_of(&[4, 6, 8, 10, 12, 20]),
        rng.one_of(&[4, 6, 8, 10, 12, 20]),
    );
    let s = rng.range(3, m + n - 1);
    let at_least = rng.chance(35);
    let pairs: Vec<(i64, i64)> = (1..=m)
        .flat_map(|a| (1..=n).map(move |b| (a, b)))
        .filter(|(a, b)| if at_least { a + b >= s } else { a + b == s })
        .collect();
    let count = pairs.len() as i64;
    let total = m * n;
    let result = q(count, total);
    let what = if at_least {
        format!("at least {s}")
    } else {
        format!("exactly {s}")
    };
    let statement = match rng.below(3) {
        0 => format!(
            "A fair die with ${m}$ faces and a fair die with ${n}$ faces, each numbered from $1$ upwards, are rolled. What is the probability that the sum is {what}?"
        ),
        1 => format!(
            "{} rolls an ${m}$-sided and an ${n}$-sided die, both fair and numbered from $1$. Find the probability of a sum of {what} as a fraction in lowest terms.",
            name(rng)
        ),
        _ => format!(
            "Two numbers are chosen independently and uniformly, one from $1, \\dots, {m}$ and one from $1, \\dots, {n}$. How likely is it that they add up to {what}?"
        ),
    };
    let (low, high) = ((s - n).max(1), (s - 1).min(m));
    let per_first: Vec<i64> = (1..=m)
        .map(|a| pairs.iter().filter(|p| p.0 == a).count() as i64)
        .collect();
    let sums = m + n - 1;
    let problem = Problem::new(
        statement,
        format!("the probability that the sum is {what}"),
        format!("dice with {m} and {n} faces and the sum {what}"),
        ratio(count, total),
    )
    .step(
        "count all outcomes",
        format!("There are {m} × {n} = {total} equally likely pairs."),
    )
    .op(Mul(m, n));
    let problem = if at_least {
        problem.step("count the favourable outcomes", format!("For the first number 1 to {m} the second can be chosen in {} ways, together {count}.", list(&per_first))).op(Add(per_first.clone()))
    } else {
        problem.step("count the favourable outcomes", format!("The second number is {s} minus the first and has to lie between 1 and {n}, so the first goes from {low} to {high}: {} - {low} + 1 = {count} pairs.", high)).op(Sub(high, low))
    };
    problem
        .step("divide", format!("The probability is {count}/{total} = {result}."))
        .op(Reduce(count, total))
        .check(if at_least { format!("The other outcomes, with a smaller sum, are {} in number, and {count} + {} = {total}.", total - count, total - count) } else { format!("Listed by the first number, the pairs are {}.", pairs.iter().map(|(a, b)| format!("({a}, {b})")).collect::<Vec<_>>().join(", ")) })
        .other(format!("Row by row in the table of all pairs, the numbers of fitting entries are {}, and their sum is {count}.", list(&per_first)))
        .look(format!("Sums go from 2 to {}, and the most likely ones are those near {}.", m + n, q(m + n + 2, 2)))
        .slip(0, format!("There are {sums} possible sums, from 2 to {}, and {} of them fit, so the probability is {}.", m + n, if at_least { m + n - s + 1 } else { 1 }, q(if at_least { m + n - s + 1 } else { 1 }, sums)), ratio(if at_least { m + n - s + 1 } else { 1 }, sums), "The sums are not equally likely; the pairs are.")
        .slip(2, format!("Leaving out one pair that was counted at both ends, the probability is {}.", q((count - 1).max(1), total)), ratio((count - 1).max(1), total), "Both ends belong to the count, and no pair was counted twice.")
}

fn divisible_by_either(rng: &mut Rng) -> Problem {
    let n = rng.range(100, 3000);
    let (a, b) = loop {
        let (a, b) = (rng.range(2, 14), rng.range(3, 21));
        if a < b && b % a != 0 {
            break (a, b);
        }
    };
    let both_step = a * b / crate::sample::number::gcd(a, b);
    let (one, two, both) = (n / a, n / b, n / both_step);
    let either = one + two - both;
    let neither = rng.chance(50);
    let result = if neither { n - either } else { either };
    let kind = if neither {
        format!("by neither ${a}$ nor ${b}$")
    } else {
        format!("by ${a}$ or by ${b}$ (or by both)")
    };
    let statement = match rng.below(3) {
        0 => format!("How many of the integers from $1$ to ${n}$ are divisible {kind}?"),
        1 => format!(
            "{} writes the numbers $1, 2, \\dots, {n}$ on cards. How many cards carry a number that is divisible {kind}?",
            name(rng)
        ),
        _ => {
            format!("Count the positive integers not greater than ${n}$ that are divisible {kind}.")
        }
    };
    let problem = Problem::new(
        statement,
        "how many of the numbers fit",
        format!("the integers from 1 to {n} and the divisors {a} and {b}"),
        int(result),
    )
    .step(
        "count the multiples of each",
        format!("There are {one} multiples of {a} and {two} multiples of {b} up to {n}."),
    )
    .op(Div(n, a))
    .op(Div(n, b))
    .step(
        "count the multiples of both",
        format!("A multiple of both is a multiple of {both_step}, and there are {both} of those."),
    )
    .op(Div(n, both_step))
    .step(
        "combine",
        format!("Divisible by at least one are {one} + {two} - {both} = {either}."),
    )
    .op(Add(vec![one, two]))
    .op(Sub(one + two, both));
    let problem = if neither {
        problem
            .step(
                "take the complement",
                format!("The others are {n} - {either} = {result}."),
            )
            .op(Sub(n, either))
    } else {
        problem
    };
    let careless = if neither { n - one - two } else { one + two };
    let product = n / (a * b);
    let careless_both = if neither {
        n - (one + two - product)
    } else {
        one + two - product
    };
    let block = (1..=both_step)
        .filter(|k| (k % a == 0 || k % b == 0) != neither)
        .count() as i64;
    let rest = (n / both_step * both_step + 1..=n)
        .filter(|k| (k % a == 0 || k % b == 0) != neither)
        .count() as i64;
    problem
        .check(format!("The pattern repeats every {both_step} numbers, with {block} fitting ones in each block. {} full blocks give {}, and the remaining {} numbers bring {rest}, together {result}.", n / both_step, block * (n / both_step), n % both_step))
        .other(format!("Only by {a} are {one} - {both} = {}, only by {b} are {two} - {both} = {}, by both are {both}; these three add up to {either}.", one - both, two - both))
        .look(format!("Up to {both_step} alone there are {block} fitting numbers, so the share is about {}.", q(block, both_step).about()))
        .slip(0, format!("Adding up, {one} + {two} = {} are divisible by one of them, so the answer is {careless}.", one + two), int(careless), format!("The multiples of {both_step} are then counted twice."))
        .slip(1, format!("Multiples of both are multiples of {a} × {b} = {}, of which there are {product}, so the answer is {careless_both}.", a * b), int(careless_both), format!("{a} and {b} have a common factor, so their least common multiple is {both_step} and not the product."))
}

fn drawn_balls(rng: &mut Rng) -> Problem {
    let (a, b) = (rng.range(2, 15), rng.range(2, 15));
    let n = a + b;
    let same = rng.chance(50);
    let all = binomial(n, 2);
    let (pairs_a, pairs_b) = (binomial(a, 2), binomial(b, 2));
    let count = if same {
        pairs_a + pairs_b
    } else {
        all - pairs_b
    };
    let result = q(count, all);
    let mut colours = ["red", "blue", "green", "white", "yellow", "black"];
    rng.shuffle(&mut colours);
    let [p, r, ..] = colours;
    let event = if same {
        "both have the same colour".to_string()
    } else {
        format!("at least one of them is {p}")
    };
    let statement = match rng.below(3) {
        0 => format!(
            "A bag contains ${a}$ {p} and ${b}$ {r} balls. Two balls are drawn at random without replacement. Find the probability that {event}."
        ),
        1 => format!(
            "{} takes two socks out of a drawer in the dark. There are ${a}$ {p} and ${b}$ {r} socks in it. What is the probability that {event}?",
            name(rng)
        ),
        _ => format!(
            "Of ${n}$ cards ${a}$ are {p} and ${b}$ are {r}. Two different cards are picked at random. How likely is it that {event}?"
        ),
    };
    let replaced = if same {
        q(a * a + b * b, n * n)
    } else {
        q(n * n - b * b, n * n)
    };
    let complement = q(all - count, all);
    let problem = Problem::new(
        statement,
        format!("the probability that {event}"),
        format!("{a} {p} and {b} {r}, two drawn without replacement"),
        ratio(count, all),
    )
    .step(
        "count all pairs",
        format!("There are C({n}, 2) = {all} pairs."),
    )
    .op(Binomial(n, 2));
    let problem = if same {
        problem.step("count the fitting pairs", format!("Both {p}: C({a}, 2) = {pairs_a}. Both {r}: C({b}, 2) = {pairs_b}. Together {pairs_a} + {pairs_b} = {count}."))
            .op(Binomial(a, 2)).op(Binomial(b, 2)).op(Add(vec![pairs_a, pairs_b]))
    } else {
        problem.step("count the fitting pairs", format!("Pairs without any {p} one are C({b}, 2) = {pairs_b}, so {all} - {pairs_b} = {count} have at least one."))
            .op(Binomial(b, 2)).op(Sub(all, pairs_b))
    };
    problem
        .step("divide", format!("The probability is {count}/{all} = {result}."))
        .op(Reduce(count, all))
        .check(format!("Mixed pairs are {a} × {b} = {}, and {pairs_a} + {pairs_b} + {} = {all}, so no pair is missing.", a * b, a * b))
        .other(if same {
            format!("One after the other: {a}/{n} × {}/{} + {b}/{n} × {}/{} = {} + {} = {result}.", a - 1, n - 1, b - 1, n - 1, q(a * (a - 1), n * (n - 1)), q(b * (b - 1), n * (n - 1)))
        } else {
            format!("One after the other: the probability of no {p} one is {b}/{n} × {}/{} = {complement}, and 1 - {complement} = {result}.", b - 1, n - 1)
        })
        .look(format!("A single draw is {p} with probability {a}/{n} = {}.", q(a, n)))
        .slip(0, format!("Both draws are alike, so the probability is {replaced}, from {n} × {n} = {} possibilities.", n * n), crate::sample::answer::Answer::Number(replaced), "That would be drawing with replacement; after the first draw one is missing.")
        .slip(2, format!("The probability is {}/{all} = {complement}.", all - count), crate::sample::answer::Answer::Number(complement), "That is the probability of the opposite event.")
}

fn tournament_games(rng: &mut Rng) -> Problem {
    let (groups, size) = (rng.range(2, 12), rng.range(3, 12));
    let rounds = rng.range(1, 3);
    let advance = rng.range(1, 2);
    let pairs = binomial(size, 2);
    let each = pairs * rounds;
    let stage = groups * each;
    let left = groups * advance;
    let knockout = left - 1;
    let result = stage + knockout;
    let times = ["once", "twice", "three times"][rounds as usize - 1];
    let sport = rng.pick(&[
        "chess",
        "football",
        "tennis",
        "handball",
        "table tennis",
        "volleyball",
    ]);
    let best = if advance == 1 {
        "the winner of each group goes".to_string()
    } else {
        format!("the best ${advance}$ of each group go")
    };
    let statement = match rng.below(2) {
        0 => format!(
            "A {sport} tournament has ${groups}$ groups of ${size}$ teams. In each group every two teams play each other {times}; then {best} on to knockout rounds, where every game eliminates one team until one is left. How many games are played in all?"
        ),
        _ => format!(
            "In a {sport} cup ${}$ teams are split into ${groups}$ groups of ${size}$. Within a group each pair of teams meets {times}, and {best} on. From then on the loser of a game is out, until a winner remains. Find the total number of games.",
            groups * size
        ),
    };
    let ordered = groups * size * (size - 1) * rounds + knockout;
    let late = stage + left;
    Problem::new(statement, "the total number of games", format!("{groups} groups of {size} teams, every pair meeting {times}, and {advance} from each group going on"), int(result))
        .step("count the games in one group", format!("There are C({size}, 2) = {pairs} pairs in a group, which makes {pairs} × {rounds} = {each} games."))
        .op(Binomial(size, 2)).op(Mul(pairs, rounds))
        .step("count the games of all groups", format!("All {groups} groups together have {groups} × {each} = {stage} games."))
        .op(Mul(groups, each))
        .step("count the knockout games", format!("{groups} × {advance} = {left} teams go on. Each knockout game eliminates one, and {left} - 1 = {knockout} have to go."))
        .op(Mul(groups, advance)).op(Sub(left, 1))
        .step("add both", format!("In all {stage} + {knockout} = {result} games are played."))
        .op(Add(vec![stage, knockout]))
        .check(format!("In a group each team plays {} games; {size} teams make {} appearances, and every game has two, so {} games.", (size - 1) * rounds, size * (size - 1) * rounds, each))
        .other(format!("Adding {} = {pairs} pairs for a group, by letting the teams arrive one by one, gives the same number.", (1..size).map(|i| i.to_string()).collect::<Vec<_>>().join(" + ")))
        .slip(0, format!("Each of the {size} teams plays {} others, so a group has {} games, and in all it is {ordered}.", size - 1, size * (size - 1) * rounds), int(ordered), "Every game was counted twice, once for each of the two teams.")
        .slip(2, format!("{left} teams go on and play {left} knockout games, so there are {stage} + {left} = {late} games."), int(late), "The winner is never eliminated, so there is one knockout game less than there are teams.")
}
