//! What fits in no other category: data, prices and units.

use super::{Make, name};
use crate::sample::answer::Answer;
use crate::sample::arithmetic::Op::*;
use crate::sample::number::{Q, list, q, sum, whole};
use crate::sample::problem::Problem;
use crate::sample::rng::Rng;

pub(crate) const FAMILIES: &[(&str, Make)] = &[
    ("joint_mean", joint_mean),
    ("price_changes", price_changes),
    ("mean_speed", mean_speed),
];

/// A number that is written with a point if few digits say it.
fn decimal(n: Q) -> Answer {
    if n.bottom > 1 && n.decimal(4).is_some() {
        Answer::Decimal(n)
    } else {
        Answer::Number(n)
    }
}

fn joint_mean(rng: &mut Rng) -> Problem {
    let (m, n) = (
        rng.one_of(&[5, 8, 10, 12, 15]),
        rng.one_of(&[3, 5, 10, 20, 25]),
    );
    let (a, b) = (rng.range(40, 95), rng.range(40, 95));
    let total = m * a + n * b;
    let result = q(total, m + n);
    let (one, two) = (name(rng), name(rng));
    let statement = match rng.below(2) {
        0 => format!(
            "A class has ${m}$ students with a mean score of ${a}$ and another has ${n}$ students with a mean score of ${b}$. What is the mean score of all of them?"
        ),
        _ => format!(
            "{one} measured ${m}$ plants with a mean height of ${a}$ cm, and a second garden, looked after by {two}, has ${n}$ plants with a mean height of ${b}$ cm. Find the mean height of all the plants in centimetres."
        ),
    };
    let plain = q(a + b, 2);
    let swapped = q(n * a + m * b, m + n);
    Problem::new(statement, "the mean of all", format!("{m} values with mean {a} and {n} values with mean {b}"), decimal(result))
        .step("find the two totals", format!("The first group has the total {m} × {a} = {}, the second {n} × {b} = {}.", m * a, n * b))
        .op(Mul(m, a)).op(Mul(n, b))
        .step("add totals and numbers", format!("Together there are {m} + {n} = {} values with the total {} + {} = {total}.", m + n, m * a, n * b))
        .op(Add(vec![m * a, n * b])).op(Add(vec![m, n]))
        .step("divide", format!("The mean is {total}/{} = {result}, about {}.", m + n, result.about()))
        .op(Reduce(total, m + n))
        .check(format!("It lies between {} and {}, nearer to the mean of the larger group.", a.min(b), a.max(b)))
        .other(format!("Starting from {a}, the second group adds {n} × ({}) = {} in all, spread over {}: {a} + ({}) = {result}.", b - a, n * (b - a), m + n, q(n * (b - a), m + n)))
        .slip(0, format!("The mean of {a} and {b} is {plain}."), decimal(plain), "The groups have different sizes, so the means cannot simply be averaged.")
        .slip(0, format!("Weighting gives ({n} × {a} + {m} × {b})/{} = {swapped}.", m + n), decimal(swapped), "The weights were swapped.")
}

fn price_changes(rng: &mut Rng) -> Problem {
    let (price, up, down) = (
        20 * rng.range(2, 60),
        5 * rng.range(1, 8),
        5 * rng.range(1, 8),
    );
    let raised = q(price * (100 + up), 100);
    let result = raised * q(100 - down, 100);
    let thing = rng.pick(&["coat", "lamp", "bicycle", "phone", "table", "tent"]);
    let statement = match rng.below(2) {
        0 => format!(
            "A {thing} costs ${price}$ euros. The price is raised by ${up}\\%$ and later lowered by ${down}\\%$. What does the {thing} cost then, in euros?"
        ),
        _ => format!(
            "The price of a {thing}, ${price}$ crowns, goes up by ${up}$ percent. In the sale {} gets ${down}$ percent off the new price. How many crowns are to be paid?",
            name(rng)
        ),
    };
    let net = q(price * (100 + up - down), 100);
    let share = q((100 + up) * (100 - down), 10000);
    Problem::new(statement, "the final price", format!("price {price}, {up} percent up, {down} percent down"), decimal(result))
        .step("raise the price", format!("{up}% of {price} is {}, so the price becomes {raised}.", q(price * up, 100)))
        .op(Mul(price, up)).op(Reduce(price * (100 + up), 100))
        .step("lower the new price", format!("{down}% of {raised} is {}, and {raised} - {} = {result}.", raised * q(down, 100), raised * q(down, 100)))
        .op(Reduce(result.top, result.bottom))
        .check(format!("As decimals, {price} × {} × {} is about {}.", q(100 + up, 100).about(), q(100 - down, 100).about(), result.about()))
        .other(format!("Both changes together multiply the price by {}/100 × {}/100 = {share}, and {price} × {share} = {result}.", 100 + up, 100 - down))
        .slip(0, format!("In all the price changes by {up} - {down} = {} percent, to {net}.", up - down), decimal(net), "The second percentage is taken of the raised price and not of the first one.")
        .slip(1, format!("So the price is {raised}."), decimal(raised), "The discount still has to come off.")
}

fn mean_speed(rng: &mut Rng) -> Problem {
    let parts: Vec<(i64, i64)> = (0..rng.range(2, 3))
        .map(|_| (rng.range(20, 95), rng.range(2, 6)))
        .collect();
    let ways: Vec<i64> = parts.iter().map(|(speed, hours)| speed * hours).collect();
    let (way, hours) = (
        ways.iter().sum::<i64>(),
        parts.iter().map(|p| p.1).sum::<i64>(),
    );
    let result = q(way, hours);
    let said: Vec<String> = parts
        .iter()
        .map(|(speed, hours)| format!("${hours}$ hours at ${speed}$ km/h"))
        .collect();
    let (who, route) = (name(rng), said.join(", then "));
    let statement = match rng.below(2) {
        0 => format!("{who} drives {route}. What is the mean speed of the whole trip in km/h?"),
        _ => format!(
            "A ship sails {route}. Find its average speed over the whole voyage in kilometres per hour."
        ),
    };
    let plain = q(parts.iter().map(|p| p.0).sum(), parts.len() as i64);
    let products: Vec<String> = parts
        .iter()
        .map(|(speed, hours)| format!("{hours} × {speed} = {}", speed * hours))
        .collect();
    let mut problem = Problem::new(
        statement,
        "the mean speed",
        parts
            .iter()
            .map(|(s, h)| format!("{h} hours at {s} km/h"))
            .collect::<Vec<_>>()
            .join(", "),
        decimal(result),
    )
    .step(
        "find the distances",
        format!("The distances are {}.", products.join(", ")),
    );
    for &(speed, hours) in &parts {
        problem = problem.op(Mul(speed, hours));
    }
    problem
        .step("add distances and times", format!("Together {} = {way} km in {hours} hours.", sum(&ways)))
        .op(Add(ways.clone()))
        .step("divide", format!("The mean speed is {way}/{hours} = {result} km/h, about {}.", result.about()))
        .op(Reduce(way, hours))
        .check(format!("At {result} km/h for {hours} hours the distance is {way} km again."))
        .other(format!("Weighting the speeds {} with the times gives the same, since distance is speed times time.", list(&parts.iter().map(|p| p.0).collect::<Vec<_>>())))
        .slip(0, format!("The mean of the speeds is {plain}."), decimal(plain), "The parts took different times, so the speeds have to be weighted.")
        .slip(1, format!("So the answer is {way}."), decimal(whole(way)), "That is the distance and not the speed.")
}
