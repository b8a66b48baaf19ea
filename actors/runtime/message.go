package runtime

import "time"

// Wake tells an actor that the journal has outcomes or records for it.
type Wake struct{ Quiet }

// Tick comes to every actor once per TickInterval: time to take a snapshot, to passivate
// an idle session, to try a failed load again.
type Tick struct{ Quiet }

// Drain is the last message to an actor: nothing more will be sent to it, and it ends when
// every request that it has is answered.
type Drain struct{ Quiet }

// TickInterval is short against the idle timeout and long against the work of a tick.
const TickInterval = time.Second

// Quiet is embedded in messages that may find their actor ended: a timer that fires late, a
// wake-up during the shutdown. They are counted and answered as dead letters; protoactor's
// own log of dead letters is left out, because it starts a goroutine with a timer for
// every burst, which outlives the hub.
type Quiet struct{}

// IgnoreDeadLetterLogging implements actor.IgnoreDeadLetterLogging.
func (Quiet) IgnoreDeadLetterLogging() {}
