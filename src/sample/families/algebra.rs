//! Series, equations, polynomials and rates.

use super::{Make, name};
use crate::sample::answer::{Answer, int, ratio, set};
use crate::sample::arithmetic::Op::*;
use crate::sample::number::{bracket, list, ordinal, polynomial, q, sum, whole};
use crate::sample::problem::Problem;
use crate::sample::rng::Rng;

pub(crate) const FAMILIES: &[(&str, Make)] = &[
    ("arithmetic_series", arithmetic_series),
    ("quadratic_roots", quadratic_roots),
    ("linear_system", linear_system),
    ("vieta_squares", vieta_squares),
    ("polynomial_product", polynomial_product),
    ("work_rates", work_rates),
    ("composed_functions", composed_functions),
    ("absolute_equation", absolute_equation),
];

fn arithmetic_series(rng: &mut Rng) -> Problem {
    let (first, step, count) = (rng.range(2, 60), rng.range(2, 19), rng.range(12, 60));
    let last = first + (count - 1) * step;
    let total = count * (first + last) / 2;
    let who = name(rng);
    let (statement, asks) = match rng.below(4) {
        0 => (
            format!(
                "An arithmetic sequence begins with ${first}$ and has common difference ${step}$. Find the sum of its first ${count}$ terms."
            ),
            format!("the sum of the first {count} terms"),
        ),
        1 => (
            format!(
                "A theatre has ${count}$ rows of seats. The front row has ${first}$ seats, and every row behind it has ${step}$ seats more than the row before. How many seats does the theatre have?"
            ),
            "the total number of seats".to_string(),
        ),
        2 => (
            format!(
                "{who} saves money every week: ${first}$ coins in the first week, and each week ${step}$ coins more than in the week before. How many coins has {who} saved after ${count}$ weeks?"
            ),
            format!("the number of coins after {count} weeks"),
        ),
        _ => (
            format!(
                "Let $a_1 = {first}$ and $a_{{n+1}} = a_n + {step}$ for every $n \\ge 1$. Compute $a_1 + a_2 + \\cdots + a_{{{count}}}$."
            ),
            format!("the sum of a_1 up to a_{count}"),
        ),
    };
    let known = format!("first term {first}, common difference {step}, and {count} terms");
    let opening: Vec<i64> = (0..5).map(|i| first + i * step).collect();
    let partial: Vec<i64> = (1..=5)
        .map(|n| n * (2 * first + (n - 1) * step) / 2)
        .collect();
    let beyond = first + count * step;
    let pair = first + last;
    let triangle = count * (count - 1) / 2;
    Problem::new(statement, asks, known, int(total))
        .look(format!("The sequence starts {}, and the sums so far are {}.", list(&opening), list(&partial)))
        .step("find the last term", format!("The last of the {count} terms is {first} + ({count} - 1) × {step} = {first} + {} = {last}.", last - first))
        .op(Mul(count - 1, step))
        .op(Add(vec![first, last - first]))
        .step("pair first and last terms", format!("The first and the last term add up to {first} + {last} = {pair}, and so do the second and the last but one, and so on."))
        .op(Add(vec![first, last]))
        .step("add up the pairs", format!("With {count} terms the sum is {count} × {pair} / 2 = {} / 2 = {total}.", count * pair))
        .op(Mul(count, pair))
        .op(Div(count * pair, 2))
        .check(format!("The mean of the terms is {pair}/2 = {}, and {count} times that is {total}.", q(pair, 2)))
        .check(format!("The formula n(2a + (n-1)d)/2 gives {count} × (2 × {first} + {} × {step}) / 2 = {count} × {pair} / 2 = {total}.", count - 1))
        .other(format!("Every term contains {first}, which gives {count} × {first} = {}; the rest is {step} × (1 + 2 + ... + {}) = {step} × {triangle} = {}; and {} + {} = {total}.", count * first, count - 1, step * triangle, count * first, step * triangle))
        .slip(0, format!("The last term is {first} + {count} × {step} = {beyond}, so the sum is {count} × ({first} + {beyond}) / 2 = {}.", q(count * (first + beyond), 2)), ratio(count * (first + beyond), 2), format!("From the first to the {} term there are only {} steps of {step}, because the first term takes none.", ordinal(count), count - 1))
        .slip(2, format!("Each pair adds up to {pair}, so the sum is {count} × {pair} = {}.", count * pair), int(count * pair), format!("Each pair uses up two terms, so there are only {count}/2 pairs and the product has to be halved."))
}

