//! Opening one port number for TCP and UDP, and saying in words why it cannot be.

use crate::{Holder, Listen, Transport, system};
use socket2::{Domain, Protocol, Socket, Type};
use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket},
};
use words::{Said, said};

/// The open port.
#[derive(Debug)]
pub struct Bound {
    /// Listening and non-blocking already, as tokio wants it.
    pub tcp: TcpListener,
    /// As the system made it: blocking, with the system's buffer sizes.
    pub udp: UdpSocket,
    /// The number of both.
    pub port: u16,
    /// What both are bound to: what was asked for, or `0.0.0.0` where `[::]` was and the machine has no IPv6.
    pub local: SocketAddr,
}

/// Why the port could not be opened: each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another program, or another Skylark, has it.
    #[error("port {port} ({transport}) is taken{}: end that program, or choose another port with --listen, for example \
        --listen {} (port 0 takes any free one)", by(.holder), SocketAddr::new(.listen.ip(), 0))]
    InUse {
        /// The number.
        port: u16,
        /// Which half of it is taken.
        transport: Transport,
        /// Who has it, where the system tells.
        holder: Option<Holder>,
        /// What was asked for.
        listen: SocketAddr,
    },
    /// The system keeps this port for privileged programs.
    #[error(
        "the system does not let this program use port {port}: choose a port from 1024 up with --listen, for example \
        --listen [::]:{}",
        Listen::DEFAULT_PORT
    )]
    Denied {
        /// The number.
        port: u16,
    },
    /// The address is none of this machine's.
    #[error("{address} is no address of this computer: choose one that is with --listen, or all of them with --listen \
        [::]:{}", .address.port())]
    NotHere {
        /// What was asked for.
        address: SocketAddr,
    },
    /// Port 0 was asked for, and no number was found that is free for both TCP and UDP.
    #[error(
        "no port was found that is free for both TCP and UDP: name one with --listen, for example --listen [::]:{}",
        Listen::DEFAULT_PORT
    )]
    NoCommonPort,
    /// Anything else.
    #[error("{address} could not be opened ({error}): choose another address or port with --listen")]
    Failed {
        /// What was asked for.
        address: SocketAddr,
        /// What the system said.
        error: io::Error,
    },
}

impl BindError {
    /// The sentence without what to do about it on a command line: for where there are buttons for that.
    pub fn cause(&self) -> Said {
        match self {
            Self::InUse { port, transport, holder: Some(holder), .. } => {
                said!("start.port_by", port = *port, transport = transport.to_string(), program = holder.to_string())
            }
            Self::InUse { port, transport, holder: None, .. } => {
                said!("start.port", port = *port, transport = transport.to_string())
            }
            Self::Denied { port } => said!("start.port_denied", port = *port),
            Self::NotHere { address } => said!("start.address", address),
            Self::NoCommonPort => said!("start.no_port"),
            Self::Failed { address, error } => said!("start.unopened", address, error),
        }
    }
}

/// Opens TCP and UDP on one number.
///
/// `[::]` is dual-stack, and falls back to `0.0.0.0` where there is no IPv6. For port 0 the system's free TCP numbers
/// are tried until one is free for UDP too.
pub fn bind(listen: Listen) -> Result<Bound, BindError> {
    bind_by(listen, &mut open)
}

/// A free TCP number is seldom taken for UDP: this many in a row mean that something else is wrong.
const PORT_ATTEMPTS: usize = 64;

/// Connections that wait to be accepted; the kernel caps it at net.core.somaxconn.
const TCP_BACKLOG: i32 = 1024;

type Open<'a> = &'a mut dyn FnMut(Transport, SocketAddr) -> io::Result<Socket>;

