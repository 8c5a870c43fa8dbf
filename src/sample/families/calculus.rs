//! Derivatives, integrals, limits and series.

use super::{Make, name};
use crate::sample::answer::{Answer, int};
use crate::sample::arithmetic::Op::*;
use crate::sample::number::{bracket, polynomial, q, sum, whole};
use crate::sample::problem::Problem;
use crate::sample::rng::Rng;

pub(crate) const FAMILIES: &[(&str, Make)] = &[
    ("slope_at_point", slope_at_point),
    ("definite_integral", definite_integral),
    ("factored_limit", factored_limit),
    ("tangent_line", tangent_line),
    ("geometric_series", geometric_series),
    ("product_derivative", product_derivative),
    ("area_between", area_between),
    ("solid_of_revolution", solid_of_revolution),
];

fn slope_at_point(rng: &mut Rng) -> Problem {
    let (a, b, c, d) = (
        rng.nonzero(-5, 6),
        rng.nonzero(-8, 8),
        rng.range(-12, 12),
        rng.range(-20, 20),
    );
    let x = rng.nonzero(-4, 5);
    let slope = 3 * a * x * x + 2 * b * x + c;
    let value = a * x * x * x + b * x * x + c * x + d;
    let f = polynomial(&[d, c, b, a], "x");
    let derivative = polynomial(&[c, 2 * b, 3 * a], "x");
    let statement = match rng.below(3) {
        0 => format!("Let $f(x) = {f}$. Find $f'({x})$."),
        1 => format!("What is the slope of the curve $y = {f}$ at the point with $x = {x}$?"),
        _ => format!(
            "The position of a particle at time $x$ is ${f}$. Find its velocity at time $x = {x}$."
        ),
    };
    let (left, right) = (x * 1000 - 1, x * 1000 + 1);
    let at = |n: i64| {
        let t = n as f64 / 1000.0;
        ((a as f64 * t + b as f64) * t + c as f64) * t + d as f64
    };
    let second = 6 * a * x + 2 * b;
    let unreduced = a * x * x + b * x + c;
    Problem::new(statement, format!("the derivative at x = {x}"), format!("the function {f} and the point x = {x}"), int(slope))
        .step("differentiate term by term", format!("The power rule gives f'(x) = {derivative}."))
        .op(Mul(3, a)).op(Mul(2, b))
        .step(format!("put x = {x} in"), format!("f'({x}) = {} × {} + {} × {} + {} = {}.", 3 * a, bracket(x * x), bracket(2 * b), bracket(x), bracket(c), sum(&[3 * a * x * x, 2 * b * x, c])))
        .op(Mul(3 * a, x * x)).op(Mul(2 * b, x))
        .step("add up", format!("That is {slope}."))
        .op(Add(vec![3 * a * x * x, 2 * b * x, c]))
        .check(format!("Numerically, f({:.3}) is about {:.4} and f({:.3}) about {:.4}; their difference over 0.002 is about {:.3}, close to {slope}.", right as f64 / 1000.0, at(right), left as f64 / 1000.0, at(left), (at(right) - at(left)) * 500.0))
        .other(format!("Writing x = {x} + h and expanding, the coefficient of h in f is {} = {slope}, and the constant is f({x}) = {value}.", sum(&[3 * a * x * x, 2 * b * x, c])))
        .look(format!("At the point itself the function has the value {value}, which does not matter for the slope."))
        .slip(0, format!("Putting x = {x} into the function gives {value}."), int(value), "That is the value of the function and not its slope; it has to be differentiated first.")
        .slip(1, format!("Lowering the exponents gives {} at x = {x}, which is {unreduced}.", polynomial(&[c, b, a], "x")), int(unreduced), "The old exponents have to come down as factors as well.")
        .slip(1, format!("Differentiating once more to be safe, the value is {second}."), int(second), "That is the second derivative.")
}

