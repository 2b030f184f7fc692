//! XML written as plainly as can be: tags that close each other, attributes in double quotes, and nothing else.
//!
//! What is written so can be left out or told apart without a doubt about how the library would read it.

/// Length of the element with which a text opens, where it is made of plain tags that close each other and of nothing
/// else; none of them may be `kept`.
pub(super) fn element(xml: &[u8], kept: &[&[u8]]) -> Option<usize> {
    let mut open: Vec<&[u8]> = Vec::new();
    let mut rest = xml;
    loop {
        let tag = rest.trim_ascii_start().strip_prefix(b"<")?;
        if let Some(closed) = tag.strip_prefix(b"/") {
            rest = closed.strip_prefix(open.pop()?)?.strip_prefix(b">")?;
        } else {
            let (name, behind) = name(tag).filter(|(name, _)| !kept.contains(name))?;
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
