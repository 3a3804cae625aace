//! Exit codes. They are part of the interface: scripts rely on them, and the help text lists them.

/// It was done: shown, or the order was carried out.
pub(crate) const OK: u8 = 0;
/// The daemon refused the order; the answer says why.
pub(crate) const REFUSED: u8 = 1;
/// There is no such task, job, run or project.
pub(crate) const NOT_FOUND: u8 = 3;
/// The daemon is not running; the order is kept and carried out at its next start.
pub(crate) const KEPT: u8 = 4;
/// The store cannot be used: missing, of another version, damaged, busy.
pub(crate) const STORE: u8 = 5;
/// The daemon did not answer in time; the order is kept.
pub(crate) const NO_ANSWER: u8 = 6;
/// The result could not be written to standard output.
pub(crate) const OUTPUT: u8 = 7;

/// `verdict`: every report passes.
pub(crate) const PASS: u8 = 0;
/// `verdict`: a report fails, and none is unreadable.
pub(crate) const FAIL: u8 = 1;
/// `verdict`: a report cannot be read. It counts more than a failure: nothing is known of that report.
pub(crate) const UNREADABLE: u8 = 2;

/// `pipeline check`: a file has problems; `pipeline diff`: the two differ.
pub(crate) const DIFFERENT: u8 = 1;
/// `pipeline show` and `pipeline diff`: a pipeline cannot be used.
pub(crate) const UNUSABLE: u8 = 2;

/// `replay`: a log does not lead to the stored task.
pub(crate) const ELSEWHERE: u8 = 1;

/// `providers check`: an account is not in order.
pub(crate) const NOT_IN_ORDER: u8 = 1;
/// `providers check`: no daemon lives, and the settings cannot be used.
pub(crate) const NO_SETTINGS: u8 = 2;

/// `runs verify`: something disagrees.
pub(crate) const DISAGREEMENT: u8 = 1;
/// `check` and `restore --check`: something is wrong with the database or the copy.
pub(crate) const UNSOUND: u8 = 1;

/// The list in the help text. Code 2 is that of the command line's parser.
pub(crate) const HELP: &str = "\
Exit codes:
  0  done: shown, or the order was carried out
  1  the daemon refused the order; the answer says why
  2  the command line is wrong
  3  there is no such task, job, run or project
  4  the daemon is not running; the order is kept and carried out at its next start
  5  the store cannot be used (missing, of another version, damaged, busy)
  6  the daemon did not answer or end in time; what was ordered stands
  7  the result could not be written to standard output
'orchctl verdict' has its own: 0 every report passes, 1 one fails, 2 one cannot be read (the highest counts).
'orchctl pipeline' too: 1 a file has problems, or two pipelines differ, 2 there is no pipeline to show or compare.
'orchctl replay': 1 a log does not lead to the stored state; 'orchctl runs verify': 1 something disagrees.
'orchctl check' and 'orchctl restore --check': 1 something is wrong.
'orchctl providers check': 1 an account is not in order, 2 no daemon lives and the settings cannot be used.

What --json prints is described in bins/orchctl/README.md.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_lists_every_code() {
        for code in [OK, REFUSED, NOT_FOUND, KEPT, STORE, NO_ANSWER, OUTPUT] {
            assert!(HELP.contains(&format!("\n  {code}  ")), "{code} is missing");
        }
    }
}
