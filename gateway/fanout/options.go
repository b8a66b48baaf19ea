package fanout

import (
	"context"
	"iter"
	"runtime"
	"time"

	"github.com/rs/zerolog"

	"partyline/actors/feed"
	"partyline/gateway/limit"
	"partyline/protocol"
)

// Limits of the engine. Those that clients must know are in protocol.
const (
	// shardSize is how many subscribers a worker serves before it checks for more urgent work:
	// two milliseconds of writes.
	shardSize = 256
	// tallyBudget is how many tallies a second each worker writes at most: a fifth of its
	// time. Up to 2,500 subscribers on two cores get a tally 20 times a second, 5,000 get one
	// ten times, and sooner than if the writes had filled the cores.
	tallyBudget = 25_000
	// maxWrite is about how many bytes one write carries. More does not make it cheaper.
	maxWrite = 64 << 10
	// maxBlockingWrite is about how many bytes of events the slow writer is given, and exactly
	// how many it writes at once, on connections that only it writes to: one TLS record.
	maxBlockingWrite = 16 << 10
	// maxWritesPerTurn limits the writes to one connection in a row: a client that reads as
	// fast as we write must not keep a worker from the others.
	maxWritesPerTurn = 8
	// pauseBacklog is how many bytes of replies may wait before reading from the connection
	// pauses: a client that does not read replies is not asked for more requests.
	pauseBacklog = 256 << 10
	// maxBacklog is how many bytes of replies may wait before the connection is closed with
	// 4008. Pausing keeps honest clients far below it: it is reached only with many large
	// replies under way at once.
	maxBacklog = 4 << 20
	// uncountedUnread bytes of each connection are not counted: an ordinary reply, and 72 MiB
	// for 18,000 connections.
	uncountedUnread = 4 << 10
	// readBufferSize holds a client's ordinary message; larger ones bypass the buffer.
	readBufferSize = 512
	// controlBufferSize holds the largest control frame, so that it is written at once.
	controlBufferSize = 256
	// notSentLowat is how many unsent bytes the kernel may hold. A stalled client shows within
	// a second or two instead of a quarter of a minute.
	notSentLowat = 16 << 10
	// replayBatchSize is how many bytes are read from the journal at once for a connection. It
	// is what a stalled connection with since costs at most, beside the connection itself.
	replayBatchSize = 48 << 10
	// maxCatchups is how many subscriptions are served from the journal at the same time;
	// others wait as cursors.
	maxCatchups = 4
	// hubTimeout bounds one call to the hub.
	hubTimeout = 5 * time.Second
	// retryTimeout is the default of Options.RetryTimeout: longer than a restart of the
	// session, shorter than what a person waits for.
	retryTimeout = 30 * time.Second
	// minRetryDelay and maxRetryDelay are the delays between retries to read a session; they
	// double.
	minRetryDelay = 50 * time.Millisecond
	maxRetryDelay = 2 * time.Second
	// closeTimeout is how long a client may take to answer a close frame, and
	// drainCloseTimeout while the server stops: a process that ends must not wait for clients
	// that never answer.
	closeTimeout      = 5 * time.Second
	drainCloseTimeout = time.Second
	// drainBatch connections are told to leave every drainPause: 18,000 take a second and a
	// half.
	drainBatch = 128
	drainPause = 10 * time.Millisecond
	// reconnectWindow spreads the reconnects of a stopping server's clients over five seconds.
	reconnectWindow = 5 * time.Second
)

// Feeds opens the feeds of sessions. Errors are *protocol.Error.
type Feeds interface {
	// Watch opens or joins the session's feed. News is called after each publish; it does not
	// block.
	Watch(ctx context.Context, id protocol.SessionID, news func()) (*feed.Feed, error)
	// Unwatch ends a Watch: nobody reads the feed any more. It must not block, and a later
	// Watch of the same session comes after it.
	Unwatch(id protocol.SessionID, f *feed.Feed)
	// Refresh asks the session to put its state into the feed, because the feed is stale. It
	// must not block, and may be called again before that is done.
	Refresh(id protocol.SessionID, f *feed.Feed)
	// Announcements is the feed that every authenticated connection is sent. It is never
	// closed.
	Announcements() *feed.Feed
}

// History reads what is committed. Errors are *protocol.Error.
type History interface {
	// Timeline is the timeline in which seqs are counted; it does not change.
	Timeline() protocol.Timeline
	// State is the session as of State.Seq.
	State(ctx context.Context, id protocol.SessionID) (*protocol.SessionState, error)
	// Replay yields the events after `after` up to and including until, in order.
	Replay(ctx context.Context, id protocol.SessionID, after, until protocol.Seq) iter.Seq2[feed.StoredEvent, error]
}

// Hub is what the engine needs of package actors.
type Hub interface {
	Feeds
	History
}

// Options of an Engine. Zero values mean the default that is named with each.
type Options struct {
	Hub Hub
	Log zerolog.Logger
	// Workers is how many goroutines write; one per CPU is enough because they never block:
	// GOMAXPROCS.
	Workers int
	// StallTimeout, SilenceTimeout and TallyInterval default to the constants of the same
	// names in protocol.
	StallTimeout, SilenceTimeout, TallyInterval time.Duration
	// HeartbeatInterval is how often connections are checked: one second. A silent connection
	// is pinged three times within SilenceTimeout.
	HeartbeatInterval time.Duration
	// MaxUnreadPerAddress and MaxUnread are how many bytes the connections of one address, and
	// all connections, may leave unread; above that, those with the most are closed with
	// protocol.CloseTooSlow: 32 MiB and 256 MiB.
	MaxUnreadPerAddress, MaxUnread int64
	// RetryTimeout is how long a session may be unreadable before its subscribers are closed
	// with protocol.CloseTryLater: 30 seconds.
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
	o.RetryTimeout = positive(o.RetryTimeout, retryTimeout)
	o.MaxUnreadPerAddress = positive(o.MaxUnreadPerAddress, limit.UnreadOfAddress.Most)
	o.MaxUnread = positive(o.MaxUnread, limit.UnreadTogether.Most)
	return o
}

func positive[N time.Duration | int64](value, otherwise N) N {
	if value > 0 {
		return value
	}
	return otherwise
}
