//! The stack machine that reads pickles, without everything that makes objects.
//!
//! Values live in one list and refer to each other by number, because a memo may name a list that is
//! still being filled. At the end a tree is built, and what was named twice is there twice: a budget
//! keeps a few bytes from becoming gigabytes.

use std::collections::HashMap;

use super::opcode::*;
use super::{PickleError, long};
use crate::json::{Json, Object, Text};

/// More text than any session holds, in bytes.
const MOST_TEXT: usize = 16 * 1024 * 1024;
/// Values in one pickle; also the instructions that make them.
const MOST_VALUES: usize = 1_000_000;
/// As deep as JSON may be.
const MOST_DEPTH: usize = 1000;

/// One value; containers name others by number.
enum Node {
    Plain(Json),
    List(Vec<usize>),
    Dict(Vec<(usize, usize)>),
}

#[derive(Default)]
struct Machine {
    nodes: Vec<Node>,
    stack: Vec<usize>,
    /// Heights of the stack at each open `MARK`.
    marks: Vec<usize>,
    memo: HashMap<usize, usize>,
}

/// Runs the whole program.
pub(super) fn run(bytes: &[u8]) -> Result<Json, PickleError> {
    if bytes.len() > MOST_TEXT {
        return Err(PickleError::TooLarge);
    }
    let mut code = Code(bytes);
    match (code.byte()?, code.byte()?) {
        (PROTO, 2..=5) => {}
        (PROTO, _) => return Err(PickleError::Malformed("a protocol other than 2 to 5")),
        (other, _) => return Err(PickleError::Refused(other)),
    }
    let mut machine = Machine::default();
    loop {
        let opcode = code.byte()?;
        if opcode == STOP {
            break;
        }
        machine.step(opcode, &mut code)?;
        if machine.nodes.len() > MOST_VALUES || machine.memo.len() > MOST_VALUES {
            return Err(PickleError::TooLarge);
        }
    }
    let ([root], [], []) = (machine.stack.as_slice(), machine.marks.as_slice(), code.0) else {
        return Err(PickleError::Malformed("more or less than one value"));
    };
    let mut budget = Budget {
        values: MOST_VALUES,
        text: MOST_TEXT,
    };
    machine.build(*root, MOST_DEPTH, &mut budget)
}

impl Machine {
    fn step(&mut self, opcode: u8, code: &mut Code<'_>) -> Result<(), PickleError> {
        match opcode {
            FRAME => {
                let length = code.number::<8>()?;
                if length > code.0.len() {
                    return Err(PickleError::Truncated);
                }
            }
            MARK => self.marks.push(self.stack.len()),

            MEMOIZE => self.put(self.memo.len())?,
            BINPUT => self.put(code.number::<1>()?)?,
            LONG_BINPUT => self.put(code.number::<4>()?)?,
            BINGET => self.fetch(code.number::<1>()?)?,
            LONG_BINGET => self.fetch(code.number::<4>()?)?,

            NONE => self.push(Json::Null),
            NEWTRUE => self.push(Json::Bool(true)),
            NEWFALSE => self.push(Json::Bool(false)),
            BININT1 => self.push(Json::from(i64::from(code.byte()?))),
            BININT2 => self.push(Json::from(i64::from(u16::from_le_bytes(code.array()?)))),
            BININT => self.push(Json::from(i64::from(i32::from_le_bytes(code.array()?)))),
            LONG1 => self.push_long(code.counted::<1>()?)?,
            LONG4 => self.push_long(code.counted::<4>()?)?,
            BINFLOAT => self.push(Json::Float(f64::from_be_bytes(code.array()?))),
            SHORT_BINUNICODE => self.push_text(code.counted::<1>()?)?,
            BINUNICODE => self.push_text(code.counted::<4>()?)?,
            BINUNICODE8 => self.push_text(code.counted::<8>()?)?,

            EMPTY_LIST => self.push_node(Node::List(Vec::new())),
            EMPTY_DICT => self.push_node(Node::Dict(Vec::new())),
            APPEND => {
                let item = self.pop()?;
                self.append(&[item])?;
            }
            APPENDS => {
                let items = self.pop_to_mark()?;
                self.append(&items)?;
            }
            SETITEM => {
                let value = self.pop()?;
                let key = self.pop()?;
                self.set(&[key, value])?;
            }
            SETITEMS => {
                let entries = self.pop_to_mark()?;
                self.set(&entries)?;
            }
            other => return Err(PickleError::Refused(other)),
        }
        Ok(())
    }

    fn push(&mut self, value: Json) {
        self.push_node(Node::Plain(value));
    }

    fn push_node(&mut self, node: Node) {
        self.stack.push(self.nodes.len());
        self.nodes.push(node);
    }

    fn push_long(&mut self, bytes: &[u8]) -> Result<(), PickleError> {
        self.push(Json::Int(long::decode(bytes)?));
        Ok(())
    }

    fn push_text(&mut self, bytes: &[u8]) -> Result<(), PickleError> {
        let text = Text::from_wtf8(bytes).ok_or(PickleError::Malformed("text is not UTF-8"))?;
        self.push(Json::String(text));
        Ok(())
    }

