package house

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// topLevelFaults checks the names at the root.
func topLevelFaults(tree fs.FS, r Rules) ([]string, error) {
	entries, err := fs.ReadDir(tree, ".")
	if err != nil {
		return nil, err
	}
	var faults []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !slices.Contains(r.TopLevel, e.Name()) {
			faults = append(faults, fmt.Sprintf("%s: the top level is fixed: %s", e.Name(), strings.Join(r.TopLevel, ", ")))
		}
	}
	return faults, nil
}

// lengthFaults compares the files over MaxLines with the table, both ways.
func lengthFaults(files []source, r Rules) []string {
	var faults []string
	long := map[string]bool{}
	for _, f := range files {
		if f.test() || f.generated || f.lines <= MaxLines {
			continue
		}
		long[f.path] = true
		if r.Long[f.path] == "" {
			faults = append(faults, fmt.Sprintf("%s: has %d lines: split it, the limit is %d", f.path, f.lines, MaxLines))
		}
	}
	for p := range r.Long {
		if !long[p] {
			faults = append(faults, fmt.Sprintf("%s: is listed as long and is not", p))
		}
	}
	return faults
}
