//! Divisibility, remainders and digits.

use super::{Make, name};
use crate::sample::answer::{int, word};
use crate::sample::arithmetic::Op::*;
use crate::sample::number::{factored, factors, floor_root, gcd, list};
use crate::sample::problem::Problem;
use crate::sample::rng::Rng;

pub(crate) const FAMILIES: &[(&str, Make)] = &[
    ("common_divisor", common_divisor),
    ("power_remainder", power_remainder),
    ("two_congruences", two_congruences),
    ("divisor_count", divisor_count),
    ("trailing_zeros", trailing_zeros),
    ("coin_payments", coin_payments),
    ("base_digits", base_digits),
    ("primality", primality),
];

fn common_divisor(rng: &mut Rng) -> Problem {
    let shared = rng.range(4, 90);
    let (p, r) = loop {
        let (p, r) = (rng.range(3, 50), rng.range(3, 50));
        if gcd(p, r) == 1 && p > r && p % r != 1 {
            break (p, r);
        }
    };
    let (a, b) = (shared * p, shared * r);
    let who = name(rng);
    let (statement, asks) = match rng.below(4) {
        0 => (
            format!("Find the greatest common divisor of ${a}$ and ${b}$."),
            format!("the greatest common divisor of {a} and {b}"),
        ),
        1 => (
            format!(
                "A floor measures ${a}$ cm by ${b}$ cm. It is to be covered with equal square tiles, none of them cut, as large as possible. What is the side of a tile in centimetres?"
            ),
            "the side of the largest square tile".into(),
        ),
        2 => (
            format!(
                "{who} has ${a}$ red and ${b}$ blue beads and makes necklaces that are all alike, using up every bead. What is the largest possible number of necklaces?"
            ),
            "the largest number of necklaces".into(),
        ),
        _ => (
            format!(
                "What is the largest integer $d$ such that both ${a}$ and ${b}$ are multiples of $d$?"
            ),
            format!("the largest integer dividing both {a} and {b}"),
        ),
    };
    let mut chain = Vec::new();
    let (mut x, mut y) = (a, b);
    while y != 0 {
        chain.push((x, y));
        (x, y) = (y, x % y);
    }
    let product = a * b / shared;
    let before = chain[chain.len() - 1].0;
    let mut problem = Problem::new(
        statement,
        asks,
        format!("the numbers {a} and {b}"),
        int(shared),
    );
    let titles = [
        "divide the larger number by the smaller",
        "divide again",
        "go on in the same way",
    ];
    for (place, &(x, y)) in chain.iter().enumerate() {
        let rest = if x % y == 0 {
            "with nothing left".into()
        } else {
            format!("with {} left", x % y)
        };
        problem = problem
            .step(
                titles[place.min(2)],
                format!(
                    "{x} = {} × {y} + {}, so {y} goes into {x} {} times, {rest}.",
                    x / y,
                    x % y,
                    x / y
                ),
            )
            .op(Div(x, y));
    }
    problem
        .step("read off the last divisor", format!("The division by {shared} comes out even, so {shared} is the greatest common divisor."))
        .op(Gcd(a, b))
        .check(format!("{a} = {shared} × {p} and {b} = {shared} × {r}, and {p} and {r} have no common factor."))
        .other(format!("Prime factors tell the same: {a} = {} and {b} = {}, so the common part is {shared}.", factored(a), factored(b)))
        .look(format!("Their difference is {}, and every common divisor has to divide that too.", a - b))
        .slip(1, format!("What both have in common is found from the product, {a} × {b} / {shared} = {product}."), int(product), "That is the least common multiple, not the greatest common divisor.")
        .slip(2, format!("The remainders shrink to {before}, so the answer is {before}."), int(before), format!("The division has to go on until nothing is left, and {before} does not divide both numbers."))
}

