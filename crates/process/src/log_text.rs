//! Reading the end of a log.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// The last `max_bytes` bytes of a file as text; what is not UTF-8 becomes U+FFFD. A character that the cut went
/// through is left out.
pub fn tail(path: &Path, max_bytes: u64) -> io::Result<String> {
    let mut file = File::open(path)?;
    let start = file.metadata()?.len().saturating_sub(max_bytes);
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(max_bytes).read_to_end(&mut bytes)?;
    let cut = if start == 0 {
        0
    } else {
        bytes
            .iter()
            .take(3)
            .take_while(|byte| is_continuation(**byte))
            .count()
    };
    Ok(String::from_utf8_lossy(bytes.get(cut..).unwrap_or_default()).into_owned())
}

fn is_continuation(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tail_starts_with_a_whole_character() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("log");
        std::fs::write(&file, "абв").unwrap();
        for (max, expected) in [
            (0, ""),
            (1, ""),
            (2, "в"),
            (3, "в"),
            (4, "бв"),
            (6, "абв"),
            (100, "абв"),
        ] {
            assert_eq!(tail(&file, max).unwrap(), expected, "{max} bytes");
        }
        assert!(tail(&folder.path().join("missing"), 1).is_err());
    }
}
