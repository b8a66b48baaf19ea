package verify_test

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

func seconds(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

// The code in the guide is the tested code.
func TestTheGuideShowsTheseFiles(t *testing.T) {
	guide, err := os.ReadFile("../../guides/webhooks.md")
	if err != nil {
		t.Fatal(err)
	}
	for lang, file := range map[string]string{"go": "go/verify.go", "js": "node/verify.mjs", "python": "python/verify.py"} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, found := strings.Cut(string(guide), "\n```"+lang+"\n")
		shown, _, ended := strings.Cut(rest, "\n```\n")
		if !found || !ended || len(shown) < 100 || !strings.Contains(string(source), shown) {
			t.Errorf("the %s block of the guide is not in %s", lang, file)
		}
	}
}
