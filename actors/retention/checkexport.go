package retention

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"partyline/protocol"
)

// errExport: the file does not hold what was exported.
var errExport = errors.New("the exported file does not hold the session's votes")

// checkExport reads a file back: it must be JSON to its end, and its votes must add up to the
// totals of the session, game by game.
func (f *folder) checkExport(path string, e *protocol.SessionExport) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	d := json.NewDecoder(bufio.NewReader(file))
	counted := map[protocol.GameID]*[2]int64{}
	if err := f.countVotes(d, counted); err != nil {
		return fmt.Errorf("%w: %w", errExport, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: it does not end where it should", errExport)
	}
	for _, g := range e.Totals {
		if n := counted[g.GameID]; n == nil || n[0] != g.Upvotes || n[1] != g.Downvotes {
			return fmt.Errorf("%w: game %d", errExport, g.GameID)
		}
		delete(counted, g.GameID)
	}
	for id, n := range counted {
		if *n != [2]int64{} {
			return fmt.Errorf("%w: game %d", errExport, id)
		}
	}
	return nil
}

// countVotes reads the object to its end and counts the votes of its list, one by one.
func (f *folder) countVotes(d *json.Decoder, counted map[protocol.GameID]*[2]int64) error {
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		if name != "votes" {
			var skipped json.RawMessage
			if err := d.Decode(&skipped); err != nil {
				return err
			}
			continue
		}
		if err := f.countList(d, counted); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

func (f *folder) countList(d *json.Decoder, counted map[protocol.GameID]*[2]int64) error {
	if _, err := d.Token(); err != nil {
		return err
	}
	for n := 1; d.More(); n++ {
		var v protocol.ExportedVote
		if err := d.Decode(&v); err != nil {
			return err
		}
		countVote(counted, &v)
		if n%votesPerPause == 0 {
			if err := f.pause(exportPause); err != nil {
				return err
			}
		}
	}
	_, err := d.Token()
	return err
}

// countVote adds a vote and takes back the one that it replaces; voided ones count for nothing.
func countVote(counted map[protocol.GameID]*[2]int64, v *protocol.ExportedVote) {
	if v.Voided {
		return
	}
	n := counted[v.GameID]
	if n == nil {
		n = &[2]int64{}
		counted[v.GameID] = n
	}
	for i, vote := range []protocol.VoteType{protocol.VoteUp, protocol.VoteDown} {
		if v.VoteType == vote {
			n[i]++
		}
		if v.Replaced == vote {
			n[i]--
		}
	}
}
