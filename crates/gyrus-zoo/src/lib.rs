//! Trains small language models of many families from a recipe.
//!
//! A [`Recipe`] says what is read and which models are trained; [`train`] leaves a folder in Hugging Face layout for each.
//! The decoder body is the one of `gyrus_activations`, over weights that are learnt by burn's automatic differentiation.
//! The same recipe and text give the same weights, bit for bit, however often the training is interrupted.
//!
#![doc = include_str!("../README.md")]

mod adamw;
mod batches;
mod card;
mod corpus;
mod error;
mod folder;
mod gradient;
mod held_out;
mod progress;
mod recipe;
mod schedule;
mod state;
mod train;
mod trained;

pub use card::card;
pub use error::Error;
pub use progress::Step;
pub use recipe::{File, Model, Recipe, Text, TokenizerRecipe, Training};
pub use train::{Options, train};
pub use trained::{LogLine, Trained};
