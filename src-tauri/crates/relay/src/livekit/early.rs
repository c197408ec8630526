//! What LiveKit says before it hears JSON: protobuf, of which as much is read as is waited for then, and told in the words of its JSON.

use serde_json::{Value, json};

/// A message of the server's: nothing where there is nothing in it that is listened to, or it is none.
pub(super) fn read(bytes: &[u8]) -> Value {
    if let Some(Field::Bytes(offer)) = field(bytes, 3) {
        return json!({ "offer": { "sdp": text(offer, 2), "id": number(offer, 3) } });
    }
    if let Some(Field::Bytes(trickle)) = field(bytes, 4) {
        let target = if number(trickle, 2) == 1 { "SUBSCRIBER" } else { "PUBLISHER" };
        return json!({ "trickle": { "candidateInit": text(trickle, 1), "target": target, "final": number(trickle, 3) == 1 } });
    }
    match field(bytes, 8) {
        Some(Field::Bytes(_)) => json!({ "leave": {} }),
        _ => Value::Null,
    }
}

fn text(message: &[u8], wanted: u64) -> Option<&str> {
    match field(message, wanted)? {
        Field::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
        Field::Number(_) => None,
    }
}

/// Zero is left out.
fn number(message: &[u8], wanted: u64) -> u64 {
    match field(message, wanted) {
        Some(Field::Number(number)) => number,
        _ => 0,
    }
}

enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The first field of this number.
fn field(mut message: &[u8], wanted: u64) -> Option<Field<'_>> {
    while !message.is_empty() {
        let key = varint(&mut message)?;
        let found = match key & 7 {
            0 => Field::Number(varint(&mut message)?),
            1 => Field::Bytes(take(&mut message, 8)?),
            2 => {
                let length = varint(&mut message)?;
                Field::Bytes(take(&mut message, usize::try_from(length).ok()?)?)
            }
            5 => Field::Bytes(take(&mut message, 4)?),
            _ => return None,
        };
        if key >> 3 == wanted {
            return Some(found);
        }
    }
    None
}

fn take<'a>(message: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = message.split_at_checked(length)?;
    *message = rest;
    Some(taken)
}

/// Seven bits a byte, the lowest first; the last one has no eighth.
fn varint(message: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = message.split_first()?;
        *message = rest;
        value |= u64::from(byte & 127) << shift;
        if byte & 128 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A field with bytes in it.
    fn bytes(number: u8, value: &[u8]) -> Vec<u8> {
        assert!(value.len() < 128);
        [&[number << 3 | 2, value.len() as u8], value].concat()
    }

    #[test]
    fn an_offer_a_candidate_and_the_end_are_read_and_a_join_is_not() {
        let offer = [bytes(1, b"offer"), bytes(2, b"v=0"), vec![3 << 3, 0xac, 0x02]].concat();
        assert_eq!(read(&bytes(3, &offer)), json!({ "offer": { "sdp": "v=0", "id": 300 } }));
        let trickle = [bytes(1, b"{}"), vec![2 << 3, 1, 3 << 3, 1]].concat();
        let told = json!({ "trickle": { "candidateInit": "{}", "target": "SUBSCRIBER", "final": true } });
        assert_eq!(read(&bytes(4, &trickle)), told);
        assert_eq!(read(&bytes(8, &[])), json!({ "leave": {} }));
        assert_eq!(read(&bytes(1, b"who is there")), Value::Null);
        // A number, and eight bytes, before it.
        let later = [vec![9 << 3, 5, 10 << 3 | 1, 1, 2, 3, 4, 5, 6, 7, 8], bytes(8, &[])].concat();
        assert_eq!(read(&later), json!({ "leave": {} }));
    }

    #[test]
    fn what_is_cut_off_or_without_end_is_nothing() {
        for noise in [
            &[3 << 3 | 2, 100, 1][..],
            &[0xff; 40],
            &[3 << 3 | 3],
            &[8 << 3 | 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
            &[],
        ] {
            assert_eq!(read(noise), Value::Null, "{noise:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(noise in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = read(&noise);
        }
    }
}
