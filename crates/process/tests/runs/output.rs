//! What the program reads and writes.

use std::fs;

use process::{launch, stderr_log, stdout_log, tail};

use crate::fixture::Run;

#[test]
fn a_brief_larger_than_any_pipe_arrives_whole() {
    let run = Run::new();
    let mut spec = run.spec("cat; wc -c < /dev/stdin >&2");
    spec.stdin = (0..100_000)
        .flat_map(|n| format!("{n:07}\n").into_bytes())
        .collect();
    let brief = spec.stdin.clone();
    launch(&spec).unwrap();
    assert_eq!(run.finished().stdout_bytes, 800_000);
    assert!(fs::read(stdout_log(&run.dir)).unwrap() == brief);
}

#[test]
fn the_two_outputs_go_to_two_files() {
    let run = Run::launched("echo out; echo err >&2");
    run.finished();
    assert_eq!(run.stdout(), "out\n");
    assert_eq!(fs::read_to_string(stderr_log(&run.dir)).unwrap(), "err\n");
}

#[test]
fn more_output_than_the_cap_does_not_block_and_leaves_the_head_the_end_and_a_count() {
    let run = Run::new();
    run.fifo("go");
    let lines = format!("yes {} | head -c 268435456", "x".repeat(1_023));
    let mut spec = run.spec(&format!(
        "echo head; read before < go; {lines}; echo '{{\"type\":\"result\"}}'; read after < go"
    ));
    spec.run.output_cap = 256 << 10;
    launch(&spec).unwrap();
    let grown = run.memory_grown_until(|| run.stdout().ends_with("\"result\"}\n"));
    assert!(grown < 16 << 20, "{grown} bytes");
    let record = run.finished();
    let written = 5 + (256 << 20) + 18;
    assert_eq!((record.exit_code, record.stdout_bytes), (Some(0), written));
    assert_eq!(record.lines, 2 + (256 << 10));
    let log = fs::read(stdout_log(&run.dir)).unwrap();
    assert!(log.len() <= 256 << 10 && log.starts_with(b"head\nxxxx"));
    assert!(log.ends_with(b"x\n{\"type\":\"result\"}\n"));
    assert!(record.dropped_bytes > written - (256 << 10));
    let gap = format!("[{:>20} bytes of output are not kept]", record.dropped_bytes);
    assert!(String::from_utf8_lossy(&log).contains(&gap), "{gap}");
}

#[test]
fn a_line_of_sixty_four_mebibytes_is_cut_and_costs_the_runner_little_memory() {
    let run = Run::new();
    run.fifo("go");
    // The program waits at its end, so that the runner can be looked at.
    let line = "head -c 67108864 /dev/zero | tr '\\0' x";
    run.launch(&format!(
        "read memory < go; {line}; echo; {line} >&2; echo done; read end < go"
    ))
    .unwrap();
    let grown = run.memory_grown_until(|| run.stdout().ends_with("\ndone\n"));
    assert!(grown < 16 << 20, "{grown} bytes");
    let record = run.finished();
    let over = (64 << 20) - (64 << 10);
    assert_eq!((record.exit_code, record.dropped_bytes), (Some(0), 2 * over));
    let mark = format!("x [{over} more bytes of this line are not kept]");
    assert!(run.stdout().ends_with(&format!("{mark}\ndone\n")));
    assert!(fs::read_to_string(stderr_log(&run.dir)).unwrap().ends_with(&mark));
}

#[test]
fn rubbish_is_stored_as_it_came_and_shown_without_what_a_terminal_would_obey() {
    let run = Run::launched(r"printf '\033[2J\033]0;title\007a\000b\377\rc\n'");
    run.finished();
    let log = stdout_log(&run.dir);
    assert_eq!(fs::read(&log).unwrap(), b"\x1b[2J\x1b]0;title\x07a\0b\xff\rc\n");
    assert_eq!(
        plain_text::without_control(&tail(&log, 1_000).unwrap()),
        "ab\u{fffd}c\n"
    );
}

#[test]
fn a_program_that_closes_its_outputs_goes_on() {
    let run = Run::launched("exec >&- 2>&-; echo alive > proof; exit 3");
    assert_eq!(run.finished().exit_code, Some(3));
    assert_eq!(run.text("proof"), "alive\n");
}
