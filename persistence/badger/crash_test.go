package badger_test

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"partyline/persistence"
	"partyline/persistence/badger"
)

// crashDir tells the test binary to be the process that is killed.
const crashDir = "JOURNAL_CRASH_DIR"

// trimmedTo begins the lines with which the victim tells of trims.
const trimmedTo = "trimmed:"

// modelChecks keeps the comparison with the model to a few seconds: each check opens
// databases. The command line may ask for more.
const modelChecks = "20"

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		victim(dir)
		return
	}
	if dir := os.Getenv(mergeDir); dir != "" {
		merger(dir)
		return
	}
	if dir := os.Getenv(limitedDir); dir != "" {
		runLimited(dir, os.Getenv(limitedBy))
		return
	}
	if err := flag.Set("rapid.checks", modelChecks); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// victim writes to five streams, of which the last has large records, trims two of
// them, saves snapshots of a sixth, and tells on stdout what was acknowledged, until it
// is killed.
func victim(dir string) {
	j, err := badger.Open(badger.Options{Dir: dir})
	if err != nil {
		panic(err)
	}
	var out sync.Mutex
	tell := func(stream string, seq persistence.Seq) {
		out.Lock()
		defer out.Unlock()
		fmt.Printf("%s %d\n", stream, seq)
	}
	var all sync.WaitGroup
	for i := range victims {
		all.Go(func() { writeForever(j, fmt.Sprintf("session/%d", i), i == victims-1, tell) })
	}
	all.Go(func() { trimForever(j, "session/0", 0, tell) })
	all.Go(func() { trimForever(j, "session/1", 30, tell) })
	all.Go(func() { saveForever(j, tell) })
	all.Wait()
}

// victims is how many streams are written to.
const victims = 5

// largePayload has three parts.
func largePayload(seq persistence.Seq) []byte {
	return append([]byte(payload(largeStream, seq)), incompressible(threeParts)...)
}

const largeStream = "session/4"

func writeForever(j *badger.Journal, stream string, large bool, tell func(string, persistence.Seq)) {
	last, err := j.Last(context.Background(), stream)
	for i := 0; err == nil; i++ {
		records := payloads(stream, last, 1+i%5)
		if large {
			records = [][]byte{largePayload(last + 1)}
		}
		o := <-send(j, persistence.Append{Stream: stream, Expected: last, Records: records})
		if err = o.Err; err == nil {
			last = o.Last
			tell(stream, last)
		}
	}
	panic(err)
}

// trimForever keeps that many of the stream's newest records, after each commit.
func trimForever(j *badger.Journal, stream string, keep persistence.Seq, tell func(string, persistence.Seq)) {
	moved := make(chan struct{}, 1)
	defer j.Watch(func(persistence.Position) {
		select {
		case moved <- struct{}{}:
		default:
		}
	})()
	for range moved {
		last, err := j.Last(context.Background(), stream)
		if err == nil {
			err = j.Trim(context.Background(), stream, last-min(last, keep))
		}
		if err != nil {
			panic(err)
		}
		tell(trimmedTo+stream, last-min(last, keep))
	}
}

func saveForever(j *badger.Journal, tell func(string, persistence.Seq)) {
	s, _, err := j.LoadSnapshot(context.Background(), "snapshot")
	for err == nil {
		s = snapshotAt(s.Seq + 1)
		if err = j.SaveSnapshot(context.Background(), s); err == nil {
			tell("snapshot", s.Seq)
		}
	}
	panic(err)
}

// snapshotAt has several parts, of changing number.
func snapshotAt(seq persistence.Seq) persistence.Snapshot {
	return persistence.Snapshot{Stream: "snapshot", Seq: seq, Data: bytes.Repeat([]byte{byte(seq)}, (1+int(seq%4))*200<<10)}
}

// lifetime is how many acknowledgements a victim lives at most.
const lifetime = 600

