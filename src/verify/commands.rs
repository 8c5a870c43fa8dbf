//! The words of mathematics: what a LaTeX command or a plain name means.

use crate::expr::{Big, Const, Func, Rel, SetOp};
use crate::lex::{Op, Shape};

/// What a command stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Meaning {
    /// Nothing: it changes only how the line looks.
    Nothing,
    /// A wide space, which parts items where nothing else does.
    Gap,
    Op(Op),
    Rel(Rel),
    SetOp(SetOp),
    Const(Const),
    Func(Func),
    Big(Big),
    Shape(Shape),
    /// A bracket, by the character it looks like.
    Open(char),
    Close(char),
    Bar,
    DoubleBar,
    /// A letter, under its own name.
    Letter,
    /// Its argument is words.
    Text,
    /// Its argument is mathematics in another face.
    Face,
    /// Its argument is a name as it stands.
    Name,
    /// Its argument is the name of a set: `\mathbb{R}`.
    SetName,
    /// Its argument is the name of a function.
    Operator,
    /// Its argument is a letter with a mark over it, and the two are one name.
    Accent,
    /// `\left`, `\right`: a bracket follows, or a full stop for none.
    Fence,
    Dots,
}

/// The meaning of `\name`.
pub(crate) fn command(name: &str) -> Option<Meaning> {
    use Meaning as M;
    Some(match name {
        "displaystyle" | "textstyle" | "scriptstyle" | "limits" | "nolimits" | "!" | "," | ";"
        | ":" | ">" | " " | "hspace" | "thinspace" | "medspace" | "thickspace" | "enspace"
        | "negthinspace" | "nonumber" | "notag" | "allowbreak" | "large" | "Large" | "LARGE"
        | "huge" | "Huge" | "small" | "normalsize" | "relax" | "hfill" | "hline" | "centering"
        | "bigskip" | "noindent" | "it" | "rm" | "bf" | "mathstrut" | "strut" | "/" => M::Nothing,
        "quad" | "qquad" => M::Gap,
        "left" | "right" | "middle" | "mleft" | "mright" | "big" | "Big" | "bigg" | "Bigg"
        | "bigl" | "bigr" | "Bigl" | "Bigr" | "biggl" | "biggr" | "Biggl" | "Biggr" | "bigm"
        | "Bigm" => M::Fence,
        "cdot" | "times" | "ast" | "bullet" | "centerdot" => M::Op(Op::Times),
        "div" => M::Op(Op::Over),
        "pm" => M::Op(Op::PlusMinus),
        "mp" => M::Op(Op::MinusPlus),
        "bmod" | "mod" => M::Op(Op::Mod),
        "pmod" => M::Shape(Shape::Pmod),
        "land" | "wedge" => M::Op(Op::And),
        "lor" | "vee" => M::Op(Op::Or),
        "colon" => M::Op(Op::Colon),
        "prime" => M::Op(Op::Prime),
        "circ" | "degree" => M::Op(Op::Degree),
        "%" => M::Op(Op::Percent),
        "mid" => M::Op(Op::Mid),
        "eq" => M::Rel(Rel::Eq),
        "neq" | "ne" => M::Rel(Rel::Ne),
        "lt" => M::Rel(Rel::Lt),
        "gt" => M::Rel(Rel::Gt),
        "le" | "leq" | "leqslant" | "leqq" => M::Rel(Rel::Le),
        "ge" | "geq" | "geqslant" | "geqq" => M::Rel(Rel::Ge),
        "approx" | "approxeq" | "simeq" | "thickapprox" => M::Rel(Rel::Approx),
        "in" => M::Rel(Rel::In),
        "notin" => M::Rel(Rel::NotIn),
        "subset" | "subseteq" => M::Rel(Rel::Subset),
        "equiv" => M::Rel(Rel::Congruent),
        "to" | "rightarrow" | "Rightarrow" | "longrightarrow" | "Longrightarrow" | "implies"
        | "mapsto" => M::Rel(Rel::To),
        "cup" | "bigcup" => M::SetOp(SetOp::Union),
        "cap" | "bigcap" => M::SetOp(SetOp::Intersection),
        "setminus" | "backslash" | "smallsetminus" => M::SetOp(SetOp::Difference),
        "pi" => M::Const(Const::Pi),
        "infty" | "infinity" | "inf" => M::Const(Const::Infinity),
        "emptyset" | "varnothing" | "O" => M::Const(Const::EmptySet),
        "R" => M::Const(Const::Reals),
        "N" => M::Const(Const::Naturals),
        "Z" => M::Const(Const::Integers),
        "Q" => M::Const(Const::Rationals),
        "C" => M::Const(Const::Complexes),
        "exponentialE" => M::Const(Const::E),
        "imaginaryI" | "imath" => M::Const(Const::I),
        "sum" => M::Big(Big::Sum),
        "prod" => M::Big(Big::Product),
        "int" => M::Big(Big::Integral),
        // Known, and not read: what they run over is said in words.
        "iint" | "iiint" | "oint" => M::Big(Big::Derivative),
        "lim" => M::Big(Big::Limit),
        "frac" | "dfrac" | "tfrac" | "cfrac" | "nicefrac" | "sfrac" | "flatfrac" => {
            M::Shape(Shape::Frac)
        }
        "binom" | "dbinom" | "tbinom" => M::Shape(Shape::Binom),
        "choose" => M::Op(Op::Choose),
        "over" => M::Op(Op::LooseOver),
        "sqrt" => M::Shape(Shape::Sqrt),
        "log" => M::Func(Func::Log),
        "boxed" | "fbox" | "framebox" | "underline" | "ensuremath" | "mathstrutbox" | "phantom" => {
            M::Face
        }
        "begin" => M::Shape(Shape::Begin),
        "end" => M::Shape(Shape::End),
        "{" | "lbrace" => M::Open('{'),
        "}" | "rbrace" => M::Close('{'),
        "lbrack" => M::Open('['),
        "rbrack" => M::Close('['),
        "lgroup" | "lparen" => M::Open('('),
        "rgroup" | "rparen" => M::Close('('),
        "lfloor" | "llcorner" => M::Open('⌊'),
        "rfloor" | "lrcorner" => M::Close('⌊'),
        "lceil" | "ulcorner" => M::Open('⌈'),
        "rceil" | "urcorner" => M::Close('⌈'),
        "langle" => M::Open('<'),
        "rangle" => M::Close('<'),
        "vert" | "lvert" | "rvert" => M::Bar,
        "Vert" | "lVert" | "rVert" | "|" | "parallel" => M::DoubleBar,
        "text" | "mbox" | "textbf" | "textit" | "textrm" | "textnormal" | "textsf" | "texttt"
        | "hbox" | "textup" | "emph" | "textsc" => M::Text,
        "mathbf" | "mathit" | "bm" | "boldsymbol" | "mathcal" | "mathfrak" | "mathscr" | "pmb" => {
            M::Face
        }
        "mathrm" | "mathsf" | "mathtt" | "rmfamily" | "unit" | "operatorname" | "operatorname*"
        | "mathop" => M::Operator,
        "variable" => M::Name,
        "mathbb" => M::SetName,
        "overline" | "bar" | "vec" | "hat" | "widehat" | "tilde" | "widetilde"
        | "overrightarrow" | "overarc" | "dot" | "ddot" | "overset" | "overbrace"
        | "underbrace" => M::Accent,
        "dots" | "ldots" | "cdots" | "dotsc" | "dotsb" | "vdots" | "ddots" => M::Dots,
        "triangle" | "angle" | "measuredangle" | "perp" | "Delta" | "nabla" | "partial" | "ell"
        | "hbar" | "star" | "square" | "dagger" | "therefore" | "because" | "forall" | "exists"
        | "neg" | "sim" | "cong" | "propto" | "odot" | "oplus" | "otimes" | "aleph" => M::Letter,
        name if is_greek(name) => M::Letter,
        name => M::Func(function(name)?),
    })
}

