//! Setups and models in the server's object store. In: bytes, files. Out: the same elsewhere. Left to
//! others: what a setup means, whether a model is the right one (its checksum is compared here).

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use async_nats::jetstream::object_store::{Config, ObjectStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use whisper::models::checksum::ModelDigest;

use super::link::Link;
use super::streams::{FILES, Run};
use crate::domain::hex_digest;
use crate::files::Part;

/// Most bytes of a setup: a lexicon is most of it.
const MOST_SETUP: u64 = 64 << 20;
/// Most bytes of a model: more than the largest Whisper in 32 bits.
const MOST_MODEL: u64 = 8 << 30;

fn setup_name(run: &Run) -> String {
    format!("setup-{}", run.consumer())
}

fn model_name(sha256: &ModelDigest) -> String {
    format!("model-{sha256}")
}

/// Makes the bucket, where it is not there yet.
pub async fn make(link: &Link, replicas: usize) -> Result<ObjectStore> {
    if let Ok(store) = link.jetstream.get_object_store(FILES).await {
        return Ok(store);
    }
    let config = Config {
        bucket: FILES.to_string(),
        description: Some("second-ear: setups of runs, models".to_string()),
        num_replicas: replicas,
        ..Config::default()
    };
    let made = link.jetstream.create_object_store(config).await;
    made.with_context(|| format!("make the bucket {FILES} on {}", link.shown))
}

async fn open(link: &Link) -> Result<ObjectStore> {
    let store = link.jetstream.get_object_store(FILES).await;
    store.with_context(|| format!("look for the bucket {FILES} on {}", link.shown))
}

/// Puts a run's setup there.
pub async fn keep_setup(link: &Link, run: &Run, bytes: &[u8], replicas: usize) -> Result<()> {
    let mut bytes = bytes;
    let store = make(link, replicas).await?;
    let kept = store.put(setup_name(run).as_str(), &mut bytes).await;
    kept.with_context(|| format!("put the setup on {}", link.shown))?;
    Ok(())
}

/// A run's setup.
pub async fn setup(link: &Link, run: &Run) -> Result<Vec<u8>> {
    let name = setup_name(run);
    let object = open(link).await?.get(&name).await.with_context(|| format!("fetch {name}"))?;
    let mut bytes = Vec::new();
    let read = object.take(MOST_SETUP + 1).read_to_end(&mut bytes).await;
    read.with_context(|| format!("fetch {name}"))?;
    ensure!(bytes.len() as u64 <= MOST_SETUP, "{name} is larger than {MOST_SETUP} bytes");
    let digest = hex_digest(&bytes);
    ensure!(digest.starts_with(&*run.setup), "{name} has the checksum {digest}: it is another one");
    Ok(bytes)
}

/// Removes a run's setup: nothing of it is left to do.
pub async fn forget_setup(link: &Link, run: &Run) -> Result<()> {
    Ok(open(link).await?.delete(setup_name(run)).await?)
}

/// Puts a model there, unless it is.
pub async fn keep_model(
    link: &Link,
    sha256: &ModelDigest,
    path: &Path,
    replicas: usize,
) -> Result<()> {
    let store = make(link, replicas).await?;
    let name = model_name(sha256);
    if store.info(&name).await.is_ok() {
        return Ok(());
    }
    let mut file = tokio::fs::File::open(path)
        .await
        .with_context(|| format!("open the model {}", path.display()))?;
    let kept = store.put(name.as_str(), &mut file).await;
    kept.with_context(|| format!("put the model on {} (is there room?)", link.shown))?;
    Ok(())
}

/// Fetches a model into the file `to`; false when it is not there. The file is there whole and with the
/// right checksum, or not at all.
pub async fn fetch_model(
    link: &Link,
    sha256: &ModelDigest,
    to: &Path,
    digest: impl FnOnce(&Path) -> Result<String>,
) -> Result<bool> {
    let Ok(store) = open(link).await else { return Ok(false) };
    let Ok(object) = store.get(model_name(sha256)).await else { return Ok(false) };
    let mut object = object.take(MOST_MODEL);
    if let Some(folder) = to.parent() {
        tokio::fs::create_dir_all(folder).await?;
    }
    let whole = async {
        let part = Part::beside(to)?;
        let mut file = tokio::fs::File::from_std(part.file().try_clone()?);
        tokio::io::copy(&mut object, &mut file).await?;
        file.flush().await?;
        let found = digest(part.path())?;
        ensure!(found == sha256.as_str(), "the model on {} has the checksum {found}", link.shown);
        Ok(part.keep()?)
    };
    let whole: Result<()> = whole.await;
    whole.with_context(|| format!("fetch the model {sha256}"))?;
    Ok(true)
}
