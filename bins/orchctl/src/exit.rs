//! Exit codes. They are part of the interface: scripts rely on them, and the help text lists them.

/// It was done: shown, or the order was carried out.
pub(crate) const OK: u8 = 0;
/// The daemon refused the order; the answer says why.
pub(crate) const REFUSED: u8 = 1;
/// There is no such task or job.
pub(crate) const NOT_FOUND: u8 = 3;
/// The daemon is not running; the order is kept and carried out at its next start.
pub(crate) const KEPT: u8 = 4;
/// The store cannot be used: missing, of another version, damaged, busy.
pub(crate) const STORE: u8 = 5;
/// The daemon did not answer in time; the order is kept.
pub(crate) const NO_ANSWER: u8 = 6;
/// The result could not be written to standard output.
pub(crate) const OUTPUT: u8 = 7;

/// The list in the help text. Code 2 is that of the command line's parser.
pub(crate) const HELP: &str = "\
Exit codes:
  0  done: shown, or the order was carried out
  1  the daemon refused the order; the answer says why
  2  the command line is wrong
  3  there is no such task or job
  4  the daemon is not running; the order is kept and carried out at its next start
  5  the store cannot be used (missing, of another version, damaged, busy)
  6  the daemon did not answer in time; the order is kept
  7  the result could not be written to standard output

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
