//! String literals of a Rust source and the item that each stands in. Comments, characters and lifetimes are told apart from them, no more.

/// A literal as the program sees it.
pub(super) struct Literal {
    /// The constant or function whose name was read last.
    pub(super) item: String,
    pub(super) text: String,
}

/// All of them, in order.
pub(super) fn literals(source: &str) -> Vec<Literal> {
    let mut reader = Reader {
        rest: source,
        names_next: false,
        item: String::new(),
        found: Vec::new(),
    };
    while let Some(first) = reader.rest.chars().next() {
        reader.take(first);
    }
    reader.found
}

struct Reader<'a> {
    rest: &'a str,
    /// The next word is the name of an item.
    names_next: bool,
    item: String,
    found: Vec<Literal>,
}

impl Reader<'_> {
    fn take(&mut self, first: char) {
        let raw = self
            .rest
            .strip_prefix('r')
            .map(|rest| rest.trim_start_matches('#'));
        if self.rest.starts_with("//") {
            self.skip_behind("\n");
        } else if self.rest.starts_with("/*") {
            self.skip_behind("*/");
        } else if first == '"' {
            self.quoted();
        } else if raw.is_some_and(|raw| raw.starts_with('"')) {
            self.raw();
        } else if first == '\'' {
            self.character();
        } else if first.is_alphabetic() || first == '_' {
            self.word();
        } else {
            self.skip(first.len_utf8());
        }
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn skip_behind(&mut self, end: &str) {
        let at = self.rest.find(end).map_or(self.rest.len(), |at| at + end.len());
        self.skip(at);
    }

    fn word(&mut self) {
        let ends = |character: char| !character.is_alphanumeric() && character != '_';
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        let word = &self.rest[..end];
        if matches!(word, "fn" | "const" | "static") {
            self.names_next = true;
        } else if self.names_next {
            self.item = word.to_owned();
            self.names_next = false;
        }
        self.skip(end);
    }

    /// `'"'` is a character, `'a` a lifetime.
    fn character(&mut self) {
        let mut inside = self.rest.chars().skip(1);
        let (first, second) = (inside.next(), inside.next());
        match (first, second) {
            (Some('\\'), Some(escaped)) => {
                self.skip(2 + escaped.len_utf8());
                self.skip_behind("'");
            }
            (Some(only), Some('\'')) => self.skip(2 + only.len_utf8()),
            (_, _) => self.skip(1),
        }
    }

    fn raw(&mut self) {
        let hashes = self.rest.chars().skip(1).take_while(|next| *next == '#').count();
        self.skip(hashes + 2);
        let end = format!("\"{}", "#".repeat(hashes));
        let length = self.rest.find(&end).unwrap_or(self.rest.len());
        let text = self.rest[..length].to_owned();
        self.skip(length + end.len());
        self.add(text);
    }

    fn quoted(&mut self) {
        self.skip(1);
        let mut text = String::new();
        while let Some(next) = self.rest.chars().next() {
            self.skip(next.len_utf8());
            match next {
                '"' => break,
                '\\' => self.escaped(&mut text),
                other => text.push(other),
            }
        }
        self.add(text);
    }

    fn escaped(&mut self, text: &mut String) {
        let escaped = self.rest.chars().next().unwrap_or_default();
        self.skip(escaped.len_utf8());
        match escaped {
            'n' => text.push('\n'),
            't' => text.push('\t'),
            // The line goes on behind the next one's indentation.
            '\n' => self.rest = self.rest.trim_start(),
            other => text.push(other),
        }
    }

    fn add(&mut self, text: String) {
        let item = self.item.clone();
        self.found.push(Literal { item, text });
    }
}
