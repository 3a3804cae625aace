//! One suite per port: the guarantees of its documentation as cases. Run on the fakes here and on the real adapters in their crates.
//!
//! `all(make)` runs every case of a port on a fresh subject and panics with the names of those that failed; each case is also public,
//! to be run alone.

/// Writes `all`: the named cases, each on a subject that `make` made for it.
macro_rules! suite {
    ($subject:ty: $($module:ident { $($case:ident,)+ })+) => {
        /// Runs every case on a fresh subject; panics with the names of those that failed.
        pub async fn all<Made>(make: impl Fn() -> Made)
        where
            Made: Future<Output = $subject>,
        {
            let mut failed: Vec<&str> = Vec::new();
            $($(
                let subject = make().await;
                if tokio::spawn($module::$case(subject)).await.is_err() {
                    failed.push(concat!(stringify!($module), "::", stringify!($case)));
                }
            )+)+
            assert!(failed.is_empty(), "these cases failed: {failed:#?}");
        }
    };
}

pub mod store;
pub mod tracker;
pub mod board;
pub mod forge;
pub mod chat;
pub mod source;
pub mod workspace;
pub mod runner;
pub mod run_log;
pub mod host;
pub mod run_storage;
pub mod storage;
