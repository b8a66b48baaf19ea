package database

import (
	"sync"
	"time"

	badgerdb "github.com/dgraph-io/badger/v4"
	"github.com/rs/zerolog"
)

// releaseEvery is how often mapped pages are released: what is read and written meanwhile
// counts as memory of the process. One round takes less than a microsecond for each table that
// nobody has read.
const releaseEvery = 2 * time.Second

// ReleaseSteps is after how many steps from stream to stream the pages are released by the one who
// steps: each step maps some 64 KiB, so that all streams would map the whole folder.
const ReleaseSteps = 512

// ReleasePages releases the pages of the mapped files, as is done every two seconds anyway.
func (d *DB) ReleasePages() { releasePages(d.DB, d.failStop.log) }

func releasePages(db *badgerdb.DB, log zerolog.Logger) {
	if err := db.ReleasePages(); err != nil {
		log.Warn().Err(err).Msg("a table that is not used any more cannot be removed; the next start removes it")
	}
}

// pageReleaser releases the pages of a database's mapped files, so that the resident memory of
// the process does not grow with all that was ever read. The pages stay in the cache of the
// operating system, from which the next access maps them again.
type pageReleaser struct {
	stop    chan struct{}
	stopped sync.WaitGroup
}

func startPageReleaser(db *badgerdb.DB, log zerolog.Logger) *pageReleaser {
	r := &pageReleaser{stop: make(chan struct{})}
	r.stopped.Go(func() { r.run(db, log) })
	return r
}

func (r *pageReleaser) run(db *badgerdb.DB, log zerolog.Logger) {
	t := time.NewTicker(releaseEvery)
	defer t.Stop()
	for {
		releasePages(db, log)
		select {
		case <-t.C:
		case <-r.stop:
			return
		}
	}
}

// close returns when no page is being released. It must come before the database is closed.
func (r *pageReleaser) close() {
	close(r.stop)
	r.stopped.Wait()
}
