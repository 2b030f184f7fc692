//! One XML part in the making: elements, attributes, text.
//!
//! All text that ends up in a Word file passes through here, where it is
//! escaped and freed of characters that XML 1.0 cannot hold. Nothing else in
//! the renderer writes markup, so that no answer can become markup.

use std::borrow::Cow;
use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::error::{Error, Result};

/// Attributes of an element, in the order they are written.
pub type Attrs<'a> = &'a [(&'a str, &'a str)];

/// Writes one XML part; a fault is kept and told by [`Xml::finish`].
pub struct Xml {
    writer: Writer<Vec<u8>>,
    fault: Option<io::Error>,
}

impl Xml {
    /// Starts a part with its declaration.
    pub fn part() -> Self {
        let mut xml = Self::fragment();
        xml.event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), Some("yes"))));
        xml
    }

    /// Starts a piece to be put into a part later.
    pub fn fragment() -> Self {
        Self { writer: Writer::new(Vec::new()), fault: None }
    }

    /// An element without content.
    pub fn leaf(&mut self, name: &str, attrs: Attrs) {
        let element = start(name, attrs);
        self.event(Event::Empty(element));
    }

    /// An element around whatever `inner` writes.
    pub fn within(&mut self, name: &str, attrs: Attrs, inner: impl FnOnce(&mut Self)) {
        self.open(name, attrs);
        inner(self);
        self.close(name);
    }

    /// An element that holds text only.
    pub fn text(&mut self, name: &str, attrs: Attrs, text: &str) {
        let text = clean(text);
        self.within(name, attrs, |xml| xml.event(Event::Text(BytesText::new(&text))));
    }

    /// Opens an element that [`Xml::close`] ends.
    pub fn open(&mut self, name: &str, attrs: Attrs) {
        let element = start(name, attrs);
        self.event(Event::Start(element));
    }

    /// Ends the element opened last.
    pub fn close(&mut self, name: &str) {
        self.event(Event::End(BytesEnd::new(name)));
    }

    /// Puts a finished fragment here.
    ///
    /// # Errors
    /// The fault met while the fragment was written.
    pub fn splice(&mut self, fragment: Self) -> Result<()> {
        self.writer.get_mut().extend(fragment.finish()?);
        Ok(())
    }

    /// The bytes of the part.
    ///
    /// # Errors
    /// The first fault met while writing.
    pub fn finish(self) -> Result<Vec<u8>> {
        match self.fault {
            Some(fault) => Err(Error::internal(format!("Word 文件写出失败（{fault}）"))),
            None => Ok(self.writer.into_inner()),
        }
    }

    fn event(&mut self, event: Event) {
        if let Err(fault) = self.writer.write_event(event) {
            self.fault.get_or_insert(fault);
        }
    }
}

fn start<'a>(name: &'a str, attrs: Attrs) -> BytesStart<'a> {
    let mut element = BytesStart::new(name);
    for (key, value) in attrs {
        let value = clean(value).replace(['\n', '\t'], " ");
        element.push_attribute((*key, value.as_str()));
    }
    element
}

/// The text without characters XML 1.0 forbids; line ends become `\n`.
pub fn clean(text: &str) -> Cow<'_, str> {
    let plain =
        |c: char| matches!(c, '\t' | '\n' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    if text.chars().all(plain) {
        return Cow::Borrowed(text);
    }
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    Cow::Owned(lines.chars().filter(|&c| plain(c)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_hold_is_dropped() {
        assert_eq!(clean("甲\u{0}\u{B}\u{1F}\u{FFFE}\u{FFFF}乙"), "甲乙");
        assert_eq!(clean("一\r\n二\r三"), "一\n二\n三");
        assert_eq!(clean("𬭩㛃龘😀"), "𬭩㛃龘😀");
    }

    #[test]
    fn text_never_becomes_markup() -> Result<()> {
        let mut xml = Xml::fragment();
        xml.text("a", &[("b", "\"<&>'\n")], "<w:p>]]>&amp;");
        let written = String::from_utf8(xml.finish()?).unwrap_or_default();
        assert!(!written.contains("<w:p>") && !written.contains("]]>"), "{written}");
        assert!(written.contains("&amp;amp;"), "{written}");
        Ok(())
    }
}
