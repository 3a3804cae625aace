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
fn sixty_four_mebibytes_do_not_block_and_leave_the_head_the_end_and_a_count() {
    let run = Run::new();
    let mut spec =
        run.spec("echo head; head -c 67108864 /dev/zero | tr '\\0' x; echo; echo '{\"type\":\"result\"}'");
    spec.run.output_cap = 256 << 10;
    launch(&spec).unwrap();
    let record = run.finished();
    let written = 5 + (64 << 20) + 1 + 18;
    assert_eq!((record.exit_code, record.stdout_bytes), (Some(0), written));
    let log = fs::read(stdout_log(&run.dir)).unwrap();
    assert!(log.len() <= 256 << 10 && log.starts_with(b"head\nxxxx"));
    assert!(log.ends_with(b"x\n{\"type\":\"result\"}\n"));
    assert!(record.dropped_bytes > written - (256 << 10));
    assert_eq!(
        tail(&stdout_log(&run.dir), 18).unwrap(),
        "{\"type\":\"result\"}\n"
    );
    let gap = format!("[{:>20} bytes of output are not kept]", record.dropped_bytes);
    assert!(String::from_utf8_lossy(&log).contains(&gap), "{gap}");
}

#[test]
fn a_program_that_closes_its_outputs_goes_on() {
    let run = Run::launched("exec >&- 2>&-; echo alive > proof; exit 3");
    assert_eq!(run.finished().exit_code, Some(3));
    assert_eq!(run.text("proof"), "alive\n");
}
