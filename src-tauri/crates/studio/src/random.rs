//! What must not be guessed.

use audience::Token;

/// 128 random bits.
pub(crate) fn random_bits() -> [u8; 16] {
    let mut bits = [0; 16];
    getrandom::fill(&mut bits).expect("the system has randomness once it has started");
    bits
}

/// 128 random bits as hex.
pub(crate) fn random_hex() -> String {
    random_bits().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A watch token that cannot be guessed.
pub(crate) fn fresh_token() -> Token {
    Token::from_random(random_bits())
}