// TestKillLosesNothingAcknowledged kills a writing process again and again in the
// same folder.
func TestKillLosesNothingAcknowledged(t *testing.T) {
	dir := t.TempDir()
	acknowledged := map[string]persistence.Seq{}
	kills := 5
	if testing.Short() {
		kills = 2
	}
	for i := range kills {
		after := lifetime // of the first; long enough that something of each kind was acknowledged
		if i > 0 {
			after = 1 + rand.IntN(lifetime)
		}
		kill(t, dir, after, acknowledged)
		j := open(t, badger.Options{Dir: dir})
		verified(t, j)
		for stream, seq := range acknowledged {
			if stream == "snapshot" {
				savedAtLeast(t, j, seq)
				continue
			}
			if stream, ok := strings.CutPrefix(stream, trimmedTo); ok {
				trimmedAtLeast(t, j, stream, seq)
				continue
			}
			if last, err := j.Last(t.Context(), stream); err != nil || last < seq {
				t.Fatalf("%s ends at %d (%v), %d was acknowledged", stream, last, err, seq)
			}
		}
		largeKept(t, j)
		if got, want := inOrder(t, j), kept(t, j); got != want {
			t.Fatalf("%d records in the global order, %d in the streams", got, want)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if len(acknowledged) < 8 {
		t.Fatalf("only %v was acknowledged: the test tested nothing", acknowledged)
	}
}

// kill starts a victim, kills it after that many acknowledgements, and notes all of
// them, also those that came before the kill was felt.
func kill(t *testing.T, dir string, after int, acknowledged map[string]persistence.Seq) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), crashDir+"="+dir)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	for n := 0; ; n++ {
		line, err := lines.ReadString('\n')
		if err == io.EOF {
			break // A line without its end was cut off by the kill.
		}
		if err != nil {
			t.Fatal(err)
		}
		var stream string
		var seq persistence.Seq
		if _, err := fmt.Sscanf(line, "%s %d", &stream, &seq); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		acknowledged[stream] = seq
		if n == after {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || stderr.Len() > 0 {
		t.Fatalf("the victim was not killed: %v, %s", err, stderr.Bytes())
	}
}

func trimmedAtLeast(t *testing.T, j *badger.Journal, stream string, seq persistence.Seq) {
	t.Helper()
	if first := firstOf(t, j, stream); first <= seq {
		t.Fatalf("%s begins with record %d, a trim to %d was acknowledged", stream, first, seq)
	}
}

// firstOf is the sequence of the first record there is, or the next to come.
func firstOf(t *testing.T, j *badger.Journal, stream string) persistence.Seq {
	t.Helper()
	for r, err := range j.Read(t.Context(), stream, 0) {
		if err != nil {
			t.Fatal(err)
		}
		return r.Seq
	}
	last, err := j.Last(t.Context(), stream)
	if err != nil {
		t.Fatal(err)
	}
	return last + 1
}

// kept counts the records of all streams by their ends; the two that are never
// trimmed must begin with their first.
func kept(t *testing.T, j *badger.Journal) (records int) {
	t.Helper()
	for i := range victims {
		stream := fmt.Sprintf("session/%d", i)
		last, err := j.Last(t.Context(), stream)
		if err != nil {
			t.Fatal(err)
		}
		first := firstOf(t, j, stream)
		if i > 1 && first != 1 {
			t.Fatalf("%s begins with record %d and was never trimmed", stream, first)
		}
		records += int(last - first + 1)
	}
	return records
}

// inOrder counts the records of the global order, which tell where they belong.
func inOrder(t *testing.T, j *badger.Journal) (records int) {
	t.Helper()
	for r, err := range j.ReadAll(t.Context(), 0) {
		if err != nil || !strings.HasPrefix(string(r.Data), payload(r.Stream, r.Seq)) {
			t.Fatalf("%s record %d holds %.99q, %v", r.Stream, r.Seq, r.Data, err)
		}
		records++
	}
	return records
}

// largeKept wants every large record whole, and nothing on disk of those that were
// being written.
func largeKept(t *testing.T, j *badger.Journal) {
	t.Helper()
	n := 0
	for r, err := range j.Read(t.Context(), largeStream, 0) {
		if err != nil || !bytes.Equal(r.Data, largePayload(r.Seq)) {
			t.Fatalf("large record %d: %d bytes, %v", r.Seq, len(r.Data), err)
		}
		n++
	}
	if got := countParts(t, j); got != 3*n {
		t.Fatalf("%d parts on disk for %d large records", got, n)
	}
}

func savedAtLeast(t *testing.T, j *badger.Journal, seq persistence.Seq) {
	t.Helper()
	s, ok, err := j.LoadSnapshot(t.Context(), "snapshot")
	if err != nil || !ok || s.Seq < seq {
		t.Fatalf("snapshot %d (%v, %v), %d was acknowledged", s.Seq, ok, err, seq)
	}
	if !bytes.Equal(s.Data, snapshotAt(s.Seq).Data) {
		t.Fatalf("snapshot %d holds something else", s.Seq)
	}
}
