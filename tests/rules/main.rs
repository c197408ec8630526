//! Rules of the house that no compiler and no linter knows. Which crate may use which, and who may name a library, is in
//! `tests/layers/`.

mod builds;
mod circles;
mod files;
mod fuzz;
mod messages;
mod sources;
mod threads;
