//! Puzzles, solved by going through the cases.

use super::{Make, name, names};
use crate::sample::answer::{int, word};
use crate::sample::arithmetic::Op::*;
use crate::sample::number::{bracket, floor_root, list, ordinal};
use crate::sample::problem::Problem;
use crate::sample::rng::Rng;

pub(crate) const FAMILIES: &[(&str, Make)] = &[
    ("one_liar", one_liar),
    ("race_order", race_order),
    ("day_of_week", day_of_week),
    ("heavy_coin", heavy_coin),
    ("cut_board", cut_board),
    ("next_term", next_term),
    ("taking_stones", taking_stones),
    ("locker_doors", locker_doors),
];

/// What one of the people says; `Some(liar)` decides whether it is true.
#[derive(Clone, Copy)]
enum Claim {
    Lies(usize),
    Honest(usize),
    OneOf(usize, usize),
    NeitherOf(usize, usize),
}

impl Claim {
    fn holds(self, liar: usize) -> bool {
        match self {
            Claim::Lies(a) => liar == a,
            Claim::Honest(a) => liar != a,
            Claim::OneOf(a, b) => liar == a || liar == b,
            Claim::NeitherOf(a, b) => liar != a && liar != b,
        }
    }

    fn text(self, people: &[&str]) -> String {
        match self {
            Claim::Lies(a) => format!("{} is the liar", people[a]),
            Claim::Honest(a) => format!("{} tells the truth", people[a]),
            Claim::OneOf(a, b) => format!("the liar is {} or {}", people[a], people[b]),
            Claim::NeitherOf(a, b) => {
                format!("neither {} nor {} is the liar", people[a], people[b])
            }
        }
    }
}

fn one_liar(rng: &mut Rng) -> Problem {
    let count = rng.range(3, 5) as usize;
    let people = names(count, rng);
    // Each of the claims is about somebody else; drawn until just one person can be the liar.
    let (claims, liar) = loop {
        let claims: Vec<Claim> = (0..count)
            .map(|speaker| {
                let others: Vec<usize> = (0..count).filter(|&other| other != speaker).collect();
                let (a, b) = (rng.one_of(&others), rng.one_of(&others));
                match (rng.below(4), a == b) {
                    (0, _) => Claim::Lies(a),
                    (1, _) | (_, true) => Claim::Honest(a),
                    (2, _) => Claim::OneOf(a, b),
                    _ => Claim::NeitherOf(a, b),
                }
            })
            .collect();
        let possible: Vec<usize> = (0..count)
            .filter(|&liar| {
                (0..count).all(|speaker| claims[speaker].holds(liar) == (speaker != liar))
            })
            .collect();
        if let [liar] = possible[..] {
            break (claims, liar);
        }
    };
    let crowd = format!(
        "{} and {}",
        people[..count - 1].join(", "),
        people[count - 1]
    );
    let said: Vec<String> = claims
        .iter()
        .zip(&people)
        .map(|(claim, who)| format!("{who} says: \"{}.\"", claim.text(&people)))
        .collect();
    let said = said.join(" ");
    let (thing, place) = rng.one_of(&[
        ("ate the last biscuit", "in the kitchen"),
        ("broke the vase", "in the hall"),
        ("hid the key", "in the office"),
        ("opened the letter", "at home"),
    ]);
    let statement = match rng.below(3) {
        0 => format!(
            "Of {crowd} exactly one lies and all the others tell the truth. {said} Who is the liar?"
        ),
        1 => format!(
            "{crowd} are questioned. It is known that exactly one of them is a liar, whose statement is false, while the others say what is true. {said} Find the name of the liar."
        ),
        _ => format!(
            "Only one of {crowd} {thing} {place}, and that person is the only one who lies about it. With \"the liar\" they all mean that person. {said} Who was it?"
        ),
    };
    let mut problem = Problem::new(
        statement,
        "who the liar is",
        format!("{count} people, exactly one of them a liar, and their statements"),
        word(people[liar]),
    );
    for suspect in (0..count).filter(|&suspect| suspect != liar) {
        let trouble = (0..count)
            .find(|&speaker| claims[speaker].holds(suspect) != (speaker != suspect))
            .expect("only the liar fits");
        let why = if trouble == suspect {
            format!(
                "Then {} would be lying, but the statement \"{}\" would be true.",
                people[suspect],
                claims[trouble].text(&people)
            )
        } else {
            format!(
                "Then {} would be honest, but the statement \"{}\" would be false.",
                people[trouble],
                claims[trouble].text(&people)
            )
        };
        problem = problem.step(
            format!("suppose that {} is the liar", people[suspect]),
            format!(
                "Suppose the liar is {}. {why} That is a contradiction.",
                people[suspect]
            ),
        );
    }
    let truths: Vec<String> = (0..count)
        .map(|speaker| {
            format!(
                "what {} says is {}",
                people[speaker],
                if claims[speaker].holds(liar) {
                    "true"
                } else {
                    "false"
                }
            )
        })
        .collect();
    let blamed = claims.iter().find_map(|claim| match claim {
        Claim::Lies(a) if *a != liar => Some(*a),
        _ => None,
    });
    let suspect = blamed.unwrap_or((liar + 1) % count);
    let next = (liar + count - 1) % count;
    problem
        .step(format!("suppose that {} is the liar", people[liar]), format!("Suppose the liar is {}. Then {}. Just one statement is false, and it is the right one.", people[liar], truths.join(", ")))
        .check(format!("If {} lies, the opposite of \"{}\" is true, and that agrees with all the other statements.", people[liar], claims[liar].text(&people)))
        .other(format!("One can count false statements instead: the numbers of false statements, taking each person in turn as the liar, are {}, and the liar's own statement has to be the only false one, which happens for {} alone.", list(&(0..count).map(|suspect| claims.iter().filter(|claim| !claim.holds(suspect)).count() as i64).collect::<Vec<_>>()), people[liar]))
        .look(format!("There are only {count} cases to look at, one for each person, so trying them all is possible."))
        .slip(0, format!("The statements point to {}, so {} must be the liar.", people[suspect], people[suspect]), word(people[suspect]), "Somebody being talked about is not a proof; each case has to be compared with all the statements.")
        .slip(1, format!("That leaves {}, whose statement sounds the least certain. So it is {}.", people[next], people[next]), word(people[next]), "That case was not checked against every statement, and it does not hold.")
}

