package queue

import (
	"testing"

	"pgregory.net/rapid"
)

// TestFIFO plays pushes, pops, takes and truncations against a slice.
func TestFIFO(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var q FIFO[int]
		var model []int
		next := 0
		t.Repeat(map[string]func(*rapid.T){
			"push": func(t *rapid.T) {
				for range rapid.IntRange(1, 3*maxIdle).Draw(t, "n") {
					q.Push(next)
					model = append(model, next)
					next++
				}
			},
			"pop": func(t *rapid.T) {
				for range rapid.IntRange(0, len(model)).Draw(t, "n") {
					if got := q.Pop(); got != model[0] {
						t.Fatalf("popped %d, want %d", got, model[0])
					}
					model = model[1:]
				}
			},
			"take": func(t *rapid.T) {
				n := rapid.IntRange(0, len(model)).Draw(t, "n")
				for i, got := range q.Take(n) {
					if got != model[i] {
						t.Fatalf("took %d, want %d", got, model[i])
					}
				}
				model = model[n:]
			},
			"truncate": func(t *rapid.T) {
				n := rapid.IntRange(0, len(model)).Draw(t, "n")
				q.Truncate(n)
				model = model[:n]
			},
			"": func(t *rapid.T) {
				if q.Len() != len(model) || len(model) > 0 && *q.First() != model[0] {
					t.Fatalf("%d items, want %d", q.Len(), len(model))
				}
			},
		})
	})
}

// TestFIFOKeepsNoBurst: an empty queue keeps little memory.
func TestFIFOKeepsNoBurst(t *testing.T) {
	for _, empty := range []func(*FIFO[int]){
		func(q *FIFO[int]) { q.Take(q.Len()) },
		func(q *FIFO[int]) {
			for q.Len() > 0 {
				q.Pop()
			}
		},
	} {
		var q FIFO[int]
		for i := range 10 * maxIdle {
			q.Push(i)
		}
		empty(&q)
		if cap(q.items) > maxIdle {
			t.Errorf("an empty queue has room for %d items", cap(q.items))
		}
	}
}
