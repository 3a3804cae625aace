# Printing the list.

# Prints all tasks, or those whose text contains the word $1. A task's number is that of the whole list.
todo_list() {
    [ "$#" -le 1 ] || fail 'list takes one word; put a text with blanks in quotes'
    word=${1:-}
    if store_is_empty; then
        echo 'Nothing to do.'
        return 0
    fi
    number=0
    shown=0
    while IFS=$TAB read -r state text; do
        number=$((number + 1))
        if contains "$text" "$word"; then
            shown=$((shown + 1))
            print_task "$number" "$state" "$text"
        fi
    done <"$TODO_FILE"
    if [ "$shown" -eq 0 ]; then
        printf 'No task contains "%s".\n' "$word"
    fi
}

# The word is plain text, upper and lower case are the same; every text contains the empty word.
contains() {
    printf '%s\n' "$1" | grep -qiF -e "$2"
}

print_task() {
    case $2 in
        done) mark=x ;;
        *) mark=' ' ;;
    esac
    printf '%3d [%s] %s\n' "$1" "$mark" "$3"
}
