package api

import (
	"fmt"
	"strings"

	"partyline/protocol"
)

// sessionReport is a session as a host would post it in a chat or a blog: what was
// played, in the order of play, and how the audience voted. Voters are not named.
func sessionReport(e *protocol.SessionExport) string {
	var b strings.Builder
	lines := reportLines(e)
	fmt.Fprintf(&b, "Game night of %s (session %d)\n", e.Session.CreatedAt.Time().Format("Monday, 2 January 2006"), e.Session.ID)
	if e.Session.Notes != nil && strings.TrimSpace(*e.Session.Notes) != "" {
		fmt.Fprintln(&b, strings.TrimSpace(*e.Session.Notes))
	}
	votes := int64(0)
	for _, l := range lines {
		votes += l.up + l.down
	}
	fmt.Fprintf(&b, "%s, %s, %s\n", duration(e.Session), counted(int64(len(lines)), "game"), counted(votes, "vote"))
	for i, l := range lines {
		if i == 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%d. %s\n", i+1, l)
	}
	if at := e.Session.VotesFoldedAt; at != nil {
		fmt.Fprintf(&b, "\nThe single votes were folded into these totals on %s.\n", at.Time().Format("2 January 2006"))
	}
	if best := favourites(lines); best != "" {
		fmt.Fprintf(&b, "\n%s\n", best)
	}
	return b.String()
}

// reportLine is one game, however often it was played.
type reportLine struct {
	title, pack string
	up, down    int64
	plays       int
	skipped     int
	players     *int // of the last playing of which it is known
}

func reportLines(e *protocol.SessionExport) (lines []*reportLine) {
	at := map[protocol.GameID]*reportLine{}
	for _, g := range e.Games {
		l := at[g.GameID]
		if l == nil {
			l = &reportLine{title: SingleLine(g.Title), pack: SingleLine(g.PackName)}
			at[g.GameID] = l
			lines = append(lines, l)
		}
		l.plays++
		if g.Status == protocol.StatusSkipped {
			l.skipped++
		}
		if g.PlayerCount != nil {
			l.players = g.PlayerCount
		}
	}
	for _, t := range e.Totals { // of removed games too, which have no line
		if l := at[t.GameID]; l != nil {
			l.up, l.down = t.Upvotes, t.Downvotes
		}
	}
	return lines
}

func (l *reportLine) net() int64 { return l.up - l.down }

func (l *reportLine) String() string {
	s := fmt.Sprintf("%s (%s): %+d (+%d/-%d)", l.title, l.pack, l.net(), l.up, l.down)
	if l.players != nil {
		s += ", " + counted(int64(*l.players), "player")
	}
	if l.plays > 1 {
		s += fmt.Sprintf(", played %d times", l.plays)
	}
	if l.skipped == l.plays {
		s += ", skipped"
	}
	return s
}

// favourites are the games with the best score, if anybody liked one.
func favourites(lines []*reportLine) string {
	best := int64(0)
	var titles []string
	for _, l := range lines {
		if l.net() > best {
			best, titles = l.net(), nil
		}
		if l.net() == best && best > 0 {
			titles = append(titles, l.title)
		}
	}
	if len(titles) == 0 {
		return ""
	}
	return fmt.Sprintf("Favourite: %s (%+d)", strings.Join(titles, ", "), best)
}

// duration is from when to when, in UTC; an end on another day says which.
func duration(s protocol.Session) string {
	start := s.CreatedAt.Time()
	if s.ClosedAt == nil {
		return "From " + start.Format("15:04") + " UTC on"
	}
	end := s.ClosedAt.Time()
	if end.YearDay() != start.YearDay() || end.Year() != start.Year() {
		return start.Format("15:04") + " to " + end.Format("2 January 15:04") + " UTC"
	}
	return start.Format("15:04") + " to " + end.Format("15:04") + " UTC"
}

func counted(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// SingleLine replaces line breaks and repeated spaces by one space. Titles that older
// versions stored may have line breaks.
func SingleLine(s string) string { return strings.Join(strings.Fields(s), " ") }
