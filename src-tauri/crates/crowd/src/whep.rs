//! The two requests of a viewer's life: POST its offer, DELETE its session.

use anyhow::{Context, bail};
use reqwest::header::{CONTENT_TYPE, LOCATION, USER_AGENT};

/// A session that the endpoint made.
pub(crate) struct Session {
    pub(crate) answer: String,
    pub(crate) url: reqwest::Url,
}

impl Session {
    /// Its name, by which a watch page says on its socket which session it holds.
    pub(crate) fn name(&self) -> Option<String> {
        Some(self.url.path_segments()?.next_back()?.to_owned())
    }
}

/// Posts an offer. `name` goes into the User-Agent: viewers without a cookie are told apart by it.
pub(crate) async fn post(http: &reqwest::Client, endpoint: &str, name: &str, offer: String) -> anyhow::Result<Session> {
    let response = http
        .post(endpoint)
        .header(CONTENT_TYPE, "application/sdp")
        .header(USER_AGENT, name)
        .body(offer)
        .send()
        .await
        .context("the WHEP endpoint cannot be reached")?;
    let status = response.status();
    if status != reqwest::StatusCode::CREATED {
        bail!("the WHEP endpoint answered {status}: {}", response.text().await.unwrap_or_default());
    }
    let location = response.headers().get(LOCATION).context("the 201 has no Location")?.to_str()?.to_owned();
    let url = response.url().join(&location)?;
    Ok(Session { answer: response.text().await?, url })
}

/// Ends the session, as a page does that is closed.
pub(crate) async fn delete(http: &reqwest::Client, session: &Session) -> anyhow::Result<()> {
    http.delete(session.url.clone()).send().await?.error_for_status()?;
    Ok(())
}
