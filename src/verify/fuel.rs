//! The bound on the work of one verdict.
//!
//! Fuel is counted, never timed: a clock would give another verdict on a busy machine. Every loop
//! whose length the input decides burns some, and an empty tank makes the verdict `undecided`.

/// What is left to spend on one verdict, in units of about ten nanoseconds.
#[derive(Debug, Clone)]
pub(crate) struct Fuel {
    left: u64,
}

/// The tank is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Empty;

impl Fuel {
    /// A tank that holds `units`.
    pub(crate) fn new(units: u64) -> Self {
        Self { left: units }
    }

    /// Spends `units`, or says that they are not there.
    pub(crate) fn burn(&mut self, units: u64) -> Result<(), Empty> {
        match self.left.checked_sub(units) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                self.left = 0;
                Err(Empty)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_tank_stays_empty() {
        let mut fuel = Fuel::new(3);
        assert_eq!(fuel.burn(2), Ok(()));
        assert_eq!(fuel.burn(2), Err(Empty));
        assert_eq!(fuel.burn(1), Err(Empty));
    }
}
