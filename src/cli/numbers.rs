//! Numbers on the command line, within bounds. In: what was typed. Out: the number, or a sentence that names the range.

use std::fmt::Debug;
use std::str::FromStr;

use crate::domain::bounds;

/// Reads a number from `low` to `high`.
pub fn within<T>(low: T, high: T) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync
where
    T: FromStr + PartialOrd + Debug + Copy + Send + Sync,
{
    move |typed: &str| {
        let number = typed
            .parse::<T>()
            .map_err(|_| format!("it must be a number from {low:?} to {high:?}"))?;
        bounds::within("it", number, low, high)?;
        Ok(number)
    }
}

/// Reads a share between 0 and 1, both excluded.
pub fn share() -> impl Fn(&str) -> Result<f64, String> + Clone + Send + Sync {
    |typed: &str| {
        let share = typed.parse().map_err(|_| "it must be a number between 0 and 1".to_string())?;
        bounds::inside("it", share, "0.05 is 5 %")?;
        Ok(share)
    }
}

/// Threads.
pub fn threads() -> impl Fn(&str) -> Result<usize, String> + Clone + Send + Sync {
    within(0, 1024)
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use crate::cli::Cli;

    /// Every option of every command that takes a number says which.
    #[test]
    fn a_number_that_no_option_can_have_is_refused() {
        let mut command = Cli::command();
        command.build();
        let mut tried = 0;
        let mut commands = vec![(vec![], &command)];
        while let Some((path, command)) = commands.pop() {
            for within in command.get_subcommands().filter(|c| c.get_name() != "help") {
                commands.push(([&path[..], &[within.get_name().to_string()]].concat(), within));
            }
            for option in command.get_arguments() {
                let Some(long) = option.get_long() else { continue };
                let parses = |text: &str| {
                    let mut line = vec!["second-ear".to_string()];
                    line.extend(path.iter().cloned());
                    line.extend([format!("--{long}={text}")]);
                    match Cli::try_parse_from(line) {
                        Err(error) => error.kind() != clap::error::ErrorKind::ValueValidation,
                        Ok(_) => true,
                    }
                };
                // It takes a number and no text.
                let takes = option.get_action().takes_values();
                if !takes || parses("text") || !parses("0.5") && !parses("5") {
                    continue;
                }
                for bad in ["1e308", "-1", "nan", "inf", "18446744073709551615"] {
                    // A seed is any number, and a payment may be taken back.
                    let may =
                        long == "seed" && bad.starts_with("184") || long == "amount" && bad == "-1";
                    if !may {
                        assert!(!parses(bad), "{path:?} --{long}={bad}");
                        tried += 1;
                    }
                }
            }
        }
        assert!(tried > 50, "{tried}");
    }
}