fn definite_integral(rng: &mut Rng) -> Problem {
    let (a, b, c) = (rng.nonzero(-6, 9), rng.nonzero(-9, 9), rng.range(-12, 12));
    let low = rng.range(-3, 3);
    let high = low + rng.range(1, 5);
    let f = polynomial(&[c, b, a], "x");
    let at = |x: i64| q(a * x * x * x, 3) + q(b * x * x, 2) + whole(c * x);
    let result = at(high) - at(low);
    let statement = match rng.below(3) {
        0 => format!("Evaluate $\\int_{{{low}}}^{{{high}}} ({f})\\,dx$."),
        1 => format!("Compute the definite integral of ${f}$ from $x = {low}$ to $x = {high}$."),
        _ => format!(
            "Water flows into a tank at the rate ${f}$ litres per minute at time $x$ minutes, where a negative rate means that it flows out. By how many litres does the content change between $x = {low}$ and $x = {high}$?"
        ),
    };
    let anti = format!("({})x^3 + ({})x^2 + ({c})x", q(a, 3), q(b, 2));
    let cubes = high.pow(3) - low.pow(3);
    let squares = high * high - low * low;
    let middle = q(high + low, 2);
    let value = |x: crate::sample::number::Q| whole(a) * x * x + whole(b) * x + whole(c);
    let (f_low, f_mid, f_high) = (value(whole(low)), value(middle), value(whole(high)));
    let undivided = whole(a * cubes + b * squares + c * (high - low));
    Problem::new(statement, "the value of the integral", format!("the function {f} and the bounds {low} and {high}"), Answer::Number(result))
        .step("find an antiderivative", format!("An antiderivative is F(x) = {anti}."))
        .op(Reduce(a, 3)).op(Reduce(b, 2))
        .step("evaluate it at the upper bound", format!("F({high}) = {} + ({}) + ({}) = {}.", q(a * high.pow(3), 3), q(b * high * high, 2), c * high, at(high)))
        .op(Pow(high, 3))
        .step("evaluate it at the lower bound", format!("F({low}) = {} + ({}) + ({}) = {}.", q(a * low.pow(3), 3), q(b * low * low, 2), c * low, at(low)))
        .op(Pow(low, 3))
        .step("subtract", format!("The integral is F({high}) - F({low}) = {} - ({}) = {result}.", at(high), at(low)))
        .op(Reduce(result.top, result.bottom))
        .check(format!("Simpson's rule is exact for quadratics: the values at {low}, {middle} and {high} are {f_low}, {f_mid} and {f_high}, and {}/6 × ({f_low} + 4 × ({f_mid}) + ({f_high})) = {result}.", high - low))
        .other(format!("Power by power: x^2 contributes {a} × ({cubes})/3 = {}, x contributes {} × ({squares})/2 = {}, and the constant {} × {} = {}. The sum is {result}.", q(a * cubes, 3), bracket(b), q(b * squares, 2), bracket(c), high - low, c * (high - low)))
        .look(format!("The interval has length {}, and the function is {f_low} at its left end and {f_high} at its right end.", high - low))
        .slip(3, format!("The integral is F({high}) + F({low}) = {} + ({}) = {}.", at(high), at(low), at(high) + at(low)), Answer::Number(at(high) + at(low)), "The value at the lower bound has to be subtracted.")
        .slip(0, format!("Raising the exponents, the antiderivative is {}, and the difference of its values is {undivided}.", polynomial(&[0, c, b, a], "x")), Answer::Number(undivided), "The new exponents have to go below as divisors.")
}