fn race_order(rng: &mut Rng) -> Problem {
    let count = rng.range(4, 5) as usize;
    let people = names(count, rng);
    let orders = permutations(count);
    let secret = rng.one_of(&orders);
    let place = |order: &[usize], who: usize| {
        order
            .iter()
            .position(|&p| p == who)
            .expect("everybody runs")
    };
    // Clues are drawn until one order is left; one that rules out nothing is not used.
    let mut left = orders.clone();
    let mut clues = Vec::new();
    let mut counts = Vec::new();
    while left.len() > 1 {
        let (a, b) = (rng.below(count), rng.below(count));
        if a == b {
            continue;
        }
        let (pa, pb) = (place(&secret, a), place(&secret, b));
        let kind = rng.below(4);
        let gap = pb.abs_diff(pa);
        let text = match kind {
            0 if pa < pb => format!("{} finished before {}", people[a], people[b]),
            1 if pa + 1 == pb => format!("{} came in directly behind {}", people[b], people[a]),
            2 if gap > 1 => format!(
                "between {} and {} exactly {} other{} finished",
                people[a],
                people[b],
                gap - 1,
                if gap > 2 { "s" } else { "" }
            ),
            3 if pa > 0 => format!("{} did not come in first", people[a]),
            _ => continue,
        };
        let fits = |order: &Vec<usize>| {
            let (qa, qb) = (place(order, a), place(order, b));
            match kind {
                0 => qa < qb,
                1 => qa + 1 == qb,
                2 => qa.abs_diff(qb) == gap,
                _ => qa > 0,
            }
        };
        let before = left.len();
        left.retain(fits);
        if left.len() < before {
            clues.push(text);
            counts.push(left.len());
        }
    }
    let asked = rng.below(count);
    let winner = people[secret[asked]];
    let crowd = format!(
        "{} and {}",
        people[..count - 1].join(", "),
        people[count - 1]
    );
    let sport = rng.pick(&[
        "ran a race",
        "took part in a swimming race",
        "raced on bicycles",
        "skated against each other",
        "rowed against the clock",
    ]);
    let facts: Vec<String> = clues.iter().map(|clue| capital(clue) + ".").collect();
    let statement = match rng.below(2) {
        0 => format!(
            "{crowd} {sport}, and no two finished at the same time. {} Who came in {}?",
            facts.join(" "),
            ordinal(asked as i64 + 1)
        ),
        _ => format!(
            "{crowd} {sport} without a tie. The following is known. {} Give the name of the one in place {}.",
            facts.join(" "),
            asked + 1
        ),
    };
    let mut problem = Problem::new(
        statement,
        format!("who came in {}", ordinal(asked as i64 + 1)),
        format!("{count} people and {} clues", clues.len()),
        word(winner),
    )
    .look(format!(
        "Without any clue there are {} possible orders.",
        orders.len()
    ));
    let mut remaining = orders.clone();
    for (number, clue) in clues.iter().enumerate() {
        remaining = still_possible(&remaining, &secret, counts[number], clue, &people);
        let shown = if remaining.len() <= 6 {
            let rows: Vec<String> = remaining
                .iter()
                .map(|order| {
                    order
                        .iter()
                        .map(|&p| people[p])
                        .collect::<Vec<_>>()
                        .join(" - ")
                })
                .collect();
            format!(" They are: {}.", rows.join("; "))
        } else {
            String::new()
        };
        let noun = if counts[number] == 1 {
            "order is"
        } else {
            "orders are"
        };
        problem = problem.step(
            format!("use the {} clue", ordinal(number as i64 + 1)),
            format!(
                "{}. After that {} {noun} still possible.{}",
                capital(clue),
                counts[number],
                shown.replace(
                    "They are",
                    if counts[number] == 1 {
                        "It is"
                    } else {
                        "They are"
                    }
                )
            ),
        );
    }
    let order: Vec<&str> = secret.iter().map(|&p| people[p]).collect();
    let reversed = people[secret[count - 1 - asked]];
    let beside = people[secret[(asked + 1) % count]];
    let last_clue = clues.len();
    problem
        .step("read off the place", format!("The order is {}, so {winner} came in {}.", order.join(", "), ordinal(asked as i64 + 1)))
        .check(format!("Going through the clues with the order {}: {}. All of them hold.", order.join(", "), clues.join("; ")))
        .other(format!("Placing people one at a time also works: {} has to be first, then {} second, and the clues leave no choice for the rest: {}.", order[0], order[1], order[2..].join(", ")))
        .slip(last_clue, format!("The order from the last to the first is {}, so the place belongs to {reversed}.", order.join(", ")), word(reversed), "The order was read from the wrong end: the first name is the winner.")
        .slip(last_clue, format!("Counting along the order {}, starting from 0, {beside} is in place {}.", order.join(", "), asked + 1), word(beside), "Places are counted from 1 and not from 0.")
}

