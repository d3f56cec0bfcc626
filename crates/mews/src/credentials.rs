//! The three members that every request carries.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use crate::error::{Error, ErrorKind};

const CLIENT_TOKEN: &str = "MEWS_CLIENT_TOKEN";
const ACCESS_TOKEN: &str = "MEWS_ACCESS_TOKEN";
const CLIENT: &str = "MEWS_CLIENT";

/// A credentials file is a few lines; anything longer is some other file.
const LARGEST_FILE: u64 = 64 * 1024;

/// The tokens and the client name that are sent with every request to the API, and nowhere else.
///
/// Neither `Debug` nor any error of this crate shows the tokens.
///
/// ```
/// use rowmill_mews::Credentials;
///
/// let credentials = Credentials::new("client-token", "access-token", "Sample Client 1.0.0");
/// assert!(!format!("{credentials:?}").contains("client-token"));
/// ```
#[derive(Clone)]
pub struct Credentials {
    client_token: String,
    access_token: String,
    client: String,
}

impl Credentials {
    /// Credentials from their three parts: the token of the client application, the access token
    /// of an enterprise or portfolio, and the name and version of the caller.
    ///
    /// Blank ones are refused when a client is built from them.
    pub fn new(
        client_token: impl Into<String>,
        access_token: impl Into<String>,
        client: impl Into<String>,
    ) -> Credentials {
        Credentials {
            client_token: client_token.into(),
            access_token: access_token.into(),
            client: client.into(),
        }
    }

    /// Credentials from the environment: `MEWS_CLIENT_TOKEN`, `MEWS_ACCESS_TOKEN` and, optionally,
    /// `MEWS_CLIENT` (default: `rowmill` and its version).
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`] if a token is missing, blank or not Unicode.
    ///
    /// ```no_run
    /// let credentials = rowmill_mews::Credentials::from_env()?;
    /// # Ok::<(), rowmill_mews::Error>(())
    /// ```
    pub fn from_env() -> Result<Credentials, Error> {
        Credentials::from_lookup("in the environment", |name| std::env::var(name).ok())
    }

    /// Credentials from a text file of `NAME=VALUE` lines with the names that [`from_env`] uses.
    ///
    /// Blank lines, lines that begin with `#` and other names are skipped; spaces around name and
    /// value do not count, nor does one pair of quotes around the value. A name that comes twice
    /// counts with its last value.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`] if the file cannot be read, is longer than 64 KiB, or a token is
    /// missing or blank.
    ///
    /// [`from_env`]: Credentials::from_env
    ///
    /// ```no_run
    /// let credentials = rowmill_mews::Credentials::from_file("/etc/rowmill/credentials")?;
    /// # Ok::<(), rowmill_mews::Error>(())
    /// ```
    pub fn from_file(path: impl AsRef<Path>) -> Result<Credentials, Error> {
        let path = path.as_ref();
        let text = read_small(path).map_err(|cause| {
            Error::new(
                ErrorKind::Credentials,
                format!("cannot read credentials from {}: {cause}", path.display()),
            )
            .caused_by(Some(Arc::new(cause)))
        })?;
        // Some editors begin a file with a byte order mark.
        let entries: BTreeMap<&str, &str> = text
            .trim_start_matches('\u{feff}')
            .lines()
            .filter(|line| !line.trim_start().starts_with('#'))
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (name.trim(), unquoted(value.trim())))
            .collect();
        let place = format!("in {}", path.display());
        Credentials::from_lookup(&place, |name| entries.get(name).map(|&value| value.to_owned()))
    }

    fn from_lookup(
        place: &str,
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Credentials, Error> {
        let token = |name: &str| match lookup(name).map(|value| value.trim().to_owned()) {
            Some(value) if !value.is_empty() => Ok(value),
            Some(_) => Err(Error::new(ErrorKind::Credentials, format!("{name} is blank {place}"))),
            None => Err(Error::new(ErrorKind::Credentials, format!("{name} is missing {place}"))),
        };
        let client = lookup(CLIENT)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
            .unwrap_or_else(|| format!("rowmill {}", env!("CARGO_PKG_VERSION")));
        Ok(Credentials::new(token(CLIENT_TOKEN)?, token(ACCESS_TOKEN)?, client))
    }

    /// The name and version of the caller.
    #[must_use]
    pub fn client(&self) -> &str {
        &self.client
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        let parts = [
            ("client token", &self.client_token),
            ("access token", &self.access_token),
            ("client name", &self.client),
        ];
        match parts.into_iter().find(|(_, value)| value.trim().is_empty()) {
            None => Ok(()),
            Some((name, _)) => {
                Err(Error::new(ErrorKind::Credentials, format!("the {name} is blank")))
            }
        }
    }

    /// Text of a server with every token in it blotted out, in whatever case it repeats one.
    pub(crate) fn scrub(&self, text: &str) -> String {
        let tokens = [&self.client_token, &self.access_token];
        let tokens = tokens.into_iter().filter(|token| !token.is_empty());
        tokens.fold(text.to_owned(), |text, token| blotted(&text, token))
    }
}