fn factored_limit(rng: &mut Rng) -> Problem {
    let (a, b, c) = loop {
        let (a, b, c) = (
            rng.nonzero(-9, 9),
            rng.nonzero(-14, 14),
            rng.nonzero(-14, 14),
        );
        if a != b && a != c && b != c {
            break (a, b, c);
        }
    };
    let scale = rng.range(1, 6);
    let top = polynomial(&[scale * a * b, -scale * (a + b), scale], "x");
    let bottom = polynomial(&[a * c, -(a + c), 1], "x");
    let result = q(scale * (a - b), a - c);
    let statement = match rng.below(3) {
        0 => format!("Find $\\lim_{{x \\to {a}}} \\frac{{{top}}}{{{bottom}}}$."),
        1 => {
            format!("Evaluate the limit of $\\dfrac{{{top}}}{{{bottom}}}$ as $x$ approaches ${a}$.")
        }
        _ => format!(
            "Which value must be given to $f({a})$ so that $f(x) = \\frac{{{top}}}{{{bottom}}}$ becomes continuous at $x = {a}$?"
        ),
    };
    let at = |x: f64| scale as f64 * (x - b as f64) / (x - c as f64);
    let (top_slope, bottom_slope) = (scale * (a - b), a - c);
    let at_zero = q(scale * b, c);
    Problem::new(statement, format!("the limit at x = {a}"), format!("the fraction ({top}) / ({bottom}) and the point x = {a}"), Answer::Number(result))
        .look(format!("Putting x = {a} in gives {} above and {} below, so the form is 0/0 and something has to cancel.", sum(&[scale * a * a, -scale * (a + b) * a, scale * a * b]), sum(&[a * a, -(a + c) * a, a * c])))
        .step("factor the numerator", format!("{top} = {scale}(x - {})(x - {}).", bracket(a), bracket(b)))
        .op(Mul(a, b)).op(Add(vec![a, b]))
        .step("factor the denominator", format!("{bottom} = (x - {})(x - {}).", bracket(a), bracket(c)))
        .op(Mul(a, c)).op(Add(vec![a, c]))
        .step("cancel the common factor", format!("For x different from {a} the fraction is {scale}(x - {}) / (x - {}).", bracket(b), bracket(c)))
        .step(format!("put x = {a} in"), format!("The limit is {scale} × ({a} - {}) / ({a} - {}) = {top_slope} / {} = {result}.", bracket(b), bracket(c), bracket(bottom_slope)))
        .op(Reduce(top_slope, bottom_slope))
        .check(format!("At x = {:.3} the fraction is about {:.4} and at x = {:.3} about {:.4}; the limit {result} is about {}.", a as f64 + 0.001, at(a as f64 + 0.001), a as f64 - 0.001, at(a as f64 - 0.001), result.about()))
        .other(format!("By l'Hôpital's rule the derivatives {} and {} at x = {a} are {top_slope} and {bottom_slope}, with the quotient {result}.", polynomial(&[-scale * (a + b), 2 * scale], "x"), polynomial(&[-(a + c), 2], "x")))
        .slip(0, format!("Comparing the leading coefficients, the limit is {scale}/1 = {scale}."), int(scale), format!("That is the limit for x going to infinity and not to {a}."))
        .slip(3, format!("Without the x the fraction is {scale} × {} / {} = {at_zero}.", bracket(b), bracket(c)), Answer::Number(at_zero), format!("That is the value at x = 0; x goes to {a} here."))
}

