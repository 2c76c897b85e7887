//! Content hashes: SHA-256 of bytes, and a Merkle root over sorted keys that pins a whole run.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

/// Lower-case hexadecimal SHA-256 of the bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The Merkle root over entries sorted by key, as lower-case hexadecimal. A leaf is the hash of a zero byte, the key's
/// length, the key and the content; a node is the hash of a one byte and its two children; an odd node goes up as it is.
/// The prefixes keep a leaf from passing for a node (RFC 6962, section 2.1).
#[must_use]
pub fn merkle_root(entries: &BTreeMap<String, String>) -> String {
    let mut level: Vec<[u8; 32]> = entries
        .iter()
        .map(|(key, content)| {
            let mut hash = Sha256::new();
            hash.update([0]);
            hash.update((key.len() as u64).to_be_bytes());
            hash.update(key);
            hash.update(content);
            hash.finalize().into()
        })
        .collect();
    if level.is_empty() {
        return sha256(&[]);
    }
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => {
                    let mut hash = Sha256::new();
                    hash.update([1]);
                    hash.update(left);
                    hash.update(right);
                    hash.finalize().into()
                }
                odd => odd.first().copied().unwrap_or_default(),
            })
            .collect();
    }
    level.first().map(|root| hex(root)).unwrap_or_default()
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_hash() {
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn every_key_and_every_content_counts() {
        let of = |pairs: &[(&str, &str)]| {
            merkle_root(&pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
        };
        let base = of(&[("a", "1"), ("b", "2"), ("c", "3")]);
        assert_eq!(base, of(&[("c", "3"), ("a", "1"), ("b", "2")]));
        for other in [
            of(&[("a", "1"), ("b", "2")]),
            of(&[("a", "1"), ("b", "2"), ("c", "4")]),
            of(&[("a", "1"), ("b", "2"), ("d", "3")]),
            of(&[("a1", ""), ("b", "2"), ("c", "3")]),
            of(&[]),
        ] {
            assert_ne!(base, other);
        }
    }
}
