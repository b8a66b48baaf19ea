package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"
)

func TestDependenciesAreListed(t *testing.T) {
	root, err := moduleRoot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r := &runner{root: root, out: io.Discard, err: os.Stderr}
	want, err := r.dependencies(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(root, dependenciesFile))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is of another build: go run ./cmd/dev dependencies", dependenciesFile)
	}
}

func TestLicencesAreDistinguished(t *testing.T) {
	for text, want := range map[string]string{
		"Permission is hereby granted, free of charge, to any person\nobtaining a copy": "MIT",
		"Apache License\n\n   Version 2.0, January 2004":                                "Apache-2.0",
		"All rights reserved to nobody":                                                 "",
	} {
		if got := licenceOf(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