fn power_remainder(rng: &mut Rng) -> Problem {
    let (base, modulus) = loop {
        let (base, modulus) = (rng.range(2, 60), rng.range(7, 37));
        if gcd(base, modulus) == 1 && base % modulus > 1 {
            break (base, modulus);
        }
    };
    let exponent = rng.range(40, 2500);
    let start = base % modulus;
    let mut powers = vec![start];
    while *powers.last().expect("one power at least") != 1 {
        powers.push(powers.last().expect("one power at least") * start % modulus);
    }
    let order = powers.len() as i64;
    let value = |e: i64| {
        if e % order == 0 {
            1
        } else {
            powers[(e % order - 1) as usize]
        }
    };
    let result = value(exponent);
    let statement = match rng.below(3) {
        0 => format!("Find the remainder when ${base}^{{{exponent}}}$ is divided by ${modulus}$."),
        1 => format!("What is ${base}^{{{exponent}}} \\bmod {modulus}$?"),
        _ => format!(
            "A wheel with ${modulus}$ positions numbered from $0$ to ${}$ is at position $1$. Each pull of the lever multiplies its position by ${base}$, counted around the wheel. Where is it after ${exponent}$ pulls?",
            modulus - 1
        ),
    };
    let next = value(exponent + 1);
    Problem::new(statement, format!("the remainder of {base}^{exponent} modulo {modulus}"), format!("base {base}, exponent {exponent}, modulus {modulus}"), int(result))
        .step("reduce the base", format!("Modulo {modulus} the base {base} is {start}."))
        .op(Div(base, modulus))
        .step("list the powers until 1 comes up", format!("The powers of {start} modulo {modulus} are {}. So they repeat with period {order}.", list(&powers)))
        .op(Mul(start, start))
        .step("reduce the exponent", format!("{exponent} = {} × {order} + {}, so the power is the same as that with exponent {}.", exponent / order, exponent % order, exponent % order))
        .op(Div(exponent, order))
        .step("read off the remainder", if exponent % order == 0 { format!("With exponent 0, that is a full number of periods, the remainder is {result}.") } else { format!("The {} power in the list is {result}.", crate::sample::number::ordinal(exponent % order)) })
        .check({
            let half = value(exponent / 2);
            let odd = if exponent % 2 == 1 { format!(", times {start} for the odd exponent") } else { String::new() };
            format!("Squaring instead: with exponent {} the remainder is {half}, and {half} × {half}{odd} is {result} modulo {modulus}.", exponent / 2)
        })
        .check(format!("The period {order} divides {}, the number of residues without a common factor with {modulus}, as Euler's theorem demands.", (1..modulus).filter(|&n| gcd(n, modulus) == 1).count()))
        .other({
            let mut lines = Vec::new();
            let mut e = 1;
            let mut square = start;
            let mut bits = Vec::new();
            while e <= exponent {
                lines.push(format!("exponent {e}: {square}"));
                if exponent / e % 2 == 1 {
                    bits.push(e);
                }
                square = square * square % modulus;
                e *= 2;
            }
            format!("Repeated squaring modulo {modulus} gives {}. Since {exponent} = {}, multiplying those entries gives {result}.", lines.join("; "), bits.iter().rev().map(i64::to_string).collect::<Vec<_>>().join(" + "))
        })
        .slip(2, format!("{exponent} modulo {order} is {}, counted from 0, so the remainder is the next in the list, {next}.", exponent % order), int(next), "The list starts with the first power, so the place is the exponent itself and not one more.")
        .slip(1, format!("The remainder is the exponent times the base, {start} × {exponent}, reduced: {}.", start * exponent % modulus), int(start * exponent % modulus), "A power is repeated multiplication by the base, not a multiple of it.")
}

