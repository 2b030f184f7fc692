//! Parsers of one answer: what a person typed into one cell becomes a value or
//! a reason why not. They know nothing of places, forms or severities.

pub mod contact;
pub mod date;
pub mod due;
pub mod marks;
pub mod name;
pub mod number;
pub mod signature;
