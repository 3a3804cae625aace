//! A log file that never grows beyond its cap: the first half stays, of the rest the newest bytes.
//!
//! The file is in order and readable at every moment, also while the program writes and after the runner was killed:
//! when it is full, the newer half of its tail is moved down over the older one, behind a line that says how many
//! bytes are missing.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// Below this the line about missing bytes would be most of the file.
const LEAST_CAP: u64 = 4 << 10;
const COPY_CHUNK: usize = 64 << 10;

pub(super) struct CappedLog {
    file: File,
    cap: u64,
    len: u64,
    dropped: u64,
    has_gap: bool,
}

impl CappedLog {
    pub(super) fn new(file: File, cap: u64) -> CappedLog {
        CappedLog {
            file,
            cap: cap.max(LEAST_CAP),
            len: 0,
            dropped: 0,
            has_gap: false,
        }
    }

    /// Never fails: on a full disk the bytes count as dropped, and the program goes on.
    pub(super) fn append(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.len >= self.cap && self.make_room().is_err() {
                self.dropped += rest.len() as u64;
                return;
            }
            let room = usize::try_from(self.cap - self.len).unwrap_or(usize::MAX);
            let (now, later) = rest.split_at(room.min(rest.len()));
            match self.file.write_all_at(now, self.len) {
                Ok(()) => self.len += now.len() as u64,
                Err(_) => self.dropped += now.len() as u64,
            }
            rest = later;
        }
    }

    /// Bytes that were appended and are not in the file.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Puts it on the disk, as far as that goes: the marker that follows matters more.
    pub(super) fn sync(&self) {
        let _ = self.file.sync_data();
    }

    fn make_room(&mut self) -> io::Result<()> {
        let head = self.cap / 2;
        let keep = self.cap / 4;
        let tail = head + gap_line(0).len() as u64;
        let old_tail = if self.has_gap { tail } else { head };
        let newest = self.len - keep;
        self.move_down(newest, tail)?;
        self.file.set_len(tail + keep)?;
        self.len = tail + keep;
        self.dropped += newest - old_tail;
        self.has_gap = true;
        self.file.write_all_at(gap_line(self.dropped).as_bytes(), head)
    }

    /// `to` is below `from`, so copying upwards never reads what it has written.
    fn move_down(&self, mut from: u64, mut to: u64) -> io::Result<()> {
        let mut chunk = vec![0; COPY_CHUNK];
        loop {
            let count = self.file.read_at(&mut chunk, from)?;
            if count == 0 {
                return Ok(());
            }
            self.file
                .write_all_at(chunk.get(..count).unwrap_or_default(), to)?;
            from += count as u64;
            to += count as u64;
        }
    }
}

/// Always of the same length, so that it can be written over itself.
fn gap_line(dropped: u64) -> String {
    format!("\n[{dropped:>20} bytes of output are not kept]\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logged(cap: u64, chunks: impl Iterator<Item = Vec<u8>>) -> (CappedLog, Vec<u8>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut log = CappedLog::new(crate::run_dir::create(&path).unwrap(), cap);
        for chunk in chunks {
            log.append(&chunk);
        }
        (log, std::fs::read(path).unwrap())
    }

    /// Lines `0000000`, `0000001` … of eight bytes.
    fn lines(count: usize) -> Vec<u8> {
        (0..count)
            .flat_map(|n| format!("{n:07}\n").into_bytes())
            .collect()
    }

    #[test]
    fn what_fits_is_kept_whole() {
        let input = lines(512);
        let (log, file) = logged(4096, std::iter::once(input.clone()));
        assert_eq!((file, log.dropped()), (input, 0));
    }

    #[test]
    fn of_more_the_head_and_the_newest_stay_whatever_the_chunks() {
        for (count, chunk) in [
            (513, 8),
            (600, 4096),
            (5_000, 1),
            (5_000, 7),
            (100_000, 65_536),
            (9_999, 3_000),
        ] {
            let input = lines(count);
            let (log, file) = logged(4096, input.chunks(chunk).map(<[u8]>::to_vec));
            let case = format!("{count} lines by {chunk}");
            assert!(file.len() <= 4096, "{case}");
            assert_eq!(file[..2048], input[..2048], "{case}");
            let newest = file.len() - 2048 - gap_line(0).len();
            assert!(newest >= 1024, "{case}");
            assert_eq!(
                file[file.len() - newest..],
                input[input.len() - newest..],
                "{case}"
            );
            assert_eq!(log.dropped(), (input.len() - 2048 - newest) as u64, "{case}");
            let gap = String::from_utf8_lossy(&file[2048..2048 + gap_line(0).len()]);
            assert_eq!(gap, gap_line(log.dropped()), "{case}");
        }
    }

    #[test]
    fn a_disk_that_refuses_costs_bytes_but_not_the_run() {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut log = CappedLog::new(full, 4096);
        log.append(&lines(1000));
        assert_eq!(log.dropped(), 8000);
    }
}
