//! A forwarder that is given no picture and no sound, for `./dev bench steady`: what do viewers cost who only are there?
//!
//! Offers come in on stdin, answers go out on stdout, an empty line after each. It ends with stdin.

use forward::{Config, Forwarder, ViewerId};
use port::Port;
use sdp::Offer;
use std::io::{self, BufRead, Write};
use std::net::UdpSocket;
use stream::Rid;

fn main() -> io::Result<()> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    let config = Config { candidates: vec![socket.local_addr()?], ..Config::default() };
    let port = Port::new(socket)?;
    let (forwarder, viewers) = Forwarder::start(config, &port, |_| {})?;
    port.start((viewers,))?;
    let mut viewers = 0;
    let mut offer = String::new();
    for line in io::stdin().lock().lines() {
        let line = line?;
        if !line.trim().is_empty() {
            offer += &format!("{}\r\n", line.trim_end());
            continue;
        }
        let parsed = Offer::parse(&offer).map_err(io::Error::other)?;
        let joined = forwarder.join(ViewerId(viewers), &parsed, Rid::F, |_| true).map_err(io::Error::other)?;
        viewers += 1;
        offer.clear();
        let mut stdout = io::stdout().lock();
        write!(stdout, "{}\r\n\r\n", joined.answer.trim_end())?;
        stdout.flush()?;
    }
    Ok(())
}
