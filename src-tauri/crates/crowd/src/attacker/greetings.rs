//! A join that gets as far as DTLS, says hello again and again, and never goes on.

use super::http::{Target, say};
use super::viewer::{credentials, transaction};
use crate::light::DTLS_TIMER;
use crate::light::sdp::{self, Answer};
use crate::light::stun::{self, Message};
use dimpl::{Dtls, Output};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::UdpSocket;
use tokio::time::{MissedTickBehavior, interval, sleep_until};

/// So long one goes on: as long as a join may take.
const LASTS: Duration = Duration::from_secs(10);

/// Where the random bytes of a ClientHello are in its datagram: behind the headers of record and message, and the version
/// (RFC 6347 4.2.2, RFC 5246 7.4.1.2).
const RANDOM: Range<usize> = 27..59;

/// Every so many hellos there is another one.
const THE_SAME: u32 = 4;

/// Joins and goes as far as that; answers with the join's status. `sent` is called at each hello.
///
/// # Errors
/// There was no connection, or no answer.
pub(super) async fn greet(
    target: &Target,
    from: IpAddr,
    name: &str,
    per_second: f64,
    sent: impl Fn(),
) -> io::Result<u16> {
    let socket = UdpSocket::bind(SocketAddr::new(from, 0)).await?;
    let ours = credentials();
    let certificate = dimpl::certificate::generate_self_signed_certificate().map_err(io::Error::other)?;
    let fingerprint = certificate.fingerprint_str();
    let offer = sdp::offer(&ours, &fingerprint, socket.local_addr()?, true, crate::Codec::H264, false);
    let response = say(target.address, from, &target.post(name, None, &offer)).await?;
    if response.status != 201 {
        return Ok(response.status);
    }
    let answer = Answer::parse(&response.body).map_err(io::Error::other)?;
    let Some(mut hello) = hello(certificate) else { return Err(io::Error::other("no hello")) };

    let end = Instant::now() + LASTS;
    let mut due = interval(Duration::from_secs_f64(1.0 / per_second));
    due.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut remote = None;
    let mut hellos = 0;
    let mut buffer = [0; 2048];
    loop {
        tokio::select! {
            () = sleep_until(end.into()) => return Ok(response.status),
            came = socket.recv_from(&mut buffer) => {
                // An error is a refusal by ICMP, which says nothing that silence would not.
                let Ok((len, by)) = came else { continue };
                match stun::read(&buffer[..len], &ours, &answer.ice) {
                    Some(Message::Request(transaction)) => {
                        socket.send_to(&stun::response(&ours, transaction, by), by).await.ok();
                    }
                    Some(Message::Success(_)) => remote = Some(by),
                    None => {}
                }
            }
            _ = due.tick() => {
                let Some(to) = remote else {
                    let check = stun::check(&ours, &answer.ice, transaction(), stun::Role::Controlling);
                    for candidate in &answer.candidates {
                        socket.send_to(&check, candidate).await.ok();
                    }
                    continue;
                };
                hellos += 1;
                if hellos % THE_SAME == 0 {
                    hello[RANDOM].fill((hellos / THE_SAME) as u8);
                }
                // A full buffer loses a datagram as a network would.
                socket.send_to(&hello, to).await.ok();
                sent();
            }
        }
    }
}

/// The first that a client says.
fn hello(certificate: dimpl::DtlsCertificate) -> Option<Vec<u8>> {
    let config = dimpl::Config::builder().flight_start_rto(DTLS_TIMER).build().ok()?;
    let mut dtls = Dtls::new_12(Arc::new(config), certificate, Instant::now());
    dtls.set_active(true);
    dtls.handle_timeout(Instant::now()).ok()?;
    match dtls.poll_output(&mut [0; 4096]) {
        Output::Packet(packet) => Some(packet.to_vec()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hello_is_one_record_of_a_client_hello() {
        let certificate = dimpl::certificate::generate_self_signed_certificate().expect("a certificate");
        let hello = hello(certificate).expect("it is said");
        assert_eq!((hello[0], hello[13]), (22, 1), "handshake, ClientHello: {hello:?}");
        assert!(hello.len() > RANDOM.end && hello[RANDOM].iter().any(|byte| *byte != 0));
    }
}
