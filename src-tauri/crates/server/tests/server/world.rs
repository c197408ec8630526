//! One server on a free port, its owner, and a client.

use crate::owner::{Look, Order, Owner};
use audience::Input;
use protocol::{PageMessage, ViewerId};
use reqwest::{Client, Method, RequestBuilder, Response};
use server::{Config, Takers};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

/// The link of every test.
pub(crate) const LINK: &str = "the-link";

/// An offer that can be read.
pub(crate) const OFFER: &str = "v=0\r\na=ice-ufrag:ufrag\r\na=ice-pwd:password\r\na=fingerprint:sha-256 \
    00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\r\n\
    m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 H264/90000\r\n";

pub(crate) struct World {
    pub(crate) address: SocketAddr,
    /// Keeps no cookie.
    pub(crate) client: Client,
    pub(crate) shutdown: watch::Sender<bool>,
    pub(crate) server: JoinHandle<()>,
    orders: mpsc::Sender<Order>,
}

impl World {
    /// Live, open to everybody with the link.
    pub(crate) async fn live() -> Self {
        Self::live_with(Config::default()).await
    }

    pub(crate) async fn live_with(config: Config) -> Self {
        let world = Self::offline_with(config).await;
        world.input(Input::GoLive).await;
        world
    }

    pub(crate) async fn offline_with(config: Config) -> Self {
        Self::with_takers(config, Takers::default()).await
    }

    /// Offline, with who takes what is not HTTP.
    pub(crate) async fn with_takers(config: Config, takers: Takers) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("a bound listener has an address");
        let (requests, asked) = mpsc::channel(64);
        let (orders, ordered) = mpsc::channel(1);
        let (shutdown, end) = watch::channel(false);
        tokio::spawn(Owner::new(LINK).run(asked, ordered));
        let server = tokio::spawn(server::serve_with(listener, config, requests, takers, end));
        let client = Client::builder().no_proxy().build().expect("a client without TLS needs nothing");
        Self { address, client, shutdown, server, orders }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url(path))
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.expect("the server answers")
    }

    pub(crate) fn offer(&self, link: &str) -> RequestBuilder {
        self.request(Method::POST, &format!("/whep/{link}")).header("content-type", "application/sdp").body(OFFER)
    }

    /// The cookie that the watch page gives a new browser, as it sends it back.
    pub(crate) async fn cookie(&self) -> String {
        let page = self.get(&format!("/w/{LINK}")).await;
        let set = header(&page, "set-cookie");
        set.split_once(';').expect("a cookie has attributes").0.to_owned()
    }

    /// A viewer's session, by its path.
    pub(crate) async fn join(&self) -> String {
        let response = self.offer(LINK).send().await.expect("the server answers");
        assert_eq!(response.status(), 201);
        header(&response, "location").to_owned()
    }

    pub(crate) async fn input(&self, input: Input) {
        self.order(|done| Order::Input(input, done)).await
    }

    pub(crate) async fn check(&self) {
        self.order(Order::Check).await
    }

    pub(crate) async fn connect(&self) -> Vec<ViewerId> {
        self.order(Order::Connect).await
    }

    pub(crate) async fn tell(&self, message: PageMessage, times: usize) -> usize {
        self.order(|done| Order::Tell(message, times, done)).await
    }

    pub(crate) async fn look(&self) -> Look {
        self.order(Order::Look).await
    }

    /// Looks until it is so; the test fails when it never is.
    pub(crate) async fn until(&self, what: &str, so: impl Fn(&Look) -> bool) {
        let wait = async {
            while !so(&self.look().await) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(10), wait).await;
        assert!(waited.is_ok(), "{what}: {:?}", self.look().await);
    }

    async fn order<T>(&self, order: impl FnOnce(oneshot::Sender<T>) -> Order) -> T {
        let (done, answer) = oneshot::channel();
        self.orders.send(order(done)).await.expect("the owner lives as long as the test");
        answer.await.expect("the owner lives as long as the test")
    }
}

/// A header that has to be there, as text.
pub(crate) fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    let value = response.headers().get(name).unwrap_or_else(|| panic!("{name} is missing: {response:?}"));
    value.to_str().expect("the server's headers are text")
}
