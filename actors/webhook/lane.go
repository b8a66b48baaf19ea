package webhook

// Lane is why a delivery is made. Only the main lane moves the cursor. Numbers are
// stored: they are for ever.
type Lane byte

// The lanes.
const (
	LaneMain       Lane = iota + 1 // what happens, in the order of the journal
	LaneRedelivery                 // one delivery that was asked for again
	LaneReplay                     // a range that was asked for again
	LaneTest                       // a test aside from the line
)

// budget is how many tries a delivery has while its message is to blame. What is
// delivered again has one: it must not hold up the line for minutes once more.
func (l Lane) budget() int {
	if l == LaneMain {
		return messageBudget
	}
	return 1
}

func (l Lane) known() bool { return l >= LaneMain && l <= LaneTest }
