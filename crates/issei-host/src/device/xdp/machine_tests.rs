//! A machine that runs the committed object without the kernel: it carries out the instructions of BPF one by
//! one, over maps and clocks that a test sets.
//!
//! So the very bytes that are loaded in the field are tried by any user, at moments that a running clock never
//! shows twice. Whatever the program should not do, such as to read past a frame, ends the test.
//! Standard: RFC 9669. Limits: one processor; instructions that this program does not have.

use std::collections::BTreeMap;

use issei_enforce::xdp::layout::{BUCKET, COUNT, ROW, ROWS, SETTINGS, SLOT};
use issei_enforce::xdp::{
    Bits, Clocks, Half, Observed, Plan, RowNumber, Seeds, Settings, Step, Table, Tally,
};

use super::elf::{Code, Target};
use super::object::OBJECT;

/// A pointer's upper half says into what, its lower half where.
const PLACE: u64 = 1 << 32;
const STACK: u64 = 512;

/// Something that pointers lead into.
type Region = u64;
const CONTEXT: Region = 1;
const FRAME: Region = 2;
/// One for every call that is under way, from here on.
const STACKS: Region = 16;
/// One for every map, from here on.
const MAPS: Region = 64;

pub struct Machine {
    code: Code,
    maps: Vec<&'static str>,
    memory: BTreeMap<Region, Vec<u8>>,
    buckets: Vec<Vec<u8>>,
    pub clocks: Clocks,
    pub table: Table,
    settings: Settings,
}

/// Value sizes of the maps.
const SIZES: [(&str, usize, u32); 5] = [
    ("settings", SETTINGS, 1),
    ("bits", Bits::LENGTH, 1),
    ("orders", ROW, 2 * ROWS),
    ("counts", COUNT, ROWS),
    ("goals", SLOT, 0),
];
const BUCKETS: &str = "buckets";

impl Machine {
    pub fn new(homes: u32, seed: u64) -> Self {
        let seeds = Seeds([1, 3, 5, 7, 11, 13, 17].map(|factor: u64| {
            factor.wrapping_mul(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1) | 1
        }));
        let settings = Settings {
            live: Half::First,
            tai_lead: 37_000_000_000,
            homes,
            seeds,
        };
        let mut machine = Self {
            code: Code::of(OBJECT, "xdp", "cut"),
            maps: SIZES
                .iter()
                .map(|(name, ..)| *name)
                .chain([BUCKETS])
                .collect(),
            memory: BTreeMap::new(),
            buckets: Vec::new(),
            clocks: Clocks {
                wall: 1_790_000_000_000_000_000,
                boot: 500_000_000_000,
                tai_lead: settings.tai_lead,
            },
            table: Table::new(&settings, vec!["203.0.113.0/24".parse().unwrap()]),
            settings,
        };
        for (name, size, entries) in SIZES {
            let entries = if entries == 0 {
                Table::places_for(homes)
            } else {
                entries
            };
            let region = machine.map(name);
            machine
                .memory
                .insert(region, vec![0; size * entries as usize]);
        }
        machine.set(settings);
        machine
    }

    pub fn carry_out(&mut self, plan: Plan) {
        plan.into_steps().iter().for_each(|step| self.step(step));
    }

    /// Does to the maps what the host does.
    pub fn step(&mut self, step: &Step) {
        match step {
            Step::Count(rows) => {
                for row in rows {
                    self.write("counts", row.index(), &[0; COUNT]);
                }
            }
            Step::Bits(bits) => self.write("bits", 0, &bits.to_bytes()),
            Step::Goals(slots) => {
                for (place, slot) in slots {
                    self.write("goals", *place, &slot.to_bytes());
                }
            }
            Step::Rows(rows) => {
                let live = self.settings.live.other();
                for (place, row) in (live.start()..).zip(rows.as_chunks::<ROW>().0) {
                    self.write("orders", place, row);
                }
                self.set(Settings {
                    live,
                    ..self.settings
                });
            }
            Step::Wait => {}
        }
    }

    pub fn set(&mut self, settings: Settings) {
        self.write("settings", 0, &settings.to_bytes());
        self.settings = settings;
    }

    pub fn settings(&self) -> Settings {
        self.settings
    }

    pub fn observed(&self) -> Observed {
        let start = self.settings.live.start() as usize * ROW;
        let orders = &self.memory[&self.map("orders")];
        Observed {
            settings: self.settings,
            rows: orders[start..start + ROWS as usize * ROW].to_vec(),
            goals: self.memory[&self.map("goals")].clone(),
            bits: Bits::from_bytes(&self.memory[&self.map("bits")]).unwrap(),
        }
    }

    pub fn tally(&self, row: RowNumber) -> Tally {
        self.counted(row.index())
    }

