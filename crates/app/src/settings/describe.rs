//! The settings in force, for the operator's eyes.

use super::load::Loaded;

/// Every value in force and where it came from, then the warnings. Secrets are masked.
#[must_use]
pub fn describe(loaded: &Loaded) -> String {
    let file = loaded.file.as_ref().map_or_else(
        || "none (orch.yaml is not in the current directory)".to_owned(),
        |path| path.display().to_string(),
    );
    let widest = |text: fn(&super::load::Origin) -> &str| {
        let widths = loaded.origins.iter().map(|origin| text(origin).chars().count());
        widths.max().unwrap_or_default()
    };
    let key_width = widest(|origin| &origin.key);
    // One long command does not push the last column out of sight.
    let value_width = widest(|origin| &origin.value).min(40);
    let mut text = format!("settings file: {file}\n\n");
    for origin in &loaded.origins {
        let (key, value, source) = (&origin.key, &origin.value, origin.source.to_string());
        text.push_str(&format!("{key:key_width$}  {value:value_width$}  {source}\n"));
    }
    if !loaded.warnings.is_empty() {
        text.push_str("\nwarnings:\n");
    }
    for warning in &loaded.warnings {
        text.push_str(&format!("  - {warning}\n"));
    }
    text
}
