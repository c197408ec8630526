//! The other direction, as a receiver does it: what the tests hold the packetisers against.

use super::av1::read_leb128;
use super::h264::{FU_A, STAP_A};
use bytes::Bytes;

/// The NAL units in the payloads of one H.264 picture, all of which came, and in their order.
///
/// # Panics
/// On payloads that no packetiser made.
pub fn h264(payloads: &[Bytes]) -> Vec<Vec<u8>> {
    let mut nals: Vec<Vec<u8>> = Vec::new();
    for payload in payloads {
        match payload[0] & 0x1f {
            STAP_A => {
                let mut rest = &payload[1..];
                while !rest.is_empty() {
                    let len = usize::from(u16::from_be_bytes([rest[0], rest[1]]));
                    nals.push(rest[2..2 + len].to_vec());
                    rest = &rest[2 + len..];
                }
            }
            FU_A => {
                if payload[1] & 0x80 != 0 {
                    nals.push(vec![payload[0] & 0xe0 | payload[1] & 0x1f]);
                }
                nals.last_mut().expect("a first fragment came").extend_from_slice(&payload[2..]);
            }
            _ => nals.push(payload.to_vec()),
        }
    }
    nals
}

/// The OBUs in the payloads of one AV1 temporal unit, all of which came, and in their order.
///
/// # Panics
/// On payloads that no packetiser made.
pub fn av1(payloads: &[Bytes]) -> Vec<Vec<u8>> {
    let mut obus: Vec<Vec<u8>> = Vec::new();
    let mut continues = false;
    for payload in payloads {
        let (header, mut rest) = (payload[0], &payload[1..]);
        assert_eq!(header & 0x80 != 0, continues, "what was begun goes on");
        let counted = usize::from(header >> 4 & 3);
        let mut number = 0;
        while !rest.is_empty() {
            number += 1;
            let (len, after) =
                if number == counted { (rest.len(), rest) } else { read_leb128(rest).expect("a length") };
            let (element, after) = after.split_at(len);
            if number == 1 && continues {
                obus.last_mut().expect("a first part came").extend_from_slice(element);
            } else {
                obus.push(element.to_vec());
            }
            rest = after;
        }
        continues = header & 0x40 != 0;
    }
    obus
}
