//! Reads the pickle inside a PyTorch file as what it is there: a dictionary of names and tensors.
//!
//! A pickle is a program for a small stack machine. This one knows the instructions that `torch.save` writes
//! and builds values of its own from them; nothing is imported, called or run, and an unknown name ends the reading.
//! Values live in lists and refer to each other by index, so deep nesting costs no stack.

use std::collections::{BTreeMap, HashMap};

use crate::weights::bytes::Bytes;
use crate::weights::flaw::Flaw;
use crate::weights::globals::Global;
use crate::weights::opcode::*;
use crate::weights::stack::Stack;
use crate::weights::value::{Storage, Value, View};

/// Bytes of the largest pickle that is read: 4 MiB, about 20 000 tensors in one file.
const LARGEST: usize = 1 << 22;

/// The tensors of the pickle `bytes` by their names.
pub(crate) fn views(bytes: &[u8]) -> Result<BTreeMap<&str, View<'_>>, Flaw> {
    if bytes.len() > LARGEST {
        return Err(Flaw::Unread(format!(
            "its pickle has {} bytes, more than the {LARGEST} that are read",
            bytes.len()
        )));
    }
    let mut machine = Machine::new(bytes);
    let last = machine.run()?;
    machine.named_views(last)
}

#[derive(Debug)]
struct Machine<'a> {
    bytes: Bytes<'a>,
    stack: Stack<Value<'a>>,
    memo: HashMap<u32, Value<'a>>,
    tuples: Vec<Vec<Value<'a>>>,
    dictionaries: Vec<Vec<(Value<'a>, Value<'a>)>>,
    views: Vec<View<'a>>,
}

