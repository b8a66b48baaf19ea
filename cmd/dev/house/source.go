package house

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// source is one parsed Go file.
type source struct {
	path      string
	lines     int
	generated bool
	ast       *ast.File
	fset      *token.FileSet
}

func (s source) dir() string  { return path.Dir(s.path) }
func (s source) test() bool   { return strings.HasSuffix(s.path, "_test.go") }
func (s source) pkg() string  { return s.ast.Name.Name }
func (s source) base() string { return path.Base(s.path) }

// line is the line of a node.
func (s source) line(n ast.Node) int { return s.fset.Position(n.Pos()).Line }

// imports are the import paths of the file.
func (s source) imports() []string {
	var all []string
	for _, i := range s.ast.Imports {
		if p, err := strconv.Unquote(i.Path.Value); err == nil {
			all = append(all, p)
		}
	}
	return all
}

// parseAll parses every Go file of the tree, except those that the go tool ignores.
func parseAll(tree fs.FS) ([]source, error) {
	var files []source
	err := fs.WalkDir(tree, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (ignored(d.Name()) || otherModule(tree, p)):
			return fs.SkipDir
		case d.IsDir() || path.Ext(p) != ".go":
			return nil
		}
		f, err := parse(tree, p)
		files = append(files, f)
		return err
	})
	return files, err
}

func parse(tree fs.FS, p string) (source, error) {
	text, err := fs.ReadFile(tree, p)
	if err != nil {
		return source{}, err
	}
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, p, text, parser.ParseComments)
	if err != nil {
		return source{}, fmt.Errorf("parse: %w", err)
	}
	return source{path: p, lines: bytes.Count(text, []byte("\n")), generated: ast.IsGenerated(f), ast: f, fset: fset}, nil
}

// ignored directories hold no packages.
func ignored(name string) bool {
	return name == "testdata" || name != "." && strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")
}

// otherModule is true when a directory contains a module of its own.
func otherModule(tree fs.FS, dir string) bool {
	if dir == "." {
		return false
	}
	_, err := fs.Stat(tree, dir+"/go.mod")
	return err == nil
}

// below is true when p is the directory or is below it.
func below(p, dir string) bool { return p == dir || strings.HasPrefix(p, dir+"/") }
