//! What a run hands out, one module per kind of file. Nothing here counts or
//! judges; it draws what it is given.

pub mod forms;