/// [`bind`] with the system as an argument, so that machines without IPv6 and with crowded ports can be tested anywhere.
fn bind_by(listen: Listen, open: Open<'_>) -> Result<Bound, BindError> {
    let wanted = listen.address();
    match bind_number(wanted, open) {
        Err(BindError::Failed { error, .. })
            if wanted.is_ipv6() && wanted.ip().is_unspecified() && system::no_ipv6(&error) =>
        {
            tracing::info!("no IPv6 on this computer ({error}): listening on IPv4 only");
            bind_number(SocketAddr::from((Ipv4Addr::UNSPECIFIED, wanted.port())), open)
        }
        result => result,
    }
}

fn bind_number(wanted: SocketAddr, open: Open<'_>) -> Result<Bound, BindError> {
    if wanted.port() != 0 {
        return bind_once(wanted, open);
    }
    for _ in 0..PORT_ATTEMPTS {
        match bind_once(wanted, open) {
            Err(BindError::InUse { .. }) => {}
            result => return result,
        }
    }
    Err(BindError::NoCommonPort)
}

fn bind_once(wanted: SocketAddr, open: Open<'_>) -> Result<Bound, BindError> {
    let tcp = open(Transport::Tcp, wanted).map_err(|error| explain(error, Transport::Tcp, wanted, wanted))?;
    let tcp = TcpListener::from(tcp);
    let local = tcp.local_addr().map_err(|error| BindError::Failed { address: wanted, error })?;
    let udp = open(Transport::Udp, local).map_err(|error| explain(error, Transport::Udp, local, wanted))?;
    Ok(Bound { tcp, udp: udp.into(), port: local.port(), local })
}

fn open(transport: Transport, address: SocketAddr) -> io::Result<Socket> {
    let (kind, protocol) = match transport {
        Transport::Tcp => (Type::STREAM, Protocol::TCP),
        Transport::Udp => (Type::DGRAM, Protocol::UDP),
    };
    let bound_to = system::address_to_bind(transport, address);
    let socket = Socket::new(Domain::for_address(bound_to), kind, Some(protocol))?;
    if bound_to.is_ipv6() {
        let both_families = address.is_ipv4() || address.ip().is_unspecified();
        socket.set_only_v6(!both_families)?;
    }
    system::prepare(&socket, transport)?;
    socket.bind(&bound_to.into())?;
    if transport == Transport::Tcp {
        socket.listen(TCP_BACKLOG)?;
        socket.set_nonblocking(true)?;
    }
    Ok(socket)
}

fn explain(error: io::Error, transport: Transport, address: SocketAddr, wanted: SocketAddr) -> BindError {
    let port = address.port();
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            // Whoever holds a number that the system chose interests nobody: another is tried.
            let holder = if wanted.port() == 0 { None } else { system::holder(transport, port) };
            BindError::InUse { port, transport, holder, listen: wanted }
        }
        io::ErrorKind::PermissionDenied => BindError::Denied { port },
        io::ErrorKind::AddrNotAvailable if !address.ip().is_unspecified() => BindError::NotHere { address },
        _ => BindError::Failed { address, error },
    }
}

