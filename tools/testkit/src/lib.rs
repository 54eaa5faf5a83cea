//! Test kit (under construction).
