//! How what does not lie on this disk is reached: made when it is first asked for.

use std::sync::{Arc, OnceLock};

use super::hub::Hub;
use super::store::Stores;
use crate::Result;

/// Makes the clients of the hub and of object stores; the terminal's look at signals.
pub trait Reach {
    /// Fails where the environment names no hub that can be asked.
    fn hub(&self) -> Result<Arc<Hub>>;

    fn stores(&self) -> Arc<Stores> {
        alone()
    }
}

impl<F: Fn() -> Result<Arc<Hub>>> Reach for F {
    fn hub(&self) -> Result<Arc<Hub>> {
        self()
    }
}

/// The stores of those whom nobody watches: they wait as long as the rules have it.
pub(crate) fn alone() -> Arc<Stores> {
    static STORES: OnceLock<Arc<Stores>> = OnceLock::new();
    STORES
        .get_or_init(|| Arc::new(Stores::new(Arc::new(()))))
        .clone()
}
