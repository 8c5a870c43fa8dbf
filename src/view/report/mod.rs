//! The report: one page that holds all that is worth seeing of a folder, and needs nothing beside it.