fn tangent_line(rng: &mut Rng) -> Problem {
    let (a, b, c) = (rng.nonzero(-5, 6), rng.nonzero(-11, 11), rng.range(-15, 15));
    let x = rng.nonzero(-6, 6);
    let (slope, value) = (2 * a * x + b, a * x * x + b * x + c);
    if slope == 0 {
        return tangent_line(rng);
    }
    let intercept = value - slope * x;
    let f = polynomial(&[c, b, a], "x");
    let line = polynomial(&[intercept, slope], "x");
    let statement = match rng.below(3) {
        0 => format!(
            "Find the equation of the tangent to the parabola $y = {f}$ at the point where $x = {x}$. Write it in the form $y = mx + n$."
        ),
        1 => format!(
            "A line touches the graph of $f(x) = {f}$ at $({x}, {value})$. Give its equation, solved for $y$."
        ),
        _ => format!(
            "{} draws the tangent to $y = {f}$ at $x = {x}$. What is the equation of that line in slope-intercept form?",
            name(rng)
        ),
    };
    Problem::new(statement, format!("the tangent at x = {x}"), format!("the parabola {f} and the point x = {x}"), Answer::Line(slope, intercept))
        .step("find the point of contact", format!("At x = {x} the height is {} = {value}.", sum(&[a * x * x, b * x, c])))
        .op(Mul(a, x * x)).op(Mul(b, x)).op(Add(vec![a * x * x, b * x, c]))
        .step("find the slope", format!("The derivative is {}, and at x = {x} it is {} = {slope}.", polynomial(&[b, 2 * a], "x"), sum(&[2 * a * x, b])))
        .op(Mul(2 * a, x)).op(Add(vec![2 * a * x, b]))
        .step("find the intercept", format!("The line through ({x}, {value}) with slope {slope} meets the y-axis at {value} - {} × {} = {intercept}.", bracket(slope), bracket(x)))
        .op(Mul(slope, x)).op(Sub(value, slope * x))
        .step("write the equation", format!("So the tangent is y = {line}."))
        .check(format!("The difference of parabola and line is {} = {a}(x - {})^2, which has a double root at x = {x}, as a tangent demands.", polynomial(&[c - intercept, b - slope, a], "x"), bracket(x)))
        .other(format!("Replacing x^2 by 2 × {} × x - {} in the parabola gives the tangent at once: {} × ({}) + {} = {line}.", bracket(x), x * x, bracket(a), polynomial(&[-x * x, 2 * x], "x"), polynomial(&[c, b], "x")))
        .slip(3, format!("So the tangent is y = {}.", polynomial(&[value, slope], "x")), Answer::Line(slope, value), format!("{value} is the height at x = {x} and not at x = 0."))
        .slip(1, format!("The slope is {} + {} = {}, so the line is y = {}.", a * x, bracket(b), a * x + b, polynomial(&[value - (a * x + b) * x, a * x + b], "x")), Answer::Line(a * x + b, value - (a * x + b) * x), "The derivative of the square has a factor 2, which was forgotten.")
}

fn geometric_series(rng: &mut Rng) -> Problem {
    let (p, r) = loop {
        let (p, r) = (rng.nonzero(-9, 9), rng.range(2, 12));
        if p.abs() < r && crate::sample::number::gcd(p, r) == 1 {
            break (p, r);
        }
    };
    let first = rng.range(1, 40);
    let ratio_text = q(p, r);
    let result = q(first * r, r - p);
    let from_zero = rng.chance(70);
    let (answer, factor) = if from_zero {
        (result, whole(1))
    } else {
        (result * q(p, r), q(p, r))
    };
    let statement = match (from_zero, rng.below(3)) {
        (true, 0) => format!(
            "Find the sum of the infinite geometric series with first term ${first}$ and ratio ${}$.",
            ratio_text.latex()
        ),
        (true, 1) => format!(
            "A quantity starts at ${first}$, and each further one is ${}$ times the one before. What do all of them, without end, add up to?",
            ratio_text.latex()
        ),
        (true, _) => format!(
            "Evaluate $\\sum_{{n=0}}^{{\\infty}} {first}\\left({}\\right)^n$.",
            ratio_text.latex()
        ),
        (false, _) => format!(
            "Evaluate $\\sum_{{n=1}}^{{\\infty}} {first}\\left({}\\right)^n$.",
            ratio_text.latex()
        ),
    };
    let start = whole(first) * factor;
    let term = |n: u32| start * q(p.pow(n), r.pow(n));
    let partial: Vec<f64> = (1..7)
        .map(|n| {
            (0..n)
                .map(|i| term(i).top as f64 / term(i).bottom as f64)
                .sum()
        })
        .collect();
    let shown: Vec<String> = partial.iter().map(|s| format!("{s:.3}")).collect();
    let wrong = start / (whole(1) + ratio_text);
    let shifted = if from_zero { result * q(p, r) } else { result };
    Problem::new(statement, "the sum of the series", format!("first term {start} and ratio {ratio_text}"), Answer::Number(answer))
        .look(format!("The first terms are {}, {}, {} and {}.", term(0), term(1), term(2), term(3)))
        .step("check that it converges", format!("The ratio {ratio_text} has absolute value below 1, so the series converges."))
        .step("identify the first term", format!("The series starts with {start}{}.", if from_zero { String::new() } else { format!(", because n starts at 1: {first} × {ratio_text}") }))
        .op(Reduce(start.top, start.bottom))
        .step("apply the formula", format!("The sum is {start} / (1 - ({ratio_text})) = {start} / ({}) = {answer}.", q(r - p, r)))
        .op(Sub(r, p)).op(Reduce(answer.top, answer.bottom))
        .check(format!("The partial sums are about {}, and {answer} is about {}.", shown.join(", "), answer.about()))
        .other(format!("If S is the sum, then S = {start} + ({ratio_text})S, because all terms but the first are {ratio_text} times the series. So ({})S = {start} and S = {answer}.", q(r - p, r)))
        .slip(2, format!("The sum is {start} / (1 + ({ratio_text})) = {wrong}."), Answer::Number(wrong), "The formula has 1 minus the ratio below the line.")
        .slip(1, format!("The sum is {shifted}, taking {} as the first term.", if from_zero { start * q(p, r) } else { whole(first) }), Answer::Number(shifted), "The starting index was misread, so the first term is the wrong one.")
}

