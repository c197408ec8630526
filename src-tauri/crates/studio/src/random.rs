//! What must not be guessed.

use audience::Token;

/// 128 random bits.
pub(crate) fn random_bits() -> [u8; 16] {
    let mut bits = [0; 16];
    getrandom::fill(&mut bits).expect("the system has randomness once it has started");
    bits
}

/// A watch token that cannot be guessed.
pub(crate) fn fresh_token() -> Token {
    Token::from_random(random_bits())
}
