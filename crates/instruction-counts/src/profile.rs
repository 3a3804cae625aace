//! A profile as callgrind writes it with `--compress-strings=no --compress-pos=no`
//! (<https://valgrind.org/docs/manual/cl-format.html>).
//!
//! Only what the program itself does is counted: copying and allocating inside libc depend on its version and on the processor, so that
//! they would differ from machine to machine. Of allocations the calls are counted.

/// Functions of libc by which Rust's system allocator gets memory.
const ALLOCATORS: [&str; 5] = ["malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc"];

/// What one call of a function took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// Instructions of the program, those of shared libraries left out.
    pub instructions: u64,
    /// Calls of the allocator for new or more memory.
    pub allocations: u64,
}

/// Why a profile was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// It does not count instructions, alone and by line.
    Format,
    /// A line that is not understood.
    Line(String),
    /// Nothing in it was counted: the function that is counted was not found, or it is of another program.
    Empty,
}

/// Sums a profile up. `program` is the path of the program as callgrind was told it.
///
/// # Errors
/// The text is none of a profile, or nothing was counted.
pub fn count(profile: &str, program: &str) -> Result<Count, Unreadable> {
    let has = |line: &str| profile.lines().any(|found| found == line);
    if !has("events: Ir") || !has("positions: line") {
        return Err(Unreadable::Format);
    }
    let mut sum = Sum {
        program,
        ..Sum::default()
    };
    for line in profile.lines() {
        sum.add(line).ok_or_else(|| Unreadable::Line(line.to_owned()))?;
    }
    if sum.count.instructions == 0 {
        return Err(Unreadable::Empty);
    }
    Ok(sum.count)
}

#[derive(Default)]
struct Sum<'a> {
    program: &'a str,
    ours: bool,
    called: &'a str,
    /// The next line is what a call took altogether; its parts are counted where they stand.
    of_a_call: bool,
    count: Count,
}

impl<'a> Sum<'a> {
    /// None when the line is not understood.
    fn add(&mut self, line: &'a str) -> Option<()> {
        if let Some(object) = line.strip_prefix("ob=") {
            self.ours = object == self.program;
        } else if let Some(called) = line.strip_prefix("cfn=") {
            self.called = called;
        } else if let Some(calls) = line.strip_prefix("calls=") {
            if self.ours && ALLOCATORS.contains(&self.called) {
                self.count.allocations += first_number(calls)?;
            }
            self.of_a_call = true;
        } else if line.starts_with(|first: char| first.is_ascii_digit()) {
            let (_, cost) = line.split_once(' ')?;
            let cost = first_number(cost)?;
            if self.ours && !self.of_a_call {
                self.count.instructions += cost;
            }
            self.of_a_call = false;
        }
        Some(())
    }
}

fn first_number(text: &str) -> Option<u64> {
    text.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROFILE: &str = "# callgrind format
version: 1
positions: line
events: Ir

ob=/target/bench
fl=???
fn=bench::counted
0 5
cfn=core::work
calls=2 0
0 900

fn=core::work
0 70
cob=/lib/libc.so.6
cfn=malloc
calls=3 0
0 600
cfn=memcpy
calls=1 0
0 9
0 30

ob=/lib/libc.so.6
fn=malloc
0 400
cfn=malloc
calls=7 0
0 200
totals: 1714
";

    #[test]
    fn the_program_is_counted_and_libc_is_not() {
        let count = count(PROFILE, "/target/bench").unwrap();
        assert_eq!((count.instructions, count.allocations), (105, 3));
    }

    #[test]
    fn a_profile_without_the_program_is_refused() {
        assert_eq!(count(PROFILE, "/target/other"), Err(Unreadable::Empty));
    }

    #[test]
    fn another_format_is_refused() {
        for (from, to) in [
            ("events: Ir", "events: Ir Dr"),
            ("positions: line", "positions: instr line"),
        ] {
            let other = PROFILE.replace(from, to);
            assert_eq!(count(&other, "/target/bench"), Err(Unreadable::Format), "{to}");
        }
        let broken = PROFILE.replace("0 70", "0 many");
        let line = Unreadable::Line("0 many".to_owned());
        assert_eq!(count(&broken, "/target/bench"), Err(line));
    }
}
