package house

import (
	"fmt"
	"slices"
	"strings"
)

// importFaults holds every import outside of tests against the tables of rooms
// and libraries.
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
		return roomFault(dir, target, r.Rooms)
	}
	if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
		return ""
	}
	return libraryFault(dir, imported, r.Libraries)
}

func roomFault(dir, target string, rooms []Room) string {
	from, ok := longest(dir, rooms, func(r Room) string { return r.Path })
	if !ok {
		return fmt.Sprintf("is in no room of the table, add %s", dir)
	}
	to, ok := longest(target, rooms, func(r Room) string { return r.Path })
	if !ok || to.Path == from.Path || slices.Contains(from.May, to.Path) {
		return ""
	}
	return fmt.Sprintf("%s must not know %s", from.Path, target)
}

func libraryFault(dir, imported string, libraries []Library) string {
	l, ok := longest(imported, libraries, func(l Library) string { return l.Path })
	if !ok {
		return fmt.Sprintf("library %s has no room in the table", imported)
	}
	if slices.ContainsFunc(l.In, func(in string) bool { return below(dir, in) }) {
		return ""
	}
	return fmt.Sprintf("library %s belongs in %s", l.Path, strings.Join(l.In, ", "))
}

// longest is the row with the longest path that p is or lies below.
func longest[T any](p string, rows []T, path func(T) string) (best T, found bool) {
	for _, row := range rows {
		if below(p, path(row)) && (!found || len(path(row)) > len(path(best))) {
			best, found = row, true
		}
	}
	return best, found
}
