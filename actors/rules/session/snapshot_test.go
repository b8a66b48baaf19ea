package session_test

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/actors/codec/codectest"
	"partyline/actors/rules/session"
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// rich is an evening with something of everything.
func rich(t testing.TB) *evening {
	e := newEvening()
	coded := add(2)
	coded.RoomCode = ptr("abcd")
	e.must(t, protocol.CreateSession{ID: 3, Notes: ptr("Füßball")}, add(1), coded, add(1), count(3, 5), remove(2), status(1, protocol.StatusSkipped),
		room(3, "QUIP"), startCheck(3), sight(3, 10, fact.CheckWaiting, 6))
	for i := range protocol.Timestamp(20) {
		e.must(t, vote([]string{"ann", "Böb", "漢"}[i%3], protocol.VoteUp, noon+i*1700))
	}
	e.must(t, invite(protocol.PolicyLatest), guest(0xa, "up"), guest(0xb, "up"), add(2), guest(0xb, "down"), guest(0xa, "up"), guest(0xa, "down"))
	e.must(t, from(hall, 0xc, "up"), from(hall, 0xd, "up"), voidIt(hall.String()), from(other, 0xe, "down"), vote("Böb", "down", noon+40*second))
	e.must(t, poll(5, 6), closePoll(0), poll(1, 2, 3), choose("ann", 1), choose("Böb", 3), choose("漢", 3), tapped(7, 1))
	return e
}

func TestSnapshotGivesTheStateBack(t *testing.T) {
	e := rich(t)
	data := e.AppendSnapshot(nil)
	h := session.New(3)
	if err := h.Restore(data); err != nil {
		t.Fatal(err)
	}
	sameState(t, e.State, h, e.now)
	if got := e.AppendSnapshot([]byte("before")); string(got) != "before"+string(data) {
		t.Error("AppendSnapshot does not append")
	}
}

func TestRestoreKeepsNothingOfItsInput(t *testing.T) {
	e := rich(t)
	data := e.AppendSnapshot(nil)
	h := session.New(3)
	if err := h.Restore(data); err != nil {
		t.Fatal(err)
	}
	clear(data)
	sameState(t, e.State, h, e.now)
}

func TestRestoreReplacesWhatWas(t *testing.T) {
	empty := session.New(3).AppendSnapshot(nil)
	h := rich(t).State
	if err := h.Restore(empty); err != nil {
		t.Fatal(err)
	}
	sameState(t, session.New(3), h, noon)
	if h.Exists() {
		t.Error("exists")
	}
}

