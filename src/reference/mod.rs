//! Reference lists of the field: Chengdu's districts and zones, industries and size classes.

pub mod district;
pub mod industry;
