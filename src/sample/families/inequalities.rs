//! Solution sets, and largest and smallest values.

use super::{Make, name};
use crate::sample::answer::{Answer, between, int, outside, ratio, surd};
use crate::sample::arithmetic::Op::*;
use crate::sample::number::{Q, bracket, floor_root, polynomial, q, whole};
use crate::sample::problem::Problem;
use crate::sample::rng::Rng;

pub(crate) const FAMILIES: &[(&str, Make)] = &[
    ("quadratic_inequality", quadratic_inequality),
    ("double_inequality", double_inequality),
    ("mean_inequality", mean_inequality),
    ("circle_maximum", circle_maximum),
    ("absolute_count", absolute_count),
    ("sign_of_fraction", sign_of_fraction),
    ("nearest_on_line", nearest_on_line),
    ("largest_product", largest_product),
];

fn quadratic_inequality(rng: &mut Rng) -> Problem {
    let lead = rng.range(1, 4);
    let low = rng.range(-14, 12);
    let high = low + rng.range(1, 16);
    let (below, closed) = (rng.chance(50), rng.chance(50));
    let sign = match (below, closed) {
        (true, true) => ("\\le", "≤"),
        (true, false) => ("<", "<"),
        (false, true) => ("\\ge", "≥"),
        (false, false) => (">", ">"),
    };
    let left = polynomial(&[lead * low * high, -lead * (low + high), lead], "x");
    let monic = polynomial(&[low * high, -(low + high), 1], "x");
    let inside = between(whole(low), whole(high), closed, closed);
    let beyond = outside(whole(low), whole(high), closed);
    let flipped = between(whole(low), whole(high), !closed, !closed);
    let flipped_beyond = outside(whole(low), whole(high), !closed);
    let (answer, opposite, ends) = if below {
        (inside, beyond, flipped)
    } else {
        (beyond, inside, flipped_beyond)
    };
    let statement = match rng.below(3) {
        0 => format!(
            "Solve the inequality ${left} {} 0$ and write the solution in interval notation.",
            sign.0
        ),
        1 => format!(
            "For which real numbers $x$ is ${left} {} 0$? Use interval notation.",
            sign.0
        ),
        _ => format!(
            "Determine, as an interval or a union of intervals, all $x$ with ${left} {} 0$.",
            sign.0
        ),
    };
    let value = |x: i64| lead * (x - low) * (x - high);
    let shown = answer.plain();
    let s = low + high;
    let half = Answer::Number(q(s, 2)).plain();
    Problem::new(statement, format!("the solutions of {left} {} 0", sign.1), format!("the inequality {left} {} 0", sign.1), answer)
        .step("factor the left side", format!("{left} = {}(x - {})(x - {}), because {low} and {high} have the sum {s} and the product {}.", if lead == 1 { String::new() } else { lead.to_string() }, bracket(low), bracket(high), low * high))
        .op(Add(vec![low, high])).op(Mul(low, high))
        .step("look at the signs", format!("The parabola opens upwards, so {monic} is negative between {low} and {high} and positive outside, and it is 0 at both ends."))
        .step("choose the right part", format!("Wanted is where it is {} 0, and the ends {}. So the solution is {shown}.", sign.1, if closed { "belong to it, since 0 is allowed" } else { "do not belong to it, since 0 is not allowed" }))
        .check(format!("Test points: at x = {} the left side is {}, at x = {} it is {}, and in the middle, at x = {half}, it is {}.", low - 1, value(low - 1), high + 1, value(high + 1), q(-lead * (high - low) * (high - low), 4)))
        .other(format!("Completing the square, (x - {})^2 is compared with {}, so the distance of x from {half} is compared with {}, which gives {shown}.", q(s, 2).bracket(), q((high - low) * (high - low), 4), q(high - low, 2)))
        .look(format!("At x = 0 the left side is {}, so 0 {} to the solution.", lead * low * high, if (below && value(0) < 0) || (!below && value(0) > 0) || (closed && value(0) == 0) { "belongs" } else { "does not belong" }))
        .slip(1, format!("So the solution is {}.", opposite.plain()), opposite.clone(), format!("At x = {} the left side is {}, which contradicts that; it has to be the other part.", high + 1, value(high + 1)))
        .slip(2, format!("With the ends treated that way, the solution is {}.", ends.plain()), ends.clone(), format!("At the ends the left side is 0, and {} {} 0.", if closed { "0 is allowed by" } else { "0 is not allowed by" }, sign.1))
}

