package crash_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"partyline/loadtest/api"
	"partyline/loadtest/crash"
	"partyline/protocol"
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
	o, err := crash.Real(ctx, crash.Options{}, "", t.TempDir(), &output)
	if err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	t.Log("seed", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	c := begin(t, ctx, o)
	// The kills look for the moment of the commit: later after one that came too early,
	// earlier after one that came too late.
	life := importFile(t, ctx, c, 0).took
	acknowledged, found := 0, 0
	for n := 1; n <= importKills; n++ {
		killed := make(chan error, 1)
		time.AfterFunc(life/2+time.Duration(random.Int64N(int64(life))), func() { killed <- o.Host.Kill() })
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
		c = begin(t, ctx, o)
		found = fileOf(t, ctx, c)
		t.Logf("kill %d, after about %v: file %d was acknowledged last, the games are of file %d", n, life, acknowledged, found)
		if found != n && found != acknowledged {
			t.Errorf("kill %d: the games are of file %d, acknowledged was %d", n, found, acknowledged)
		}
		acknowledged = found // whatever it is, it is on disk now
	}
	c.Close()
	if err := o.Host.Stop(15 * time.Second); err != nil {
		t.Error(err)
	}
	if err := o.Host.Verify(ctx); err != nil {
		t.Error(err)
	}
}

func begin(t *testing.T, ctx context.Context, o crash.Options) *api.Client {
	t.Helper()
	if err := o.Host.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := api.WaitReady(ctx, o.Addr); err != nil {
		t.Fatal(err)
	}
	c, err := api.Login(ctx, o.Addr, o.Key)
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
func importFile(t *testing.T, ctx context.Context, c *api.Client, n int) importOutcome {
	t.Helper()
	var b strings.Builder
	b.WriteString("pack_name,title,min_players,max_players,length_minutes,has_audience,family_friendly,game_type,secondary_type\n")
	for i := range importedGames {
		fmt.Fprintf(&b, "%d,Game %d of a long evening among friends,1,8,,0,0,Trivia,\n", n, i)
	}
	req, err := http.NewRequestWithContext(ctx, "POST", "http://"+c.Addr+"/api/games/import/csv?mode=replace", strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "text/csv")
	req.Header.Set("Authorization", "Bearer "+c.Token)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	start := time.Now()
	res, err := client.Do(req)
	if err != nil {
		return importOutcome{}
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("import of file %d: %s", n, res.Status)
	}
	return importOutcome{true, time.Since(start)}
}

// fileOf is the file that all games are of.
func fileOf(t *testing.T, ctx context.Context, c *api.Client) int {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, "GET", "http://"+c.Addr+"/api/games", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var games []protocol.Game
	if err := json.NewDecoder(res.Body).Decode(&games); err != nil {
		t.Fatal(err)
	}
	packs := map[string]int{}
	for _, g := range games {
		packs[g.PackName]++
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
