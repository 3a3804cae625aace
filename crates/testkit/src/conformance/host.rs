//! What every host has to do.

pub mod looking;

use std::sync::Arc;

use pipeline_core::port::host::Host;

suite! {
    Arc<dyn Host>:
    looking {
        there_is_some_memory_and_some_disk,
        places_have_names_of_their_own,
    }
}
