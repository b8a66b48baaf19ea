package house

import (
	"fmt"
	"slices"
	"strings"
)

// importFaults checks every import outside of tests against the tables of packages and
// libraries.
func importFaults(files []source, r Rules) []string {
	var faults []string
	for _, f := range files {
		if f.test() {
			continue
		}
		for _, p := range f.imports() {
			if why := importFault(f.dir(), p, r); why != "" {
				faults = append(faults, fmt.Sprintf("%s: %s", f.path, why))
			}
		}
	}
	return faults
}

func importFault(dir, imported string, r Rules) string {
	if target, ours := strings.CutPrefix(imported, r.Module+"/"); ours {
		return packageImportFault(dir, target, r.Packages)
	}
	if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
		return ""
	}
	return libraryFault(dir, imported, r.Libraries)
}

func packageImportFault(dir, target string, rules []PackageRule) string {
	from, ok := longestMatch(dir, rules, func(r PackageRule) string { return r.Path })
	if !ok {
		return fmt.Sprintf("is not in the table of packages, add %s", dir)
	}
	to, ok := longestMatch(target, rules, func(r PackageRule) string { return r.Path })
	if !ok || to.Path == from.Path || slices.Contains(from.May, to.Path) {
		return ""
	}
	return fmt.Sprintf("%s must not import %s", from.Path, target)
}

func libraryFault(dir, imported string, libraries []Library) string {
	l, ok := longestMatch(imported, libraries, func(l Library) string { return l.Path })
	if !ok {
		return fmt.Sprintf("library %s is not in the table of libraries", imported)
	}
	if slices.ContainsFunc(l.In, func(in string) bool { return below(dir, in) }) {
		return ""
	}
	return fmt.Sprintf("library %s belongs in %s", l.Path, strings.Join(l.In, ", "))
}

// longestMatch is the row with the longest path that p is or is below.
func longestMatch[T any](p string, rows []T, path func(T) string) (best T, found bool) {
	for _, row := range rows {
		if below(p, path(row)) && (!found || len(path(row)) > len(path(best))) {
			best, found = row, true
		}
	}
	return best, found
}
