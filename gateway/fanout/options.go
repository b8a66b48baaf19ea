package fanout

import (
	"context"
	"iter"
	"runtime"
	"time"

	"github.com/rs/zerolog"

	"partyline/actors/feed"
	"partyline/protocol"
)

// Limits of the engine. Those that clients must know stand in protocol.
const (
	// chunkSize is how many subscribers a worker serves before it looks whether
	// something is more urgent: two milliseconds of writes.
	chunkSize = 256
	// tallyBudget is how many tallies a second each worker is to write at most: a fifth of
	// its time. Up to 2,500 subscribers on two cores have a tally 20 times a second, 5,000
	// have one ten times, and get it sooner than if the writes had filled the cores.
	tallyBudget = 25_000
	// maxWrite is about how much one write carries. More does not make it cheaper.
	maxWrite = 64 << 10
	// maxHanded is about how much the pump is given of events, and exactly how much it
	// writes at once, where only it writes: one TLS record.
	maxHanded = 16 << 10
	// maxRounds of writes for one peer in a row; a peer that reads as fast as we write
	// must not keep a worker from the others.
	maxRounds = 8
	// pauseBacklog is how many bytes of replies may wait before the peer's next
	// message is read: whoever does not read answers is not asked for questions.
	pauseBacklog = 256 << 10
	// maxBacklog is where a peer is closed with 4008. Pausing keeps honest peers far
	// below it: it is reached only with many large answers under way at once.
	maxBacklog = 4 << 20
	// maxUnreadOfOne is how many bytes all peers of one source may leave unread: what a
	// hall of a thousand phones is told in one moment, 20 KB each, and half as much again.
	// maxUnread is the same for all, what sixteen thousand screens are told that come back
	// at once. With the collector's share it is half a gigabyte, in the worst case.
	maxUnreadOfOne = 32 << 20
	maxUnread      = 256 << 20
	// uncounted bytes of each peer are an ordinary answer, and 72 MiB of 18,000 peers.
	uncounted = 4 << 10
	// readBuffer holds a client's ordinary message; larger ones are read past it.
	readBuffer = 512
	// controlBuffer holds the largest control frame, so that it is written at once.
	controlBuffer = 256
	// notSentLowat is how much the kernel may hold that it has not sent yet. A stalled
	// peer shows within a second or two instead of a quarter of a minute.
	notSentLowat = 16 << 10
	// replayBatch is how much is read from the journal at once for a peer. It is what
	// a stalled peer with since costs at most, beside its connection.
	replayBatch = 48 << 10
	// maxRecoveries is how many peers are served from the journal at the same time;
	// others wait as cursors.
	maxRecoveries = 4
	// hubTimeout bounds one question to the hub.
	hubTimeout = 5 * time.Second
	// patience is the default of Options.Patience: longer than a restart of the session,
	// shorter than what a person waits for.
	patience = 30 * time.Second
	// firstRetry and lastRetry are the waits between tries to read it; they double.
	firstRetry = 50 * time.Millisecond
	lastRetry  = 2 * time.Second
	// closeWait is how long a peer may take to answer a close frame, and drainCloseWait
	// while the server stops: a process that ends must not wait for who never answers.
	closeWait      = 5 * time.Second
	drainCloseWait = time.Second
	// drainChunk peers are told to leave every drainPause: 18,000 take a second and a half.
	drainChunk = 128
	drainPause = 10 * time.Millisecond
	// reconnectWindow spreads the peers of a server that stops over five seconds.
	reconnectWindow = 5 * time.Second
)

// Feeds opens the feeds of sessions. Errors are *protocol.Error.
type Feeds interface {
	// Watch opens or joins the session's feed. News is called after each publish; it does not block.
	Watch(ctx context.Context, id protocol.SessionID, news func()) (*feed.Feed, error)
	// Unwatch says that nobody listens to the feed any more. It must not wait for
	// anything, and a later Watch of the same session comes after it.
	Unwatch(id protocol.SessionID, f *feed.Feed)
	// Refresh asks that the feed be given the session's state, because it is stale. It
	// must not wait for anything. It may be called again before that is done.
	Refresh(id protocol.SessionID, f *feed.Feed)
	// Announcements is the feed of what every authenticated connection is sent. It is never closed.
	Announcements() *feed.Feed
}

// History reads what is committed. Errors are *protocol.Error.
type History interface {
	// Timeline is the one in which seqs are counted; it does not change.
	Timeline() protocol.Timeline
	// State is the session as of State.Seq.
	State(ctx context.Context, id protocol.SessionID) (*protocol.SessionState, error)
	// Replay yields the events after `after` up to and including until, in order.
	Replay(ctx context.Context, id protocol.SessionID, after, until protocol.Seq) iter.Seq2[feed.StoredEvent, error]
}

// Hub is what the engine needs of the actors.
type Hub interface {
	Feeds
	History
}

// Options of an Engine. Zero values mean the default that is named with each.
type Options struct {
	Hub Hub
	Log zerolog.Logger
	// Workers write; one per CPU is enough because they never wait: GOMAXPROCS.
	Workers int
	// Stall, Silence and TallyInterval: protocol.StallTimeout, SilenceTimeout, TallyInterval.
	StallTimeout, SilenceTimeout, TallyInterval time.Duration
	// Heartbeat is how often peers are looked at: one second. A silent peer is pinged
	// three times within Silence.
	HeartbeatInterval time.Duration
	// MaxUnreadPerAddress and MaxUnread are how many bytes the peers of one source, and all
	// peers, may leave unread; then those with the most are closed with
	// protocol.CloseTooSlow: 32 MiB and 256 MiB.
	MaxUnreadPerAddress, MaxUnread int64
	// Patience is how long a session may be unreadable before its peers are closed with
	// protocol.CloseTryLater: 30 seconds.
	RetryTimeout time.Duration
}

func (o Options) withDefaults() Options {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	o.StallTimeout = positive(o.StallTimeout, protocol.StallTimeout)
	o.SilenceTimeout = positive(o.SilenceTimeout, protocol.SilenceTimeout)
	o.TallyInterval = positive(o.TallyInterval, protocol.TallyInterval)
	o.HeartbeatInterval = positive(o.HeartbeatInterval, time.Second)
	o.RetryTimeout = positive(o.RetryTimeout, patience)
	o.MaxUnreadPerAddress = positive(o.MaxUnreadPerAddress, maxUnreadOfOne)
	o.MaxUnread = positive(o.MaxUnread, maxUnread)
	return o
}

func positive[N time.Duration | int64](d, otherwise N) N {
	if d > 0 {
		return d
	}
	return otherwise
}
