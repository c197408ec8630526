//! Being reachable: one port number for everything, the machine's addresses, and which of them a link should name.
//!
//! TCP carries the pages and WHEP, UDP all media, both on one number: one rule in a router, one line in a firewall
//! prompt. [`bind()`] opens both, [`Networks`] says where people may find them, [`listed()`] what an SDP answer lists.
//!
//! Nothing here sends a packet, except that a [`MediaName`] may be looked up in DNS.

mod addresses;
mod bind;
mod candidates;
mod connections;
mod holder;
mod host;
mod listen;
mod media_name;
mod medium;
mod public;
mod route;
mod system;
mod transport;

pub use addresses::{LocalAddress, Networks};
pub use bind::{BindError, Bound, bind};
pub use candidates::listed;
pub use holder::Holder;
pub use listen::{Listen, ListenError};
pub use media_name::{MediaName, PublicMedia, PublicMediaError};
pub use public::{Public, PublicError};
pub use route::default_route_address;
pub use transport::Transport;
