package badger

// Partyline: ReleasePages is not in upstream.

// ReleasePages tells the operating system that the pages of the mapped tables and of the
// memtables' logs are not needed by this process now. They stay in the system's cache, changed
// ones too, and come back with the next access. Without it everything that was ever read counts
// as memory of the process. It may be called at any time before Close.
func (db *DB) ReleasePages() error {
	if db.opt.InMemory {
		return nil
	}
	for _, level := range db.lc.levels {
		if err := level.releasePages(); err != nil {
			return err
		}
	}
	db.lock.RLock() // a log is unmapped under db.lock
	defer db.lock.RUnlock()
	if db.mt != nil {
		releasePages(db.mt.wal.Data)
	}
	for _, mt := range db.imm {
		releasePages(mt.wal.Data)
	}
	return nil
}

// releasePages holds a reference to each table meanwhile, not the lock: a merge that has to
// wait for the lock makes every reader wait.
func (s *levelHandler) releasePages() error {
	s.RLock()
	tables := append(s.tables[:0:0], s.tables...)
	for _, t := range tables {
		t.IncrRef()
	}
	s.RUnlock()
	for _, t := range tables {
		releasePages(t.Data)
	}
	return decrRefs(tables)
}