fn double_inequality(rng: &mut Rng) -> Problem {
    let (k, b) = (rng.nonzero(-7, 8), rng.nonzero(-15, 15));
    if k.abs() == 1 {
        return double_inequality(rng);
    }
    let low = rng.range(-30, 10);
    let high = low + rng.range(3, 40);
    let (first, second) = (rng.chance(50), rng.chance(50));
    let middle = polynomial(&[b, k], "x");
    let sign = |closed: bool| if closed { "\\le" } else { "<" };
    let plain_sign = |closed: bool| if closed { "≤" } else { "<" };
    let (at_low, at_high) = (q(low - b, k), q(high - b, k));
    let (from, to, answer) = if k > 0 {
        (at_low, at_high, between(at_low, at_high, first, second))
    } else {
        (at_high, at_low, between(at_high, at_low, second, first))
    };
    let given = format!(
        "{low} {} {middle} {} {high}",
        plain_sign(first),
        plain_sign(second)
    );
    let statement = match rng.below(3) {
        0 => format!(
            "Solve ${low} {} {middle} {} {high}$ and give the solution in interval notation.",
            sign(first),
            sign(second)
        ),
        1 => format!(
            "Find the interval of all $x$ with ${low} {} {middle} {} {high}$.",
            sign(first),
            sign(second)
        ),
        _ => format!(
            "{} knows that ${low} {} {middle} {} {high}$. In which interval does $x$ lie?",
            name(rng),
            sign(first),
            sign(second)
        ),
    };
    let shown = answer.plain();
    let added = if k > 0 {
        between(q(low + b, k), q(high + b, k), first, second)
    } else {
        between(q(high + b, k), q(low + b, k), second, first)
    };
    let ends = if k > 0 {
        between(from, to, second, first)
    } else {
        between(from, to, first, second)
    };
    let problem = Problem::new(
        statement,
        format!("the interval of all x with {given}"),
        format!("the double inequality {given}"),
        answer,
    )
    .step(
        "take the constant to both sides",
        format!(
            "Subtracting {b} everywhere gives {} {} {} {} {}.",
            low - b,
            plain_sign(first),
            polynomial(&[0, k], "x"),
            plain_sign(second),
            high - b
        ),
    )
    .op(Sub(low, b))
    .op(Sub(high, b));
    let problem = if k > 0 {
        problem.step(
            "divide by the coefficient",
            format!(
                "{k} is positive, so the signs stay: {at_low} {} x {} {at_high}.",
                plain_sign(first),
                plain_sign(second)
            ),
        )
    } else {
        problem.step("divide by the coefficient", format!("{k} is negative, so both signs turn around: {at_low} is now the upper end and {at_high} the lower one, {at_high} {} x {} {at_low}.", plain_sign(second), plain_sign(first)))
    };
    problem
        .op(Reduce(low - b, k)).op(Reduce(high - b, k))
        .step("write the interval", format!("That is the interval {shown}."))
        .check(format!("At x = {at_low} the middle is {low}, and at x = {at_high} it is {high}, just the bounds."))
        .check(format!("The centre of the interval is {}, and there the middle is {}, halfway between {low} and {high}.", (from + to) * q(1, 2), q(low + high, 2)))
        .other(format!("Solving the two inequalities one by one gives one bound each, {at_low} from the left one and {at_high} from the right one, and x has to satisfy both."))
        .slip(0, format!("Adding {b} on both sides and dividing by {k}, the interval is {}.", added.plain()), added.clone(), format!("{b} has to be subtracted from both sides and not added."))
        .slip(2, format!("That is the interval {}.", ends.plain()), ends.clone(), "The ends were mixed up: the closed one and the open one have to be looked up once more.")
        .slip(1, format!("Only the left bound matters for the start, so the interval is {}.", between(from, to, false, false).plain()), between(from, to, false, false), "The sign with equality keeps its end inside.")
        .slip(1, format!("Both ends are taken along: {}.", between(from, to, true, true).plain()), between(from, to, true, true), "A strict sign leaves its end out.")
}

