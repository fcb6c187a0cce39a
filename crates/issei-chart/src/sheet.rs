//! The sheet that a picture is drawn on: elements, numbers and ids of SVG.
//!
//! In: shapes in units of the sheet. Out: a [`Chart`]. Always: every number written is finite and within the
//! sheet's neighbourhood, every text is escaped and bounded, every element is closed.

use std::fmt::{self, Write as _};

use crate::chart::{Chart, Table};
use crate::look::Look;
use crate::text;

/// Where a text stands by its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// A coordinate with one digit behind the point, or none where it needs none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At(pub f64);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const FAR: f64 = 99_999.0;
        let value = if self.0.is_nan() { 0.0 } else { self.0 };
        let tenths = (value.clamp(-FAR, FAR) * 10.0).round() as i64;
        if tenths % 10 == 0 {
            write!(f, "{}", tenths / 10)
        } else {
            write!(f, "{:.1}", tenths as f64 / 10.0)
        }
    }
}

/// A picture in the making.
pub(crate) struct Sheet<'a> {
    pub look: &'a Look,
    pub width: f64,
    body: String,
    id: String,
    form: &'static str,
}

impl<'a> Sheet<'a> {
    /// Begins an empty sheet of the look's width.
    pub fn new(look: &'a Look) -> Self {
        let form = if look.is_narrow() { "narrow" } else { "wide" };
        Self::of_width(look, look.width.units(), form)
    }

    /// Begins an empty sheet of another width, with the class that gives a page its size.
    pub fn of_width(look: &'a Look, width: f64, form: &'static str) -> Self {
        let kept = look
            .id
            .chars()
            .filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-');
        // The two layouts of one picture may stand on one page, so their ids differ.
        let begin = if look.is_narrow() { "n-" } else { "c-" };
        let id: String = begin.chars().chain(kept.take(40)).collect();
        Self {
            look,
            width,
            body: String::new(),
            id,
            form,
        }
    }

    /// Writes text. It is cut to 200 characters, so fit it first.
    pub fn text(&mut self, class: &str, (x, y): (f64, f64), anchor: Anchor, words: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        self.line_of(format_args!(
            "<text class=\"{class}\" x=\"{}\" y=\"{}\"{anchor}>{}</text>",
            At(x),
            At(y),
            text::escape(&text::shorten(words, 200))
        ));
    }

    /// Draws a straight line.
    pub fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        self.line_of(format_args!(
            "<path class=\"{class}\" d=\"M{} {}L{} {}\"/>",
            At(from.0),
            At(from.1),
            At(to.0),
            At(to.1)
        ));
    }

    /// Draws a rectangle; a negative width or height is none.
    pub fn rect(&mut self, class: &str, (x, y): (f64, f64), (width, height): (f64, f64)) {
        self.box_of(class, (x, y), (width, height), 0.0);
    }

    /// Draws a rectangle with round corners.
    pub fn box_of(
        &mut self,
        class: &str,
        (x, y): (f64, f64),
        (width, height): (f64, f64),
        round: f64,
    ) {
        let rx = if round > 0.0 {
            format!(" rx=\"{}\"", At(round))
        } else {
            String::new()
        };
        self.line_of(format_args!(
            "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{rx}/>",
            At(x),
            At(y),
            At(width.max(0.0)),
            At(height.max(0.0))
        ));
    }

    /// Draws a dot.
    pub fn dot(&mut self, class: &str, (x, y): (f64, f64), radius: f64) {
        self.line_of(format_args!(
            "<circle class=\"{class}\" cx=\"{}\" cy=\"{}\" r=\"{}\"/>",
            At(x),
            At(y),
            At(radius)
        ));
    }

    /// Draws a path that was written with [`At`].
    pub fn path(&mut self, class: &str, d: &str) {
        if !d.is_empty() {
            self.line_of(format_args!("<path class=\"{class}\" d=\"{d}\"/>"));
        }
    }

    /// Writes one element on a line of its own. What is handed in must be escaped.
    pub fn line_of(&mut self, element: fmt::Arguments<'_>) {
        // Writing into a string cannot fail.
        let _ = self.body.write_fmt(element);
        self.body.push('\n');
    }

    /// Opens a group that says `name` when one points at it.
    pub fn open(&mut self, name: &str) {
        self.line_of(format_args!(
            "<g><title>{}</title>",
            text::escape(&text::shorten(name, 200))
        ));
    }

    /// Closes the group.
    pub fn close(&mut self) {
        self.body.push_str("</g>\n");
    }

    /// Ends the picture.
    pub fn finish(self, height: f64, title: &str, description: &str, table: Table) -> Chart {
        let title = text::shorten(title, 200);
        let description = text::shorten(description, 600);
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart {}\" role=\"img\" \
             aria-labelledby=\"{id}-t {id}-d\" width=\"100%\" viewBox=\"0 0 {} {}\">\n\
             <title id=\"{id}-t\">{}</title>\n<desc id=\"{id}-d\">{}</desc>\n{}</svg>\n",
            self.form,
            At(self.width),
            At(height),
            text::escape(&title),
            text::escape(&description),
            self.body,
            id = self.id,
        );
        Chart {
            svg,
            title,
            description,
            table,
            body: self.body,
            id: self.id,
            size: (self.width, height),
            says_all: false,
        }
    }

    /// Ends a picture that has nothing to show, saying why.
    pub fn finish_empty(mut self, title: &str, table: Table) -> Chart {
        let plain = self
            .look
            .say("Nothing to show yet.", "表示できるデータはまだありません。");
        let why = if self.look.why_empty.trim().is_empty() {
            plain.to_string()
        } else {
            self.look.why_empty.clone()
        };
        let lines = text::wrap(&why, 13.0, self.width - 64.0, 4);
        let height = 64.0 + lines.len() as f64 * 20.0;
        self.box_of("c-empty", (0.5, 0.5), (self.width - 1.0, height - 1.0), 6.0);
        for (place, line) in lines.iter().enumerate() {
            let y = 46.0 + place as f64 * 20.0;
            let middle = self.width / 2.0;
            self.text("c-label c-soft", (middle, y), Anchor::Middle, line);
        }
        let chart = self.finish(height, title, &why, table);
        Chart {
            says_all: true,
            ..chart
        }
    }
}
