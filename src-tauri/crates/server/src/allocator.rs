//! Gives memory back to the system that is free but kept for the next time.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod gnu;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) use gnu::give_back;

/// Other allocators do it by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn give_back() {}
