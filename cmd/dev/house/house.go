package house

import (
	"fmt"
	"io/fs"
	"sort"
)

// Rules are what a source tree must obey. Paths are slash-separated and relative to the root
// of the module.
type Rules struct {
	// Module is the module's path.
	Module string
	// TopLevel are the names that may be at the root, beside dot-files.
	TopLevel []string
	// Packages say which packages a package may import; the longest matching path counts.
	Packages []PackageRule
	// Libraries say where a library may be imported outside of tests.
	Libraries []Library
	// Goroutines are the files, tests apart, that may contain a go statement, with the reason.
	Goroutines map[string]string
	// LargePackages may have more than MaxFiles files or MaxPackageLines lines, with the reason.
	LargePackages map[string]string
	// Architecture is the page that names every package, and functions that must exist.
	Architecture string
	// Long are the files that may have more than MaxLines, with the reason.
	Long map[string]string
}

// PackageRule is a directory, with all below it, and the packages it may import beside itself.
// Tests may import what they need.
type PackageRule struct {
	Path string
	May  []string
}

// Library is an import path, with all below it, and the directories, with all
// below them, that may import it.
type Library struct {
	Path string
	In   []string
}

// MaxLines is the length at which a file should be split by concepts. Tests are exempt: a
// table of cases is one concept.
const MaxLines = 400

// Faults returns one sentence for each place where the tree breaks a rule, each beginning with
// the path, in order of paths; none when the tree obeys them all.
func Faults(tree fs.FS, r Rules) ([]string, error) {
	files, err := parseAll(tree)
	if err != nil {
		return nil, fmt.Errorf("house: %w", err)
	}
	top, err := topLevelFaults(tree, r)
	if err != nil {
		return nil, fmt.Errorf("house: %w", err)
	}
	faults := top
	faults = append(faults, importFaults(files, r)...)
	faults = append(faults, packageFaults(files)...)
	faults = append(faults, goroutineFaults(files, r)...)
	faults = append(faults, lengthFaults(files, r)...)
	faults = append(faults, environmentFaults(files)...)
	faults = append(faults, sleepFaults(files)...)
	faults = append(faults, sizeFaults(files, r)...)
	references, err := referenceFaults(tree, files, r)
	if err != nil {
		return nil, fmt.Errorf("house: %w", err)
	}
	faults = append(faults, references...)
	sort.Strings(faults)
	return faults, nil
}
