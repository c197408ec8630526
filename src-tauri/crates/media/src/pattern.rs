//! The test pattern.

/// What [`read`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Milliseconds of Unix time modulo 2^32 when the picture was made.
    pub unix_ms: u32,
    /// The number of the pattern's tick, modulo 2^16.
    pub frame: u16,
    /// The flash is on.
    pub flash: bool,
}

/// Reads the clock out of a decoded picture's luma plane, at any size. None where the check sum does not fit.
pub fn read(_luma: &[u8], _stride: usize, _width: usize, _height: usize) -> Option<Reading> {
    todo!()
}
