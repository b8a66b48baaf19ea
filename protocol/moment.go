package protocol

// Moment is when something is decided, told by two clocks.
type Moment struct {
	// Clock is what the machine's clock says. It is what people are told, and it may be
	// wrong: set back, set ahead, and put right again.
	Clock Timestamp
	// Steady is what the clock said when the hub started and the time that has passed
	// since. It never jumps. It is as right as the clock was at the start.
	Steady Timestamp
}

// At is a moment of a clock that was never set.
func At(t Timestamp) Moment { return Moment{t, t} }

// Ahead is how far the clock has been set ahead since the start, below 0 when back.
func (m Moment) Ahead() Timestamp { return m.Clock - m.Steady }

// Earlier is the earlier of the two: what has run out by it has run out by both.
func (m Moment) Earlier() Timestamp { return min(m.Clock, m.Steady) }
