//! What a knob is, and the macro by which a section's struct, reader and help come from one table.

use super::reading::Section;

/// One knob, as people read about it.
#[derive(Clone, Copy, Debug)]
pub struct Knob {
    /// Its name within the section.
    pub name: &'static str,
    /// What kind of value it takes.
    pub kind: &'static str,
    /// Its default, as TOML.
    pub default: &'static str,
    /// Least and greatest value, `a .. b`; empty if there is no range.
    pub range: &'static str,
    /// What it does.
    pub english: &'static str,
    /// The same in Japanese.
    pub japanese: &'static str,
}

/// One section, as people read about it.
#[derive(Clone, Copy, Debug)]
pub struct Chapter {
    /// Its name in brackets.
    pub name: &'static str,
    /// What it is about.
    pub english: &'static str,
    /// The same in Japanese.
    pub japanese: &'static str,
    /// Its knobs.
    pub knobs: &'static [Knob],
}

/// A section that can be read from a table and written back.
pub trait Readable: Sized {
    /// Takes every knob from the table.
    fn read(section: &mut Section<'_, '_>) -> Self;
    /// Writes every value as TOML, in the order of the knobs.
    fn values(&self) -> Vec<String>;
}

macro_rules! sections {
    ($(
        $(#[doc = $about:literal])+
        $section:ident : $Type:ident, $about_ja:literal {
            $( $(#[doc = $help:literal])+ $knob:ident : $kind:ty = $default:literal, $range:literal, $help_ja:literal; )+
        }
    )+) => {
        $(
            $(#[doc = $about])+
            #[derive(Clone, Debug, PartialEq)]
            pub struct $Type { $( $(#[doc = $help])+ pub $knob: $kind, )+ }

            impl $crate::configuration::knob::Readable for $Type {
                fn read(section: &mut $crate::configuration::reading::Section<'_, '_>) -> Self {
                    Self { $( $knob: section.take(stringify!($knob), $default, $range), )+ }
                }

                fn values(&self) -> Vec<String> {
                    vec![$( $crate::configuration::values::Value::to_toml(&self.$knob), )+]
                }
            }
        )+

        /// Every knob, read and checked.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Configuration { $( $(#[doc = $about])+ pub $section: $Type, )+ }

        impl Configuration {
            /// Every section with its knobs, in the order of the file.
            pub const CHAPTERS: &'static [$crate::configuration::knob::Chapter] = &[$(
                $crate::configuration::knob::Chapter {
                    name: stringify!($section),
                    english: concat!($($about,)+),
                    japanese: $about_ja,
                    knobs: &[$( $crate::configuration::knob::Knob {
                        name: stringify!($knob),
                        kind: <$kind as $crate::configuration::values::Value>::KIND,
                        default: $default,
                        range: $range,
                        english: concat!($($help,)+),
                        japanese: $help_ja,
                    }, )+],
                },
            )+];

            fn read(document: &mut $crate::configuration::reading::Document<'_>) -> Self {
                Self { $( $section: document.section(stringify!($section)), )+ }
            }

            fn values(&self) -> Vec<Vec<String>> {
                vec![$( $crate::configuration::knob::Readable::values(&self.$section), )+]
            }
        }
    };
}
pub(super) use sections;