impl<'a> Machine<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes: Bytes::new(bytes, 0),
            stack: Stack::default(),
            memo: HashMap::new(),
            tuples: Vec::new(),
            dictionaries: Vec::new(),
            views: Vec::new(),
        }
    }

    /// Follows all instructions and gives the value they end with.
    fn run(&mut self) -> Result<Value<'a>, Flaw> {
        loop {
            match self.bytes.u8()? {
                STOP => return self.pop(),
                PROTO => drop(self.bytes.u8()?),
                FRAME => drop(self.bytes.u64()?),
                MARK => self.stack.mark(),
                code @ (BINPUT | LONG_BINPUT | MEMOIZE | BINGET | LONG_BINGET) => self.remember(code)?,
                code @ (APPEND | APPENDS | SETITEM | SETITEMS | BUILD) => self.fill(code)?,
                code => {
                    let value = self.value(code)?;
                    self.stack.push(value);
                }
            }
        }
    }

    /// Instructions that write or read the memo.
    fn remember(&mut self, code: u8) -> Result<(), Flaw> {
        let key = match code {
            BINPUT | BINGET => self.bytes.u8()?.into(),
            LONG_BINPUT | LONG_BINGET => self.bytes.u32()?,
            _ => self.memo.len() as u32,
        };
        if matches!(code, BINGET | LONG_BINGET) {
            let value = self.memo.get(&key).copied().ok_or_else(|| self.damaged("a value that was never kept"))?;
            self.stack.push(value);
        } else {
            let value = self.pop()?;
            self.memo.insert(key, value);
            self.stack.push(value);
        }
        Ok(())
    }

    /// Instructions that put values into the one below them.
    fn fill(&mut self, code: u8) -> Result<(), Flaw> {
        let values = match code {
            SETITEM => self.pop_some(2)?,
            APPEND | BUILD => self.pop_some(1)?,
            _ => self.pop_marked()?,
        };
        let target = self.pop()?;
        match (code, target) {
            (APPEND | APPENDS, Value::Other("a list")) => (),
            // The state of a dictionary object is what PyTorch knows of its modules, not weights.
            (BUILD, Value::Dictionary(_)) => (),
            (SETITEM | SETITEMS, Value::Dictionary(i)) if values.len() % 2 == 0 => {
                let (pairs, _) = values.as_chunks::<2>();
                self.dictionaries[i].extend(pairs.iter().map(|&[key, value]| (key, value)));
            }
            _ => return Err(self.damaged(&format!("values put into {}", target.kind()))),
        }
        self.stack.push(target);
        Ok(())
    }

    /// Instructions that make a value.
    fn value(&mut self, code: u8) -> Result<Value<'a>, Flaw> {
        Ok(match code {
            NONE => Value::Other("nothing"),
            NEWTRUE | NEWFALSE => Value::Other("true or false"),
            EMPTY_LIST => Value::Other("a list"),
            BINFLOAT => {
                self.bytes.take(8)?;
                Value::Other("a number with a fraction")
            }
            BININT => Value::Integer((self.bytes.u32()? as i32).into()),
            BININT1 => Value::Integer(self.bytes.u8()?.into()),
            BININT2 => Value::Integer(self.bytes.u16()?.into()),
            LONG1 => self.long()?,
            BINUNICODE => {
                let length = self.bytes.u32()? as usize;
                Value::Text(self.text(length)?)
            }
            SHORT_BINUNICODE => {
                let length = self.bytes.u8()?.into();
                Value::Text(self.text(length)?)
            }
            EMPTY_TUPLE => self.tuple(Vec::new()),
            TUPLE1 | TUPLE2 | TUPLE3 => {
                let values = self.pop_some(usize::from(code - TUPLE1) + 1)?;
                self.tuple(values)
            }
            TUPLE => {
                let values = self.pop_marked()?;
                self.tuple(values)
            }
            EMPTY_DICT => self.dictionary(),
            GLOBAL | STACK_GLOBAL => self.global(code)?,
            REDUCE => self.reduce()?,
            BINPERSID => self.storage()?,
            _ => return Err(self.damaged(&format!("the instruction `0x{code:02x}`, which `torch.save` never writes"))),
        })
    }

    /// A whole number of up to eight bytes, the lowest first, negative if the highest bit is set.
    fn long(&mut self) -> Result<Value<'a>, Flaw> {
        let length = self.bytes.u8()?.into();
        let bytes = self.bytes.take(length)?;
        if length > 8 {
            return Err(self.damaged("a whole number of more than 64 bits"));
        }
        let negative = bytes.last().is_some_and(|&byte| byte >= 0x80);
        let mut whole = [if negative { 0xff } else { 0 }; 8];
        whole[..length].copy_from_slice(bytes);
        Ok(Value::Integer(i64::from_le_bytes(whole)))
    }

    fn text(&mut self, length: usize) -> Result<&'a str, Flaw> {
        str::from_utf8(self.bytes.take(length)?).map_err(|_| self.damaged("a text that is not UTF-8"))
    }

    fn tuple(&mut self, values: Vec<Value<'a>>) -> Value<'a> {
        self.tuples.push(values);
        Value::Tuple(self.tuples.len() - 1)
    }

    fn dictionary(&mut self) -> Value<'a> {
        self.dictionaries.push(Vec::new());
        Value::Dictionary(self.dictionaries.len() - 1)
    }

    fn global(&mut self, code: u8) -> Result<Value<'a>, Flaw> {
        let (module, name) = if code == GLOBAL {
            let utf8 = |line| str::from_utf8(line).map_err(|_| Flaw::Damaged("its pickle has a broken name".into()));
            (utf8(self.bytes.line()?)?, utf8(self.bytes.line()?)?)
        } else {
            match self.pop_some(2)?.as_slice() {
                [Value::Text(module), Value::Text(name)] => (*module, *name),
                _ => return Err(self.damaged("a Python name that is not a text")),
            }
        };
        Global::find(module, name).map(Value::Global)
    }

    /// A call of a known name: the value that Python's own function would give, built here.
    fn reduce(&mut self) -> Result<Value<'a>, Flaw> {
        let (arguments, function) = (self.pop()?, self.pop()?);
        let Value::Tuple(i) = arguments else { return Err(self.damaged("a call without a tuple")) };
        match (function, self.tuples[i].as_slice()) {
            (Value::Global(Global::OrderedDict), []) => Ok(self.dictionary()),
            (Value::Global(Global::Parameter), &[view @ Value::View(_), _, _]) => Ok(view),
            (Value::Global(Global::Tensor), &[Value::Storage(storage), Value::Integer(offset), shape, strides, ..]) => {
                let (shape, strides) = (self.sizes(shape)?, self.sizes(strides)?);
                let offset = usize::try_from(offset).map_err(|_| self.damaged("a negative offset"))?;
                self.views.push(View { storage, offset, shape, strides });
                Ok(Value::View(self.views.len() - 1))
            }
            _ => Err(self.damaged("a call with arguments that `torch.save` never writes")),
        }
    }

    /// A tuple of numbers from 0 on.
    fn sizes(&self, value: Value<'a>) -> Result<Vec<usize>, Flaw> {
        let Value::Tuple(i) = value else { return Err(self.damaged("a shape that is not a tuple")) };
        let size = |value: &Value<'_>| match value {
            Value::Integer(size) => usize::try_from(*size).ok(),
            _ => None,
        };
        let sizes = self.tuples[i].iter().map(size).collect::<Option<_>>();
        sizes.ok_or_else(|| self.damaged("a shape that is not made of numbers from 0 on"))
    }

    /// A storage, named by `("storage", kind, key, device, length)`.
    fn storage(&mut self) -> Result<Value<'a>, Flaw> {
        let name = self.pop()?;
        let parts = if let Value::Tuple(i) = name { self.tuples[i].as_slice() } else { &[] };
        let &[Value::Text("storage"), Value::Global(Global::Storage(dtype)), Value::Text(key), _, Value::Integer(len)] =
            parts
        else {
            return Err(self.damaged("a storage without kind, key or length"));
        };
        let len = usize::try_from(len).map_err(|_| self.damaged("a storage of negative length"))?;
        Ok(Value::Storage(Storage { dtype, key, len }))
    }

    /// The dictionary that everything ends with.
    fn named_views(&self, last: Value<'a>) -> Result<BTreeMap<&'a str, View<'a>>, Flaw> {
        let Value::Dictionary(i) = last else {
            return Err(Flaw::Unread(format!("it holds {}, not a dictionary of tensors", last.kind())));
        };
        let mut named = BTreeMap::new();
        for (key, value) in &self.dictionaries[i] {
            let (&Value::Text(name), &Value::View(view)) = (key, value) else {
                let name = if let Value::Text(name) = key { name } else { key.kind() };
                return Err(Flaw::Unread(format!("its `{name}` is {}, not a tensor", value.kind())));
            };
            if named.insert(name, self.views[view].clone()).is_some() {
                return Err(Flaw::Damaged(format!("it has two tensors `{name}`")));
            }
        }
        Ok(named)
    }

    fn pop(&mut self) -> Result<Value<'a>, Flaw> {
        self.stack.pop().ok_or_else(|| self.damaged("a value that is not there"))
    }

    fn pop_some(&mut self, count: usize) -> Result<Vec<Value<'a>>, Flaw> {
        self.stack.pop_some(count).ok_or_else(|| self.damaged("values that are not there"))
    }

    fn pop_marked(&mut self) -> Result<Vec<Value<'a>>, Flaw> {
        self.stack.pop_marked().ok_or_else(|| self.damaged("a mark that is not there"))
    }

    fn damaged(&self, what: &str) -> Flaw {
        Flaw::Damaged(format!("its pickle has {what}, before byte {}", self.bytes.at()))
    }
}

