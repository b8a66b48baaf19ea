package crash_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"partyline/loadtest/target"
	"partyline/protocol"
	"partyline/protocol/client"
)

// importKills is how often the server is killed while it takes in a catalogue.
const importKills = 8

// importedGames is a catalogue that needs many appends of the journal.
const importedGames = 4000

// TestKilledImportIsWholeOrNothing kills the real program at random moments of an
// import. The games are always all of one file: of the last that was acknowledged, or
// of the one that was under way.
func TestKilledImportIsWholeOrNothing(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	var output bytes.Buffer
	server, err := target.New(ctx, target.Options{Binary: binary(t), Folder: t.TempDir(), Output: &output})
	if err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	t.Log("seed", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	c := begin(t, ctx, server)
	// The kills look for the moment of the commit: later after one that came too early,
	// earlier after one that came too late.
	life := importFile(t, ctx, c, 0).took
	acknowledged, found := 0, 0
	for n := 1; n <= importKills; n++ {
		killed := make(chan error, 1)
		time.AfterFunc(life/2+time.Duration(random.Int64N(int64(life))), func() { killed <- server.Kill() })
		if importFile(t, ctx, c, n).ok {
			acknowledged = n
			life -= life / 4
		} else {
			life += life / 2
		}
		if err := <-killed; err != nil {
			t.Fatalf("%v\n%s", err, output.String())
		}
		c.Close()
		c = begin(t, ctx, server)
		found = fileOf(t, ctx, c)
		t.Logf("kill %d, after about %v: file %d was acknowledged last, the games are of file %d", n, life, acknowledged, found)
		if found != n && found != acknowledged {
			t.Errorf("kill %d: the games are of file %d, acknowledged was %d", n, found, acknowledged)
		}
		acknowledged = found // whatever it is, it is on disk now
	}
	c.Close()
	if err := server.Stop(15 * time.Second); err != nil {
		t.Error(err)
	}
	if err := server.Verify(ctx); err != nil {
		t.Error(err)
	}
}

func begin(t *testing.T, ctx context.Context, server *target.Server) *client.Client {
	t.Helper()
	if _, err := server.Run(ctx); err != nil {
		t.Fatal(err)
	}
	c, err := server.Login(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

type importOutcome struct {
	ok   bool // it was acknowledged
	took time.Duration
}

// importFile sends file n: as many games, all of pack n, in place of all others.
func importFile(t *testing.T, ctx context.Context, c *client.Client, n int) importOutcome {
	t.Helper()
	var b strings.Builder
	b.WriteString("pack_name,title,min_players,max_players,length_minutes,has_audience,family_friendly,game_type,secondary_type\n")
	for i := range importedGames {
		fmt.Fprintf(&b, "%d,Game %d of a long state among friends,1,8,,0,0,Trivia,\n", n, i)
	}
	start := time.Now()
	err := c.Call(ctx, "POST", "/api/games/import/csv?mode=replace", strings.NewReader(b.String()), nil)
	if refused, ok := errors.AsType[*client.Error](err); ok {
		t.Fatalf("import of file %d: %v", n, refused)
	}
	if err != nil {
		return importOutcome{}
	}
	return importOutcome{true, time.Since(start)}
}

// fileOf is the file that all games are of.
func fileOf(t *testing.T, ctx context.Context, c *client.Client) int {
	t.Helper()
	packs := map[string]int{}
	for page := 1; page <= importedGames/protocol.MaxListed; page++ {
		var games []protocol.Game
		if err := c.Call(ctx, "GET", fmt.Sprintf("/api/games?limit=%d&page=%d", protocol.MaxListed, page), nil, &games); err != nil {
			t.Fatal(err)
		}
		for _, g := range games {
			packs[g.PackName]++
		}
	}
	for name, count := range packs {
		var n int
		if _, err := fmt.Sscan(name, &n); err == nil && len(packs) == 1 && count == importedGames {
			return n
		}
	}
	t.Fatalf("the games are of no file: %v", packs)
	return 0
}
