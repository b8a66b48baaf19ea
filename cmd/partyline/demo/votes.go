package demo

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"partyline/protocol"
)

// abstainOneIn: one in so many does not vote on a game.
const abstainOneIn = 5

// plannedVote is a vote that will be cast.
type plannedVote struct {
	at   time.Time
	name string
	vote protocol.VoteType
}

// planVotes decides who votes when and how on one game: most people vote, once, most of them
// early, and each game has a popularity of its own.
func planVotes(players int, start time.Time, length time.Duration) []plannedVote {
	popularity := 0.45 + 0.5*rand.Float64()
	var all []plannedVote
	for i := range players {
		if rand.IntN(abstainOneIn) == 0 {
			continue
		}
		early := rand.Float64() * rand.Float64()
		vote := protocol.VoteDown
		if rand.Float64() < popularity {
			vote = protocol.VoteUp
		}
		all = append(all, plannedVote{at: start.Add(time.Duration(early * float64(length))), name: player(i), vote: vote})
	}
	slices.SortFunc(all, func(a, b plannedVote) int { return a.at.Compare(b.at) })
	return all
}

var names = []string{"ada", "ben", "cleo", "dov", "edda", "finn", "gus", "hana", "ivo", "june", "kofi", "lena",
	"milo", "nia", "otto", "pia", "quin", "rosa", "sami", "tove", "uma", "vito", "wren", "yuki"}

// player is the i-th name: ada to yuki, then ada2 and so on.
func player(i int) string {
	name := names[i%len(names)]
	if round := i / len(names); round > 0 {
		name += strconv.Itoa(round + 1)
	}
	return name
}

// roomCode is a code such as the games show on the television.
func roomCode() string {
	const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
	code := make([]byte, 4)
	for i := range code {
		code[i] = letters[rand.IntN(len(letters))]
	}
	return string(code)
}
