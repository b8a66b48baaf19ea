package webhook

// Lane is why a delivery is made. Only the main lane moves the cursor. Numbers are
// stored: they are for ever.
type Source byte

// The lanes.
const (
	SourceLive       Source = iota + 1 // what happens, in the order of the journal
	SourceRedelivery                   // one delivery that was asked for again
	SourceReplay                       // a range that was asked for again
	SourceTest                         // a test aside from the line
)

// budget is how many tries a delivery has while its message is to blame. What is
// delivered again has one: it must not hold up the line for minutes once more.
func (l Source) budget() int {
	if l == SourceLive {
		return messageBudget
	}
	return 1
}

func (l Source) known() bool { return l >= SourceLive && l <= SourceTest }
