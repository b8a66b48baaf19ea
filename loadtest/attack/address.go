package attack

import (
	"context"
	"fmt"
	"time"

	"partyline/loadtest/target"
	"partyline/protocol"
)

// addressAttack is what somebody does who has an address, or a network of them, and at
// most a guest's or a viewer's token: nothing that the operator has to hand out to bots.
type addressAttack struct {
	name  string
	lasts time.Duration
	// slowDisk delays every sync of the server's disk, with strace.
	slowDisk time.Duration
	// https has the server speak TLS, on an address of this machine that is not loopback,
	// which is spared.
	https bool
	// prepare is done before anything is measured; nil for nothing.
	prepare func(ctx context.Context, t *victim) error
	// run attacks until ctx ends, and tells what its clients meet, by kind.
	run func(ctx context.Context, t *attackers) error
}

// sessionsListed is how many evenings an old hub has.
const sessionsListed = 10_000

// votesSearched is how many votes an old hub has, for the search among them.
const votesSearched = 300_000

var addressAttacks = []addressAttack{
	{name: "docs-bundle", lasts: 8 * time.Second, run: hammer(64, "/docs/swagger-ui-bundle.js")},
	{name: "session-list", lasts: 8 * time.Second, prepare: manySessions, run: hammer(32, "/api/sessions")},
	{name: "metrics", lasts: 8 * time.Second, run: hammer(64, "/metrics")},
	{name: "qr-pictures", lasts: 8 * time.Second, run: hammer(64, "/vote/222222/qr.svg")},
	{name: "unread-answers", lasts: 15 * time.Second, run: unreadAnswers},
	{name: "guest-reads", lasts: 10 * time.Second, run: guestReads},
	{name: "code-guesses", lasts: 8 * time.Second, run: guessCodes},
	{name: "hoarded-devices", lasts: 15 * time.Second, prepare: secondSession, run: hoardedDevices},
	{name: "name-search", lasts: 10 * time.Second, prepare: manyVotes, run: searchNames},
	{name: "tls-handshakes", lasts: 8 * time.Second, https: true, run: shakeHands},
	{name: "full-admission", lasts: 15 * time.Second, slowDisk: 500 * time.Millisecond, run: fillGate},
}

// wrap is the command that the server is run by.
func (a addressAttack) wrap() []string {
	if a.slowDisk == 0 {
		return nil
	}
	const syncs = "fsync,fdatasync,msync"
	return []string{"strace", "-D", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=" + syncs,
		"-e", fmt.Sprintf("inject=%s:delay_enter=%d", syncs, a.slowDisk.Microseconds())}
}

// manySessions opens as many as an old hub has had.
func manySessions(ctx context.Context, t *victim) error {
	return spread(ctx, sessionsListed, func(ctx context.Context, _ int) error {
		_, err := t.admin.CreateSession(ctx, "load test")
		return err
	})
}

// manyVotes fills the attackers' session with votes of many names.
func manyVotes(ctx context.Context, t *victim) error {
	b, err := newBatchVoter(ctx, &attackers{order: t.order, met: map[string]int{}})
	if err != nil {
		return err
	}
	defer b.close()
	for n := 0; n < votesSearched; n += protocol.MaxBatchVotes {
		if err := b.cast(protocol.MaxBatchVotes); err != nil {
			return err
		}
	}
	return nil
}

// secondSession opens another evening, in which each device has one vote.
func secondSession(ctx context.Context, t *victim) error {
	play, err := target.OpenSession(ctx, t.admin, "Attacked game")
	if err != nil {
		return err
	}
	join, err := t.admin.OpenJoin(ctx, play.SessionID, protocol.PolicyOnce)
	if err == nil {
		t.OnceCode = *join.Code
	}
	return err
}