fn quadratic_roots(rng: &mut Rng) -> Problem {
    let lead = rng.range(1, 5);
    let (small, large) = {
        let a = rng.nonzero(-14, 13);
        (a, a + rng.range(1, 15))
    };
    let (s, p) = (small + large, small * large);
    let coefficients = [lead * p, -lead * s, lead];
    let equation = polynomial(&coefficients, "x");
    let statement = match rng.below(3) {
        0 => format!("Find all real solutions of the equation ${equation} = 0$."),
        1 => format!("Determine the set of real numbers $x$ for which ${equation} = 0$."),
        _ => {
            format!("For which values of $x$ does the parabola $y = {equation}$ meet the $x$-axis?")
        }
    };
    let monic = polynomial(&[p, -s, 1], "x");
    let discriminant = s * s - 4 * p;
    let gap = large - small;
    let value = |x: i64| {
        format!(
            "{} + {} + {} = 0",
            lead * x * x,
            bracket(-lead * s * x),
            bracket(lead * p)
        )
    };
    let problem = Problem::new(
        statement,
        format!("the solutions of {equation} = 0"),
        format!(
            "leading coefficient {lead}, linear coefficient {}, constant {}",
            -lead * s,
            lead * p
        ),
        set(vec![whole(small), whole(large)]),
    );
    let problem = if lead > 1 {
        problem.step("divide by the leading coefficient", format!("Every coefficient is divisible by {lead}, so the equation is the same as {monic} = 0."))
            .op(Div(-lead * s, lead)).op(Div(lead * p, lead))
    } else {
        problem.step(
            "write the equation down",
            format!("The equation is {monic} = 0, with leading coefficient 1 already."),
        )
    };
    problem
        .step("find two numbers with this sum and product", format!("Two numbers with sum {s} and product {p} are needed. The numbers {small} and {large} do it: {} = {s}, and {} × {} = {p}.", sum(&[small, large]), bracket(small), bracket(large)))
        .op(Add(vec![small, large]))
        .op(Mul(small, large))
        .step("read off the roots", format!("So {monic} = (x - {})(x - {}), which is 0 exactly for x = {small} and x = {large}.", bracket(small), bracket(large)))
        .check(format!("Putting x = {small} in: {}.", value(small)))
        .check(format!("Putting x = {large} in: {}.", value(large)))
        .other(format!("The discriminant of {monic} is {}^2 - 4 × {} = {discriminant} = {gap}^2, so x = ({s} ± {gap})/2, which is {small} or {large}.", bracket(s), bracket(p)))
        .other(format!("Completing the square: (x - {})^2 = {}, so x - {} = ±{}, which gives {small} and {large}.", q(s, 2).bracket(), q(discriminant, 4), q(s, 2).bracket(), q(gap, 2)))
        .look(format!("At x = 0 the left side is {}, and the axis of the parabola is at x = {}.", lead * p, q(s, 2)))
        .slip(2, format!("The factors are (x + {})(x + {}), so the solutions are {} and {}.", bracket(small), bracket(large), -small, -large), set(vec![whole(-small), whole(-large)]), format!("The signs are turned around: a root r belongs to the factor x - r, and the sum of the roots has to be {s}, not {}.", -s))
        .slip(1, format!("The discriminant is {discriminant}, so x = {s} ± {gap}, which gives {} and {}.", s - gap, s + gap), set(vec![whole(s - gap), whole(s + gap)]), "The quadratic formula divides by 2 at the end, and that was left out.")
}

