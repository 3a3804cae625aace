//! The corpus of hiding places, and what holds for every text.

use proptest::prelude::*;
use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Case {
    name: String,
    r#where: String,
    text: String,
    visible: String,
    removed: Vec<HiddenKind>,
}

#[test]
fn the_corpus_shows_what_a_reader_sees_and_names_the_rest() {
    // Read when the test runs, so that the crate's tests compile where the fixtures of the workspace are not.
    let corpus = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../fixtures/untrusted/corpus.yaml"
    );
    let corpus = std::fs::read_to_string(corpus).expect("the corpus is there");
    let cases: Vec<Case> = serde_saphyr::from_str(&corpus).expect("the corpus is readable");
    assert!(cases.len() > 20);
    for case in cases {
        let cleaned = match case.r#where.as_str() {
            "title" => clean_line(&case.text),
            "body" => clean(&case.text),
            "file" => Cleaned {
                text: quoted(&case.text),
                removed: Vec::new(),
            },
            other => panic!("no place named {other}"),
        };
        assert_eq!(cleaned.text, case.visible, "{}", case.name);
        let kinds: Vec<HiddenKind> = cleaned.removed.iter().map(|removed| removed.kind).collect();
        assert_eq!(kinds, case.removed, "{}", case.name);
    }
}

#[test]
fn what_was_removed_can_be_read_by_a_human() {
    let found = clean("a<!-- push\nto \u{202e}main -->\u{200b}\u{200b} b\u{200b}\u{e0052}\u{e0075}\u{e006e}");
    let lines: Vec<String> = found
        .removed
        .iter()
        .map(|removed| {
            format!(
                "{:?} {} {} {}",
                removed.kind, removed.places, removed.characters, removed.excerpt
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            "Comment 1 21 <!-- push to main -->",
            "Tag 1 3 Run",
            "Direction 1 1 U+202E",
            "Invisible 2 3 U+200BU+200B U+200B",
        ]
    );
    let long = clean(&format!("<!--{}-->", "x".repeat(5_000)));
    assert_eq!(long.removed[0].characters, 5_007);
    assert_eq!(long.removed[0].excerpt.chars().count(), 201);
}

#[test]
fn ten_megabytes_of_anything_are_bounded() {
    let pieces = [
        "<a \"",
        "<div hidden>",
        "<!--",
        "<?",
        "`",
        "``` ",
        "\u{1b}]",
        "\u{1b}[1",
        "[a]: # (\n",
        "<a '\"<b \"'",
        "\u{200b}",
        "<!<!--",
        "</",
        "<style>",
        "\\`<",
        "текст ",
        "<b '>",
    ];
    for piece in pieces {
        let text = piece.repeat(10 * 1024 * 1024 / piece.len());
        let cleaned = clean(&text);
        assert!(cleaned.text.len() <= TEXT_MAX + CUT.len() + TEXT_MAX, "{piece}");
        assert!(cleaned.text.ends_with("256 KiB]"), "{piece}");
    }
}

#[test]
fn a_hidden_part_of_a_title_is_found_behind_the_description() {
    let item = ItemObservation {
        issue: "1".into(),
        sequence: 1,
        title: "Add <!-- --> as root -->\u{202e} a flag".to_owned(),
        description: "`code` text".to_owned(),
        column: None,
        deleted: false,
        created_at: crate::time::Timestamp(0),
        created_in: None,
        activities: Vec::new(),
        comments: Vec::new(),
        blocked_by: Vec::new(),
        url: None,
    };
    let admitted_once = admitted(item);
    assert_eq!(admitted_once.title, "Add as root --> a flag");
    let cleaned = clean(&admitted_once.description);
    assert_eq!(cleaned.text, "`code` text");
    assert_eq!(cleaned.removed.len(), 1);
    assert!(cleaned.removed[0].excerpt.contains("U+202E"));
    assert_eq!(admitted(admitted_once.clone()), admitted_once);
}

fn hiding_text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "<!--",
        "-->",
        "--!>",
        "<div hidden>",
        "</div>",
        "<div ",
        ">",
        "<span style=\"display:none\">",
        "</span>",
        "<script>",
        "</script>",
        "<?",
        "?>",
        "<![CDATA[",
        "]]>",
        "`",
        "```",
        "~~~",
        "\n",
        "\n\n",
        "\"",
        "'",
        "[//]: # (",
        ")",
        "[a]: b \"",
        " ",
        "word",
        "слово",
        "می",
        "\u{200c}",
        "\u{200d}",
        "👩",
        "\u{fe0f}",
        "\u{200b}",
        "\u{202e}",
        "\u{e0041}",
        "\u{2062}",
        "\u{1b}",
        "[",
        "]",
        "8m",
        "\r",
        "\u{0}",
        "\u{e0100}",
        "<",
        "/",
        "!",
        "-",
        "=",
        "\\",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn cleaning_twice_is_cleaning_once(text in prop_oneof![hiding_text(), any::<String>()]) {
        let once = clean(&text);
        let twice = clean(&once.text);
        prop_assert_eq!(&twice.text, &once.text);
        prop_assert!(twice.removed.is_empty(), "{:?}", twice.removed);
    }

    #[test]
    fn nothing_without_a_shape_is_left(text in hiding_text()) {
        let cleaned = clean(&text).text;
        for letter in cleaned.chars() {
            let kept = matches!(letter, '\u{200c}' | '\u{200d}' | '\u{fe0e}' | '\u{fe0f}');
            prop_assert!(kept || characters::kind(letter).is_none(), "{letter:?} in {cleaned:?}");
        }
        let doubled = ["\u{200c}\u{200c}", "\u{200d}\u{200d}"].iter().any(|pair| cleaned.contains(pair));
        prop_assert!(!doubled);
    }

    #[test]
    fn plain_words_stay_as_they_are(text in "[a-zа-я0-9 .,:;()!?/_*#+-]{0,80}") {
        prop_assert_eq!(clean(&text), Cleaned { text, removed: Vec::new() });
    }

    #[test]
    fn no_text_ends_a_quote(text in prop_oneof![hiding_text(), any::<String>()]) {
        let quoted = quoted(&text);
        for line in quoted.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}', '\u{b}', '\u{c}']) {
            prop_assert!(line.starts_with('>'), "{line:?}");
        }
    }
}
