//! What the head of the watch page says of the stream: in a tab, and in a chat into which somebody pasted the link. It says nothing
//! that the page does not say to everyone who has the link.

use crate::document::escape;
use crate::words::Words;

/// What a stream without a title is called.
const NAME: &str = "Skylark";

/// Pixels; the square icon that `assets/icon.png` is.
const ICON: u32 = 256;

/// `title`: the broadcaster's words, may be empty. `base`: where our paths begin, as whoever asks knows it; a pasted link's picture has
/// to have its whole address.
pub(crate) fn of_stream(title: &str, words: Words, base: Option<&str>) -> String {
    let name = escape(if title.trim().is_empty() { NAME } else { title });
    let detail = escape(words.say("link.detail"));
    let picture = base.map(|base| {
        let picture = escape(&format!("{base}/assets/icon.png"));
        format!(
            r#"
    <meta property="og:image" content="{picture}">
    <meta property="og:image:type" content="image/png">
    <meta property="og:image:width" content="{ICON}">
    <meta property="og:image:height" content="{ICON}">
    <meta property="og:image:alt" content="{NAME}">"#
        )
    });
    format!(
        r#"<title>{name}</title>
    <meta name="description" content="{detail}">
    <meta property="og:type" content="website">
    <meta property="og:site_name" content="{NAME}">
    <meta property="og:title" content="{name}">
    <meta property="og:description" content="{detail}">{}
    <meta name="twitter:card" content="summary">"#,
        picture.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::of_stream;
    use crate::words::Words;

    #[test]
    fn the_broadcaster_s_title_is_text() {
        let head = of_stream(r#""><script>x</script>"#, Words::ENGLISH, Some("http://10.0.0.1:8787"));
        assert!(!head.contains("<script"), "{head}");
        assert!(head.contains("<title>&quot;&gt;&lt;script&gt;x&lt;/script&gt;</title>"), "{head}");
        assert!(head.contains(r#"content="http://10.0.0.1:8787/assets/icon.png""#), "{head}");
    }

    #[test]
    fn a_stream_without_a_title_has_our_name_and_an_unnamed_host_no_picture() {
        let head = of_stream("  ", Words::ENGLISH, None);
        assert!(head.contains("<title>Skylark</title>") && !head.contains("og:image"), "{head}");
    }
}