fn linear_system(rng: &mut Rng) -> Problem {
    let (x, y) = (rng.nonzero(-12, 15), rng.nonzero(-12, 15));
    let (a, b, c, d) = loop {
        let (a, b, c, d) = (
            rng.range(1, 9),
            rng.nonzero(-9, 9),
            rng.range(1, 9),
            rng.nonzero(-9, 9),
        );
        if a * d != b * c {
            break (a, b, c, d);
        }
    };
    let (e, f) = (a * x + b * y, c * x + d * y);
    let row = |p: i64, r: i64| {
        let first = if p == 1 { "x".into() } else { format!("{p}x") };
        let sign = if r < 0 { "-" } else { "+" };
        let second = if r.abs() == 1 {
            "y".into()
        } else {
            format!("{}y", r.abs())
        };
        format!("{first} {sign} {second}")
    };
    let (one, two) = (row(a, b), row(c, d));
    let statement = match rng.below(3) {
        0 => format!(
            "Solve the system ${one} = {e}$, ${two} = {f}$. Give the ordered pair $(x, y)$."
        ),
        1 => format!(
            "The lines ${one} = {e}$ and ${two} = {f}$ meet in one point. Find its coordinates $(x, y)$."
        ),
        _ => format!(
            "Find the ordered pair $(x, y)$ of real numbers with\n$$\\begin{{aligned}} {one} &= {e}, \\\\ {two} &= {f}. \\end{{aligned}}$$"
        ),
    };
    let det = a * d - b * c;
    let (top_x, top_y) = (e * d - b * f, a * f - e * c);
    Problem::new(statement, "the ordered pair (x, y)", format!("the equations {one} = {e} and {two} = {f}"), Answer::Tuple(vec![whole(x), whole(y)]))
        .step("eliminate y", format!("Multiplying the first equation by {d} and the second by {b} and subtracting leaves ({} - {})x = {} - {}, which is {det}x = {top_x}.", a * d, bracket(b * c), e * d, bracket(b * f)))
        .op(Mul(e, d)).op(Mul(b, f)).op(Sub(e * d, b * f)).op(Sub(a * d, b * c))
        .step("solve for x", format!("So x = {top_x} / {} = {x}.", bracket(det)))
        .op(Div(top_x, det))
        .step("put x into the first equation", format!("Then {a} × {} + {} y = {e}, so {b}y = {} and y = {y}.", bracket(x), bracket(b), e - a * x))
        .op(Mul(a, x)).op(Sub(e, a * x)).op(Div(e - a * x, b))
        .check(format!("First equation: {} + {} = {e}.", a * x, bracket(b * y)))
        .check(format!("Second equation: {} × {} + {} × {} = {} + {} = {f}.", c, bracket(x), bracket(d), bracket(y), c * x, bracket(d * y)))
        .other(format!("Cramer's rule gives the same: the determinant is {a} × {} - {} × {c} = {det}, so x = {top_x}/{} and y = {top_y}/{}, that is x = {x} and y = {y}.", bracket(d), bracket(b), bracket(det), bracket(det)))
        .look(format!("The two lines have slopes {} and {}, which differ, so there is exactly one solution.", q(-a, b), q(-c, d)))
        .slip(2, format!("Putting x = {x} in, {b}y = {e} + {} = {}, so y = {}.", bracket(a * x), e + a * x, q(e + a * x, b)), Answer::Tuple(vec![whole(x), q(e + a * x, b)]), format!("The term {a}x has to be subtracted when it goes to the other side, not added."))
        .slip(2, format!("So the solution is ({y}, {x})."), Answer::Tuple(vec![whole(y), whole(x)]), "The order is mixed up: x comes first in the pair.")
}