fn mean_inequality(rng: &mut Rng) -> Problem {
    let (a, b) = (rng.range(1, 20), rng.range(1, 48));
    let extra = if rng.chance(40) { rng.range(1, 15) } else { 0 };
    if extra > 0 && floor_root(a * b).pow(2) != a * b {
        return mean_inequality(rng);
    }
    let root = surd(whole(2), a * b);
    let answer = if extra > 0 {
        int(2 * floor_root(a * b) + extra)
    } else {
        root.clone()
    };
    let term = polynomial(&[0, a], "x");
    let tail = if extra > 0 {
        format!(" + {extra}")
    } else {
        String::new()
    };
    let statement = match rng.below(3) {
        0 => format!(
            "Find the minimum of ${term} + \\frac{{{b}}}{{x}}{tail}$ for positive real $x$."
        ),
        1 => format!(
            "What is the smallest value of $f(x) = {term} + \\dfrac{{{b}}}{{x}}{tail}$ on $x > 0$?"
        ),
        _ => format!(
            "Running a machine at speed $x > 0$ costs ${term} + \\frac{{{b}}}{{x}}{tail}$. What is the least possible cost?"
        ),
    };
    let place = surd(q(1, a), a * b);
    let at_one = a + b + extra;
    let single = surd(whole(1), a * b);
    let (shown, place_text) = (answer.plain(), place.plain());
    let wrong_single = if extra > 0 {
        int(floor_root(a * b) + extra)
    } else {
        single
    };
    let x = ((b as f64) / (a as f64)).sqrt();
    let at = |x: f64| a as f64 * x + b as f64 / x + extra as f64;
    Problem::new(statement, "the smallest value", format!("the terms {term} and {b}/x{}, with x > 0", if extra > 0 { format!(" and the constant {extra}") } else { String::new() }), answer)
        .look(format!("At x = 1 the value is {at_one}, at x = 2 it is {}, at x = 3 it is {}.", q(4 * a + b, 2) + whole(extra), q(9 * a + b, 3) + whole(extra)))
        .step("multiply the two terms", format!("{term} × {b}/x = {a} × {b} = {}, which does not depend on x.", a * b))
        .op(Mul(a, b))
        .step("apply the inequality of the means", format!("The sum of two positive numbers with product {} is at least 2√{} = {}.", a * b, a * b, root.plain()))
        .op(Root(a * b))
        .step("see whether it is reached", format!("Equality holds for {term} = {b}/x, that is x^2 = {} and x = {place_text}. So the minimum is {shown}.", q(b, a)))
        .op(Reduce(b, a))
        .check(format!("Numerically the minimum is near x = {x:.3} with the value {:.4}; at {:.3} it is {:.4} and at {:.3} it is {:.4}, both larger.", at(x), x * 0.8, at(x * 0.8), x * 1.25, at(x * 1.25)))
        .other(format!("With the derivative: {a} - {b}/x^2 = 0 gives x^2 = {}, and putting x = {place_text} in gives {shown}.", q(b, a)))
        .other(format!("As a square: the sum is (√({term}) - √({b}/x))^2 + 2√{}, and the square is at least 0.", a * b))
        .slip(1, format!("The mean of two numbers is at least √{}, so the minimum is {}.", a * b, wrong_single.plain()), wrong_single.clone(), "It is the mean that is at least the root; the sum is twice as large.")
        .slip(0, format!("The smallest value should be at x = 1, where it is {at_one}."), int(at_one), format!("The two terms are {a} and {b} there, and they have to be equal at the minimum."))
        .slip(2, format!("So the minimum is {place_text}."), place.clone(), "That is where the minimum is, not the minimum itself.")
}