/// The orders of `before` that agree with a clue, which is told again from its text.
fn still_possible(
    before: &[Vec<usize>],
    secret: &[usize],
    count: usize,
    clue: &str,
    people: &[&str],
) -> Vec<Vec<usize>> {
    let mentioned: Vec<usize> = {
        let mut found: Vec<(usize, usize)> = (0..people.len())
            .filter_map(|p| clue.find(people[p]).map(|at| (at, p)))
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, p)| p).collect()
    };
    let place = |order: &[usize], who: usize| {
        order
            .iter()
            .position(|&p| p == who)
            .expect("everybody runs")
    };
    let kept: Vec<Vec<usize>> = before
        .iter()
        .filter(|order| {
            let at = |who: usize| place(order, mentioned[who]);
            if clue.contains("did not") {
                at(0) > 0
            } else if clue.contains("directly behind") {
                at(1) + 1 == at(0)
            } else if clue.contains("before") {
                at(0) < at(1)
            } else {
                at(0).abs_diff(at(1))
                    == place(secret, mentioned[0]).abs_diff(place(secret, mentioned[1]))
            }
        })
        .cloned()
        .collect();
    assert_eq!(kept.len(), count, "a clue says what it was drawn for");
    kept
}

fn permutations(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let shorter = permutations(count - 1);
    (0..count)
        .flat_map(|at| {
            shorter.iter().map(move |order| {
                let mut order = order.clone();
                order.insert(at, count - 1);
                order
            })
        })
        .collect()
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}

