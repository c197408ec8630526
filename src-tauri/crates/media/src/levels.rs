/// How loud the sound is: left and right, linear, 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Levels {
    /// The largest sample of the last 100 ms.
    pub peak: [f32; 2],
    /// The root of the mean square of the last 100 ms.
    pub rms: [f32; 2],
}
