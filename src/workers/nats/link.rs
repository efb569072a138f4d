//! The connection to a server. In: an address, files with secrets. Out: a client that comes back by itself.
//! Left to others: what is sent. Nothing secret is shown: not in errors, not on the command line.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use async_nats::jetstream::Context;
use async_nats::{Client, ConnectOptions, Event, ServerAddr};
use whisper::{Url, redact};

/// Where a server is, and how to be let in.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// `nats://host:4222`, several with commas; `tls://` for TLS.
    pub url: Url,
    /// A credentials file (JWT and seed).
    pub credentials: Option<PathBuf>,
    /// A file with an nkey seed.
    pub nkey: Option<PathBuf>,
    /// Certificates of the authority that signed the server's, PEM.
    pub authority: Option<PathBuf>,
    /// The client's own certificate and key, PEM.
    pub certificate: Option<(PathBuf, PathBuf)>,
}

/// A connection.
#[derive(Clone, Debug)]
pub struct Link {
    /// The client.
    pub(super) client: Client,
    /// Its JetStream.
    pub(super) jetstream: Context,
    /// Where, without secrets.
    pub shown: String,
}

/// Who is told of a server that is lost or found, or refuses something.
pub type Tell = std::sync::Arc<dyn Fn(String) + Send + Sync>;

/// Connects; from then on a lost connection is looked for until it is there again.
///
/// # Errors
/// Nobody answers, the server lets nobody in, a file cannot be read, no JetStream.
pub async fn connect(access: &Access, name: &str, tell: Tell) -> Result<Link> {
    let shown = access.url.to_string();
    let addresses = access.url.secret().split(',').map(|a| a.trim().parse::<ServerAddr>());
    let addresses = addresses.collect::<Result<Vec<_>, _>>();
    let addresses = addresses.ok().filter(|a| !a.is_empty()).with_context(|| {
        format!("'{shown}' is no address of a NATS server: nats://HOST:4222, several with commas")
    })?;
    let mut options = options(access, name).await?;
    // The client does not take them from the address by itself.
    if let Some(first) = addresses.iter().find(|a| a.has_user_pass()) {
        let (user, password) = (first.username().unwrap_or_default(), first.password());
        options = match password {
            Some(password) => options.user_and_password(user.to_string(), password.to_string()),
            None => options.token(user.to_string()),
        };
    }
    let last = Mutex::new(String::new());
    let (place, lost) = (shown.clone(), std::sync::atomic::AtomicBool::new(false));
    let on_event = move |event: Event| {
        use std::sync::atomic::Ordering::Relaxed;
        let line = match event {
            Event::Disconnected if !lost.swap(true, Relaxed) => {
                format!("the server at {place} is gone; waiting for it, nothing is lost")
            }
            Event::Connected if lost.swap(false, Relaxed) => {
                format!("the server at {place} is back")
            }
            Event::ServerError(error) => {
                format!("the server at {place} says: {}", redact(&error.to_string()))
            }
            Event::ClientError(error) => {
                format!("connection to {place}: {}", redact(&error.to_string()))
            }
            _ => return,
        };
        // The same again and again, as of a subject that is not allowed, is said once.
        if let Ok(mut last) = last.lock()
            && *last != line
        {
            last.clone_from(&line);
            tell(line);
        }
    };
    let options = options.event_callback(move |event| {
        on_event(event);
        async {}
    });
    let client = options.connect(addresses).await.map_err(|e| anyhow!(redact(&e.to_string())));
    let client = client.with_context(|| {
        format!(
            "connect to the NATS server at {shown} (does it run, and may this machine and these \
             credentials use it?)"
        )
    })?;
    let mut jetstream = async_nats::jetstream::new(client.clone());
    jetstream.set_timeout(Duration::from_secs(10));
    Ok(Link { client, jetstream, shown })
}

async fn options(access: &Access, name: &str) -> Result<ConnectOptions> {
    let mut options = ConnectOptions::new()
        .name(name)
        .connection_timeout(Duration::from_secs(10))
        .request_timeout(Some(Duration::from_secs(10)))
        .reconnect_delay_callback(|attempts| {
            Duration::from_millis((100 * attempts as u64).min(2_000))
        });
    if let Some(path) = &access.credentials {
        let read = options.credentials_file(path).await;
        options = read.with_context(|| format!("read the credentials {}", path.display()))?;
    }
    if let Some(path) = &access.nkey {
        options = options.nkey(seed(path)?);
    }
    if let Some(path) = &access.authority {
        ensure!(path.is_file(), "there is no certificate {}", path.display());
        options = options.add_root_certificates(path.clone()).require_tls(true);
    }
    if let Some((certificate, key)) = &access.certificate {
        for path in [certificate, key] {
            ensure!(path.is_file(), "there is no file {}", path.display());
        }
        options = options.add_client_certificate(certificate.clone(), key.clone());
    }
    Ok(options)
}

/// The seed in an nkey file: the line that begins with S.
fn seed(path: &Path) -> Result<String> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("read the nkey seed {}", path.display()))?;
    match text.lines().map(str::trim).find(|line| line.starts_with('S')) {
        Some(line) => Ok(line.to_string()),
        None => bail!("{} holds no nkey seed (a line that begins with SU)", path.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_file_without_a_seed_is_named_and_its_content_is_not() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "# hello\nwrong\n").unwrap();
        let error = format!("{:#}", seed(file.path()).unwrap_err());
        assert!(error.contains("no nkey seed") && !error.contains("wrong"), "{error}");
        std::fs::write(file.path(), "# for tests\n SUABC \n").unwrap();
        assert_eq!(seed(file.path()).unwrap(), "SUABC");
    }
}
