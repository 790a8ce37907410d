//! Histories in a Redis that processes share.
//!
//! The entry is Django's: the pickle of a list of floats, newest first, under DRF's key, so that a Django with the same
//! `CACHES` counts the same requests. Django reads, judges and writes in three steps, and two processes may both let
//! the last request through; here Redis does all three at once, in a script. What would not be read by it is thrown
//! away with a warning, because it could only have been written by somebody else.

use super::history;
use super::{Rate, Throttled};
use crate::cache::RedisCache;
use crate::rejection::Rejection;

/// Reads a pickle as far as lists of floats go: the opcodes that may stand between the floats are skipped.
///
/// Arguments: the time as eight bytes and as text, the period, the number of requests. Answers `allow`, or `refuse`
/// with the length of the history and its oldest time.
const SCRIPT: &str = r#"
local skipped = {['\128'] = 2, ['\149'] = 9, ['q'] = 2, ['\148'] = 1, [']'] = 1, ['('] = 1, ['a'] = 1, ['e'] = 1}
local history, readable = {}, 'readable'
local entry, at = redis.call('GET', KEYS[1]) or '].', 1
while entry:sub(at, at) ~= '.' do
  local opcode = entry:sub(at, at)
  if opcode == 'G' and at + 8 <= #entry then
    history[#history + 1] = entry:sub(at + 1, at + 8)
    at = at + 9
  elseif skipped[opcode] then
    at = at + skipped[opcode]
  else
    history, readable = {}, 'unreadable'
    break
  end
end
local outdated = struct.unpack('>d', ARGV[1]) - ARGV[2]
while #history > 0 and struct.unpack('>d', history[#history]) <= outdated do
  history[#history] = nil
end
if #history >= tonumber(ARGV[3]) then
  return {readable, 'refuse', tostring(#history), history[#history] or ''}
end
table.insert(history, 1, ARGV[1])
redis.call('SET', KEYS[1], '\128\4](G' .. table.concat(history, 'G') .. 'e.', 'EX', ARGV[2])
return {readable, 'allow'}
"#;

/// Judges a request at `now` by the history under `key`, and remembers it if it is let through.
pub(super) async fn count(
    cache: &RedisCache,
    key: &str,
    rate: Rate,
    now: f64,
) -> Result<Throttled, Rejection> {
    let period = rate.seconds().to_string();
    let requests = rate.requests().to_string();
    let arguments: [&[u8]; 3] = [&now.to_be_bytes(), period.as_bytes(), requests.as_bytes()];
    let answer = cache.run_script(SCRIPT, key, &arguments).await?;
    let mut answer = answer.iter().map(Vec::as_slice);
    if answer.next() == Some(b"unreadable") {
        tracing::warn!(
            "the cache held no history of a throttle under the name of one: it was thrown away"
        );
    }
    match (answer.next(), answer.next(), answer.next()) {
        (Some(b"allow"), None, None) => Ok(Throttled::Allow),
        (Some(b"refuse"), Some(length), Some(oldest)) => {
            let length = std::str::from_utf8(length)
                .ok()
                .and_then(|text| text.parse().ok());
            let oldest = oldest.try_into().ok().map(f64::from_be_bytes);
            let wait = length.and_then(|length| history::wait(rate, length, oldest, now));
            Ok(Throttled::Refuse(wait))
        }
        _ => {
            tracing::error!("redis answered a throttle's question with something else");
            Err(Rejection::unavailable())
        }
    }
}
