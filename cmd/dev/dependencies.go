package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// dependenciesFile lists every module of the binary with its licence.
const dependenciesFile = "docs/dependencies.md"

// module is one that the binary is built from.
type module struct{ path, version, dir string }

// dependencies writes the list anew.
func dependencies(ctx context.Context, r *runner, _ []string) error {
	text, err := r.dependencies(ctx)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(r.root, dependenciesFile), []byte(text), 0o644)
}

// dependencies is the list as it should be.
func (r *runner) dependencies(ctx context.Context) (string, error) {
	const format = "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}"
	cmd := r.command(ctx, "go", "list", "-deps", "-f", format, "./cmd/partyline")
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64") // other systems need a few others
	cmd.Stderr = r.err
	out, err := cmd.Output()
	if err != nil {
		return "", err
	}
	lines := strings.Fields(strings.ReplaceAll(string(out), "\t", "|"))
	slices.Sort(lines)
	var b strings.Builder
	b.WriteString(dependenciesHead)
	for _, line := range slices.Compact(lines) {
		part := strings.Split(line, "|")
		m := module{part[0], part[1], part[2]}
		licence, err := m.licence()
		if err != nil {
			return "", fmt.Errorf("%s: %w", m.path, err)
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", m.path, m.version, licence)
	}
	b.WriteString(dependenciesTail)
	return b.String(), nil
}

const dependenciesHead = `# Dependencies

Every module that the binary is built from. Made by ` + "`go run ./cmd/dev dependencies`" + `; a test holds it to what is built. What tests need besides stands in go.mod. Why each library: [architecture](architecture.md#the-libraries-one-sentence-each).

| Module | Version | Licence |
|---|---|---|
`

const dependenciesTail = `
Badger is built from [persistence/badger/patched](../persistence/badger/patched/PARTYLINE.md): the version above with four mends.

Embedded files of others: Swagger UI (Apache-2.0, as packed by swaggest/swgui), the typeface Figtree (SIL Open Font License 1.1, its text lies beside it).
`

// marks tell licences apart by words that only they have, the more special first.
var marks = []struct{ name, words string }{
	{"Apache-2.0", "Apache License Version 2.0"},
	{"MPL-2.0", "Mozilla Public License Version 2.0"},
	{"BSD-3-Clause", "Neither the name of"},
	{"BSD-2-Clause", "Redistributions in binary form must reproduce"},
	{"ISC", "Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted"},
	{"ISC", "Permission to use, copy, modify, and distribute this software for any purpose with or without fee is hereby granted"},
	{"MIT", "Permission is hereby granted, free of charge, to any person obtaining a copy"},
	{"Unlicense", "This is free and unencumbered software released into the public domain"},
}

var errLicence = errors.New("no licence that is known")

// licence reads the module's own files. Several licences are joined by "and".
func (m module) licence() (string, error) {
	var found []string
	entries, err := os.ReadDir(m.dir)
	if err != nil {
		return "", err
	}
	for _, e := range entries {
		if e.IsDir() || !names(e) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(m.dir, e.Name()))
		if err != nil {
			return "", err
		}
		if l := recognise(string(text)); l != "" && !slices.Contains(found, l) {
			found = append(found, l)
		}
	}
	if len(found) == 0 {
		return "", errLicence
	}
	return strings.Join(found, " and "), nil
}

func names(e fs.DirEntry) bool {
	upper := strings.ToUpper(e.Name())
	return strings.HasPrefix(upper, "LICENSE") || strings.HasPrefix(upper, "LICENCE") || strings.HasPrefix(upper, "COPYING")
}

// recognise is the first mark that the text has, whatever its line breaks.
func recognise(text string) string {
	words := strings.Join(strings.Fields(text), " ")
	for _, m := range marks {
		if strings.Contains(strings.ToLower(words), strings.ToLower(m.words)) {
			return m.name
		}
	}
	return ""
}