fn product_derivative(rng: &mut Rng) -> Problem {
    let (a, b) = (rng.nonzero(-5, 6), rng.nonzero(-9, 9));
    let (c, d) = (rng.nonzero(-5, 6), rng.nonzero(-9, 9));
    let n = rng.range(1, 3) as usize;
    // (a x^n + b)(c x^2 + d)
    let mut product = vec![0; n + 3];
    for (i, left) in [(n, a), (0, b)] {
        for (j, right) in [(2, c), (0, d)] {
            product[i + j] += left * right;
        }
    }
    let derive = |poly: &[i64]| {
        poly.iter()
            .enumerate()
            .skip(1)
            .map(|(e, &k)| e as i64 * k)
            .collect::<Vec<_>>()
    };
    let trim = |mut poly: Vec<i64>| {
        while poly.len() > 1 && poly.last() == Some(&0) {
            poly.pop();
        }
        poly
    };
    let result = trim(derive(&product));
    let mut left = vec![0; n + 1];
    left[n] = a;
    left[0] += b;
    let right = [d, 0, c];
    let (u, v) = (polynomial(&left, "x"), polynomial(&right, "x"));
    let (du, dv) = (derive(&left), derive(&right));
    let times = |p: &[i64], r: &[i64]| {
        let mut out = vec![0; p.len() + r.len() - 1];
        for (i, x) in p.iter().enumerate() {
            for (j, y) in r.iter().enumerate() {
                out[i + j] += x * y;
            }
        }
        out
    };
    let (first, second) = (times(&du, &right), times(&left, &dv));
    let naive = trim(times(&du, &dv));
    let half = trim(first.clone());
    let shown = polynomial(&result, "x");
    let statement = match rng.below(3) {
        0 => format!("Differentiate $f(x) = ({u})({v})$ and write the result as a polynomial."),
        1 => format!("Let $f(x) = ({u})({v})$. Find $f'(x)$ in expanded form."),
        _ => format!(
            "Find the derivative with respect to $x$ of the product of ${u}$ and ${v}$, expanded."
        ),
    };
    Problem::new(statement, format!("the derivative of ({u})({v})"), format!("the factors {u} and {v}"), Answer::Poly(result.clone(), "f'(x)"))
        .step("differentiate both factors", format!("The derivatives of the factors are {} and {}.", polynomial(&du, "x"), polynomial(&dv, "x")))
        .op(Mul(n as i64, a)).op(Mul(2, c))
        .step("apply the product rule", format!("f'(x) = ({})({v}) + ({u})({}).", polynomial(&du, "x"), polynomial(&dv, "x")))
        .step("expand both products", format!("The first product is {} and the second is {}.", polynomial(&first, "x"), polynomial(&second, "x")))
        .op(Mul(n as i64 * a, c)).op(Mul(n as i64 * a, d)).op(Mul(a, 2 * c)).op(Mul(b, 2 * c))
        .step("add them", format!("Together f'(x) = {shown}."))
        .check(format!("At x = 1 the factors are {} and {}, their derivatives {} and {}; the product rule gives {}, and the coefficients of the result add up to {}.", a + b, c + d, n as i64 * a, 2 * c, n as i64 * a * (c + d) + (a + b) * 2 * c, result.iter().sum::<i64>()))
        .other(format!("Expanding first, f(x) = {}, and differentiating term by term gives {shown} too.", polynomial(&product, "x")))
        .slip(1, format!("The derivative of the product is the product of the derivatives, {}.", polynomial(&naive, "x")), Answer::Poly(naive.clone(), "f'(x)"), "Derivatives of products do not work like that; the product rule has two terms.")
        .slip(2, format!("The first product alone gives {}.", polynomial(&half, "x")), Answer::Poly(half.clone(), "f'(x)"), "The second term of the product rule is missing.")
}

