//! `dumps` and `loads`: a JSON value, perhaps compressed, in a timestamped signature.

use std::io::Write;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Decompress, FlushDecompress, Status};

use super::signer::{SigningError, TimestampSigner};
use crate::base64;
use crate::json::{self, Json};
use crate::secret::SecretKeys;

/// The salt Django uses when the caller names none.
pub const DUMPS_SALT: &str = "django.core.signing";

/// More than any session or token holds; beyond it a compressed payload is refused, not unpacked.
const INFLATED_LIMIT: usize = 16 * 1024 * 1024;

/// Django 5.2 `signing.dumps`: compact ASCII JSON, compressed if asked for and worth it, base64, time,
/// signature.
pub fn dumps(
    value: &Json,
    keys: &SecretKeys,
    salt: &str,
    now_unix_secs: i64,
    compress: bool,
) -> String {
    let plain = value.to_ascii();
    let deflated = if compress {
        deflate(plain.as_bytes())
    } else {
        None
    };
    let payload = match deflated {
        Some(small) if small.len() + 1 < plain.len() => {
            format!(".{}", base64::encode_urlsafe(&small))
        }
        _ => base64::encode_urlsafe(plain.as_bytes()),
    };
    TimestampSigner::new(salt).sign(&payload, keys, now_unix_secs)
}

/// Django 5.2 `signing.loads`: the value of a text made by [`dumps`] or by Django.
///
/// # Errors
/// Those of [`TimestampSigner::unsign`]; [`SigningError::Malformed`] if what was signed is no base64,
/// zlib stream (of at most 16 MiB unpacked) or JSON.
pub fn loads(
    text: &str,
    keys: &SecretKeys,
    salt: &str,
    now_unix_secs: i64,
    max_age: Option<i64>,
) -> Result<Json, SigningError> {
    let payload = TimestampSigner::new(salt).unsign(text, keys, now_unix_secs, max_age)?;
    let (payload, compressed) = match payload.strip_prefix('.') {
        Some(payload) => (payload, true),
        None => (payload, false),
    };
    let bytes = base64::decode_urlsafe_lenient(payload.as_bytes())
        .ok_or(SigningError::Malformed("not base64"))?;
    let bytes = if compressed {
        inflate(&bytes).ok_or(SigningError::Malformed(
            "not a zlib stream of at most 16 MiB",
        ))?
    } else {
        bytes
    };
    // Django decodes as latin-1. What it writes is ASCII, for which that is the same as UTF-8.
    let text = match String::from_utf8(bytes) {
        Ok(text) if text.is_ascii() => text,
        Ok(text) => latin1(text.as_bytes()),
        Err(error) => latin1(error.as_bytes()),
    };
    json::parse(&text).map_err(|_| SigningError::Malformed("not JSON"))
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

fn deflate(plain: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain).ok()?;
    encoder.finish().ok()
}

/// Unpacks a complete zlib stream; bytes behind its end are ignored, as `zlib.decompress` does.
fn inflate(packed: &[u8]) -> Option<Vec<u8>> {
    let mut state = Decompress::new(true);
    let mut plain = Vec::new();
    loop {
        let room = (plain.len() + packed.len()).clamp(1024, 1024 * 1024);
        plain.reserve(room);
        let read = usize::try_from(state.total_in()).ok()?;
        let (length_before, read_before) = (plain.len(), read);
        let status = state
            .decompress_vec(packed.get(read..)?, &mut plain, FlushDecompress::None)
            .ok()?;
        if plain.len() > INFLATED_LIMIT {
            return None;
        }
        let read_after = usize::try_from(state.total_in()).ok()?;
        match status {
            Status::StreamEnd => return Some(plain),
            // Nothing moved although there was room: the stream is cut off.
            Status::Ok | Status::BufError
                if plain.len() == length_before && read_after == read_before =>
            {
                return None;
            }
            Status::Ok | Status::BufError => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inflate_wants_a_whole_stream_and_ignores_what_follows() {
        let plain = b"hello hello hello hello".repeat(1000);
        let mut packed = deflate(&plain).unwrap();
        assert_eq!(inflate(&packed), Some(plain.clone()));
        assert_eq!(inflate(&packed[..packed.len() - 1]), None, "checksum cut");
        assert_eq!(inflate(&packed[..10]), None, "data cut");
        let last = packed.len() - 1;
        packed[last] ^= 1;
        assert_eq!(inflate(&packed), None, "checksum wrong");
        packed[last] ^= 1;
        packed.extend_from_slice(b"tail");
        assert_eq!(inflate(&packed), Some(plain));
        assert_eq!(inflate(b""), None);
    }

    #[test]
    fn a_bomb_is_refused() {
        let packed = deflate(&vec![b'x'; INFLATED_LIMIT + 1]).unwrap();
        assert!(packed.len() < 40_000);
        assert_eq!(inflate(&packed), None);
        let packed = deflate(&vec![b'x'; INFLATED_LIMIT]).unwrap();
        assert_eq!(
            inflate(&packed).map(|plain| plain.len()),
            Some(INFLATED_LIMIT)
        );
    }
}