fn circle_maximum(rng: &mut Rng) -> Problem {
    let (a, b, square) = (rng.range(1, 12), rng.range(1, 15), rng.range(1, 30));
    let n = (a * a + b * b) * square;
    let answer = surd(whole(1), n);
    let shown = answer.plain();
    let form = format!(
        "{} + {}",
        polynomial(&[0, a], "x"),
        polynomial(&[0, b], "y")
    );
    let statement = match rng.below(3) {
        0 => format!(
            "Real numbers $x$ and $y$ satisfy $x^2 + y^2 = {square}$. Find the maximum of ${form}$."
        ),
        1 => format!(
            "Determine the largest possible value of ${form}$ on the circle $x^2 + y^2 = {square}$."
        ),
        _ => format!(
            "What is the greatest value that ${form}$ takes if the point $(x, y)$ lies on the circle around the origin whose radius squared is ${square}$?"
        ),
    };
    let sides = a * a + b * b;
    let missing = surd(whole(1), sides);
    let product = sides * square;
    let add = surd(whole(a + b), square);
    Problem::new(statement, format!("the maximum of {form}"), format!("coefficients {a} and {b}, and x^2 + y^2 = {square}"), answer)
        .step("apply the inequality of Cauchy and Schwarz", format!("({form})^2 ≤ ({a}^2 + {b}^2)(x^2 + y^2) = {sides} × {square} = {n}."))
        .op(Pow(a, 2)).op(Pow(b, 2)).op(Add(vec![a * a, b * b])).op(Mul(sides, square))
        .step("take the root", format!("So the value is at most √{n} = {shown}."))
        .op(Root(n))
        .step("see whether it is reached", format!("Equality holds if (x, y) is a positive multiple of ({a}, {b}), and there is such a point on the circle. So the maximum is {shown}."))
        .check(format!("At (x, y) = t({a}, {b}) with t^2 = {square}/{sides} = {} the value is {sides}t, and its square is {sides}^2 × {} = {n}.", q(square, sides), q(square, sides)))
        .check(format!("Numerically √{n} is about {:.3}; at x = y = √({square}/2) the value is about {:.3}, which is not larger.", (n as f64).sqrt(), (a + b) as f64 * (square as f64 / 2.0).sqrt()))
        .other(format!("Geometrically, the line {form} = m has distance m/√{sides} from the origin, and it touches the circle when that is √{square}, so m = √{sides} × √{square} = {shown}."))
        .look(format!("At (√{square}, 0) the value is {a}√{square}, and at (0, √{square}) it is {b}√{square}; somewhere in between it should be larger."))
        .slip(1, format!("The maximum is √{sides} = {}.", missing.plain()), missing.clone(), format!("That would be right on the unit circle; here the radius squared is {square}."))
        .slip(0, format!("x and y are at most √{square} each, so the maximum is ({a} + {b})√{square} = {}.", add.plain()), add.clone(), format!("x and y cannot both be √{square} at the same time."))
        .slip(1, format!("So the maximum is {product}."), int(product), "That bounds the square of the expression; the root has to be taken.")
}

fn absolute_count(rng: &mut Rng) -> Problem {
    let (k, a, c) = (rng.range(1, 7), rng.range(-40, 40), rng.range(5, 120));
    let closed = rng.chance(50);
    let inside = polynomial(&[-a, k], "x");
    let fits = |x: i64| {
        let size = (k * x - a).abs();
        size < c || closed && size == c
    };
    let (low, high) = (
        (-300..300).find(|&x| fits(x)),
        (-300..300).rev().find(|&x| fits(x)),
    );
    let (Some(low), Some(high)) = (low, high) else {
        return absolute_count(rng);
    };
    let result = high - low + 1;
    let (sign, plain_sign) = if closed { ("\\le", "≤") } else { ("<", "<") };
    let statement = match rng.below(3) {
        0 => format!("How many integers $x$ satisfy $|{inside}| {sign} {c}$?"),
        1 => format!("Find the number of integer solutions of $|{inside}| {sign} {c}$."),
        _ => format!(
            "{} marks every integer $x$ with $|{inside}| {sign} {c}$ on the number line. How many marks are there?",
            name(rng)
        ),
    };
    let (left, right) = (q(a - c, k), q(a + c, k));
    let other_ends = (-300..300)
        .filter(|&x| {
            let size = (k * x - a).abs();
            size < c || !closed && size == c
        })
        .count() as i64;
    Problem::new(statement, "the number of integer solutions", format!("the inequality |{inside}| {plain_sign} {c}"), int(result))
        .step("remove the absolute value", format!("It says -{c} {plain_sign} {inside} {plain_sign} {c}."))
        .step("solve for x", format!("Adding {a} gives {} {plain_sign} {} {plain_sign} {}, so x lies between {left} and {right}.", a - c, polynomial(&[0, k], "x"), a + c))
        .op(Sub(a, c)).op(Add(vec![a, c])).op(Reduce(a - c, k)).op(Reduce(a + c, k))
        .step("find the first and the last integer", format!("The ends are about {} and {}, so with ends {} the integers go from {low} to {high}.", left.about(), right.about(), if closed { "included" } else { "excluded" }))
        .step("count", format!("These are {high} - {} + 1 = {result} integers.", bracket(low)))
        .op(Sub(high, low))
        .check(format!("At x = {low} the absolute value is {}, at x = {} it is {}; at x = {high} it is {}, at x = {} it is {}.", (k * low - a).abs(), low - 1, (k * (low - 1) - a).abs(), (k * high - a).abs(), high + 1, (k * (high + 1) - a).abs()))
        .other(format!("The solutions lie around {}, where the inside is 0, within a distance of {}; the interval has length {}, so about {} integers are to be expected.", q(a, k), q(c, k), q(2 * c, k), q(2 * c, k).about()))
        .slip(3, format!("These are {high} - {} = {} integers.", bracket(low), result - 1), int(result - 1), "Both ends belong to the count, so one has to be added.")
        .slip(2, format!("With the ends treated the other way there are {other_ends} integers."), int(other_ends), format!("The sign is {plain_sign}, and so the ends {}.", if closed { "count" } else { "do not count" }))
        .slip(0, format!("The largest x is {high}, and by symmetry the smallest is {}, so there are {}.", -high, 2 * high + 1), int(2 * high + 1), format!("The solutions are symmetric about {} and not about 0.", q(a, k)))
}

