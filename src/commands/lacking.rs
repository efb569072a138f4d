//! What is said of commands that this build lacks.

/// Instead of `adapt`.
#[cfg(not(feature = "adapt"))]
pub mod adapt {
    use anyhow::{Result, bail};

    use crate::cli::adapt::Adapt;
    use crate::exit::Exit;
    use crate::views::progress::Console;

    /// Says what is missing.
    pub fn dispatch(_: Adapt, _: Console) -> Result<Exit> {
        bail!("this second-ear was built without training: build it with the feature `adapt`")
    }
}

/// Instead of `serve`.
#[cfg(not(feature = "serve"))]
pub mod serve {
    use anyhow::{Result, bail};

    use crate::cli::serve::Serve;
    use crate::exit::Exit;
    use crate::views::progress::Console;

    /// Says what is missing.
    pub fn dispatch(_: Serve, _: Console) -> Result<Exit> {
        bail!(
            "this second-ear was built without its server: build it with the feature `serve`, or hand files out with `tasks`"
        )
    }
}

/// Instead of `worker`.
#[cfg(not(feature = "nats"))]
pub mod worker {
    use anyhow::{Result, bail};

    use crate::cli::nats::Worker;
    use crate::exit::Exit;
    use crate::pipeline::distributed;
    use crate::views::progress::Console;

    /// Says what is missing.
    pub fn dispatch(_: Worker, _: Console) -> Result<Exit> {
        bail!(distributed::LACKING)
    }
}