const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

fn day_of_week(rng: &mut Rng) -> Problem {
    let start = rng.below(7);
    let days = rng.range(20, 4000);
    let back = rng.chance(35);
    let rest = days % 7;
    let shift = |n: i64| DAYS[(start as i64 + n).rem_euclid(7) as usize];
    let result = if back { shift(-days) } else { shift(days) };
    let today = DAYS[start];
    let (when, direction) = if back {
        ("ago", "back")
    } else {
        ("from now", "forward")
    };
    let statement = match rng.below(3) {
        0 => format!(
            "Today is {today}. Which day of the week {} ${days}$ days {when}?",
            if back { "was it" } else { "will it be" }
        ),
        1 if back => format!(
            "{} was born ${days}$ days before a {today}. On which day of the week was that?",
            name(rng)
        ),
        1 => format!(
            "{} starts a journey of ${days}$ days on a {today}, so that the end is ${days}$ days later. On which day of the week does it end?",
            name(rng)
        ),
        _ => format!("If it is {today} today, what is the day of the week ${days}$ days {when}?"),
    };
    let walked: Vec<&str> = (0..=rest)
        .map(|n| if back { shift(-n) } else { shift(n) })
        .collect();
    let other_way = if back { shift(days) } else { shift(-days) };
    let inclusive = if back {
        shift(1 - days)
    } else {
        shift(days - 1)
    };
    let up = 7 - rest;
    Problem::new(statement, "the day of the week", format!("{today} and {days} days {direction}"), word(result))
        .step("take out the full weeks", format!("{days} = {} × 7 + {rest}, and full weeks do not change the day of the week.", days / 7))
        .op(Div(days, 7))
        .step("count the remaining days", if rest == 0 { format!("Nothing is left over, so the day stays {result}.") } else { format!("Going {rest} days {direction} from {today}: {}. So it is {result}.", walked.join(", ")) })
        .check(format!("Rounding up to {} full weeks goes {up} days too far; taking those {up} days off again leads to {result} as well.", days / 7 + 1))
        .other(format!("With Monday as 0, {today} is {start}, and {start} {} {days} leaves {} modulo 7, which is {result}.", if back { "-" } else { "+" }, (if back { start as i64 - days } else { start as i64 + days }).rem_euclid(7)))
        .look(format!("7 days {direction} it is {today} again, and so it is after 70 or 700 days."))
        .slip(1, format!("Counting {today} as the first of the days, one arrives at {inclusive}."), word(inclusive), format!("{today} itself is day 0, and the first of the {days} days leads to the next one."))
        .slip(1, format!("Going {rest} days the other way from {today} gives {other_way}."), word(other_way), format!("The direction is wrong, it goes {direction}."))
}