fn sign_of_fraction(rng: &mut Rng) -> Problem {
    let (a, b) = (rng.range(-15, 15), rng.range(-15, 15));
    if a == b {
        return sign_of_fraction(rng);
    }
    let (negative, closed, scale) = (rng.chance(50), rng.chance(60), rng.range(1, 5));
    let (low, high) = (a.min(b), a.max(b));
    let (low_in, high_in) = (closed && a == low, closed && a == high);
    let inside = |l, h| between(whole(low), whole(high), l, h);
    let beyond = |l, h| match outside(whole(low), whole(high), false) {
        Answer::Union(mut below, mut above) => {
            (below.high_closed, above.low_closed) = (l, h);
            Answer::Union(below, above)
        }
        other => other,
    };
    let answer = if negative {
        inside(low_in, high_in)
    } else {
        beyond(low_in, high_in)
    };
    let opposite = if negative {
        beyond(low_in, high_in)
    } else {
        inside(low_in, high_in)
    };
    let both = if negative {
        inside(closed, closed)
    } else {
        beyond(closed, closed)
    };
    let swapped = if negative {
        inside(closed && b == low, closed && b == high)
    } else {
        beyond(closed && b == low, closed && b == high)
    };
    let (sign, plain_sign) = match (negative, closed) {
        (true, true) => ("\\le", "≤"),
        (true, false) => ("<", "<"),
        (false, true) => ("\\ge", "≥"),
        (false, false) => (">", ">"),
    };
    let (top, bottom) = (
        polynomial(&[-scale * a, scale], "x"),
        polynomial(&[-b, 1], "x"),
    );
    let statement = match rng.below(3) {
        0 => format!("Solve $\\frac{{{top}}}{{{bottom}}} {sign} 0$. Answer in interval notation."),
        1 => format!(
            "Find all real $x$ for which $\\dfrac{{{top}}}{{{bottom}}} {sign} 0$, in interval notation."
        ),
        _ => format!(
            "On which set of real numbers is the quotient of ${top}$ and ${bottom}$ defined and ${sign} 0$? Write it with intervals."
        ),
    };
    let shown = answer.plain();
    let value = |x: i64| q(scale * (x - a), x - b);
    Problem::new(statement, format!("all x with ({top})/({bottom}) {plain_sign} 0"), format!("the fraction ({top})/({bottom}) and the sign {plain_sign} 0"), answer)
        .step("find where the sign can change", format!("The numerator is 0 at x = {a}, the denominator at x = {b}. Only there the sign can change."))
        .op(Div(scale * a, scale))
        .step("find the signs in the three parts", format!("Left of {low} both factors are negative and the fraction is positive; between {low} and {high} they differ and it is negative; right of {high} both are positive and so is the fraction."))
        .step("look at the ends", format!("At x = {b} the fraction is not defined, so {b} never belongs to the solution. At x = {a} it is 0, which is {}allowed.", if closed { "" } else { "not " }))
        .step("write the solution", format!("So the solution is {shown}."))
        .check(format!("Test points: at x = {} the fraction is {}, at x = {} it is {}.", low - 1, value(low - 1), high + 1, value(high + 1)))
        .check(format!("In the middle, at x = {}, the two factors are {} and {}, of different sign.", q(a + b, 2), whole(scale) * q(b - a, 2), q(a - b, 2)))
        .other(format!("A quotient has the same sign as the product, so one can solve {} {plain_sign} 0 instead and leave out x = {b} at the end. That gives {shown}.", polynomial(&[scale * a * b, -scale * (a + b), scale], "x")))
        .other(format!("The fraction equals {scale} + {}/({bottom}), which is far easier to follow as x moves: it is near {scale} far away and changes its sign at {a} and at {b}.", bracket(scale * (b - a))))
        .slip(3, format!("So the solution is {}.", both.plain()), both.clone(), format!("x = {b} makes the denominator 0 and has to stay out."))
        .slip(1, format!("That means the solution is {}.", opposite.plain()), opposite.clone(), format!("At x = {} the fraction is {}, so it is the other part.", high + 1, value(high + 1)))
        .slip(2, format!("So the solution is {}.", swapped.plain()), swapped.clone(), "The two ends were mixed up: the zero of the numerator counts, that of the denominator does not.")
}

