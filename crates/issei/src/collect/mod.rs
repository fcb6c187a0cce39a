//! `issei collect`: receives, judges as it comes, and tells.
//!
//! One thread per receiver (sockets, templates, decoding), one that judges, and small ones beside
//! it: signals, pages, webhook. Batches travel over a bounded queue and come back empty. If the
//! judge falls behind, receivers wait, the kernel's buffers fill, and what they cannot hold is
//! counted as dropped: nothing is lost without being counted.
//! Ends in the order of the data: sockets are emptied, batches judged, findings written, the
//! final tally printed.

mod board;
mod contacts;
mod exchanges;
mod greeting;
mod judging;
mod lane;
mod metrics;
mod outlets;
mod receiving;
mod sightings;
mod tapping;
mod watching;

use std::fmt;
use std::net::{Ipv6Addr, SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use issei_flow::{Collector, CollectorLimits};
use issei_host::journal::JournalError;
use issei_host::live::{Capture, CaptureError};
use issei_host::receiver::{Granted, ListenError, Listening, Receiver as Sockets};
use issei_host::signals::Signals;
use issei_host::web::{ServeError, Server};
use issei_host::webhook::WebhookError;
use issei_host::{clock, terminal};
use issei_model::Language;
use issei_model::{FlowBatch, Origin, Territory, TerritoryBasis, Timestamp};
use issei_text::Text;

use crate::code::{self, Failure};
use crate::command_line::Collect;
use crate::configuration::{Bytes, Configuration, HttpUrl, Interface};
use crate::setting::{self, Lists, SettingError};

use board::Board;
use contacts::Remembering;
use exchanges::Exchanges;
use judging::Judge;
use lane::Lane;
use outlets::Outlets;

/// Origin indices each receiving thread may hand out: more exporters than a collector holds.
const ORIGINS_PER_THREAD: u32 = 1 << 22;

/// Why collecting could not begin or go on.
#[derive(Debug)]
pub enum CollectError {
    Setting(SettingError),
    Listen(ListenError),
    Capture(CaptureError),
    Serve(ServeError),
    Webhook(WebhookError),
    Journal(JournalError),
    /// The memory of contacts cannot be read.
    Contacts(Failure),
    /// The file of findings ends with something else.
    NotFindings(PathBuf),
    /// The kernel refuses signals, threads or chance.
    System(std::io::Error),
}

impl fmt::Display for CollectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setting(error) => error.fmt(f),
            Self::Listen(error) => error.fmt(f),
            Self::Capture(error) => error.fmt(f),
            Self::Serve(error) => error.fmt(f),
            Self::Webhook(error) => error.fmt(f),
            Self::Journal(error) => error.fmt(f),
            Self::Contacts(error) => error.fmt(f),
            Self::NotFindings(path) => {
                write!(
                    f,
                    "`{}` does not end with a finding; name another file",
                    path.display()
                )
            }
            Self::System(error) => write!(f, "the system refuses: {error}"),
        }
    }
}

impl std::error::Error for CollectError {}

/// What travels to the judge.
enum Message {
    /// An exporter that was not known, or of which more is known now.
    Introduce(Origin),
    /// Records to judge, and when the first of them came.
    Batch {
        rows: Box<FlowBatch>,
        oldest: Timestamp,
        from: usize,
    },
    /// A new setting; what was learnt is kept.
    Reload(Box<Reloaded>),
    /// A receiver has emptied its sockets and ends.
    Done,
}

/// What a reload changes.
struct Reloaded {
    setting: issei_detect::Setting,
    configuration: Configuration,
}

/// Collects until somebody asks for the end, and says the exit code.
///
/// # Errors
/// If something cannot be opened.
pub fn run(options: &Collect, language: Language) -> Result<u8, Failure> {
    match collect(options, Text(language)) {
        Ok(true) => Ok(code::DONE),
        Ok(false) => Ok(code::BROKEN),
        Err(CollectError::Setting(error)) => Err(error.into()),
        Err(error) => Err(Failure::broken(error)),
    }
}

/// Collects. Tells whether everything told was also written.
fn collect(options: &Collect, tongue: Text) -> Result<bool, CollectError> {
    // Before any thread begins, so that no thread takes a signal.
    let signals = Signals::keep_back().map_err(CollectError::System)?;
    let configuration = configured(options).map_err(CollectError::Setting)?;
    let lists = Lists::read(&configuration).map_err(CollectError::Setting)?;
    let key = clock::random_key().map_err(CollectError::System)?;
    let (sockets, granted) = open_sockets(&configuration)?;
    let capture = open_capture(&configuration)?;
    let board = Arc::new(Board::new(
        sockets.len() + usize::from(capture.is_some()),
        clock::now(),
    ));
    let outlets = Outlets::open(&configuration, &board, tongue)?;
    let remembering = remembering(&configuration)?;
    let exchanges = exchanges(&configuration, &board)?;
    let pages = serve(&configuration, &board)?;
    let greeting = greeting::text(
        &configuration,
        &sockets,
        granted,
        pages.as_ref(),
        &lists,
        tongue,
    );
    let _ = terminal::say(&greeting);

    let threads = board.receivers();
    let queue = configuration.collect.queue.get();
    let (to_judge, for_judge) = sync_channel(queue * threads);
    let (lanes, empties): (Vec<_>, Vec<_>) = (0..threads)
        .map(|number| Lane::new(number, queue, &to_judge))
        .unzip();
    watching::begin(signals, options.clone(), key, to_judge, Arc::clone(&board))
        .map_err(CollectError::System)?;
    let mut workers = Vec::new();
    let mut lanes = lanes.into_iter();
    for (socket, lane) in sockets.into_iter().zip(&mut lanes) {
        let collector = Collector::new(
            CollectorLimits::default(),
            key,
            lane.number as u32 * ORIGINS_PER_THREAD,
        );
        let worker =
            receiving::Worker::new(socket, collector, lane, &configuration, Arc::clone(&board));
        workers.push(spawn("receiver", move || worker.work())?);
    }
    if let (Some(capture), Some(lane)) = (capture, lanes.next()) {
        let origin = lane.number as u32 * ORIGINS_PER_THREAD;
        let worker = tapping::Tap::new(
            capture,
            lane,
            origin,
            &configuration,
            key,
            Arc::clone(&board),
        );
        workers.push(spawn("capture", move || worker.work())?);
    }
    let setting = lists.setting(territory(&configuration), key);
    let outlets = Judge::new(setting, outlets, empties, Arc::clone(&board))
        .remembering(remembering.map(|memory| (memory, territory(&configuration))))
        .showing(exchanges)
        .work(&for_judge, threads);
    for worker in workers {
        let _ = worker.join();
    }
    let written = outlets.close();
    drop(pages);
    // Nobody may be left to hear it.
    let _ = terminal::say(&board.farewell(clock::now(), tongue));
    Ok(written)
}

