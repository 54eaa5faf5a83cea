//! The pickle of one tensor, as `torch.save(tensor)` writes it.
//!
//! A general unpickler calls whatever the file names. This one knows three names, the handful of instructions that a
//! saved tensor consists of, and calls nothing: the result is a description of the tensor or an error.

use std::collections::HashMap;
use std::rc::Rc;

/// Longest pickle read, in bytes. That of a voice has about 200.
pub(super) const MAX_PICKLE_BYTES: usize = 16 << 10;

/// A tensor of `f32` inside a storage of the archive. All numbers count elements.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TensorRef {
    /// Decimal digits that name the storage: the archive's entry `data/<storage>`.
    pub(super) storage: String,
    /// Length of the storage.
    pub(super) storage_len: usize,
    /// Where the tensor starts in it.
    pub(super) offset: usize,
    /// Length of each dimension, outermost first.
    pub(super) shape: Vec<usize>,
    /// Distance between neighbours in each dimension.
    pub(super) strides: Vec<usize>,
}

/// Reads the tensor that `pickle` describes.
///
/// # Errors
///
/// What was found and expected, in words.
pub(super) fn read_tensor(pickle: &[u8]) -> Result<TensorRef, String> {
    let mut machine = Machine { rest: pickle, stack: Vec::new(), marks: Vec::new(), memo: HashMap::new() };
    machine.run()
}

/// A name that a pickle may refer to.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Global {
    RebuildTensor,
    FloatStorage,
    OrderedDict,
}

/// What may lie on the stack. Clones are cheap, so a memo cannot be used to multiply memory.
#[derive(Debug, Clone)]
enum Value {
    Bool,
    Int(i64),
    Text(Rc<str>),
    Tuple(Rc<[Value]>),
    Dict,
    Global(Global),
    Storage { key: Rc<str>, len: usize },
    Tensor(Rc<TensorRef>),
}

impl Value {
    /// The numbers of a tuple of non-negative integers.
    fn sizes(&self) -> Option<Vec<usize>> {
        match self {
            Value::Tuple(items) => items.iter().map(Value::size).collect(),
            _ => None,
        }
    }

    fn size(&self) -> Option<usize> {
        match self {
            Value::Int(value) => usize::try_from(*value).ok(),
            _ => None,
        }
    }
}

struct Machine<'a> {
    rest: &'a [u8],
    stack: Vec<Value>,
    /// Heights of the stack that `MARK` noted.
    marks: Vec<usize>,
    memo: HashMap<u32, Value>,
}

