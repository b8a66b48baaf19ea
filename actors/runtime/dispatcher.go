package runtime

// scheduler runs mailboxes on goroutines that stay for the next one. protoactor's own
// starts a new goroutine whenever a mailbox has something to do; at 100,000 votes a
// second a tenth of the processor went into growing their stacks again and again.
type dispatcher struct {
	work chan func()
	// spare ends one goroutine that has nothing to do; closed, all of them.
	retire chan struct{}
}

// throughput is how many messages one actor handles before other actors that wait for a
// processor run.
const throughput = 300

func newDispatcher() *dispatcher {
	return &dispatcher{work: make(chan func()), retire: make(chan struct{})}
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
func (d *dispatcher) Throughput() int { return throughput }

// run runs one mailbox and then every mailbox that is scheduled while this goroutine is
// idle. The mailbox recovers panics and hands them to supervision.
func (d *dispatcher) run(run func()) {
	run()
	for {
		select {
		case run = <-d.work:
			run()
		case <-d.retire:
			return
		}
	}
}

// trim ends one goroutine if one is idle. Called once a second, it removes the goroutines
// that a burst has left behind.
func (d *dispatcher) trim() {
	select {
	case d.retire <- struct{}{}:
	default:
	}
}

// stop ends all goroutines as soon as they are idle; Schedule still works.
func (d *dispatcher) stop() { close(d.retire) }
