use super::{EN, RU, check};
use crate::message::store::*;

#[test]
fn the_state_of_the_database_rings() {
    check(&[
        (
            store_read_only_alert(RU, "the disk <is> full", "make room"),
            "🔴 orchd: работа остановлена, база данных недоступна для записи. the disk &lt;is&gt; full. Что делать: make room.",
        ),
        (
            store_read_only_alert(EN, "the disk <is> full", "make room"),
            "🔴 orchd: nothing moves, the database cannot be written. the disk &lt;is&gt; full. What to do: make room.",
        ),
        (
            store_mended_alert(RU),
            "✅ orchd: база данных снова доступна для записи, работа продолжается.",
        ),
        (
            store_mended_alert(EN),
            "✅ orchd: the database can be written again, work goes on.",
        ),
    ]);
}
