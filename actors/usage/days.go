package usage

import "time"

// growth adds up the last days, that of the newest record included.
func (c *Counter) growth(days int) Growth {
	g := Growth{Days: days}
	for n, d := range c.byDay {
		if n > dayOf(c.newest)-int64(days) {
			g.Votes += d.votes
			g.Bytes += d.bytes
		}
	}
	return g
}

// freed adds up the sessions that were closed longer ago than keep, by the clock and by the
// newest record: the setting folds votes by the earlier of the two. A session is counted by
// the day of its end.
func (c *Counter) freed(keep time.Duration, now time.Time) Freed {
	if c.newest.Before(now) {
		now = c.newest
	}
	f := Freed{Keep: keep, Days: int(keep / (24 * time.Hour))}
	for n, d := range c.byDay {
		if n < dayOf(now.Add(-keep)) {
			f.Sessions += d.closed.Sessions
			f.Votes += d.closed.Votes
			f.Bytes += d.closed.Bytes
		}
	}
	return f
}
