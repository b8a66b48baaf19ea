package house

import "fmt"

// MaxFiles and MaxPackageLines are where to look for the second subject in a package. Tests
// do not count.
const (
	MaxFiles        = 30
	MaxPackageLines = 2500
)

// size is how large a package is.
type size struct{ files, lines int }

// packageSizes counts the files and lines of each package, tests apart.
func packageSizes(files []source) map[string]size {
	sizes := map[string]size{}
	for _, f := range files {
		if f.test() || f.generated {
			continue
		}
		s := sizes[f.dir()]
		sizes[f.dir()] = size{s.files + 1, s.lines + f.lines}
	}
	return sizes
}

// sizeFaults compares the packages with the bounds. A row of the table for a package that
// keeps to the bounds is stale.
func sizeFaults(files []source, r Rules) []string {
	var faults []string
	sizes := packageSizes(files)
	for dir, s := range sizes {
		large := s.files > MaxFiles || s.lines > MaxPackageLines
		reason, listed := r.LargePackages[dir]
		switch {
		case large && !listed:
			faults = append(faults, fmt.Sprintf("%s: has %d files and %d lines, more than %d or %d", dir, s.files, s.lines, MaxFiles, MaxPackageLines))
		case listed && (!large || reason == ""):
			faults = append(faults, fmt.Sprintf("%s: is listed as a large package and is none, or without a reason", dir))
		}
	}
	for dir := range r.LargePackages {
		if _, exists := sizes[dir]; !exists {
			faults = append(faults, fmt.Sprintf("%s: is listed as a large package and does not exist", dir))
		}
	}
	return faults
}