func TestRestoreRefusesAndLeavesTheStateAlone(t *testing.T) {
	good := string(rich(t).AppendSnapshot(nil))
	swap := func(from, to string) string {
		if len(from) != len(to) || !strings.Contains(good, from) {
			t.Fatalf("cannot swap %q for %q in %q", from, to, good)
		}
		return strings.ReplaceAll(good, from, to)
	}
	for name, data := range map[string]string{
		"nothing":                "",
		"no JSON":                "\x02{]\x00",
		"cut JSON":               good[:20],
		"cut votes":              good[:len(good)-1],
		"an unknown outcome":     swap(`"status":"open"`, `"status":"odd?"`),
		"more votes than cast":   swap(`"votes":2`, `"votes":9`),
		"a choice of nothing":    good[:len(good)-2] + "\x04\x00",
		"a choice of no game":    good[:len(good)-2] + "\x00\x00",
		"a ballot twice":         strings.ReplaceAll(good, "\x04BÖB\x03", "\x03ANN\x01\x00"),
		"something after":        good + "\x00",
		"another session":        swap(`"id":3,"phase"`, `"id":4,"phase"`),
		"an unknown phase":       swap(`"phase":1`, `"phase":9`),
		"an unknown status":      swap(`"skipped"`, `"shipped"`),
		"two playing":            swap(`"skipped"`, `"playing"`),
		"an unknown field":       swap(`"count_status"`, `"count_stetus"`),
		"a game with no tally":   swap(`"game":{"id":2`, `"game":{"id":9`),
		"no ballots at all":      packed(`{"id":3}`, 0, 0),
		"ballots of no poll":     packed(`{"id":3}`, 0, 0, 1, 1, 'A', 1, 0),
		"ballots of the past":    packed(past, 0, 0, 1, 1, 'A', 1, 0),
		"a tally twice":          packed(`{"id":3,"tallies":[{"id":1},{"id":1}]}`, 0, 0, 0),
		"a count from nowhere":   packed(`{"id":3,"plays":[{"at":"2024-01-15T12:00:00.000Z","status":"played","count":5,"game":{"id":1}}],"tallies":[{"id":1}]}`, 0, 0, 0),
		"a nameless voter":       packed(`{"id":3}`, 1, 0, 1, 1, 0, 0),
		"a voter without vote":   packed(`{"id":3}`, 1, 1, 'A', 0, 0, 0),
		"a vote after 9999":      packed(`{"id":3}`, 1, 1, 'A', 2, 0xff, 0xb7, 0xff, 0x90, 0xfd, 0xce, 0x39, 0, 0, 0),
		"two tables":             packed(keyed, 2, 0, 0, 0, 0),
		"too few tables":         packed(keyed, append([]byte{128}, make([]byte, 129)...)...),
		"a print of nothing":     keyedVotes(1, 0),
		"a print twice":          keyedVotes(2, 1<<40, 1<<40),
		"prints in disorder":     keyedVotes(2, 1<<41, 1<<40),
		"a print too few":        keyedVotes(3, 1<<40, 1<<41),
		"a count too large":      "\x02{}\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
		"an unknown policy":      swap(`"policy":"latest"`, `"policy":"lately"`),
		"a code of no kind":      swap(`"code":"QRX7F2"`, `"code":"qrx7f2"`),
		"a code of generation 0": swap(`"generation":1`, `"generation":0`),
		"a code after the end":   swap(`"phase":1`, `"phase":2`),
		"no devices at all":      packed(`{"id":3}`, 0),
		"device 0":               packed(onePlay, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 3, 1, 0, 1, 0, 0),
		"a device twice":         packed(onePlay, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 3, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 3, 1, 0, 1, 0, 0),
		"a device cut":           packed(onePlay, 0, 1, 0, 0, 0),
		"a device of no address": packed(onePlay, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0),
		"changes without bounds": packed(onePlay, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0x80, 0x80, 0x80, 0x80, 0x10, 0, 0),
		"a vote for playing 0":   packed(onePlay, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 1, 0, 0),
		"a vote for playing 2":   packed(onePlay, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 4, 1, 0, 1, 0, 0),
		"two newest votes":       packed(onePlay, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 2, 3, 1, 0, 1, 0, 2, 1, 0, 0, 1, 0),
		"a guest before 1970":    packed(onePlay, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 3, 0, 0, 1, 0, 0),
		"a bar of no round":      packed(`{"id":3,"bars":[{"address":1}]}`, 0, 0, 0),
		"a device too many":      packed(`{"id":3,"tallies":[{"id":1}],"latest":[`+newest+`],"latest_devices":[1,2]}`, 0, 0, 0),
		"a void of two":          packed(onePlay, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 0, 0, 0),
		"a vote of nobody":       packed(`{"id":3,"tallies":[{"id":1}],"latest":[{"game_id":1,"username":"","type":"up","timestamp":"2024-01-15T12:00:00.000Z"}]}`, 0, 0, 0),
		"a vote for no game":     packed(`{"id":3,"tallies":[{"id":1}],"latest":[{"game_id":2,"username":"ann","type":"up","timestamp":"2024-01-15T12:00:00.000Z"}]}`, 0, 0, 0),
		"a vote sideways":        packed(`{"id":3,"tallies":[{"id":1}],"latest":[{"game_id":1,"username":"ann","type":"side","timestamp":"2024-01-15T12:00:00.000Z"}]}`, 0, 0, 0),
		"too many newest votes":  packed(`{"id":3,"tallies":[{"id":1}],"latest":[`+strings.Repeat(newest+",", 5)+newest+`]}`, 0, 0, 0),
	} {
		h := rich(t).State
		if err := h.Restore([]byte(data)); err == nil {
			t.Errorf("%s: restored", name)
		}
		if !bytes.Equal(h.AppendSnapshot(nil), []byte(good)) {
			t.Errorf("%s: the state changed", name)
		}
	}
}

