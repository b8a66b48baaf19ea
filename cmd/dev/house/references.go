package house

import (
	"fmt"
	"go/ast"
	"io/fs"
	"regexp"
	"slices"
)

// A reference in a page is a file and a function: `actors/ledger/decide.go:Ledger.execute`.
var (
	functionReference = regexp.MustCompile("`([a-z0-9_/]+\\.go):([A-Za-z0-9_.]+)`")
	folderReference   = regexp.MustCompile("`([a-z0-9_]+(?:/[a-z0-9_]+)*)`")
)

// referenceFaults checks that the page that describes the architecture names every package,
// and that every file, function and folder that it names exists.
func referenceFaults(tree fs.FS, files []source, r Rules) ([]string, error) {
	if r.Architecture == "" {
		return nil, nil
	}
	page, err := fs.ReadFile(tree, r.Architecture)
	if err != nil {
		return nil, err
	}
	var faults []string
	for _, m := range functionReference.FindAllStringSubmatch(string(page), -1) {
		if !declares(files, m[1], m[2]) {
			faults = append(faults, fmt.Sprintf("%s: names %s:%s, which does not exist", r.Architecture, m[1], m[2]))
		}
	}
	named := map[string]bool{}
	for _, m := range folderReference.FindAllStringSubmatch(string(page), -1) {
		named[m[1]] = true
	}
	for dir := range packageSizes(files) {
		if !named[dir] {
			faults = append(faults, fmt.Sprintf("%s: does not name the package %s", r.Architecture, dir))
		}
	}
	return append(faults, missingFolders(tree, named, r)...), nil
}

// missingFolders are the folders that a page names and that do not exist.
func missingFolders(tree fs.FS, named map[string]bool, r Rules) []string {
	var faults []string
	for dir := range named {
		if !slices.ContainsFunc(r.TopLevel, func(top string) bool { return below(dir, top) && dir != top }) {
			continue
		}
		if _, err := fs.Stat(tree, dir); err != nil {
			faults = append(faults, fmt.Sprintf("%s: names the folder %s, which does not exist", r.Architecture, dir))
		}
	}
	return faults
}

// declares says whether a file declares a function, named Function or Type.Method.
func declares(files []source, path, name string) bool {
	i := slices.IndexFunc(files, func(f source) bool { return f.path == path })
	return i >= 0 && slices.ContainsFunc(files[i].ast.Decls, func(d ast.Decl) bool {
		f, ok := d.(*ast.FuncDecl)
		return ok && functionName(f) == name
	})
}

// functionName is the name of a function, with the receiver's type before a method's.
func functionName(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return f.Name.Name
	}
	t := f.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name + "." + f.Name.Name
		default:
			return f.Name.Name
		}
	}
}
