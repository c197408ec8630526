//! What a decoder must be able to do.

/// How much of its codec a stream uses. Who can decode one that uses more can decode one that uses less.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// What every decoder can that is sent the codec. H.264: constrained baseline.
    #[default]
    Baseline,
    /// H.264's main profile, for its arithmetic coding (CABAC), which takes a tenth fewer bits.
    Main,
}
