//! What a visitor asks for when it comes to the door.

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asks {
    /// The watch page.
    Page,
    /// Whether it is worth sending an offer.
    Knock,
    /// A place.
    Place,
}