fn two_congruences(rng: &mut Rng) -> Problem {
    let (m, n) = loop {
        let (m, n) = (rng.range(4, 30), rng.range(5, 40));
        if m < n && gcd(m, n) == 1 {
            break (m, n);
        }
    };
    let (a, b) = (rng.range(1, m - 1), rng.range(1, n - 1));
    let product = m * n;
    let x = (1..=product)
        .find(|x| x % m == a && x % n == b)
        .expect("the moduli are coprime");
    let (thing, who) = (
        rng.pick(&["eggs", "marbles", "stamps", "nuts", "coins", "cards"]),
        name(rng),
    );
    let statement = match rng.below(3) {
        0 => format!(
            "Find the smallest positive integer that leaves remainder ${a}$ when divided by ${m}$ and remainder ${b}$ when divided by ${n}$."
        ),
        1 => format!(
            "{who} has fewer than ${product}$ {thing}. Counting them in groups of ${m}$, ${a}$ are left; in groups of ${n}$, ${b}$ are left. How many {thing} does {who} have?"
        ),
        _ => format!(
            "Let $x$ be the least positive integer with $x \\equiv {a} \\pmod{{{m}}}$ and $x \\equiv {b} \\pmod{{{n}}}$. Find $x$."
        ),
    };
    let steps = (x - b) / n;
    let tried: Vec<i64> = (0..=steps.min(9)).map(|k| b + k * n).collect();
    let rests: Vec<i64> = tried.iter().map(|t| t % m).collect();
    let inverse = (1..m).find(|i| i * n % m == 1).expect("coprime");
    let need = (a - b).rem_euclid(m);
    let wrong = x + product;
    Problem::new(statement, "the smallest such number", format!("remainder {a} modulo {m} and remainder {b} modulo {n}"), int(x))
        .look(format!("Numbers with remainder {b} modulo {n} are {}; modulo {m} they leave {}.", list(&tried), list(&rests)))
        .step("write the number by the larger modulus", format!("The number is {b} + {n}k for some k ≥ 0."))
        .step("translate the other condition", format!("Modulo {m} this has to be {a}, so {n}k has to be {a} - {b} = {}, which is {need} modulo {m}.", a - b))
        .op(Sub(a, b))
        .step("find k", format!("Modulo {m}, {n} is {} and its inverse is {inverse}, since {n} × {inverse} = {} = {} × {m} + 1. So k is {need} × {inverse} = {}, that is {steps} modulo {m}.", n % m, n * inverse, n * inverse / m, need * inverse))
        .op(Mul(n, inverse)).op(Div(need * inverse, m))
        .step("compute the number", format!("With k = {steps} the number is {b} + {n} × {steps} = {x}, and it is below {m} × {n} = {product}."))
        .op(Mul(n, steps)).op(Add(vec![b, n * steps]))
        .check(format!("{x} = {} × {m} + {a} and {x} = {} × {n} + {b}.", x / m, x / n))
        .other(format!("Starting from the other side, {a} + {m}j has to leave {b} modulo {n}; j = {} does it: {a} + {m} × {} = {x}.", (x - a) / m, (x - a) / m))
        .slip(3, format!("Adding the product once, the number is {x} + {product} = {wrong}."), int(wrong), "That satisfies both conditions too, but it is not the smallest.")
        .slip(0, format!("One can add the remainders to the product of the moduli: {m} × {n} + {a} + {b} = {}.", product + a + b), int(product + a + b), format!("Modulo {m} that leaves {} and not {a}.", (a + b) % m))
}