fn by(holder: &Option<Holder>) -> String {
    holder.as_ref().map(|holder| format!(" by {holder}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{IpAddr, Ipv6Addr};

    fn listen(text: &str) -> Listen {
        text.parse().expect("the test wrote it")
    }

    #[test]
    fn port_0_takes_one_number_for_both() {
        let bound = bind(listen("127.0.0.1:0")).expect("loopback is always there");
        assert_ne!(bound.port, 0);
        assert_eq!(bound.tcp.local_addr().unwrap(), bound.local);
        let udp = bound.udp.local_addr().unwrap();
        assert_eq!(SocketAddr::new(udp.ip().to_canonical(), udp.port()), bound.local);
        assert_eq!(bound.local.port(), bound.port);
    }

    #[test]
    fn a_number_free_for_tcp_only_is_passed_over() {
        let mut taken = 5;
        let bound = bind_by(listen("127.0.0.1:0"), &mut |transport, address| {
            if transport == Transport::Udp && taken > 0 {
                taken -= 1;
                return Err(io::ErrorKind::AddrInUse.into());
            }
            open(transport, address)
        });
        let bound = bound.expect("the sixth number is free");
        assert_eq!(bound.udp.local_addr().unwrap().port(), bound.tcp.local_addr().unwrap().port());

        let never = bind_by(listen("127.0.0.1:0"), &mut |transport, address| match transport {
            Transport::Tcp => open(transport, address),
            Transport::Udp => Err(io::ErrorKind::AddrInUse.into()),
        });
        assert!(matches!(never, Err(BindError::NoCommonPort)), "it must end, and say so: {never:?}");
    }

    #[test]
    fn a_taken_port_is_named_with_its_holder_and_the_remedy() {
        for transport in [Transport::Tcp, Transport::Udp] {
            let holder = open(transport, "127.0.0.1:0".parse().unwrap()).unwrap();
            let address = holder.local_addr().unwrap().as_socket().unwrap();
            let error = bind(Listen::from(address)).expect_err("it is taken");
            assert!(matches!(error, BindError::InUse { .. }), "{error}");
            let message = error.to_string();
            assert!(message.contains(&format!("port {} ({transport}) is taken", address.port())), "{message}");
            let cause = error.cause();
            assert!(cause.starts_with(&format!("Port {} ({transport}) is taken", address.port())), "{cause}");
            assert!(!cause.contains("--listen"), "where there are buttons nobody is sent to a command line: {cause}");
            assert!(message.contains("--listen 127.0.0.1:0"), "{message}");
            #[cfg(any(target_os = "linux", windows))]
            assert!(message.contains(&format!("process {}", std::process::id())), "we hold it ourselves: {message}");
        }
    }

    #[test]
    fn a_port_taken_on_ipv4_alone_is_taken_for_all_addresses() {
        let holder = open(Transport::Udp, "0.0.0.0:0".parse().unwrap()).unwrap();
        let port = holder.local_addr().unwrap().as_socket().unwrap().port();
        let error = bind(listen(&port.to_string())).expect_err("media would go to two programs");
        assert!(matches!(error, BindError::InUse { .. }), "{error}");
    }

    #[test]
    fn both_families_reach_an_unspecified_address() {
        let bound = bind(Listen::from(SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)))).expect("[::] or its fallback");
        let client = UdpSocket::bind("127.0.0.1:0").unwrap();
        client.send_to(b"4", ("127.0.0.1", bound.port)).unwrap();
        let mut buffer = [0; 8];
        let (_, from) = bound.udp.recv_from(&mut buffer).unwrap();
        assert_eq!(from.ip().to_canonical(), IpAddr::from([127, 0, 0, 1]));
        if let Ok(client) = UdpSocket::bind("[::1]:0") {
            client.send_to(b"6", (Ipv6Addr::LOCALHOST, bound.port)).unwrap();
            assert_eq!(bound.udp.recv_from(&mut buffer).unwrap().1.ip(), IpAddr::from(Ipv6Addr::LOCALHOST));
        }
    }

    #[test]
    fn without_ipv6_it_listens_on_ipv4() {
        let mut no_ipv6 = |transport, address: SocketAddr| {
            if address.is_ipv6() {
                Err(io::Error::from_raw_os_error(system::A_MACHINE_WITHOUT_IPV6))
            } else {
                open(transport, address)
            }
        };
        let bound = bind_by(listen("[::]:0"), &mut no_ipv6).expect("0.0.0.0 is the fallback");
        assert_eq!(bound.local.ip(), IpAddr::from([0, 0, 0, 0]));

        let named = bind_by(listen("[::1]:0"), &mut no_ipv6).expect_err("an address that was named has no substitute");
        assert!(matches!(named, BindError::Failed { .. }), "{named}");
    }

    #[test]
    fn a_foreign_address_is_told_from_a_taken_port() {
        let error = bind(listen("192.0.2.1:0")).expect_err("TEST-NET-1 is nobody's");
        assert!(matches!(error, BindError::NotHere { .. }), "{error}");
        assert!(error.to_string().contains("192.0.2.1:0 is no address of this computer"), "{error}");
    }
}