fn nearest_on_line(rng: &mut Rng) -> Problem {
    let (a, b, c) = (rng.range(1, 12), rng.nonzero(-12, 12), rng.range(2, 60));
    let n = a * a + b * b;
    let result = q(c * c, n);
    let (x, y) = (q(a * c, n), q(b * c, n));
    let left = format!(
        "{} {} {}",
        polynomial(&[0, a], "x"),
        if b < 0 { "-" } else { "+" },
        polynomial(&[0, b.abs()], "y")
    );
    let statement = match rng.below(3) {
        0 => format!(
            "Real numbers $x$ and $y$ satisfy ${left} = {c}$. Find the minimum of $x^2 + y^2$."
        ),
        1 => format!(
            "What is the smallest value of $x^2 + y^2$ for points $(x, y)$ of the line ${left} = {c}$?"
        ),
        _ => format!(
            "Among all pairs of real numbers with ${left} = {c}$, how small can the sum of their squares be?"
        ),
    };
    let (on_axis, distance) = (q(c * c, a * a), q(c * c, a * a + b.abs()));
    let wrong_linear = q(c, n);
    let at = |x: Q| {
        let y = (whole(c) - whole(a) * x) / whole(b);
        x * x + y * y
    };
    Problem::new(statement, "the minimum of x^2 + y^2", format!("the line {left} = {c}"), Answer::Number(result))
        .step("apply the inequality of Cauchy and Schwarz", format!("{c}^2 = ({left})^2 ≤ ({a}^2 + {}^2)(x^2 + y^2) = {n}(x^2 + y^2).", bracket(b)))
        .op(Pow(a, 2)).op(Pow(b, 2)).op(Add(vec![a * a, b * b]))
        .step("solve for the sum of squares", format!("So x^2 + y^2 ≥ {c}^2/{n} = {}/{n} = {result}.", c * c))
        .op(Pow(c, 2)).op(Reduce(c * c, n))
        .step("see whether it is reached", format!("Equality holds for x = {x} and y = {y}, a multiple of ({a}, {b}) on the line. So the minimum is {result}."))
        .op(Reduce(a * c, n)).op(Reduce(b * c, n))
        .check(format!("At that point the line's equation gives {} + {} = {c}, and the squares add up to {} + {} = {result}.", whole(a) * x, whole(b) * y, x * x, y * y))
        .check(format!("At other points of the line it is larger: for x = 0 it is {}, for x = 1 it is {}.", at(whole(0)), at(whole(1))))
        .other(format!("The distance from the origin to the line is {c}/√{n}, and its square is {}/{n} = {result}.", c * c))
        .other(format!("Expressing y by x turns the sum into a quadratic in x whose leading coefficient is 1 + {}/{} = {}; its vertex is at x = {x}, with the value {result}.", a * a, b * b, q(n, b * b)))
        .slip(0, format!("Taking y = 0, x is {} and the value is {on_axis}.", q(c, a)), Answer::Number(on_axis), "Nothing says that the minimum lies on an axis.")
        .slip(1, format!("So x^2 + y^2 ≥ {c}/{n} = {wrong_linear}."), Answer::Number(wrong_linear), format!("{c} has to be squared as well."))
        .slip(0, format!("The bound is {c}^2 / ({a}^2 + {}) = {distance}.", b.abs()), Answer::Number(distance), "The second coefficient has to be squared too.")
}

