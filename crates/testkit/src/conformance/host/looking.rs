//! Looking at what is free.

use std::collections::BTreeSet;
use std::sync::Arc;

use pipeline_core::port::host::Host;

/// On a machine that runs tests there is.
pub async fn there_is_some_memory_and_some_disk(host: Arc<dyn Host>) {
    let room = host.room().await.unwrap();
    assert!(room.memory > 0, "{room:?}");
    assert!(!room.places.is_empty(), "{room:?}");
    for place in room.places {
        assert!(place.bytes > 0 && place.inodes != Some(0), "{place:?}");
    }
}

/// A file system on which several of our places lie is named once.
pub async fn places_have_names_of_their_own(host: Arc<dyn Host>) {
    let room = host.room().await.unwrap();
    let names: BTreeSet<&str> = room.places.iter().map(|place| place.name.as_str()).collect();
    assert_eq!(names.len(), room.places.len(), "{room:?}");
    assert!(names.iter().all(|name| !name.is_empty()), "{room:?}");
}
