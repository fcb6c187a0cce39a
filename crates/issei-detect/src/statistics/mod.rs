//! Turns counts into probabilities and probabilities into decisions.
//!
//! In: counts, rates, hashes. Out: tails, bounds, thresholds, estimates, each with its error.
//! Always: the same input gives the same output on every machine; a tail that is too small for
//! a number is rounded up, never down, so that no finding looks surer than it is.
//! Tails that accuse are summed term by term from a saddle-point form of the first term
//! (C. Loader, "Fast and Accurate Computation of Binomial Probabilities", 2000), so they keep
//! about eleven digits far beyond where differences of log-gammas have lost them.
//! Not here: what is counted, and which probability is small enough (the rules).

mod distinct;
mod hypergeometric;
mod interval;
mod multiple;
mod quantile;
mod sequential;
mod special;
mod tails;

pub use distinct::{DistinctCount, DistinctEstimate, distinct_from_bottom};
pub use hypergeometric::{Enrichment, Stratum, ln_hypergeometric_tail, stratified_enrichment};
pub use interval::{share_at_least, share_at_most};
pub use multiple::{Dependence, expected_wrong_share, ln_fisher_combination};
pub use quantile::QuantileSketch;
pub use sequential::{Balance, SequentialTest};
pub use tails::{
    dispersion_from_moments, least_surprising_count, ln_binomial_tail, ln_negative_binomial_tail,
    ln_poisson_tail, ln_unequal_trials_tail, negative_binomial_tail, poisson_tail,
};
