//! resonances