    pub fn spared(&self) -> u64 {
        self.counted(0).passed
    }

    fn counted(&self, row: u32) -> Tally {
        let at = row as usize * COUNT;
        Tally::of(&self.memory[&self.map("counts")][at..at + COUNT])
    }

    /// Overwrites a value of a map, or a part of it.
    pub fn write(&mut self, name: &str, index: u32, bytes: &[u8]) {
        let (_, size, _) = SIZES.iter().find(|(known, ..)| *known == name).unwrap();
        let (at, region) = (index as usize * size, self.map(name));
        let map = self.memory.get_mut(&region).unwrap();
        map[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn map(&self, name: &str) -> Region {
        let place = self.maps.iter().position(|known| *known == name);
        MAPS + place.unwrap() as u64
    }

    /// Tells whether a frame is dropped.
    pub fn drops(&mut self, frame: &[u8]) -> bool {
        self.memory.insert(FRAME, frame.to_vec());
        let start = FRAME * PLACE;
        let context = [start, start + frame.len() as u64];
        // The kernel turns the program's reading of a field of four bytes into one of its own pointers.
        let context = context.iter().flat_map(|pointer| pointer.to_le_bytes());
        self.memory.insert(CONTEXT, context.collect());
        match self.call(self.code.entry, [CONTEXT * PLACE, 0, 0, 0, 0], 0) {
            1 => true,
            2 => false,
            other => panic!("the program answered {other}"),
        }
    }

    /// Runs a function to its end.
    fn call(&mut self, start: usize, arguments: [u64; 5], depth: u64) -> u64 {
        assert!(depth < 8, "calls are nested too deeply");
        self.memory.insert(STACKS + depth, vec![0; STACK as usize]);
        let mut registers = [0u64; 11];
        registers[1..6].copy_from_slice(&arguments);
        registers[10] = (STACKS + depth) * PLACE + STACK;
        let mut at = start;
        for _ in 0..100_000 {
            let one = self.code.instructions[at];
            at += 1;
            match one.code & 7 {
                4 | 7 => calculate(&one, &mut registers),
                0 => {
                    assert_eq!(one.code, 0x18, "the only load of its class");
                    registers[one.to] = match self.code.targets.get(&(at - 1)) {
                        Some(Target::Map(name)) => self.map(name) * PLACE,
                        _ => {
                            let upper = self.code.instructions[at].number as u32;
                            u64::from(upper) << 32 | u64::from(one.number as u32)
                        }
                    };
                    at += 1;
                }
                1 => registers[one.to] = self.load(registers[one.from], &one),
                2 => self.store(registers[one.to], &one, one.number as i64 as u64),
                3 if one.code == 0xdb => self.exchange(&one, &mut registers),
                3 => self.store(registers[one.to], &one, registers[one.from]),
                _ => match one.code {
                    0x95 => return registers[0],
                    0x85 => {
                        let arguments = [1, 2, 3, 4, 5].map(|number| registers[number]);
                        registers[0] = match self.code.targets.get(&(at - 1)) {
                            Some(Target::Function(start)) => {
                                self.call(*start, arguments, depth + 1)
                            }
                            _ => self.help(one.number, arguments),
                        };
                        // A call leaves nothing in these.
                        registers[1..6].fill(u64::MAX);
                    }
                    _ if jumps(&one, &registers) => {
                        at = at.strict_add_signed(one.offset.into());
                    }
                    _ => {}
                },
            }
        }
        panic!("the program does not end");
    }

    /// What the kernel does when it is called.
    fn help(&mut self, number: i32, [map, key, value, flags, _]: [u64; 5]) -> u64 {
        match number {
            1 => self.find(map / PLACE, key),
            2 => {
                assert_eq!((map / PLACE, flags), (self.map(BUCKETS), 1));
                let (key, value) = (self.read(key, BUCKET.0), self.read(value, BUCKET.1));
                self.buckets.push(key);
                let region = MAPS + 100 + self.buckets.len() as u64;
                self.memory.insert(region, value);
                0
            }
            125 => self.clocks.boot,
            208 => self.clocks.wall + self.clocks.tai_lead,
            other => panic!("helper {other}, which this program does not call"),
        }
    }

    fn find(&self, map: Region, key: u64) -> u64 {
        let name = self.maps[(map - MAPS) as usize];
        if name == BUCKETS {
            let key = self.read(key, BUCKET.0);
            let place = self.buckets.iter().position(|known| *known == key);
            return place.map_or(0, |place| (MAPS + 101 + place as u64) * PLACE);
        }
        let (_, size, _) = SIZES.iter().find(|(known, ..)| *known == name).unwrap();
        let index = u32::from_le_bytes(self.read(key, 4).try_into().unwrap()) as usize;
        let is_there = (index + 1) * size <= self.memory[&map].len();
        if is_there {
            map * PLACE + (index * size) as u64
        } else {
            0
        }
    }

    fn read(&self, pointer: u64, length: usize) -> Vec<u8> {
        let at = (pointer % PLACE) as usize;
        let region = self.memory.get(&(pointer / PLACE));
        let bytes = region.and_then(|region| region.get(at..at + length));
        bytes
            .unwrap_or_else(|| panic!("reads past {pointer:#x}"))
            .to_vec()
    }

    fn load(&self, base: u64, one: &Instruction) -> u64 {
        let pointer = base.wrapping_add_signed(one.offset.into());
        if pointer / PLACE == CONTEXT {
            let bytes = self.read(CONTEXT * PLACE + pointer % PLACE * 2, 8);
            return u64::from_le_bytes(bytes.try_into().unwrap());
        }
        let mut bytes = [0; 8];
        bytes[..one.width()].copy_from_slice(&self.read(pointer, one.width()));
        u64::from_le_bytes(bytes)
    }

    fn store(&mut self, base: u64, one: &Instruction, value: u64) {
        let pointer = base.wrapping_add_signed(one.offset.into());
        let at = (pointer % PLACE) as usize;
        assert!(pointer / PLACE != FRAME, "writes into the frame");
        let region = self.memory.get_mut(&(pointer / PLACE));
        let bytes = region.and_then(|region| region.get_mut(at..at + one.width()));
        let bytes = bytes.unwrap_or_else(|| panic!("writes past {pointer:#x}"));
        bytes.copy_from_slice(&value.to_le_bytes()[..one.width()]);
    }

    /// Compares and exchanges: the only atomic instruction of this program.
    fn exchange(&mut self, one: &Instruction, registers: &mut [u64; 11]) {
        assert_eq!(one.number, 0xf1);
        let found = self.load(registers[one.to], one);
        if found == registers[0] {
            self.store(registers[one.to], one, registers[one.from]);
        }
        registers[0] = found;
    }
}

/// One instruction (RFC 9669, section 3).
#[derive(Clone, Copy, Debug)]
pub struct Instruction {
    pub code: u8,
    pub to: usize,
    pub from: usize,
    pub offset: i16,
    pub number: i32,
}

impl Instruction {
    /// Bytes that are loaded or stored (section 5).
    fn width(&self) -> usize {
        [4, 2, 1, 8][usize::from(self.code >> 3 & 3)]
    }

    fn operand(&self, registers: &[u64; 11]) -> u64 {
        if self.code & 8 == 0 {
            self.number as i64 as u64
        } else {
            registers[self.from]
        }
    }
}

/// Sections 4.1 and 4.2.
fn calculate(one: &Instruction, registers: &mut [u64; 11]) {
    let (before, operand) = (registers[one.to], one.operand(registers));
    if one.code & 0xf0 == 0xd0 {
        assert_eq!(
            (one.code, one.number),
            (0xdc, 16),
            "to big-endian, sixteen bits"
        );
        registers[one.to] = u64::from((before as u16).to_be());
        return;
    }
    let is_long = one.code & 7 == 7;
    let (before, operand) = if is_long {
        (before, operand)
    } else {
        (before as u32 as u64, operand as u32 as u64)
    };
    let shift = operand & if is_long { 63 } else { 31 };
    let after = match one.code >> 4 {
        0 => before.wrapping_add(operand),
        1 => before.wrapping_sub(operand),
        2 => before.wrapping_mul(operand),
        4 => before | operand,
        5 => before & operand,
        6 => before << shift,
        7 => before >> shift,
        8 => before.wrapping_neg(),
        10 => before ^ operand,
        11 => operand,
        other => panic!("calculation {other}, which this program does not have"),
    };
    registers[one.to] = if is_long { after } else { after as u32 as u64 };
}

/// Section 4.3.
fn jumps(one: &Instruction, registers: &[u64; 11]) -> bool {
    let (left, right) = (registers[one.to], one.operand(registers));
    let is_long = one.code & 7 == 5;
    let (left, right) = if is_long {
        (left, right)
    } else {
        (left as u32 as u64, right as u32 as u64)
    };
    let signed = |value: u64| {
        if is_long {
            value as i64
        } else {
            value as i32 as i64
        }
    };
    match one.code >> 4 {
        0 => true,
        1 => left == right,
        2 => left > right,
        3 => left >= right,
        4 => left & right != 0,
        5 => left != right,
        6 => signed(left) > signed(right),
        7 => signed(left) >= signed(right),
        10 => left < right,
        11 => left <= right,
        12 => signed(left) < signed(right),
        13 => signed(left) <= signed(right),
        other => panic!("jump {other}, which this program does not have"),
    }
}
