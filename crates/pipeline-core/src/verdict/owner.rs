//! Whose a report is (behaviour §4.1): `work_item_id` or `work_item`, when present, names the task.

use crate::verdict::front_matter::FrontMatter;
use crate::verdict::review::shown;

const KEYS: [&str; 2] = ["work_item_id", "work_item"];

/// Why a report is not this work item's; none when it is, or names none. Case does not matter.
pub(crate) fn foreign(matter: &FrontMatter, work_item: &str) -> Option<String> {
    KEYS.into_iter().find_map(|key| {
        if matter.is_nested(key) {
            return Some(format!(
                "does not say whose it is: {key} holds a list or mapping (write {key}: {work_item})"
            ));
        }
        let owner = matter.text(key)?;
        let is_foreign = !owner.eq_ignore_ascii_case(work_item);
        is_foreign.then(|| format!("belongs to {}, not to {work_item}", shown(owner, &[work_item])))
    })
}
