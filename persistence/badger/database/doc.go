// Package database is one Badger database as a journal needs it: locked and checked before
// it opens, one write transaction at a time, each with its sync.
//
// What it adds to Badger:
//
//   - failStop: after a write that the disk did not take, nothing more is written until the
//     folder is opened again;
//   - versions: reads see what the disk has confirmed, and never wait for a write;
//   - logFiles: the next write-ahead log is made before Badger needs it;
//   - DiskSpace: writes are refused before the disk is full;
//   - View: damage that makes Badger panic, or faults in its memory maps, is an error;
//   - cursors over chunks and commits, and readers of everything else that layout describes.
//
// No value may reach Badger's value log (limits keep all values under the threshold), so
// there is no garbage collection to run.
package database
