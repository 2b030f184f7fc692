//! Answers in one piece of memory: a run holds every return until its end, and a struct with two
//! texts of its own for each answer took three times as much. Texts that many returns have in common
//! (names, boxes of options) are beside it and shared.
//!
//! The bytes are ours alone and never leave the process. Layout: the width of a position (2 or 4
//! bytes), the number of fields, the position of each field's answer (0 where there is none), the
//! answers. Numbers are in base 128, lowest part first, the signed ones zigzag.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use time::Date;

use super::{Answer, Indicator, Val};
use crate::cell::Cell;

/// The answers of one return, by field index; `None` where the form or table has no such field.
#[derive(Clone, Default)]
pub struct Answers {
    bytes: Box<[u8]>,
    /// Texts that other returns have too, told by their place here.
    shared: Box<[Arc<str>]>,
}

impl Answers {
    /// `share` says, by field index and original text, what other returns have too.
    pub fn new<'a>(
        all: impl IntoIterator<Item = Option<Answer<'a>>>,
        share: impl Fn(usize, &str) -> Option<Arc<str>>,
    ) -> Self {
        let mut body = Writer::default();
        let place = |(index, answer): (usize, Option<Answer>)| {
            let at = answer.is_some().then_some(body.bytes.len());
            answer.iter().for_each(|a| body.answer(a, share(index, &a.raw)));
            at
        };
        let places: Vec<Option<usize>> = all.into_iter().enumerate().map(place).collect();
        let Writer { bytes: body, shared } = body;
        let width = if HEAD + 2 * places.len() + body.len() <= usize::from(u16::MAX) { 2 } else { 4 };
        let head = HEAD + width * places.len();
        let mut out = Vec::with_capacity(head + body.len());
        out.push(width as u8);
        out.extend_from_slice(&(places.len() as u16).to_le_bytes());
        for place in places {
            let at = place.map_or(0, |at| (head + at) as u32).to_le_bytes();
            out.extend_from_slice(&at[..width]);
        }
        out.extend_from_slice(&body);
        Self { bytes: out.into(), shared: shared.into() }
    }

    /// Number of fields of the form.
    pub fn len(&self) -> usize {
        self.bytes.get(1..HEAD).map_or(0, |n| usize::from(u16::from_le_bytes([n[0], n[1]])))
    }

    /// Whether the form has no field at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn get(&self, index: usize) -> Option<Answer<'_>> {
        let mut reader = self.reader(index)?;
        let head = reader.head()?;
        Some(Answer { cell: head.cell, raw: Cow::Borrowed(head.raw()?), value: reader.value(&head)? })
    }

    /// The value alone.
    pub fn value(&self, index: usize) -> Option<Val<'_>> {
        let mut reader = self.reader(index)?;
        let head = reader.head()?;
        reader.value(&head)?
    }

    /// The words of a text answer, where it is one.
    pub fn words(&self, index: usize) -> Option<&str> {
        let mut reader = self.reader(index)?;
        let head = reader.head()?;
        match head.tag {
            tag::SAME => head.raw(),
            tag::TEXT => reader.text(),
            _ => None,
        }
    }

    /// All of them, by field index.
    pub fn iter(&self) -> impl Iterator<Item = Option<Answer<'_>>> + Clone {
        (0..self.len()).map(|index| self.get(index))
    }

    /// Puts another answer in the place of one.
    pub fn set(&mut self, index: usize, answer: Option<Answer>) {
        let all = (0..self.len()).map(|i| if i == index { answer.clone() } else { self.get(i) });
        *self = Self::new(all, |_, raw| self.shared.iter().find(|text| ***text == *raw).cloned());
    }

    fn reader(&self, index: usize) -> Option<Reader<'_>> {
        let width = usize::from(*self.bytes.first()?);
        let from = HEAD + width * index;
        let at = self.bytes.get(from..from + width).filter(|_| index < self.len())?;
        let at = at.iter().rev().fold(0usize, |sum, byte| sum << 8 | usize::from(*byte));
        let rest = self.bytes.get(at..).filter(|_| at > 0)?;
        Some(Reader { rest, shared: &self.shared })
    }
}

/// What it says, not how: the bytes tell nobody anything.
impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// Bytes before the positions.
const HEAD: usize = 3;

/// What kind of value follows.
mod tag {
    pub const NONE: u8 = 0;
    /// A text that is the same as the original.
    pub const SAME: u8 = 1;
    pub const TEXT: u8 = 2;
    pub const COUNT: u8 = 3;
    pub const DATE: u8 = 4;
    pub const RANGE: u8 = 5;
    pub const ONE: u8 = 6;
    pub const MANY: u8 = 7;
    pub const DIMENSIONS: u8 = 8;
    pub const INDICATORS: u8 = 9;
    /// Added to it: the place of the original text among the shared ones follows, not itself.
    pub const SHARED: u8 = 0x80;
}

