//! second-ear: parse, resolve, dispatch, exit code.
#![allow(dead_code, unused_imports)] // until every stage has landed

mod audio;
mod cli;
mod config;
mod domain;
mod exit;
mod hypotheses;
mod routing;
mod store;
mod tasks;
mod training;
mod views;

fn main() {}
