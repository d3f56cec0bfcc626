//! What a server says, fit to be shown.

/// What is shown of a message.
const LONGEST: usize = 500;

/// A text of the server on one line, without control characters and signatures, not too long.
pub(super) fn tidy(text: &str) -> String {
    let printable: String = text.chars().filter(|letter| !is_hidden(*letter)).collect();
    let mut tidy = printable.split_whitespace().map(without_secrets).collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = tidy.char_indices().nth(LONGEST) {
        tidy.truncate(end);
        tidy.push('…');
    }
    tidy
}

fn is_hidden(letter: char) -> bool {
    letter.is_control() && !letter.is_whitespace()
}

/// A link is worth its signature, which is in its query, and what stands before an `@` in it.
fn without_secrets(word: &str) -> String {
    let is_link = word.contains("://");
    let end = word.find(['?', '#']).filter(|end| is_link || word[*end..].contains('='));
    let cut = end.map(|end| format!("{}…", &word[..=end]));
    let word = cut.unwrap_or_else(|| word.to_owned());
    match word.split_once("://") {
        Some((scheme, rest)) => match rest.rsplit_once('@') {
            Some((_, host)) => format!("{scheme}://…@{host}"),
            None => word,
        },
        None => word,
    }
}

#[cfg(test)]
mod tests {
    use super::tidy;

    #[test]
    fn signatures_and_control_characters_go() {
        for (text, shown) in [
            ("Invalid  id.\r\n\tReally?", "Invalid id. Really?"),
            ("see https://a.b/c?sig=1&x=2 or #4", "see https://a.b/c?… or #4"),
            ("/f/1?gen=1&sig=2", "/f/1?…"),
            ("https://a.b/c#sig", "https://a.b/c#…"),
            ("http://user:word@host/p", "http://…@host/p"),
            ("\u{7}to\0ken\u{1b}[0m", "token[0m"),
        ] {
            assert_eq!(tidy(text), shown);
        }
        assert_eq!(tidy(&"é".repeat(600)), format!("{}…", "é".repeat(500)));
    }
}
