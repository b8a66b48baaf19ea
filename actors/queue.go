package actors

// queue is a first-in first-out list that reuses its room.
type queue[T any] struct {
	items []T
	head  int
}

func (q *queue[T]) len() int { return len(q.items) - q.head }

func (q *queue[T]) push(v T) {
	// Half of the room is behind the head: move the rest down instead of growing.
	if len(q.items) == cap(q.items) && q.head > len(q.items)/2 {
		n := copy(q.items, q.items[q.head:])
		clear(q.items[n:])
		q.items, q.head = q.items[:n], 0
	}
	q.items = append(q.items, v)
}

func (q *queue[T]) first() *T { return &q.items[q.head] }

func (q *queue[T]) pop() T {
	var zero T
	v := q.items[q.head]
	q.items[q.head] = zero
	q.head++
	if q.head == len(q.items) {
		q.items, q.head = q.items[:0], 0
	}
	return v
}

// take removes the first n and returns them; they stay valid until the next push.
func (q *queue[T]) take(n int) []T {
	v := q.items[q.head : q.head+n]
	q.head += n
	if q.head == len(q.items) {
		q.items, q.head = q.items[:0], 0
	}
	return v
}

// trim keeps the first n and forgets the rest.
func (q *queue[T]) trim(n int) {
	clear(q.items[q.head+n:])
	q.items = q.items[:q.head+n]
}
