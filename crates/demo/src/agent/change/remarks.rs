//! What a reviewer asks for who is never content (scenario `exhausted`). After the written ones come numbered ones, so
//! that there is always another.

/// A remark and what answers it.
pub(super) struct Remark {
    /// Found in the file once it is answered.
    pub(super) mark: String,
    /// What is missing, as the end of a sentence.
    pub(super) claim: String,
    /// Body of the answer.
    pub(super) answer: String,
}

/// Mark, claim, answer.
type Written = (&'static str, &'static str, &'static str);

/// The first remark whose mark is not in `text`.
pub(super) fn next(written: &[Written], text: &str) -> Remark {
    let open = written.iter().find(|(mark, ..)| !text.contains(mark));
    open.map_or_else(
        || numbered(written, text),
        |(mark, claim, answer)| Remark {
            mark: (*mark).to_owned(),
            claim: (*claim).to_owned(),
            answer: (*answer).to_owned(),
        },
    )
}

/// The written ones again, in their order, with a number: neighbours stay different even where numbers do not count.
fn numbered(written: &[Written], text: &str) -> Remark {
    let rounds = (2..).flat_map(|round| written.iter().map(move |remark| (round, remark)));
    rounds
        .map(|(round, (mark, claim, answer))| Remark {
            mark: format!("{mark}_{round}"),
            claim: format!("{claim}, a second look (round {round})"),
            answer: (*answer).to_owned(),
        })
        .find(|remark| !text.contains(&remark.mark))
        .unwrap_or_else(|| Remark {
            mark: String::new(),
            claim: "everything was said".to_owned(),
            answer: String::new(),
        })
}

/// Tests of the sample project; the mark is the function's name.
pub(super) const FEATURE_REMARKS: [Written; 8] = [
    (
        "test_a_done_task_is_found_too",
        "a task that is done is found too",
        "    todo add 'buy milk'\n    todo done 1\n    assert_prints '  1 [x] buy milk' todo list milk\n",
    ),
    (
        "test_a_word_that_begins_with_a_dash_is_found",
        "a word that begins with a dash is no option of grep",
        "    todo add 'run with -v'\n    assert_prints '  1 [ ] run with -v' todo list -v\n",
    ),
    (
        "test_a_text_with_blanks_is_one_word_in_quotes",
        "a text with blanks can be given in quotes",
        "    todo add 'call Ada now'\n    assert_prints '  1 [ ] call Ada now' todo list 'ada now'\n",
    ),
    (
        "test_an_empty_word_selects_every_task",
        "an empty word selects everything",
        "    todo add 'buy milk'\n    assert_prints '  1 [ ] buy milk' todo list ''\n",
    ),
    (
        "test_a_removed_task_is_not_found_any_more",
        "what was removed is gone from the result",
        "    todo add 'buy milk'\n    todo rm 1\n    assert_prints 'Nothing to do.' todo list milk\n",
    ),
    (
        "test_quotes_in_a_word_are_plain_text",
        "quotes reach the comparison unchanged",
        "    todo add 'say \"hello\"'\n    assert_prints '  1 [ ] say \"hello\"' todo list '\"hello\"'\n",
    ),
    (
        "test_a_word_in_capitals_finds_small_letters",
        "capitals on the command line do not matter either",
        "    todo add 'buy milk'\n    assert_prints '  1 [ ] buy milk' todo list MILK\n",
    ),
    (
        "test_the_mark_of_a_task_is_not_searched",
        "the printed mark is not part of the text",
        "    todo add 'buy milk'\n    assert_prints 'No task contains \"[ ]\".' todo list '[ ]'\n",
    ),
];

/// Sections of the page; the mark is the heading.
pub(super) const NOTE_REMARKS: [Written; 8] = [
    (
        "Who reads this page",
        "somebody knows who it is for",
        "Whoever looks for what became of the request.",
    ),
    (
        "What it leaves out",
        "a reader learns the limits",
        "Everything but the request and its points.",
    ),
    (
        "Where it comes from",
        "the source can be found again",
        "The business request of this work item.",
    ),
    (
        "When it was written",
        "its age can be told",
        "At the commit that added it.",
    ),
    (
        "Which words it uses",
        "the terms are those of the request",
        "Those of the request, unchanged.",
    ),
    (
        "What was considered instead",
        "other ways were weighed",
        "To write nothing; then nothing could be reviewed.",
    ),
    (
        "Who may change it",
        "ownership is clear",
        "Everybody who may change the documentation.",
    ),
    (
        "When it can go",
        "it does not stay for ever",
        "As soon as the request is implemented.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_always_another_remark_and_it_differs_from_the_last_one() {
        let mut text = String::new();
        let mut last = String::new();
        for _ in 0..30 {
            let remark = next(&FEATURE_REMARKS, &text);
            let without_numbers = remark.claim.replace(|letter: char| letter.is_ascii_digit(), "");
            assert_ne!(without_numbers, last);
            last = without_numbers;
            text.push_str(&format!("\n{}() {{\n{}}}\n", remark.mark, remark.answer));
        }
    }
}