fn divisor_count(rng: &mut Rng) -> Problem {
    let n = loop {
        let mut n = 1;
        for (p, most) in [(2, 5), (3, 3), (5, 2), (7, 2), (11, 1), (13, 1)] {
            n *= i64::pow(p, rng.range(0, most) as u32);
        }
        if (100..200_000).contains(&n) && factors(n).len() >= 2 {
            break n;
        }
    };
    let primes = factors(n);
    let even_only = n % 2 == 0 && rng.chance(40);
    let counts: Vec<i64> = primes.iter().map(|&(_, e)| i64::from(e) + 1).collect();
    let all: i64 = counts.iter().product();
    let odd: i64 = primes
        .iter()
        .filter(|p| p.0 != 2)
        .map(|&(_, e)| i64::from(e) + 1)
        .product();
    let result = if even_only { all - odd } else { all };
    let kind = if even_only {
        "even positive divisors"
    } else {
        "positive divisors"
    };
    let statement = match rng.below(3) {
        0 => format!("How many {kind} does ${n}$ have?"),
        1 => format!("Determine the number of {kind} of ${n}$."),
        _ => format!(
            "{} writes down all {kind} of ${n}$, each once. How many numbers are written down?",
            name(rng)
        ),
    };
    let exponents: Vec<i64> = primes.iter().map(|&(_, e)| i64::from(e)).collect();
    let show = |numbers: &[i64]| {
        numbers
            .iter()
            .map(i64::to_string)
            .collect::<Vec<_>>()
            .join(" × ")
    };
    let smallest: Vec<i64> = (1..=n)
        .filter(|d| n % d == 0 && (!even_only || d % 2 == 0))
        .take(8)
        .collect();
    let problem = Problem::new(statement, format!("the number of {kind} of {n}"), format!("the number {n}"), int(result))
        .look(format!("The smallest of them are {}.", list(&smallest)))
        .step("factor the number", format!("{n} = {}.", factored(n)))
        .op(Factors(n))
        .step("count the choices for each prime", format!("A divisor takes each prime at most as often as {n} does, exponent 0 included: the numbers of choices are {}.", list(&counts)))
        .step("multiply the choices", format!("So there are {} = {all} positive divisors.", show(&counts)));
    let problem = if even_only {
        problem.step("leave out the odd divisors", format!("An odd divisor takes 2 with exponent 0, so {odd} of them are odd, and {all} - {odd} = {result} are even.")).op(Sub(all, odd))
    } else {
        let mut so_far = counts[0];
        let mut problem = problem;
        for &count in &counts[1..] {
            problem = problem.op(Mul(so_far, count));
            so_far *= count;
        }
        problem
    };
    let product: i64 = exponents.iter().product();
    problem
        .check(if even_only { format!("Even divisors of {n} are twice the divisors of {}, and {} has {result} divisors.", n / 2, n / 2) } else { format!("Divisors come in pairs d and {n}/d; {} is {}a square, so the count has to be {}, and {result} is.", n, if all % 2 == 0 { "not " } else { "" }, if all % 2 == 0 { "even" } else { "odd" }) })
        .other(format!("Take one prime after the other: the divisors made of {} alone are {} in number, and each further prime multiplies their number by one more than its exponent, up to {all}.", primes[0].0, counts[0]))
        .slip(1, format!("The exponents are {}, and their product is {product}.", list(&exponents)), int(product), "Exponent 0 is a choice as well, so every exponent has to be raised by one before multiplying.")
        .slip(2, format!("Leaving out {n} itself, there are {}.", all - 1), int(all - 1), if even_only { "The odd divisors should be left out, and the number itself belongs to its divisors." } else { "The number itself is one of its divisors and has to be counted." })
}

fn trailing_zeros(rng: &mut Rng) -> Problem {
    let n = rng.range(25, 4000);
    let mut floors = Vec::new();
    let mut power = 5;
    while power <= n {
        floors.push((power, n / power));
        power *= 5;
    }
    let result: i64 = floors.iter().map(|f| f.1).sum();
    let statement = match rng.below(3) {
        0 => format!("How many zeros are at the end of the decimal representation of ${n}!$?"),
        1 => format!("Find the largest integer $k$ such that $10^k$ divides ${n}!$."),
        _ => format!(
            "{} multiplies all integers from $1$ to ${n}$ together. With how many zeros does the product end?",
            name(rng)
        ),
    };
    let shown: Vec<String> = floors
        .iter()
        .map(|(p, f)| {
            format!(
                "{f} {} of {p}",
                if *f == 1 {
                    "is a multiple"
                } else {
                    "are multiples"
                }
            )
        })
        .collect();
    let counts: Vec<i64> = floors.iter().map(|f| f.1).collect();
    let twos: i64 = (1..14).map(|e| n / (1 << e)).sum();
    let problem = Problem::new(statement, format!("the number of zeros at the end of {n}!"), format!("the product of the integers from 1 to {n}"), int(result))
        .look(format!("10! = 3628800 ends in 2 zeros, and 25! in 6, since 25 brings two fives. So {n}! has to have more."))
        .step("see what makes a zero", format!("Each zero needs a factor 2 and a factor 5. There are {twos} factors 2 in {n}!, far more than factors 5, so only the fives count."));
    let mut problem = problem.step(
        "count the multiples of the powers of 5",
        format!("Among the numbers up to {n}, {}.", shown.join(", ")),
    );
    for &(power, _) in &floors {
        problem = problem.op(Div(n, power));
    }
    let unsquared = floors[0].1;
    let half = n / 10;
    problem
        .step("add them up", format!("A multiple of 25 brings a second five, a multiple of 125 a third, and so on, so the number of fives is {} = {result}.", counts.iter().map(i64::to_string).collect::<Vec<_>>().join(" + ")))
        .op(Add(counts.clone()))
        .check({
            let mut digits = Vec::new();
            let mut left = n;
            while left > 0 {
                digits.push(left % 5);
                left /= 5;
            }
            digits.reverse();
            let total: i64 = digits.iter().sum();
            format!("Legendre's other formula: {n} in base 5 has the digits {}, with sum {total}, and ({n} - {total})/4 = {result}.", list(&digits))
        })
        .other(format!("Dividing by 5 again and again and adding the quotients gives {} and then nothing more, in total {result}.", list(&counts)))
        .slip(1, format!("There are {unsquared} multiples of 5 up to {n}, so there are {unsquared} zeros."), int(unsquared), "Multiples of 25 contain two fives and bring an extra zero each.")
        .slip(0, format!("Every multiple of 10 brings one zero, so there are {half}."), int(half), "A 5 and an even number elsewhere make a zero too, not only the multiples of 10.")
}

