//! What the head of the watch page says of the stream: in a tab, and in a chat into which somebody pasted the link. It says nothing
//! that the page does not say to everyone who has the link.

use crate::Shown;
use crate::document::escape;
use crate::words::Words;
use std::time::{SystemTime, UNIX_EPOCH};

/// What a stream without a title is called.
pub(crate) const NAME: &str = "Skylark";

/// Pixels; the square icon that `assets/icon.png` is.
const ICON: u32 = 256;

impl Shown {
    /// What the stream is called.
    pub(crate) fn name(&self) -> &str {
        if self.title.trim().is_empty() { NAME } else { &self.title }
    }
}

/// `base`: where our paths begin, as whoever asks knows it; a pasted link's picture has to have its whole address. `token`: of the link by
/// which they came. It stands nowhere in the head of a private one.
pub(crate) fn of_stream(shown: &Shown, words: Words, base: Option<&str>, token: &str) -> String {
    let name = escape(shown.name());
    let base = base.filter(|_| !shown.private);
    let detail = escape(if shown.live { words.say("link.live") } else { words.say("link.detail") });
    let card = if base.is_some() && shown.still { "summary_large_image" } else { "summary" };
    let picture = base.map(|base| {
        let oembed = escape(&format!("{base}/w/{token}/oembed.json"));
        let picture = if shown.still { pictured(base, token) } else { icon(base) };
        format!(
            r#"{picture}
    <meta property="og:image:alt" content="{name}">
    <link rel="alternate" type="application/json+oembed" href="{oembed}" title="{name}">"#
        )
    });
    format!(
        r#"<title>{name}</title>
    <meta name="description" content="{detail}">
    <meta property="og:type" content="website">
    <meta property="og:site_name" content="{NAME}">
    <meta property="og:title" content="{name}">
    <meta property="og:description" content="{detail}">{}
    <meta name="twitter:card" content="{card}">"#,
        picture.unwrap_or_default()
    )
}

/// Where the still is, with the minute: who keeps pictures by their address asks again.
pub(crate) fn still(base: &str, token: &str) -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{base}/w/{token}/still.jpg?{}", since.as_secs() / 60)
}

fn pictured(base: &str, token: &str) -> String {
    let picture = escape(&still(base, token));
    format!(
        r#"
    <meta property="og:image" content="{picture}">
    <meta property="og:image:type" content="image/jpeg">"#
    )
}

fn icon(base: &str) -> String {
    let picture = escape(&format!("{base}/assets/icon.png"));
    format!(
        r#"
    <meta property="og:image" content="{picture}">
    <meta property="og:image:type" content="image/png">
    <meta property="og:image:width" content="{ICON}">
    <meta property="og:image:height" content="{ICON}">"#
    )
}

#[cfg(test)]
mod tests {
    use super::of_stream;
    use crate::Shown;
    use crate::words::Words;

    fn shown(title: &str, live: bool, still: bool) -> Shown {
        Shown { title: title.into(), live, still, private: false }
    }

    const HERE: Option<&str> = Some("http://10.0.0.1:8787");

    #[test]
    fn the_broadcaster_s_title_is_text() {
        let head = of_stream(&shown(r#""><script>x</script>"#, false, false), Words::ENGLISH, HERE, "T");
        assert!(!head.contains("<script"), "{head}");
        assert!(head.contains("<title>&quot;&gt;&lt;script&gt;x&lt;/script&gt;</title>"), "{head}");
        assert!(head.contains(r#"content="http://10.0.0.1:8787/assets/icon.png""#), "{head}");
    }

    #[test]
    fn a_stream_without_a_title_has_our_name_and_an_unnamed_host_no_picture() {
        let head = of_stream(&shown("  ", true, true), Words::ENGLISH, None, "T");
        assert!(head.contains("<title>Skylark</title>") && !head.contains("og:image"), "{head}");
        assert!(head.contains(r#""twitter:card" content="summary">"#) && !head.contains("oembed"), "{head}");
    }

    #[test]
    fn what_is_live_says_so_and_shows_a_picture_where_it_may() {
        let live = of_stream(&shown("News", true, true), Words::ENGLISH, HERE, "T");
        assert!(live.contains("Live now") && live.contains("http://10.0.0.1:8787/w/T/still.jpg?"), "{live}");
        assert!(live.contains(r#"href="http://10.0.0.1:8787/w/T/oembed.json""#), "{live}");
        let bare = of_stream(&shown("News", true, false), Words::ENGLISH, HERE, "T");
        assert!(bare.contains("Live now") && bare.contains("icon.png") && !bare.contains("still"), "{bare}");
        let before = of_stream(&Shown::default(), Words::ENGLISH, HERE, "T");
        assert!(!before.contains("Live now") && !before.contains("still"), "{before}");
        let private = Shown { private: true, ..shown("News", true, true) };
        let private = of_stream(&private, Words::ENGLISH, HERE, "0123456789abcdef");
        assert!(private.contains("News") && !private.contains("0123456789abcdef"), "{private}");
    }
}
