package projection

import (
	"context"
	"errors"
	"sync"
	"time"

	"partyline/actors/ledger"
	"partyline/actors/rules/session/fact"
	"partyline/actors/sessions"
	"partyline/actors/voteindex"
	"partyline/persistence"
	"partyline/protocol"
)

const (
	// maxReadAtStart is how many records the index may be behind the journal for a start to read
	// them before anything is served: at most 150 ms. Behind a kill it is as many as a flush
	// takes, unless few of them were votes.
	maxReadAtStart = 150_000
	// maxBehind is how many records the index may be behind when the projection takes it over
	// from a build.
	maxBehind = 5000
	// rebuildInterval bounds how often damage in the index has it built again: a disk that rots
	// would have it built for ever.
	rebuildInterval = time.Hour
	// buildRetry is the wait before a build that the disk has stopped goes on.
	buildRetry = 5 * time.Second
)

// votes owns the index of the vote history. The projection feeds the index with the facts that it
// reads for the standings; an index that is far behind, or damaged, is built from the journal by a
// goroutine of its own, and there is none meanwhile.
type votes struct {
	ledger.Env
	index *voteindex.Index // nil while one is built
	// stale has what the table holds dropped before the build.
	stale   bool
	rebuilt time.Time // the last time, because of damage
	failure error     // of the last flush
	// left is an index that was left behind and may still be writing.
	left *voteindex.Index

	build  sync.WaitGroup
	cancel context.CancelFunc     // of the build that runs, else nil
	adopt  func(*voteindex.Index) // nil before the actor starts
}

// load reads the index from its table. One that cannot be used, or is far behind, is left to
// start; recounted says that a session of which records were missing has them again.
func (v *votes) load(ctx context.Context, recounted bool) error {
	x, err := voteindex.Load(ctx, v.Journal, voteindex.Limits{}, v.Journal.Head())
	switch {
	case errors.Is(err, voteindex.ErrUnusable) || errors.Is(err, persistence.ErrCorrupt):
		v.stale = true
		if v.Journal.Head() > 0 { // a new folder has none
			v.Log.Warn().Err(err).Msg("the vote history has no index that can be used, it is built from the journal")
		}
	case err != nil:
		return err
	case recounted:
		v.stale = true
		v.Log.Info().Msg("the vote history is indexed again, with a session that was damaged")
	default:
		if v.Journal.Head()-x.Through() <= maxReadAtStart {
			v.index = x
		}
		return nil
	}
	if v.Journal.Head() > maxReadAtStart {
		return nil
	}
	if v.index, err = v.fresh(ctx); err != nil {
		v.Log.Error().Err(err).Msg("the index of the vote history cannot be begun, it is tried again")
	}
	return nil
}

// fresh begins a new index.
func (v *votes) fresh(ctx context.Context) (*voteindex.Index, error) {
	if err := v.Journal.DropTable(ctx, voteindex.Table); err != nil {
		return nil, err
	}
	v.stale = false
	return voteindex.New(v.Journal, voteindex.Limits{}), nil
}

// readTo applies the records up to a position, of which the standings may know already. Records
// that cannot be read are left out: the standings know their sessions.
func (v *votes) readTo(ctx context.Context, x *voteindex.Index, until persistence.Position) error {
	skip := func(d *persistence.Damage) { x.Advance(d.LastPosition) }
	for rec, err := range persistence.SkipDamaged(ctx, v.Journal, x.Through(), skip) {
		if err != nil {
			return err
		}
		if rec.Position > until {
			break
		}
		if id, ok := sessions.IDOf(rec.Stream); ok {
			if f, err := sessions.ReadFact(rec); err == nil {
				if err := apply(ctx, x, id, rec.Position, f); err != nil {
					return err
				}
			}
		}
		x.Advance(rec.Position)
	}
	x.Advance(until)
	return nil
}

// apply applies a fact, and begins a flush that is due.
func apply(ctx context.Context, x *voteindex.Index, id protocol.SessionID, p persistence.Position, f fact.Fact) error {
	if err := x.Apply(id, p, f); err != nil {
		return err
	}
	if !x.Due() {
		return nil
	}
	if x.Overdue() {
		if err := x.Wait(ctx); err != nil {
			return err
		}
	}
	x.StartFlush()
	return nil
}

// apply applies a fact that the standings have just read. After an error the index is read from
// its table again, or built again when it is damaged.
func (v *votes) apply(id protocol.SessionID, p persistence.Position, f fact.Fact) {
	if v.index == nil {
		return
	}
	if err := apply(context.Background(), v.index, id, p, f); err != nil {
		v.restart(err)
	}
}

