//! XML written as plainly as can be: tags that close each other, attributes in double quotes, and nothing else.
//!
//! What is written so can be left out or told apart without a doubt about how the library would read it.

use memchr::memmem::find;

/// Whether a text is made of tags and words alone, but for its declaration: a comment or an instruction may hold
/// anything.
pub(super) fn is_tags_and_words(xml: &[u8]) -> bool {
    let is_other = |at: usize| at > 0 && xml[at - 1] == b'<' && (xml[at] == b'!' || at > 1);
    !xml.is_empty() && !memchr::memchr2_iter(b'!', b'?', xml).any(is_other)
}

/// What stands behind the declaration of a text in UTF-8; all of it where it has none.
pub(super) fn behind_declaration(xml: &[u8]) -> Option<&[u8]> {
    let Some(mut rest) = xml.strip_prefix(b"<?xml") else { return Some(xml) };
    while let Some((name, value, behind)) = attribute(rest) {
        if name == b"encoding" && !value.eq_ignore_ascii_case(b"utf-8") {
            return None;
        }
        rest = behind;
    }
    Some(rest.strip_prefix(b"?>")?.trim_ascii_start())
}

/// A text without the first of each of these elements, in the order in which they stand, where they are plain.
pub(super) fn without(xml: &[u8], names: &[&[u8]], kept: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::with_capacity(xml.len());
    let mut rest = xml;
    for looked_for in names {
        let Some(at) = find(rest, &[b"<", *looked_for].concat()) else { continue };
        let is_it = name(&rest[at + 1..]).is_some_and(|(name, _)| name == *looked_for);
        let Some(length) = element(&rest[at..], kept).filter(|_| is_it) else { continue };
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + length..];
    }
    out.extend_from_slice(rest);
    out
}

/// Length of the element with which a text opens, where it is made of plain tags that close each other and of nothing
/// else; none of them may be `kept`, with a prefix or without.
pub(super) fn element(xml: &[u8], kept: &[&[u8]]) -> Option<usize> {
    let mut open: Vec<&[u8]> = Vec::new();
    let mut rest = xml;
    loop {
        let tag = rest.trim_ascii_start().strip_prefix(b"<")?;
        if let Some(closed) = tag.strip_prefix(b"/") {
            rest = closed.strip_prefix(open.pop()?)?.strip_prefix(b">")?;
        } else {
            let (name, behind) = name(tag).filter(|(name, _)| !kept.contains(&local(name)))?;
            rest = attributes(behind)?;
            match rest.strip_prefix(b"/") {
                Some(empty) => rest = empty,
                None => open.push(name),
            }
            rest = rest.strip_prefix(b">")?;
        }
        if open.is_empty() {
            let length = xml.len() - rest.len();
            return std::str::from_utf8(&xml[..length]).ok().map(|_| length);
        }
    }
}

/// A name without its prefix.
fn local(name: &[u8]) -> &[u8] {
    name.rsplit(|b| *b == b':').next().unwrap_or(name)
}

/// A name and what stands behind it.
pub(super) fn name(xml: &[u8]) -> Option<(&[u8], &[u8])> {
    let is_part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b':' | b'_');
    let length = xml.iter().take_while(|b| is_part(b)).count();
    (length > 0).then(|| xml.split_at(length))
}

/// What stands behind the attributes with which a text opens.
pub(super) fn attributes(mut xml: &[u8]) -> Option<&[u8]> {
    while xml.starts_with(b" ") {
        xml = attribute(xml)?.2;
    }
    Some(xml)
}

/// Name and value of the attribute with which a text opens, ` name="value"` without references, and what stands behind.
pub(super) fn attribute(xml: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (name, behind) = name(xml.strip_prefix(b" ")?)?;
    let value = behind.strip_prefix(b"=\"")?;
    let end = value.iter().position(|b| matches!(b, b'"' | b'<' | b'&'))?;
    Some((name, &value[..end], value[end..].strip_prefix(b"\"")?))
}
