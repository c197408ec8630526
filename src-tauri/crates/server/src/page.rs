//! The watch page.

use crate::client::Client;
use crate::document::{html, policy};
use crate::headers::text;
use crate::shared::Shared;
use crate::words::Words;
use crate::{Request, assets, head, notice};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use std::sync::Arc;

/// `GET /w/TOKEN`
pub(crate) async fn watch(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    client: Client,
    headers: HeaderMap,
    words: Words,
) -> Response {
    let visitor = client.visitor.clone();
    let asked = token.clone();
    match shared.ask_with_link(client.visitor.address, |reply| Request::Page { token: asked, visitor, reply }).await {
        Ok(Ok(shown)) => {
            let policy = policy(assets::own(), &own_sockets(&headers, &client));
            let more = [
                (header::SET_COOKIE, client.set_cookie(&shared.config.cookie_key)),
                (header::CONTENT_SECURITY_POLICY, policy),
            ];
            let head = head::of_stream(&shown, words, client.outside.base(&headers).as_deref(), &token);
            let (coding, page) = assets::page(&head, words, &headers);
            html(page, (coding, more))
        }
        Ok(Err(refusal)) => notice::refused(&refusal, words),
        Err(_) => notice::unavailable(words),
    }
}

/// Safari before 16 does not count a page's own sockets as 'self'. An IPv6 address cannot be named in a policy.
fn own_sockets(headers: &HeaderMap, client: &Client) -> String {
    let named = |host: &str| host.bytes().all(|c| c.is_ascii_alphanumeric() || b".-:".contains(&c));
    let host = client.outside.authority().or_else(|| text(headers, &header::HOST).map(str::to_owned));
    host.filter(|host| named(host)).map(|host| format!(" ws://{host} wss://{host}")).unwrap_or_default()
}
