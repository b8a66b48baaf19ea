package webhook

// Source is why a delivery is made. Only live deliveries move the cursor. The numbers
// are stored, so they never change.
type Source byte

// The sources.
const (
	SourceLive       Source = iota + 1 // events as they happen, in the order of the journal
	SourceRedelivery                   // one delivery, asked for again
	SourceReplay                       // a range, asked for again
	SourceTest                         // a test outside the order
)

// budget is how many attempts a delivery has while the endpoint refuses its message.
// Redeliveries have one: they must not hold up live events for minutes once more.
func (s Source) budget() int {
	if s == SourceLive {
		return messageBudget
	}
	return 1
}

func (s Source) known() bool { return s >= SourceLive && s <= SourceTest }
