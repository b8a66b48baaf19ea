package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Go keeps the inputs with which a fuzz target reached new code in its build cache, and
// loses them with it. Inputs in testdata/fuzz are run by every go test. They are few and
// small enough for the repository and for every test run.
const (
	// maxFilesPerTarget: with some sixty targets, all of them stay below maxFilesInAll.
	maxFilesPerTarget = 6
	// maxFilesInAll bounds the files of all targets: each should have found or guard
	// something.
	maxFilesInAll = 400
	// maxInputBytes is the largest input that is kept, as it is written in its file.
	maxInputBytes = 2 << 10
)

// input is a file of a corpus.
type input struct {
	name string
	size int64
}

// keepInputs copies a selection of what was found for each target beside its tests.
func keepInputs(ctx context.Context, r *runner, targets []target) error {
	where, err := fuzzCache(ctx, r)
	if err != nil {
		return err
	}
	cache := os.DirFS(where)
	for _, t := range targets {
		kept, added, err := t.keepInputs(cache, r.root)
		if err != nil {
			return fmt.Errorf("keep the inputs of %s in %s: %w", t.name, t.dir, err)
		}
		fmt.Fprintf(r.out, "%3d kept, %d of them new: %s in %s\n", kept, added, t.name, t.dir)
	}
	return nil
}

// keepInputs adds to the inputs of the checkout, which may be those of bugs, and removes none:
// for another selection, remove the folder first.
func (t target) keepInputs(cache fs.FS, root string) (kept, added int, err error) {
	dir := path.Join(t.dir, "testdata", "fuzz", t.name)
	had, err := inputs(os.DirFS(root), dir)
	if err != nil {
		return 0, 0, err
	}
	found, err := inputs(cache, path.Join(t.dir, t.name))
	if err != nil {
		return 0, 0, err
	}
	chosen := selectInputs(had, found)
	for _, in := range chosen {
		b, err := fs.ReadFile(cache, path.Join(t.dir, t.name, in.name))
		if err != nil {
			return 0, 0, err
		}
		to := filepath.Join(root, filepath.FromSlash(dir), in.name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o755), os.WriteFile(to, b, 0o644)); err != nil {
			return 0, 0, err
		}
	}
	return len(had) + len(chosen), len(chosen), nil
}

// inputs are the files of a folder, none when there is no such folder.
func inputs(tree fs.FS, dir string) (all []input, err error) {
	entries, err := fs.ReadDir(tree, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, e := range entries {
		info, bad := e.Info()
		if err = errors.Join(err, bad); bad == nil && info.Mode().IsRegular() {
			all = append(all, input{e.Name(), info.Size()})
		}
	}
	return all, err
}

// selectInputs selects, for the room that is left, some of the found inputs that are new and
// small enough: from the smallest on in equal steps, because small ones show where a decoder
// gives up and large ones get deep into it.
func selectInputs(had, found []input) (chosen []input) {
	fresh := slices.DeleteFunc(slices.Clone(found), func(in input) bool {
		return in.size > maxInputBytes || slices.ContainsFunc(had, func(h input) bool { return h.name == in.name })
	})
	slices.SortFunc(fresh, func(a, b input) int { return cmp.Or(cmp.Compare(a.size, b.size), strings.Compare(a.name, b.name)) })
	room := min(maxFilesPerTarget-len(had), len(fresh))
	for i := range room {
		chosen = append(chosen, fresh[i*len(fresh)/room])
	}
	return chosen
}
