//! Whether the attributes of an element hide it.

use super::tag::Tag;

/// Properties and the values that hide.
const HIDING: [(&str, &[&str]); 9] = [
    ("display", &["none"]),
    ("visibility", &["hidden", "collapse"]),
    ("color", &["transparent", "white", "#fff", "#ffffff"]),
    ("mso-hide", &["all"]),
    ("clip", &["rect"]),
    ("clip-path", &["inset", "circle", "polygon"]),
    ("transform", &["scale(0"]),
    ("text-indent", &["-"]),
    ("left", &["-"]),
];

/// Properties that hide when they are nothing, or next to it.
const VANISHING: [&str; 8] = [
    "opacity",
    "font-size",
    "font",
    "height",
    "max-height",
    "width",
    "max-width",
    "line-height",
];

pub(super) fn is_hidden(tag: &Tag<'_>) -> bool {
    tag.attributes.iter().any(|(name, value)| {
        let name = name.to_ascii_lowercase();
        name == "hidden"
            || (name == "type" && value.eq_ignore_ascii_case("hidden"))
            || (name == "style" && hides(value))
    })
}

fn hides(style: &str) -> bool {
    // Written so that it cannot be read plainly: there is no honest reason for that.
    if style.contains('\\') || style.contains("/*") || style.contains("&#") || style.contains("&colon") {
        return true;
    }
    style.split(';').any(|declaration| {
        let Some((property, value)) = declaration.split_once(':') else {
            return false;
        };
        let (property, value) = (property.trim().to_lowercase(), value.trim().to_lowercase());
        let hiding = HIDING
            .iter()
            .find(|(name, _)| *name == property)
            .is_some_and(|(_, values)| values.iter().any(|hiding| is_value(&value, hiding)));
        hiding || (VANISHING.contains(&property.as_str()) && is_nothing(&value))
    })
}

/// `#fff` is not `#fff000`; functions and signs are told by how they begin.
fn is_value(value: &str, hiding: &str) -> bool {
    let word = value.split([' ', '!']).next().unwrap_or_default();
    let begins =
        hiding.starts_with('-') || matches!(hiding, "rect" | "inset" | "circle" | "polygon" | "scale(0");
    word == hiding || (begins && value.starts_with(hiding) && !value.starts_with("scale(0."))
}

/// A number below two, save an opacity that can be seen.
fn is_nothing(value: &str) -> bool {
    let end = value.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
    let (number, unit) = value.split_at(end.unwrap_or(value.len()));
    let Ok(number) = number.parse::<f64>() else {
        return false;
    };
    let unit = unit.split(|letter: char| !letter.is_ascii_alphabetic()).next();
    number <= if unit == Some("px") { 1.0 } else { 0.05 }
}