fn area_between(rng: &mut Rng) -> Problem {
    let k = rng.range(1, 6);
    let low = rng.range(-6, 4);
    let high = low + rng.range(1, 8);
    let (m, n) = (rng.nonzero(-6, 6), rng.range(-10, 10));
    // parabola = line + k (x - low)(x - high)
    let parabola = polynomial(&[n + k * low * high, m - k * (low + high), k], "x");
    let line = polynomial(&[n, m], "x");
    let width = high - low;
    let area = q(k * width.pow(3), 6);
    let statement = match rng.below(3) {
        0 => format!(
            "Find the area of the region enclosed by the parabola $y = {parabola}$ and the line $y = {line}$."
        ),
        1 => format!(
            "The graphs of $f(x) = {parabola}$ and $g(x) = {line}$ enclose a region. What is its area?"
        ),
        _ => format!(
            "A river follows $y = {parabola}$ and a straight road $y = {line}$. How large is the land between them, in square units?"
        ),
    };
    let difference = polynomial(&[-k * low * high, k * (low + high), -k], "x");
    let at =
        |x: i64| q(-k * x.pow(3), 3) + q(k * (low + high) * x * x, 2) + whole(-k * low * high * x);
    let without = q(width.pow(3), 6);
    let box_area = q(k * width.pow(3), 4);
    Problem::new(statement, "the enclosed area", format!("the parabola {parabola} and the line {line}"), Answer::Number(area))
        .step("find the points of intersection", format!("Setting both equal, {} = {k}(x - {})(x - {}) = 0, so they meet at x = {low} and x = {high}.", polynomial(&[k * low * high, -k * (low + high), k], "x"), bracket(low), bracket(high)))
        .op(Add(vec![low, high])).op(Mul(low, high))
        .step("see which one is above", format!("Between {low} and {high} the line is above, by {difference}."))
        .step("integrate the difference", format!("An antiderivative is ({})x^3 + ({})x^2 + ({})x. Its values at {high} and {low} are {} and {}.", q(-k, 3), q(k * (low + high), 2), -k * low * high, at(high), at(low)))
        .op(Pow(high, 3)).op(Pow(low, 3))
        .step("subtract", format!("The area is {} - ({}) = {area}.", at(high), at(low)))
        .op(Reduce(k * width.pow(3), 6))
        .check(format!("There is a known formula for such a region: {k} × {width}^3 / 6 = {} / 6 = {area}.", k * width.pow(3)))
        .check(format!("Archimedes: the area is 2/3 of width times greatest height. The height in the middle is {}, the width {width}, and 2/3 of their product {box_area} is {}.", q(k * width * width, 4), box_area * q(2, 3)))
        .other(format!("Shifting the region so that it starts at 0 does not change it: the integral of {k}x({width} - x) from 0 to {width} is {} - {} = {area}.", q(k * width.pow(3), 2), q(k * width.pow(3), 3)))
        .slip(3, format!("The area is {without}, from {width}^3 / 6."), Answer::Number(without), format!("That would be right for leading coefficient 1, and here it is {k}."))
        .slip(3, format!("The region is half of the box of {width} by {}, so {}.", q(k * width * width, 4), box_area * q(1, 2)), Answer::Number(box_area * q(1, 2)), "That is a triangle; the parabola bulges beyond it.")
        .slip(1, format!("The region reaches from {low} to {high}, and height times width is {box_area}."), Answer::Number(box_area), "That is the whole box around the region.")
}

