//! The glue to nice-plug: activate, reset, process, and nothing clever.
