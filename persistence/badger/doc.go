// Package badger is the journal on disk, in one Badger database.
//
// All appends go through the shared committer, which hands over one batch at a
// time; here a batch becomes one Badger transaction with one sync. Nothing is
// reported written before that sync.
//
// # Layout
//
// Within one commit, the records of a stream are one entry, a chunk (several past
// some 64 KiB), so that five hundred waiting votes of one session cost the database
// one key and not five hundred:
//
//	f                                the format of all the rest
//	e                                the epoch: the identity of this timeline
//	s/<stream>\x00<first seq>        chunk: place, time and records
//	g/<first position>               commit: its chunks in the order of positions
//	m/<key>                          memo, dropped by Badger when it has expired
//	n/<stream>                       snapshot: manifest
//	p/<stream>\x00<gen><part>        snapshot: parts of at most 256 KiB
//	r/<stream>\x00<seq><gen><part>   large record: parts of at most 256 KiB
//	t/<stream>                       trim mark: the last sequence that is trimmed
//
// Numbers in keys are 8 bytes (parts: 4), big endian, so that keys sort as numbers do.
// Every value ends with a CRC-32C of its key and itself: Badger's own checksums
// tell of a damaged table, ours also of one that is missing or in the wrong place.
//
// A record that is too large for a transaction is written ahead in parts; its chunk,
// which comes with the commit, only names them. See large.
//
// Positions are given chunk by chunk; index entry and chunks are written in the same
// transaction, so both orders exist or neither does.
//
// Chunks up to a trim mark may be missing, or be there while they are being removed;
// nobody reads them. Index entries stay, and name what is gone.
//
// # Opening
//
// Before Badger opens a folder, the folder is locked, logs that a kill left empty are
// removed (Badger would refuse the folder because of them), every table is verified
// (Badger would go on without a damaged one, or crash), and every log is read up to the
// water mark (Badger would cut it off where it is damaged). See watermark.
//
// # While it is open
//
// What rots under Badger is a value, whose checksum fails, a key in the middle of a
// stream, which leaves a gap, or the end of a stream. See ends.
//
// # After a write that failed
//
// Nothing more is written until the folder is opened again. See latch. Reads see what was
// confirmed before it. See versions.
//
// # What it must not do
//
// Nothing of Badger may show outside this package. No value may reach the value log
// (limits keep all values under the threshold), so there is no garbage collection to
// run. It must not trust what it reads: a gap or a checksum that does not fit is
// ErrCorrupt, never an end of stream.
package badger
