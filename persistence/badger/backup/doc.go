// Package backup writes a journal to a stream of bytes and loads it into a new folder.
//
// A backup is a line that names the format, and frames: each a length, a checksum and that
// many bytes. The bytes of all frames are the entries of the database in the order of their
// keys, each an expiry, a key and a value. The last frame has no bytes: without it the
// backup was cut off.
package backup
