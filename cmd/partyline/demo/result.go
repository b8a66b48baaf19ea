package demo

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"partyline/protocol"
)

// printResult prints the table of results, the best game first.
func printResult(w io.Writer, r protocol.SessionVotes, acknowledged int) {
	slices.SortStableFunc(r.Votes, func(a, b protocol.GameVotes) int { return cmp.Compare(b.NetScore, a.NetScore) })
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	fmt.Fprintln(t, "  GAME\tPACK\tUP\tDOWN\tSCORE")
	for _, g := range r.Votes {
		fmt.Fprintf(t, "  %s\t%s\t%d\t%d\t%+d\n", g.Title, g.PackName, g.Upvotes, g.Downvotes, g.NetScore)
	}
	_ = t.Flush() // a closed terminal needs no table
	fmt.Fprintf(w, "\n%d votes, each on disk before it was answered, each on the screen once.\n", acknowledged)
}
