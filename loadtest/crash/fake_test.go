package crash_test

import (
	"strings"
	"testing"
	"time"

	"partyline/loadtest/crash"
	"partyline/loadtest/fake"
	"partyline/loadtest/process"
)

// run crashes a fake server a few times.
func run(t *testing.T, f fake.Fault) *crash.Report {
	t.Helper()
	addr, err := process.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	r, err := crash.Run(t.Context(), crash.Options{
		Host: fake.New(addr, f), Addr: addr, Key: fake.Key, Rounds: 3, Rate: 1000, PollSeconds: 1, Seed: 7,
		Grace: 500 * time.Millisecond, MinLife: 30 * time.Millisecond, MaxLife: 150 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestServerThatRemembersPasses(t *testing.T) {
	t.Parallel()
	r := run(t, fake.Fault{})
	if err := r.Err(); err != nil {
		t.Errorf("%v\n%s", err, strings.Join(r.Findings, "\n"))
	}
	if p := r.Polls; p.ByTime == 0 || p.ByHost == 0 || p.Acknowledged < 50 {
		t.Errorf("too little happened in polls: %+v", p)
	}
	if r.Rounds != 3 || r.Resumed == 0 || r.Votes.Acknowledged < 50 {
		t.Errorf("too little happened: %+v", r)
	}
}

func TestVotesSentAgainCountOnce(t *testing.T) {
	t.Parallel()
	var again, found, pollsAgain int64
	// Whether a kill leaves a vote recorded and not answered is a matter of its moment.
	for tries := 0; tries < 8 && (again == 0 || found == 0 || pollsAgain == 0); tries++ {
		r := run(t, fake.Fault{Mute: 25, MutePolls: 15})
		if err := r.Err(); err != nil {
			t.Fatalf("%v\n%s", err, strings.Join(r.Findings, "\n"))
		}
		pollsAgain += r.PollsAgain
		again, found = again+r.SentAgain, found+int64(r.Votes.Found)
	}
	if again == 0 || found == 0 || pollsAgain == 0 {
		t.Errorf("%d votes and %d in polls were sent again, %d were found that nobody had answered", again, pollsAgain, found)
	}
}

// Each fault is what a server could do wrong across a crash.
func TestServerThatForgetsIsFound(t *testing.T) {
	for name, c := range map[string]struct {
		fault fake.Fault
		words []string // one of them
	}{
		"forgets the newest event":   {fake.Fault{Forget: true}, []string{"is lost", "was another event before", "seq", "acknowledged but came after"}},
		"records a vote twice":       {fake.Fault{Repeat: 40}, []string{"stands under seq"}},
		"forgets keys":               {fake.Fault{Mute: 25, Amnesia: true}, []string{"stands under seq"}},
		"swallows a vote":            {fake.Fault{Swallow: 40}, []string{"is lost"}},
		"loses an event":             {fake.Fault{Lose: 8}, []string{"a gap"}},
		"doubles an event":           {fake.Fault{Double: 8}, []string{"came again"}},
		"swaps two events":           {fake.Fault{Swap: 1}, []string{"came again, or late"}},
		"lists one vote less":        {fake.Fault{Unlist: true}, []string{"votes.list has vote"}},
		"counts wrong":               {fake.Fault{Miscount: true}, []string{"REST says"}},
		"swallows a vote in a poll":  {fake.Fault{SwallowPolls: 20}, []string{"was acknowledged and is lost"}},
		"counts one in a poll twice": {fake.Fault{RepeatPolls: 20}, []string{"were sent and not refused", "and with one vote at"}},
		"forgets keys in a poll":     {fake.Fault{MutePolls: 10, Amnesia: true}, []string{"was acknowledged and is lost"}},
		"has the loser win":          {fake.Fault{WrongWinner: true}, []string{"was won by"}},
		"ends no poll":               {fake.Fault{Endless: true}, []string{"cannot end all polls", "is still open"}},
		"ends with an exit code":     {fake.Fault{Unclean: true}, []string{"SIGTERM: exit status 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run(t, c.fault)
			all := strings.Join(r.Findings, "\n")
			for _, words := range c.words {
				if strings.Contains(all, words) && r.Err() != nil {
					return
				}
			}
			t.Errorf("no finding says one of %q:\n%s", c.words, all)
		})
	}
}
