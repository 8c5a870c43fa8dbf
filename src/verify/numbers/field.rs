//! What numbers of one kind can do.

use dashu::Rational;

use crate::expr::{Arena, Big, Const, Func, Name};
use crate::fuel::{Empty, Fuel};

/// Why a value is not to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// There is none: a division by zero, a logarithm of zero.
    Undefined,
    /// This field cannot tell.
    Unsupported,
    /// The value outgrows its budget.
    TooBig,
    /// The enclosure is too wide to go on.
    Imprecise,
    /// Out of fuel.
    Fuel,
}

impl From<Empty> for Stop {
    fn from(_: Empty) -> Self {
        Self::Fuel
    }
}

/// Numbers of one kind.
pub(crate) trait Field {
    type Value: Clone;

    fn fuel(&mut self) -> &mut Fuel;
    fn number(&mut self, value: &Rational) -> Result<Self::Value, Stop>;
    fn constant(&mut self, constant: Const) -> Result<Self::Value, Stop>;
    fn symbol(&mut self, name: Name, arena: &Arena) -> Result<Self::Value, Stop>;
    fn add(&mut self, left: &Self::Value, right: &Self::Value) -> Result<Self::Value, Stop>;
    fn negate(&mut self, value: &Self::Value) -> Result<Self::Value, Stop>;
    fn multiply(&mut self, left: &Self::Value, right: &Self::Value) -> Result<Self::Value, Stop>;
    fn divide(&mut self, left: &Self::Value, right: &Self::Value) -> Result<Self::Value, Stop>;
    /// A power whose exponent is rational and known exactly.
    fn power_exact(&mut self, base: &Self::Value, exponent: &Rational)
    -> Result<Self::Value, Stop>;
    fn power(&mut self, base: &Self::Value, exponent: &Self::Value) -> Result<Self::Value, Stop>;
    /// A root of an order that is known exactly: the real one of a negative value.
    fn root(&mut self, value: &Self::Value, order: &Rational) -> Result<Self::Value, Stop>;
    fn call(&mut self, func: Func, args: &[Self::Value]) -> Result<Self::Value, Stop>;
    /// A function that nothing is known of, or words.
    fn unknown(
        &mut self,
        name: Name,
        args: &[Self::Value],
        arena: &Arena,
    ) -> Result<Self::Value, Stop>;
    /// A sum or product whose bounds are not two integers.
    fn repeat(&mut self, big: Big, parts: &[Self::Value]) -> Result<Self::Value, Stop>;
    /// The rational number that a value is beyond doubt.
    fn as_rational(&self, _: &Self::Value) -> Option<Rational> {
        None
    }
    /// Whether divisors are those of polynomials where names have no value.
    fn divides_formally(&self) -> bool {
        false
    }
    /// What a bound name stands for while [`Field::repeat`] asks for the body.
    fn placeholder(&mut self) -> Result<Self::Value, Stop>;
}
