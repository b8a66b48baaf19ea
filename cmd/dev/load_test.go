package main

import (
	"slices"
	"strings"
	"testing"
)

func TestLoadIsTheCrowdOrScenarios(t *testing.T) {
	for args, want := range map[string]string{
		"crowd --screens 5":   "crowd --start --screens 5",
		"votes -rate 5 spike": "scenario votes --rate 5 spike",
		"-long crowd":         "scenario --long crowd",
		"-threshold x:max<-1": "scenario --threshold x:max<-1",
		"-h":                  "scenario -h",
		"":                    "scenario",
	} {
		if got := twoDashes(loadArguments(strings.Fields(args))); !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("load %s runs %q", args, got)
		}
	}
}
