//! Object stores: S3, Google Cloud Storage, Azure, and files over HTTP, as places to read from and to write to.
//!
//! `object_store` speaks to the servers; what is ours is what its users expect of a file. An object is what it was when
//! it was found: its version or ETag stands in every request, so that one that was replaced is refused by name. Ranges
//! are fetched several at a time, a body that breaks off goes on where it was, and a server that is too busy is asked
//! again by the rules of the hub. Whoever waits looks every few milliseconds whether the work should end.
//!
//! Credentials, endpoints and regions are read from the environment as the tools of each store read them
//! (`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT_URL`, `AWS_SKIP_SIGNATURE`, `GOOGLE_APPLICATION_CREDENTIALS`,
//! `AZURE_STORAGE_ACCOUNT_NAME`, …).

mod address;
mod client;
mod failed;
mod find;
mod object;
mod open;
mod side_by_side;
mod written;

pub use address::ObjectUrl;
pub(crate) use address::{is_address, local};
pub use client::{Store, Stores};
pub(crate) use find::find;
pub(crate) use object::object_content;
pub use object::{Object, StoreFile};
pub(crate) use side_by_side::each;
