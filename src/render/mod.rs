//! What a run hands out, one module per kind of file. A renderer draws what it
//! is given; it never counts, chooses words or formats a number.

pub mod excel;
pub mod forms;
pub mod pdf;
pub mod raster;
pub mod word;
