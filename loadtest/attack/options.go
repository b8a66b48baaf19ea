package attack

import (
	"io"
	"time"
)

// Bounds that every attack is held to. They are for two cores that attackers and
// server share: wide enough for a noisy machine, far below what falling over looks like.
const (
	// maxWait is the longest p99 of an honest vote's answer during an attack.
	maxWait = time.Second
	// maxWaitOverload is the same where several times too many votes come: a full door is
	// 16,384 commands, which is a quarter of a second of work, and the attackers take
	// half of the machine.
	maxWaitOverload = 4 * time.Second
	// maxWaitAfter is the longest p99 afterwards.
	maxWaitAfter = 250 * time.Millisecond
	// maxRSS in bytes: a storm of a million votes takes 700 MiB of it.
	maxRSS = 1 << 30
	// recovery is how long what the attackers held may stay behind.
	recovery = 20 * time.Second
)

// Options of a run.
type Options struct {
	Long bool     `help:"Give each attack the time to meet every timeout (15 minutes in all)."`
	Only []string `help:"Names of attacks, with commas between them (all)."`
	// Binary is the program under test.
	Binary string `kong:"-"`
	// Output gets what the server writes to stderr; nil drops it.
	Output io.Writer `kong:"-"`
	// Progress is told what is going on, one sentence at a time; nil for silence.
	Progress func(sentence string) `kong:"-"`
}
