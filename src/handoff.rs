//! Everything that crosses a thread: each a (writer, reader) pair.
