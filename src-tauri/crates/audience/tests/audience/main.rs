//! Every transition of the audience, in virtual time; one file a concern.

mod admission;
mod broadcast;
mod guests;
mod invariants;
mod joins;
mod knocks;
mod link;
mod nothing_changes;
mod passcode;
mod rehearsal;
mod removal;
mod returning;
mod stage;
mod viewers;
mod visitor;