fn largest_product(rng: &mut Rng) -> Problem {
    let (a, b, c) = (rng.range(1, 9), rng.range(1, 12), rng.range(4, 90));
    let result = q(c * c, 4 * a * b);
    let (x, y) = (q(c, 2 * a), q(c, 2 * b));
    let left = format!(
        "{} + {}",
        polynomial(&[0, a], "x"),
        polynomial(&[0, b], "y")
    );
    let statement = match rng.below(3) {
        0 => format!(
            "Positive numbers $x$ and $y$ satisfy ${left} = {c}$. What is the largest possible value of $xy$?"
        ),
        1 => format!("Find the maximum of $xy$ subject to ${left} = {c}$ with $x, y > 0$."),
        _ => format!(
            "{} frames a rectangular poster of $x$ by $y$ decimetres. The frame costs ${a}$ for each decimetre of $x$ and ${b}$ for each decimetre of $y$, ${c}$ in all. What is the largest possible area of the poster in square decimetres?",
            name(rng)
        ),
    };
    let (equal, undivided) = (q(c * c, (a + b) * (a + b)), q(c * c, a * b));
    let at = |x: Q| x * (whole(c) - whole(a) * x) / whole(b);
    Problem::new(statement, "the largest value of xy", format!("the condition {left} = {c} with positive x and y"), Answer::Number(result))
        .step("look at the two terms of the sum", format!("The terms {} and {} have the sum {c}, and their product is {}xy.", polynomial(&[0, a], "x"), polynomial(&[0, b], "y"), a * b))
        .op(Mul(a, b))
        .step("apply the inequality of the means", format!("Two positive numbers with sum {c} have a product of at most ({c}/2)^2 = {}.", q(c * c, 4)))
        .op(Pow(c, 2)).op(Reduce(c * c, 4))
        .step("solve for the product", format!("So xy ≤ {} / {} = {result}.", q(c * c, 4), a * b))
        .op(Reduce(c * c, 4 * a * b))
        .step("see whether it is reached", format!("Equality holds when both terms are {}, that is x = {x} and y = {y}.", q(c, 2)))
        .op(Reduce(c, 2 * a)).op(Reduce(c, 2 * b))
        .check(format!("{x} × {y} = {result}, and {} + {} = {c}.", whole(a) * x, whole(b) * y))
        .check(format!("A little to the side, at x = {}, the product is {}, which is smaller.", x * q(9, 10), at(x * q(9, 10))))
        .other(format!("With y = ({c} - {})/{b} the product is a parabola in x with zeros at 0 and {}. Its top is halfway, at x = {x}, with the value {result}.", polynomial(&[0, a], "x"), q(c, a)))
        .look(format!("At x = 1 the product would be {}, and at x = {} it is 0.", at(whole(1)), q(c, a)))
        .slip(0, format!("The product is largest for x = y = {}, so it is {equal}.", q(c, a + b)), Answer::Number(equal), format!("It is the terms {} and {} that have to be equal, not x and y.", polynomial(&[0, a], "x"), polynomial(&[0, b], "y")))
        .slip(1, format!("So xy ≤ {}/{} = {undivided}.", c * c, a * b), Answer::Number(undivided), format!("Each of the two terms is only half of {c}, and that brings a factor 4 below."))
        .slip(1, format!("So the product is at most {}.", q(c * c, 4)), ratio(c * c, 4), format!("That bounds {}xy and has to be divided by {}, from the coefficients.", a * b, a * b))
}
