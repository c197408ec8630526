//! A proxy that hands the whole path on, that of the public address before ours: it is taken away before anybody looks at a path.

use crate::Config;
use crate::outside::Prefixed;
use axum::body::Body;
use axum::http::Request;
use axum::http::uri::{PathAndQuery, Uri};

/// Takes the path of the public address away from a request that begins with it, and notes that in the request.
pub(crate) fn take_away(request: &mut Request<Body>, config: &Config) {
    let path = config.public.borrow().as_ref().map(|public| public.path.clone()).unwrap_or_default();
    if let Some(uri) = without(request.uri(), &path) {
        *request.uri_mut() = uri;
        request.extensions_mut().insert(Prefixed);
    }
}

/// None where it does not begin with that, or where what follows is no path of ours: a proxy that takes it away itself may hand a path on
/// that begins alike.
fn without(uri: &Uri, path: &str) -> Option<Uri> {
    let rest = uri.path_and_query()?.as_str().strip_prefix(path).filter(|_| !path.is_empty())?;
    let rest = if rest.is_empty() || rest.starts_with('?') { format!("/{rest}") } else { rest.to_owned() };
    let ours = ["/w/", "/whep/", "/assets/", "/healthz", "/metrics"];
    let is_ours = rest == "/" || rest.starts_with("/?") || ours.iter().any(|start| rest.starts_with(start));
    let rest: PathAndQuery = is_ours.then(|| rest.parse().ok())??;
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(rest);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_our_paths_is_taken_away() {
        let without = |uri: &str, path: &str| without(&uri.parse().expect("a URI"), path).map(|uri| uri.to_string());
        let is = |text: &str| Some(text.to_owned());
        assert_eq!(without("/tv/w/TOKEN?x=1", "/tv"), is("/w/TOKEN?x=1"));
        assert_eq!(without("/tv/whep/TOKEN", "/tv"), is("/whep/TOKEN"));
        assert_eq!(without("/a/b/assets/watch.js", "/a/b"), is("/assets/watch.js"));
        assert_eq!(without("/tv", "/tv"), is("/"));
        assert_eq!(without("/tv/", "/tv"), is("/"));
        for other in ["/w/TOKEN", "/tvx/w/TOKEN", "/", "/tv/else", "/w/tv/w/TOKEN"] {
            assert_eq!(without(other, "/tv"), None, "{other}");
        }
        assert_eq!(without("/w/TOKEN", "/w"), None, "a proxy took it away already");
        assert_eq!(without("/w/w/TOKEN", "/w"), is("/w/TOKEN"));
        assert_eq!(without("/w/TOKEN", ""), None);
    }
}
