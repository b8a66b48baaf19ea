package actors

// dispatcher runs mailboxes on goroutines that stay for the next one. protoactor's own
// starts a new goroutine whenever a mailbox has something to do; at 100,000 votes a
// second a tenth of the processor went into growing their stacks again and again.
type dispatcher struct {
	work chan func()
	// spare ends one goroutine that has nothing to do; closed, all of them.
	spare chan struct{}
}

// dispatcherThroughput is how many messages one actor handles before others that wait
// for a processor get a turn.
const dispatcherThroughput = 300

func newDispatcher() *dispatcher {
	return &dispatcher{work: make(chan func()), spare: make(chan struct{})}
}

// Schedule implements actor.Dispatcher.
func (d *dispatcher) Schedule(run func()) {
	select {
	case d.work <- run:
	default:
		go d.run(run)
	}
}

// Throughput implements actor.Dispatcher.
func (d *dispatcher) Throughput() int { return dispatcherThroughput }

// run runs one mailbox and then whichever comes. Panics end in the mailbox, which
// hands them to supervision.
func (d *dispatcher) run(run func()) {
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
func (d *dispatcher) trim() {
	select {
	case d.spare <- struct{}{}:
	default:
	}
}

// stop ends all goroutines as soon as they are idle; Schedule still works.
func (d *dispatcher) stop() { close(d.spare) }
