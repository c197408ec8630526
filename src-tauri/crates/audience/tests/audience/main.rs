//! Every transition of the audience, in virtual time; one file a concern.

mod admission;
mod broadcast;
mod invariants;
mod joins;
mod link;
mod nothing_changes;
mod removal;
mod returning;
mod stage;
mod viewers;
mod visitor;
