// Package layout is what the bytes in the database mean: keys and values, encoded and
// parsed. It is pure: it reads and writes nothing.
//
// Within one commit, the records of a stream are one entry, a chunk (several past some
// 64 KiB), so that five hundred waiting votes of one session cost the database one key and
// not five hundred:
//
//	f                                the format of all the rest
//	e                                the epoch: the identity of this timeline
//	s/<stream>\x00<first seq>        chunk: place, time and records
//	g/<first position>               index entry of a commit: its chunks in the order of positions
//	i/<table>\x00<key>               entry of a table
//	m/<key>                          memo, dropped by Badger when it has expired
//	n/<stream>                       snapshot: manifest
//	p/<stream>\x00<gen><part>        snapshot: parts of at most 256 KiB
//	r/<stream>\x00<seq><gen><part>   large record: parts of at most 256 KiB
//	t/<stream>                       trim mark: the last sequence that is trimmed
//
// Numbers in keys are 8 bytes (parts: 4), big endian, so that keys sort as numbers do.
// Every value, but for the parts of snapshots, ends with a CRC-32C of its key and itself:
// Badger's own checksums tell of a damaged table, these also of one that is missing or in
// the wrong place.
//
// Positions are given chunk by chunk; the index entry and its chunks are written in the
// same transaction, so both orders exist or neither does. A record that is too large for a
// transaction is written ahead in parts; its chunk, which comes with the commit, only names
// them. Chunks up to a trim mark may be missing, or be there while they are being removed;
// nobody reads them. Index entries stay, and name what is gone.
//
// What is parsed may be damaged: a value that does not check is persistence.ErrCorrupt, one
// of a newer version *NewerError. Nothing here may panic or allocate by a length that was
// not checked.
package layout
