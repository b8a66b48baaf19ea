package program_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"partyline/loadtest/program"
)

func TestNothingButFlagsIsTaken(t *testing.T) {
	for args, ok := range map[string]bool{"": true, "-n=3": true, "-m=3": false, "stray": false} {
		var said bytes.Buffer
		f := program.Flags("test", &said)
		f.Int("n", 0, "")
		var list []string
		if args != "" {
			list = []string{args}
		}
		if err := program.Parse(f, list); (err == nil) != ok {
			t.Errorf("%q: %v %s", args, err, said.String())
		}
	}
}

func TestReportsAreKeptWhereAsked(t *testing.T) {
	folder, remove, err := program.Folder("test")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "report.json")
	if err := program.Keep(path, map[string]int{"votes": 3}); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "{\n  \"votes\": 3\n}\n" {
		t.Errorf("%s, %v", b, err)
	}
	if err := program.Keep("", nil); err != nil {
		t.Error(err)
	}
	if err := program.Keep(path, func() {}); err == nil {
		t.Error("what is no JSON is kept")
	}
	if b, err := os.ReadFile(path); err != nil || len(b) == 0 {
		t.Errorf("a report that failed took the one before it: %v", err)
	}
	if err := remove(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(folder); !os.IsNotExist(err) {
		t.Errorf("the folder stays: %v", err)
	}
}

func TestAServerThatIsGivenIsNotBuilt(t *testing.T) {
	if binary, err := program.Server(t.Context(), "/bin/partyline", "", &bytes.Buffer{}); binary != "/bin/partyline" || err != nil {
		t.Errorf("%s, %v", binary, err)
	}
}
