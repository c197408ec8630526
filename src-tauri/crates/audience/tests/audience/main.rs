//! Every transition of the audience, in virtual time; one file a concern.

mod admission;
mod broadcast;
mod invariants;
mod link;
mod removal;
mod stage;
mod viewers;
mod visitor;
