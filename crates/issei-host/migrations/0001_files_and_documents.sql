-- What must outlast the process: the ledger's files, and everything else as documents.
-- Each row carries the SHA-256 of itself (store.rs, `digest`), so that a bit which turned on the
-- disk is found when the row is read.

-- The ledger's files, whole.
CREATE TABLE file (
    path   TEXT NOT NULL PRIMARY KEY,
    bytes  BLOB NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32)
) STRICT;

-- Everything else: what kind of thing it is, which one, what it says, and since when.
CREATE TABLE document (
    kind       TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    changed_at INTEGER NOT NULL, -- microseconds since 1970-01-01 UTC
    digest     BLOB    NOT NULL CHECK (length(digest) = 32),
    PRIMARY KEY (kind, name)
) STRICT;