fn blotted(text: &str, token: &str) -> String {
    // Of ASCII alone, so that places are the same in both.
    let (lower, token) = (text.to_ascii_lowercase(), token.to_ascii_lowercase());
    let (mut clean, mut from) = (String::with_capacity(text.len()), 0);
    for (at, _) in lower.match_indices(&token) {
        clean.push_str(&text[from..at]);
        clean.push_str("[redacted]");
        from = at + token.len();
    }
    clean + &text[from..]
}

/// How the credentials stand in a request. Apart from [`Credentials`], so that nothing outside this
/// crate can write the tokens.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Members<'a> {
    client_token: &'a str,
    access_token: &'a str,
    client: &'a str,
}

impl Credentials {
    pub(crate) fn members(&self) -> Members<'_> {
        Members {
            client_token: &self.client_token,
            access_token: &self.access_token,
            client: &self.client,
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("client_token", &"[redacted]")
            .field("access_token", &"[redacted]")
            .field("client", &self.client)
            .finish()
    }
}

fn read_small(path: &Path) -> std::io::Result<String> {
    use std::io::{Error, ErrorKind, Read};
    let mut text = String::new();
    std::fs::File::open(path)?.take(LARGEST_FILE + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LARGEST_FILE {
        return Err(Error::new(ErrorKind::InvalidData, "longer than 64 KiB"));
    }
    Ok(text)
}

fn unquoted(value: &str) -> &str {
    ['"', '\'']
        .into_iter()
        .find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote))
        .unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(entries: &[(&str, &str)]) -> Result<Credentials, Error> {
        Credentials::from_lookup("here", |wanted| {
            let found = entries.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_client_name_is_optional() {
        let credentials = from(&[(CLIENT_TOKEN, " ct\n"), (ACCESS_TOKEN, "at")]).unwrap();
        assert_eq!((&*credentials.client_token, &*credentials.access_token), ("ct", "at"));
        assert_eq!(credentials.client(), concat!("rowmill ", env!("CARGO_PKG_VERSION")));
        let named = from(&[(CLIENT_TOKEN, "ct"), (ACCESS_TOKEN, "at"), (CLIENT, "me 1")]).unwrap();
        assert_eq!(named.client(), "me 1");
    }

    #[test]
    fn missing_and_blank_tokens_are_named() {
        let told = |entries: &[(&str, &str)]| from(entries).unwrap_err().to_string();
        assert!(told(&[(CLIENT_TOKEN, "ct")]).starts_with("MEWS_ACCESS_TOKEN is missing here"));
        let blank = told(&[(CLIENT_TOKEN, "ct"), (ACCESS_TOKEN, "  ")]);
        assert!(blank.starts_with("MEWS_ACCESS_TOKEN is blank here"), "{blank}");
    }

    #[test]
    fn a_file_holds_names_and_values() {
        let path = std::env::temp_dir().join(format!("rowmill-mews-{}", std::process::id()));
        let text = "\u{feff}MEWS_CLIENT_TOKEN = \"c=t\"\r\n# tokens\r\n\r\nOTHER=x\nno equals sign\n\
                    #MEWS_ACCESS_TOKEN=old\nMEWS_ACCESS_TOKEN='at'\n";
        std::fs::write(&path, text).unwrap();
        let read = Credentials::from_file(&path);
        std::fs::write(&path, "MEWS_CLIENT_TOKEN=secret\n").unwrap();
        let incomplete = Credentials::from_file(&path).unwrap_err();
        std::fs::write(&path, vec![b'#'; 70_000]).unwrap();
        let long = Credentials::from_file(&path).unwrap_err();
        std::fs::remove_file(&path).unwrap();
        let missing = Credentials::from_file(&path).unwrap_err();

        let read = read.unwrap();
        assert_eq!((&*read.client_token, &*read.access_token), ("c=t", "at"));
        assert!(incomplete.to_string().starts_with("MEWS_ACCESS_TOKEN is missing in "));
        assert!(!incomplete.to_string().contains("secret"));
        assert!(long.to_string().contains("longer than 64 KiB"));
        assert_eq!(missing.kind(), &ErrorKind::Credentials);
    }

    #[test]
    fn a_repeated_token_is_blotted_out() {
        let credentials = Credentials::new("ct-1", "at-2", "me");
        assert_eq!(credentials.scrub("ct-1 or at-2?"), "[redacted] or [redacted]?");
        assert_eq!(credentials.scrub("é CT-1ct-1,aT-2 İ"), "é [redacted][redacted],[redacted] İ");
    }
}
