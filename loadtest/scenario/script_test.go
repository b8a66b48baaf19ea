package scenario_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"partyline/loadtest/scenario"
	"partyline/protocol"
)

// scripts are all files of JavaScript by name, those of lib with their folder.
func scripts(t *testing.T) map[string]string {
	t.Helper()
	tree := os.DirFS("../k6")
	found := map[string]string{}
	for _, pattern := range []string{"*.js", "lib/*.js"} {
		names, err := fs.Glob(tree, pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := fs.ReadFile(tree, name)
			if err != nil {
				t.Fatal(err)
			}
			found[name] = string(text)
		}
	}
	return found
}

func TestEveryScenarioIsAScript(t *testing.T) {
	found := scripts(t)
	for _, s := range scenario.Scenarios() {
		text, ok := found[s.Script()]
		if !ok {
			t.Errorf("%s has no script", s.Name)
		}
		for _, word := range []string{"handleSummary", "setup", "options"} {
			if !regexp.MustCompile(`export [^;]*\b` + word + `\b`).MatchString(text) {
				t.Errorf("%s does not export %s", s.Script(), word)
			}
		}
		delete(found, s.Script())
	}
	for name := range found {
		if filepath.Dir(name) != "lib" {
			t.Errorf("%s is no scenario", name)
		}
	}
}

// A script that imports from elsewhere would need a network.
func TestScriptsImportOnlyWhatIsHere(t *testing.T) {
	found := scripts(t)
	imports := regexp.MustCompile(`from '([^']+)'`)
	for name, text := range found {
		for _, match := range imports.FindAllStringSubmatch(text, -1) {
			ours := filepath.ToSlash(filepath.Join(filepath.Dir(name), match[1]))
			if _, ok := found[ours]; !ok && match[1] != "k6" && !strings.HasPrefix(match[1], "k6/") || strings.HasPrefix(match[1], "k6/x/") {
				t.Errorf("%s imports %s", name, match[1])
			}
		}
	}
}

// calls are an operation's name, its method where the call names one, and its path.
var (
	calls   = regexp.MustCompile("(?s)\\b(call|attempt|get|post|put|patch|del)\\('([a-z_.]+)',\\s*(?:'([A-Z]+)',\\s*)?['`]([^'`?]*)")
	hole    = regexp.MustCompile(`\$\{[^}]*\}`)
	named   = regexp.MustCompile(`\{[^}]*\}`)
	methods = map[string]string{"get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "del": "DELETE"}
)

// TestScriptsCallWhatThereIs holds every call of the scripts against the table of
// operations: a script that calls what is gone would only be found when somebody runs it.
func TestScriptsCallWhatThereIs(t *testing.T) {
	table := map[string]string{}
	for _, o := range protocol.Operations() {
		table[o.Op] = o.Method + " " + named.ReplaceAllString(o.Path, "{}")
	}
	seen := 0
	for name, text := range scripts(t) {
		for _, match := range calls.FindAllStringSubmatch(text, -1) {
			method := match[3]
			if m, ok := methods[match[1]]; ok {
				method = m
			}
			seen++
			if got := method + " " + hole.ReplaceAllString(match[4], "{}"); got != table[match[2]] {
				t.Errorf("%s calls %s as %s, it is %q", name, match[2], got, table[match[2]])
			}
		}
	}
	if seen < 50 {
		t.Errorf("only %d calls were found", seen)
	}
}

func TestUnknownScenariosAreAnsweredWithTheKnown(t *testing.T) {
	_, err := scenario.Find("dance")
	if err == nil || !strings.Contains(err.Error(), "votes-ws") {
		t.Errorf("error is %v", err)
	}
	if s, err := scenario.Find("soak"); err != nil || !s.Flat || s.Script() != "soak.js" {
		t.Errorf("soak is %+v, %v", s, err)
	}
	names := []string{}
	for _, s := range scenario.Scenarios() {
		names = append(names, s.Name)
	}
	if slices.Sort(names); len(slices.Compact(names)) != len(scenario.Scenarios()) {
		t.Errorf("a name stands twice: %v", names)
	}
}
