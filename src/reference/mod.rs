//! Reference lists of the field: Chengdu's districts and zones, industries and size classes.

mod classification;
pub mod district;
pub mod industry;
