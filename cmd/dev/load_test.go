package main

import (
	"slices"
	"strings"
	"testing"
)

func TestLoadIsTheCrowdOrScenarios(t *testing.T) {
	for args, want := range map[string]string{
		"crowd --screens 5":   "go run ./loadtest/cmd/crowd --start --screens 5",
		"votes -rate 5 spike": "go run ./loadtest/cmd/scenario votes -rate 5 spike",
		"-long crowd":         "go run ./loadtest/cmd/scenario -long crowd",
		"":                    "go run ./loadtest/cmd/scenario",
	} {
		if got := loadCommand(strings.Fields(args)); !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("load %s runs %q", args, got)
		}
	}
}
