package actors

// scheduler runs mailboxes on goroutines that stay for the next one. protoactor's own
// starts a new goroutine whenever a mailbox has something to do; at 100,000 votes a
// second a tenth of the processor went into growing their stacks again and again.
type scheduler struct {
	work chan func()
	// spare ends one goroutine that has nothing to do; closed, all of them.
	spare chan struct{}
}

// throughput is how many messages one actor handles before others that wait
// for a processor get a turn.
const throughput = 300

func newScheduler() *scheduler {
	return &scheduler{work: make(chan func()), spare: make(chan struct{})}
}

// Schedule implements actor.Dispatcher.
func (d *scheduler) Schedule(run func()) {
	select {
	case d.work <- run:
	default:
		go d.run(run)
	}
}

// Throughput implements actor.Dispatcher.
func (d *scheduler) Throughput() int { return throughput }

// run runs one mailbox and then whichever comes. Panics end in the mailbox, which
// hands them to supervision.
func (d *scheduler) run(run func()) {
	run()
	for {
		select {
		case run = <-d.work:
			run()
		case <-d.spare:
			return
		}
	}
}

// trim ends one goroutine if one is idle. Called once a second it takes back what a
// burst has left behind.
func (d *scheduler) trim() {
	select {
	case d.spare <- struct{}{}:
	default:
	}
}

// stop ends all goroutines as soon as they are idle; Schedule still works.
func (d *scheduler) stop() { close(d.spare) }
