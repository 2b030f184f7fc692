//! The public edition: what may be known by everybody, and nothing else.
//!
//! One plan decides which figures are hidden ([`suppress`]); pages and open data
//! are made from what it leaves ([`site`], [`data`]); a scanner then searches
//! every finished file for what must not be there ([`leaks`]). Nothing here
//! computes a statistic, and no page reads a figure past the plan.

pub mod suppress;