fn heavy_coin(rng: &mut Rng) -> Problem {
    let count = rng.range(5, 3000);
    let heavier = rng.pick(&["heavier", "lighter"]);
    let things = rng.pick(&["coins", "rings", "balls", "gold bars", "medals"]);
    let mut weighings = 0;
    let mut most = 1;
    let mut powers = vec![1];
    while most < count {
        most *= 3;
        weighings += 1;
        powers.push(most);
    }
    let halving = (1..)
        .find(|&w| (1i64 << w) >= count)
        .expect("some power of 2 is large enough");
    let statement = match rng.below(3) {
        0 => format!(
            "Among ${count}$ {things} that look alike one is {heavier} than the others, which all weigh the same. What is the least number of weighings on a balance scale that is sure to find it?"
        ),
        1 => format!(
            "{} has ${count}$ {things}, one of them {heavier} than the rest, and a balance with two pans but no weights. How many weighings are enough, and necessary, in the worst case to identify it?",
            name(rng)
        ),
        _ => format!(
            "One of ${count}$ {things} is {heavier}; the others have equal weight. With a two-pan balance, find the minimal number of weighings that always suffices."
        ),
    };
    let third = (count + 2) / 3;
    let mut left = count;
    let mut sizes = vec![count];
    while left > 1 {
        left = (left + 2) / 3;
        sizes.push(left);
    }
    let pairs = count / 2;
    Problem::new(statement, "the least number of weighings", format!("{count} {things}, one of them {heavier}"), int(weighings))
        .step("see what one weighing tells", format!("A weighing has three outcomes: left, right or balanced. So w weighings can tell apart at most 3^w {things}."))
        .step("find the smallest power of 3 that is large enough", format!("The powers of 3 are {}. {} is too small for {count}, and {} is enough.", list(&powers), powers[powers.len() - 2], most))
        .op(Pow(3, weighings as u32))
        .step("give a strategy", format!("Splitting into three groups as equal as possible leaves at most {third} of {count}, and so on: {}. That takes {weighings} weighings, so {weighings} is the least number.", list(&sizes)))
        .op(Div(count, 3))
        .check(format!("With {} weighings there are only 3^{} = {} outcomes, fewer than {count}, so some two {things} could not be told apart.", weighings - 1, weighings - 1, powers[powers.len() - 2]))
        .other(format!("Thinking backwards: one weighing settles 3, two settle 9, three settle 27, and each further one triples that, so {weighings} are needed to settle {count}."))
        .look(format!("With 3 {things} one weighing is enough: put one on each pan, and if they balance it is the third."))
        .slip(0, format!("Each weighing halves the number, and 2^{halving} is the first power of 2 that reaches {count}, so {halving} weighings are needed."), int(halving), "A weighing has three outcomes and not two, if a third of them is left aside.")
        .slip(0, format!("Weighing in pairs takes up to {pairs} weighings."), int(pairs), "That works but is far from the best; large groups can be compared at once.")
        .slip(2, format!("One more weighing confirms it, which makes {}.", weighings + 1), int(weighings + 1), "No confirmation is necessary, since the last weighing decides already.")
}

fn cut_board(rng: &mut Rng) -> Problem {
    let (rows, columns) = (rng.range(3, 14), rng.range(3, 14));
    let area = rows * columns;
    let cell = |rng: &mut Rng| (rng.range(1, rows), rng.range(1, columns));
    let (a, b) = loop {
        let (a, b) = (cell(rng), cell(rng));
        if a != b {
            break (a, b);
        }
    };
    let colour = |c: (i64, i64)| {
        if (c.0 + c.1) % 2 == 0 {
            "black"
        } else {
            "white"
        }
    };
    let same = colour(a) == colour(b);
    let odd = area % 2 == 1;
    // Gomory: an even board has a closed tour, which two cells of different colour cut into even parts.
    let possible = !odd && !same;
    let statement = match rng.below(3) {
        0 => format!(
            "A board has ${rows}$ rows and ${columns}$ columns of unit squares. The squares in row ${}$, column ${}$ and in row ${}$, column ${}$ are cut out. Can the rest be covered by dominoes, each covering two neighbouring squares, without overlap? Answer Yes or No.",
            a.0, a.1, b.0, b.1
        ),
        1 => format!(
            "{} removes the cells $({}, {})$ and $({}, {})$ from an ${rows} \\times {columns}$ grid, where $(i, j)$ is the cell in row $i$ and column $j$. Can the remaining cells be tiled with $1 \\times 2$ dominoes (Yes or No)?",
            name(rng),
            a.0,
            a.1,
            b.0,
            b.1
        ),
        _ => format!(
            "Two plates are missing on a terrace of ${rows}$ by ${columns}$ square plates: number ${}$ in row ${}$ and number ${}$ in row ${}$. Can the rest be made of double plates, two neighbouring squares each? Answer Yes or No.",
            a.1, a.0, b.1, b.0
        ),
    };
    let (blacks, whites) = ((area + 1) / 2, area / 2);
    let count = |c: &str| i64::from(colour(a) == c) + i64::from(colour(b) == c);
    let (black_left, white_left) = (blacks - count("black"), whites - count("white"));
    let (right, wrong) = if possible {
        ("Yes", "No")
    } else {
        ("No", "Yes")
    };
    let problem = Problem::new(statement, "whether a tiling exists", format!("a {rows} by {columns} board without ({}, {}) and ({}, {})", a.0, a.1, b.0, b.1), word(right))
        .step("colour the board", format!("Colour the cell in row i and column j black if i + j is even. The board has {area} cells, {blacks} black and {whites} white. Every domino covers one of each."))
        .op(Mul(rows, columns))
        .step("find the colours of the missing cells", format!("{} + {} = {} and {} + {} = {}, so one missing cell is {} and the other {}.", a.0, a.1, a.0 + a.1, b.0, b.1, b.0 + b.1, colour(a), colour(b)))
        .step("count what is left", format!("Left are {black_left} black and {white_left} white cells."))
        .op(Sub(area, 2));
    let problem = if possible {
        problem.step("find a tiling", format!("These are equally many. As {rows} × {columns} is even, there is a closed tour through all cells. Taking out a black and a white cell cuts it into two parts of even length, or one, which dominoes can follow. So the answer is Yes."))
            .slip(2, "Cutting out two cells that are not neighbours leaves gaps in the rows, so it cannot work: No.", word(wrong), "Gaps in a row do not matter, since dominoes can stand upright; equal numbers of both colours have to be looked at more closely.")
    } else {
        problem.step("conclude", "These are not equally many, and dominoes cover equally many of both colours. So the answer is No.")
            .slip(0, if odd { "The numbers of cells look alright, so a tiling should exist: Yes.".to_string() } else { format!("After cutting there are {area} - 2 = {} cells, an even number, so it should be possible: Yes.", area - 2) }, word(wrong), "An even number of cells is not enough; the two colours have to be counted.")
    };
    problem
        .check(format!("In all, {black_left} + {white_left} = {}, which is {area} - 2.", black_left + white_left))
        .other(if possible { format!("Such a tour goes along the first line and then to and fro through the rest, which closes because one of {rows} and {columns} is even.") } else if odd { format!("With {} cells left, an odd number, dominoes could not cover them anyway.", area - 2) } else { format!("Each domino uses up one black and one white cell, so after all {} cells of the rarer colour are covered, two of the other colour would be left.", black_left.min(white_left)) })
        .look("On a 2 by 2 board, taking out two opposite corners leaves two cells that do not touch, and taking out two neighbours leaves a domino.")
}

