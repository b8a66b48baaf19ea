package stats

import (
	"fmt"
	"io"
	"text/tabwriter"

	"partyline/protocol"
)

// table writes the report for people: a section is a heading and its rows.
type table struct{ *tabwriter.Writer }

func (t table) row(first any, cells ...any) {
	fmt.Fprintf(t, "%v\t", first)
	for _, c := range cells {
		fmt.Fprintf(t, "%v\t", c)
	}
	fmt.Fprintln(t)
}

func (t table) section(first string, columns ...any) {
	fmt.Fprintln(t)
	t.row(first, columns...)
}

// Print writes the report as tables.
func (r *Report) Print(out io.Writer) error {
	fmt.Fprintf(out, "%s: %d votes and %d in polls in %d sessions, %.1f bytes a vote\n", r.Folder, r.Votes, r.PollVotes, r.Sessions, r.BytesPerVote)
	fmt.Fprintf(out, "records from %s to %s\n", moment(r.Oldest), moment(r.Newest))
	if r.Unreadable > 0 {
		fmt.Fprintf(out, "%d entries are damaged and left out: run partyline verify\n", r.Unreadable)
	}
	t := table{tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)}
	t.section("on disk", "files", "bytes")
	for _, f := range r.Files {
		t.row(f.Kind, f.Files, readableBytes(f.Bytes))
	}
	t.section("content", "entries", "bytes")
	for _, k := range append(r.Kinds, r.Superseded) {
		t.row(k.Name, k.Entries, readableBytes(k.Bytes))
	}
	t.section("growth", "votes", "bytes", "bytes a day")
	for _, g := range r.Growth {
		t.row(fmt.Sprintf("last %d d", g.Days), g.Votes, readableBytes(g.Bytes), readableBytes(g.Bytes/int64(g.Days)))
	}
	t.section("largest sessions", "records", "votes", "bytes")
	for _, s := range r.Largest {
		t.row(s.ID, s.Records, s.Votes, readableBytes(s.Bytes))
	}
	t.section("--keep-votes would free", "sessions", "votes", "bytes")
	for _, f := range r.KeepVotes {
		t.row(fmt.Sprintf("%dd", f.Days), f.Sessions, f.Votes, readableBytes(f.Bytes))
	}
	return t.Flush()
}

// moment is a time for people, "-" for none.
func moment(t *protocol.Timestamp) string {
	if t == nil {
		return "-"
	}
	return t.String()
}

// readableBytes is a size with one decimal, in the largest unit in which it is at least 1.
func readableBytes(n int64) string {
	size, unit := float64(n), "B"
	for _, larger := range []string{"kB", "MB", "GB", "TB"} {
		if size < 1000 {
			break
		}
		size, unit = size/1000, larger
	}
	if unit == "B" {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", size, unit)
}