fn coin_payments(rng: &mut Rng) -> Problem {
    let (a, b) = loop {
        let (a, b) = (rng.range(2, 13), rng.range(3, 17));
        if a < b && gcd(a, b) == 1 {
            break (a, b);
        }
    };
    let total = rng.range(4 * a * b, 9 * a * b);
    let found: Vec<(i64, i64)> = (1..)
        .take_while(|y| y * b < total)
        .filter(|y| (total - y * b) % a == 0)
        .map(|y| ((total - y * b) / a, y))
        .collect();
    let result = found.len() as i64;
    let (thing, who) = (rng.pick(&["coins", "stamps", "tokens"]), name(rng));
    let statement = match rng.below(3) {
        0 => {
            format!("How many pairs $(x, y)$ of positive integers satisfy ${a}x + {b}y = {total}$?")
        }
        1 => format!(
            "{who} pays exactly ${total}$ cents with {thing} of ${a}$ cents and of ${b}$ cents, using at least one of each. In how many ways is that possible?"
        ),
        _ => {
            format!("Find the number of solutions of ${a}x + {b}y = {total}$ in positive integers.")
        }
    };
    let (x0, y0) = found[0];
    let (x_last, y_last) = found[found.len() - 1];
    let inverse = (1..a).find(|i| b * i % a == 1 % a).unwrap_or(1);
    let with_zero = result + i64::from(total % a == 0) + i64::from(total % b == 0);
    Problem::new(statement, "the number of solutions in positive integers", format!("the equation {a}x + {b}y = {total}"), int(result))
        .look(format!("If y = 1, then {a}x = {}, which {} by {a}.", total - b, if (total - b) % a == 0 { "is divisible" } else { "is not divisible" }))
        .step("find the condition on y", format!("{total} - {b}y has to be divisible by {a}. Modulo {a}, {b} is {} and {total} is {}; with the inverse {inverse} of {b} this means y is {} modulo {a}.", b % a, total % a, y0 % a))
        .op(Div(total, a)).op(Div(b, a))
        .step("find the first solution", format!("The smallest positive y is {y0}, with x = ({total} - {b} × {y0})/{a} = {x0}."))
        .op(Mul(b, y0)).op(Sub(total, b * y0)).op(Div(total - b * y0, a))
        .step("find all others", format!("Raising y by {a} lowers x by {b}. The last solution with positive x is ({x_last}, {y_last}), so y runs over {}.", list(&found.iter().map(|s| s.1).collect::<Vec<_>>())))
        .op(Div(x0 - x_last, b))
        .step("count", format!("These are ({y_last} - {y0})/{a} + 1 = {result} solutions."))
        .check(format!("Listing the values of x as well, {}: again {result} of them.", list(&found.iter().map(|s| s.0).collect::<Vec<_>>())))
        .check(format!("{a} × {x_last} + {b} × {y_last} = {} + {} = {total}, and x could not be lowered by {b} once more.", a * x_last, b * y_last))
        .other(format!("Roughly, one in {a} of the {} possible y works, which is about {}; the exact count {result} is next to it.", (total - 1) / b, crate::sample::number::q((total - 1) / b, a).about()))
        .slip(3, format!("These are ({y_last} - {y0})/{a} = {} solutions.", result - 1), int(result - 1), "Counting both ends needs one more than the number of steps between them.")
        .slip(2, format!("Every y up to {} is possible, which makes {}.", (total - 1) / b, (total - 1) / b), int((total - 1) / b), format!("x has to be a whole number too, and that allows only every {} y.", crate::sample::number::ordinal(a)))
        .slip(3, format!("With the solutions in which one number is 0 there are {with_zero}."), int(with_zero), "Both numbers have to be positive, so 0 is not allowed.")
}

