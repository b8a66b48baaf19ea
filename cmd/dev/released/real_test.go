package released_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"partyline/cmd/dev/released"
	"partyline/loadtest/target"
)

// TestTheNextReleaseCanBeRecorded plays the evening against the program as it is: when it
// is released nobody wants to find that out.
func TestTheNextReleaseCanBeRecorded(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	dir := t.TempDir()
	binary, err := target.Build(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "release")
	if err := released.Record(ctx, binary, folder); err != nil {
		t.Fatal(err)
	}
	recording, err := released.Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(recording.Version, "partyline ") || recording.Bot == "" || recording.Overlay == "" || recording.Code == "" {
		t.Errorf("recorded %+v", recording)
	}
	for _, a := range recording.Answers {
		want := 200
		switch a.Path {
		case "/api/games/6", "/api/sessions/2", "/api/webhooks/4": // deleted
			want = 404
		}
		if a.Status != want || len(a.Body) == 0 {
			t.Errorf("%s: %d, want %d: %s", a.Path, a.Status, want, a.Body)
		}
	}
	if err := released.Unpack(filepath.Join(folder, released.FolderFile), filepath.Join(dir, "night")); err != nil {
		t.Error(err)
	}
	if err := released.Decompress(filepath.Join(folder, released.BackupFile), filepath.Join(dir, "night.backup")); err != nil {
		t.Error(err)
	}
	if files, err := os.ReadDir(filepath.Join(dir, "night")); err != nil || len(files) == 0 {
		t.Errorf("%v in the folder, %v", files, err)
	}
}
