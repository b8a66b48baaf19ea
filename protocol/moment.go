package protocol

// Moment is when something is decided, told by two clocks.
type ClockReading struct {
	// Clock is what the machine's clock says. It is what people are told, and it may be
	// wrong: set back, set ahead, and put right again.
	Wall Timestamp
	// Steady is what the clock said when the hub started and the time that has passed
	// since. It never jumps. It is as right as the clock was at the start.
	Monotonic Timestamp
}

// At is a moment of a clock that was never set.
func ReadingOf(t Timestamp) ClockReading { return ClockReading{t, t} }

// Ahead is how far the clock has been set ahead since the start, below 0 when back.
func (m ClockReading) WallAhead() Timestamp { return m.Wall - m.Monotonic }

// Earlier is the earlier of the two: what has run out by it has run out by both.
func (m ClockReading) Earlier() Timestamp { return min(m.Wall, m.Monotonic) }