fn base_digits(rng: &mut Rng) -> Problem {
    let base = rng.range(3, 9);
    let count = rng.range(4, 6);
    let digits: Vec<i64> = (0..count)
        .map(|place| rng.range(i64::from(place == 0), base - 1))
        .collect();
    let value = digits.iter().fold(0, |value, digit| value * base + digit);
    let numeral: String = digits.iter().map(i64::to_string).collect();
    let statement = match rng.below(3) {
        0 => {
            format!("Write the number ${numeral}_{{{base}}}$, given in base ${base}$, in base ten.")
        }
        1 => format!(
            "On a planet where people count in base ${base}$, a book has ${numeral}$ pages. How many pages are that in our decimal system?"
        ),
        _ => format!(
            "The base-${base}$ numeral ${numeral}$ stands for which integer in decimal notation?"
        ),
    };
    let places: Vec<(i64, i64)> = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(e, &d)| (d, base.pow(e as u32)))
        .collect();
    let values: Vec<i64> = places.iter().map(|(d, p)| d * p).collect();
    let products: Vec<String> = places
        .iter()
        .map(|(d, p)| format!("{d} × {p} = {}", d * p))
        .collect();
    let mut horner = vec![digits[0].to_string()];
    let mut so_far = digits[0];
    for &digit in &digits[1..] {
        horner.push(format!(
            "{so_far} × {base} + {digit} = {}",
            so_far * base + digit
        ));
        so_far = so_far * base + digit;
    }
    let backwards = digits
        .iter()
        .rev()
        .fold(0, |value, digit| value * base + digit);
    let shifted = value * base;
    let problem = Problem::new(
        statement,
        format!("the decimal value of {numeral} in base {base}"),
        format!("the digits {} in base {base}", list(&digits)),
        int(value),
    )
    .step(
        "write down the place values",
        format!(
            "From the right the places are worth {}.",
            list(&places.iter().map(|p| p.1).collect::<Vec<_>>())
        ),
    )
    .op(Pow(base, count as u32 - 1));
    let mut problem = problem.step(
        "multiply each digit by its place value",
        format!("From the right: {}.", products.join(", ")),
    );
    for &(digit, place) in places
        .iter()
        .filter(|&&(digit, place)| digit > 1 && place > 1)
    {
        problem = problem.op(Mul(place, digit));
    }
    problem
        .step("add up", format!("Together that is {} = {value}.", values.iter().map(i64::to_string).collect::<Vec<_>>().join(" + ")))
        .op(Add(values.clone()))
        .check({
            let mut left = value;
            let mut lines = Vec::new();
            while left > 0 {
                lines.push(format!("{left} = {} × {base} + {}", left / base, left % base));
                left /= base;
            }
            format!("Going back by dividing: {}. The remainders, read backwards, are {numeral}.", lines.join(", "))
        })
        .other(format!("Horner's way from the left: start with {}.", horner.join(", then ")))
        .look(format!("A number with {count} digits in base {base} lies between {} and {}.", base.pow(count as u32 - 1), base.pow(count as u32) - 1))
        .slip(0, format!("Starting with the first digit as the ones gives {backwards}."), int(backwards), "The last digit is the one for the ones; the numeral was read backwards.")
        .slip(0, format!("The last place is worth {base}, the one before it {}, and so on, which gives {shifted}.", base * base), int(shifted), format!("The last place is worth 1 and not {base}, so every power was one too high."))
}