fn next_term(rng: &mut Rng) -> Problem {
    let (a, b, c) = (rng.nonzero(-4, 6), rng.range(-9, 15), rng.range(-20, 40));
    let shown = rng.range(5, 7);
    let far = rng.range(0, 4);
    let term = |n: i64| a * n * n + b * n + c;
    let terms: Vec<i64> = (1..=shown).map(term).collect();
    let first: Vec<i64> = terms.windows(2).map(|w| w[1] - w[0]).collect();
    let asked = shown + 1 + far;
    let result = term(asked);
    let statement = match rng.below(3) {
        0 => format!(
            "A sequence whose second differences are constant begins ${}, \\dots$ What is its {} term?",
            list(&terms),
            ordinal(asked)
        ),
        1 => format!(
            "The values of a quadratic polynomial at $1, 2, 3, \\dots$ begin with ${}$. Find its value at ${asked}$.",
            list(&terms)
        ),
        _ => format!(
            "{} writes ${}$ and goes on by the same rule: the differences of neighbouring numbers always change by the same amount. Which number stands at place ${asked}$?",
            name(rng),
            list(&terms)
        ),
    };
    let second = 2 * a;
    let mut problem = Problem::new(
        statement,
        format!("the number at place {asked}"),
        format!("the numbers {}", list(&terms)),
        int(result),
    )
    .step(
        "take differences",
        format!("The differences are {}.", list(&first)),
    )
    .op(Sub(terms[1], terms[0]))
    .op(Sub(terms[2], terms[1]))
    .step(
        "take differences again",
        format!("They change by {second} each time."),
    )
    .op(Sub(first[1], first[0]));
    let next_differences: Vec<i64> = (shown..asked).map(|n| term(n + 1) - term(n)).collect();
    let next_terms: Vec<i64> = (shown + 1..=asked).map(term).collect();
    problem = problem.step(
        "go on with the differences",
        format!(
            "The next differences are {}, so the sequence goes on with {}.",
            list(&next_differences),
            list(&next_terms)
        ),
    );
    for (place, difference) in next_differences.iter().enumerate() {
        problem = problem.op(Add(vec![term(shown + place as i64), *difference]));
    }
    let linear = term(shown) + (asked - shown) * first[first.len() - 1];
    let early = term(asked - 1);
    problem
        .step("read off the term", format!("At place {asked} stands {result}."))
        .check(format!("The formula a n^2 + b n + c with a = {a}, b = {b}, c = {c} gives {} at n = 1, {} at n = 2 and {result} at n = {asked}.", term(1), term(2)))
        .other(format!("With the formula for second differences, the term is {} + {} × ({}) + {} × {} = {result}.", terms[0], asked - 1, first[0], (asked - 1) * (asked - 2) / 2, bracket(second)))
        .slip(1, format!("From the last term on the difference stays {}, so at place {asked} stands {linear}.", first[first.len() - 1]), int(linear), format!("The differences are not constant, each is {second} more than the one before."))
        .slip(3, format!("Counting from 0, at place {asked} stands {early}."), int(early), "The first number shown is at place 1, so the count is off by one.")
}

