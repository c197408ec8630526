//! STUN and TURN servers in `Link` fields (RFC 9725 section 4.6, RFC 8288).

use crate::engine::IceServer;

/// The most servers that are used.
pub(crate) const MOST: usize = 8;

/// Those that the fields name, in their order.
pub(crate) fn ice_servers<'a>(fields: impl Iterator<Item = &'a str>) -> Vec<IceServer> {
    fields.flat_map(split).filter_map(server).take(MOST).collect()
}

/// A field's links: they stand between commas, outside of `<…>` and of quotes.
fn split(field: &str) -> Vec<&str> {
    let (mut quoted, mut inside, mut start) = (false, false, 0);
    let mut links = Vec::new();
    for (at, c) in field.char_indices() {
        match c {
            '"' if !inside => quoted = !quoted,
            '<' if !quoted => inside = true,
            '>' if !quoted => inside = false,
            ',' if !quoted && !inside => {
                links.push(&field[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    links.push(&field[start..]);
    links
}

fn server(link: &str) -> Option<IceServer> {
    let (url, rest) = link.trim().strip_prefix('<')?.split_once('>')?;
    let parameter = |name: &str| {
        let parts = rest.split(';').filter_map(|part| part.trim().split_once('='));
        let found = parts.into_iter().find(|(is, _)| is.trim().eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim().trim_matches('"').to_owned())
    };
    let is_one = parameter("rel").is_some_and(|rel| rel.split_whitespace().any(|rel| rel == "ice-server"));
    let known = ["stun:", "turn:", "turns:"].iter().any(|scheme| url.starts_with(scheme));
    let (username, credential) =
        (parameter("username").unwrap_or_default(), parameter("credential").unwrap_or_default());
    // A TURN server without either is of no use, and would have the peer refuse all of them.
    let usable = url.starts_with("stun:") || !username.is_empty() && !credential.is_empty();
    (is_one && known && usable).then(|| IceServer { url: url.to_owned(), username, credential })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_found_in_one_field_or_many() {
        let fields = [
            "<stun:stun.example.net>; rel=\"ice-server\"",
            "<turn:turn.example.net?transport=udp>; rel=\"ice-server\"; username=\"user\"; credential=\"a,b\"; credential-type=\"password\", <turns:turn.example.net:443>; rel=ice-server; username=u; credential=c",
            "<https://example.net/next>; rel=\"next\", <ftp:x>; rel=\"ice-server\", <turn:nobody.example.net>; rel=\"ice-server\"",
            "<stun:open",
            "",
        ];
        let servers = ice_servers(fields.into_iter());
        let found: Vec<_> =
            servers.iter().map(|s| (s.url.as_str(), s.username.as_str(), s.credential.as_str())).collect();
        assert_eq!(
            found,
            [
                ("stun:stun.example.net", "", ""),
                ("turn:turn.example.net?transport=udp", "user", "a,b"),
                ("turns:turn.example.net:443", "u", "c"),
            ]
        );
        let many = "<stun:s>; rel=ice-server,".repeat(100);
        assert_eq!(ice_servers([many.as_str()].into_iter()).len(), MOST);
    }
}