/// Goes on with the memory of contacts, if one is wanted.
fn remembering(configuration: &Configuration) -> Result<Option<Remembering>, CollectError> {
    let path = &configuration.collect.contacts;
    let wanted = !path.as_os_str().is_empty();
    let opened = wanted.then(|| Remembering::open(path, clock::now()));
    opened.transpose().map_err(CollectError::Contacts)
}

/// Begins to show traffic to an office, if one is named.
fn exchanges(
    configuration: &Configuration,
    board: &Arc<Board>,
) -> Result<Option<(Exchanges, Territory)>, CollectError> {
    let office = &configuration.watch.office;
    if office.as_os_str().is_empty() {
        return Ok(None);
    }
    let exchanges = Exchanges::begin(office, board).map_err(CollectError::System)?;
    board.set_exchanges(exchanges.counts());
    Ok(Some((exchanges, territory(configuration))))
}

fn spawn(
    name: &str,
    work: impl FnOnce() + Send + 'static,
) -> Result<std::thread::JoinHandle<()>, CollectError> {
    std::thread::Builder::new()
        .name(name.into())
        .spawn(work)
        .map_err(CollectError::System)
}

/// Reads the configuration and lets the options win.
fn configured(options: &Collect) -> Result<Configuration, SettingError> {
    let mut configuration = setting::configuration(&options.network)?;
    let Configuration {
        collect,
        output,
        webhook,
        metrics,
        ..
    } = &mut configuration;
    if let Some(interface) = &options.interface {
        collect.interface = Interface(interface.clone());
        collect.listen.clear();
    }
    if !options.listen.is_empty() {
        collect.listen.clone_from(&options.listen);
    }
    if let Some(file) = &options.file {
        output.file.clone_from(file);
    }
    if let Some(url) = &options.webhook {
        webhook.url = HttpUrl(url.clone());
    }
    if options.metrics.is_some() {
        metrics.listen = options.metrics;
    }
    output.terminal &= !options.quiet;
    Ok(configuration)
}

/// Without configuration the private ranges are ours; the greeting says so.
fn territory(configuration: &Configuration) -> Territory {
    let told = &configuration.territory;
    if told.ours.is_empty() {
        Territory::private(&told.dark)
    } else {
        Territory::new(&told.ours, &told.dark, TerritoryBasis::Configured)
    }
}

fn open_sockets(
    configuration: &Configuration,
) -> Result<(Vec<Sockets>, Option<Granted>), CollectError> {
    let collect = &configuration.collect;
    if collect.listen.is_empty() {
        return Ok((Vec::new(), None));
    }
    let Bytes(buffer) = collect.buffer;
    let Bytes(largest) = collect.largest_datagram;
    let listening = Listening {
        addresses: addresses(&collect.listen),
        receivers: collect.receivers.get(),
        buffer,
        largest,
    };
    let (sockets, granted) = Sockets::open(&listening).map_err(CollectError::Listen)?;
    Ok((sockets, Some(granted)))
}

/// Leaves IPv6 out where the machine has none, if nobody asked for it by name.
fn addresses(told: &[SocketAddr]) -> Vec<SocketAddr> {
    let usual = Configuration::default().collect.listen;
    let without = told == usual && UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0)).is_err();
    let wanted = told.iter().filter(|address| address.is_ipv4() || !without);
    wanted.copied().collect()
}

fn open_capture(configuration: &Configuration) -> Result<Option<Capture>, CollectError> {
    let Interface(name) = &configuration.collect.interface;
    if name.is_empty() {
        return Ok(None);
    }
    Capture::open(name, configuration.collect.buffer.0)
        .map(Some)
        .map_err(CollectError::Capture)
}

fn serve(
    configuration: &Configuration,
    board: &Arc<Board>,
) -> Result<Option<Server>, CollectError> {
    let pages = || -> Arc<dyn issei_host::web::Pages> { Arc::clone(board) as _ };
    let listen = configuration.metrics.listen;
    listen
        .map(|address| Server::start(address, pages()))
        .transpose()
        .map_err(CollectError::Serve)
}