fn primality(rng: &mut Rng) -> Problem {
    let wanted = rng.chance(50);
    let n = loop {
        let n = 2 * rng.range(100, 2000) + 1;
        let primes = factors(n);
        let is_prime = primes == [(n, 1)];
        if is_prime == wanted && (is_prime || (primes[0].0 >= 7 && n % 5 != 0)) {
            break n;
        }
    };
    let bound = floor_root(n);
    let primes: Vec<i64> = (2..=bound).filter(|&p| factors(p) == [(p, 1)]).collect();
    let smallest = primes.iter().copied().find(|p| n % p == 0);
    let (yes, no) = (word("Yes"), word("No"));
    let statement = match rng.below(3) {
        0 => format!("Is ${n}$ a prime number? Answer Yes or No."),
        1 => format!(
            "{} claims that ${n}$ has no divisors other than $1$ and itself. Is the claim true? Answer Yes or No.",
            name(rng)
        ),
        _ => format!("Decide whether ${n}$ is prime (Yes or No)."),
    };
    let digit_sum: i64 = n.to_string().bytes().map(|b| i64::from(b - b'0')).sum();
    let tried: Vec<i64> = primes
        .iter()
        .copied()
        .take_while(|&p| smallest.is_none_or(|s| p <= s))
        .collect();
    let rests: Vec<String> = tried
        .iter()
        .map(|p| format!("{p} leaves {}", n % p))
        .collect();
    let problem = Problem::new(statement, format!("whether {n} is prime"), format!("the number {n}"), if wanted { yes.clone() } else { no.clone() })
        .step("bound the search", format!("{bound}^2 = {} and {}^2 = {}, so it is enough to try primes up to {bound}: {}.", bound * bound, bound + 1, (bound + 1) * (bound + 1), list(&primes)))
        .op(Pow(bound, 2)).op(Pow(bound + 1, 2))
        .step("rule out 2, 3 and 5", format!("{n} is odd, its digits add up to {digit_sum}, which is not divisible by 3, and it does not end in 0 or 5."));
    let mut problem = problem.step(
        "try the other primes",
        format!("Dividing {n} by each in turn: {}.", rests.join(", ")),
    );
    for &p in tried.iter().filter(|&&p| p > 5) {
        problem = problem.op(Div(n, p));
    }
    let blocks = n - n / 7 * 7;
    let look = format!(
        "{n} lies between {} and {}, and modulo 6 it is {}.",
        n / 100 * 100,
        n / 100 * 100 + 100,
        n % 6
    );
    match smallest {
        Some(p) => problem
            .step("conclude", format!("The division by {p} comes out even: {n} = {p} × {}. So {n} is not prime.", n / p))
            .op(Mul(p, n / p))
            .look(look)
            .check(format!("{} × {p} is {n} indeed, so the factorisation {} stands.", n / p, factored(n)))
            .other(format!("All factors together: {n} = {}.", factored(n)))
            .slip(2, format!("None of 2, 3 and 5 divides {n}, so it is prime: Yes."), yes, format!("Larger primes up to {bound} have to be tried as well, and {p} does divide it.")),
        None => problem
            .step("conclude", format!("No prime up to {bound} divides {n}, so {n} is prime."))
            .look(look)
            .check(format!("A composite number has a prime factor not above its root, and {bound} is the largest whole number below √{n} = {:.3}.", (n as f64).sqrt()))
            .other(format!("Every prime above 3 is 1 or 5 modulo 6, and {n} is {} modulo 6, which does not speak against it.", n % 6))
            .slip(2, format!("Modulo 7 the number is {blocks}, which looks like a divisor, so it is composite: No."), no, "A remainder that is not 0 means that the division does not come out even."),
    }
}
