package codec_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"partyline/actors/codec"
)

// released are the checksums of the lists of each schema that was released: what users have on
// their disks. A line is added with each release, none is ever changed.
var released = []string{
	"76ea1f8973c559286eb2aa1a1071d1a15bb6d47627cbec004ba1c34790cc1b5a",
}

func TestListsOfReleasedSchemasStay(t *testing.T) {
	if len(released) != codec.Released || codec.Schema < codec.Released || codec.Schema > codec.Released+1 {
		t.Fatalf("schema %d, released %d, with %d sums", codec.Schema, codec.Released, len(released))
	}
	for i, want := range released {
		if _, got := listsOf(t, i+1); got != want {
			t.Errorf("the lists of schema %d have changed: %s, were %s", i+1, got, want)
		}
	}
}

func TestEverySchemaListsEveryState(t *testing.T) {
	want := []string{"access.txt", "catalogue.txt", "session.txt", "standings.txt", "webhook.txt"}
	for schema := range codec.Schema {
		if names, _ := listsOf(t, schema+1); !slices.Equal(names, want) {
			t.Errorf("schema %d has lists of %v, want %v", schema+1, names, want)
		}
	}
}

// listsOf returns the names of a schema's lists, and the checksum of names and contents.
func listsOf(t *testing.T, schema int) (names []string, sum string) {
	t.Helper()
	dir := filepath.Join("schema", fmt.Sprint(schema))
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.New()
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, e.Name())
		fmt.Fprintf(hash, "%s %d\n%s", e.Name(), len(text), text)
	}
	return names, fmt.Sprintf("%x", hash.Sum(nil))
}
