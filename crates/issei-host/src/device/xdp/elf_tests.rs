//! Reads the instructions of an object file, and what they lead to.
//!
//! Standard: ELF-64 object file format; relocations `R_BPF_64_64` and `R_BPF_64_32`.

use std::collections::BTreeMap;

use super::machine::Instruction;

/// The instructions of all functions, one section after the other.
pub struct Code {
    pub instructions: Vec<Instruction>,
    /// Where the program begins.
    pub entry: usize,
    /// What the instruction at a place leads to.
    pub targets: BTreeMap<usize, Target>,
}

pub enum Target {
    Map(String),
    Function(usize),
}

struct Section<'o> {
    name: String,
    kind: u32,
    of: usize,
    bytes: &'o [u8],
}

struct Symbol {
    name: String,
    section: usize,
    value: usize,
}

impl Code {
    pub fn of(object: &[u8], section: &str, program: &str) -> Self {
        let sections = sections(object);
        let symbols = symbols(&sections);
        let mut code = Self {
            instructions: Vec::new(),
            entry: 0,
            targets: BTreeMap::new(),
        };
        let mut starts = BTreeMap::new();
        for (number, found) in sections.iter().enumerate() {
            if found.name == ".text" || found.name == section {
                starts.insert(number, code.instructions.len());
                code.instructions.extend(instructions(found.bytes));
            }
        }
        let place = |symbol: &Symbol| Some(starts.get(&symbol.section)? + symbol.value / 8);
        let entry = symbols.iter().find(|symbol| symbol.name == program);
        code.entry = entry.and_then(place).unwrap();
        for relocations in sections.iter().filter(|section| section.kind == 9) {
            let Some(start) = starts.get(&relocations.of) else {
                continue;
            };
            for one in relocations.bytes.chunks_exact(16) {
                let symbol = &symbols[word(one, 12) as usize];
                let target = match place(symbol) {
                    Some(place) => Target::Function(place),
                    None => Target::Map(symbol.name.clone()),
                };
                code.targets.insert(start + long(one, 0) / 8, target);
            }
        }
        code
    }
}

pub fn names(object: &[u8]) -> Vec<String> {
    let sections = sections(object);
    let maps = sections
        .iter()
        .position(|section| section.name == ".maps")
        .unwrap();
    let symbols = symbols(&sections);
    let of_maps = symbols.into_iter().filter(|symbol| symbol.section == maps);
    let named = of_maps
        .map(|symbol| symbol.name)
        .filter(|name| !name.is_empty());
    named.collect()
}

fn sections(object: &[u8]) -> Vec<Section<'_>> {
    assert_eq!(&object[..6], b"\x7fELF\x02\x01", "64 bits, little-endian");
    let (table, count) = (long(object, 40), half(object, 60));
    let names = half(object, 62);
    let head = |number: usize| &object[table + 64 * number..][..64];
    let bytes = |head: &[u8]| &object[long(head, 24)..][..long(head, 32)];
    let texts = bytes(head(names));
    let section = |number| {
        let head = head(number);
        Section {
            name: text(texts, word(head, 0) as usize),
            kind: word(head, 4),
            of: word(head, 44) as usize,
            bytes: bytes(head),
        }
    };
    (0..count).map(section).collect()
}

fn symbols(sections: &[Section<'_>]) -> Vec<Symbol> {
    let table = sections.iter().find(|section| section.kind == 2).unwrap();
    let texts = sections
        .iter()
        .find(|section| section.name == ".strtab")
        .unwrap();
    let symbol = |one: &[u8]| Symbol {
        name: text(texts.bytes, word(one, 0) as usize),
        section: half(one, 6),
        value: long(one, 8),
    };
    table.bytes.chunks_exact(24).map(symbol).collect()
}

fn instructions(bytes: &[u8]) -> impl Iterator<Item = Instruction> {
    bytes.as_chunks::<8>().0.iter().map(|one| Instruction {
        code: one[0],
        to: usize::from(one[1] & 15),
        from: usize::from(one[1] >> 4),
        offset: i16::from_le_bytes([one[2], one[3]]),
        number: i32::from_le_bytes([one[4], one[5], one[6], one[7]]),
    })
}

fn text(texts: &[u8], at: usize) -> String {
    let text = texts[at..].split(|byte| *byte == 0).next().unwrap();
    String::from_utf8_lossy(text).into_owned()
}

fn long(bytes: &[u8], at: usize) -> usize {
    u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())
}

fn half(bytes: &[u8], at: usize) -> usize {
    usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]))
}