// past is the JSON of a session whose poll is over.
const past = `{"id":3,"poll":{"number":1,"status":"ended","started":"2024-01-15T12:00:00.000Z","ends":"2024-01-15T12:01:00.000Z",` +
	`"ended":"2024-01-15T12:01:00.000Z","choice":2,"candidates":[{"game":{"id":1}},{"game":{"id":2},"votes":1}]}}`

// onePlay is the JSON of a snapshot with one playing.
const onePlay = `{"id":3,"plays":[{"at":"2024-01-15T12:00:00.000Z","status":"played","game":{"id":1}}],"tallies":[{"id":1}]}`

// keyed is the JSON of a snapshot whose votes are prints.
const keyed = `{"id":3,"vote_key":{"k0":1,"k1":2}}`

// keyedVotes is a snapshot whose first table has these prints, and says that it has n.
func keyedVotes(n byte, prints ...uint64) string {
	votes := []byte{128, n}
	for _, p := range prints {
		votes = binary.LittleEndian.AppendUint64(votes, p)
	}
	return packed(keyed, append(votes, make([]byte, 127+2)...)...)
}

// newest is one of the newest votes in a snapshot.
const newest = `{"game_id":1,"username":"ann","type":"up","timestamp":"2024-01-15T12:00:00.000Z"}`

// packed is a snapshot of that JSON and those votes.
func packed(json string, votes ...byte) string {
	return string(binary.AppendUvarint(nil, uint64(len(json)))) + json + string(votes)
}

// TestTheSmallestSnapshots: what the refusals above begin with is fine by itself.
func TestTheSmallestSnapshots(t *testing.T) {
	for _, data := range []string{
		packed(`{"id":3,"tallies":[{"id":1},{"id":2}]}`, 0, 0, 0),
		packed(past, 0, 0, 0),
		packed(`{"id":3}`, 1, 1, 'A', 1, 0xff, 0xb7, 0xff, 0x90, 0xfd, 0xce, 0x39, 0, 0),
		packed(`{"id":3,"tallies":[{"id":1}],"latest":[`+strings.Repeat(newest+",", 4)+newest+`]}`, 0, 0, 0),
		packed(onePlay, 0, 0, 0),
		packed(keyed, 0, 0, 0),
		keyedVotes(2, 1, 1<<63),
		packed(`{"id":3,"bars":[{"address":1,"wide":true,"round":1}]}`, 0, 0, 0),
		packed(`{"id":3,"tallies":[{"id":1}],"latest":[`+newest+`],"latest_devices":[1]}`, 0, 0, 0),
		packed(onePlay, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 3, 1, 0, 1, 0, 0),
		packed(onePlay, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 1, 1, 0, 0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0), // it voted in a poll alone
		packed(`{"id":3,"phase":2,"join":{"generation":1,"policy":"once"}}`, 0, 0, 0),
	} {
		if err := session.New(3).Restore([]byte(data)); err != nil {
			t.Errorf("%q: %v", data, err)
		}
	}
}

// TestAPollOfAnOlderSnapshot: before it was said how many games there had been at the end,
// their times have to tell whether one was added since.
func TestAPollOfAnOlderSnapshot(t *testing.T) {
	for at, followed := range map[string]bool{"12:00:59.999": false, "12:01:00.000": true} {
		h := session.New(3)
		data := packed(`{"id":3,"plays":[{"at":"2024-01-15T`+at+`Z","status":"played","game":{"id":1}}],"tallies":[{"id":1}],`+past[len(`{"id":3,`):], 0, 0, 0)
		if err := h.Restore([]byte(data)); err != nil {
			t.Fatal(err)
		}
		if p := h.Poll(protocol.ReadingOf(noon + hour)); p.Followed != followed {
			t.Errorf("a game added at %s: followed is %v", at, p.Followed)
		}
	}
}

