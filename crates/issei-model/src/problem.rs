//! Problems: bad input in a good stream. They are counted, sampled, and the stream goes on.
//!
//! Every kind has a fixed place in an array of counters, so counting allocates nothing and a
//! flood of bad input cannot grow anything. A few examples of each kind are kept.

use std::fmt;

/// Whose fault a problem most likely is; the next step follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Whose {
    /// The exporter, or whoever wrote the file, broke its format.
    Sender,
    /// Something was lost on the way.
    Path,
    /// A bound of ours was reached.
    Ours,
}

macro_rules! problem_kinds {
    ($($(#[doc = $doc:literal])+ $name:ident $code:literal $whose:ident,)+) => {
        /// The kinds of problem, each with a stable code for metrics and reports.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ProblemKind { $($(#[doc = $doc])+ $name,)+ }

        impl ProblemKind {
            /// Every kind, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Tells the stable code, in the manner of a metric's label.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// Tells whose fault it most likely is.
            pub const fn whose(self) -> Whose {
                match self { $(Self::$name => Whose::$whose,)+ }
            }

            /// Explains the kind in one sentence.
            pub fn explanation(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc,)+).trim_ascii(),)+ }
            }
        }
    };
}

problem_kinds! {
    /// the datagram is none of NetFlow v5, v9, IPFIX or sFlow v5
    UnknownProtocol "unknown-protocol" Sender,
    /// the bytes end before the structure they announce
    Truncated "truncated" Sender,
    /// a length field contradicts the bytes around it
    BadLength "bad-length" Sender,
    /// a count field promises other than what is there
    BadCount "bad-count" Sender,
    /// a template has no fields, a reserved id or records longer than a datagram
    BadTemplate "bad-template" Sender,
    /// a data set came whose template is not known; it was kept for a while
    DataBeforeTemplate "data-before-template" Path,
    /// a kept data set never got its template and was given up
    TemplateNeverCame "template-never-came" Path,
    /// a kept data set found no place among those waiting for templates
    WaitingRoomFull "waiting-room-full" Ours,
    /// an exporter has as many templates as one may have
    TooManyTemplates "too-many-templates" Ours,
    /// there are as many exporters and observation domains as the table holds
    TooManyExporters "too-many-exporters" Ours,
    /// sequence numbers tell that records or datagrams were lost before they came
    SequenceGap "sequence-gap" Path,
    /// a datagram came late, twice or out of order
    SequenceBack "sequence-back" Path,
    /// a record carries no addresses, so there is nobody to judge
    NoAddresses "no-addresses" Sender,
    /// a record's times lie outside what its own datagram allows; the export time stands in
    BadTime "bad-time" Sender,
    /// a sampling rate was announced as zero or absurd and is not believed
    BadSampling "bad-sampling" Sender,
    /// a template was withdrawn that nobody had announced
    UnknownWithdrawal "unknown-withdrawal" Sender,
    /// a sample or record of a kind that is not decoded was stepped over by its length
    Unsupported "unsupported" Sender,
    /// an options record lacks the fields that would make it useful
    UselessOptions "useless-options" Sender,
    /// a packet is of a link type that is not decoded
    UnknownLinkType "unknown-link-type" Sender,
    /// a packet is not IP (ARP, spanning tree and the like)
    NotIp "not-ip" Sender,
    /// a packet's headers are cut off or contradict each other
    BadPacket "bad-packet" Sender,
    /// the capture kept too few bytes of a packet to see its headers
    ShortSnap "short-snap" Sender,
    /// the flow table was full and a flow was closed early to make room
    FlowTableFull "flow-table-full" Ours,
    /// a block or line of a file is damaged and was stepped over
    DamagedEntry "damaged-entry" Sender,
    /// a line of a log lacks a column or has one that does not read
    BadLine "bad-line" Sender,
    /// the kernel dropped datagrams because the socket's buffer was full
    SocketDrop "socket-drop" Ours,
    /// a datagram was longer than the receiver takes
    Oversize "oversize" Sender,
    /// the judging side could not keep up and a batch was turned away
    QueueFull "queue-full" Ours,
    /// the table of lines was full and a record's line could not be watched
    LineTableFull "line-table-full" Ours,
    /// the table of remote endpoints was full and a contact was not remembered
    EndpointTableFull "endpoint-table-full" Ours,
    /// the table of dossiers was full and a suspect's detail was not kept
    DossierTableFull "dossier-table-full" Ours,
    /// the table of watched victims was full and a flood may be seen late
    VictimTableFull "victim-table-full" Ours,
    /// a record's time is far behind or ahead of the stream and only its counts were used
    StrayTime "stray-time" Sender,
    /// a finding could not be handed to its receiver
    DeliveryFailed "delivery-failed" Ours,
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// One problem met: what, where in the bytes, and how much it cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind.
    pub kind: ProblemKind,
    /// Byte offset in the datagram or file, or the line number of a log; 0 if it concerns the whole.
    pub at: u64,
    /// A number that helps: the template id, the link type, the length claimed.
    pub detail: u64,
}

impl Problem {
    /// Names a problem at a byte offset.
    pub const fn new(kind: ProblemKind, at: u64, detail: u64) -> Self {
        Self { kind, at, detail }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} (at {}, value {})",
            self.kind.explanation(),
            self.at,
            self.detail
        )
    }
}

/// Counters for every kind of problem, and the first few examples of each.
#[derive(Clone, Debug)]
pub struct Problems {
    counts: [u64; ProblemKind::ALL.len()],
    examples: Vec<Problem>,
}

impl Problems {
    /// Examples kept per kind. Enough to see a pattern, too few to matter in a flood.
    pub const EXAMPLES_PER_KIND: u64 = 3;

    /// Counts one problem.
    pub fn note(&mut self, problem: Problem) {
        self.note_many(problem, 1);
    }

    /// Counts a problem that happened `times` times, such as records lost in one gap.
    pub fn note_many(&mut self, problem: Problem, times: u64) {
        let count = &mut self.counts[problem.kind as usize];
        if *count < Self::EXAMPLES_PER_KIND && times > 0 {
            self.examples.push(problem);
        }
        *count = count.saturating_add(times);
    }

    /// Tells how often a kind was met.
    pub fn count(&self, kind: ProblemKind) -> u64 {
        self.counts[kind as usize]
    }

    /// Walks over the kinds that were met, with their counts.
    pub fn met(&self) -> impl Iterator<Item = (ProblemKind, u64)> + '_ {
        let all = ProblemKind::ALL
            .iter()
            .map(|&kind| (kind, self.count(kind)));
        all.filter(|&(_, count)| count > 0)
    }

    /// Shows the examples kept, oldest first.
    pub fn examples(&self) -> &[Problem] {
        &self.examples
    }

    /// Adds what another counter counted.
    pub fn absorb(&mut self, other: &Self) {
        for example in &other.examples {
            if self.counts[example.kind as usize] < Self::EXAMPLES_PER_KIND {
                self.examples.push(*example);
            }
        }
        for (mine, theirs) in self.counts.iter_mut().zip(other.counts) {
            *mine = mine.saturating_add(theirs);
        }
    }
}

impl Default for Problems {
    fn default() -> Self {
        Self {
            counts: [0; ProblemKind::ALL.len()],
            examples: Vec::with_capacity(ProblemKind::ALL.len() * Self::EXAMPLES_PER_KIND as usize),
        }
    }
}

#[cfg(test)]
#[path = "problem_tests.rs"]
mod tests;
