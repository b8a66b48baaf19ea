package session

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"partyline/actors/rules/session/fact"
)

// TestVoteTableAgainstAList: numbers that are spread, in heaps or all at one end, added in any
// order, are found by any range, and written in ascending order whatever the order was.
func TestVoteTableAgainstAList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Custom(func(t *rapid.T) uint64 {
			p := rapid.Uint64Min(1).Draw(t, "p")
			switch rapid.IntRange(0, 3).Draw(t, "where") {
			case 0:
				return 1 + p%200
			case 1:
				return -(1 + p%200)
			case 2:
				return 1<<40 + p%200
			}
			return p
		})
		numbers := rapid.SliceOfN(number, 0, 300).Draw(t, "numbers")
		var table voteTable
		for i, p := range numbers {
			table.add(p)
			if table.add(numbers[i/2]); table.n > i+1 {
				t.Fatalf("%d numbers after %d", table.n, i+1)
			}
		}
		want := slices.Clone(numbers)
		slices.Sort(want)
		want = slices.Compact(want)
		for range 20 {
			low := number.Draw(t, "low")
			high := low + min(rapid.Uint64Max(1<<13).Draw(t, "span"), ^low)
			i, _ := slices.BinarySearch(want, low)
			if got, is := table.hasBetween(low, high), i < len(want) && want[i] <= high; got != is {
				t.Fatalf("%d to %d: %v, want %v", low, high, got, is)
			}
		}
		written := table.appendTo(nil)
		r := fact.NewReader(written)
		read := readVoteTable(&r)
		if !r.Done() || read.n != len(want) {
			t.Fatalf("%d numbers read, want %d", read.n, len(want))
		}
		if again := read.appendTo(nil); !slices.Equal(again, written) {
			t.Fatal("what was read is written otherwise")
		}
		extra := number.Draw(t, "extra")
		read.add(extra)
		if !read.hasBetween(extra, extra) {
			t.Fatal("a number added to a table that was read is not found")
		}
		for _, p := range want {
			if !read.hasBetween(p, p) {
				t.Fatalf("%d was read and is not found", p)
			}
		}
	})
}