// TestRestoreOfHugeCountsAllocatesLittle: a damaged count must not ask for memory
// that the bytes could never fill.
func TestRestoreOfHugeCountsAllocatesLittle(t *testing.T) {
	const size = 1 << 20
	count := string(binary.AppendUvarint(nil, size))
	for name, data := range map[string]string{
		"voters":  packed(`{"id":3}`) + count + strings.Repeat("\x00", size),
		"votes":   packed(`{"id":3}`, 1, 1, 'A') + count + strings.Repeat("\xff", size),
		"ballots": packed(`{"id":3}`, 0, 0) + count + strings.Repeat("\x00", size),
		"devices": packed(`{"id":3}`, 0) + count + strings.Repeat("\x00", size),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if err := session.New(3).Restore([]byte(data)); err == nil {
			t.Errorf("%s: restored", name)
		}
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; got > 64*size {
			t.Errorf("%s: %d bytes allocated for %d", name, got, size)
		}
	}
}

// FuzzRestore: never a panic, and what is restored is a state that can be used,
// stored and restored again.
func FuzzRestore(f *testing.F) {
	f.Add(session.New(3).AppendSnapshot(nil))
	f.Add(rich(f).AppendSnapshot(nil))
	e := rich(f)
	e.must(f, closeIt)
	f.Add(e.AppendSnapshot(nil))
	e.must(f, deleteIt)
	f.Add(e.AppendSnapshot(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		e := newEvening()
		if !codectest.FuzzedSnapshot(t, e, session.New(3), data) {
			return
		}
		for _, cmd := range (commands{add(1), at(0), count(1, 3), room(1, "ABCD"), status(1, protocol.StatusPlaying),
			choose("ann", 2), closePoll(0.5), protocol.AddPollWinner{ID: 3}, poll(1, 2), invite(""), guest(0xa, "up"), guest(0xa, "down"),
			from(hall, 0xb, "up"), voidIt(hall.String()), voidIt("0000000000000000"), closeIt}) {
			_, _, _ = e.do(cmd) // refusals are fine, panics are not
		}
		e.View(1, e.moment())
	})
}

// sameState wants two states that no read, no snapshot and no decision can tell apart.
func sameState(t failer, want, got *session.State, now protocol.Timestamp) {
	t.Helper()
	if diff := cmp.Diff(want.View(9, protocol.ReadingOf(now)), got.View(9, protocol.ReadingOf(now))); diff != "" {
		t.Errorf("state (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want.Votes(), got.Votes()); diff != "" {
		t.Errorf("votes (-want +got):\n%s", diff)
	}
	sameSnapshot(t, want, got)
	sameDecision(t, want, got, closeIt, now)
	for choice := range protocol.MaxCandidates {
		sameDecision(t, want, got, choose("ann", choice+1), now)
	}
	sameDecision(t, want, got, closePoll(0.99), now)
	sameDecision(t, want, got, poll(1, 2), now)
	for ms := range protocol.Timestamp(40) {
		sameDecision(t, want, got, vote("ann", protocol.VoteUp, now-ms*500), now)
	}
}

func sameSnapshot(t failer, want, got *session.State) {
	t.Helper()
	if !bytes.Equal(want.AppendSnapshot(nil), got.AppendSnapshot(nil)) {
		t.Errorf("snapshots differ:\n%q\n%q", want.AppendSnapshot(nil), got.AppendSnapshot(nil))
	}
}

func sameDecision(t failer, want, got *session.State, cmd protocol.Command, now protocol.Timestamp) {
	t.Helper()
	wantFacts, wantErr := want.Decide(nil, cmd, protocol.ReadingOf(now))
	gotFacts, gotErr := got.Decide(nil, cmd, protocol.ReadingOf(now))
	if diff := cmp.Diff(wantFacts, gotFacts); diff != "" {
		t.Errorf("%T decided (-want +got):\n%s", cmd, diff)
	}
	if diff := cmp.Diff(wantErr, gotErr); diff != "" {
		t.Errorf("%T refused (-want +got):\n%s", cmd, diff)
	}
}

// failer is what *testing.T and *rapid.T share here.
type failer interface {
	Helper()
	Errorf(string, ...any)
}