fn taking_stones(rng: &mut Rng) -> Problem {
    let most = rng.range(2, 12);
    let stones = rng.range(15, 600);
    let people = names(2, rng);
    let (one, two) = (people[0], people[1]);
    let loses = rng.chance(35);
    let cycle = most + 1;
    // Whoever has to move at a multiple of the cycle (plus 1, if the last stone loses) is lost.
    let rest = if loses {
        (stones - 1) % cycle
    } else {
        stones % cycle
    };
    let winner = if rest == 0 { two } else { one };
    let loser = if rest == 0 { one } else { two };
    let rule = if loses {
        "Whoever takes the last one loses."
    } else {
        "Whoever takes the last one wins."
    };
    let things = rng.pick(&["stones", "matches", "beans", "chips", "nuts"]);
    let statement = match rng.below(2) {
        0 => format!(
            "{one} and {two} take turns taking between $1$ and ${most}$ {things} from a heap of ${stones}$; {one} begins. {rule} Both play as well as possible. Who wins?"
        ),
        _ => format!(
            "A heap holds ${stones}$ {things}. {one} moves first, then {two}, and so on; each move removes at least one and at most ${most}$ of them. {rule} Name the player who can force a win."
        ),
    };
    let offset = i64::from(loses);
    let bad: Vec<i64> = (0..5)
        .map(|n| n * cycle + offset)
        .filter(|&n| n > 0)
        .collect();
    let naive = if stones % 2 == 0 { two } else { one };
    let other_rest = if loses {
        stones % cycle
    } else {
        (stones - 1) % cycle
    };
    let other_winner = if other_rest == 0 { two } else { one };
    Problem::new(statement, "who wins", format!("{stones} {things}, at most {most} in a move, {one} begins, and the rule that the last one {}", if loses { "loses" } else { "wins" }), word(winner))
        .look(if loses { format!("With 1 left the player to move has to take it and loses. With 2 to {cycle} left one can leave exactly 1.") } else { format!("With 1 to {most} left the player to move takes them all and wins. With {cycle} left every move leaves between 1 and {most}, so the player to move loses.") })
        .step("find the lost positions", format!("Whatever is taken, the other can answer so that both together take {cycle}. So the positions {} and so on are lost for the player to move.", list(&bad)))
        .step("compare with the heap", if loses { format!("Apart from the last one there are {stones} - 1 = {}, and {} = {} × {cycle} + {rest}.", stones - 1, stones - 1, (stones - 1) / cycle) } else { format!("{stones} = {} × {cycle} + {rest}.", stones / cycle) })
        .op(Div(stones - offset, cycle))
        .step("conclude", if rest == 0 { format!("So the heap is a lost position for {one}, who has to begin, and {two} wins.") } else { format!("So {one} takes {rest} first, leaves {} and answers every move from then on. {one} wins.", stones - rest) })
        .check(if rest == 0 { format!("If {one} takes 1, {two} takes {most} and {} are left, which is lost again; the same works for every other first move.", stones - cycle) } else { format!("After taking {rest}, {} are left, which is {} × {cycle}{}, a lost position for {two}.", stones - rest, (stones - offset) / cycle, if loses { " + 1" } else { "" }) })
        .other(format!("Working backwards, the lost positions come every {cycle}: {}. The one at or below {stones} is {}, {} away.", list(&bad), stones - rest, rest))
        .slip(0, format!("With {stones} {things}, an {} number, the players alternate so that {naive} takes the last one.", if stones % 2 == 0 { "even" } else { "odd" }), word(if loses { if naive == one { two } else { one } } else { naive }), "The number taken is not always 1, so being even or odd decides nothing.")
        .slip(1, format!("Taking the rule about the last one the other way round, {other_winner} wins."), word(other_winner), format!("The rule says: {}", rule.to_lowercase()))
        .slip(2, format!("Whoever moves first at such a heap is in trouble, so {loser} wins."), word(loser), "It has to be looked at who is to move at a lost position.")
}