    /// The height below which the open mark hides the stack.
    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    fn top(&self) -> Result<usize, PickleError> {
        self.stack
            .get(self.floor()..)
            .and_then(<[usize]>::last)
            .copied()
            .ok_or(PickleError::Malformed("the stack is empty"))
    }

    fn pop(&mut self) -> Result<usize, PickleError> {
        let top = self.top()?;
        self.stack.pop();
        Ok(top)
    }

    fn pop_to_mark(&mut self) -> Result<Vec<usize>, PickleError> {
        let mark = self
            .marks
            .pop()
            .filter(|mark| *mark <= self.stack.len())
            .ok_or(PickleError::Malformed("no mark"))?;
        Ok(self.stack.split_off(mark))
    }

    fn put(&mut self, place: usize) -> Result<(), PickleError> {
        let top = self.top()?;
        self.memo.insert(place, top);
        Ok(())
    }

    /// A value again. A million of these make no node, so the stack is bounded by itself.
    fn fetch(&mut self, place: usize) -> Result<(), PickleError> {
        let number = *self
            .memo
            .get(&place)
            .ok_or(PickleError::Malformed("no such place in the memo"))?;
        self.stack.push(number);
        Ok(())
    }

    fn append(&mut self, items: &[usize]) -> Result<(), PickleError> {
        let top = self.top()?;
        match self.nodes.get_mut(top) {
            Some(Node::List(list)) => list.extend_from_slice(items),
            _ => {
                return Err(PickleError::Malformed(
                    "append to something that is no list",
                ));
            }
        }
        Ok(())
    }

    fn set(&mut self, entries: &[usize]) -> Result<(), PickleError> {
        let (pairs, []) = entries.as_chunks::<2>() else {
            return Err(PickleError::Malformed("a key without a value"));
        };
        let top = self.top()?;
        match self.nodes.get_mut(top) {
            Some(Node::Dict(dict)) => dict.extend(pairs.iter().map(|[key, value]| (*key, *value))),
            _ => return Err(PickleError::Malformed("set in something that is no dict")),
        }
        Ok(())
    }

    fn build(&self, number: usize, depth: usize, budget: &mut Budget) -> Result<Json, PickleError> {
        budget.spend_value()?;
        match self.nodes.get(number) {
            Some(Node::Plain(value)) => {
                if let Json::String(text) = value {
                    budget.spend_text(text)?;
                }
                Ok(value.clone())
            }
            Some(Node::List(items)) => {
                let depth = depth.checked_sub(1).ok_or(PickleError::TooDeep)?;
                let items = items.iter().map(|item| self.build(*item, depth, budget));
                Ok(Json::List(items.collect::<Result<_, _>>()?))
            }
            Some(Node::Dict(entries)) => {
                let depth = depth.checked_sub(1).ok_or(PickleError::TooDeep)?;
                let mut object = Object::new();
                for (key, value) in entries {
                    let Some(Node::Plain(Json::String(key))) = self.nodes.get(*key) else {
                        return Err(PickleError::Malformed("a key that is no text"));
                    };
                    budget.spend_text(key)?;
                    object.insert(key.clone(), self.build(*value, depth, budget)?);
                }
                Ok(Json::Object(object))
            }
            None => Err(PickleError::Malformed("no such value")),
        }
    }
}

/// What the tree may still grow by.
struct Budget {
    values: usize,
    text: usize,
}

impl Budget {
    fn spend_value(&mut self) -> Result<(), PickleError> {
        self.values = self.values.checked_sub(1).ok_or(PickleError::TooLarge)?;
        Ok(())
    }

    fn spend_text(&mut self, text: &Text) -> Result<(), PickleError> {
        let left = self.text.checked_sub(text.as_wtf8().len());
        self.text = left.ok_or(PickleError::TooLarge)?;
        Ok(())
    }
}

/// What is still to be read.
struct Code<'a>(&'a [u8]);

impl<'a> Code<'a> {
    fn byte(&mut self) -> Result<u8, PickleError> {
        let [byte] = self.array()?;
        Ok(byte)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], PickleError> {
        let (array, rest) = self.0.split_first_chunk().ok_or(PickleError::Truncated)?;
        self.0 = rest;
        Ok(*array)
    }

    /// An unsigned number of `N` bytes, least first; one that cannot be a length here counts as cut off.
    fn number<const N: usize>(&mut self) -> Result<usize, PickleError> {
        let bytes = self.array::<N>()?;
        let number = bytes
            .iter()
            .rev()
            .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        usize::try_from(number).map_err(|_| PickleError::Truncated)
    }

    /// Bytes after their length.
    fn counted<const N: usize>(&mut self) -> Result<&'a [u8], PickleError> {
        let length = self.number::<N>()?;
        let (bytes, rest) = self
            .0
            .split_at_checked(length)
            .ok_or(PickleError::Truncated)?;
        self.0 = rest;
        Ok(bytes)
    }
}