fn vieta_squares(rng: &mut Rng) -> Problem {
    let (lead, b, c) = (rng.range(1, 6), rng.nonzero(-15, 15), rng.nonzero(-18, 18));
    let (s, p) = (q(-b, lead), q(c, lead));
    let equation = polynomial(&[c, b, lead], "x");
    let (quantity, latex, value, body, slip_value, slip_body, mend) = if rng.chance(50) {
        let squares = s * s - whole(2) * p;
        (
            "r^2 + s^2",
            "r^2 + s^2",
            squares,
            format!(
                "r^2 + s^2 = (r + s)^2 - 2rs = ({s})^2 - 2 × ({p}) = {} - ({}) = {squares}.",
                s * s,
                whole(2) * p
            ),
            s * s,
            format!("r^2 + s^2 is the square of the sum, ({s})^2 = {}.", s * s),
            "The square of the sum also contains 2rs, which has to be taken away.",
        )
    } else {
        let inverse = s / p;
        (
            "1/r + 1/s",
            "\\frac{1}{r} + \\frac{1}{s}",
            inverse,
            format!("1/r + 1/s = (r + s)/(rs) = ({s}) / ({p}) = {inverse}."),
            p / s,
            format!("1/r + 1/s = rs/(r + s) = ({p}) / ({s}) = {}.", p / s),
            "Over the common denominator rs the numerator is r + s, so the fraction is the other way up.",
        )
    };
    let statement = match rng.below(3) {
        0 => format!(
            "Let $r$ and $s$ be the roots, possibly complex, of ${equation} = 0$. Compute ${latex}$."
        ),
        1 => format!(
            "The equation ${equation} = 0$ has roots $r$ and $s$ in the complex numbers. What is the value of ${latex}$?"
        ),
        _ => format!(
            "If $r, s$ are the two complex zeros of the polynomial ${equation}$, evaluate ${latex}$ without solving the equation."
        ),
    };
    let discriminant = b * b - 4 * lead * c;
    Problem::new(statement, format!("the value of {quantity}"), format!("the roots r and s of {equation} = 0"), Answer::Number(value))
        .step("read off sum and product of the roots", format!("By Vieta, r + s = -({b})/{lead} = {s} and rs = {c}/{lead} = {p}."))
        .op(Reduce(-b, lead)).op(Reduce(c, lead))
        .step(format!("express {quantity} by sum and product"), body)
        .op(Reduce(value.top, value.bottom))
        .check(if discriminant > 0 {
            let root = (discriminant as f64).sqrt();
            let (r, t) = ((-b as f64 - root) / (2 * lead) as f64, (-b as f64 + root) / (2 * lead) as f64);
            format!("Numerically the roots are about {r:.4} and {t:.4}; their sum is about {:.4} and their product about {:.4}, as they should be, and {quantity} comes out near {}.", r + t, r * t, value.about())
        } else {
            format!("The discriminant is {discriminant}, so the roots are not two different real numbers, but Vieta's formulas hold all the same.")
        })
        .other(format!("The roots satisfy r^2 = ({s})r - ({p}) and the same for s; adding both, r^2 + s^2 = ({s})({s}) - 2({p}) = {}, which fits with the sum {s} and the product {p}.", s * s - whole(2) * p))
        .look(format!("The discriminant is {}^2 - 4 × {lead} × {} = {discriminant}, so solving for the roots would be {}.", bracket(b), bracket(c), if discriminant < 0 { "a detour through complex numbers" } else { "possible, but clumsy" }))
        .slip(1, slip_body, Answer::Number(slip_value), mend)
        .slip(0, format!("By Vieta, r + s = {b}/{lead} = {} and rs = {p}, so the value is {}.", q(b, lead), if quantity == "1/r + 1/s" { q(b, lead) / p } else { q(b, lead) * q(b, lead) + whole(2) * p }), Answer::Number(if quantity == "1/r + 1/s" { q(b, lead) / p } else { q(b, lead) * q(b, lead) + whole(2) * p }), "The sum of the roots is minus the linear coefficient over the leading one, and the sign has to be kept to the end.")
}