fn locker_doors(rng: &mut Rng) -> Problem {
    let count = rng.range(30, 6000);
    let open = floor_root(count);
    let closed = rng.chance(40);
    let result = if closed { count - open } else { open };
    let state = if closed { "closed" } else { "open" };
    let (things, people) = rng.one_of(&[
        ("lockers", "students"),
        ("doors", "guards"),
        ("windows", "children"),
        ("drawers", "clerks"),
    ]);
    let statement = match rng.below(2) {
        0 => format!(
            "There are ${count}$ {things} in a row, numbered from $1$ and all closed. ${count}$ {people} pass one after another; number $k$ changes the state of every $k$-th of the {things} (opens it if it is closed, closes it if it is open). How many {things} are {state} at the end?"
        ),
        _ => format!(
            "All of ${count}$ {things} are closed. For $k = 1, 2, \\dots, {count}$ in turn, every one of the {things} whose number is a multiple of $k$ is switched between open and closed. How many are {state} after the last turn?"
        ),
    };
    let squares: Vec<i64> = (1..=6).map(|n| n * n).collect();
    let evens = count / 2;
    let nearest = if open * open == count {
        open - 1
    } else {
        open + 1
    };
    let off = if closed { count - nearest } else { nearest };
    let problem = Problem::new(statement, format!("how many {things} are {state}"), format!("{count} {things}, all closed at first"), int(result))
        .look("Number 1 is switched once and ends open. Number 2 is switched by 1 and 2 and ends closed. Number 4 is switched by 1, 2 and 4 and ends open; number 6 by 1, 2, 3 and 6 and ends closed.")
        .step("see how often each is switched", "Number n is switched once for each of its divisors, so it ends open exactly if it has an odd number of divisors.")
        .step("see when the number of divisors is odd", format!("Divisors come in pairs d and n/d, except when d = n/d. So the number of divisors is odd exactly for the squares {} and so on.", list(&squares)))
        .step("count the squares", format!("{open}^2 = {} is at most {count}, and {}^2 = {} is larger, so there are {open} squares.", open * open, open + 1, (open + 1) * (open + 1)))
        .op(Pow(open, 2)).op(Pow(open + 1, 2));
    let problem = if closed {
        problem
            .step(
                "count the closed ones",
                format!("The others are closed: {count} - {open} = {result}."),
            )
            .op(Sub(count, open))
    } else {
        problem
    };
    problem
        .check(format!("The last open one is number {}, and the next square, {}, does not exist among {count}.", open * open, (open + 1) * (open + 1)))
        .other(format!("Between two neighbouring squares n^2 and (n+1)^2 there are 2n closed ones. Up to number {} that makes 2 × (1 + 2 + ... + {}) = {} closed ones and {open} open ones.", open * open, open - 1, open * (open - 1)))
        .slip(0, format!("The {things} with even numbers are switched back, so half of them remain: {evens}."), int(evens), "Every number has more than the divisors 1 and 2, so one has to count all of its divisors.")
        .slip(2, format!("There are {nearest} squares up to {count}, so {off} are {state}."), int(off), format!("{open}^2 = {} and {}^2 = {}, so the count of squares is {open}.", open * open, open + 1, (open + 1) * (open + 1)))
        .slip(2, format!("The squares among them are the ones, so {}.", count - result), int(count - result), format!("Asked is for the {state} ones, and those are not it."))
}
