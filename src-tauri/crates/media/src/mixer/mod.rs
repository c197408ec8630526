//! What viewers hear: the strips, each through its own chain, and their sum. No device, no thread and no clock: sound comes with
//! the times at which it was taken.

mod chain;
mod denoise;
mod desk;
mod fader;
mod follower;
mod gate;
mod limiter;
mod loudness;
mod true_peak;
mod watch;

pub(crate) use desk::Desk;
pub(crate) use follower::Follower;
pub(crate) use limiter::Limiter;
pub(crate) use loudness::Sum;
pub(crate) use watch::Watch;
