//! How much of everything an offer or a fragment may have.
//!
//! Each number is far above what browsers and players send, and so small that the work of the largest text that is let through stays
//! below a millisecond. A length alone is no such bound: 64 kB of semicolons once kept the program busy for seconds.

/// The longest offer or fragment that is read, bytes. Chromium's offer with picture and sound has 6 kB.
pub const MAX_LEN: usize = 64 * 1024;

/// The longest line, bytes. The longest that browsers write are an assertion of identity (RFC 8827 section 5), of 2 kB, and an
/// m-line's list of payload types, of 200 bytes.
pub const MAX_LINE: usize = 4 * 1024;

/// As many lines as sixteen m-lines of Chromium's have.
pub const MAX_LINES: usize = 4 * 1024;

/// As many m-lines as there may be. A page that watches has two; those not wanted are rejected one by one.
pub const MAX_MEDIA: usize = 16;

/// Payload types there are for RTP with rtcp-mux are 96 (RFC 5761 section 4), and this leaves a few to spare. It holds for an
/// m-line's list, and for its `a=rtpmap` and its `a=fmtp` lines.
pub const MAX_FORMATS: usize = 128;

/// Parameters in one `a=fmtp`. The registered ones of H.264 are 24 (RFC 6184 section 8.1).
pub const MAX_PARAMETERS: usize = 64;

/// `a=rtcp-fb` lines of an m-line: ten for each payload type, which is more kinds than there are.
pub const MAX_FEEDBACK: usize = 10 * MAX_FORMATS;

/// `a=extmap` lines of an m-line. The one-byte form has ids from 1 to 14 (RFC 8285 section 4.2).
pub const MAX_EXTENSIONS: usize = 64;

/// `a=candidate` lines of the whole text. A machine with twenty addresses has eighty over UDP and TCP for one transport, and
/// all is bundled onto one.
pub const MAX_CANDIDATES: usize = 512;

/// `a=fingerprint` lines of the whole text: four hashes for each m-line.
pub const MAX_FINGERPRINTS: usize = 4 * MAX_MEDIA;

/// `a=ssrc` and `a=ssrc-group` lines of the whole text. Who only receives has none.
pub const MAX_SSRCS: usize = 512;

/// The longest user name and the longest password of ICE, bytes (RFC 8839 section 5.4). They are kept as long as the viewer is there.
pub const MAX_CREDENTIAL: usize = 256;

/// The longest mid, bytes: what a header extension can carry (RFC 8285 section 4.3, RFC 9143 section 15). Browsers count from 0, and
/// some players write an identifier of their own.
pub const MAX_MID: usize = 255;
