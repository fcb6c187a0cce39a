//! The three ways out of a country: packets, export datagrams, batches.
//!
//! In: a country. Out, second by second: what its routers saw, and at any time the truth so far.
//! Always: in order of time; after the end, what still waited in caches comes out too.

use std::net::SocketAddr;

use issei_model::{FlowBatch, Origin, SamplingBasis, Timestamp};

use crate::atlas;
use crate::country::Country;
use crate::exporters::{Export, Exporter};
use crate::frames::Framer;
use crate::truth::{TrueExporter, Truth};

/// A packet that a router looked at.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// When it passed.
    pub time: Timestamp,
    /// Its first bytes, from the Ethernet head on: all heads, and payload only where it says more
    /// than zeros would.
    pub bytes: &'a [u8],
    /// Its whole length.
    pub length: u32,
    /// Which router looked, as the index of [`Truth::exporters`].
    pub router: usize,
}

/// An export datagram.
#[derive(Clone, Copy, Debug)]
pub struct Datagram<'a> {
    /// When it left.
    pub time: Timestamp,
    /// The router that sent it, with its port.
    pub router: SocketAddr,
    /// What it speaks.
    pub export: Export,
    /// The payload of the UDP datagram.
    pub bytes: &'a [u8],
}

/// A country whose packets can be seen.
#[derive(Debug)]
pub struct Packets {
    country: Country,
    framer: Framer,
}

/// A country whose routers export.
#[derive(Debug)]
pub struct Datagrams {
    country: Country,
    export: Export,
    exporters: Vec<Exporter>,
    framer: Framer,
}

/// A country whose routers' records come as batches.
#[derive(Debug)]
pub struct Batches {
    country: Country,
}

impl Packets {
    pub(crate) fn new(country: Country) -> Self {
        Self {
            country,
            framer: Framer::default(),
        }
    }

    /// Lives through a second and shows its packets. Tells whether more may come.
    pub fn second(&mut self, show: &mut dyn FnMut(Frame<'_>)) -> bool {
        let goes_on = self.country.second();
        let now = self.country.now().as_micros();
        let framer = &mut self.framer;
        self.country.scope.take_packets(now, &mut |packet| {
            let (bytes, length) = framer.frame(packet);
            let time = Timestamp::from_micros(packet.time);
            show(Frame {
                time,
                bytes,
                length,
                router: packet.vantage.into(),
            });
        });
        goes_on
    }

    /// Tells what really happened so far.
    pub fn truth(&self) -> Truth {
        self.country.truth(exporters_of(&self.country))
    }
}

impl Datagrams {
    pub(crate) fn new(country: Country, export: Export) -> Self {
        let scenario = country.scenario();
        let (start, loss, seed) = (scenario.start.as_micros(), scenario.loss, scenario.seed);
        let vantages = country.scope.vantages.iter().enumerate();
        let exporters = vantages
            .map(|(number, &vantage)| Exporter::new(export, number, vantage, start, loss, seed))
            .collect();
        Self {
            country,
            export,
            exporters,
            framer: Framer::default(),
        }
    }

    /// Lives through a second and shows the datagrams at its end. Tells whether more may come.
    pub fn second(&mut self, show: &mut dyn FnMut(Datagram<'_>)) -> bool {
        let Self {
            country,
            export,
            exporters,
            framer,
        } = self;
        let goes_on = country.second();
        let now = country.now().as_micros();
        if *export == Export::Sflow {
            country.scope.take_packets(now, &mut |packet| {
                let (bytes, length) = framer.frame(packet);
                let outward = atlas::is_home(packet.source.ip);
                exporters[usize::from(packet.vantage)].sample(bytes, length, outward);
            });
        } else {
            country.scope.take_records(now, &mut |_, record| {
                exporters[record.origin as usize].record(record);
            });
        }
        for exporter in exporters {
            exporter.flush(now, &mut |time, router, bytes| {
                show(Datagram {
                    time,
                    router,
                    export: *export,
                    bytes,
                });
            });
        }
        goes_on
    }

    /// Tells what really happened so far.
    pub fn truth(&self) -> Truth {
        let passed = exporters_of(&self.country);
        let sent = self.exporters.iter().map(|exporter| &exporter.tally);
        let together = passed
            .into_iter()
            .zip(sent)
            .map(|(passed, sent)| TrueExporter {
                packets: passed.packets,
                bytes: passed.bytes,
                ..sent.clone()
            });
        self.country.truth(together.collect())
    }
}

impl Batches {
    pub(crate) fn new(country: Country) -> Self {
        Self { country }
    }

    /// Lives through a second and appends the records that left the routers' caches in it. Tells
    /// whether more may come.
    pub fn second(&mut self, batch: &mut FlowBatch) -> bool {
        let goes_on = self.country.second();
        let now = self.country.now().as_micros();
        self.country
            .scope
            .take_records(now, &mut |_, record| batch.push(record));
        goes_on
    }

    /// Tells the moment that was reached.
    pub fn now(&self) -> Timestamp {
        self.country.now()
    }

    /// Introduces the routers by the index that the records carry.
    pub fn origins(&self) -> Vec<Origin> {
        let numbered = (0..).zip(exporters_of(&self.country));
        let origin = |(index, exporter): (u32, TrueExporter)| Origin {
            index,
            name: exporter.exporter,
            domain: exporter.domain,
            sampling_basis: SamplingBasis::Announced,
            lost: 0,
        };
        numbered.map(origin).collect()
    }

    /// Tells what really happened so far.
    pub fn truth(&self) -> Truth {
        self.country.truth(exporters_of(&self.country))
    }
}

/// What passed each router, when nothing was exported.
fn exporters_of(country: &Country) -> Vec<TrueExporter> {
    let vantages = country
        .scope
        .vantages
        .iter()
        .zip(&country.scope.passed)
        .enumerate();
    vantages
        .map(|(number, (vantage, passed))| TrueExporter {
            exporter: format!("router {number}"),
            domain: 0,
            sampling: vantage.sampling,
            packets: passed.packets,
            bytes: passed.bytes,
            records: passed.records,
            ..TrueExporter::default()
        })
        .collect()
}

#[cfg(test)]
#[path = "ways_tests.rs"]
mod tests;