fn polynomial_product(rng: &mut Rng) -> Problem {
    let (a, b) = (rng.nonzero(-6, 7), rng.nonzero(-9, 9));
    let (c, d, e) = (rng.nonzero(-5, 6), rng.nonzero(-9, 9), rng.nonzero(-9, 9));
    let product = vec![b * e, a * e + b * d, a * d + b * c, a * c];
    let (one, two) = (polynomial(&[b, a], "x"), polynomial(&[e, d, c], "x"));
    let expanded = polynomial(&product, "x");
    let statement = match rng.below(3) {
        0 => format!(
            "Expand $({one})({two})$ and write the result as a polynomial in $x$ in descending powers."
        ),
        1 => format!(
            "The polynomial $p(x)$ is the product of ${one}$ and ${two}$. Write $p(x)$ in standard form."
        ),
        _ => format!("Multiply out and collect like terms: $({one})({two})$."),
    };
    let at_one = (a + b) * (c + d + e);
    let at_minus = (b - a) * (c - d + e);
    let wrong_sign = vec![b * e, a * e - b * d, a * d + b * c, a * c];
    let missing = vec![b * e, a * e, a * d, a * c];
    Problem::new(statement, format!("the expanded form of ({one})({two})"), format!("the factors {one} and {two}"), Answer::Poly(product.clone(), "p(x)"))
        .step(format!("multiply everything by {}", polynomial(&[0, a], "x")), format!("{} times ({two}) is {}.", polynomial(&[0, a], "x"), polynomial(&[0, a * e, a * d, a * c], "x")))
        .op(Mul(a, c)).op(Mul(a, d)).op(Mul(a, e))
        .step(format!("multiply everything by {b}"), format!("{b} times ({two}) is {}.", polynomial(&[b * e, b * d, b * c], "x")))
        .op(Mul(b, c)).op(Mul(b, d)).op(Mul(b, e))
        .step("collect like terms", format!("For x^2 there is {} = {}, and for x there is {} = {}. Altogether: {expanded}.", sum(&[a * d, b * c]), a * d + b * c, sum(&[a * e, b * d]), a * e + b * d))
        .op(Add(vec![a * d, b * c])).op(Add(vec![a * e, b * d]))
        .check(format!("At x = 1 the factors are {} and {}, with product {at_one}; the coefficients of the result add up to {} = {at_one}.", a + b, c + d + e, sum(&product)))
        .check(format!("At x = -1 the factors are {} and {}, with product {at_minus}; the result gives {} = {at_minus}.", b - a, c - d + e, sum(&[product[0], -product[1], product[2], -product[3]])))
        .check(format!("At x = 0 only the constants are left: {} × {} = {}.", bracket(b), bracket(e), b * e))
        .other(format!("One can go by powers instead: x^3 comes only from {a} × {}, the constant only from {} × {}, x^2 from two products with sum {}, x from two with sum {}. That is {expanded} again.", bracket(c), bracket(b), bracket(e), product[2], product[1]))
        .slip(2, format!("For x^2 there is {}, and for x there is {} - {} = {}. Altogether: {}.", product[2], a * e, bracket(b * d), a * e - b * d, polynomial(&wrong_sign, "x")), Answer::Poly(wrong_sign.clone(), "p(x)"), format!("The two terms in x, {} and {}, have to be added, not subtracted.", a * e, b * d))
        .slip(1, format!("The constant is {} × {} = {}, so the product is {}.", bracket(b), bracket(e), b * e, polynomial(&missing, "x")), Answer::Poly(missing.clone(), "p(x)"), format!("{b} multiplies all three terms of {two}, not only the last one."))
}

