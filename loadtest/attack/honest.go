package attack

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"partyline/loadtest/report"
	"partyline/loadtest/target"
	"partyline/protocol"
)

const (
	// honestAddress is where the bot of the honest stands: not on loopback, which is
	// spared all limits.
	honestAddress = "192.0.2.10"
	botRate       = 100 // votes a second
	botHands      = 256 // requests that may be on their way
	// pageEvery is how often the host looks at the ten newest votes.
	pageEvery   = 200 * time.Millisecond
	sampleEvery = 100 * time.Millisecond
)

// honest is what a bot and a host go through for a while.
type honest struct {
	t         *victim
	bot, host *visitor
	votes     report.Histogram
	pages     report.Histogram
	refused   attackers // counts what is no 200, by kind
	highest   int64     // bytes of memory, at most
}

// watchHonest has a bot vote in open loop, beside a host that reads, both by REST, for
// so long; how long each took counts from when it was due.
func (t *victim) watchHonest(ctx context.Context, lasts time.Duration) *honest {
	h := &honest{t: t, bot: t.visitor(honestAddress, t.bot, botHands), host: t.visitor(honestAddress, t.Admin, 2)}
	h.refused.met = map[string]int{}
	defer h.bot.close()
	defer h.host.close()
	due := make(chan time.Time, int(lasts.Seconds()+1)*botRate)
	lasting, cancel := context.WithTimeout(ctx, lasts)
	defer cancel()
	inParallel(ctx, botHands+3, func(ctx context.Context, index int) {
		switch index {
		case 0:
			h.schedule(lasting, due)
		case 1:
			h.sample(lasting)
		case 2:
			h.read(lasting)
		default:
			for at := range due {
				h.vote(ctx, at)
			}
		}
	})
	return h
}

func (h *honest) schedule(ctx context.Context, due chan<- time.Time) {
	defer close(due)
	for at := time.Now(); pause(ctx, time.Until(at)); at = at.Add(time.Second / botRate) {
		due <- at
	}
}

func (h *honest) vote(ctx context.Context, at time.Time) {
	body := appendVote(nil, h.t.Session, int(at.UnixMilli()%batchNames), protocol.TimestampOf(time.Now()))
	h.note(&h.votes, at, h.bot.get(ctx, http.MethodPost, "/api/votes/live", string(body)))
}

func (h *honest) read(ctx context.Context) {
	for pause(ctx, pageEvery) {
		path := "/api/votes?limit=10&session_id=" + strconv.Itoa(int(h.t.Session))
		h.note(&h.pages, time.Now(), h.host.get(context.WithoutCancel(ctx), http.MethodGet, path, ""))
	}
}

// note counts what became of a request that was due at that time.
func (h *honest) note(to *report.Histogram, due time.Time, kind string) {
	to.Record(time.Since(due))
	if kind != "200" {
		h.refused.unlessOver(kind)
	}
}

// sample looks for the most memory that the server ever has.
func (h *honest) sample(ctx context.Context) {
	for pause(ctx, sampleEvery) {
		if u, err := target.Measure(h.t.server.Pid()); err == nil {
			h.highest = max(h.highest, u.RSS)
		}
	}
}