#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
    shared: Vec<Arc<str>>,
}

impl Writer {
    fn answer(&mut self, answer: &Answer, shared: Option<Arc<str>>) {
        let value = answer.value.as_ref();
        let same = matches!(value, Some(Val::Text(words)) if *words == answer.raw);
        let tag = if same { tag::SAME } else { value.map_or(tag::NONE, tag_of) };
        self.bytes.push(if shared.is_some() { tag | tag::SHARED } else { tag });
        self.number(answer.cell.row.into());
        self.number(answer.cell.col.into());
        match shared {
            Some(text) => {
                self.number(self.shared.len() as u64);
                self.shared.push(text);
            }
            None => self.text(&answer.raw),
        }
        match value {
            Some(value) if !same => self.value(value),
            _ => {}
        }
    }

    fn value(&mut self, value: &Val) {
        match value {
            Val::Text(words) => self.text(words),
            Val::Count(n) => self.signed(*n),
            Val::Date(day) => self.day(*day),
            Val::Range(from, to) => {
                self.day(*from);
                self.day(*to);
            }
            Val::One(option) => self.number(*option as u64),
            Val::Many(all) => self.list(all, |w, option| w.number(*option as u64)),
            Val::Dimensions(all) => self.list(all, |w, row| row.iter().for_each(|n| w.level(*n))),
            Val::Indicators(all) => self.list(all, Self::indicator),
        }
    }

    fn indicator(&mut self, one: &Indicator) {
        self.text(&one.name);
        self.text(&one.unit);
        self.number(one.more_is_better.map_or(2, u64::from));
        for number in [one.before, one.goal, one.after] {
            self.level(number.map(|(mantissa, _)| mantissa));
            self.number(number.map_or(0, |(_, decimals)| decimals.into()));
        }
    }

    /// A number or none.
    fn level(&mut self, n: Option<i64>) {
        self.bytes.push(u8::from(n.is_some()));
        self.signed(n.unwrap_or(0));
    }

    fn day(&mut self, day: Date) {
        self.signed(day.to_julian_day().into());
    }

    fn list<T>(&mut self, all: &[T], mut each: impl FnMut(&mut Self, &T)) {
        self.number(all.len() as u64);
        all.iter().for_each(|one| each(self, one));
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn signed(&mut self, n: i64) {
        self.number((n << 1 ^ n >> 63) as u64);
    }

    fn number(&mut self, mut n: u64) {
        while n > 0x7f {
            self.bytes.push(n as u8 | 0x80);
            n >>= 7;
        }
        self.bytes.push(n as u8);
    }
}

fn tag_of(value: &Val) -> u8 {
    match value {
        Val::Text(_) => tag::TEXT,
        Val::Count(_) => tag::COUNT,
        Val::Date(_) => tag::DATE,
        Val::Range(..) => tag::RANGE,
        Val::One(_) => tag::ONE,
        Val::Many(_) => tag::MANY,
        Val::Dimensions(_) => tag::DIMENSIONS,
        Val::Indicators(_) => tag::INDICATORS,
    }
}

/// Reads what [`Writer`] has written; `None` where it ends too early.
struct Reader<'a> {
    rest: &'a [u8],
    shared: &'a [Arc<str>],
}

/// What stands before a value.
struct Head<'a> {
    tag: u8,
    cell: Cell,
    raw: &'a [u8],
}

impl<'a> Head<'a> {
    fn raw(&self) -> Option<&'a str> {
        std::str::from_utf8(self.raw).ok()
    }
}

