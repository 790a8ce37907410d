//! The socket: bound first, so that a port in use is known before anything else is done, answering later.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::net::{TcpListener, TcpSocket};

use crate::failure::Failure;

/// Connections that may wait to be accepted.
const BACKLOG: u32 = 1024;

/// A port that is ours and does not answer yet.
#[derive(Debug)]
pub(crate) struct Socket {
    socket: TcpSocket,
    asked_for: SocketAddr,
}

/// A port that answers.
#[derive(Debug)]
pub(crate) struct Listener {
    listener: TcpListener,
    address: SocketAddr,
}

impl Socket {
    /// Takes the port.
    ///
    /// # Errors
    /// It is in use, or not allowed.
    pub(crate) fn bind(address: SocketAddr) -> Result<Self, Failure> {
        let bind = || {
            let socket = if address.is_ipv4() {
                TcpSocket::new_v4()
            } else {
                TcpSocket::new_v6()
            }?;
            // A server that was just stopped leaves connections behind that would keep the port for a minute.
            #[cfg(unix)]
            socket.set_reuseaddr(true)?;
            socket.bind(address)?;
            Ok(socket)
        };
        let socket = bind().map_err(|error| refuse(address, &error))?;
        Ok(Self {
            socket,
            asked_for: address,
        })
    }

    /// The address to show, with the port that was really taken.
    pub(crate) fn address(&self) -> Result<SocketAddr, Failure> {
        Ok(self.socket.local_addr()?)
    }

    /// Starts answering.
    ///
    /// # Errors
    /// Somebody else was quicker.
    pub(crate) fn listen(self) -> Result<Listener, Failure> {
        let listener = self
            .socket
            .listen(BACKLOG)
            .map_err(|error| refuse(self.asked_for, &error))?;
        let address = listener.local_addr()?;
        Ok(Listener { listener, address })
    }
}

impl Listener {
    /// The address as a URL.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn into_inner(self) -> TcpListener {
        self.listener
    }
}

/// Where a browser on this machine finds the address: one that stands for all becomes this machine's own.
pub(crate) fn local_url(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("http://{address}")
}

fn refuse(address: SocketAddr, error: &io::Error) -> Failure {
    Failure::refused(match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "{address} is in use by another program: stop it, or choose another port with --bind"
        ),
        io::ErrorKind::PermissionDenied => format!(
            "{address} may not be used by your account: choose a port above 1023 with --bind"
        ),
        io::ErrorKind::AddrNotAvailable => format!("{address} is not an address of this machine"),
        _ => format!("{address} cannot be listened on: {error}"),
    })
}
