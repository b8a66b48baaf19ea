package stats

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"partyline/actors/usage"
	"partyline/persistence/badger"
)

// Report is what takes how much of a journal's folder.
type Report struct {
	Folder string `json:"folder"`
	// Files are the files of the journal on disk.
	Files []FileUsage `json:"files"`
	*usage.Report
	// Superseded are deleted and replaced entries, which leave the disk when their tables are
	// merged.
	Superseded usage.Kind `json:"superseded"`
	// Unreadable counts damaged entries.
	Unreadable int64 `json:"unreadable"`
}

// Measure reads the journal of a stopped folder once. keep are the values of --keep-votes to
// tell of. The errors are those of badger.OpenReadOnly.
func Measure(ctx context.Context, o badger.Options, keep []time.Duration) (*Report, error) {
	counter := usage.New(keep)
	summary, err := badger.Stats(ctx, o, func(e *badger.StatsEntry) { count(counter, e) })
	if err != nil {
		return nil, err
	}
	files, err := filesIn(o.Dir)
	if err != nil {
		return nil, err
	}
	return &Report{
		Files: files, Report: counter.Report(time.Now()), Unreadable: summary.Unreadable,
		Superseded: usage.Kind{Name: "superseded", Entries: summary.Superseded.Entries, Bytes: summary.Superseded.Bytes},
	}, nil
}

// count adds an entry of the database.
func count(c *usage.Counter, e *badger.StatsEntry) {
	switch e.Space {
	case badger.StatsChunks:
		if e.Chunk == nil {
			c.Add("unreadable", 1, e.Bytes)
			return
		}
		c.AddRecords(e.Stream, e.Chunk.Time, e.Bytes, e.Records)
	case badger.StatsRecordParts:
		c.Add("parts of large records", 1, e.Bytes)
	case badger.StatsManifests, badger.StatsSnapshotParts:
		c.Add(usage.SnapshotKind(e.Stream), 1, e.Bytes)
	case badger.StatsIndex:
		c.Add("index of the commits", 1, e.Bytes)
	case badger.StatsMemos:
		c.Add("answers for Idempotency-Key", 1, e.Bytes)
	case badger.StatsTables:
		c.Add("index of the vote history", 1, e.Bytes)
	case badger.StatsTrimMarks:
		c.Add("trim marks", 1, e.Bytes)
	default:
		c.Add("other", 1, e.Bytes)
	}
}

// FileUsage is what the files of one kind take on disk.
type FileUsage struct {
	Kind  string `json:"kind"`
	Files int64  `json:"files"`
	Bytes int64  `json:"bytes"`
}

// filesIn adds up the journal's files by their kinds.
func filesIn(dir string) ([]FileUsage, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	kinds := []FileUsage{{Kind: "tables"}, {Kind: "write-ahead logs"}, {Kind: "value logs"}, {Kind: "other files"}}
	place := map[string]int{".sst": 0, ".mem": 1, ".vlog": 2}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			return nil, err
		}
		at, ok := place[filepath.Ext(e.Name())]
		if !ok {
			at = len(kinds) - 1
		}
		kinds[at].Files++
		kinds[at].Bytes += info.Size()
	}
	return kinds, nil
}
