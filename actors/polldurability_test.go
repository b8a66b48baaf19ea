package actors_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"partyline/actors"
	"partyline/protocol"
)

// TestAcknowledgedPollVotesAreKept: voters who change their minds, commits and syncs that
// fail, a hub that starts anew, polls that end by themselves, by the host, or are canceled.
// A poll always stands at what was acknowledged, give or take the votes without an answer;
// with its end it stays as it is, the winner has the most votes, and it is added where it
// should be.
func TestAcknowledgedPollVotesAreKept(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		seed := rapid.Uint64().Draw(r, "seed")
		synctest.Test(t, func(t *testing.T) {
			t.Logf("seed %d", seed)
			p := &pollModel{webhookHub: newWebhookHub(t), rand: rand.New(rand.NewPCG(seed, 1)), ended: map[protocol.PollID]protocol.Poll{}}
			for range 80 {
				p.step()
				p.check()
			}
		})
	})
}

// pollModel is what a session's polls must be.
type pollModel struct {
	*webhookHub
	rand *rand.Rand
	keys int
	// poll is the newest, 0 before the first; votes are those that were acknowledged in it,
	// unsure those without an answer.
	poll   protocol.PollID
	votes  map[string]int
	unsure map[string]unsureVote
	ended  map[protocol.PollID]protocol.Poll
}

type unsureVote struct {
	choice int
	key    string
}

var errSick = errors.New("sick")

func (p *pollModel) step() {
	switch p.rand.IntN(16) {
	case 0:
		p.journal.FailNext(1+p.rand.IntN(2), errSick)
		p.vote()
		p.journal.FailNext(0, nil)
	case 1:
		p.journal.FailSync(errSick)
		p.vote()
		p.journal.FailSync(nil)
		p.journal.Refuse(nil)
		p.restart()
	case 2:
		p.restart()
	case 3:
		rest(time.Duration(p.rand.Int64N(int64(30 * time.Second))))
	case 4:
		_ = p.try(protocol.EndPoll{ID: p.session})
	case 5:
		_ = p.try(protocol.CancelPoll{ID: p.session})
	case 6:
		_ = p.try(protocol.AddPollWinner{ID: p.session})
	case 7:
		p.journal.FailNext(1, errSick) // whatever comes next, perhaps the end of the poll
		rest(2 * time.Second)
		p.journal.FailNext(0, nil)
	case 8, 9:
		_ = p.try(protocol.StartPoll{ID: p.session, GameIDs: []protocol.GameID{1, 2, 3}, AutoAdd: p.rand.IntN(2) == 0})
	default:
		p.vote()
	}
}

// vote has somebody vote or, when it waits for an answer, send its vote again.
func (p *pollModel) vote() {
	if p.poll == 0 {
		return
	}
	name := fmt.Sprintf("voter%d", p.rand.IntN(6))
	v, again := p.unsure[name]
	if !again {
		p.keys++
		v = unsureVote{choice: 1 + p.rand.IntN(3), key: fmt.Sprint(p.keys)}
	}
	command := &protocol.CastPollVote{ID: p.session, PollID: p.poll, Username: name, Choice: v.choice}
	_, err := p.hub.Do(p.t.Context(), actors.Call{Command: command, Key: &actors.Key{Scope: "votes", Name: v.key, Fingerprint: sha256.Sum256([]byte(v.key))}})
	switch codeOf(err) {
	case "":
		p.votes[name] = v.choice
		delete(p.unsure, name)
	case protocol.CodeConflict:
		delete(p.unsure, name) // the poll is over
	default:
		p.unsure[name] = v
	}
}

// check holds the newest poll against the model.
func (p *pollModel) check() {
	p.t.Helper()
	told, err := p.hub.Poll(p.t.Context(), p.session)
	if err != nil {
		p.t.Fatal(err)
	}
	if told == nil {
		return
	}
	if told.ID != p.poll {
		p.poll, p.votes, p.unsure = told.ID, map[string]int{}, map[string]unsureVote{}
	}
	for _, c := range told.Candidates {
		least, most := p.bounds(c.Choice)
		if c.Votes < least || c.Votes > most {
			p.t.Fatalf("poll %d: candidate %d has %d votes; acknowledged are %v, without an answer %v", told.ID, c.Choice, c.Votes, p.votes, p.unsure)
		}
	}
	before, over := p.ended[told.ID]
	switch {
	case told.Status == protocol.StatusOpen && over:
		p.t.Fatalf("poll %d is open again", told.ID)
	case told.Status == protocol.StatusOpen:
	case over:
		if before.TotalVotes != told.TotalVotes || !slices.Equal(before.Candidates, told.Candidates) {
			p.t.Fatalf("poll %d ended as %+v and is %+v", told.ID, before, *told)
		}
	default:
		p.ended[told.ID] = *told
		p.outcome(told)
	}
}

// bounds are the fewest and the most votes that a candidate may have: whoever waits for an
// answer may stand where it stood or where it wants to be.
func (p *pollModel) bounds(choice int) (least, most int64) {
	names := maps.Clone(p.votes)
	for name := range p.unsure {
		names[name] = p.votes[name]
	}
	for name, stands := range names {
		wants, waits := p.unsure[name]
		if stands == choice && !(waits && wants.choice != choice) {
			least++
		}
		if stands == choice || waits && wants.choice == choice {
			most++
		}
	}
	return least, most
}

func (p *pollModel) outcome(told *protocol.Poll) {
	p.t.Helper()
	if told.Status == protocol.StatusCanceled {
		return
	}
	best := slices.MaxFunc(told.Candidates, func(a, b protocol.Candidate) int { return int(a.Votes - b.Votes) })
	if told.Winner == nil || told.Winner.Votes != best.Votes || told.AutoAdd != told.Added {
		p.t.Fatalf("poll %d ended as %+v", told.ID, *told)
	}
	if !told.AutoAdd {
		return
	}
	games, err := p.hub.SessionGames(p.t.Context(), protocol.SessionPart{ID: p.session})
	if err != nil || len(games.Rows) == 0 || games.Rows[len(games.Rows)-1].GameID != told.Winner.GameID {
		p.t.Fatalf("the winner is game %d, the games are %+v, %v", told.Winner.GameID, games, err)
	}
}
