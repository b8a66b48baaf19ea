package house

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// minProse is the least length, in bytes, of a package comment that says what the package is
// for and what it must not do: about two sentences.
const minProse = 120

// bannedNames say nothing about the contents.
var bannedNames = []string{"util", "utils", "common", "models", "types", "helpers", "misc", "base"}

// packageFaults checks each package's name and the comment in its doc.go.
func packageFaults(files []source) []string {
	prose := map[string]string{}
	names := map[string]string{}
	for _, f := range files {
		if f.test() {
			continue
		}
		names[f.dir()] = f.pkg()
		if f.base() == "doc.go" && f.ast.Doc != nil {
			prose[f.dir()] = f.ast.Doc.Text()
		}
	}
	var faults []string
	for dir, name := range names {
		if why := proseFault(dir, name, prose[dir]); why != "" {
			faults = append(faults, dir+": "+why)
		}
		if slices.Contains(bannedNames, name) || slices.Contains(bannedNames, path.Base(dir)) {
			faults = append(faults, fmt.Sprintf("%s: the name of package %s says nothing about its contents", dir, name))
		}
	}
	return faults
}

func proseFault(dir, name, prose string) string {
	start := "Package " + name + " "
	if name == "main" {
		start = "Command " + path.Base(dir) + " "
	}
	switch {
	case prose == "":
		return "has no doc.go with a package comment"
	case !strings.HasPrefix(prose, start) && !(name == "main" && beginsWithName(prose, path.Base(dir))):
		return fmt.Sprintf("the package comment must begin with %q", start)
	case len(prose) < minProse:
		return "the package comment must say what the package is for and what it must not do"
	}
	return ""
}

// beginsWithName accepts the other usual beginning of a command's comment: "Gofmt formats".
func beginsWithName(prose, name string) bool {
	first, _, _ := strings.Cut(prose, " ")
	return strings.ToLower(first) == name && first != name
}
