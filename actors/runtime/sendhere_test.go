package runtime

import (
	"sync"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/rs/zerolog"
)

// counter counts the messages that it handles, without a lock: one goroutine at a time may run
// it. It panics for each that is true.
type counter struct {
	handled *int
	all     *sync.WaitGroup
}

func (c *counter) Receive(ctx actor.Context) {
	if panics, ok := ctx.Message().(bool); ok {
		*c.handled++
		c.all.Done()
		if panics {
			panic("wanted")
		}
	}
}

// TestNothingIsLostBetweenSendersAndWorkers: messages of senders that run the actor themselves
// and of those that do not are all handled, one at a time, also when the actor panics on the
// goroutine of a sender and supervision starts it again.
func TestNothingIsLostBetweenSendersAndWorkers(t *testing.T) {
	const senders, each, panics = 8, 3000, 4 // supervision gives up at more than ten
	s := New(zerolog.Nop(), func(any) { t.Error("a message found its actor ended") })
	defer s.Stop()
	var handled int
	var all, sending sync.WaitGroup
	all.Add(senders * each)
	pid := s.Spawn(func() actor.Actor { return &counter{&handled, &all} })
	for sender := range senders {
		sending.Go(func() {
			for i := range each {
				message := sender < panics && i == each/2
				if sender%4 == 3 {
					s.Send(pid, message)
				} else if run := s.SendHere(pid, message); run != nil {
					run()
				}
			}
		})
	}
	sending.Wait()
	done := make(chan struct{})
	go func() {
		all.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("messages were lost")
	}
	s.End(t.Context(), pid)
	if handled != senders*each {
		t.Errorf("%d handled, want %d", handled, senders*each)
	}
}
