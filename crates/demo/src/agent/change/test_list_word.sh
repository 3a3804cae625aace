test_a_word_selects_the_tasks_that_contain_it() {
    todo add 'Buy MILK'
    todo add 'call Ada'
    assert_prints '  1 [ ] Buy MILK' todo list milk
}

test_a_selected_task_keeps_its_number() {
    todo add 'buy milk'
    todo add 'call Ada'
    assert_prints '  2 [ ] call Ada' todo list ada
    assert_prints 'Done: call Ada' todo done 2
}

test_a_word_that_no_task_contains_is_named() {
    todo add 'buy milk'
    assert_prints 'No task contains "tea".' todo list tea
}

test_more_than_one_word_is_refused() {
    assert_fails 2 'todo: list takes one word; put a text with blanks in quotes' todo list buy milk
}

test_a_word_is_plain_text_and_not_a_pattern() {
    todo add 'pay 105'
    todo add 'pay 1.5'
    assert_prints '  2 [ ] pay 1.5' todo list 1.5
}
