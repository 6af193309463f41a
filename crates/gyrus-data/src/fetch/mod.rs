//! Files from a server: whole, checked, and gone on with where they were interrupted.

pub mod address;
mod client;
mod fetcher;
mod part;
mod transfer;

pub use client::FetchOptions;
pub use fetcher::{Fetcher, Outcome, Standing, standing};
