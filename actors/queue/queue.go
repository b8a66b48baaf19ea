package queue

// maxIdle is the largest empty queue, in items, that keeps its memory: a burst must not hold
// it for ever.
const maxIdle = 1024

// FIFO is a first-in first-out queue that reuses its memory. It is not safe for use by
// several goroutines at a time.
type FIFO[T any] struct {
	items []T
	head  int
}

// Len is how many items wait.
func (q *FIFO[T]) Len() int { return len(q.items) - q.head }

// Push appends an item.
func (q *FIFO[T]) Push(v T) {
	// More than half of the slice has been popped: move the rest down instead of growing.
	if len(q.items) == cap(q.items) && q.head > len(q.items)/2 {
		n := copy(q.items, q.items[q.head:])
		clear(q.items[n:])
		q.items, q.head = q.items[:n], 0
	}
	q.items = append(q.items, v)
}

// First points to the oldest item, of which there must be one.
func (q *FIFO[T]) First() *T { return &q.items[q.head] }

// Pop removes the oldest item, of which there must be one, and returns it.
func (q *FIFO[T]) Pop() T {
	var zero T
	v := q.items[q.head]
	q.items[q.head] = zero
	q.head++
	q.reuse()
	return v
}

// Take removes the oldest n items and returns them; the slice is valid until the next Push.
func (q *FIFO[T]) Take(n int) []T {
	v := q.items[q.head : q.head+n]
	q.head += n
	q.reuse()
	return v
}

// reuse begins at the front again when the queue is empty.
func (q *FIFO[T]) reuse() {
	if q.head < len(q.items) {
		return
	}
	q.items, q.head = q.items[:0], 0
	if cap(q.items) > maxIdle {
		q.items = nil
	}
}

// Truncate keeps the oldest n items and drops the rest.
func (q *FIFO[T]) Truncate(n int) {
	clear(q.items[q.head+n:])
	q.items = q.items[:q.head+n]
}