impl<'a> Reader<'a> {
    fn head(&mut self) -> Option<Head<'a>> {
        let tag = self.byte()?;
        let cell = Cell::new(self.number()? as u32, self.number()? as u32);
        let raw = match tag & tag::SHARED {
            0 => self.bytes()?,
            _ => self.shared.get(self.number()? as usize)?.as_bytes(),
        };
        Some(Head { tag: tag & !tag::SHARED, cell, raw })
    }

    /// The value; its inner `None` is an answer that is blank or could not be read.
    fn value(&mut self, head: &Head<'a>) -> Option<Option<Val<'a>>> {
        Some(Some(match head.tag {
            tag::SAME => Val::Text(head.raw()?.into()),
            tag::TEXT => Val::Text(self.text()?.into()),
            tag::COUNT => Val::Count(self.signed()?),
            tag::DATE => Val::Date(self.day()?),
            tag::RANGE => Val::Range(self.day()?, self.day()?),
            tag::ONE => Val::One(self.number()? as usize),
            tag::MANY => Val::Many(self.list(|r| Some(r.number()? as usize))?),
            tag::DIMENSIONS => Val::Dimensions(self.list(|r| Some([r.level()?, r.level()?, r.level()?]))?),
            tag::INDICATORS => Val::Indicators(self.list(Self::indicator)?),
            _ => return Some(None),
        }))
    }

    fn indicator(&mut self) -> Option<Indicator> {
        let (name, unit) = (self.text()?.to_owned(), self.text()?.to_owned());
        let more_is_better = [Some(false), Some(true), None].get(self.number()? as usize).copied()?;
        let (before, goal, after) = (self.decimal()?, self.decimal()?, self.decimal()?);
        Some(Indicator { name, unit, more_is_better, before, goal, after })
    }

    fn decimal(&mut self) -> Option<Option<(i64, u32)>> {
        let mantissa = self.level()?;
        let decimals = self.number()? as u32;
        Some(mantissa.map(|mantissa| (mantissa, decimals)))
    }

    fn level(&mut self) -> Option<Option<i64>> {
        let is_there = self.byte()? == 1;
        let n = self.signed()?;
        Some(is_there.then_some(n))
    }

    fn day(&mut self) -> Option<Date> {
        Date::from_julian_day(self.signed()? as i32).ok()
    }

    fn list<T>(&mut self, mut each: impl FnMut(&mut Self) -> Option<T>) -> Option<Box<[T]>> {
        (0..self.number()?).map(|_| each(self)).collect()
    }

    fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.number()? as usize;
        let (bytes, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(bytes)
    }

    fn signed(&mut self) -> Option<i64> {
        let n = self.number()?;
        Some((n >> 1) as i64 ^ -((n & 1) as i64))
    }

    fn number(&mut self) -> Option<u64> {
        let (mut n, mut shift) = (0, 0);
        loop {
            let byte = self.byte()?;
            n |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte < 0x80 {
                return Some(n);
            }
            shift += 7;
        }
    }

    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day() -> impl Strategy<Value = Date> {
        (Date::MIN.to_julian_day()..=Date::MAX.to_julian_day())
            .prop_map(|n| Date::from_julian_day(n).unwrap())
    }

    fn indicator() -> impl Strategy<Value = Indicator> {
        let number = || any::<Option<(i64, u32)>>();
        (".{0,9}", ".{0,3}", any::<Option<bool>>(), number(), number(), number()).prop_map(
            |(name, unit, more_is_better, before, goal, after)| Indicator {
                name,
                unit,
                more_is_better,
                before,
                goal,
                after,
            },
        )
    }

    fn value() -> impl Strategy<Value = Val<'static>> {
        prop_oneof![
            ".{0,40}".prop_map(|words| Val::Text(words.into())),
            any::<i64>().prop_map(Val::Count),
            day().prop_map(Val::Date),
            (day(), day()).prop_map(|(from, to)| Val::Range(from, to)),
            any::<usize>().prop_map(Val::One),
            prop::collection::vec(any::<usize>(), 0..9).prop_map(|all| Val::Many(all.into())),
            prop::collection::vec(any::<[Option<i64>; 3]>(), 0..7)
                .prop_map(|all| Val::Dimensions(all.into())),
            prop::collection::vec(indicator(), 0..4).prop_map(|all| Val::Indicators(all.into())),
        ]
    }

    fn answer() -> impl Strategy<Value = Answer<'static>> {
        let raw = prop_oneof![9 => ".{0,40}", 1 => Just("很长的话".repeat(6_000))];
        let same = raw.clone().prop_map(|raw| (raw.clone(), Some(Val::Text(raw.into()))));
        let said = prop_oneof![same, (raw, prop::option::of(value()))];
        (any::<u32>(), any::<u32>(), said).prop_map(|(row, col, (raw, value))| Answer {
            cell: Cell::new(row, col),
            raw: raw.into(),
            value,
        })
    }

    proptest! {
        #[test]
        fn answers_come_back_as_they_were(
            all in prop::collection::vec(prop::option::of(answer()), 0..40),
            other in prop::option::of(answer()),
            shared in any::<[bool; 8]>(),
            at in any::<prop::sample::Index>(),
        ) {
            let share = |index: usize, raw: &str| shared.get(index % 8)?.then(|| raw.into());
            let mut packed = Answers::new(all.clone(), share);
            prop_assert_eq!(packed.iter().collect::<Vec<_>>(), all.clone());
            for (index, answer) in all.iter().enumerate() {
                let value = answer.as_ref().and_then(|a| a.value.clone());
                let words = if let Some(Val::Text(words)) = &value { Some(&**words) } else { None };
                prop_assert_eq!(packed.words(index), words);
                prop_assert_eq!(packed.value(index), value);
            }
            prop_assert_eq!(packed.get(all.len()), None);
            if !all.is_empty() {
                let (mut expected, at) = (all, at.index(packed.len()));
                packed.set(at, other.clone());
                expected[at] = other;
                prop_assert_eq!(packed.iter().collect::<Vec<_>>(), expected);
            }
        }
    }
}
