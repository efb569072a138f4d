//! second-ear: parse, resolve, dispatch, exit code.
#![allow(dead_code, unused_imports)] // until every stage has landed

mod audio;
mod domain;
mod hypotheses;
mod routing;
mod tasks;
mod training;
mod views;

fn main() {}
