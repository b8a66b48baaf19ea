package badger_test

import (
	"testing"

	"partyline/persistence"
	"partyline/persistence/badger"
)

// BenchmarkReadAll reads 10,000 votes in commits of one to nine, as a cursor near the
// head does (tail), the same where another stream was trimmed (trims), and as one that
// begins anew (disk).
func BenchmarkReadAll(b *testing.B) {
	for name, tail := range map[string]int{"tail": 64 << 20, "trims": 64 << 20, "disk": 1} {
		b.Run(name, func(b *testing.B) {
			j := open(b, badger.Options{Dir: b.TempDir(), TailBytes: tail})
			fill(b, j, 2000)
			trimmed := persistence.Position(0)
			if name == "trims" {
				write(b, j, "other", 0, 2)
				trim(b, j, "other", 1)
				trimmed = 1
			}
			b.ReportAllocs()
			for b.Loop() {
				n := persistence.Position(0)
				for _, err := range j.ReadAll(b.Context(), 0) {
					if err != nil {
						b.Fatal(err)
					}
					n++
				}
				if n != j.Head()-trimmed {
					b.Fatalf("%d records, head %d", n, j.Head())
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(j.Head()), "ns/record")
		})
	}
}
