//! Over real sockets: who answers goes by a clock, as a kernel does.

use std::cell::Cell;
use std::net::UdpSocket;
use std::sync::mpsc;

use super::*;
use crate::sentinel::question::{LENGTH, answer};

fn ms(ms: i64) -> Span {
    Span::from_millis(ms)
}

/// Answers on a free port unless the moment is one that is cut, until nobody asks for two seconds.
fn answering(is_cut: impl Fn(Timestamp) -> bool + Send + 'static) -> Far {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(2)))
        .unwrap();
    thread::spawn(move || {
        let mut bytes = [0; LENGTH + 1];
        while let Ok((length, from)) = socket.recv_from(&mut bytes) {
            let answer = answer(&bytes[..length]).filter(|_| !is_cut(clock::now()));
            if let Some(answer) = answer {
                socket.send_to(&answer, from).unwrap();
            }
        }
    });
    Far::Service(address)
}

fn started(plan: Plan) -> (Prober, mpsc::Receiver<Edges>) {
    let (tell, told) = mpsc::channel();
    let prober = Prober::start(plan, move |edges| tell.send(edges).unwrap());
    (prober.unwrap(), told)
}

const SOON: Duration = Duration::from_secs(20);
/// How far a moment may lie beside where it should on a machine that has other things to do.
const BESIDE: Span = Span::from_millis(400);

fn is_near(span: Option<Span>) -> bool {
    span.is_some_and(|span| (-BESIDE.as_micros()..BESIDE.as_micros()).contains(&span.as_micros()))
}

#[test]
fn it_tells_where_the_answers_ceased_and_where_they_came_again() {
    let fires_at = clock::now() + ms(1_200);
    let ends = fires_at + ms(1_800);
    let far = answering(move |at| (fires_at..ends).contains(&at));
    let (prober, told) = started(Plan {
        far,
        fires_at,
        ends,
    });
    let began = told.recv_timeout(SOON).unwrap();
    assert!(
        is_near(began.last_passed) && is_near(began.first_stopped),
        "{began:?}"
    );
    assert!(began.last_passed < began.first_stopped && began.first_again.is_none());
    let ended = told.recv_timeout(SOON).unwrap();
    assert!(
        is_near(ended.last_stopped) && is_near(ended.first_again),
        "{ended:?}"
    );
    assert!(ended.last_stopped < ended.first_again);
    while !prober.is_done() {
        thread::yield_now();
    }
}

#[test]
fn a_recall_is_seen_finer_than_it_is_asked_about_in_between() {
    let fires_at = clock::now() + ms(1_200);
    let ends = fires_at + Span::from_secs(600);
    let (lifted, rests) = (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
    let (seen, slow) = (lifted.clone(), rests.clone());
    let last = Cell::new(fires_at);
    let far = answering(move |at| {
        let apart = at.since(last.replace(at));
        slow.fetch_or(fires_at < at && apart > ms(80), Ordering::AcqRel);
        fires_at <= at && !seen.load(Ordering::Acquire)
    });
    let (prober, told) = started(Plan {
        far,
        fires_at,
        ends,
    });
    told.recv_timeout(SOON).unwrap();
    // It has come to rest: what is woken now has just asked.
    while !rests.load(Ordering::Acquire) {
        thread::yield_now();
    }
    prober.hurry();
    thread::sleep(Duration::from_millis(20));
    lifted.store(true, Ordering::Release);
    let ended = told.recv_timeout(SOON).unwrap();
    let apart = ended.first_again.unwrap().as_micros() - ended.last_stopped.unwrap().as_micros();
    assert!(apart < 50_000, "{apart} µs");
}

#[test]
fn one_that_nobody_answers_tells_nothing_and_one_that_is_dropped_ends() {
    let fires_at = clock::now() + ms(100);
    let ends = fires_at + Span::from_secs(600);
    let far = answering(|_| true);
    let (prober, told) = started(Plan {
        far,
        fires_at,
        ends,
    });
    assert!(told.recv_timeout(Duration::from_millis(900)).is_err());
    drop(prober);
    // Its end of the line is gone with it.
    let ended = told.recv_timeout(SOON);
    assert_eq!(ended, Err(mpsc::RecvTimeoutError::Disconnected));
}
