//! JSON values as pickles of protocol 4, without frames and memo: Python needs neither to read them.

use super::long;
use super::opcode::*;
use crate::json::{Integer, Json, Text};

/// The pickle of a value. Django's caches unpickle it to the same value, in the same order.
pub fn dumps(value: &Json) -> Vec<u8> {
    let mut out = vec![PROTO, 4];
    write(value, &mut out);
    out.push(STOP);
    out
}

fn write(value: &Json, out: &mut Vec<u8>) {
    match value {
        Json::Null => out.push(NONE),
        Json::Bool(true) => out.push(NEWTRUE),
        Json::Bool(false) => out.push(NEWFALSE),
        Json::Int(integer) => write_integer(integer, out),
        Json::Float(number) => {
            out.push(BINFLOAT);
            out.extend(number.to_be_bytes());
        }
        Json::String(text) => write_text(text, out),
        Json::List(items) => {
            out.push(EMPTY_LIST);
            out.push(MARK);
            for item in items {
                write(item, out);
            }
            out.push(APPENDS);
        }
        Json::Object(object) => {
            out.push(EMPTY_DICT);
            out.push(MARK);
            for (key, value) in object.iter() {
                write_text(key, out);
                write(value, out);
            }
            out.push(SETITEMS);
        }
    }
}

fn write_integer(integer: &Integer, out: &mut Vec<u8>) {
    if let Some(number) = integer
        .as_i64()
        .and_then(|number| i32::try_from(number).ok())
    {
        out.push(BININT);
        out.extend(number.to_le_bytes());
        return;
    }
    let bytes = long::encode(integer);
    match u8::try_from(bytes.len()) {
        Ok(length) => out.extend([LONG1, length]),
        Err(_) => {
            out.push(LONG4);
            out.extend(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
        }
    }
    out.extend(bytes);
}

fn write_text(text: &Text, out: &mut Vec<u8>) {
    let bytes = text.as_wtf8();
    if let Ok(length) = u8::try_from(bytes.len()) {
        out.extend([SHORT_BINUNICODE, length]);
    } else if let Ok(length) = u32::try_from(bytes.len()) {
        out.push(BINUNICODE);
        out.extend(length.to_le_bytes());
    } else {
        out.push(BINUNICODE8);
        out.extend((bytes.len() as u64).to_le_bytes());
    }
    out.extend(bytes);
}