fn solid_of_revolution(rng: &mut Rng) -> Problem {
    let (k, m, b) = (rng.range(1, 5), rng.range(0, 6), rng.range(1, 6));
    let volume = q(k * k * b.pow(3), 3) + whole(k * m * b * b) + whole(m * m * b);
    let f = polynomial(&[m, k], "x");
    let square = polynomial(&[m * m, 2 * k * m, k * k], "x");
    let answer = Answer::Pi(volume);
    let shown = answer.plain();
    let statement = match rng.below(3) {
        0 => format!(
            "The region under $y = {f}$ between $x = 0$ and $x = {b}$ is rotated about the $x$-axis. Find the volume of the solid."
        ),
        1 => format!(
            "Find the exact volume of the solid that the segment $y = {f}$, $0 \\le x \\le {b}$, sweeps out around the $x$-axis, filled inside."
        ),
        _ => format!(
            "A vase of height ${b}$ has the inner radius ${f}$ at height $x$. How much does it hold, in terms of $\\pi$?"
        ),
    };
    let (small, large) = (m, k * b + m);
    let unsquared = q(k * b * b, 2) + whole(m * b);
    let split = q(k * k * b.pow(3), 3) + whole(m * m * b);
    Problem::new(statement, "the volume of the solid", format!("radius {f} for x from 0 to {b}"), answer)
        .step("write the volume as an integral", format!("A slice at x is a disc with radius {f}, so the volume is π times the integral of ({f})^2 from 0 to {b}."))
        .step("expand the square", format!("({f})^2 = {square}."))
        .op(Mul(k, k)).op(Mul(2 * k, m))
        .step("integrate", format!("The antiderivative ({})x^3 + {}x^2 + {}x has at x = {b} the value {} + {} + {} = {volume}.", q(k * k, 3), k * m, m * m, q(k * k * b.pow(3), 3), k * m * b * b, m * m * b))
        .op(Pow(b, 3)).op(Mul(k * m, b * b)).op(Mul(m * m, b))
        .step("multiply by pi", format!("So the volume is {shown}."))
        .op(Reduce(volume.top, volume.bottom))
        .check(format!("The solid is a frustum with radii {small} and {large} and height {b}: π × {b}/3 × ({} + {} + {}) = {shown}.", small * small, small * large, large * large))
        .check(format!("It holds more than a cylinder of radius {small}, {}, and less than one of radius {large}, {}.", if small == 0 { "0".into() } else { Answer::Pi(whole(small * small * b)).plain() }, Answer::Pi(whole(large * large * b)).plain()))
        .other(format!("With Simpson's rule, exact here, the squared radii at both ends are {} and {}, in the middle {}; {b}/6 × ({} + 4 × {} + {}) = {volume}, times π.", small * small, large * large, q((small + large) * (small + large), 4), small * small, q((small + large) * (small + large), 4), large * large))
        .slip(0, format!("The integral of {f} from 0 to {b} is {unsquared}, so the volume is {}.", Answer::Pi(unsquared).plain()), Answer::Pi(unsquared), "The radius has to be squared before integrating.")
        .slip(1, format!("({f})^2 = {}, and its integral times π is {}.", polynomial(&[m * m, 0, k * k], "x"), Answer::Pi(split).plain()), Answer::Pi(split), "The square of a sum has a mixed term, which was left out.")
        .slip(3, format!("Cutting the cone shape down, the volume is {}.", Answer::Pi(volume * q(1, 3)).plain()), Answer::Pi(volume * q(1, 3)), "The third is in the integral already.")
}
