package fanout

// start runs one of the engine's goroutines; this is the only place where they
// begin. There is a worker per CPU, the heartbeat, the tally clock, and a reader per
// peer; for as long as it takes also a pump per peer that does not accept all we
// have, up to maxRecoveries readers of the journal, and one to open a feed again.
// Close waits for all of them. It is called by those that are counted themselves, or
// before there is anybody who could wait.
func (e *Engine) start(task func()) {
	e.tasks.Add(1)
	go e.carry(task)
}

func (e *Engine) carry(task func()) {
	defer e.tasks.Done()
	task()
}
