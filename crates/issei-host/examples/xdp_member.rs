//! A member's hands for a check: cuts a goal at the kernel's earliest hook, and is killed.
//!
//! `hold PINS INTERFACE GOAL WAIT LAST` arms an order that begins in WAIT milliseconds and lasts LAST, says
//! when, and then does nothing more, for ever. `read PINS INTERFACE` says how many orders there are.
//! `clear PINS INTERFACE` takes everything away. `send FROM TO COUNT` sends so many datagrams, a
//! millisecond apart, each with the time at which it was sent; `listen AT` says of every one that comes when it was
//! sent and when it came. Times are microseconds since 1970.

use std::error::Error;
use std::net::UdpSocket;
use std::thread;
use std::time::Duration;

use issei_enforce::{Cut, Fences};
use issei_host::clock;
use issei_host::device::Device;
use issei_host::device::xdp::{Place, Xdp};
use issei_model::{Action, Digest, OrderId, Span};

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["hold", pins, interface, goal, wait, last] => hold(pins, interface, goal, wait, last),
        ["read", pins, interface] => read(pins, interface),
        ["clear", pins, interface] => Ok(Xdp::clear(&place(pins, interface))?),
        ["send", from, to, count] => send(from, to, count.parse()?),
        ["listen", at] => listen(at),
        _ => Err("hold, read, clear, send or listen".into()),
    }
}

fn place(pins: &str, interface: &str) -> Place {
    Place {
        pins: pins.into(),
        ..Place::on(vec![interface.into()])
    }
}

fn open(pins: &str, interface: &str) -> Result<Xdp, Box<dyn Error>> {
    let fences = Fences {
        most_rules: 100,
        control_plane: Vec::new(),
    };
    Ok(Xdp::open(place(pins, interface), fences)?)
}

fn hold(
    pins: &str,
    interface: &str,
    goal: &str,
    wait: &str,
    last: &str,
) -> Result<(), Box<dyn Error>> {
    let mut device = open(pins, interface)?;
    let begins = clock::now() + Span::from_millis(wait.parse()?);
    let ends = begins + Span::from_millis(last.parse()?);
    let cut = Cut {
        order: OrderId(Digest([1; 32])),
        goals: vec![goal.parse()?],
        action: Action::Drop,
        ends,
        fires_at: Some(begins),
    };
    device.stage(&cut)?;
    device.arm(&cut)?;
    println!("armed {} {}", begins.as_micros(), ends.as_micros());
    loop {
        thread::park();
    }
}

fn read(pins: &str, interface: &str) -> Result<(), Box<dyn Error>> {
    let mut device = open(pins, interface)?;
    let tally = device.tally(OrderId(Digest([1; 32])))?.unwrap_or_default();
    println!("orders {}", device.read()?.len());
    println!("dropped {}", tally.dropped);
    Ok(())
}

fn send(from: &str, to: &str, count: u32) -> Result<(), Box<dyn Error>> {
    let socket = UdpSocket::bind(from)?;
    for _ in 0..count {
        let now = clock::now().as_micros();
        socket.send_to(&now.to_be_bytes(), to)?;
        thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

fn listen(at: &str) -> Result<(), Box<dyn Error>> {
    let socket = UdpSocket::bind(at)?;
    println!("listening");
    let mut bytes = [0; 8];
    loop {
        socket.recv(&mut bytes)?;
        println!(
            "came {} {}",
            i64::from_be_bytes(bytes),
            clock::now().as_micros()
        );
    }
}
