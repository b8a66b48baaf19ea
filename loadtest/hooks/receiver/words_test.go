package receiver_test

import (
	"flag"
	"strconv"
	"testing"
	"time"

	"partyline/loadtest/hooks/judge"
	"partyline/loadtest/hooks/receiver"
)

type sight = judge.Sight

func itoa(n int) string { return strconv.Itoa(n) }

func seconds(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

func TestAPlanGoesThroughFlags(t *testing.T) {
	want := receiver.Plan{Seed: 1<<63 + 5, Illness: 0.004, Hangs: true, Poisoned: 3, HangFrom: 11, Bare: true}
	var got receiver.Plan
	f := flag.NewFlagSet("receive", flag.ContinueOnError)
	got.Bind(f)
	if err := f.Parse(want.Flags()); err != nil || got != want {
		t.Errorf("%+v became %+v, %v", want, got, err)
	}
}
