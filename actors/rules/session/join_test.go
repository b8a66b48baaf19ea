package session_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

var shut = protocol.CloseJoin{ID: 3}

// another opens joining with another code.
func another(policy protocol.JoinPolicy, renew bool) protocol.Command {
	return protocol.OpenJoin{ID: 3, Policy: policy, Renew: renew, NewCode: "222222"}
}

func joined(at protocol.Timestamp, g protocol.JoinGeneration, p protocol.JoinPolicy, code string) *fact.JoinSet {
	return &fact.JoinSet{At: at, Generation: g, Policy: p, Code: code}
}

func TestJoining(t *testing.T) {
	opened := commands{open(), invite("")}
	later := noon + 2*second
	runRules(t, []rule{
		{name: "opens", given: commands{open()}, when: invite(""), then: facts{joined(noon+second, 1, "latest", "QRX7F2")}},
		{name: "opens with a policy", given: commands{open()}, when: invite("once"), then: facts{joined(noon+second, 1, "once", "QRX7F2")}},
		{name: "that is open stays", given: opened, when: another("", false)},
		{name: "that is open stays with its policy", given: opened, when: another("latest", false)},
		{name: "changes its policy and keeps its code", given: opened, when: another("every", false), then: facts{joined(later, 1, "every", "QRX7F2")}},
		{name: "is renewed", given: opened, when: another("", true), then: facts{joined(later, 2, "latest", "222222")}},
		{name: "is renewed with its policy", given: commands{open(), invite("once")}, when: another("", true), then: facts{joined(later, 2, "once", "222222")}},
		{name: "closes", given: opened, when: shut, then: facts{joined(later, 1, "latest", "")}},
		{name: "closes once", given: commands{open(), invite(""), shut}, when: shut},
		{name: "that was never open is closed", given: commands{open()}, when: shut},
		{name: "opens again with a new code", given: commands{open(), invite("once"), shut}, when: another("", false),
			then: facts{joined(noon+3*second, 2, "once", "222222")}},
		{name: "of a closed session", given: commands{open(), closeIt}, when: invite(""),
			code: protocol.CodeSessionClosed, says: "Cannot open joining of a closed session"},
		{name: "is closed with the session", given: commands{open(), invite(""), closeIt}, when: shut},
		{name: "of no session", when: invite(""), code: protocol.CodeNotFound, says: "Session not found"},
		{name: "of a deleted session", given: commands{open(), closeIt, deleteIt}, when: shut, code: protocol.CodeNotFound, says: "Session not found"},
		{name: "of no policy", given: commands{open()}, when: invite("never"), code: protocol.CodeInvalid, says: `policy must be "every", "latest" or "once"`},
	})
}

func TestJoinIsTold(t *testing.T) {
	e := newEvening()
	e.must(t, open())
	for _, step := range []struct {
		when protocol.Command
		want protocol.Join
		of   protocol.JoinGeneration
	}{
		{shut, protocol.NewJoin(3, "", "latest"), 0},
		{invite("once"), protocol.NewJoin(3, "QRX7F2", "once"), 1},
		{another("", true), protocol.NewJoin(3, "222222", "once"), 2},
		{shut, protocol.NewJoin(3, "", "once"), 0},
		{invite("every"), protocol.NewJoin(3, "QRX7F2", "every"), 3},
	} {
		if diff := cmp.Diff(any(step.want), e.must(t, step.when)); diff != "" {
			t.Errorf("%+v is answered (-want +got):\n%s", step.when, diff)
		}
		if diff := cmp.Diff(step.want, e.View(1, e.moment()).Join); diff != "" {
			t.Errorf("after %+v (-want +got):\n%s", step.when, diff)
		}
		if e.Generation() != step.of {
			t.Errorf("after %+v: generation %d", step.when, e.Generation())
		}
	}
	e.must(t, closeIt)
	if j := e.Join(); j.Code != nil || e.Generation() != 0 {
		t.Errorf("a closed session can be joined: %+v", j)
	}
}

func TestEnter(t *testing.T) {
	e := newEvening()
	if _, err := e.Enter("", 0xa); err == nil {
		t.Error("no code opens what has none")
	}
	e.must(t, open(), invite("every"), add(1), guest(0xa, "up"), add(2))
	e.now += second
	e.must(t, guest(0xa, "down"))
	for _, c := range []struct {
		code   string
		device protocol.DeviceID
		yours  *protocol.YourVote
	}{
		{"QRX7F2", 0xa, &protocol.YourVote{GameID: play(2), Vote: "down", Timestamp: noon + second}},
		{"QRX7F2", 0xb, nil},
	} {
		got, err := e.Enter(c.code, c.device)
		if diff := cmp.Diff(protocol.GuestState{SessionID: 3, Generation: 1, Policy: "every", HasVoted: c.yours != nil, Yours: c.yours}, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", c.device, err, diff)
		}
	}
	e.must(t, another("", true))
	if _, err := e.Enter("QRX7F2", 0xa); err == nil || err.Code != protocol.CodeNotFound {
		t.Error("a code that was renewed:", err)
	}
	e.must(t, status(2, protocol.StatusSkipped))
	if got, err := e.Enter("222222", 0xa); err != nil || got.Yours != nil || !got.HasVoted || got.Generation != 2 {
		t.Error("while nothing is played:", got, err)
	}
	e.must(t, shut)
	for _, code := range []string{"", "222222"} {
		if _, err := e.Enter(code, 0xa); err == nil || err.Message != "No session has this code" {
			t.Errorf("%q after the end: %v", code, err)
		}
	}
}

// TestEnterTellsTheChoiceInTheOpenPoll: of the device and of no name, in the poll that is
// open and in none before it.
func TestEnterTellsTheChoiceInTheOpenPoll(t *testing.T) {
	e := newEvening()
	e.must(t, open(), invite("latest"))
	chosen := func(device protocol.DeviceID) *protocol.YourChoice {
		t.Helper()
		got, err := e.Enter("QRX7F2", device)
		if err != nil {
			t.Fatal(err)
		}
		return got.Chosen
	}
	if c := chosen(0xa); c != nil {
		t.Errorf("before the first poll: %+v", c)
	}
	e.must(t, poll(1, 2), tapped(0xa, 1), tapped(0xa, 2), choose("ann", 1))
	if diff := cmp.Diff(&protocol.YourChoice{PollID: e.Poll(e.moment()).ID, Choice: 2}, chosen(0xa)); diff != "" {
		t.Error(diff)
	}
	if c := chosen(0xb); c != nil {
		t.Errorf("somebody who has not voted: %+v", c)
	}
	e.must(t, closePoll(0))
	if c := chosen(0xa); c != nil {
		t.Errorf("after the end: %+v", c)
	}
	e.must(t, poll(1, 2))
	if c := chosen(0xa); c != nil {
		t.Errorf("in the next poll: %+v", c)
	}
}