#[cfg(test)]
mod tests {
    use safetensors::Dtype;

    use super::*;

    fn check(pickle: &[u8], expected: &str) {
        let flaw = views(pickle).expect_err(expected);
        let (Flaw::Damaged(reason) | Flaw::Unread(reason) | Flaw::Foreign(reason)) = flaw;
        assert!(reason.contains(expected), "{reason}");
    }

    /// A tensor `x` of two f32 at `offset`, with the given pickled shape.
    fn tensor(offset: &[u8], shape: &[u8]) -> Vec<u8> {
        let storage = b"((X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x02tQ";
        [b"\x80\x02}X\x01\0\0\0xctorch._utils\n_rebuild_tensor_v2\n", storage.as_slice(), offset, shape, b"tRs."]
            .concat()
    }

    #[test]
    fn a_tensor_is_a_view_of_a_storage() {
        let storage = Storage { dtype: Dtype::F32, key: "0", len: 2 };
        let view = View { storage, offset: 1, shape: vec![1], strides: vec![1] };
        let pickle = tensor(b"K\x01", b"K\x01\x85K\x01\x85\x89N");
        assert_eq!(views(&pickle).expect("a tensor"), BTreeMap::from([("x", view)]));
    }

    #[test]
    fn broken_tensors_are_refused() {
        check(&tensor(b"J\xff\xff\xff\xff", b"))"), "a negative offset");
        check(&tensor(b"K\x00", b"\x8a\x01\xff\x85K\x01\x85"), "a shape that is not made of numbers from 0 on");
        check(&tensor(b"K\x00", b"K\x01K\x01"), "a shape that is not a tuple");
        check(&tensor(b"N", b"))"), "arguments that `torch.save` never writes");
    }

    #[test]
    fn names_that_are_not_weights_are_refused() {
        check(b"\x80\x02cbuiltins\neval\nX\x03\0\0\x001+1\x85R.", "builtins.eval");
        check(b"\x80\x04\x8c\x02os\x8c\x06system\x93.", "os.system");
        check(b"\x80\x02ctorch\nQInt8Storage\n.", "torch.QInt8Storage");
        check(b"\x80\x02ios\nsystem\n.", "the instruction `0x69`");
    }

    #[test]
    fn a_stack_that_is_misused_is_refused() {
        check(b"", "it ends where 1 more bytes are expected, at byte 0");
        check(b".", "a value that is not there");
        check(b"K\x01(.", "a value that is not there");
        check(b"t.", "a mark that is not there");
        check(b"(\x86.", "values that are not there");
        check(b"h\x05.", "a value that was never kept");
        check(b"K\x01K\x01K\x01s.", "values put into a whole number");
        check(b"}(K\x01u.", "values put into a dictionary");
        check(b"\x8a\x09123456789.", "more than 64 bits");
        check(b"}X\x01\0\0\0xK\x01s.", "its `x` is a whole number, not a tensor");
        check(&vec![b'N'; LARGEST + 1], "more than the 4194304 that are read");
    }
}
