//! Trainings at the same time. In: what one is. Out: what each gave. Left to others: the training (`train`).

use anyhow::{Result, bail};
use rayon::ThreadPoolBuilder;

/// Trainings at a time: each needs memory of its own.
const AT_ONCE: usize = 2;

/// What `one` makes of the numbers below `n`, in their order, two at a time, each on its part of the cores: one core a
/// training is faster by half than two cores at one training after the other. The same bits either way.
///
/// # Errors
/// Those of `one`, the first first, after all that were begun with it.
pub fn side_by_side<T: Send>(n: usize, one: impl Fn(usize) -> Result<T> + Sync) -> Result<Vec<T>> {
    let cores = rayon::current_num_threads();
    let mut all = Vec::with_capacity(n);
    let numbers: Vec<usize> = (0..n).collect();
    for some in numbers.chunks(AT_ONCE.min(cores)) {
        let alone = |n: usize| {
            let pool = ThreadPoolBuilder::new().num_threads(cores / some.len()).build()?;
            pool.install(|| one(n))
        };
        let made: Vec<Result<T>> = std::thread::scope(|scope| {
            let threads: Vec<_> = some.iter().map(|&n| scope.spawn(move || alone(n))).collect();
            let joined = threads.into_iter().map(|thread| thread.join());
            joined
                .map(|made| made.unwrap_or_else(|_| bail!("a training ended in a panic")))
                .collect()
        });
        for one in made {
            all.push(one?);
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn all_are_done_in_order_and_no_more_than_two_at_a_time() {
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let one = |n: usize| {
            most.fetch_max(1 + now.fetch_add(1, Ordering::SeqCst), Ordering::SeqCst);
            std::thread::sleep(std::time::Duration::from_millis(30));
            now.fetch_sub(1, Ordering::SeqCst);
            Ok((n, rayon::current_num_threads()))
        };
        let (cores, all) = (rayon::current_num_threads(), side_by_side(3, one).unwrap());
        assert_eq!(all.iter().map(|(n, _)| *n).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(most.load(Ordering::SeqCst), AT_ONCE.min(cores));
        assert_eq!(all[2].1, cores, "the last one alone has all of them");
        assert!(side_by_side(0, one).unwrap().is_empty());
    }

    #[test]
    fn an_error_is_that_of_the_first_that_failed() {
        let one = |n: usize| match n {
            0 => Ok(()),
            n => bail!("{n} failed"),
        };
        assert_eq!(side_by_side(4, one).unwrap_err().to_string(), "1 failed");
        assert!(side_by_side(1, |_| -> Result<()> { panic!() }).is_err());
    }
}
