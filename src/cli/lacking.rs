//! Commands and options that this build lacks: they take anything, so that they can say what is missing
//! (`commands::lacking`) instead of being unknown.

use std::ffi::OsString;

use clap::Args;

/// Whatever was typed.
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub struct Anything {
    /// All of it.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    rest: Vec<OsString>,
}

/// Instead of the arguments of `adapt`.
#[cfg(not(feature = "adapt"))]
pub mod adapt {
    pub use super::Anything as Adapt;
}

/// Instead of the arguments of `serve`.
#[cfg(not(feature = "serve"))]
pub mod serve {
    pub use super::Anything as Serve;

    /// Nothing can be said by an example.
    pub const AFTER_HELP: &str = "";
}

/// Instead of `worker`, and of the options of a distributed `run`.
#[cfg(not(feature = "nats"))]
pub mod nats {
    use anyhow::{Result, bail};
    use clap::Args;

    pub use super::Anything as Worker;
    use crate::pipeline::distributed;

    /// What a build that can be distributed calls "Many machines".
    #[derive(Clone, Debug, Args)]
    pub struct Distributed {
        /// A server, of which this build can make nothing.
        #[arg(long, num_args = 0..=1, default_missing_value = "", hide = true)]
        pub nats: Option<String>,
    }

    impl Distributed {
        /// None of it.
        pub fn local() -> Self {
            Self { nats: None }
        }

        /// A local run.
        ///
        /// # Errors
        /// Another one was asked for.
        pub fn resolve(&self) -> Result<Option<distributed::Distributed>> {
            match self.nats {
                Some(_) => bail!(distributed::LACKING),
                None => Ok(None),
            }
        }
    }
}
