package codec_test

import (
	"errors"
	"strings"
	"testing"

	"partyline/actors/codec"
)

type fact interface{ isFact() }

type added struct {
	N int `json:"n"`
}

type removed struct{}

func (*added) isFact()   {}
func (*removed) isFact() {}

func table() *codec.Kinds[fact] {
	return codec.NewKinds("shelf", func(f fact) error {
		if a, ok := f.(*added); ok && a.N < 0 {
			return errors.New("fewer than none")
		}
		return nil
	}, map[byte]fact{1: (*added)(nil), 255: (*removed)(nil)})
}

func TestFactsAreStoredByTheNumberOfTheirKind(t *testing.T) {
	for stored, f := range map[string]fact{"\x01" + `{"n":7}`: &added{7}, "\xff{}": &removed{}} {
		if got := string(table().Append([]byte("x"), f)); got != "x"+stored {
			t.Errorf("%q, want %q", got, "x"+stored)
		}
		again, err := table().Read([]byte(stored))
		if err != nil || string(table().Append(nil, again)) != stored {
			t.Errorf("%q: %v, %v", stored, again, err)
		}
	}
}

func TestFactsThatAreRefused(t *testing.T) {
	for stored, want := range map[string]string{
		"": "shelf: an empty fact", "\x02{}": "shelf: fact of kind 2: written by a newer version", "\x01{": "shelf: fact of kind 1: unexpected EOF",
		"\x01" + `{"n":-1}`: "shelf: fact of kind 1: fewer than none",
	} {
		if f, err := table().Read([]byte(stored)); f != nil || err == nil || err.Error() != want {
			t.Errorf("%q: %v, %v; want %s", stored, f, err, want)
		}
	}
	defer func() {
		if p, _ := recover().(string); !strings.Contains(p, "no kind for *codec_test.unknown") {
			t.Errorf("panicked with %q", p)
		}
	}()
	table().Append(nil, &unknown{})
}

type unknown struct{ removed }