impl Machine<'_> {
    fn run(&mut self) -> Result<TensorRef, String> {
        if self.bytes()? != [0x80, 2] {
            return Err(
                "the pickle does not start with protocol 2, which `torch.save` writes by default".to_owned()
            );
        }
        loop {
            let [opcode] = self.bytes()?;
            match opcode {
                b'.' => return self.stop(),
                b'c' => self.global()?,
                b'(' => self.marks.push(self.stack.len()),
                b't' => {
                    let from = self.marks.pop().ok_or("a tuple of the pickle has no start")?;
                    self.tuple(from)?;
                }
                b')' => self.tuple(self.stack.len())?,
                count @ 0x85..=0x87 => {
                    let from = self.stack.len().checked_sub(usize::from(count - 0x84));
                    self.tuple(from.ok_or(SHORT_STACK)?)?;
                }
                b'}' => self.stack.push(Value::Dict),
                0x88 | 0x89 => self.stack.push(Value::Bool),
                b'K' => {
                    let [value] = self.bytes()?;
                    self.stack.push(Value::Int(value.into()));
                }
                b'M' => {
                    let value = u16::from_le_bytes(self.bytes()?);
                    self.stack.push(Value::Int(value.into()));
                }
                b'J' => {
                    let value = i32::from_le_bytes(self.bytes()?);
                    self.stack.push(Value::Int(value.into()));
                }
                b'X' => self.text()?,
                b'q' => {
                    let [slot] = self.bytes()?;
                    self.remember(slot.into())?;
                }
                b'r' => {
                    let slot = u32::from_le_bytes(self.bytes()?);
                    self.remember(slot)?;
                }
                b'h' => {
                    let [slot] = self.bytes()?;
                    self.recall(slot.into())?;
                }
                b'j' => {
                    let slot = u32::from_le_bytes(self.bytes()?);
                    self.recall(slot)?;
                }
                b'Q' => self.storage()?,
                b'R' => self.reduce()?,
                _ => {
                    return Err(format!(
                        "the pickle has the instruction 0x{opcode:02x}, which a saved tensor does not need; \
                         save the bare tensor with `torch.save(tensor, path)`"
                    ));
                }
            }
        }
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(TRUNCATED)?;
        self.rest = rest;
        Ok(*bytes)
    }

    fn slice(&mut self, length: usize) -> Result<&[u8], String> {
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(TRUNCATED)?;
        self.rest = rest;
        Ok(bytes)
    }

    fn line(&mut self) -> Result<&[u8], String> {
        let length = self.rest.iter().position(|byte| *byte == b'\n').ok_or(TRUNCATED)?;
        let line = self.slice(length + 1)?;
        Ok(line.strip_suffix(b"\n").unwrap_or(line))
    }

    fn pop(&mut self) -> Result<Value, String> {
        // What lies below a mark belongs to another tuple.
        if self.marks.last().is_some_and(|mark| self.stack.len() <= *mark) {
            return Err(SHORT_STACK.to_owned());
        }
        self.stack.pop().ok_or_else(|| SHORT_STACK.to_owned())
    }

    fn global(&mut self) -> Result<(), String> {
        let module = self.line()?.to_vec();
        let name = self.line()?;
        let global = match (module.as_slice(), name) {
            (b"torch._utils", b"_rebuild_tensor_v2") => Global::RebuildTensor,
            (b"torch", b"FloatStorage") => Global::FloatStorage,
            (b"collections", b"OrderedDict") => Global::OrderedDict,
            (b"torch", other) if other.ends_with(b"Storage") => {
                return Err(format!(
                    "found a tensor of type `{}`, expected `FloatStorage`; save it with `tensor.float()`",
                    other.escape_ascii()
                ));
            }
            (_, name) => {
                return Err(format!(
                    "the pickle asks for `{:.64}.{:.64}`, which a voice does not need; nothing of it was executed",
                    module.escape_ascii().to_string(),
                    name.escape_ascii().to_string()
                ));
            }
        };
        self.stack.push(Value::Global(global));
        Ok(())
    }

    fn text(&mut self) -> Result<(), String> {
        let length = u32::from_le_bytes(self.bytes()?);
        let text = std::str::from_utf8(self.slice(length as usize)?);
        let text = Rc::from(text.map_err(|_| "a text of the pickle is not UTF-8")?);
        self.stack.push(Value::Text(text));
        Ok(())
    }

    fn tuple(&mut self, from: usize) -> Result<(), String> {
        if from > self.stack.len() || self.marks.last().is_some_and(|mark| from < *mark) {
            return Err(SHORT_STACK.to_owned());
        }
        let items: Rc<[Value]> = self.stack.drain(from..).collect();
        // Dropping a tuple recurses, so its depth is bounded: the arguments of a tensor hold flat tuples.
        let flat = |item: &Value| match item {
            Value::Tuple(inner) => !inner.iter().any(|item| matches!(item, Value::Tuple(_))),
            _ => true,
        };
        if !items.iter().all(flat) {
            return Err("the pickle nests tuples deeper than a saved tensor does".to_owned());
        }
        self.stack.push(Value::Tuple(items));
        Ok(())
    }

    fn remember(&mut self, slot: u32) -> Result<(), String> {
        let value = self.stack.last().ok_or(SHORT_STACK)?;
        self.memo.insert(slot, value.clone());
        Ok(())
    }

    fn recall(&mut self, slot: u32) -> Result<(), String> {
        let value = self.memo.get(&slot).ok_or("the pickle recalls what it did not remember")?;
        self.stack.push(value.clone());
        Ok(())
    }

    /// `BINPERSID`: `('storage', FloatStorage, key, device, length)`. The device it was saved from is of no interest.
    fn storage(&mut self) -> Result<(), String> {
        let id = self.pop()?;
        let Value::Tuple(items) = &id else {
            return Err(BAD_STORAGE.to_owned());
        };
        let storage = match &**items {
            [
                Value::Text(tag),
                Value::Global(Global::FloatStorage),
                Value::Text(key),
                Value::Text(_),
                len,
            ] if **tag == *"storage" && !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit()) => {
                Value::Storage { key: key.clone(), len: len.size().ok_or(BAD_STORAGE)? }
            }
            _ => return Err(BAD_STORAGE.to_owned()),
        };
        self.stack.push(storage);
        Ok(())
    }

    /// `REDUCE`, the call of a function: an empty dictionary, or the tensor from
    /// `(storage, offset, shape, strides, requires_grad, hooks)`.
    fn reduce(&mut self) -> Result<(), String> {
        let arguments = self.pop()?;
        let function = self.pop()?;
        let (Value::Global(function), Value::Tuple(arguments)) = (function, arguments) else {
            return Err(BAD_CALL.to_owned());
        };
        let value = match (function, &*arguments) {
            (Global::OrderedDict, []) => Value::Dict,
            (
                Global::RebuildTensor,
                [Value::Storage { key, len }, offset, shape, strides, Value::Bool, Value::Dict],
            ) => Value::Tensor(Rc::new(TensorRef {
                storage: key.to_string(),
                storage_len: *len,
                offset: offset.size().ok_or(BAD_CALL)?,
                shape: shape.sizes().ok_or(BAD_CALL)?,
                strides: strides.sizes().ok_or(BAD_CALL)?,
            })),
            _ => return Err(BAD_CALL.to_owned()),
        };
        self.stack.push(value);
        Ok(())
    }

    fn stop(&mut self) -> Result<TensorRef, String> {
        match self.stack.as_slice() {
            [Value::Tensor(tensor)] if self.marks.is_empty() && self.rest.is_empty() => {
                Ok(TensorRef::clone(tensor))
            }
            _ => Err("the pickle is not that of one tensor".to_owned()),
        }
    }
}

const TRUNCATED: &str = "the pickle is truncated";
const SHORT_STACK: &str = "an instruction of the pickle has nothing to work on";
const BAD_STORAGE: &str = "the pickle does not refer to a storage as `torch.save` does";
const BAD_CALL: &str =
    "the pickle makes a call that a saved tensor does not need; nothing of it was executed";

#[cfg(test)]
pub(super) mod tests;