// advance notes that the records up to a position are of no interest.
func (v *votes) advance(p persistence.Position) {
	if v.index != nil {
		v.index.Advance(p)
	}
}

// tick erases what was dropped, and tries a flush again that has failed. An error is logged when it
// is not that of the last try: a disk may be full for days.
func (v *votes) tick() {
	if v.index == nil {
		return
	}
	switch err := v.index.Settle(); {
	case err != nil:
		v.Counters.VoteIndexFailures.Add(1)
		if v.failure == nil || err.Error() != v.failure.Error() {
			v.Log.Error().Err(err).Msg("the index of the vote history cannot be written, it is tried again")
		}
		v.failure = err
		v.index.Retry()
	case v.index.Idle():
		v.failure = nil
	}
	v.index.StartErase()
	v.observe(v.index)
}

func (v *votes) observe(x *voteindex.Index) {
	v.Counters.VotesIndexed.Store(x.Votes())
	v.Counters.VoteIndexThrough.Store(int64(x.Through()))
}

// restart leaves the index behind and builds one in the background, from the table or, when that
// is damaged, from nothing. What is wrong with an index stops nothing else, a start neither: the
// build begins with the actor then.
func (v *votes) restart(cause error) {
	v.left, v.index = v.index, nil
	v.Counters.VoteIndexFailures.Add(1)
	if errors.Is(cause, persistence.ErrCorrupt) {
		v.stale, v.rebuilt = true, time.Now()
	}
	v.Log.Error().Err(cause).Bool("from_the_journal", v.stale).Msg("the index of the vote history is loaded again")
	if v.adopt != nil {
		v.start()
	}
}

// damaged is called when a page has met damage in the index.
func (v *votes) damaged(cause error) {
	if v.index != nil && (v.rebuilt.IsZero() || time.Since(v.rebuilt) >= rebuildInterval) {
		v.restart(cause)
	}
}

// start builds an index in the background, unless there is one.
func (v *votes) start() {
	if v.index != nil || v.cancel != nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	old := v.left
	v.cancel, v.left = cancel, nil
	v.build.Go(func() {
		if old != nil {
			old.Abandon()
		}
		v.run(ctx)
	})
}

// run builds until the index is near the head of the journal, and hands it over.
func (v *votes) run(ctx context.Context) {
	begun := time.Now()
	for {
		x, err := v.buildOnce(ctx)
		if err == nil {
			v.Log.Info().Int64("votes", x.Votes()).Uint64("through", uint64(x.Through())).Dur("took", time.Since(begun)).Msg("the index of the vote history is built")
			v.adopt(x)
			return
		}
		if x != nil {
			x.Abandon()
		}
		if ctx.Err() != nil {
			return
		}
		v.stale = v.stale || errors.Is(err, voteindex.ErrUnusable) || errors.Is(err, persistence.ErrCorrupt)
		v.Counters.VoteIndexFailures.Add(1)
		v.Log.Error().Err(err).Msg("the index of the vote history cannot be built, it is tried again")
		select {
		case <-time.After(buildRetry):
		case <-ctx.Done():
			return
		}
	}
}

func (v *votes) buildOnce(ctx context.Context) (x *voteindex.Index, err error) {
	if v.stale {
		x, err = v.fresh(ctx)
	} else {
		x, err = voteindex.Load(ctx, v.Journal, voteindex.Limits{}, v.Journal.Head())
	}
	for err == nil {
		head := v.Journal.Head()
		if head-x.Through() <= maxBehind {
			return x, nil
		}
		v.observe(x)
		err = v.readTo(ctx, x, min(head, x.Through()+observeEvery))
	}
	return x, err
}

// observeEvery is how many records a build reads before it tells the metrics.
const observeEvery = 200_000

// take makes an index that was built the one that is fed, when it has read what the standings
// have.
func (v *votes) take(ctx context.Context, x *voteindex.Index, until persistence.Position) {
	v.cancel()
	v.cancel, v.index = nil, x
	if err := v.readTo(ctx, x, until); err != nil {
		v.restart(err)
	}
}

// stop ends a build, and waits for what is being written, no longer than ctx. What is in memory
// is read from the journal again at the next start: flushing it would leave a small generation
// behind each evening.
func (v *votes) stop() {
	if v.cancel != nil {
		v.cancel()
		v.build.Wait()
	}
	if v.index != nil {
		v.index.Abandon()
	}
}