fn work_rates(rng: &mut Rng) -> Problem {
    let (a, b) = {
        let a = rng.range(2, 24);
        (a, a + rng.range(1, 18))
    };
    let together = q(a * b, a + b);
    let (one, two) = (name(rng), name(rng));
    let (subject, task) = rng.one_of(&[
        ("pump", "fill the pool"),
        ("printer", "print the booklets"),
        ("tractor", "plough the field"),
        ("oven", "bake the order"),
    ]);
    let statement = match rng.below(3) {
        0 => format!(
            "One {subject} can {task} in ${a}$ hours, another {subject} needs ${b}$ hours. How many hours do they need together?"
        ),
        1 if one != two => format!(
            "{one} paints a fence alone in ${a}$ hours, {two} alone in ${b}$ hours. They start together and work at their usual speeds. After how many hours is the fence painted?"
        ),
        _ => format!(
            "Working alone, a new {subject} takes ${a}$ hours to {task}; the old {subject} takes ${b}$ hours. Both are used at once. Find the time in hours until the work is done."
        ),
    };
    let rate = q(a + b, a * b);
    Problem::new(statement, "the time in hours that both need together", format!("{a} hours for the first alone, {b} hours for the second alone"), Answer::Number(together))
        .unit("\\text{ hours}")
        .step("write down the rates", format!("In one hour the first does 1/{a} of the work and the second does 1/{b} of it."))
        .step("add the rates", format!("Together they do 1/{a} + 1/{b} = {b}/{} + {a}/{} = {}/{} = {rate} of the work in an hour.", a * b, a * b, a + b, a * b))
        .op(Mul(a, b)).op(Add(vec![a, b])).op(Reduce(a + b, a * b))
        .step("turn the rate into a time", format!("The whole work takes 1 / ({rate}) = {together} hours, about {}.", together.about()))
        .op(Reduce(a * b, a + b))
        .check(format!("In {together} hours the first does {} of the work and the second {}, together exactly 1.", together / whole(a), together / whole(b)))
        .check(format!("The time has to be less than {a}, the faster one alone, and more than {}, half of that. About {} fits.", q(a, 2), together.about()))
        .other(format!("Take {} hours instead: the first would do the work {b} times and the second {a} times, {} times in all, so once takes {}/{} = {together} hours.", a * b, a + b, a * b, a + b))
        .look(format!("If both were as fast as the first, they would need {} hours; if both were as slow as the second, {} hours.", q(a, 2), q(b, 2)))
        .slip(0, format!("The time together is the mean of both times, ({a} + {b})/2 = {}.", q(a + b, 2)), ratio(a + b, 2), "Two cannot be slower than one of them alone; rates can be added, times cannot be averaged.")
        .slip(2, format!("The rate together is {rate}, so the time is {rate} hours."), Answer::Number(rate), "That is the share of the work done in an hour, and the time is its reciprocal.")
}

fn composed_functions(rng: &mut Rng) -> Problem {
    let (a, b) = (rng.nonzero(-7, 9), rng.nonzero(-12, 12));
    let (c, d, e) = (rng.nonzero(-4, 4), rng.nonzero(-8, 8), rng.range(-12, 12));
    let x = rng.nonzero(-6, 7);
    let inner = a * x + b;
    let value = c * inner * inner + d * inner + e;
    let (f, g) = (polynomial(&[e, d, c], "x"), polynomial(&[b, a], "x"));
    let statement = match rng.below(3) {
        0 => format!("Let $f(x) = {f}$ and $g(x) = {g}$. Find $f(g({x}))$."),
        1 => format!(
            "For the functions $f(x) = {f}$ and $g(x) = {g}$, evaluate $(f \\circ g)({x})$."
        ),
        _ => format!(
            "A machine first replaces $x$ by ${g}$ and then replaces what it got, again called $x$, by ${f}$. What comes out if ${x}$ is put in?"
        ),
    };
    let f_first = c * x * x + d * x + e;
    let swapped = a * f_first + b;
    let product = f_first * inner;
    let expanded = [c * b * b + d * b + e, 2 * c * a * b + d * a, c * a * a];
    Problem::new(
        statement,
        format!("the value of f(g({x}))"),
        format!("f(x) = {f}, g(x) = {g}, and x = {x}"),
        int(value),
    )
    .step(
        "evaluate the inner function",
        format!(
            "g({x}) = {a} × {} + {} = {} + {} = {inner}.",
            bracket(x),
            bracket(b),
            a * x,
            bracket(b)
        ),
    )
    .op(Mul(a, x))
    .op(Add(vec![a * x, b]))
    .step(
        "square the inner value",
        format!("({inner})^2 = {}.", inner * inner),
    )
    .op(Mul(inner, inner))
    .step(
        "evaluate the outer function",
        format!(
            "f({inner}) = {c} × {} + {} × {} + {} = {} + {} + {} = {value}.",
            inner * inner,
            bracket(d),
            bracket(inner),
            bracket(e),
            c * inner * inner,
            bracket(d * inner),
            bracket(e)
        ),
    )
    .op(Mul(c, inner * inner))
    .op(Mul(d, inner))
    .op(Add(vec![c * inner * inner, d * inner, e]))
    .check(format!(
        "Written as {inner} × ({c} × {} + {}) + {}, the outer value is {} × {} + {} = {value}.",
        bracket(inner),
        bracket(d),
        bracket(e),
        bracket(inner),
        bracket(c * inner + d),
        bracket(e)
    ))
    .other(format!(
        "One can compose first: f(g(x)) = {}. At x = {x} this is {} = {value}.",
        polynomial(&expanded, "x"),
        sum(&[expanded[2] * x * x, expanded[1] * x, expanded[0]])
    ))
    .look(format!(
        "Just to get a feeling: g(0) = {b}, g(1) = {}, f(0) = {e}, f(1) = {}.",
        a + b,
        c + d + e
    ))
    .slip(
        0,
        format!("First f({x}) = {f_first}, and then g({f_first}) = {swapped}."),
        int(swapped),
        "That is g(f(x)): in f(g(x)) the inner function g comes first.",
    )
    .slip(
        1,
        format!(
            "f({x}) = {f_first}, and the product of both is {f_first} × {} = {product}.",
            bracket(inner)
        ),
        int(product),
        "The small circle means composing, not multiplying.",
    )
}