/// Whether a command is a letter of Greek; `\pi` is a number.
pub(crate) fn is_greek(name: &str) -> bool {
    matches!(
        name,
        "alpha"
            | "beta"
            | "gamma"
            | "delta"
            | "epsilon"
            | "varepsilon"
            | "zeta"
            | "eta"
            | "theta"
            | "vartheta"
            | "iota"
            | "kappa"
            | "lambda"
            | "mu"
            | "nu"
            | "xi"
            | "rho"
            | "varrho"
            | "sigma"
            | "varsigma"
            | "tau"
            | "upsilon"
            | "phi"
            | "varphi"
            | "chi"
            | "psi"
            | "omega"
            | "Gamma"
            | "Theta"
            | "Lambda"
            | "Xi"
            | "Pi"
            | "Sigma"
            | "Upsilon"
            | "Phi"
            | "Psi"
            | "Omega"
    )
}

/// The function that goes by this name, in LaTeX and in plain text.
pub(crate) fn function(name: &str) -> Option<Func> {
    Some(match name {
        "sin" => Func::Sin,
        "cos" => Func::Cos,
        "tan" | "tg" => Func::Tan,
        "cot" | "ctg" | "cotan" => Func::Cot,
        "sec" => Func::Sec,
        "csc" | "cosec" => Func::Csc,
        "arcsin" | "asin" => Func::Asin,
        "arccos" | "acos" => Func::Acos,
        "arctan" | "atan" | "arctg" => Func::Atan,
        "arccot" | "arcctg" | "acot" => Func::Acot,
        "arcsec" | "asec" => Func::Asec,
        "arccsc" | "acsc" => Func::Acsc,
        "sinh" | "sh" => Func::Sinh,
        "cosh" | "ch" => Func::Cosh,
        "tanh" | "th" => Func::Tanh,
        "coth" => Func::Coth,
        "sech" => Func::Sech,
        "csch" => Func::Csch,
        "arcsinh" | "arsinh" | "asinh" => Func::Asinh,
        "arccosh" | "arcosh" | "acosh" => Func::Acosh,
        "arctanh" | "artanh" | "atanh" => Func::Atanh,
        "cis" => Func::Cis,
        "exp" => Func::Exp,
        "ln" => Func::Ln,
        "log" => Func::Log,
        "lg" => Func::Lg,
        "sqrt" => Func::Sqrt,
        "abs" => Func::Abs,
        "floor" => Func::Floor,
        "ceil" | "ceiling" => Func::Ceil,
        "gcd" => Func::Gcd,
        "lcm" => Func::Lcm,
        "max" => Func::Max,
        "min" => Func::Min,
        "sgn" | "sign" => Func::Sign,
        "Re" => Func::Re,
        "Im" => Func::Im,
        "det" => Func::Det,
        "factorial" => Func::Factorial,
        "binomial" | "binom" => Func::Binomial,
        _ => return None,
    })
}
