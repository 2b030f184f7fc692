//! Two editions in miniature.