fn absolute_equation(rng: &mut Rng) -> Problem {
    let (a, b, c) = (rng.range(1, 9), rng.nonzero(-20, 20), rng.range(1, 25));
    let (low, high) = (q(-c - b, a), q(c - b, a));
    let inside = polynomial(&[b, a], "x");
    let statement = match rng.below(3) {
        0 => format!("Find all real numbers $x$ with $|{inside}| = {c}$."),
        1 => format!(
            "Solve the equation $|{inside}| = {c}$ over the real numbers and give the set of solutions."
        ),
        _ => format!(
            "Which points $x$ of the number line satisfy $|{inside}| = {c}$? List all of them."
        ),
    };
    Problem::new(statement, format!("all solutions of |{inside}| = {c}"), format!("the equation |{inside}| = {c}"), set(vec![low, high]))
        .step("take the case where the inside is positive", format!("If {inside} = {c}, then {} = {c} - {} = {}, so x = {high}.", polynomial(&[0, a], "x"), bracket(b), c - b))
        .op(Sub(c, b)).op(Reduce(c - b, a))
        .step("take the case where the inside is negative", format!("If {inside} = -{c}, then {} = -{c} - {} = {}, so x = {low}.", polynomial(&[0, a], "x"), bracket(b), -c - b))
        .op(Sub(-c, b)).op(Reduce(-c - b, a))
        .step("put both cases together", format!("There are two solutions, x = {low} and x = {high}."))
        .check(format!("At x = {high} the inside is {}, whose absolute value is {c}.", q(a, 1) * high + whole(b)))
        .check(format!("At x = {low} the inside is {}, whose absolute value is {c} as well.", q(a, 1) * low + whole(b)))
        .other(format!("The inside is 0 at x = {}, and both solutions lie {} away from there, since the slope is {a}. That gives {low} and {high}.", q(-b, a), q(c, a)))
        .other(format!("Squaring gives ({inside})^2 = {}, whose two roots have the sum {} and these are {low} and {high}.", c * c, low + high))
        .look(format!("Since {c} is positive, two solutions are to be expected, symmetric about x = {}.", q(-b, a)))
        .slip(1, format!("The other solution is the negative of the first, x = {}.", whole(0) - high), set(vec![high, whole(0) - high]), format!("The solutions are symmetric about x = {}, where the inside is 0, not about x = 0.", q(-b, a)))
        .slip(0, format!("Taking {b} to the other side, x = ({c} + {})/{a} = {} or x = (-{c} + {})/{a} = {}.", bracket(b), q(c + b, a), bracket(b), q(b - c, a)), set(vec![q(c + b, a), q(b - c, a)]), format!("{b} changes its sign when it goes to the other side."))
}
